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
                each(Foot { leg: *leg, pos: add(&l.pos, &arm), vel });
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
