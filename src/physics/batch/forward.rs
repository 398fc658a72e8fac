//! Stage 1: poses, motion subspaces, velocities, bias accelerations, spatial inertias and bias forces from the root to
//! the leaves; actuator torques.
use super::layout::Block;
use super::link::LinkConst;
use super::model::Model;
use super::options::Options;
use super::scratch::{Kin, LinkWork, Scratch};
use crate::actuator::{motor_range, pd_torque};
use crate::lane::{Lane, M3, V3, sincos};

#[inline(always)]
pub(super) fn forward<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let u = &*b.velocity;
    let (v, w) = (V3::new(u[0], u[1], u[2]), V3::new(u[3], u[4], u[5]));
    // spatial acceleration of the base when its generalised acceleration is zero, minus gravity
    let mut a_lin = -w.cross(v);
    a_lin.z += V::splat(o.gravity);
    s.kin[0] =
        Kin { rot: M3::from_quat(b.quat), pos: V3::zero(), v_ang: w, v_lin: v, a_ang: V3::zero(), a_lin };
    // a sphere lower than this (relative to the base origin) may touch
    let ceiling = V::splat(o.ceiling) - b.pos.z;
    let com = V3::splat(m.links[0].com) + *b.com_offset;
    link_forces(&s.kin[0], &mut s.links[0], &m.links[0], com, b.mass_factor[0]);
    let all = o.uneven || !m.pairs.links.is_empty();
    s.near[0] = centers(m, 0, &s.kin[0], ceiling, all, &mut s.centers);
    for i in 1..m.links.len() {
        let (link, j) = (&m.links[i], i - 1);
        let depth = link.chain.len();
        let (head, tail) = s.kin.split_at_mut(depth);
        let (p, k) = (&head[depth - 1], &mut tail[0]);
        let work = &mut s.links[i];
        let (sin, cos) = sincos(b.joints[j]);
        let sign = V::splat(link.sign);
        let rot = match &link.rotation {
            Some(e) => p.rot.mul_const(e),
            None => p.rot,
        };
        k.pos = p.rot.mul_v_add(V3::splat(link.offset), p.pos);
        let axis;
        match link.axis {
            0 => (k.rot, axis) = (rot.rotate_axis(0, sin * sign, cos), rot.c[0]),
            1 => (k.rot, axis) = (rot.rotate_axis(1, sin * sign, cos), rot.c[1]),
            _ => (k.rot, axis) = (rot.rotate_axis(2, sin * sign, cos), rot.c[2]),
        }
        let s_ang = axis.scale(sign);
        let s_lin = k.pos.cross(s_ang);
        work.s_ang = s_ang;
        work.s_lin = s_lin;
        let qd = u[6 + j];
        let (ang, lin) = (s_ang.scale(qd), s_lin.scale(qd));
        k.v_ang = p.v_ang + ang;
        k.v_lin = p.v_lin + lin;
        k.a_ang = p.v_ang.cross_add(ang, p.a_ang);
        k.a_lin = p.v_lin.cross_add(ang, p.v_ang.cross_add(lin, p.a_lin));
        link_forces(k, work, link, V3::splat(link.com), b.mass_factor[i]);
        s.near[i] = centers(m, i, k, ceiling, all, &mut s.centers);
        let jp = &b.joint_params[j];
        let torque = pd_torque(jp.kp, jp.kd, jp.effort, b.target[j] - b.joints[j], qd, b.feedforward[j]);
        b.torque[j] = match o.motors.get(j) {
            None => torque,
            Some([no_load, fall]) => {
                let (low, high) = motor_range(jp.effort, qd, V::splat(*no_load), V::splat(*fall));
                torque.clamp(low, high)
            }
        };
    }
}

/// Sphere centres of one link, unless it is above the surface in all lanes and nobody watches it; returns whether it
/// may touch that.
#[inline(always)]
fn centers<V: Lane>(m: &Model, link: usize, k: &Kin<V>, ceiling: V, all: bool, out: &mut [V3<V>]) -> bool {
    let l = &m.links[link];
    let near = !l.points.is_empty() && V::any((k.pos.z - V::splat(l.reach)).lt(ceiling));
    if !near && !l.watched && !all {
        return false;
    }
    for i in l.points.clone() {
        out[i] = k.rot.mul_v_add(V3::splat(m.points[i].center), k.pos);
    }
    near
}

/// Spatial inertia about the base origin, and the bias force: Newton's and Euler's equations about the centre of mass.
#[inline(always)]
fn link_forces<V: Lane>(k: &Kin<V>, work: &mut LinkWork<V>, link: &LinkConst, com: V3<V>, factor: V) {
    let r = &k.rot.c;
    let c = k.rot.mul_v_add(com, k.pos);
    let mass = V::splat(link.mass) * factor;
    let i = &link.inertia;
    let (ixx, iyy, izz) = (V::splat(i[0]) * factor, V::splat(i[1]) * factor, V::splat(i[2]) * factor);
    // columns of R I
    let a = if link.diagonal_inertia {
        [r[0].scale(ixx), r[1].scale(iyy), r[2].scale(izz)]
    } else {
        let (ixy, ixz, iyz) = (V::splat(i[3]) * factor, V::splat(i[4]) * factor, V::splat(i[5]) * factor);
        [
            r[0].scale_add(ixx, r[1].scale_add(ixy, r[2].scale(ixz))),
            r[0].scale_add(ixy, r[1].scale_add(iyy, r[2].scale(iyz))),
            r[0].scale_add(ixz, r[1].scale_add(iyz, r[2].scale(izz))),
        ]
    };
    // R I Rᵀ, about the centre of mass
    let xx = a[0].x.mul_add(r[0].x, a[1].x.mul_add(r[1].x, a[2].x * r[2].x));
    let yy = a[0].y.mul_add(r[0].y, a[1].y.mul_add(r[1].y, a[2].y * r[2].y));
    let zz = a[0].z.mul_add(r[0].z, a[1].z.mul_add(r[1].z, a[2].z * r[2].z));
    let xy = a[0].x.mul_add(r[0].y, a[1].x.mul_add(r[1].y, a[2].x * r[2].y));
    let xz = a[0].x.mul_add(r[0].z, a[1].x.mul_add(r[1].z, a[2].x * r[2].z));
    let yz = a[0].y.mul_add(r[0].z, a[1].y.mul_add(r[1].z, a[2].y * r[2].z));
    let turn = |w: V3<V>| {
        V3::new(
            xx.mul_add(w.x, xy.mul_add(w.y, xz * w.z)),
            xy.mul_add(w.x, yy.mul_add(w.y, yz * w.z)),
            xz.mul_add(w.x, yz.mul_add(w.y, zz * w.z)),
        )
    };
    let velocity = k.v_ang.cross_add(c, k.v_lin);
    let acceleration = k.v_ang.cross_add(velocity, k.a_ang.cross_add(c, k.a_lin));
    work.f_lin = acceleration.scale(mass);
    let torque = k.v_ang.cross_add(turn(k.v_ang), turn(k.a_ang));
    work.f_ang = c.cross_add(work.f_lin, torque);
    // + m (c·c 1 - c cᵀ)
    let h = c.scale(mass);
    let (hx, hy, hz) = (h.x * c.x, h.y * c.y, h.z * c.z);
    let i = &mut work.inertia;
    i.m = mass;
    i.h = h;
    (i.i[0], i.i[1], i.i[2]) = (xx + hy + hz, yy + hx + hz, zz + hx + hy);
    i.i[3] = h.x.neg_mul_add(c.y, xy);
    i.i[4] = h.x.neg_mul_add(c.z, xz);
    i.i[5] = h.y.neg_mul_add(c.z, yz);
}
