//! The ground under lanes: heights, slopes, and scans around the base.
use super::box_lists;
use crate::lane::{Lane, M3};
use crate::terrain::{Grid, HeightField, Surface, Terrain};

/// Height (m) and slopes along x and y under world positions, bilinear; beyond its edge a field goes on level.
#[inline(always)]
pub(super) fn bilinear<V: Lane>(f: &HeightField, x: V, y: V) -> (V, V, V) {
    let inv = V::splat(1.0 / f.cell);
    let fx = ((x - V::splat(f.origin[0])) * inv).clamp(V::zero(), V::splat(f.nx as f32 - 1.001));
    let fy = ((y - V::splat(f.origin[1])) * inv).clamp(V::zero(), V::splat(f.ny as f32 - 1.001));
    let (ix, iy) = (fx.floor(), fy.floor());
    let (a, b) = (fx - ix, fy - iy);
    let index = iy.mul_add(V::splat(f.nx as f32), ix).to_idx();
    let p = f.data.as_ptr();
    // SAFETY: ix ≤ nx - 2 and iy ≤ ny - 2 by the clamps (a NaN clamps to 0 as well), and data has nx × ny numbers.
    let (h00, h10, h01, h11) = unsafe {
        (
            V::gather(p, index),
            V::gather(p.add(1), index),
            V::gather(p.add(f.nx), index),
            V::gather(p.add(f.nx + 1), index),
        )
    };
    let (dx0, dx1) = (h10 - h00, h11 - h01);
    let (lo, hi) = (a.mul_add(dx0, h00), a.mul_add(dx1, h01));
    (b.mul_add(hi - lo, lo), b.mul_add(dx1 - dx0, dx0) * inv, (hi - lo) * inv)
}

/// What stands highest at the sample nearest to world positions, m: a quarter of the cost of interpolation, and no less true of
/// steps.
#[inline(always)]
fn nearest<V: Lane>(f: &HeightField, x: V, y: V) -> V {
    let inv = V::splat(1.0 / f.cell);
    let index = |v: V, k: usize, n: usize| {
        ((v - V::splat(f.origin[k])) * inv).clamp(V::zero(), V::splat(n as f32 - 1.0)).round()
    };
    let index = index(y, 1, f.ny).mul_add(V::splat(f.nx as f32), index(x, 0, f.nx));
    // SAFETY: the clamps leave whole numbers below nx and ny (a NaN clamps to 0), and data what is seen of it has nx × ny numbers.
    unsafe { V::gather(f.seen().as_ptr(), index.to_idx()) }
}

/// Height of surface and boxes under world positions, m, without boxes that hang above `z`.
#[inline(always)]
pub(super) fn height<V: Lane>(t: &Terrain, x: V, y: V, z: V) -> V {
    let surface = match &t.surface {
        Surface::Plane { height } => V::splat(*height),
        Surface::Field(f) => bilinear(f, x, y).0,
    };
    if t.boxes.is_empty() { surface } else { box_tops(t.boxes.grid(), x, y, z, surface) }
}

/// The larger of `least` and the tops of boxes under world positions, m, without boxes that hang above `z`.
///
/// One lane after the other: most places have one box or none, but hardly any sixteen of them together.
#[inline(always)]
fn box_tops<V: Lane>(g: &Grid, x: V, y: V, z: V, least: V) -> V {
    let mut highest = least;
    let (lists, longest) = box_lists::lists(g, x, y, least);
    if longest > 0 {
        for l in 0..V::LANES {
            let (x, y, z) = (x.lanes()[l], y.lanes()[l], z.lanes()[l]);
            for number in lists[l] {
                let [low, high] = span(&g.records[*number as usize].0, x, y);
                let top = &mut highest.lanes_mut()[l];
                if low <= high && low <= z && high > *top {
                    *top = high;
                }
            }
        }
    }
    highest
}

/// Lowest and highest z of a box above a place, m; the wrong way round where it is not.
#[inline(always)]
fn span(record: &[f32; 16], x: f32, y: f32) -> [f32; 2] {
    let (dx, dy) = (x - record[0], y - record[1]);
    // a vertical line through the place, between three pairs of faces
    let (mut enter, mut leave) = (f32::MIN, f32::MAX);
    for a in 0..3 {
        let [ax, ay, az] = [record[3 + 3 * a], record[4 + 3 * a], record[5 + 3 * a]];
        let (half, local) = (record[12 + a], ax * dx + ay * dy);
        if az.abs() > 1e-6 {
            let (one, other) = ((-half - local) / az, (half - local) / az);
            enter = one.min(other).max(enter);
            leave = one.max(other).min(leave);
        } else if local.abs() > half {
            // the line is beside these two
            return [f32::MAX, f32::MIN];
        }
    }
    [record[2] + enter, record[2] + leave]
}

/// Heights of the ground (world z, m) at points of the yaw-aligned base frame; `pose` is position and orientation
/// (w, x, y, z) of the base.
#[inline(always)]
pub(super) fn scan<V: Lane>(t: &Terrain, pose: &[V; 7], points: &[[f32; 2]], out: &mut [V]) {
    if let (Surface::Plane { height }, true) = (&t.surface, t.boxes.is_empty()) {
        out.fill(V::splat(*height));
        return;
    }
    let &[x0, y0, _, qw, qx, qy, qz] = pose;
    let forward = M3::from_quat(&[qw, qx, qy, qz]).c[0];
    // the smallest number keeps a robot that points straight up finite
    let n = forward.x.mul_add(forward.x, forward.y.mul_add(forward.y, V::splat(1e-12))).rsqrt();
    let (cos, sin) = (forward.x * n, forward.y * n);
    for (p, o) in points.iter().zip(out) {
        let (px, py) = (V::splat(p[0]), V::splat(p[1]));
        let x = cos.mul_add(px, sin.neg_mul_add(py, x0));
        let y = sin.mul_add(px, cos.mul_add(py, y0));
        *o = match &t.surface {
            Surface::Field(f) => nearest(f, x, y),
            Surface::Plane { height } => {
                box_tops(t.boxes.grid(), x, y, V::splat(f32::MAX), V::splat(*height))
            }
        };
    }
}
