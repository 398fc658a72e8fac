//! Stage 5: projected Gauss-Seidel in z space, starting from the impulses of the last step.
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::{Contact, Limit, Scratch};
use crate::lane::Lane;

/// With contacts with the surface only.
#[inline(always)]
pub(super) fn solve<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    sweeps::<V, false>(m, b, s, o);
}

/// With contacts with boxes, or of the robot with itself. Code of its own: it costs nothing where there are none.
#[inline(always)]
pub(super) fn solve_all<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    sweeps::<V, true>(m, b, s, o);
}

#[inline(always)]
fn sweeps<V: Lane, const ALL: bool>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let friction = *b.friction;
    let (contacts, limits) = (&mut s.contacts[..s.num_contacts], &mut s.limits[..s.num_limits]);
    let (z, zj) = s.z.split_first_chunk_mut::<6>().expect("six base entries come before the joints");
    // the base part stays in registers over all rows
    let mut zb = *z;
    for _ in 0..o.iterations {
        for i in 0..limits.len() {
            let c = &mut limits[i];
            let y = &s.limit_rows[i * m.support..][..m.support];
            sweep_limit(&m.links[c.joint + 1].chain, c, y, &mut zb, zj);
        }
        for i in 0..contacts.len() {
            let c = &mut contacts[i];
            let y = &s.contact_rows[i * m.support..][..m.support];
            let chain = &m.links[c.link].chain[..];
            match chain.len() {
                3 => sweep_contact::<V, 3>(chain, c, y, friction, &mut zb, zj),
                _ => sweep_contact::<V, 0>(chain, c, y, friction, &mut zb, zj),
            }
        }
        for i in 0..if ALL { s.num_self } else { 0 } {
            let c = &mut s.self_contacts[i];
            let y = &s.self_rows[i * m.pairs.support..][..m.pairs.support];
            sweep_contact::<V, 0>(&m.pairs.links[c.link].joints, c, y, friction, &mut zb, zj);
        }
    }
    *z = zb;
    let (on_surface, on_boxes) = contacts.split_at(s.num_surface);
    for c in on_surface {
        b.impulse[c.point] = c.impulse;
    }
    for c in limits {
        b.limit_impulse[c.joint] = c.impulse;
    }
    if ALL {
        for (c, touch) in on_boxes.iter().zip(&s.box_touches) {
            let [n, t1, t2] = touch.frame;
            let [l0, l1, l2] = c.impulse;
            b.touched[c.point][touch.slot].impulse = n.scale_add(l0, t1.scale_add(l1, t2.scale(l2)));
        }
        for c in &s.self_contacts[..s.num_self] {
            b.pair_impulse[c.point] = c.impulse;
            b.pair_load[c.link] += c.impulse[0];
        }
    }
}

#[inline(always)]
fn sweep_limit<V: Lane>(chain: &[usize], c: &mut Limit<V>, y: &[V], zb: &mut [V; 6], zj: &mut [V]) {
    let mut v = -c.target;
    let n = chain.len();
    let (yb, yj) = (&y[..6], &y[6..6 + n]);
    for e in 0..6 {
        v = yb[e].mul_add(zb[e], v);
    }
    for c in 0..n {
        v = yj[c].mul_add(zj[chain[c]], v);
    }
    let impulse = c.inv.neg_mul_add(c.reg.mul_add(c.impulse, v), c.impulse).max(V::zero());
    let d = impulse - c.impulse;
    c.impulse = impulse;
    for e in 0..6 {
        zb[e] = yb[e].mul_add(d, zb[e]);
    }
    for c in 0..n {
        zj[chain[c]] = yj[c].mul_add(d, zj[chain[c]]);
    }
}

/// `N` is the length of the chain if that is worth code of its own, or 0.
#[inline(always)]
fn sweep_contact<V: Lane, const N: usize>(
    chain: &[usize],
    c: &mut Contact<V>,
    y: &[[V; 3]],
    friction: V,
    zb: &mut [V; 6],
    zj: &mut [V],
) {
    let (zero, one) = (V::zero(), V::splat(1.0));
    let n = if N > 0 { N } else { chain.len() };
    let chain = &chain[..n];
    let (yb, yj) = (&y[..6], &y[6..6 + n]);
    // constraint velocity minus target; joint terms first, because they do not wait for the previous contact
    let (mut vn, mut v1, mut v2) = (-c.target[0], -c.target[1], -c.target[2]);
    for e in 0..n {
        let z = zj[chain[e]];
        vn = yj[e][0].mul_add(z, vn);
        v1 = yj[e][1].mul_add(z, v1);
        v2 = yj[e][2].mul_add(z, v2);
    }
    // two chains of additions are shorter than one
    let [mut wn, mut w1, mut w2] = [zero; 3];
    for e in 0..3 {
        let (za, zc) = (zb[e], zb[e + 3]);
        vn = yb[e][0].mul_add(za, vn);
        v1 = yb[e][1].mul_add(za, v1);
        v2 = yb[e][2].mul_add(za, v2);
        wn = yb[e + 3][0].mul_add(zc, wn);
        w1 = yb[e + 3][1].mul_add(zc, w1);
        w2 = yb[e + 3][2].mul_add(zc, w2);
    }
    let [l0, l1, l2] = c.impulse;
    let normal = c.inv_n.neg_mul_add(c.reg.mul_add(l0, vn) + wn, l0).max(zero);
    let dn = normal - l0;
    // tangents see the fresh normal impulse, although all rows were read from one z
    let r1 = c.a_nt[0].mul_add(dn, c.reg.mul_add(l1, v1) + w1);
    let r2 = c.a_nt[1].mul_add(dn, c.reg.mul_add(l2, v2) + w2);
    let (t1, t2) = (c.inv_t.neg_mul_add(r1, l1), c.inv_t.neg_mul_add(r2, l2));
    // radial projection onto Coulomb's cone
    let inverse = t1.mul_add(t1, t2.mul_add(t2, V::splat(1e-20))).rsqrt_fast();
    let shrink = (friction * normal * inverse).min(one);
    let (n1, n2) = (t1 * shrink, t2 * shrink);
    let (d1, d2) = (n1 - l1, n2 - l2);
    c.impulse = [normal, n1, n2];
    for e in 0..6 {
        zb[e] = yb[e][2].mul_add(d2, yb[e][1].mul_add(d1, yb[e][0].mul_add(dn, zb[e])));
    }
    for e in 0..n {
        let z = &mut zj[chain[e]];
        *z = yj[e][2].mul_add(d2, yj[e][1].mul_add(d1, yj[e][0].mul_add(dn, *z)));
    }
}
