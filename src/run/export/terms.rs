//! Names for what goes into a policy and what comes out, as files for and from elsewhere use them.
use serde::{Deserialize, Serialize};

/// What a part of the observation is. Named as the terms of tasks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationKind {
    /// Velocity of the base frame's origin, in the base frame, m/s.
    BaseLinVel,
    /// Angular velocity of the base, in the base frame, rad/s.
    BaseAngVel,
    /// Direction of gravity in the base frame: a unit vector, (0, 0, -1) when upright.
    ProjectedGravity,
    /// Commanded velocity, forward and to the left, m/s.
    CommandLinVel,
    /// Commanded yaw rate, counter-clockwise from above, rad/s.
    CommandYawRate,
    /// Joint positions minus their nominal positions, rad.
    JointPos,
    /// Joint velocities, rad/s.
    JointVel,
    /// What the network gave in the tick before; zeros at the start.
    LastAction,
    /// Sine and cosine of the gait's clock while the command asks to move; zeros while it asks to stand.
    Clock,
    /// Velocity of the base relative to its lower foot, along its heading and to the left, m/s.
    LegOdometry,
    /// Height of the base above the ground at a grid of points, m.
    HeightScan,
}

impl ObservationKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::BaseLinVel,
        Self::BaseAngVel,
        Self::ProjectedGravity,
        Self::CommandLinVel,
        Self::CommandYawRate,
        Self::JointPos,
        Self::JointVel,
        Self::LastAction,
        Self::Clock,
        Self::LegOdometry,
        Self::HeightScan,
    ];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BaseLinVel => "base_lin_vel",
            Self::BaseAngVel => "base_ang_vel",
            Self::ProjectedGravity => "projected_gravity",
            Self::CommandLinVel => "command_lin_vel",
            Self::CommandYawRate => "command_yaw_rate",
            Self::JointPos => "joint_pos",
            Self::JointVel => "joint_vel",
            Self::LastAction => "last_action",
            Self::Clock => "clock",
            Self::LegOdometry => "leg_odometry",
            Self::HeightScan => "height_scan",
        }
    }
    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
    /// Its value before `scale`, as a formula. `R` turns base axes into world axes, `p` is the position of the base
    /// frame's origin in the world.
    pub const fn formula(self) -> &'static str {
        match self {
            Self::BaseLinVel => "R^T * dp/dt",
            Self::BaseAngVel => "R^T * omega_world",
            Self::ProjectedGravity => "R^T * (0, 0, -1)",
            Self::CommandLinVel => "(command.vx, command.vy)",
            Self::CommandYawRate => "command.yaw_rate",
            Self::JointPos => "q[j] - joints[j].nominal, in the order of `joints`",
            Self::JointVel => "dq[j]/dt, in the order of `joints`",
            Self::LastAction => "actions of the tick before (zeros in the first), as the network gave them",
            Self::Clock => {
                "(sin, cos)(2 pi phase), phase = t / action.gait.period + (0 or 0.5); zeros while |command| <= 0.1"
            }
            Self::LegOdometry => {
                "(x, y) of v_base - v_sole of the lower of `legs`, turned by -yaw: from q, dq/dt and the gyro"
            }
            Self::HeightScan => {
                "clamp(p.z - scan.height - ground.z, -scan.clip, scan.clip) at every point of scan.points, which are (x, y) \
                 from p, turned by the yaw"
            }
        }
    }
    /// Numbers, for a robot with this many joints; of a scan, what its grid says.
    pub const fn width(self, joints: usize) -> usize {
        match self {
            Self::BaseLinVel | Self::BaseAngVel | Self::ProjectedGravity => 3,
            Self::CommandLinVel | Self::Clock | Self::LegOdometry => 2,
            Self::CommandYawRate => 1,
            Self::JointPos | Self::JointVel | Self::LastAction => joints,
            Self::HeightScan => 0,
        }
    }
    /// Whether it has one number per joint.
    pub const fn is_per_joint(self) -> bool {
        matches!(self, Self::JointPos | Self::JointVel | Self::LastAction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mdp, task};

    #[test]
    fn every_observation_of_a_task_can_be_described_and_has_the_width_it_says() {
        // where edges are no other program knows
        let ground = mdp::GROUND.iter().filter(|t| t.name != "feet_edge_distance");
        for term in mdp::OBSERVATIONS.iter().chain(ground) {
            assert!(ObservationKind::named(term.name).is_some(), "{}: add it to {}", term.name, file!());
        }
        let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
        for o in &plan.observations {
            assert_eq!(ObservationKind::named(o.term).unwrap().width(12), o.slice.len(), "{}", o.key);
        }
    }

    #[test]
    fn names_are_those_of_files() {
        for kind in ObservationKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
