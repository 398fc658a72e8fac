//! A scripted A1 without physics: it trots as it is commanded, its feet where inverse kinematics puts them. For tests
//! and for judging the drawing while no simulation is at hand; nothing here is measured.
use crate::lab::LabCommand;
use crate::robot::{LinkPose, RobotSpec};
use crate::tick::view::{ShownFrames, ShownRobot, Telemetry};
use bevy::prelude::*;
use std::f32::consts::{PI, TAU};
use std::sync::Arc;

const LEGS: [(&str, f64, f64); 4] =
    [("FL", 1.0, 1.0), ("FR", 1.0, -1.0), ("RL", -1.0, 1.0), ("RR", -1.0, -1.0)];
/// Length of thigh and of calf, m.
const SEGMENT: f32 = 0.2;
/// Height of the hips while standing, m.
const STANCE_HEIGHT: f32 = 0.30;
/// Strides per second.
const STRIDE_HZ: f32 = 2.2;
/// One control tick, s.
const TICK_SECS: f32 = 0.02;

/// The shipped A1.
pub fn robot() -> RobotSpec {
    crate::robot::load("a1").expect("the shipped robot is valid")
}

/// Poses of all links from the base's and the joint positions, in robot order.
fn link_poses(robot: &RobotSpec, base: Transform, joints: &[f32]) -> Vec<LinkPose> {
    let mut world: Vec<Transform> = Vec::with_capacity(robot.links.len());
    let mut next_joint = joints.iter();
    for link in &robot.links {
        let pose = match &link.joint {
            None => base,
            Some(joint) => {
                let parent = robot.link_index(&joint.parent).unwrap_or(0);
                let origin = Vec3::from_array(joint.origin.map(|v| v as f32));
                let axis = Vec3::from_array(joint.axis.map(|v| v as f32));
                let angle = next_joint.next().copied().unwrap_or(0.0);
                let turn = Quat::from_axis_angle(axis, angle);
                world[parent] * Transform::from_translation(origin).with_rotation(turn)
            }
        };
        world.push(pose);
    }
    world.into_iter().map(to_pose).collect()
}

fn to_pose(t: Transform) -> LinkPose {
    LinkPose {
        pos_w: t.translation.to_array(),
        quat: [t.rotation.w, t.rotation.x, t.rotation.y, t.rotation.z],
    }
}

/// Thigh and calf angle that put the foot at (`x`, −`down`) of the hip in the leg's plane.
fn leg_angles(x: f32, down: f32) -> [f32; 2] {
    let reach = (x * x + down * down).sqrt().min(2.0 * SEGMENT - 1e-3);
    let knee = (reach / (2.0 * SEGMENT)).acos();
    let lean = (-x).atan2(down);
    [lean + knee, -2.0 * knee]
}

/// One scripted robot.
#[derive(Component)]
struct Walker {
    spec: Arc<RobotSpec>,
    asked: [f32; 3],
    velocity: [f32; 3],
    position: Vec2,
    heading: f32,
    phase: f32,
    joints: Vec<f32>,
}

impl Walker {
    fn new(spec: Arc<RobotSpec>, position: Vec2) -> Self {
        let joints = vec![0.0; spec.num_joints()];
        Self { spec, asked: [0.0; 3], velocity: [0.0; 3], position, heading: 0.0, phase: 0.0, joints }
    }

    fn obey(&mut self, command: &LabCommand) {
        match command {
            LabCommand::SetCommand(command) => self.asked = *command,
            LabCommand::Push(change) => {
                let (sin, cos) = self.heading.sin_cos();
                self.velocity[0] += cos * change[0] + sin * change[1];
                self.velocity[1] += cos * change[1] - sin * change[0];
            }
            LabCommand::Reset => *self = Self::new(self.spec.clone(), Vec2::ZERO),
            _ => {}
        }
    }

    /// Moves on by one tick: the velocity lags behind the command and sways with the stride.
    fn step(&mut self) -> Vec<LinkPose> {
        let sway = (self.phase * TAU * 2.0).sin();
        for (v, asked) in self.velocity.iter_mut().zip(self.asked) {
            *v += (asked - *v) * 0.09 + asked * 0.006 * sway;
        }
        let (sin, cos) = self.heading.sin_cos();
        let [vx, vy, yaw_rate] = self.velocity;
        self.position += Vec2::new(cos * vx - sin * vy, sin * vx + cos * vy) * TICK_SECS;
        self.heading += yaw_rate * TICK_SECS;
        self.phase = (self.phase + STRIDE_HZ * TICK_SECS).fract();
        self.joints = (0..4).flat_map(|leg| self.leg_joints(leg)).collect();
        let bob = 0.004 * (self.phase * TAU * 2.0).cos() * self.effort();
        let tilt = Quat::from_rotation_y(0.02 * vx) * Quat::from_rotation_x(0.03 * sway * self.effort());
        let base = Transform::from_translation(self.position.extend(STANCE_HEIGHT + 0.02 + bob))
            .with_rotation(Quat::from_rotation_z(self.heading) * tilt);
        link_poses(&self.spec, base, &self.joints)
    }

    /// How much the legs move, 0 to 1.
    fn effort(&self) -> f32 {
        (self.velocity.iter().map(|v| v.abs()).sum::<f32>() * 4.0).min(1.0)
    }

    /// Where leg `leg` is in its stride: below one half it swings.
    fn leg_phase(&self, leg: usize) -> f32 {
        (self.phase + if leg == 0 || leg == 3 { 0.0 } else { 0.5 }).fract()
    }

    fn leg_joints(&self, leg: usize) -> [f32; 3] {
        let phase = self.leg_phase(leg);
        let stride = self.velocity[0] / STRIDE_HZ / 2.0;
        let side = self.velocity[1] / STRIDE_HZ / 2.0 + self.velocity[2] * 0.04 * LEGS[leg].1 as f32;
        let share = if phase < 0.5 { -(phase * 2.0 * PI).cos() } else { 3.0 - 4.0 * phase };
        let lift = if phase < 0.5 { (phase * 2.0 * PI).sin() * 0.065 * self.effort() } else { 0.0 };
        let [thigh, calf] = leg_angles(share * stride / 2.0 - 0.01, STANCE_HEIGHT - lift);
        [(share * side / 2.0).atan2(STANCE_HEIGHT), thigh, calf]
    }

    fn foot_force(&self, leg: usize) -> f32 {
        let phase = self.leg_phase(leg);
        let trotting =
            if phase < 0.5 { 0.0 } else { 95.0 * ((phase - 0.5) * 2.0 * PI).sin().max(0.0).powf(0.6) };
        30.0 + (trotting - 30.0) * self.effort()
    }
}

/// Installs scripted robots: the first one obeys commands, `others` stand around it.
pub fn plugin(others: usize) -> impl FnOnce(&mut App) {
    move |app| {
        let spec = Arc::new(robot());
        let mut walkers = vec![Walker::new(spec.clone(), Vec2::ZERO)];
        for i in 1..=others {
            let place = Vec2::new((i % 9) as f32 - 4.0, 1.5 + (i / 9) as f32 * 1.4);
            let mut walker = Walker::new(spec.clone(), place * 1.1);
            walker.asked = [0.4, 0.0, 0.0];
            walker.phase = i as f32 * 0.37 % 1.0;
            walkers.push(walker);
        }
        app.add_message::<LabCommand>()
            .insert_resource(ShownRobot(spec))
            .insert_resource(Walkers(walkers))
            .add_systems(Startup, |mut commands: Commands| {
                commands.spawn((Telemetry::default(), ShownFrames::default()));
            })
            .add_systems(FixedUpdate, walk);
    }
}

#[derive(Resource)]
struct Walkers(Vec<Walker>);

fn walk(
    mut walkers: ResMut<Walkers>,
    mut commands: MessageReader<LabCommand>,
    shown: Single<(&mut ShownFrames, &mut Telemetry)>,
) {
    let (mut frames, mut telemetry) = shown.into_inner();
    for command in commands.read() {
        walkers.0[0].obey(command);
    }
    frames.advance(walkers.0.iter_mut().map(Walker::step).collect());
    report(&walkers.0[0], &mut telemetry);
}

fn report(walker: &Walker, telemetry: &mut Telemetry) {
    let before = std::mem::replace(&mut telemetry.joint_pos, walker.joints.clone());
    telemetry.tick += 1;
    telemetry.time_s = telemetry.tick as f64 * f64::from(TICK_SECS);
    telemetry.command = walker.asked;
    telemetry.measured = walker.velocity;
    telemetry.foot_force = (0..4).map(|leg| walker.foot_force(leg)).collect();
    telemetry.joint_vel = before.iter().zip(&walker.joints).map(|(a, b)| (b - a) / TICK_SECS).collect();
    telemetry.joint_torque =
        telemetry.joint_vel.iter().enumerate().map(|(i, v)| v * 0.9 + [2.0, 4.0, 11.0][i % 3]).collect();
    telemetry.reward = 0.03;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_drawing_covers_every_link_of_the_robot() {
        let robot = robot();
        assert_eq!(robot.num_joints(), 12);
        for link in &robot.links {
            assert!(!link.visuals.is_empty(), "{}", link.name);
            for visual in &link.visuals {
                assert!(["body", "dark", "accent", "leg"].contains(&visual.material.as_str()), "{visual:?}");
            }
        }
    }

    #[test]
    fn inverse_kinematics_puts_the_foot_where_it_is_asked() {
        let [thigh, calf] = leg_angles(0.06, 0.27);
        let foot = Quat::from_rotation_y(thigh)
            * (Vec3::NEG_Z * SEGMENT + Quat::from_rotation_y(calf) * Vec3::NEG_Z * SEGMENT);
        assert!(foot.abs_diff_eq(Vec3::new(0.06, 0.0, -0.27), 1e-5), "{foot}");
    }

    #[test]
    fn a_commanded_walker_moves_forward_and_a_reset_one_stands_at_the_start() {
        let mut walker = Walker::new(Arc::new(robot()), Vec2::ZERO);
        walker.obey(&LabCommand::SetCommand([0.8, 0.0, 0.0]));
        (0..100).for_each(|_| drop(walker.step()));
        assert!(walker.position.x > 1.0);
        walker.obey(&LabCommand::Reset);
        assert_eq!(walker.position, Vec2::ZERO);
    }
}
