//! Joint positions, velocities and torques over time, with their limits.
use super::plot::{self, Curve, TimePlot, chip, joint_color, short_name};
use crate::app::palette::MUTED;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::command::Panel;
use crate::robot::{JointSpec, RobotSpec};
use crate::tick::view::Telemetry;
use bevy_egui::egui::{RichText, ScrollArea, Ui, Vec2, vec2};

/// Seconds that are shown: the newest strides, wide enough to see them.
pub(in crate::app) const SHOWN: f64 = 5.0;
const GAP: f32 = 12.0;

/// What is plotted of a joint.
#[derive(Clone, Copy, PartialEq)]
enum Quantity {
    Position,
    Velocity,
    Torque,
}

const QUANTITIES: [(Quantity, &str, &str, &str); 3] = [
    (
        Quantity::Position,
        "Position",
        "rad",
        "Joint angle, rad; dashed thin: the target that the policy asks for; dashed straight: limits, where they are near.",
    ),
    (
        Quantity::Velocity,
        "Velocity",
        "rad/s",
        "Joint velocity, rad/s; dashed: the most that the actuator can do.",
    ),
    (Quantity::Torque, "Torque", "N·m", "Torque of the actuator, N·m; dashed: the most that it can give."),
];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let Some(robot) = view.robot else {
        return plot::nothing(ui, "Joints appear as soon as a robot is shown.");
    };
    plot::toolbar(ui, view, Panel::Joints, out, |ui, _| chips(ui, robot, memory));
    let chosen = chosen(robot, memory);
    if chosen.is_empty() {
        return plot::nothing(ui, "Choose a joint above.");
    }
    if view.timeline.samples.is_empty() {
        return plot::nothing(ui, "Joints are drawn as soon as the robot moves.");
    }
    let size = ui.available_size();
    let width = ((size.x - 2.0 * GAP) / 3.0).max(80.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (quantity, name, unit, hover) in QUANTITIES {
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 2.0;
                plot::heading(ui, name, unit, hover, |_| {});
                let size = vec2(width, (size.y - 40.0).max(30.0));
                one(ui, view, robot, &chosen, quantity, (name, unit, hover), size);
                let (time, newest) = window(view);
                plot::time_axis(ui, time, newest, width);
            });
        }
    });
}

/// Joints that a person wants to see and that the robot has.
pub(in crate::app) fn chosen(robot: &RobotSpec, memory: &Memory) -> Vec<usize> {
    let mut chosen: Vec<usize> = memory.joints.iter().copied().filter(|j| *j < robot.num_joints()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn chips(ui: &mut Ui, robot: &RobotSpec, memory: &mut Memory) {
    let room = vec2(ui.available_width() - 90.0, 24.0).max(vec2(60.0, 24.0));
    ScrollArea::horizontal().max_width(room.x).id_salt("joint chips").show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.horizontal(|ui| {
            for (index, joint) in robot.joints().enumerate() {
                let is_on = memory.joints.contains(&index);
                let hover = format!("{}: show or hide it.", joint.name);
                if chip(ui, &short_name(&joint.name), Some(joint_color(robot, &joint.name)), is_on, &hover) {
                    match is_on {
                        true => memory.joints.retain(|j| *j != index),
                        false => memory.joints.push(index),
                    }
                }
            }
            if robot.num_joints() == 0 {
                ui.label(RichText::new("This robot has no joints.").size(theme::SMALL).color(MUTED.ui()));
            }
        });
    });
}

fn one(
    ui: &mut Ui,
    view: &LabView<'_>,
    robot: &RobotSpec,
    chosen: &[usize],
    quantity: Quantity,
    (id, unit, hover): (&str, &str, &str),
    size: Vec2,
) {
    let (x, cursor) = (window(view).0, plot::span(view, SHOWN).1);
    let samples = || view.timeline.samples().filter(move |s| s.time_s >= x[0] && s.time_s <= x[1]);
    let mut curves = vec![];
    let mut limits = vec![];
    for (index, joint) in robot.joints().enumerate().filter(|(i, _)| chosen.contains(i)) {
        let color = joint_color(robot, &joint.name);
        let name = short_name(&joint.name);
        if quantity == Quantity::Position {
            let target = samples().map(|s| [s.time_s, of(&s.joint_target, index)]);
            curves.push(Curve::new(format!("{name} target"), color.gamma_multiply(0.55), target).dashed());
        }
        curves.push(Curve::new(name, color, samples().map(|s| [s.time_s, value(s, quantity, index)])));
        limits.extend(ends(joint, quantity).map(|at| (at, color)));
    }
    let values = || curves.iter().flat_map(|c| c.points.iter().map(|p| p[1]));
    let y = match quantity {
        Quantity::Position => {
            let first = values().next().unwrap_or(0.0);
            let y = plot::bounds(values(), [first, first]);
            let room = 0.15 * (y[1] - y[0]);
            let near = limits.iter().map(|(at, _)| *at).filter(|at| (y[0] - room..y[1] + room).contains(at));
            let near: Vec<f64> = near.collect();
            plot::bounds(values().chain(near), [first, first])
        }
        _ => plot::bounds(values().chain(limits.iter().map(|(at, _)| *at)), [0.0, 0.0]),
    };
    limits.retain(|(at, _)| (y[0]..y[1]).contains(at));
    limits.dedup_by(|a, b| a.0 == b.0);
    TimePlot { id, unit, hover, x, y, limits, cursor, size }.show(ui, &curves);
}

/// What is shown: up to now, or while something earlier is shown a little beyond that; and the newest moment, s.
fn window(view: &LabView<'_>) -> ([f64; 2], f64) {
    let (x, cursor) = plot::span(view, SHOWN);
    let end = cursor.map_or(x[1], |at| (at + SHOWN * 0.25).min(x[1]));
    ([end - SHOWN, end], x[1])
}

fn of(values: &[f32], index: usize) -> f64 {
    values.get(index).map_or(f64::NAN, |v| f64::from(*v))
}

fn value(sample: &Telemetry, quantity: Quantity, index: usize) -> f64 {
    match quantity {
        Quantity::Position => of(&sample.joint_pos, index),
        Quantity::Velocity => of(&sample.joint_vel, index),
        Quantity::Torque => of(&sample.joint_torque, index),
    }
}

fn ends(joint: &JointSpec, quantity: Quantity) -> [f64; 2] {
    match quantity {
        Quantity::Position => joint.limits,
        Quantity::Velocity => [-joint.velocity, joint.velocity],
        Quantity::Torque => [-joint.effort, joint.effort],
    }
}
