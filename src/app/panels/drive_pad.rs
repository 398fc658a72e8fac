//! The drive pad: shows what is commanded and lets a person drive with the mouse.
use super::lab_view::{LabView, Outbox};
use super::theme;
use super::widgets::{key_cap, muted, number};
use crate::app::input::drive::{Axes, DriveLimits, Driver};
use crate::app::palette::{BACKGROUND, COMMAND, LINE, MEASURED, MUTED, TEXT};
use bevy_egui::egui::{Align, CursorIcon, Layout, Pos2, Rect, RichText, Sense, Stroke, Ui, Vec2, pos2, vec2};

const RADIUS: f32 = 42.0;
const KEY: f32 = 20.0;
/// Letters of the keys and their places in a grid of caps.
const CAPS: [(&str, f32, f32, usize, f32); 6] = [
    ("Q", 0.0, 0.0, 2, 1.0),
    ("W", 1.0, 0.0, 0, 1.0),
    ("E", 2.0, 0.0, 2, -1.0),
    ("A", 0.0, 1.0, 1, 1.0),
    ("S", 1.0, 1.0, 0, -1.0),
    ("D", 2.0, 1.0, 1, -1.0),
];

/// Contents of the card.
pub(super) fn drive_pad_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    ui.set_width(206.0);
    ui.horizontal(|ui| {
        let (title, color) = match view.drive.driver {
            Driver::Nobody if !view.picked.driven => ("Drive", TEXT),
            _ => ("You drive", MEASURED),
        };
        ui.label(RichText::new(title).size(theme::TITLE).color(color.ui()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| muted(ui, device(view)));
    });
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        knob_ui(ui, view, out);
        ui.add_space(10.0);
        ui.vertical(|ui| {
            caps_ui(ui, view);
            ui.add_space(4.0);
            readout_ui(ui, view);
        });
    });
}

fn device(view: &LabView<'_>) -> &'static str {
    match view.drive.driver {
        Driver::Keys => "keyboard",
        Driver::Pad => "mouse",
        Driver::Gamepad => "gamepad",
        Driver::Nobody if view.picked.driven && view.is_learning() => "Esc gives back",
        Driver::Nobody if view.drive.gamepad_connected => "gamepad ready",
        Driver::Nobody => "hold a key",
    }
}

fn knob_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(2.0 * RADIUS), Sense::drag());
    let at = knob(&view.now.command, &view.drive.limits);
    let center = rect.center();
    let painter = ui.painter();
    painter.circle(center, RADIUS - 1.0, BACKGROUND.ui(), Stroke::new(1.0, LINE.ui()));
    painter.hline(rect.x_range().shrink(12.0), center.y, Stroke::new(1.0, LINE.ui()));
    painter.vline(center.x, rect.y_range().shrink(12.0), Stroke::new(1.0, LINE.ui()));
    let knob = center + at * (RADIUS - 11.0);
    painter.line_segment([center, knob], Stroke::new(2.0, COMMAND.ui_faded(0.6)));
    painter.circle_filled(knob, 9.0, COMMAND.ui());
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        out.pad = Some(pulled(pointer, rect));
    }
    response.on_hover_cursor(CursorIcon::Grab).on_hover_text(
        "The commanded velocity: up is forward, left is a left turn. Drag it to drive; let go to stop.",
    );
}

/// Place of the knob within a unit circle, for a command.
fn knob(command: &[f32; 3], limits: &DriveLimits) -> Vec2 {
    let longest = if command[0] < 0.0 { limits.backward } else { limits.forward };
    let at = vec2(-command[2] / limits.yaw_rate, -command[0] / longest);
    if at.length() > 1.0 { at.normalized() } else { at }
}

/// What a pull to `pointer` asks for.
fn pulled(pointer: Pos2, pad: Rect) -> Axes {
    let at = (pointer - pad.center()) / (RADIUS - 11.0);
    let at = if at.length() > 1.0 { at.normalized() } else { at };
    [-at.y, 0.0, -at.x]
}

fn caps_ui(ui: &mut Ui, view: &LabView<'_>) {
    let size = vec2(3.0 * KEY + 8.0, 2.0 * KEY + 4.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    for (letter, column, row, axis, sign) in CAPS {
        let corner = rect.min + vec2(column, row) * (KEY + 4.0);
        let cap = Rect::from_min_size(pos2(corner.x, corner.y), Vec2::splat(KEY));
        let is_held = view.drive.driver == Driver::Keys && view.drive.command[axis] * sign > 0.02;
        key_cap(ui.painter(), cap, letter, is_held);
    }
    response
        .on_hover_text("W and S walk, A and D step sideways, Q and E turn; the arrow keys walk and turn.");
}

fn readout_ui(ui: &mut Ui, view: &LabView<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().interact_size.y = 14.0;
    let [forward, left, turn] = view.now.command;
    for (value, unit) in [(forward, "m/s"), (left, "m/s"), (turn, "rad/s")] {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            number(ui, format!("{:+.2}", value + 0.0), COMMAND)
                .on_hover_text("Commanded: forward, to the left, turn to the left.");
            ui.label(RichText::new(unit).size(10.5).color(MUTED.ui()));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pulling_up_is_forward_and_left_is_a_left_turn() {
        let pad = Rect::from_center_size(pos2(100.0, 100.0), Vec2::splat(2.0 * RADIUS));
        assert_eq!(pulled(pos2(100.0, 0.0), pad), [1.0, 0.0, 0.0]);
        let left = pulled(pos2(100.0 - (RADIUS - 11.0) / 2.0, 100.0), pad);
        assert!((left[2] - 0.5).abs() < 1e-6 && left[0].abs() < 1e-6, "{left:?}");
    }

    #[test]
    fn the_knob_is_where_it_was_pulled() {
        let limits = DriveLimits::default();
        let at = knob(&[0.5, 0.0, 0.5], &limits);
        assert!((at - vec2(-0.5, -0.5)).length() < 1e-6);
        assert!(knob(&[9.0, 0.0, 9.0], &limits).length() <= 1.0 + 1e-6);
    }
}
