//! Mechanical energy of a robot from what a simulator reports.
use crate::robot::{Posture, point_w};
use crate::robot::{RobotSpec, StateView, centre_of_mass, link_poses};

type Vector = [f64; 3];

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
fn add(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|k| a[k] + b[k])
}
fn sub(a: Vector, b: Vector) -> Vector {
    std::array::from_fn(|k| a[k] - b[k])
}
fn dot(a: Vector, b: Vector) -> f64 {
    (0..3).map(|k| a[k] * b[k]).sum()
}

/// Kinetic energy of links and rotors, and potential energy above z = 0, J.
pub fn energy(spec: &RobotSpec, state: &StateView, lane: usize, gravity: f64) -> f64 {
    let at = |w: &crate::lane::Wide| crate::lane::Lane::lanes(w)[lane];
    let v3 = |v: crate::lane::V3<crate::lane::Wide>| [at(&v.x), at(&v.y), at(&v.z)];
    let posture = Posture {
        pos_w: v3(state.base_pos_w),
        quat: state.base_quat.map(|q| at(&q)),
        joint_pos: state.joint_pos.iter().map(at).collect(),
    };
    let poses = link_poses(spec, &posture);
    let point = |i: usize, p: Vector| point_w(&poses[i], p).map(f64::from);
    // of link origins, and angular
    let mut moving: Vec<[Vector; 2]> =
        vec![[v3(state.base_lin_vel_w).map(f64::from), v3(state.base_ang_vel_w).map(f64::from)]];
    let mut kinetic = 0.0;
    for (i, link) in spec.links.iter().enumerate() {
        let origin = point(i, [0.0; 3]);
        if let Some(j) = &link.joint {
            let p = spec.link_index(&j.parent).unwrap_or(0);
            let speed = f64::from(at(&state.joint_vel[i - 1]));
            let axis = sub(point(i, j.axis), origin).map(|a| a * speed);
            let [linear, angular] = moving[p];
            let arm = sub(origin, point(p, [0.0; 3]));
            moving.push([add(linear, cross(angular, arm)), add(angular, axis)]);
            kinetic += 0.5 * j.armature * speed * speed;
        }
        let [linear, angular] = moving[i];
        let v = add(linear, cross(angular, sub(point(i, link.com), origin)));
        let axes: [Vector; 3] = std::array::from_fn(|k| {
            let unit: Vector = std::array::from_fn(|r| f64::from(r == k));
            sub(point(i, unit), origin)
        });
        let w = axes.map(|a| dot(a, angular));
        let [xx, yy, zz, xy, xz, yz] = link.inertia;
        let spin = xx * w[0] * w[0] + yy * w[1] * w[1] + zz * w[2] * w[2];
        let spin = spin + 2.0 * (xy * w[0] * w[1] + xz * w[0] * w[2] + yz * w[1] * w[2]);
        kinetic += 0.5 * (link.mass * dot(v, v) + spin);
    }
    kinetic + spec.mass() * gravity * f64::from(centre_of_mass(spec, &poses)[2])
}
