//! Commanded against measured velocity: how well the marked robot does what it is told.
use super::plot::{self, Curve, TimePlot};
use crate::app::palette::{COMMAND, MEASURED, MUTED, Rgb};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::command::Panel;
use crate::tick::view::Telemetry;
use bevy_egui::egui::{Align, Layout, RichText, Ui, vec2};

/// Seconds that are shown.
const SHOWN: f64 = 20.0;
const GAP: f32 = 12.0;
/// Narrower plots have their numbers below their title, points.
const NARROW: f32 = 250.0;
const NARROWEST: f32 = 170.0;

/// One of the three velocities: name, unit, hover.
const CHANNELS: [(&str, &str, &str); 3] = [
    (
        "Forward speed",
        "m/s",
        "Velocity of the base along its heading, m/s: commanded in blue, measured in orange.",
    ),
    (
        "Sideways speed",
        "m/s",
        "Velocity of the base to its left, m/s: commanded in blue, measured in orange.",
    ),
    ("Yaw rate", "rad/s", "Turning of the base to the left, rad/s: commanded in blue, measured in orange."),
];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    plot::toolbar(ui, view, Panel::Tracking, out, |ui, _| {
        for (name, color, hover) in [
            ("commanded", COMMAND, "What the robot is asked for."),
            ("measured", MEASURED, "What it does, in the heading frame of its base."),
        ] {
            plot::legend(ui, color.ui(), name, hover);
        }
        let who = format!("robot {}, last 20 s", view.picked.robot);
        ui.label(RichText::new(who).size(theme::SMALL).color(MUTED.ui()));
    });
    if view.timeline.samples.is_empty() {
        return plot::nothing(ui, "Velocities appear as soon as the robot moves.");
    }
    let size = ui.available_size();
    let width = ((size.x - 2.0 * GAP) / 3.0).max(80.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for (axis, (name, unit, hover)) in CHANNELS.into_iter().enumerate() {
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.spacing_mut().item_spacing.y = 2.0;
                channel(ui, view, axis, (name, unit, hover), vec2(width, (size.y - 40.0).max(30.0)));
            });
        }
    });
}

fn channel(
    ui: &mut Ui,
    view: &LabView<'_>,
    axis: usize,
    (name, unit, hover): (&str, &str, &str),
    size: bevy_egui::egui::Vec2,
) {
    let (x, cursor) = plot::span(view, SHOWN);
    let is_narrow = size.x < NARROW;
    let numbers = |ui: &mut Ui| {
        let shown = view.timeline.shown();
        let value =
            |v: Option<f32>| super::super::right::knob::number::signed(f64::from(v.unwrap_or(f32::NAN)), 2);
        let number = |ui: &mut Ui, text: String, color: Rgb, hover: &str| {
            ui.label(RichText::new(text).font(theme::number_font(12.0)).color(color.ui()))
                .on_hover_text(hover);
        };
        let error = mean_error(view.timeline.samples(), axis);
        let hover = format!("Mean distance of measured from commanded over the time shown, {unit}.");
        // the smallest plots have room for two numbers
        if size.x >= NARROWEST {
            number(ui, error.map_or("off –".into(), |e| format!("off {e:.2}")), MUTED, &hover);
        }
        number(ui, value(shown.map(|s| s.measured[axis])), MEASURED, &format!("Measured, {unit}."));
        number(ui, value(shown.map(|s| s.command[axis])), COMMAND, &format!("Commanded, {unit}."));
    };
    if is_narrow {
        plot::heading(ui, name, unit, hover, |_| {});
        ui.allocate_ui_with_layout(vec2(size.x, 16.0), Layout::right_to_left(Align::Center), numbers);
    } else {
        plot::heading(ui, name, unit, hover, numbers);
    }
    let size = vec2(size.x, size.y - if is_narrow { 18.0 } else { 0.0 });
    let all = view.timeline.samples.iter().flat_map(|s| [s.command[axis], s.measured[axis]]).map(f64::from);
    let limits = &view.drive.limits;
    let least = match axis {
        0 => [-limits.backward.min(0.2), limits.forward],
        1 => [-limits.sideways, limits.sideways],
        _ => [-limits.yaw_rate, limits.yaw_rate],
    };
    let y = plot::bounds(all, least.map(f64::from));
    let curves = [
        Curve::new("measured", MEASURED.ui(), series(view.timeline.samples(), |s| s.measured[axis])),
        Curve::new("commanded", COMMAND.ui(), steps(view.timeline.samples(), |s| s.command[axis])),
    ];
    TimePlot { id: name, unit, hover, x, y, limits: vec![], cursor, size }.show(ui, &curves);
    plot::time_axis(ui, x, x[1], size.x);
}

fn series<'a>(
    samples: impl Iterator<Item = &'a Telemetry>,
    value: impl Fn(&Telemetry) -> f32,
) -> Vec<[f64; 2]> {
    samples.map(|s| [s.time_s, f64::from(value(s))]).collect()
}

/// A line that jumps where the value does, with few points.
fn steps<'a>(
    samples: impl Iterator<Item = &'a Telemetry>,
    value: impl Fn(&Telemetry) -> f32,
) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> = vec![];
    let mut last: Option<[f64; 2]> = None;
    for sample in samples {
        let point = [sample.time_s, f64::from(value(sample))];
        match last {
            Some(before) if before[1] != point[1] => points.extend([[point[0], before[1]], point]),
            None => points.push(point),
            _ => {}
        }
        last = Some(point);
    }
    points.extend(last);
    points
}

/// Mean distance of measured from commanded; nothing without samples.
pub(in crate::app) fn mean_error<'a>(
    samples: impl Iterator<Item = &'a Telemetry>,
    axis: usize,
) -> Option<f64> {
    let errors =
        samples.map(|s| f64::from((s.measured[axis] - s.command[axis]).abs())).filter(|e| e.is_finite());
    let (sum, count) = errors.fold((0.0, 0_u32), |(sum, count), e| (sum + e, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(time_s: f64, command: f32, measured: f32) -> Telemetry {
        Telemetry {
            time_s,
            command: [command, 0.0, 0.0],
            measured: [measured, 0.0, 0.0],
            ..Telemetry::default()
        }
    }

    #[test]
    fn a_command_is_drawn_as_steps() {
        let samples =
            [sample(0.0, 0.2, 0.0), sample(0.02, 0.2, 0.0), sample(0.04, 0.8, 0.0), sample(0.06, 0.8, 0.0)];
        let points = steps(samples.iter(), |s| s.command[0]);
        let times: Vec<f64> = points.iter().map(|p| p[0]).collect();
        assert_eq!(times, [0.0, 0.04, 0.04, 0.06]);
        assert!((points[1][1] - 0.2).abs() < 1e-6 && (points[2][1] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn the_error_is_the_mean_distance() {
        let samples = [sample(0.0, 1.0, 0.8), sample(0.02, 1.0, 1.4)];
        assert!((mean_error(samples.iter(), 0).unwrap() - 0.3).abs() < 1e-6);
        assert_eq!(mean_error([].iter(), 0), None);
    }
}
