//! The learner's settings.
use super::knob::{self, KnobUi, number};
use crate::app::palette::{MUTED, TEXT};
use crate::app::panels::bottom::plot::nothing;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::{theme, widgets};
use crate::run::session::KnobGroup;
use bevy_egui::egui::{Align, Layout, RichText, Ui};

/// Metric, name, hover.
const NOW: [(&str, &str, &str); 4] = [
    (
        "loss/learning_rate",
        "learning rate now",
        "Step size of the optimiser in the last iteration; the adaptive schedule moves it. Without unit.",
    ),
    (
        "loss/kl",
        "KL divergence now",
        "How far the last update moved the policy (Kullback–Leibler divergence). The adaptive schedule holds it near the \
         target. In nats.",
    ),
    (
        "loss/entropy",
        "entropy now",
        "How random the policy's actions are, in nats; it falls while the policy makes up its mind.",
    ),
    ("loss/value", "value loss now", "Mean squared error of the critic in the last iteration. Without unit."),
];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    knob::explain(ui, view);
    let knobs = knob::of_group(view, KnobGroup::Learner);
    if knobs.is_empty() {
        return nothing(ui, "No learner yet: choose a task at the top.");
    }
    for knob in knobs {
        KnobUi::new(view, knob).row(ui, out);
    }
    ui.add_space(8.0);
    widgets::section(ui, "Now", "last iteration");
    for (metric, name, hover) in NOW {
        now(ui, view, metric, name, hover);
    }
}

fn now(ui: &mut Ui, view: &LabView<'_>, metric: &str, name: &str, hover: &str) {
    let values = view.shown_run().and_then(|run| run.curves.column(metric));
    let value = values.and_then(|v| v.iter().rev().find(|v| v.is_finite()).copied());
    ui.horizontal(|ui| {
        ui.label(RichText::new(name).color(MUTED.ui())).on_hover_text(hover);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = value.map_or("–".into(), number::text);
            ui.label(RichText::new(text).font(theme::number_font(12.0)).color(TEXT.ui()))
                .on_hover_text(hover);
        });
    });
}
