//! Stage 4b: joints beyond their limits, one row each.
use super::contacts::impedance;
use super::factor::Factor;
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::{Limit, Scratch};
use crate::lane::Lane;

#[inline(always)]
pub(super) fn limits<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let (zero, one) = (V::zero(), V::splat(1.0));
    s.num_limits = 0;
    for (j, link) in m.links[1..].iter().enumerate() {
        let low = b.joints[j] - V::splat(link.limits[0]);
        let high = V::splat(link.limits[1]) - b.joints[j];
        let distance = low.min(high);
        let beyond = distance.lt(zero);
        if !V::any(beyond) {
            b.limit_impulse[j] = zero;
            continue;
        }
        let sign = V::select(low.lt(high), one, -one);
        let n = 6 + link.chain.len();
        let start = s.num_limits * m.support;
        let y = &mut s.limit_rows[start..start + n];
        y[..n - 1].fill(zero);
        y[n - 1] = sign;
        let factor = Factor { rows: &s.rows, inv_diag: &s.inv_diag, base: &s.base, base_inv: &s.base_inv };
        factor.solve_chain::<1, 0>(m, j + 1, y.as_chunks_mut().0);
        let mut nn = zero;
        for e in y.iter() {
            nn = e.mul_add(*e, nn);
        }
        let (push, ratio) = impedance(&o.soft, distance);
        let reg = ratio * nn;
        let impulse = V::select(beyond, b.limit_impulse[j], zero);
        s.limits[s.num_limits] = Limit {
            joint: j,
            target: V::splat(o.soft.keep).mul_add(sign * b.velocity[6 + j], push),
            impulse,
            reg,
            inv: V::select(beyond, (nn + reg).recip(), zero),
        };
        s.num_limits += 1;
        let (zb, zj) = s.z.split_at_mut(6);
        for (e, y) in y.iter().enumerate() {
            let z = if e < 6 { &mut zb[e] } else { &mut zj[link.chain[e - 6]] };
            *z = y.mul_add(impulse, *z);
        }
    }
}
