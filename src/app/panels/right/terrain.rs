//! The ground.
use super::knob::{self, KnobUi};
use crate::app::palette::{MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::run::session::KnobGroup;
use bevy_egui::egui::{RichText, Ui};

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    let knobs = knob::of_group(view, KnobGroup::Terrain);
    if knobs.is_empty() {
        flat(ui);
    } else {
        knob::explain(ui, view);
        for knob in knobs {
            KnobUi::new(view, knob).row(ui, out);
        }
        levels(ui, view);
    }
}

fn flat(ui: &mut Ui) {
    ui.label(RichText::new("Flat ground").size(theme::TITLE).color(TEXT.ui()));
    let text = "This task walks on an even plane: there is nothing to turn here. A task with bumpy ground writes its \
                roughness and its levels under env.terrain; they appear here as knobs.";
    ui.label(RichText::new(text).color(MUTED.ui()));
}

/// How the shown robots are spread over the levels.
fn levels(ui: &mut Ui, view: &LabView<'_>) {
    let Some(stage) = view.stages[0] else { return };
    let Some(highest) = stage.robots.iter().map(|r| r.level).max() else { return };
    ui.add_space(8.0);
    crate::app::panels::widgets::section(ui, "Levels", "robots shown");
    for level in 0..=highest {
        let count = stage.robots.iter().filter(|r| r.level == level).count();
        let line = format!("level {level:>2}   {count:>3} robots");
        ui.label(RichText::new(line).font(theme::number_font(12.0)).color(MUTED.ui()))
            .on_hover_text("How many of the robots on the stage stand on this level of the ground.");
    }
}
