//! Stage 4a on ground with boxes: which spheres touch boxes or the surface, and their rows.
//!
//! A sphere touches up to two things at once. The surface is one of them: so lanes that stand on it and lanes that stand on
//! boxes share their rows.
//!
//! A lane finds its boxes in the list of the cell in which a sphere's centre is. The records of all lanes' boxes, turned into
//! lane values, are kept for the rest of the tick, or until some lane's sphere has moved too far: which step looked them up
//! changes nothing. A sphere touches the nearest point of a box, or, with its centre inside, the nearest face.
use super::box_lists::{lists, records};
use super::contacts::{Touch, contact, touch};
use super::layout::{BOXES_PER_POINT, Block, Touched};
use super::model::Model;
use super::options::Options;
use super::scratch::{BoxTouch, NearBoxes, Scratch};
use crate::lane::{Lane, V3};
use crate::terrain::{Grid, Terrain};

/// Distance where there is no contact, m.
const APART: f32 = 1.0;
/// A second box that is not this far in front of the first one's tangent plane is no obstacle of its own, m: spheres roll over
/// the seams of boxes that are flush.
const FLUSH: f32 = 1e-3;
/// How far a sphere may move before its boxes are looked up again, m.
pub(super) const TRAVEL: f32 = 0.05;
/// Square of the distance below which a centre counts as inside a box, m².
const INSIDE: f32 = 1e-12;

/// Stands for the surface among the numbers of boxes.
const SURFACE: f32 = (1 << 24) as f32;

/// What a sphere touches, and where.
#[derive(Clone, Copy)]
struct Hit<V> {
    /// Of the box; zero if there is none.
    number: V,
    /// Of the surfaces, negative if they overlap, m.
    distance: V,
    normal: V3<V>,
}

#[inline(always)]
pub(super) fn box_contacts<V: Lane>(
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

/// A unit normal and two tangents, the first one along x where that is possible.
#[inline(always)]
pub(super) fn frame<V: Lane>(n: V3<V>) -> [V3<V>; 3] {
    let one = V::splat(1.0);
    let flat = n.x.sq().lt(V::splat(0.8));
    let (x, y) = (n.x.neg_mul_add(n.x, one), n.y.neg_mul_add(n.y, one));
    let length = V::select(flat, x, y).rsqrt();
    let mixed = -(n.x * n.y);
    let t1 =
        V3::new(V::select(flat, x, mixed), V::select(flat, mixed, y), -(V::select(flat, n.x, n.y) * n.z))
            .scale(length);
    [n, t1, n.cross(t1)]
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
    let (zero, radius) = (V::zero(), V::splat(radius));
    let apart = Hit { number: zero, distance: V::splat(APART), normal: V3::new(zero, zero, V::splat(1.0)) };
    let (mut found, mut hits) = (false, [apart; BOXES_PER_POINT]);
    if let Some(touch) = touch(t, center, base, radius) {
        let touches = touch.distance.lt(zero);
        found = true;
        hits[0] = Hit {
            number: V::select(touches, V::splat(SURFACE), zero),
            distance: V::select(touches, touch.distance, V::splat(APART)),
            normal: touch.frame[0],
        };
    }
    let moved = center + (base - near.at);
    if !near.known || V::any(V::splat(TRAVEL * TRAVEL).lt(moved.dot(moved))) {
        look_up(t.boxes.grid(), near, center, base, radius + V::splat(TRAVEL));
    }
    for (number, record) in &near.boxes {
        let from = from_box(record, center, base);
        if V::any(from.square.lt(radius * radius)) {
            found = true;
            insert(&mut hits, hit(*number, record, from, radius), center, radius);
        }
    }
    found.then_some(hits)
}

/// Remembers the boxes that are nearer than `within` to a sphere's centre in some lane.
#[inline(always)]
fn look_up<V: Lane>(g: &Grid, near: &mut NearBoxes<V>, center: V3<V>, base: V3<V>, within: V) {
    near.known = true;
    near.at = base + center;
    near.boxes.clear();
    let bottom = near.at.z - within;
    if !V::any(bottom.lt(V::splat(g.top))) {
        return;
    }
    let (lists, longest) = lists(g, near.at.x, near.at.y, bottom);
    for k in 0..longest {
        let (number, record) = records::<V>(g, &lists, k);
        if V::any(from_box(&record, center, base).square.lt(within * within)) {
            near.boxes.push((number, record));
        }
    }
}

/// Where a centre is from a box, in the box's axes.
struct FromBox<V> {
    /// From its middle, m.
    local: [V; 3],
    /// From its nearest point, m; zero inside.
    off: [V; 3],
    /// Square of that distance, m².
    square: V,
}

#[inline(always)]
fn from_box<V: Lane>(record: &[V; 16], center: V3<V>, base: V3<V>) -> FromBox<V> {
    let v3 = |i: usize| V3::new(record[i], record[i + 1], record[i + 2]);
    // the difference of two places in the world first: it is exact, or nearly so, where it matters
    let from = center + (base - v3(0));
    let axes = [v3(3), v3(6), v3(9)];
    let (mut local, mut off, mut square) = ([V::zero(); 3], [V::zero(); 3], V::zero());
    for a in 0..3 {
        local[a] = axes[a].dot(from);
        off[a] = local[a] - local[a].clamp(-record[12 + a], record[12 + a]);
        square = off[a].mul_add(off[a], square);
    }
    FromBox { local, off, square }
}

/// Where a sphere touches a box; nothing where it does not.
#[inline(always)]
fn hit<V: Lane>(number: V, record: &[V; 16], from: FromBox<V>, radius: V) -> Hit<V> {
    let (zero, one) = (V::zero(), V::splat(1.0));
    let v3 = |i: usize| V3::new(record[i], record[i + 1], record[i + 2]);
    let axes = [v3(3), v3(6), v3(9)];
    let FromBox { local, mut off, square } = from;
    let touches = square.lt(radius * radius);
    let inverse = square.max(V::splat(INSIDE)).rsqrt();
    let mut distance = square * inverse;
    for a in 0..3 {
        off[a] *= inverse;
    }
    let inside = square.lt(V::splat(INSIDE));
    if V::any(inside) {
        let (mut depth, mut face) = (record[12] - local[0].abs(), [one, zero, zero]);
        for a in 1..3 {
            let other = record[12 + a] - local[a].abs();
            let nearer = other.lt(depth);
            depth = V::select(nearer, other, depth);
            for (k, f) in face.iter_mut().enumerate() {
                *f = V::select(nearer, if k == a { one } else { zero }, *f);
            }
        }
        distance = V::select(inside, -depth, distance);
        for a in 0..3 {
            let out = V::select(local[a].lt(zero), -face[a], face[a]);
            off[a] = V::select(inside, out, off[a]);
        }
    }
    let normal = axes[0].scale_add(off[0], axes[1].scale_add(off[1], axes[2].scale(off[2])));
    Hit {
        number: V::select(touches, number, zero),
        distance: V::select(touches, distance - radius, V::splat(APART)),
        normal: choose(touches, normal, V3::new(zero, zero, one)),
    }
}

#[inline(always)]
fn choose<V: Lane>(m: V::Mask, a: V3<V>, b: V3<V>) -> V3<V> {
    V3::new(V::select(m, a.x, b.x), V::select(m, a.y, b.y), V::select(m, a.z, b.z))
}

#[inline(always)]
fn choose_hit<V: Lane>(m: V::Mask, a: &Hit<V>, b: &Hit<V>) -> Hit<V> {
    Hit {
        number: V::select(m, a.number, b.number),
        distance: V::select(m, a.distance, b.distance),
        normal: choose(m, a.normal, b.normal),
    }
}

/// Keeps the deepest of what a sphere touches, and of the others the deepest that is not flush with it.
#[inline(always)]
fn insert<V: Lane>(hits: &mut [Hit<V>; BOXES_PER_POINT], new: Hit<V>, center: V3<V>, radius: V) {
    let [first, second] = *hits;
    let deeper = new.distance.lt(first.distance);
    let best = choose_hit(deeper, &new, &first);
    let rest = flush(&best, choose_hit(deeper, &first, &new), center, radius);
    let second = flush(&best, second, center, radius);
    let nearer = rest.distance.lt(second.distance);
    *hits = [best, choose_hit(nearer, &rest, &second)];
}

/// `other`, or nothing where its nearest point is not in front of the tangent plane of `best`: who is outside of the one is
/// outside of the other.
#[inline(always)]
fn flush<V: Lane>(best: &Hit<V>, other: Hit<V>, center: V3<V>, radius: V) -> Hit<V> {
    let on = |h: &Hit<V>| h.normal.scale_add(-(h.distance + radius), center);
    let ahead = best.normal.dot(on(&other) - on(best));
    let behind = ahead.lt(V::splat(FLUSH));
    Hit {
        number: V::select(behind, V::zero(), other.number),
        distance: V::select(behind, V::splat(APART), other.distance),
        normal: other.normal,
    }
}
