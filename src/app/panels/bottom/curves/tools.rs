//! What of the curves is drawn, and how.
use super::series;
use crate::app::panels::lab_view::{CurveAxis, Memory, Outbox};
use crate::app::panels::widgets::muted;
use crate::lab::LabCommand;
use crate::lab::command::Panel;
use crate::lab::model::Run;
use bevy_egui::egui::{Button, Popup, PopupCloseBehavior, ScrollArea, Slider, Ui};

const AXES: [(CurveAxis, &str, &str); 3] = [
    (CurveAxis::Seconds, "seconds", "Horizontal: seconds of the run."),
    (CurveAxis::Iterations, "iterations", "Horizontal: finished iterations (one rollout and its updates)."),
    (CurveAxis::EnvSteps, "steps", "Horizontal: environment steps (one control tick of one robot, 20 ms)."),
];

/// One row of small tools.
pub(super) fn tools_ui(ui: &mut Ui, runs: &[&Run], memory: &mut Memory, out: &mut Outbox) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.spacing_mut().interact_size.y = 22.0;
        ui.spacing_mut().button_padding = bevy_egui::egui::vec2(8.0, 1.0);
        let metrics = ui.button("Metrics").on_hover_text("Which numbers are drawn.");
        Popup::menu(&metrics)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| metrics_ui(ui, runs, memory));
        let now = AXES.iter().find(|(axis, ..)| *axis == memory.curve_axis).map_or("", |(_, name, _)| name);
        let axes = ui.button(format!("over {now}")).on_hover_text("What the horizontal axis counts.");
        Popup::menu(&axes).show(|ui| {
            for (axis, name, hover) in AXES {
                let button = Button::new(name).selected(memory.curve_axis == axis);
                if ui.add(button).on_hover_text(hover).clicked() {
                    memory.curve_axis = axis;
                }
            }
        });
        if ui.available_width() > 230.0 {
            ui.add_space(4.0);
            muted(ui, "smooth");
        }
        ui.spacing_mut().slider_width = 70.0;
        let slider = Slider::new(&mut memory.smoothing, 0.0..=0.99).show_value(false);
        ui.add(slider).on_hover_text(
            "Weight of the past in an exponential mean, 0 to 0.99, corrected for its start. 0 draws what was measured.",
        );
        let save = ui.button("Save…").on_hover_text("Saves what is drawn here to a file.");
        Popup::menu(&save).show(|ui| {
            for (words, path) in [("Picture: curves.png", "curves.png"), ("Table: curves.csv", "curves.csv")] {
                if ui.button(words).on_hover_text("In the folder in which gaitlab was started.").clicked() {
                    out.send(LabCommand::SavePlot { panel: Panel::Curves, path: path.into() });
                }
            }
        });
    });
}

/// Every metric that any drawn run has.
fn metrics_ui(ui: &mut Ui, runs: &[&Run], memory: &mut Memory) {
    ui.set_width(270.0);
    let mut names: Vec<&str> = vec![];
    for (name, _) in runs.iter().flat_map(|run| &run.curves.columns) {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    if names.is_empty() {
        muted(ui, "No run is shown.");
    }
    ui.spacing_mut().interact_size.y = 20.0;
    ScrollArea::vertical().max_height(340.0).show(ui, |ui| {
        for name in names {
            let mut is_on = memory.curves.iter().any(|metric| metric == name);
            let (words, unit) = series::name(name);
            let words = if unit.is_empty() { words } else { format!("{words}, {unit}") };
            if ui.checkbox(&mut is_on, words).on_hover_text(name).changed() {
                memory.curves.retain(|metric| metric != name);
                if is_on {
                    memory.curves.push(name.to_owned());
                }
            }
        }
    });
}
