//! Gains for joints whose file gives none: from the inertia that the joint moves, within what its torque allows.
use super::math::{Inertial, Place, V3, dot, rotate};
use super::roles::posed;
use crate::robot::{Gains, LinkPose, RobotSpec};
use std::f64::consts::TAU;

/// Natural frequency of a joint with all that it carries, Hz.
pub const FREQUENCY: f64 = 4.0;
/// Damping ratio.
pub const RATIO: f64 = 0.5;
/// The stiffness lets the full torque come at between these deviations, rad.
pub const DEVIATIONS: [f64; 2] = [0.25, 0.8];

/// The inertia that each joint moves about its axis in a pose, rotor included, kg m².
pub fn carried(spec: &RobotSpec, pose: &[f32]) -> Vec<f64> {
    let poses = posed(spec, pose.to_vec());
    let parents: Vec<Option<usize>> =
        spec.links.iter().map(|l| l.joint.as_ref().and_then(|j| spec.link_index(&j.parent))).collect();
    let place = |p: &LinkPose| Place { pos: p.pos_w.map(f64::from), quat: p.quat.map(f64::from) };
    let mut bodies: Vec<Inertial> = spec
        .links
        .iter()
        .zip(&poses)
        .map(|(l, p)| {
            let [xx, yy, zz, xy, xz, yz] = l.inertia;
            let tensor = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
            Inertial { mass: l.mass, com: [0.0; 3], tensor }
                .seen_from(place(p).of(Place { pos: l.com, ..Place::HERE }))
        })
        .collect();
    // children come after their parents
    for i in (1..bodies.len()).rev() {
        if let Some(parent) = parents[i] {
            bodies[parent] = bodies[parent].with(bodies[i]);
        }
    }
    let mut out = vec![];
    for (i, joint) in spec.links.iter().enumerate().filter_map(|(i, l)| Some((i, l.joint.as_ref()?))) {
        let at = place(&poses[i]);
        let axis: V3 = rotate(at.quat, joint.axis);
        let about = bodies[i].about(at.pos);
        let turned: V3 = std::array::from_fn(|r| dot(about[r], axis));
        out.push(dot(axis, turned).max(0.0) + joint.armature);
    }
    out
}

/// Gains for a joint that moves an inertia with at most a torque.
pub fn of(inertia: f64, effort: f64) -> Gains {
    let w = TAU * FREQUENCY;
    let kp = (inertia * w * w).clamp(effort / DEVIATIONS[1], effort / DEVIATIONS[0]);
    // the damping belongs to the stiffness that was taken, and rounding to what one would write
    Gains { kp: rounded(kp), kd: rounded(damping(kp, inertia)) }
}

/// The damping of a joint of some stiffness.
pub fn damping(kp: f64, inertia: f64) -> f64 {
    (2.0 * RATIO * (kp * inertia).sqrt()).min(kp / 15.0)
}

/// Two digits, as one would write them.
fn rounded(v: f64) -> f64 {
    format!("{v:.1e}").parse().unwrap_or(v)
}
