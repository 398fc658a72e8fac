//! Height fields under spheres: the nearest points of the surface, exactly.
//!
//! A height field is a surface of triangles: every cell is cut from its lowest to its highest corner in x and y. A sphere touches
//! the nearest point of a face or an edge, or, with its centre below the surface, the nearest face: so the riser of a step pushes
//! sideways and its nose any way, however wide a cell is. All triangles within a radius of the centre are looked at. (Ericson,
//! Real-Time Collision Detection, 2005, §5.1, on a regular grid.)
use super::hits::{APART, Hit, choose};
use super::layout::{BOXES_PER_POINT, FLAT, STEEP};
use crate::lane::{Lane, V3};
use crate::terrain::HeightField;

/// A second contact that is not this far in front of the first one's tangent plane is no obstacle of its own, m.
const FLUSH: f32 = 1e-3;
/// Vertical part of the normal above which one can stand on a face: 45 degrees.
const STANDING: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// A centre's foot that is less than this beside a face is on it, m: no sphere falls between faces that are nearly one.
const BESIDE: f32 = 1e-3;
/// Edges matter where the faces beside them part by more than half of that at the distance of a radius.
const SHARP: f32 = 0.5 * BESIDE;
/// Square of the distance below which a centre is on an edge, m².
const TINY: f32 = 1e-12;

/// Writes what a sphere touches of a field, the deepest first; whether it touches it in some lane.
#[inline(always)]
pub(super) fn field_hits<V: Lane>(
    f: &HeightField,
    center: V3<V>,
    base: V3<V>,
    radius: f32,
    hits: &mut [Hit<V>; BOXES_PER_POINT],
) -> bool {
    let at = center + base;
    if !V::any((at.z - V::splat(radius)).lt(bound(f, at.x, at.y))) {
        return false;
    }
    // samples on either side of the nearest one, so that the window reaches a radius beyond the centre
    match (radius / f.cell + 0.5).ceil() as usize {
        1 => touch(&Window::<V, 3>::new(f, at), &mut [Feature::none(); 16], radius, hits),
        2 => touch(&Window::<V, 5>::new(f, at), &mut [Feature::none(); 72], radius, hits),
        3 => touch(&Window::<V, 7>::new(f, at), &mut [Feature::none(); 168], radius, hits),
        // of wider spheres on finer cells only the middle is looked at
        _ => touch(&Window::<V, 13>::new(f, at), &mut [Feature::none(); 696], radius, hits),
    }
}

/// Nothing that a sphere over this place can touch is higher, m.
#[inline(always)]
fn bound<V: Lane>(f: &HeightField, x: V, y: V) -> V {
    let b = &f.bounds;
    let inverse = V::splat(1.0 / b.cell);
    let index = |v: V, k: usize, n: usize| {
        ((v - V::splat(f.origin[k])) * inverse).clamp(V::zero(), V::splat(n as f32 - 0.5)).floor()
    };
    let cell = index(y, 1, b.ny).mul_add(V::splat(b.nx as f32), index(x, 0, b.nx));
    // SAFETY: the clamps leave whole numbers below nx and ny (a NaN clamps to 0), and data has nx × ny numbers.
    unsafe { V::gather(b.data.as_ptr(), cell.to_idx()) }
}

/// A face or an edge: its outward normal towards the centre, and the centre's distance along it; far away where it is not what is
/// nearest.
#[derive(Clone, Copy)]
struct Feature<V> {
    normal: V3<V>,
    distance: V,
}

impl<V: Lane> Feature<V> {
    #[inline(always)]
    fn none() -> Self {
        let (zero, one) = (V::zero(), V::splat(1.0));
        Self { normal: V3::new(zero, zero, one), distance: V::splat(APART) }
    }
    #[inline(always)]
    fn choose(m: V::Mask, a: &Self, b: &Self) -> Self {
        Self { normal: choose(m, a.normal, b.normal), distance: V::select(m, a.distance, b.distance) }
    }
}

/// The surface's samples around a centre, N × N of them, and the centre's place among them.
struct Window<V, const N: usize> {
    heights: [[V; N]; N],
    /// From the middle sample, m.
    x: V,
    y: V,
    /// World, m.
    z: V,
    cell: f32,
}

impl<V: Lane, const N: usize> Window<V, N> {
    #[inline(always)]
    fn new(f: &HeightField, at: V3<V>) -> Self {
        let half = (N / 2) as f32;
        let inverse = V::splat(1.0 / f.cell);
        // beyond its edge a field goes on level; none is smaller than a window, see `HeightField::reaching`
        let place = |v: V, k: usize, n: usize| {
            let x = ((v - V::splat(f.origin[k])) * inverse).clamp(V::zero(), V::splat(n as f32 - 1.0));
            let i = x.round().clamp(V::splat(half), V::splat(n as f32 - 1.0 - half));
            (i, (x - i) * V::splat(f.cell))
        };
        let ((ix, x), (iy, y)) = (place(at.x, 0, f.nx), place(at.y, 1, f.ny));
        let corner = (iy - V::splat(half)).mul_add(V::splat(f.nx as f32), ix - V::splat(half)).to_idx();
        let mut heights = [[V::zero(); N]; N];
        for (j, row) in heights.iter_mut().enumerate() {
            for (i, h) in row.iter_mut().enumerate() {
                // SAFETY: half ≤ ix ≤ nx - 1 - half by the clamps (a NaN clamps to the lower bound), iy alike: the window is
                // within the nx × ny samples.
                *h = unsafe { V::gather(f.data.as_ptr().add(j * f.nx + i), corner) };
            }
        }
        Self { heights, x, y, z: at.z, cell: f.cell }
    }

    /// Place of a sample along an axis, from the middle one, m.
    #[inline(always)]
    fn along(&self, i: usize) -> V {
        V::splat((i as f32 - (N / 2) as f32) * self.cell)
    }

    /// The lower or the upper triangle of a cell, that with the corner (1, 0) or that with (0, 1); then how far the foot of the
    /// perpendicular and the place below the centre are beside it, m: negative inside.
    #[inline(always)]
    fn face(&self, i: usize, j: usize, upper: bool) -> (Feature<V>, V, V) {
        let h = &self.heights;
        let inverse = V::splat(1.0 / self.cell);
        let (dx, dy) = if upper {
            (h[j + 1][i + 1] - h[j + 1][i], h[j + 1][i] - h[j][i])
        } else {
            (h[j][i + 1] - h[j][i], h[j + 1][i + 1] - h[j][i + 1])
        };
        let (gx, gy) = (dx * inverse, dy * inverse);
        let nz = gx.mul_add(gx, gy.mul_add(gy, V::splat(1.0))).rsqrt();
        let (u, v) = (self.x - self.along(i), self.y - self.along(j));
        let distance = (self.z - gx.mul_add(u, gy.mul_add(v, h[j][i]))) * nz;
        let normal = V3::new(-(gx * nz), -(gy * nz), nz);
        let beside = |u: V, v: V| {
            let (most, least) = if upper { (v, u) } else { (u, v) };
            (-least).max(most - V::splat(self.cell)).max(least - most)
        };
        let foot = beside(normal.x.neg_mul_add(distance, u), normal.y.neg_mul_add(distance, v));
        (Feature { normal, distance }, foot, beside(u, v))
    }

    /// The edge from a sample to the next one in x, y, or both; `fold` is how far the faces beside it bend down from each other
    /// over the width of a cell, m.
    #[inline(always)]
    fn edge(&self, [i, j]: [usize; 2], [di, dj]: [usize; 2], fold: V, radius: f32) -> Feature<V> {
        let h = &self.heights;
        let (along, rise) = (V::splat(self.cell), h[j + dj][i + di] - h[j][i]);
        let (ex, ey) = (along * V::splat(di as f32), along * V::splat(dj as f32));
        let (u, v, w) = (self.x - self.along(i), self.y - self.along(j), self.z - h[j][i]);
        let length = V::splat((di + dj) as f32 * self.cell * self.cell);
        let share = rise.mul_add(w, ex.mul_add(u, ey * v)) * rise.mul_add(rise, length).recip();
        let share = share.clamp(V::zero(), V::splat(1.0));
        let off = V3::new(share.neg_mul_add(ex, u), share.neg_mul_add(ey, v), share.neg_mul_add(rise, w));
        let square = off.dot(off);
        let inverse = square.max(V::splat(TINY)).rsqrt();
        // a fold that is not sharp is covered by its faces, and a valley has none that is nearest
        let sharp = V::splat(SHARP / radius * self.cell).lt(fold);
        let distance = V::select(sharp, square * inverse, V::splat(APART));
        let on = square.lt(V::splat(TINY));
        Feature { normal: off.scale(inverse), distance: V::select(on, V::splat(APART), distance) }
    }
}

/// All faces, then all edges that two faces of the window share.
#[inline(always)]
fn touch<V: Lane, const N: usize>(
    w: &Window<V, N>,
    features: &mut [Feature<V>],
    radius: f32,
    hits: &mut [Hit<V>; BOXES_PER_POINT],
) -> bool {
    let (zero, apart) = (V::zero(), V::splat(APART));
    let (mut under, mut n): (Feature<V>, usize) = (Feature::none(), 0);
    for (j, i) in (0..N - 1).flat_map(|j| (0..N - 1).map(move |i| (j, i))) {
        for upper in [false, true] {
            let (face, foot, below) = w.face(i, j, upper);
            under = Feature::choose(below.lt(V::splat(1e-6)), &face, &under);
            features[n] = face;
            features[n].distance = V::select(foot.lt(V::splat(BESIDE)), face.distance, apart);
            n += 1;
        }
    }
    let faces = n;
    let h = &w.heights;
    for (j, i) in (0..N - 1).flat_map(|j| (0..N - 1).map(move |i| (j, i))) {
        let (h00, h10, h01, h11) = (h[j][i], h[j][i + 1], h[j + 1][i], h[j + 1][i + 1]);
        features[n] = w.edge([i, j], [1, 1], (h00 + h11) - (h10 + h01), radius);
        n += 1;
        if j > 0 {
            features[n] = w.edge([i, j], [1, 0], (h00 + h10) - (h11 + h[j - 1][i]), radius);
            n += 1;
        }
        if i > 0 {
            features[n] = w.edge([i, j], [0, 1], (h00 + h01) - (h11 + h[j][i - 1]), radius);
            n += 1;
        }
    }
    // outside, the nearest in front; from below the surface, the nearest face from behind
    let inside = under.distance.lt(zero);
    let (mut best, mut nearest) = (under, apart);
    for (k, f) in features[..n].iter().enumerate() {
        let behind = if k < faces { -f.distance } else { apart };
        let away = V::select(inside, behind, f.distance);
        // what looks the other way is on the far side of something
        let away = V::select(away.lt(zero), apart, away);
        best = Feature::choose(away.lt(nearest), f, &best);
        nearest = nearest.min(away);
    }
    // nothing is near: high above, or deeper than the window is wide and pushed back through what is above
    best.distance = V::select(inside, best.distance, nearest);
    let depth = best.distance - V::splat(radius);
    let touches = depth.lt(zero);
    if !V::any(touches) {
        return false;
    }
    let mut second: Feature<V> = Feature::none();
    for f in &features[..n] {
        let ahead = best.normal.dot(f.normal).neg_mul_add(f.distance, best.distance);
        let away = V::select(f.distance.lt(zero), apart, f.distance);
        let away = V::select(V::splat(FLUSH).lt(ahead), away, apart);
        second = Feature::choose(away.lt(second.distance), f, &second);
    }
    second.distance = V::select(inside, apart, second.distance);
    for (hit, f) in hits.iter_mut().zip([best, second]) {
        let distance = f.distance - V::splat(radius);
        let kind = V::select(V::splat(STANDING).lt(f.normal.z), V::splat(FLAT), V::splat(STEEP));
        let touches = distance.lt(zero);
        hit.number = V::select(touches, kind, zero);
        hit.distance = V::select(touches, distance, apart);
        hit.normal = choose(touches, f.normal, hit.normal);
    }
    true
}
