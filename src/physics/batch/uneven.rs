//! Stage 4a on ground that is no plane: which spheres touch a height field or boxes, and their rows.
//!
//! A sphere touches up to two things at once, of surface and boxes together: the tread and the riser of a step, say. So lanes
//! that stand on a surface and lanes that stand on boxes share their rows.
use super::boxes::box_hits;
use super::contacts::{Touch, contact, plane};
use super::field::field_hits;
use super::hits::{Hit, frame};
use super::layout::{BOXES_PER_POINT, Block, FLAT, Touched};
use super::model::Model;
use super::options::Options;
use super::scratch::{BoxTouch, NearBoxes, Scratch};
use crate::lane::{Lane, V3};
use crate::terrain::{Surface, Terrain};

#[inline(always)]
pub(super) fn uneven_contacts<V: Lane>(
    m: &Model,
    b: &mut Block<V>,
    s: &mut Scratch<V>,
    t: &Terrain,
    o: &Options,
) {
    (s.num_surface, s.num_contacts) = (0, 0);
    for link in &m.links {
        for point in link.points.clone() {
            let last = b.touched[point];
            let (zero, none) = (V::zero(), V3::zero());
            let radius = m.points[point].radius;
            let Some(hits) = hits(t, &mut s.near_boxes[point], s.centers[point], *b.pos, radius) else {
                if last.iter().any(|t| V::any(zero.lt(t.number))) {
                    b.touched[point] = [Touched { number: zero, impulse: none }; BOXES_PER_POINT];
                }
                continue;
            };
            for (slot, hit) in hits.iter().enumerate() {
                b.touched[point][slot] = Touched { number: hit.number, impulse: none };
                if !V::any(hit.distance.lt(zero)) {
                    continue;
                }
                // the same box may have been the other one in the last step
                let mut before = none;
                for t in &last {
                    let same = V::one_if((t.number - hit.number).abs().lt(V::splat(0.5)));
                    before = t.impulse.scale_add(same, before);
                }
                let frame = frame(hit.normal);
                let impulse = [frame[0].dot(before).max(zero), frame[1].dot(before), frame[2].dot(before)];
                s.box_touches[s.num_contacts] = BoxTouch { slot, frame };
                let touch = Touch { distance: hit.distance, frame };
                match link.chain.len() {
                    3 => contact::<V, 3>(m, b, s, o, point, &touch, impulse),
                    _ => contact::<V, 0>(m, b, s, o, point, &touch, impulse),
                }
            }
        }
    }
}

/// What a sphere touches, the deepest first; `None` if it touches nothing in any lane.
#[inline(always)]
fn hits<V: Lane>(
    t: &Terrain,
    near: &mut NearBoxes<V>,
    center: V3<V>,
    base: V3<V>,
    radius: f32,
) -> Option<[Hit<V>; BOXES_PER_POINT]> {
    let zero = V::zero();
    let mut hits = [Hit::apart(); BOXES_PER_POINT];
    let mut found = match &t.surface {
        Surface::Plane { height } => match plane(*height, center, base, V::splat(radius)) {
            Some(touch) => {
                let touches = touch.distance.lt(zero);
                hits[0].number = V::select(touches, V::splat(FLAT), zero);
                hits[0].distance = V::select(touches, touch.distance, hits[0].distance);
                true
            }
            None => false,
        },
        Surface::Field(f) => field_hits(f, center, base, radius, &mut hits),
    };
    if !t.boxes.is_empty() {
        found |= box_hits(t.boxes.grid(), near, center, base, V::splat(radius), &mut hits);
    }
    found.then_some(hits)
}
