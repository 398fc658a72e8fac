//! Scripted A1s without physics: they trot as they are commanded, their feet where inverse kinematics puts them. For tests
//! and for judging the drawing while no simulation is at hand; nothing here is measured.
use crate::lab::model::{ShownEnv, Stage};
use crate::lab::{LabCommand, Picked};
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

/// Link frames of a robot that stands at the origin.
pub fn standing(robot: &RobotSpec) -> Vec<Transform> {
    let base = Transform::from_xyz(0.0, 0.0, robot.nominal.height as f32);
    place_links(robot, base, &robot.nominal_joints())
}

/// Poses of all links from the base's and the joint positions, in robot order.
fn link_poses(robot: &RobotSpec, base: Transform, joints: &[f32]) -> Vec<LinkPose> {
    place_links(robot, base, joints).into_iter().map(to_pose).collect()
}

fn place_links(robot: &RobotSpec, base: Transform, joints: &[f32]) -> Vec<Transform> {
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
    world
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
    ground: fn(Vec2) -> f32,
}

impl Walker {
    fn new(spec: Arc<RobotSpec>, position: Vec2) -> Self {
        let joints = vec![0.0; spec.num_joints()];
        let (asked, velocity, heading, phase) = ([0.0; 3], [0.0; 3], 0.0, 0.0);
        Self { spec, asked, velocity, position, heading, phase, joints, ground: |_| 0.0 }
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
        let height = (self.ground)(self.position) + STANCE_HEIGHT + 0.02 + bob;
        let base = Transform::from_translation(self.position.extend(height))
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

/// Installs scripted robots: the first one obeys commands, `others` walk around it.
pub fn plugin(others: usize) -> impl FnOnce(&mut App) {
    herd(Herd { robots: others + 1, ..Herd::default() })
}

/// Which scripted robots there are.
#[derive(Clone, Copy, Debug)]
pub struct Herd {
    /// Robots on each stage.
    pub robots: usize,
    /// 1 or 2 stages.
    pub stages: usize,
    /// Height of the ground, m.
    pub ground: fn(Vec2) -> f32,
}

impl Default for Herd {
    fn default() -> Self {
        Self { robots: 1, stages: 1, ground: |_| 0.0 }
    }
}

/// Distance of neighbours, m.
const SPACING: f32 = 1.5;

/// Installs a herd: rows behind the first robot, which obeys commands.
pub fn herd(herd: Herd) -> impl FnOnce(&mut App) {
    move |app| {
        let spec = Arc::new(robot());
        let columns = (herd.robots as f32).sqrt().ceil().max(1.0) as usize;
        app.add_message::<LabCommand>()
            .insert_resource(ShownRobot(spec.clone()))
            .init_resource::<Picked>()
            .add_systems(FixedUpdate, (pick, walk).chain());
        for slot in 0..herd.stages {
            let origin = [slot as f32 * (columns as f32 + 1.0) * SPACING, 0.0];
            let walkers = (0..herd.robots).map(|i| walker(&spec, i, columns, origin, herd.ground)).collect();
            let shown = ShownEnv { env: 0, level: 0, score: f32::NAN, fell_s: f32::INFINITY };
            let robots = (0..herd.robots).map(|env| ShownEnv { env, ..shown }).collect();
            let stage = Stage { slot, title: ["A", "B"][slot % 2].into(), robots, origin };
            app.world_mut().spawn((stage, Telemetry::default(), ShownFrames::default(), Walkers(walkers)));
        }
    }
}

/// Robot `i` of a herd; every seventeenth has just fallen.
fn walker(
    spec: &Arc<RobotSpec>,
    i: usize,
    columns: usize,
    origin: [f32; 2],
    ground: fn(Vec2) -> f32,
) -> Walker {
    let (row, column) = (i / columns, i % columns);
    // the first one stands in the middle of the first row
    let side = [1.0, -1.0][column % 2] * column.div_ceil(2) as f32;
    let unrest = |k: f32| ((i as f32 * k).sin() * 43_758.547).fract() * 0.35;
    let place = Vec2::new(side + unrest(12.9), row as f32 + unrest(78.2)) * SPACING;
    let place = if i == 0 { Vec2::ZERO } else { place };
    let mut walker = Walker::new(spec.clone(), place + Vec2::from_array(origin));
    walker.ground = ground;
    if i > 0 {
        walker.asked = [0.5, 0.0, unrest(5.1) * 0.6];
        walker.velocity = walker.asked;
        walker.heading = unrest(3.3) * 2.0;
        walker.phase = i as f32 * 0.37 % 1.0;
    }
    walker
}

#[derive(Component)]
struct Walkers(Vec<Walker>);

fn pick(mut commands: MessageReader<LabCommand>, mut picked: ResMut<Picked>) {
    for command in commands.read() {
        if let LabCommand::Pick { stage, robot } = *command {
            *picked = Picked { stage, robot, driven: false };
        }
    }
}

fn walk(
    mut commands: MessageReader<LabCommand>,
    picked: Res<Picked>,
    mut shown: Query<(&mut ShownFrames, &mut Telemetry, &mut Stage, &mut Walkers)>,
) {
    let asked: Vec<&LabCommand> = commands.read().collect();
    for (mut frames, mut telemetry, mut stage, mut walkers) in &mut shown {
        if let Some(first) = walkers.0.first_mut() {
            asked.iter().for_each(|command| first.obey(command));
        }
        frames.advance(walkers.0.iter_mut().map(Walker::step).collect());
        for (i, env) in stage.robots.iter_mut().enumerate().filter(|(i, _)| i % 17 == 4) {
            let clock = telemetry.time_s as f32 + 2.2 + i as f32 * 0.02;
            env.fell_s = clock % 3.0;
        }
        let number = if picked.stage == stage.slot { picked.robot } else { 0 };
        if let Some(walker) = walkers.0.get(number) {
            report(walker, &mut telemetry);
        }
    }
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
