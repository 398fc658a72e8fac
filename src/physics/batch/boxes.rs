//! Boxes under spheres.
//!
//! A lane finds its boxes in the list of the cell in which a sphere's centre is. The records of all lanes' boxes, turned into
//! lane values, are kept for the rest of the tick, or until some lane's sphere has moved too far: which step looked them up
//! changes nothing. A sphere touches the nearest point of a box, or, with its centre inside, the nearest face.
use super::box_lists::{lists, records};
use super::hits::{APART, Hit, choose, insert};
use super::layout::BOXES_PER_POINT;
use super::scratch::NearBoxes;
use crate::lane::{Lane, V3};
use crate::terrain::Grid;

/// How far a sphere may move before its boxes are looked up again, m.
pub(super) const TRAVEL: f32 = 0.05;
/// Square of the distance below which a centre counts as inside a box, m².
const INSIDE: f32 = 1e-12;

/// Adds the boxes that a sphere touches; whether it touches one in some lane.
#[inline(always)]
pub(super) fn box_hits<V: Lane>(
    g: &Grid,
    near: &mut NearBoxes<V>,
    center: V3<V>,
    base: V3<V>,
    radius: V,
    hits: &mut [Hit<V>; BOXES_PER_POINT],
) -> bool {
    let moved = center + (base - near.at);
    if !near.known || V::any(V::splat(TRAVEL * TRAVEL).lt(moved.dot(moved))) {
        look_up(g, near, center, base, radius + V::splat(TRAVEL));
    }
    let mut found = false;
    for (number, record) in &near.boxes {
        let from = from_box(record, center, base);
        if V::any(from.square.lt(radius * radius)) {
            found = true;
            insert(hits, hit(*number, record, from, radius), center, radius);
        }
    }
    found
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
