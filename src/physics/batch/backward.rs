//! Stage 2: composite inertias from the leaves to the root give the packed mass matrix (Featherstone's composite rigid body
//! algorithm), bias forces the right-hand side `dt (torque - damping - bias)`.
use super::layout::Block;
use super::model::Model;
use super::options::Options;
use super::scratch::Scratch;
use crate::actuator::{dry_friction, motor_range, unsaturated, unsaturated_in};
use crate::lane::Lane;

#[inline(always)]
pub(super) fn backward<V: Lane>(m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options) {
    let dt = V::splat(o.dt);
    for i in (1..m.links.len()).rev() {
        let (link, j) = (&m.links[i], i - 1);
        let (head, tail) = s.links.split_at_mut(i);
        let l = &tail[0];
        let (fa, fl) = l.inertia.mul(l.s_ang, l.s_lin);
        let n = link.chain.len();
        let row = &mut s.rows[link.row..link.row + 6 + n];
        (row[0], row[1], row[2], row[3], row[4], row[5]) = (fl.x, fl.y, fl.z, fa.x, fa.y, fa.z);
        for c in 0..n - 1 {
            let a = &head[link.chain[c] + 1];
            row[6 + c] = a.s_ang.dot(fa) + a.s_lin.dot(fl);
        }
        let (p, qd) = (&b.joint_params[j], b.velocity[6 + j]);
        let (friction, friction_damping) = dry_friction(p.dry_friction, b.bend[j], qd, o.dt);
        // what weakens with the velocity after the step belongs on the diagonal
        let mut implicit = p.damping + friction_damping;
        if o.implicit_kd {
            let damps = match o.motors.get(j) {
                None => unsaturated(b.torque[j], p.effort),
                Some([no_load, fall]) => {
                    let range = motor_range(p.effort, qd, V::splat(*no_load), V::splat(*fall));
                    unsaturated_in(b.torque[j], p.effort, range)
                }
            };
            implicit = damps.mul_add(p.kd, implicit);
        }
        row[5 + n] = implicit.mul_add(dt, l.s_ang.dot(fa) + l.s_lin.dot(fl) + p.armature);
        let bias = l.s_ang.dot(l.f_ang) + l.s_lin.dot(l.f_lin);
        s.g[6 + j] = (p.damping.neg_mul_add(qd, b.torque[j] + friction) - bias) * dt;
        let parent = &mut head[link.parent];
        parent.inertia.add(&l.inertia);
        parent.f_ang = parent.f_ang + l.f_ang;
        parent.f_lin = parent.f_lin + l.f_lin;
    }
    let root = &s.links[0];
    let (f, t) = (root.f_lin.scale(-dt), root.f_ang.scale(-dt));
    s.g[..6].copy_from_slice(&[f.x, f.y, f.z, t.x, t.y, t.z]);
}
