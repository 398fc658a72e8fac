//! The ground under lanes: heights, slopes, and scans around the base.
use crate::lane::{Lane, M3};
use crate::terrain::{HeightField, Terrain};

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

/// Height of the ground under world positions, m.
#[inline(always)]
pub(super) fn height<V: Lane>(t: &Terrain, x: V, y: V) -> V {
    match t {
        Terrain::Plane { height } => V::splat(*height),
        Terrain::Field(f) => bilinear(f, x, y).0,
    }
}

/// Heights of the ground (world z, m) at points of the yaw-aligned base frame; `pose` is position and orientation
/// (w, x, y, z) of the base.
#[inline(always)]
pub(super) fn scan<V: Lane>(t: &Terrain, pose: &[V; 7], points: &[[f32; 2]], out: &mut [V]) {
    if let Terrain::Plane { height } = t {
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
        *o = height(t, x, y);
    }
}

/// Normal and two tangents, world frame, in which the contact forces on a sphere above (x, y) are reported.
pub fn contact_frame(terrain: &Terrain, [x, y]: [f32; 2]) -> [[f32; 3]; 3] {
    let Terrain::Field(f) = terrain else { return [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]] };
    let (_, sx, sy) = bilinear(f, x, y);
    let nz = (sx * sx + sy * sy + 1.0).sqrt().recip();
    let [nx, ny] = [-sx * nz, -sy * nz];
    let tn = (nz * nz + nx * nx).sqrt().recip();
    let t1 = [nz * tn, 0.0, -nx * tn];
    [[nx, ny, nz], t1, [ny * t1[2] - nz * t1[1], nz * t1[0] - nx * t1[2], nx * t1[1] - ny * t1[0]]]
}
