//! Forward kinematics of a single robot in double precision: for drawing, and for the feet of a robot just reset.
use super::model::Model;
use crate::robot::{LinkPose, Twist};

/// Base pose and twist, joint positions and velocities of one robot. Kept and refilled: a reset takes no memory.
#[derive(Default)]
pub(super) struct Pose {
    pub pos: [f64; 3],
    /// (w, x, y, z)
    pub quat: [f64; 4],
    pub twist: Twist,
    pub joints: Vec<f64>,
    pub velocities: Vec<f64>,
    links: Vec<Moving>,
}

/// A link frame in the world and its velocity.
struct Moving {
    pos: [f64; 3],
    quat: [f64; 4],
    linear: [f64; 3],
    angular: [f64; 3],
}

/// Lowest point of a foot's sphere, m, and the velocity of its material there, m/s.
pub(super) struct Foot {
    pub leg: usize,
    pub pos: [f64; 3],
    pub vel: [f64; 3],
    /// Forward and left axis of its link.
    pub axes: [[f64; 3]; 2],
}

impl Pose {
    /// Computes all link frames.
    fn place(&mut self, m: &Model) {
        self.links.clear();
        self.links.push(Moving {
            pos: self.pos,
            quat: unit(self.quat),
            linear: self.twist.linear.map(f64::from),
            angular: self.twist.angular.map(f64::from),
        });
        for (j, f) in m.frames.iter().skip(1).enumerate() {
            let p = &self.links[f.parent];
            let arm = rotate(&p.quat, &f.origin);
            let frame = compose(&p.quat, &f.rotation);
            let (sin, cos) = (self.joints[j] / 2.0).sin_cos();
            let axis = rotate(&frame, &f.axis);
            let link = Moving {
                pos: add(&p.pos, &arm),
                quat: compose(&frame, &[cos, sin * f.axis[0], sin * f.axis[1], sin * f.axis[2]]),
                linear: add(&p.linear, &cross(&p.angular, &arm)),
                angular: add(&p.angular, &axis.map(|a| a * self.velocities[j])),
            };
            self.links.push(link);
        }
    }
    /// Poses of all links as written in the robot file.
    pub fn link_poses(&mut self, m: &Model, out: &mut Vec<LinkPose>) {
        self.place(m);
        out.clear();
        let poses = self.links.iter();
        out.extend(
            poses.map(|l| LinkPose { pos_w: l.pos.map(|v| v as f32), quat: l.quat.map(|v| v as f32) }),
        );
    }
    /// Hands every foot to `each`.
    pub fn feet(&mut self, m: &Model, mut each: impl FnMut(Foot)) {
        self.place(m);
        for (l, f) in self.links.iter().zip(&m.frames) {
            for (leg, center, radius) in &f.feet {
                let arm = add(&rotate(&l.quat, center), &[0.0, 0.0, -radius]);
                let vel = add(&l.linear, &cross(&l.angular, &arm));
                let axes = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]].map(|axis| rotate(&l.quat, &axis));
                each(Foot { leg: *leg, pos: add(&l.pos, &arm), vel, axes });
            }
        }
    }
}

fn add(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] + b[i])
}
fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
fn unit(q: [f64; 4]) -> [f64; 4] {
    let n = q.iter().map(|v| v * v).sum::<f64>().sqrt();
    q.map(|v| v / n)
}
fn rotate(q: &[f64; 4], v: &[f64; 3]) -> [f64; 3] {
    let im = [q[1], q[2], q[3]];
    let t = cross(&im, v).map(|a| 2.0 * a);
    let u = cross(&im, &t);
    std::array::from_fn(|i| v[i] + q[0] * t[i] + u[i])
}
fn compose(a: &[f64; 4], b: &[f64; 4]) -> [f64; 4] {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{Backend, BatchSim};
    use super::*;
    use crate::lane::{Lane, Wide};
    use crate::physics::{PhysicsCfg, Simulator};
    use crate::robot::{RobotSpec, StartState};
    use crate::terrain::Terrain;
    use std::sync::Arc;

    const GRAVITY: f64 = 9.81;

    /// Kinetic energy of all links and rotors, and potential energy above z = 0, J.
    fn energy(spec: &RobotSpec, pose: &Pose) -> f64 {
        let links = spec.links.iter().zip(&pose.links).map(|(l, m)| {
            let arm = rotate(&m.quat, &l.com);
            let v = add(&m.linear, &cross(&m.angular, &arm));
            let back = [m.quat[0], -m.quat[1], -m.quat[2], -m.quat[3]];
            let w = rotate(&back, &m.angular);
            let [xx, yy, zz, xy, xz, yz] = l.inertia;
            let spin = xx * w[0] * w[0] + yy * w[1] * w[1] + zz * w[2] * w[2];
            let spin = spin + 2.0 * (xy * w[0] * w[1] + xz * w[0] * w[2] + yz * w[1] * w[2]);
            let speed: f64 = v.iter().map(|x| x * x).sum();
            0.5 * (l.mass * speed + spin) + l.mass * GRAVITY * (m.pos[2] + arm[2])
        });
        let rotors = spec.joints().zip(&pose.velocities).map(|(j, v)| 0.5 * j.armature * v * v);
        links.sum::<f64>() + rotors.sum::<f64>()
    }

    #[test]
    fn a_free_robot_loses_no_more_energy_than_the_integrator_must() {
        let mut spec = crate::robot::load("a1").unwrap();
        spec.gains.values_mut().for_each(|g| (g.kp, g.kd) = (0.0, 0.0));
        for j in spec.links.iter_mut().filter_map(|l| l.joint.as_mut()) {
            (j.damping, j.friction, j.limits) = (0.0, 0.0, [-100.0, 100.0]);
        }
        let start = StartState {
            pos_w: [0.0, 0.0, 10.0],
            quat: [1.0, 0.0, 0.0, 0.0],
            twist: Twist { linear: [0.3, -0.2, 0.5], angular: [1.0, -2.0, 0.5] },
            joint_pos: spec.nominal_joints(),
            joint_vel: (0..12).map(|j| [2.0, -3.0, 4.0][j % 3]).collect(),
        };
        let secs = 0.5;
        for (backend, dt) in Backend::supported().into_iter().flat_map(|b| [(b, 0.005), (b, 0.001)]) {
            let cfg = PhysicsCfg { dt, substeps: 1, gravity: GRAVITY, ..PhysicsCfg::default() };
            let terrain = Arc::new(Terrain::plane(0.0));
            let mut sim = BatchSim::with_backend(Arc::new(Model::compile(&spec)), terrain, &cfg, backend);
            sim.reset(3, &start);
            let measure = |sim: &BatchSim| {
                let mut pose = Pose::default();
                sim.read_pose(3, &mut pose);
                pose.place(&Model::compile(&spec));
                energy(&spec, &pose)
            };
            let before = measure(&sim);
            (0..(secs / dt) as usize).for_each(|_| sim.step(&[Wide::zero(); 12]));
            let lost = before - measure(&sim);
            // semi-implicit Euler in a uniform field: every step falls g dt² / 2 too far
            let must = spec.mass() * GRAVITY * GRAVITY * secs * dt / 2.0;
            println!("{backend:?} {dt} s: lost {lost:.4} J of {before:.1} J, the fall alone {must:.4} J");
            assert!((lost - must).abs() < 5.0 * dt, "{backend:?} {dt} s: lost {lost} J, expected {must} J");
        }
    }
}
