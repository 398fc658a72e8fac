//! Torque over joint speed: how near the actuators come to what they can give.
use super::plot::{self, frame, heading, joint_groups, plain_plot, short_name};
use crate::app::palette::{DANGER, GOOD, MUTED, TEXT, leg};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::command::Panel;
use crate::robot::{JointSpec, RobotSpec};
use bevy_egui::egui::{Align2, Color32, RichText, Sense, Ui, Vec2, vec2};
use egui_plot::{AxisHints, HoverPosition, Line, LineStyle, PlotPoints, Points};

/// Plots at least that wide have room for words in their headings, points.
const ROOMY: f32 = 270.0;
const GAP: f32 = 12.0;
/// A plot is no narrower than this, points.
const NARROWEST: f32 = 190.0;
/// Share of a limit from which an actuator counts as saturated.
const SATURATED: f64 = 0.99;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    plot::toolbar(ui, view, Panel::TorqueSpeed, out, |ui, _| {
        for (index, spec) in view.robot.map_or(&[][..], |r| &r.roles.legs[..]).iter().enumerate() {
            plot::legend(
                ui,
                leg(index).ui(),
                &spec.name,
                "A dot is one control tick of a joint of this leg.",
            );
        }
        let text = "last 20 s · the box is what the actuator can give";
        ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui()));
    });
    let Some(robot) = view.robot.filter(|_| !view.timeline.samples.is_empty()) else {
        return plot::nothing(ui, "Dots appear as soon as the robot moves.");
    };
    let groups = joint_groups(robot);
    let size = ui.available_size();
    let columns = groups.len().min((size.x / NARROWEST) as usize).max(1);
    let rows = groups.len().div_ceil(columns);
    let cell = vec2(
        ((size.x - (columns as f32 - 1.0) * GAP) / columns as f32).max(60.0),
        ((size.y - (rows as f32 - 1.0) * 4.0) / rows as f32).max(90.0),
    );
    for row in groups.chunks(columns) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (name, joints) in row {
                ui.vertical(|ui| {
                    ui.set_width(cell.x);
                    ui.spacing_mut().item_spacing.y = 2.0;
                    group(ui, view, robot, (name, joints), cell);
                });
            }
        });
    }
}

fn group(ui: &mut Ui, view: &LabView<'_>, robot: &RobotSpec, (name, members): (&str, &[usize]), cell: Vec2) {
    let specs: Vec<(usize, &JointSpec)> =
        robot.joints().enumerate().filter(|(i, _)| members.contains(i)).collect();
    let most = specs.iter().fold([1e-6_f64; 2], |[v, e], (_, j)| [v.max(j.velocity), e.max(j.effort)]);
    let hover = "Torque of the actuator, N·m, over the speed of the joint, rad/s. Dots at the edge of the box are ticks in \
                 which the actuator gave all it had.";
    heading(ui, &capital(name), "N·m over rad/s", hover, |ui| {
        let share = saturated(view, &specs);
        let words = if cell.x < ROOMY { "" } else { " at the limit" };
        let text = format!("{:.1} %{words}", share * 100.0);
        let color = if share > 0.01 { DANGER } else { GOOD };
        let hover = "Share of the ticks of these joints in which torque or speed is within 1 % of its limit.";
        ui.label(RichText::new(text).font(theme::number_font(11.0)).color(color.ui())).on_hover_text(hover);
    });
    let size = vec2(cell.x, cell.y - 40.0);
    let (reach, torque) = ([-1.12 * most[0], 1.12 * most[0]], [-1.12 * most[1], 1.12 * most[1]]);
    let x_axis = AxisHints::new_x().formatter(|mark, _| format!("{:.0}", mark.value).replace('-', "−"));
    let plot = plain_plot(&format!("torque over speed {name}"), torque)
        .x_grid_spacer(move |_| plot::marks(reach[0], reach[1], 6))
        .show_axes([true, true])
        .custom_x_axes(vec![x_axis])
        .label_formatter(|at| match at {
            HoverPosition::NearDataPoint { plot_name, position, .. } => {
                Some(format!("{plot_name}\n{:+.1} N·m at {:+.1} rad/s", position.y, position.x))
            }
            HoverPosition::Elsewhere { .. } => None,
        });
    frame(ui, size, |ui, size| {
        plot.width(size.x).height(size.y).show(ui, |plot| {
            plot.set_plot_bounds_x(reach[0]..=reach[1]);
            plot.set_plot_bounds_y(torque[0]..=torque[1]);
            for corners in boxes(&specs) {
                let style = LineStyle::Dashed { length: 5.0 };
                let line = Line::new("what the actuator can give", PlotPoints::from(corners));
                plot.line(
                    line.color(TEXT.ui().gamma_multiply(0.5)).width(1.0).style(style).allow_hover(false),
                );
            }
            for (index, joint) in &specs {
                let points = Points::new(short_name(&joint.name), PlotPoints::from(dots(view, *index)));
                plot.points(points.radius(1.3).color(color(robot, &joint.name)));
            }
        });
    });
    let (rect, _) = ui.allocate_exact_size(vec2(cell.x, 14.0), Sense::hover());
    let text = "speed, rad/s";
    ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, text, theme::text_font(11.0), MUTED.ui());
}

fn color(robot: &RobotSpec, joint: &str) -> Color32 {
    let leg_of = plot::place_in_leg(robot, joint).map_or(MUTED, |(index, _)| leg(index));
    leg_of.ui().gamma_multiply(0.65)
}

/// Speed and torque of a joint in every tick.
fn dots(view: &LabView<'_>, joint: usize) -> Vec<[f64; 2]> {
    let pair = |s: &crate::tick::view::Telemetry| {
        let (speed, torque) = (*s.joint_vel.get(joint)?, *s.joint_torque.get(joint)?);
        (speed.is_finite() && torque.is_finite()).then_some([f64::from(speed), f64::from(torque)])
    };
    view.timeline.samples().filter_map(pair).collect()
}

/// Outlines of what the actuators can give; one for joints with equal actuators.
fn boxes(specs: &[(usize, &JointSpec)]) -> Vec<Vec<[f64; 2]>> {
    let mut limits: Vec<[f64; 2]> = specs.iter().map(|(_, j)| [j.velocity, j.effort]).collect();
    limits.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    limits.dedup();
    limits.into_iter().map(|[v, e]| vec![[-v, -e], [v, -e], [v, e], [-v, e], [-v, -e]]).collect()
}

fn saturated(view: &LabView<'_>, specs: &[(usize, &JointSpec)]) -> f64 {
    let (mut full, mut all) = (0_u32, 0_u32);
    for (index, joint) in specs {
        for [speed, torque] in dots(view, *index) {
            all += 1;
            let is_full =
                speed.abs() >= SATURATED * joint.velocity || torque.abs() >= SATURATED * joint.effort;
            full += u32::from(is_full);
        }
    }
    if all == 0 { 0.0 } else { f64::from(full) / f64::from(all) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
