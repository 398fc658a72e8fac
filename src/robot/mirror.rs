//! Left and right: which joint is which joint's mirror image.
use super::{JointSpec, RobotSpec};

/// Where a number of the mirrored robot comes from: index, and +1 or −1.
pub type Mirrored = (usize, f32);

/// For every joint, its mate on the other side (a middle joint is its own) and the sign between their positions, for
/// a reflection at the plane of x and z; `None` if a joint has no mate. Sides are known by names: `left_`/`right_`,
/// `FL`/`FR`, `RL`/`RR`, `_l`/`_r`.
pub fn mirrored_joints(robot: &RobotSpec) -> Option<Vec<Mirrored>> {
    let joints: Vec<&JointSpec> = robot.joints().collect();
    let mate = |joint: &&JointSpec| {
        let index = joints.iter().position(|other| other.name == other_side(&joint.name))?;
        // an axis is a pseudovector: a reflection at xz turns x and z round
        let [x, y, z] = joint.axis;
        let [a, b, c] = joints[index].axis;
        let along = -x * a + y * b - z * c;
        let length = |v: [f64; 3]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
        let fits = along.abs() > 0.99 * length(joint.axis) * length(joints[index].axis);
        fits.then_some((index, along.signum() as f32))
    };
    joints.iter().map(mate).collect()
}

/// The name of the same thing on the other side; a name without a side stays.
fn other_side(name: &str) -> String {
    let starts = [("left_", "right_"), ("FL", "FR"), ("RL", "RR")];
    let ends = [("_l", "_r")];
    for (left, right) in starts {
        for (one, other) in [(left, right), (right, left)] {
            if let Some(rest) = name.strip_prefix(one) {
                return format!("{other}{rest}");
            }
        }
    }
    for (left, right) in ends {
        for (one, other) in [(left, right), (right, left)] {
            if let Some(rest) = name.strip_suffix(one) {
                return format!("{rest}{other}");
            }
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hips_swap_sides_and_roll_and_yaw_change_their_signs() {
        let g1 = crate::robot::load("g1_29").unwrap();
        let at = |name: &str| g1.joint_index(name).unwrap();
        let mirror = mirrored_joints(&g1).unwrap();
        assert_eq!(mirror[at("left_hip_pitch")], (at("right_hip_pitch"), 1.0));
        assert_eq!(mirror[at("right_hip_roll")], (at("left_hip_roll"), -1.0));
        assert_eq!(mirror[at("waist_yaw")], (at("waist_yaw"), -1.0));
        assert_eq!(mirror[at("waist_pitch")], (at("waist_pitch"), 1.0));
        let qmini = crate::robot::load("qmini").unwrap();
        // both sides are written with opposite signs
        assert!(mirrored_joints(&qmini).unwrap().iter().all(|(_, sign)| *sign == -1.0));
    }

    #[test]
    fn the_nominal_poses_of_our_robots_are_symmetric() {
        for name in ["a1", "aliengo", "qmini", "g1_23", "g1_29"] {
            let robot = crate::robot::load(name).unwrap();
            let pose = robot.nominal_joints();
            for (j, (mate, sign)) in mirrored_joints(&robot).unwrap().into_iter().enumerate() {
                assert!((pose[j] - sign * pose[mate]).abs() < 1e-6, "{name}: joint {j}");
            }
        }
    }

    #[test]
    fn a_robot_without_sides_has_no_mirror_image_of_what_turns_sideways() {
        assert!(mirrored_joints(&crate::robot::testing::hopper()).is_none());
    }
}
