//! Small robots for tests.
pub use super::simple::{block, pendulum};
use super::simple::{joint, point, robot};
use super::{Gains, LegSpec, LinkSpec, RobotSpec};

/// A body on one leg of two joints, the knee's axis oblique.
pub fn hopper() -> RobotSpec {
    let links = vec![
        LinkSpec {
            name: "body".into(),
            mass: 3.0,
            com: [0.01, 0.0, 0.02],
            inertia: [0.02, 0.03, 0.035, 0.0, 0.001, 0.0],
            joint: None,
            points: vec![point("belly", [0.0, 0.0, -0.05])],
            visuals: vec![],
        },
        LinkSpec {
            name: "thigh".into(),
            mass: 0.8,
            com: [0.0, 0.0, -0.1],
            inertia: [0.004, 0.004, 0.001, 0.0, 0.0, 0.0],
            joint: Some(joint("hip", "body", [0.0, 0.05, 0.0], [0.0, 1.0, 0.0], [-2.0, 2.0])),
            points: vec![],
            visuals: vec![],
        },
        LinkSpec {
            name: "shin".into(),
            mass: 0.3,
            com: [0.0, 0.01, -0.1],
            inertia: [0.002, 0.002, 0.0005, 0.0001, 0.0, 0.0],
            joint: Some(joint("knee", "thigh", [0.0, 0.0, -0.2], [0.6, 0.8, 0.0], [-2.0, 2.0])),
            points: vec![point("foot", [0.0, 0.0, -0.2])],
            visuals: vec![],
        },
    ];
    let leg = LegSpec {
        name: "L".into(),
        joints: vec!["hip".into(), "knee".into()],
        foot: "foot".into(),
        sole: vec![],
    };
    robot("hopper", links, vec![leg], 0.42, Gains { kp: 30.0, kd: 0.5 })
}
