//! The seam between a simulation and whatever shows it: what a control tick leaves behind. Plain data; neither side
//! knows the other.
use crate::physics::{DebugLine, PropForce};
use crate::robot::{LinkPose, RobotSpec};
use bevy::ecs::prelude::{Component, Resource};
use std::sync::Arc;

/// A link that moves further than this in one tick was put there (a reset), m; it is not drawn in between.
const JUMP: f32 = 0.5;

/// What one control tick of the marked robot left behind.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// Control ticks since the start.
    pub tick: u64,
    /// Simulated time since the start, s.
    pub time_s: f64,
    /// Commanded velocity in the base's heading frame: forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// Measured velocity, as `command`.
    pub measured: [f32; 3],
    /// Joint positions in robot order, rad.
    pub joint_pos: Vec<f32>,
    /// Joint velocities, rad/s.
    pub joint_vel: Vec<f32>,
    /// Actuator torques, N m.
    pub joint_torque: Vec<f32>,
    /// Force that the ground exerts on each foot, in leg order, N.
    pub foot_force: Vec<f32>,
    /// Joint targets, rad.
    pub joint_target: Vec<f32>,
    /// Centres of the collision points in robot order, world, m.
    pub point_pos_w: Vec<[f32; 3]>,
    /// Force of the ground on each collision point, world, N.
    pub point_force_w: Vec<[f32; 3]>,
    /// Centre of mass, world, m.
    pub com_w: [f32; 3],
    /// Reward of the tick.
    pub reward: f32,
    /// Weighted value of every reward term in the tick, in the plan's order.
    pub reward_terms: Vec<f32>,
    /// Number of the environment in its run.
    pub env: usize,
    /// A person drives it.
    pub driven: bool,
    /// Falls since the start.
    pub falls: u32,
}

/// Link poses of the shown robots at the last two control ticks, `[robot][link]`.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct ShownFrames {
    /// At the tick before the last.
    pub previous: Vec<Vec<LinkPose>>,
    /// At the last tick.
    pub current: Vec<Vec<LinkPose>>,
}

/// The things around the robots at the last two control ticks, and what the engine shows of itself.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct ShownProps {
    /// Where things were at the tick before the last, world; empty where they are only drawn.
    pub previous: Vec<LinkPose>,
    /// Where they were at the last tick.
    pub current: Vec<LinkPose>,
    /// The force by which one is pulled at.
    pub pull: Option<PropForce>,
    /// What the engine sees, at the last tick; empty unless somebody wants that.
    pub lines: Vec<DebugLine>,
}

impl ShownProps {
    /// Pose between the last two ticks, as [`ShownFrames::link_pose_w`]; `None` if there is no such thing.
    pub fn pose_w(&self, prop: usize, share: f32) -> Option<LinkPose> {
        let to = *self.current.get(prop)?;
        Some(match self.previous.get(prop) {
            Some(&from) if distance(from.pos_w, to.pos_w) < JUMP => between(from, to, share),
            _ => to,
        })
    }
}

/// The robot that `ShownFrames` speaks of.
#[derive(Resource, Clone)]
pub struct ShownRobot(pub Arc<RobotSpec>);

impl ShownFrames {
    /// Number of robots.
    pub fn num_robots(&self) -> usize {
        self.current.len()
    }

    /// Takes the poses of a new tick; the current ones become the previous ones.
    pub fn advance(&mut self, poses: Vec<Vec<LinkPose>>) {
        self.previous = std::mem::replace(&mut self.current, poses);
    }

    /// As [`Self::advance`] for `count` robots; `place` writes the poses of one robot's links into memory that is used
    /// again and again.
    pub fn advance_into(&mut self, count: usize, mut place: impl FnMut(usize, &mut Vec<LinkPose>)) {
        std::mem::swap(&mut self.previous, &mut self.current);
        self.current.resize_with(count, Vec::new);
        self.current.iter_mut().enumerate().for_each(|(robot, links)| place(robot, links));
    }

    /// Pose between the last two ticks: `share` 0 is the previous one, 1 the current one. Linear in position,
    /// normalised linear in orientation along the shorter arc. A link that jumped, or had no previous pose, is where
    /// it is now; one that does not exist is at the origin.
    pub fn link_pose_w(&self, robot: usize, link: usize, share: f32) -> LinkPose {
        let Some(&to) = self.current.get(robot).and_then(|links| links.get(link)) else {
            return LinkPose { pos_w: [0.0; 3], quat: [1.0, 0.0, 0.0, 0.0] };
        };
        match self.previous.get(robot).and_then(|links| links.get(link)) {
            Some(&from) if distance(from.pos_w, to.pos_w) < JUMP => between(from, to, share),
            _ => to,
        }
    }
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

fn between(from: LinkPose, to: LinkPose, share: f32) -> LinkPose {
    let dot: f32 = from.quat.iter().zip(to.quat).map(|(a, b)| a * b).sum();
    let sign = if dot < 0.0 { -1.0 } else { 1.0 };
    let mut quat: [f32; 4] =
        std::array::from_fn(|i| from.quat[i] * (1.0 - share) + sign * to.quat[i] * share);
    let length = quat.iter().map(|q| q * q).sum::<f32>().sqrt();
    quat = if length > 1e-6 { quat.map(|q| q / length) } else { to.quat };
    let pos_w = std::array::from_fn(|i| from.pos_w[i] + (to.pos_w[i] - from.pos_w[i]) * share);
    LinkPose { pos_w, quat }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pose(x: f32, yaw: f32) -> LinkPose {
        LinkPose { pos_w: [x, 0.0, 0.3], quat: [(yaw / 2.0).cos(), 0.0, 0.0, (yaw / 2.0).sin()] }
    }

    fn frames(from: LinkPose, to: LinkPose) -> ShownFrames {
        ShownFrames { previous: vec![vec![from]], current: vec![vec![to]] }
    }

    #[test]
    fn half_way_is_the_middle_and_half_the_turn() {
        let half = frames(pose(1.0, 0.0), pose(1.2, 0.8)).link_pose_w(0, 0, 0.5);
        let expected = pose(1.1, 0.4);
        assert!((half.pos_w[0] - 1.1).abs() < 1e-6);
        for i in 0..4 {
            assert!((half.quat[i] - expected.quat[i]).abs() < 1e-6, "{half:?}");
        }
    }

    #[test]
    fn the_ends_are_the_ticks_themselves() {
        let f = frames(pose(0.0, 0.3), pose(0.1, 0.9));
        assert!(distance(f.link_pose_w(0, 0, 0.0).pos_w, pose(0.0, 0.0).pos_w) < 1e-6);
        assert!(distance(f.link_pose_w(0, 0, 1.0).pos_w, pose(0.1, 0.0).pos_w) < 1e-6);
    }

    #[test]
    fn opposite_signs_of_the_same_orientation_do_not_turn() {
        let to = pose(0.0, 0.6);
        let from = LinkPose { quat: to.quat.map(|q| -q), ..to };
        let half = frames(from, to).link_pose_w(0, 0, 0.5);
        let dot: f32 = half.quat.iter().zip(to.quat).map(|(a, b)| a * b).sum();
        assert!((dot.abs() - 1.0).abs() < 1e-6, "{half:?}");
    }

    #[test]
    fn a_reset_is_not_drawn_in_between() {
        let f = frames(pose(5.0, 0.0), pose(0.0, 0.0));
        assert_eq!(f.link_pose_w(0, 0, 0.1), pose(0.0, 0.0));
    }

    #[test]
    fn a_link_without_history_is_where_it_is_and_a_missing_one_at_the_origin() {
        let mut f = ShownFrames::default();
        f.advance(vec![vec![pose(2.0, 0.0)]]);
        assert_eq!(f.link_pose_w(0, 0, 0.0), pose(2.0, 0.0));
        assert_eq!(f.link_pose_w(3, 7, 0.5).quat, [1.0, 0.0, 0.0, 0.0]);
    }
}
