//! Stage 4a on a plane: which spheres touch it, and their three rows.
//!
//! A point is processed if it touches in any lane; in the other lanes its inverse diagonals and impulses are zero, which
//! has exactly no effect.
use super::factor::Factor;
use super::layout::Block;
use super::model::Model;
use super::options::{Options, Softness};
use super::scratch::{Contact, Scratch};
use crate::lane::{Lane, V3};

/// Over-relaxation of the tangential update.
const RELAX_TANGENT: f32 = 1.2;

/// What closes more slowly than this does not bounce, m/s: robots that stand do not tremble.
const BOUNCE_SPEED: f32 = 0.1;

/// Where a sphere meets the ground: distance (negative inside), normal and two tangents.
pub(super) struct Touch<V> {
    pub distance: V,
    pub frame: [V3<V>; 3],
}

#[inline(always)]
pub(super) fn contacts<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    s.num_contacts = 0;
    for (i, link) in m.links.iter().enumerate() {
        if !s.near[i] {
            b.impulse[link.points.clone()].fill([V::zero(); 3]);
            continue;
        }
        for point in link.points.clone() {
            match plane(o.ceiling, s.centers[point], *b.pos, V::splat(m.points[point].radius)) {
                Some(touch) => {
                    let last = b.impulse[point];
                    match link.chain.len() {
                        3 => contact::<V, 3>(m, b, s, o, point, &touch, last),
                        _ => contact::<V, 0>(m, b, s, o, point, &touch, last),
                    }
                }
                None => b.impulse[point] = [V::zero(); 3],
            }
        }
    }
    s.num_surface = s.num_contacts;
}

/// Where a sphere touches a plane; `None` if no lane's does.
#[inline(always)]
pub(super) fn plane<V: Lane>(height: f32, center: V3<V>, base: V3<V>, radius: V) -> Option<Touch<V>> {
    let (zero, one) = (V::zero(), V::splat(1.0));
    let distance = center.z + base.z - radius - V::splat(height);
    let frame = [V3::new(zero, zero, one), V3::new(one, zero, zero), V3::new(zero, one, zero)];
    V::any(distance.lt(zero)).then_some(Touch { distance, frame })
}

/// Appends the rows of one contact and applies its impulse of the last step, `impulse`, where it touches still.
#[inline(always)]
pub(super) fn contact<V: Lane, const N: usize>(
    m: &Model,
    b: &Block<V>,
    s: &mut Scratch<V>,
    o: &Options,
    point: usize,
    touch: &Touch<V>,
    impulse: [V; 3],
) {
    let zero = V::zero();
    let (p, distance, frame) = (&m.points[point], touch.distance, &touch.frame);
    // half-way into the overlap, relative to the base origin
    let depth = distance.mul_add(V::splat(0.5), V::splat(p.radius));
    let at = frame[0].scale_add(-depth, s.centers[point]);
    let chain = &m.links[p.link].chain;
    let n = if N > 0 { N } else { chain.len() };
    let start = s.num_contacts * m.support;
    let y = &mut s.contact_rows[start..start + 6 + n];
    let (lin, ang) = y[..6].split_at_mut(3);
    let u = &*b.velocity;
    let (ul, ua) = (V3::new(u[0], u[1], u[2]), V3::new(u[3], u[4], u[5]));
    let mut velocity = [zero; 3];
    for r in 0..3 {
        let d = frame[r];
        let a = at.cross(d);
        (lin[0][r], lin[1][r], lin[2][r]) = (d.x, d.y, d.z);
        (ang[0][r], ang[1][r], ang[2][r]) = (a.x, a.y, a.z);
        velocity[r] = d.dot(ul) + a.dot(ua);
    }
    for c in 0..n {
        let l = &s.links[chain[c] + 1];
        let column = l.s_ang.cross_add(at, l.s_lin);
        let qd = u[6 + chain[c]];
        for r in 0..3 {
            y[6 + c][r] = frame[r].dot(column);
            velocity[r] = y[6 + c][r].mul_add(qd, velocity[r]);
        }
    }
    let factor = Factor { rows: &s.rows, inv_diag: &s.inv_diag, base: &s.base, base_inv: &s.base_inv };
    factor.solve_chain::<3, N>(m, p.link, y);
    let c = &mut s.contacts[s.num_contacts];
    (c.point, c.link) = (point, p.link);
    finish(c, o, distance, y, velocity, impulse);
    if o.bouncy {
        bounce(c, o, *b.restitution, distance, velocity[0]);
    }
    let impulse = c.impulse;
    s.num_contacts += 1;
    let (zb, zj) = s.z.split_at_mut(6);
    for e in 0..6 + n {
        let [yn, y1, y2] = y[e];
        let z = if e < 6 { &mut zb[e] } else { &mut zj[chain[e - 6]] };
        *z = yn.mul_add(impulse[0], y1.mul_add(impulse[1], y2.mul_add(impulse[2], *z)));
    }
}

/// Fills in a contact whose rows in z space are `y`: `velocity` is what they read before the step, `impulse` what it was in the
/// last one, kept where it touches still.
#[inline(always)]
pub(super) fn finish<V: Lane>(
    c: &mut Contact<V>,
    o: &Options,
    distance: V,
    y: &[[V; 3]],
    velocity: [V; 3],
    mut impulse: [V; 3],
) {
    let zero = V::zero();
    let touching = distance.lt(zero);
    let [mut nn, mut n1, mut n2, mut a11, mut a22, mut a12] = [zero; 6];
    for [yn, y1, y2] in y.iter().copied() {
        nn = yn.mul_add(yn, nn);
        n1 = yn.mul_add(y1, n1);
        n2 = yn.mul_add(y2, n2);
        a11 = y1.mul_add(y1, a11);
        a22 = y2.mul_add(y2, a22);
        a12 = y1.mul_add(y2, a12);
    }
    let (push, ratio) = impedance(&o.soft, distance);
    let reg = ratio * nn;
    // the larger eigenvalue of the tangential block makes radial projection a proper projected-gradient step
    let half = V::splat(0.5);
    let difference = (a11 - a22) * half;
    let largest = (a11 + a22).mul_add(half, difference.mul_add(difference, a12 * a12).sqrt());
    for r in 0..3 {
        impulse[r] = V::select(touching, impulse[r], zero);
    }
    let keep = V::splat(o.soft.keep);
    c.target = [keep.mul_add(velocity[0], push), keep * velocity[1], keep * velocity[2]];
    c.impulse = impulse;
    c.reg = reg;
    c.inv_n = V::select(touching, (nn + reg).recip(), zero);
    c.inv_t = V::select(touching, (largest + reg).recip() * V::splat(RELAX_TANGENT), zero);
    c.a_nt = [n1, n2];
}

/// Lets a contact that closes at a speed (`velocity` is negative then, m/s) open with `restitution` times that speed after
/// the step: that is Newton's law for what meets the ground for the first time, and nothing for what rests on it.
#[inline(always)]
pub(super) fn bounce<V: Lane>(c: &mut Contact<V>, o: &Options, restitution: V, distance: V, velocity: V) {
    let (_, ratio) = impedance(&o.soft, distance);
    // a constraint of this softness covers only the share 1 / (1 + ratio) of the way from `velocity` to its target
    let target = (restitution + V::splat(1.0)).neg_mul_add(velocity * (V::splat(1.0) + ratio), velocity);
    let hits = velocity.lt(V::splat(-BOUNCE_SPEED));
    let bounces = V::one_if(hits) * V::one_if(V::zero().lt(restitution));
    c.target[0] = V::select(V::zero().lt(bounces), c.target[0].max(target), c.target[0]);
}

/// Velocity that pushes a constraint back (m/s or rad/s), and its regularisation relative to its inverse inertia, for a
/// distance that is negative where the constraint is violated.
#[inline(always)]
pub(super) fn impedance<V: Lane>(soft: &Softness, distance: V) -> (V, V) {
    let one = V::splat(1.0);
    let x = (-distance * V::splat(soft.inverse_width)).clamp(V::zero(), one);
    // smooth step: two parabolas
    let low = x * x * V::splat(2.0);
    let rest = one - x;
    let high = (rest * rest).neg_mul_add(V::splat(2.0), one);
    let y = V::select(x.lt(V::splat(0.5)), low, high);
    let d = y.mul_add(V::splat(soft.slope), V::splat(soft.d0));
    (d * V::splat(soft.spring) * distance, (one - d) * d.recip())
}
