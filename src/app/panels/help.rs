//! The list of keys, written from the table by which they act.
use super::lab_view::Outbox;
use super::theme;
use super::widgets::card;
use crate::app::input::keys::KEYS;
use crate::app::palette::{MUTED, TEXT};
use crate::lab::LabCommand;
use bevy_egui::egui::{Align2, Area, Context, Id, Order, Rect, RichText, Ui, vec2};

/// Shows the list in the middle of `area`; a click on it closes it.
pub(super) fn help_ui(context: &Context, area: Rect, out: &mut Outbox) {
    let shown = Area::new(Id::new("help"))
        .order(Order::Foreground)
        .pivot(Align2::CENTER_CENTER)
        .fixed_pos(area.center())
        .constrain_to(area)
        .show(context, |ui| card().show(ui, list_ui));
    if shown.response.interact(bevy_egui::egui::Sense::click()).clicked() {
        out.lab.push(LabCommand::Dismiss);
    }
}

fn list_ui(ui: &mut Ui) {
    ui.set_width(330.0);
    ui.label(RichText::new("Keys").size(theme::TITLE).color(TEXT.ui()));
    ui.add_space(4.0);
    ui.spacing_mut().interact_size.y = 19.0;
    let mut row = |keys: &str, meaning: &str| {
        ui.horizontal(|ui| {
            let cell = ui.label(RichText::new(keys).font(theme::number_font(12.0)).color(TEXT.ui()));
            ui.add_space((96.0 - cell.rect.width()).max(0.0));
            ui.label(RichText::new(meaning).color(MUTED.ui()));
        });
    };
    for binding in KEYS {
        row(binding.label, binding.help);
    }
    row("drag", "left button turns the view, wheel zooms");
    row("on a robot", "left button marks it, or pulls at it");
    row("on a thing", "left button pushes it, or pulls at it");
    row("right drag", "moves the view while it does not follow");
    row("gamepad", "left stick walks, right stick turns, A pushes");
    ui.add_space(2.0);
    ui.allocate_space(vec2(1.0, 1.0));
}
