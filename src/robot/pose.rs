//! Where the links of a robot are, from where its base is and how its joints stand.
use super::{LinkPose, Posture, RobotSpec};

/// What is needed to place the links of a robot, looked up once.
#[derive(Clone, Debug)]
pub struct Skeleton {
    joints: Vec<Hinge>,
}

#[derive(Clone, Debug)]
struct Hinge {
    parent: usize,
    origin: [f32; 3],
    rotation: [f32; 4],
    axis: [f32; 3],
}

impl Skeleton {
    /// Of a robot.
    pub fn new(spec: &RobotSpec) -> Self {
        let hinge = |j: &super::JointSpec| Hinge {
            parent: spec.link_index(&j.parent).unwrap_or(0),
            origin: j.origin.map(|v| v as f32),
            rotation: j.rotation.map(|v| v as f32),
            axis: j.axis.map(|v| v as f32),
        };
        Self { joints: spec.joints().map(hinge).collect() }
    }

    /// Poses of all links, in robot order, world frame.
    pub fn place(&self, posture: &Posture, out: &mut Vec<LinkPose>) {
        out.clear();
        out.push(LinkPose { pos_w: posture.pos_w, quat: unit(posture.quat) });
        for (i, hinge) in self.joints.iter().enumerate() {
            let parent = out[hinge.parent.min(i)];
            let (sin, cos) = (posture.joint_pos.get(i).copied().unwrap_or(0.0) / 2.0).sin_cos();
            let [x, y, z] = hinge.axis.map(|v| v * sin);
            let frame = compose(parent.quat, hinge.rotation);
            let arm = rotate(parent.quat, hinge.origin);
            out.push(LinkPose {
                pos_w: std::array::from_fn(|k| parent.pos_w[k] + arm[k]),
                quat: compose(frame, [cos, x, y, z]),
            });
        }
    }
}

/// Poses of all links, in robot order, world frame.
pub fn link_poses(spec: &RobotSpec, posture: &Posture) -> Vec<LinkPose> {
    let mut out = vec![];
    Skeleton::new(spec).place(posture, &mut out);
    out
}

/// A point of a link's frame in the world.
pub fn point_w(link: &LinkPose, point: [f64; 3]) -> [f32; 3] {
    let arm = rotate(link.quat, point.map(|v| v as f32));
    std::array::from_fn(|i| link.pos_w[i] + arm[i])
}

/// Centre of mass of the robot as written, world, m.
pub fn centre_of_mass(spec: &RobotSpec, links: &[LinkPose]) -> [f32; 3] {
    let mut sum = [0.0f32; 3];
    for (link, pose) in spec.links.iter().zip(links) {
        let at = point_w(pose, link.com);
        (0..3).for_each(|i| sum[i] += link.mass as f32 * at[i]);
    }
    sum.map(|s| s / spec.mass() as f32)
}

fn unit(q: [f32; 4]) -> [f32; 4] {
    let n = q.iter().map(|v| v * v).sum::<f32>().sqrt();
    if n > 1e-9 { q.map(|v| v / n) } else { [1.0, 0.0, 0.0, 0.0] }
}

fn cross(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn rotate(q: [f32; 4], v: [f32; 3]) -> [f32; 3] {
    let im = [q[1], q[2], q[3]];
    let t = cross(im, v).map(|a| 2.0 * a);
    let u = cross(im, t);
    std::array::from_fn(|i| v[i] + q[0] * t[i] + u[i])
}

fn compose(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_robot_has_its_feet_on_the_ground_and_its_mass_in_the_middle() {
        let spec = crate::robot::load("a1").unwrap();
        let posture = Posture {
            pos_w: [1.0, 2.0, spec.nominal.height as f32],
            quat: [2.0, 0.0, 0.0, 0.0],
            joint_pos: spec.nominal_joints(),
        };
        let links = link_poses(&spec, &posture);
        let points: Vec<_> = spec.points().collect();
        for foot in spec.feet() {
            let (link, point) = points[foot];
            let z = point_w(&links[link], point.center)[2];
            assert!((z - point.radius as f32).abs() < 0.03, "{} is at {z} m", point.name);
        }
        let com = centre_of_mass(&spec, &links);
        assert!((com[0] - 1.0).abs() < 0.03 && (com[1] - 2.0).abs() < 0.01 && com[2] > 0.2, "{com:?}");
    }
}
