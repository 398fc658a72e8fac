//! What robots are asked for: ranges of all, the command of the marked one, scripts.
mod marked;
mod scripts;

use super::knob::{self, KnobUi};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::widgets;
use crate::run::session::KnobGroup;
use bevy_egui::egui::Ui;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    knob::explain(ui, view);
    let knobs = knob::of_group(view, KnobGroup::Commands);
    if !knobs.is_empty() {
        widgets::section(ui, "All robots", "drawn from these ranges");
        for knob in knobs {
            KnobUi::new(view, knob).row(ui, out);
        }
        ui.add_space(8.0);
    }
    marked::ui(ui, view, out);
    ui.add_space(8.0);
    scripts::ui(ui, view, out);
}
