//! Robots so simple that textbooks know what they do.
use super::{Gains, JointSpec, LegSpec, LinkSpec, Nominal, PointSpec, RobotSpec, Roles};
use std::collections::BTreeMap;

pub(super) fn point(name: &str, center: [f64; 3]) -> PointSpec {
    PointSpec { name: name.into(), center, radius: 0.02 }
}

pub(super) fn joint(
    name: &str,
    parent: &str,
    origin: [f64; 3],
    axis: [f64; 3],
    limits: [f64; 2],
) -> JointSpec {
    JointSpec {
        name: name.into(),
        parent: parent.into(),
        origin,
        rotation: [1.0, 0.0, 0.0, 0.0],
        axis,
        limits,
        effort: 30.0,
        velocity: 20.0,
        armature: 0.01,
        damping: 0.0,
        friction: 0.0,
    }
}

pub(super) fn robot(
    name: &str,
    links: Vec<LinkSpec>,
    legs: Vec<LegSpec>,
    height: f64,
    gains: Gains,
) -> RobotSpec {
    let joints: Vec<String> = links.iter().filter_map(|l| l.joint.as_ref()).map(|j| j.name.clone()).collect();
    let feet = legs.iter().map(|l| l.foot.clone()).collect();
    let points = BTreeMap::from([("feet".to_string(), feet)]);
    RobotSpec {
        name: name.into(),
        source: "made up".into(),
        links,
        roles: Roles { legs, points, joints: BTreeMap::new() },
        nominal: Nominal { height, joints: joints.iter().map(|j| (j.clone(), 0.0)).collect() },
        gains: joints.iter().map(|j| (j.clone(), gains)).collect(),
        pairs: vec![],
    }
}

/// A rod of 1 kg and 1 m hanging from a heavy table that stands on the ground.
pub fn pendulum() -> RobotSpec {
    let corner = |x: f64, y: f64| point(&format!("corner_{x}_{y}"), [x, y, -1.48]);
    let mut hinge = joint("hinge", "table", [0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-1.5, 1.5]);
    hinge.armature = 0.0;
    let links = vec![
        LinkSpec {
            name: "table".into(),
            mass: 200.0,
            com: [0.0, 0.0, -1.0],
            inertia: [40.0, 40.0, 40.0, 0.0, 0.0, 0.0],
            joint: None,
            points: vec![corner(1.0, 1.0), corner(1.0, -1.0), corner(-1.0, 1.0), corner(-1.0, -1.0)],
            visuals: vec![],
        },
        LinkSpec {
            name: "rod".into(),
            mass: 1.0,
            com: [0.0, 0.0, -0.5],
            inertia: [1.0 / 12.0, 1.0 / 12.0, 0.001, 0.0, 0.0, 0.0],
            joint: Some(hinge),
            points: vec![],
            visuals: vec![],
        },
    ];
    robot("pendulum", links, vec![], 1.5, Gains { kp: 0.0, kd: 0.0 })
}

/// A box foot of 12 x 20 cm under 20 cm of body, without joints: its corners touch.
pub fn block() -> RobotSpec {
    let mut points = vec![];
    for (x, y, z) in (0..8).map(|i| (i & 1, i >> 1 & 1, i >> 2)) {
        let [x, y, z] =
            [(x, 0.055), (y, 0.095), (z, 0.095)].map(|(side, reach)| (2 * side - 1) as f64 * reach);
        points.push(PointSpec { name: format!("corner_{x}_{y}_{z}"), center: [x, y, z], radius: 0.005 });
    }
    let links = vec![LinkSpec {
        name: "block".into(),
        mass: 2.0,
        com: [0.0; 3],
        inertia: [0.0133, 0.0091, 0.0091, 0.0, 0.0, 0.0],
        joint: None,
        points,
        visuals: vec![],
    }];
    robot("block", links, vec![], 0.1, Gains { kp: 0.0, kd: 0.0 })
}

/// A solid ball of 1 kg and 5 cm.
pub fn ball() -> RobotSpec {
    let links = vec![LinkSpec {
        name: "ball".into(),
        mass: 1.0,
        com: [0.0; 3],
        inertia: [0.001, 0.001, 0.001, 0.0, 0.0, 0.0],
        joint: None,
        points: vec![PointSpec { name: "skin".into(), center: [0.0; 3], radius: 0.05 }],
        visuals: vec![],
    }];
    robot("ball", links, vec![], 0.05, Gains { kp: 0.0, kd: 0.0 })
}

/// Two rods of 1 kg and 1 m that hang 50 cm apart from a heavy table, each with a ball at its end.
pub fn gripper() -> RobotSpec {
    let mut table = pendulum().links.swap_remove(0);
    table.name = "table".into();
    let finger = |name: &str, x: f64| {
        let mut hinge = joint(&format!("{name}_hinge"), "table", [x, 0.0, 0.0], [0.0, 1.0, 0.0], [-3.0, 3.0]);
        (hinge.armature, hinge.damping) = (0.0, 2.0);
        LinkSpec {
            name: name.into(),
            mass: 1.0,
            com: [0.0, 0.0, -0.5],
            inertia: [1.0 / 12.0, 1.0 / 12.0, 0.001, 0.0, 0.0, 0.0],
            joint: Some(hinge),
            points: vec![PointSpec { name: format!("{name}_tip"), center: [0.0, 0.0, -1.0], radius: 0.05 }],
            visuals: vec![],
        }
    };
    let links = vec![table, finger("left", -0.25), finger("right", 0.25)];
    robot("gripper", links, vec![], 1.5, Gains { kp: 0.0, kd: 0.0 })
}
