//! Marks of the picked robot: ring, arrows of velocity and force, collision points, centre of mass, support polygon,
//! the pull of the mouse; and the letters of two stages. Each can be switched off but the ring.
mod arrow;
mod contact;
mod hull;
mod mass;
mod painter;
mod velocity;

use super::camera::SceneCamera;
use super::field;
use super::pointer::{Grip, Target};
use super::props::Things;
use super::stages::{Shown, Stages};
use crate::app::window::WindowState;
use crate::lab::command::Mark;
use crate::lab::{Lab, LabSystems};
use crate::robot::RobotSpec;
use crate::tick::view::ShownRobot;
use arrow::Arrow;
use bevy::prelude::*;
use painter::{Form, Ink, Painter};

/// Radius of the ring, m.
const RING_RADIUS: f32 = 0.42;
/// Length of the arrow of a pull, m/N.
const METRES_PER_NEWTON: f32 = 1.0 / 60.0;
/// Height of a stage's letter above the middle of its robots, m.
const LETTER_HEIGHT: f32 = 1.1;
/// Size of the letter as a share of its distance.
const LETTER_SIZE: f32 = 0.03;

pub(super) fn plugin(app: &mut App) {
    app.add_plugins(painter::plugin)
        .add_systems(Update, (mark_picked, mark_pull, mark_stages).in_set(LabSystems::Overlay));
}

/// What the marks of the picked robot are drawn from.
struct Marked<'a> {
    shown: Shown<'a>,
    robot: usize,
    spec: &'a RobotSpec,
    base: Transform,
    /// Height of the ground below the base, m.
    ground: f32,
}

impl Marked<'_> {
    fn pose(&self, link: usize) -> Transform {
        self.shown.pose(self.robot, link)
    }
}

fn mark_picked(
    stages: Stages,
    robot: Option<Res<ShownRobot>>,
    window: Res<WindowState>,
    lab: Res<Lab>,
    mut painter: ResMut<Painter>,
) {
    let (Some(shown), Some(robot)) = (stages.picked_stage(), robot) else { return };
    let number = stages.picked().robot;
    let base = shown.pose(number, 0);
    let ground = lab.plan.as_ref().map_or(0.0, |p| field::ground(&p.terrain, base.translation.xy()));
    let marked = Marked { shown, robot: number, spec: &robot.0, base, ground };
    let ring = Transform::from_translation(base.translation.with_z(ground + 0.005));
    painter.draw(Form::Ring, Ink::Measured, ring.with_scale(Vec3::new(RING_RADIUS, RING_RADIUS, 1.0)));
    let has = |mark: Mark| window.marks.contains(&mark);
    if has(Mark::Velocity) {
        velocity::draw(&marked, &mut painter);
    }
    if has(Mark::ContactForces) {
        contact::draw_forces(&marked, &mut painter);
    }
    if has(Mark::CollisionPoints) {
        contact::draw_points(&marked, &mut painter);
    }
    if has(Mark::CentreOfMass) {
        mass::draw(&marked, &mut painter);
    }
}

/// The pull of the mouse: from the base of a robot, or from where a thing is held, towards the mouse.
fn mark_pull((stages, things): (Stages, Things), grip: Option<Res<Grip>>, mut painter: ResMut<Painter>) {
    let arrow = |from: Vec3, force: Vec3| Arrow::new(from, force * METRES_PER_NEWTON, 0.009);
    // a script may pull as well as the mouse
    if let Some(pull) = things.shown().and_then(|shown| shown.pull) {
        let at = match grip.as_ref().and_then(|grip| grip.held).map(|held| held.target) {
            Some(Target::Prop { prop, grip, .. }) => things.pose(prop).map(|pose| pose.transform_point(grip)),
            _ => None,
        };
        let from = at.unwrap_or(Vec3::from_array(pull.at_w));
        painter.arrow(arrow(from, Vec3::from_array(pull.force_w)), Ink::Measured);
    }
    let Some(held) = grip.as_ref().and_then(|grip| grip.held) else { return };
    if let (Target::Robot(stage, robot), Some(force)) = (held.target, held.pull_w)
        && let Some(shown) = stages.slot(stage).filter(|shown| robot < shown.len())
    {
        painter.arrow(arrow(shown.pose(robot, 0).translation, force), Ink::Measured);
    }
}

/// The letters A and B above the stages while there are two.
fn mark_stages(stages: Stages, cameras: Query<&Transform, With<SceneCamera>>, mut painter: ResMut<Painter>) {
    let Some(camera) = cameras.iter().next().filter(|_| stages.all().count() > 1) else { return };
    let middles: Vec<(usize, Vec3)> =
        stages.all().filter_map(|(slot, shown)| Some((slot, shown.middle()?))).collect();
    let between = middles.iter().map(|m| m.1).sum::<Vec3>() / middles.len().max(1) as f32;
    for (slot, middle) in middles {
        // nearer to the other stage than the middle is: seen wherever both are
        let at = middle.lerp(between, 0.45) + Vec3::Z * LETTER_HEIGHT;
        let size = LETTER_SIZE * camera.translation.distance(at).max(1.0);
        let facing = Transform::from_translation(at).with_rotation(camera.rotation);
        let ink = if slot == 0 { Ink::White } else { Ink::Command };
        let toward = camera.rotation * Vec3::Z * size * 0.05;
        let plate = Transform::from_translation(at - toward).with_rotation(camera.rotation);
        painter.draw(Form::Disc, Ink::Plate, plate.with_scale(Vec3::splat(size * 0.95)));
        painter.draw(Form::Letter(slot), ink, facing.with_scale(Vec3::splat(size)));
    }
}
