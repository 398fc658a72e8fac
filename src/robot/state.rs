//! The plain arrays between simulators and everything above them: one block of [`WIDTH`] environments.
use crate::lane::{V3, WIDTH, Wide};

/// State of a block after a control tick. World frame (`_w`), SI units; joints and points in robot order.
#[derive(Clone, Copy)]
pub struct StateView<'a> {
    /// Base origin, m.
    pub base_pos_w: V3<Wide>,
    /// Base orientation, (w, x, y, z).
    pub base_quat: [Wide; 4],
    /// Velocity of the base origin, m/s.
    pub base_lin_vel_w: V3<Wide>,
    /// Angular velocity of the base, rad/s.
    pub base_ang_vel_w: V3<Wide>,
    /// Joint positions, rad.
    pub joint_pos: &'a [Wide],
    /// Joint velocities, rad/s.
    pub joint_vel: &'a [Wide],
    /// Actuator torques of the last physics step, N m.
    pub joint_torque: &'a [Wide],
    /// Contact force per collision point of the last physics step, of all that it touches but the robot itself:
    /// upwards, along x and along y, world, N.
    pub contact_force: &'a [[Wide; 3]],
    /// Lowest point of each foot sphere, in leg order, m; in the middle of soles that have several.
    pub foot_pos_w: &'a [V3<Wide>],
    /// Velocity of the foot's material at that point, m/s (a rolling foot does not slip).
    pub foot_vel_w: &'a [V3<Wide>],
    /// Height of the ground under each foot, m.
    pub foot_ground_w: &'a [Wide],
    /// Forward and left axis of each foot's link, unit vectors.
    pub foot_axes_w: &'a [[V3<Wide>; 2]],
    /// Centres of the collision points relative to the base origin, m, at the start of the last physics step. Only
    /// those of links that the robot's pairs name; empty where there are no pairs.
    pub point_offset_w: &'a [V3<Wide>],
    /// Sum of the normal forces with which the robot's own links push each other, of the last physics step, N; zero where they
    /// pass through each other.
    pub self_force: Wide,
    /// One where every number of the environment is finite and sane, zero elsewhere.
    pub valid: Wide,
}

/// A velocity: linear of the base origin and angular, world frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Twist {
    /// m/s.
    pub linear: [f32; 3],
    /// rad/s.
    pub angular: [f32; 3],
}

/// Where one environment starts an episode.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StartState {
    /// Base origin, m.
    pub pos_w: [f32; 3],
    /// Base orientation, (w, x, y, z).
    pub quat: [f32; 4],
    /// Base velocity.
    pub twist: Twist,
    /// Joint positions, rad.
    pub joint_pos: Vec<f32>,
    /// Joint velocities, rad/s.
    pub joint_vel: Vec<f32>,
}

/// Pose of a link frame in the world, for drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkPose {
    /// m.
    pub pos_w: [f32; 3],
    /// (w, x, y, z).
    pub quat: [f32; 4],
}

/// Where a robot was at one tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Posture {
    /// Base origin, world, m.
    pub pos_w: [f32; 3],
    /// Base orientation, (w, x, y, z).
    pub quat: [f32; 4],
    /// Joint positions, rad.
    pub joint_pos: Vec<f32>,
}

const _: () = assert!(size_of::<Wide>() == 4 * WIDTH);
