//! What stands above the three-dimensional view: the robot's name, its velocity, and the signs' meaning.
use super::widgets::card;
use super::{Outbox, PlayView, drive_pad, theme};
use crate::app::palette::{COMMAND, GOOD, MEASURED, MUTED, Rgb, TEXT};
use bevy_egui::egui::{Align2, Area, Context, Id, Order, Rect, RichText, Sense, Ui, vec2};

/// Everything within `area`, the part of the window that shows the robot.
pub(super) fn overlay_ui(context: &Context, area: Rect, view: &PlayView, out: &mut Outbox) {
    let place = |id: &'static str| Area::new(Id::new(id)).order(Order::Middle).constrain_to(area);
    place("heading")
        .fixed_pos(area.min + vec2(16.0, 12.0))
        .interactable(false)
        .show(context, |ui| heading_ui(ui, view));
    place("drive")
        .pivot(Align2::RIGHT_BOTTOM)
        .fixed_pos(area.max - vec2(14.0, 14.0))
        .show(context, |ui| card().show(ui, |ui| drive_pad::drive_pad_ui(ui, view, out)));
}

fn heading_ui(ui: &mut Ui, view: &PlayView) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let name = view.robot.map_or("No robot".to_owned(), |r| r.name.to_uppercase());
    ui.label(RichText::new(name).size(16.0).color(TEXT.ui()));
    let speed = |v: [f32; 3]| v[0].hypot(v[1]);
    let (asked, got) = (speed(view.now.command), speed(view.now.measured));
    let text = format!("command {asked:.2} m/s · measured {got:.2} m/s");
    ui.label(RichText::new(text).color(MUTED.ui()));
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 16.0;
        for (color, text) in [(COMMAND, "command"), (MEASURED, "measured"), (GOOD, "ground force")] {
            legend_ui(ui, color, text);
        }
    });
}

fn legend_ui(ui: &mut Ui, color: Rgb, text: &str) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, color.ui());
    ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui()));
    ui.add_space(6.0);
}
