//! The command of the marked robot: three sliders and a stick.
use crate::app::palette::{BACKGROUND, COMMAND, LINE, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::right::knob::bar::{Bar, Pulled};
use crate::app::panels::right::knob::number::{self, Scale};
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use bevy_egui::egui::{Align, CursorIcon, Id, Layout, RichText, Sense, Stroke, Ui, Vec2, vec2};

const STICK: f32 = 88.0;
/// Radius of the stick's knob, points.
const KNOB: f32 = 9.0;

/// Name, unit, hover.
const AXES: [(&str, &str, &str); 3] = [
    ("forward", "m/s", "Commanded velocity along the robot's heading, m/s; negative is backwards."),
    ("left", "m/s", "Commanded velocity to the robot's left, m/s; negative is to the right."),
    ("turn left", "rad/s", "Commanded yaw rate, rad/s; negative turns right."),
];

/// The last command sent from here, so that a frame that is drawn twice says nothing twice.
#[derive(Clone, Copy, PartialEq)]
struct Sent([f32; 3]);

/// The section.
pub(super) fn ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let name = format!("Robot {}", view.picked.robot);
    let remark = if view.picked.driven { "driven by you" } else { "follows the task's commands" };
    widgets::section(ui, &name, remark);
    let width = ui.available_width();
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width((width - STICK - 20.0).max(120.0));
            sliders(ui, view, out);
        });
        ui.add_space(4.0);
        stick(ui, view, out);
    });
    buttons(ui, view, out);
}

fn reach(view: &LabView<'_>) -> [[f32; 2]; 3] {
    let limits = &view.drive.limits;
    [
        [-limits.backward, limits.forward],
        [-limits.sideways, limits.sideways],
        [-limits.yaw_rate, limits.yaw_rate],
    ]
}

fn sliders(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let mut command = view.now.command;
    let mut wish: Option<bool> = None;
    for (axis, (name, unit, hover)) in AXES.into_iter().enumerate() {
        ui.horizontal(|ui| {
            ui.set_height(16.0);
            ui.label(RichText::new(name).size(theme::SMALL).color(MUTED.ui())).on_hover_text(hover);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(unit).size(theme::SMALL).color(MUTED.ui()));
                let value = number::signed(f64::from(view.now.command[axis]), 2);
                let color = (if view.picked.driven { COMMAND } else { TEXT }).ui();
                ui.label(RichText::new(value).font(theme::number_font(12.0)).color(color))
                    .on_hover_text(hover);
            });
        });
        let [low, high] = reach(view)[axis];
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
        let bar = Bar {
            id: Id::new(("command", axis)),
            rect,
            scale: Scale::new([f64::from(low), f64::from(high)]),
            value: [f64::from(command[axis]); 2],
            written: [0.0; 2],
            is_range: false,
            is_enabled: true,
        };
        let (pulled, response) = bar.show(ui);
        response.on_hover_text(format!(
            "{hover} Drag: the robot is taken over and follows; its samples are left out of learning. The mark is standing still."
        ));
        match pulled {
            Pulled::Nothing => {}
            Pulled::Reset => (command[axis], wish) = (0.0, Some(true)),
            Pulled::To([_, to]) => (command[axis], wish) = (to as f32, Some(false)),
            Pulled::Done([_, to]) => (command[axis], wish) = (to as f32, Some(true)),
        }
    }
    if let Some(is_done) = wish {
        send(ui, view, command, is_done, out);
    }
}

fn send(ui: &Ui, view: &LabView<'_>, command: [f32; 3], is_done: bool, out: &mut Outbox) {
    let id = Id::new("command of the marked robot");
    let last: Option<Sent> = ui.data(|data| data.get_temp(id));
    let is_there = view.picked.driven && command == view.now.command;
    if !is_there && last != Some(Sent(command)) && command.iter().all(|c| c.is_finite()) {
        out.send(LabCommand::SetCommand(command));
        ui.data_mut(|data| data.insert_temp(id, Sent(command)));
    }
    if is_done {
        ui.data_mut(|data| data.remove::<Sent>(id));
    }
}

/// A knob that springs back: up is forward, left is a left turn.
fn stick(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(STICK), Sense::drag());
    let way = STICK / 2.0 - KNOB - 2.0;
    let center = rect.center();
    let limits = &view.drive.limits;
    let [forward, _, turn] = view.now.command;
    let longest = if forward < 0.0 { limits.backward } else { limits.forward };
    let at = vec2(-turn / limits.yaw_rate.max(1e-6), -forward / longest.max(1e-6));
    let at = if at.length() > 1.0 { at.normalized() } else { at };
    let painter = ui.painter();
    let line = Stroke::new(1.0, LINE.ui());
    painter.circle(center, STICK / 2.0 - 1.0, BACKGROUND.ui(), line);
    painter.hline(rect.x_range().shrink(14.0), center.y, line);
    painter.vline(center.x, rect.y_range().shrink(14.0), line);
    let knob = center + at * way;
    painter.line_segment([center, knob], Stroke::new(2.0, COMMAND.ui().gamma_multiply(0.6)));
    let color = if view.picked.driven { COMMAND } else { MUTED };
    painter.circle_filled(knob, KNOB, color.ui());
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let pull = (pointer - center) / way;
        let pull = if pull.length() > 1.0 { pull.normalized() } else { pull };
        out.pad = Some([-pull.y, 0.0, -pull.x]);
    }
    response.on_hover_cursor(CursorIcon::Grab).on_hover_text(
        "Drive with the mouse: up is forward, left is a left turn. Let go and the robot stops.",
    );
}

fn buttons(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        if widgets::button(
            ui,
            "Zero command",
            "Ask the robot to stand still: 0 m/s and 0 rad/s. Takes it over.",
        ) {
            out.send(LabCommand::SetCommand([0.0; 3]));
        }
        if view.picked.driven {
            let hover = "Let the robot follow the task's own commands again; it counts for learning again.";
            if widgets::button(ui, "Give back", hover) {
                out.send(LabCommand::GiveBack);
            }
        } else {
            let hover = "Drive this robot from now on; its samples are left out of learning.";
            if widgets::button(ui, "Take over", hover) {
                out.send(LabCommand::TakeOver);
            }
        }
    });
}
