//! Stage 4c, where robots hit themselves: which pairs of points touch, and their rows.
//!
//! Such a contact does not push the robot as a whole, and joints above both links do not feel it: its row J has entries only for
//! those between the two. But `Y = L⁻ᵀ Jᵀ` has entries for all joints above either link, and for the base.
use super::contacts::{Touch, finish};
use super::factor::Factor;
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::pairs::LinkPair;
use super::scratch::{Contact, Scratch};
use crate::lane::{Lane, V3};

#[inline(always)]
pub(super) fn self_contacts<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let zero = V::zero();
    s.num_self = 0;
    for (i, link) in m.links.iter().enumerate() {
        let mut sum = V3::zero();
        for point in link.points.clone() {
            sum = sum + s.centers[point];
        }
        s.middles[i] = sum.scale(V::splat(1.0 / link.points.len().max(1) as f32));
    }
    for (i, pair) in m.pairs.links.iter().enumerate() {
        let apart = s.middles[pair.links[0]] - s.middles[pair.links[1]];
        let reach = pair.reach[0] + pair.reach[1];
        let touched = V::any(zero.lt(b.pair_load[i]));
        b.pair_load[i] = zero;
        if !V::any(apart.dot(apart).lt(V::splat(reach * reach))) {
            if touched {
                b.pair_impulse[pair.points.clone()].fill([zero; 3]);
            }
            continue;
        }
        for k in pair.points.clone() {
            match touch(m, s, m.pairs.points[k]) {
                Some(touch) => contact(m, b, s, o, (i, k), &touch),
                None => b.pair_impulse[k] = [zero; 3],
            }
        }
    }
}

/// Where two points touch: the normal is from the second to the first; `None` if they do in no lane.
#[inline(always)]
fn touch<V: Lane>(m: &Model, s: &Scratch<V>, [i, j]: [usize; 2]) -> Option<Touch<V>> {
    let apart = s.centers[i] - s.centers[j];
    let (square, reach) = (apart.dot(apart), V::splat(m.points[i].radius + m.points[j].radius));
    let touches = square.lt(reach * reach);
    if !V::any(touches) {
        return None;
    }
    // centres that coincide have no direction: upwards is as good as any
    let tiny = V::splat(1e-12);
    let inverse = square.max(tiny).rsqrt();
    let n = apart.scale(inverse);
    let n = V3::new(n.x, n.y, V::select(square.lt(tiny), V::splat(1.0), n.z));
    // where they are apart, far enough to count for nothing
    let distance = V::select(touches, square * inverse - reach, V::splat(1.0));
    Some(Touch { distance, frame: super::hits::frame(n) })
}

/// Appends the rows of one contact and applies its impulse of the last step.
#[inline(always)]
fn contact<V: Lane>(
    m: &Model,
    b: &Block<V>,
    s: &mut Scratch<V>,
    o: &Options,
    (link_pair, point_pair): (usize, usize),
    touch: &Touch<V>,
) {
    let pair = &m.pairs.links[link_pair];
    let [_, second] = m.pairs.points[point_pair];
    // half-way into the overlap, relative to the base origin
    let depth = touch.distance.mul_add(V::splat(0.5), V::splat(m.points[second].radius));
    let at = touch.frame[0].scale_add(depth, s.centers[second]);
    let n = pair.joints.len();
    let start = s.num_self * m.pairs.support;
    if s.self_contacts.len() == s.num_self {
        s.self_contacts.push(Contact::default());
        s.self_rows.resize(start + m.pairs.support, [V::zero(); 3]);
    }
    let y = &mut s.self_rows[start..start + 6 + n];
    y[..6].fill([V::zero(); 3]);
    let mut velocity = [V::zero(); 3];
    for c in 0..n {
        let (l, side) = (&s.links[pair.joints[c] + 1], V::splat(pair.sides[c]));
        let column = l.s_ang.cross_add(at, l.s_lin).scale(side);
        let qd = b.velocity[6 + pair.joints[c]];
        for r in 0..3 {
            y[6 + c][r] = touch.frame[r].dot(column);
            velocity[r] = y[6 + c][r].mul_add(qd, velocity[r]);
        }
    }
    let factor = Factor { rows: &s.rows, inv_diag: &s.inv_diag, base: &s.base, base_inv: &s.base_inv };
    solve_pair(&factor, m, pair, y);
    let impulse = b.pair_impulse[point_pair];
    let c = &mut s.self_contacts[s.num_self];
    (c.point, c.link) = (point_pair, link_pair);
    finish(c, o, touch.distance, y, velocity, impulse);
    let impulse = c.impulse;
    s.num_self += 1;
    let (zb, zj) = s.z.split_at_mut(6);
    for e in 0..6 + n {
        let [yn, y1, y2] = y[e];
        let z = if e < 6 { &mut zb[e] } else { &mut zj[pair.joints[e - 6]] };
        *z = yn.mul_add(impulse[0], y1.mul_add(impulse[1], y2.mul_add(impulse[2], *z)));
    }
}

/// `x ← L⁻ᵀ x` in place: six base entries, then the joints of the pair.
#[inline(always)]
fn solve_pair<V: Lane>(factor: &Factor<V>, m: &Model, pair: &LinkPair, x: &mut [[V; 3]]) {
    let (xb, xj) = x.split_first_chunk_mut::<6>().expect("a row begins with six base entries");
    let mut b = *xb;
    for c in (0..pair.joints.len()).rev() {
        let k = pair.joints[c];
        let above = &pair.above[c];
        let start = m.links[k + 1].row;
        let row = &factor.rows[start..start + 7 + above.len()];
        for r in 0..3 {
            xj[c][r] *= factor.inv_diag[k];
        }
        let y = xj[c];
        for (e, &place) in above.iter().enumerate() {
            for r in 0..3 {
                xj[place][r] = row[6 + e].neg_mul_add(y[r], xj[place][r]);
            }
        }
        for e in 0..6 {
            for r in 0..3 {
                b[e][r] = row[e].neg_mul_add(y[r], b[e][r]);
            }
        }
    }
    factor.solve_base(&mut b);
    *xb = b;
}
