//! Stage 6: `u = L⁻¹ z` from the root to the leaves, then positions by the new velocities.
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::{Scratch, tri};
use crate::actuator::bend_after;
use crate::lane::{Lane, V3, sincos};

#[inline(always)]
pub(super) fn integrate<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let dt = V::splat(o.dt);
    let mut ub = [V::zero(); 6];
    for k in 0..6 {
        let mut v = s.z[k];
        for j in 0..k {
            v = s.base[tri(k, j)].neg_mul_add(ub[j], v);
        }
        ub[k] = v * s.base_inv[k];
    }
    let (base, uj) = b.velocity.split_at_mut(6);
    base.copy_from_slice(&ub);
    for k in 0..m.num_joints() {
        let link = &m.links[k + 1];
        let n = link.chain.len();
        let row = &s.rows[link.row..link.row + 6 + n];
        // two chains of additions are shorter than one
        let (mut v, mut w) = (s.z[6 + k], V::zero());
        for e in 0..3 {
            v = row[2 * e].neg_mul_add(ub[2 * e], v);
            w = row[2 * e + 1].neg_mul_add(ub[2 * e + 1], w);
        }
        for c in 0..n - 1 {
            v = row[6 + c].neg_mul_add(uj[link.chain[c]], v);
        }
        let qd = (v + w) * s.inv_diag[k];
        uj[k] = qd;
        b.joints[k] = qd.mul_add(dt, b.joints[k]);
        b.bend[k] = bend_after(b.bend[k], qd, o.dt);
    }
    *b.pos = V3::new(ub[0], ub[1], ub[2]).scale_add(dt, *b.pos);
    *b.quat = turn(b.quat, V3::new(ub[3], ub[4], ub[5]), o.dt);
}

/// `exp(w dt) ∘ q`, normalised.
#[inline(always)]
fn turn<V: Lane>(q: &[V; 4], w: V3<V>, dt: f32) -> [V; 4] {
    let n2 = w.dot(w) + V::splat(1e-20);
    let inverse = n2.rsqrt();
    let (sin, cos) = sincos(n2 * inverse * V::splat(0.5 * dt));
    let d = w.scale(sin * inverse);
    let [qw, qx, qy, qz] = *q;
    let qv = V3::new(qx, qy, qz);
    let nw = cos * qw - d.dot(qv);
    let nv = d.cross_add(qv, d.scale_add(qw, qv.scale(cos)));
    let r = nw.mul_add(nw, nv.dot(nv)).rsqrt();
    [nw * r, nv.x * r, nv.y * r, nv.z * r]
}
