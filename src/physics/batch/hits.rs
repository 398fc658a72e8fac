//! What a sphere touches at once, and how the two contacts that count are chosen.
use super::layout::BOXES_PER_POINT;
use crate::lane::{Lane, V3};

/// Distance where there is no contact, m.
pub(super) const APART: f32 = 1.0;
/// A second contact that is not this far in front of the first one's tangent plane is no obstacle of its own, m: spheres roll
/// over the seams of boxes that are flush.
const FLUSH: f32 = 1e-3;

/// What a sphere touches, and where.
#[derive(Clone, Copy)]
pub(super) struct Hit<V> {
    /// Of the box or kind of surface, see [`super::layout::Touched`]; zero if there is none.
    pub number: V,
    /// Of the surfaces, negative if they overlap, m.
    pub distance: V,
    pub normal: V3<V>,
}

impl<V: Lane> Hit<V> {
    /// No contact.
    #[inline(always)]
    pub fn apart() -> Self {
        let (zero, one) = (V::zero(), V::splat(1.0));
        Self { number: zero, distance: V::splat(APART), normal: V3::new(zero, zero, one) }
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

#[inline(always)]
pub(super) fn choose<V: Lane>(m: V::Mask, a: V3<V>, b: V3<V>) -> V3<V> {
    V3::new(V::select(m, a.x, b.x), V::select(m, a.y, b.y), V::select(m, a.z, b.z))
}

#[inline(always)]
pub(super) fn choose_hit<V: Lane>(m: V::Mask, a: &Hit<V>, b: &Hit<V>) -> Hit<V> {
    Hit {
        number: V::select(m, a.number, b.number),
        distance: V::select(m, a.distance, b.distance),
        normal: choose(m, a.normal, b.normal),
    }
}

/// Keeps the deepest of what a sphere touches, and of the others the deepest that is not flush with it.
#[inline(always)]
pub(super) fn insert<V: Lane>(hits: &mut [Hit<V>; BOXES_PER_POINT], new: Hit<V>, center: V3<V>, radius: V) {
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
