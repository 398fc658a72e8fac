//! Curves over training: how the shown run learns, beside its branch and the runs that are compared. Dragging on a
//! curve goes back in time.
mod chart;
mod series;
mod tools;

use crate::app::palette::{self, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::app::panels::widgets::{button, muted};
use crate::lab::LabCommand;
use crate::lab::model::Run;
use bevy_egui::egui::{Id, RichText, ScrollArea, Sense, Ui, vec2};
use chart::Chart;

pub(in crate::app::panels) use series::{digits, name};

/// A plot is about this wide if there is room, points.
const GOOD_WIDTH: f32 = 185.0;
/// A plot is not narrower than this, points.
const LEAST_WIDTH: f32 = 140.0;
/// A plot is not lower than this, points.
const LEAST_HEIGHT: f32 = 56.0;
/// Height of a plot beyond its area: the title and the space below, points.
const AROUND: f32 = 30.0;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let runs = drawn(view);
    ui.spacing_mut().item_spacing.y = 4.0;
    tools::tools_ui(ui, &runs, memory, out);
    let Some(run) = runs.first().filter(|run| !run.curves.is_empty()) else {
        muted(ui, "Curves appear here as soon as a run learns. Press ▶ Train above, or show a run.");
        return;
    };
    let looked_at = past(ui, run);
    let bottom = 24.0;
    let room = ui.available_size() - vec2(0.0, bottom);
    let columns = columns(room.x, room.y, memory.curves.len().max(1));
    let rows = memory.curves.len().div_ceil(columns).max(1);
    let width = (room.x - 10.0 * (columns - 1) as f32) / columns as f32;
    let height = (room.y / rows as f32 - AROUND).max(LEAST_HEIGHT);
    let mut dragged = None;
    ScrollArea::vertical().max_height(room.y).auto_shrink(false).show(ui, |ui| {
        for metrics in memory.curves.chunks(columns) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = 10.0;
                for metric in metrics {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        let chart =
                            Chart { metric, runs: &runs, preview: looked_at, size: vec2(width, height) };
                        let (response, transform) = chart::chart_ui(ui, &chart, memory);
                        if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
                            dragged = Some((transform.value_from_position(at).x, false));
                        }
                        if response.drag_stopped() {
                            dragged = Some((f64::NAN, true));
                        }
                    });
                }
            });
        }
    });
    let axis = series::axis(&run.curves, memory.curve_axis);
    match dragged {
        Some((x, false)) => look_back(ui, run, series::row_at(axis, x), out),
        Some((_, true)) => {
            ui.data_mut(|d| d.insert_temp(held(), false));
        }
        None => {}
    }
    foot_ui(ui, view, &runs, memory, out);
}

/// Columns of a good width; narrower ones where all plots can be seen at once only so.
fn columns(width: f32, height: f32, plots: usize) -> usize {
    let of = |least: f32| ((width / least) as usize).clamp(1, plots);
    let good = of(GOOD_WIDTH);
    let fits = plots.div_ceil(good) as f32 * (LEAST_HEIGHT + AROUND) <= height;
    if fits { good } else { of(LEAST_WIDTH) }
}

/// The shown run, the one beside it, and those that are compared; each once. The place decides the colour.
pub(in crate::app::panels) fn drawn<'a>(view: &LabView<'a>) -> Vec<&'a Run> {
    let mut runs: Vec<&Run> = view.shown_run().into_iter().chain(view.beside_run()).collect();
    for run in view.lab.runs.iter().filter(|run| run.compared) {
        if runs.iter().all(|other| other.id != run.id) {
            runs.push(run);
        }
    }
    runs
}

fn legend_ui(ui: &mut Ui, runs: &[&Run]) {
    ui.spacing_mut().item_spacing.x = 6.0;
    for (i, run) in runs.iter().enumerate() {
        let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
        ui.painter().rect_filled(rect, 2.0, palette::curve(i).ui());
        ui.label(RichText::new(&run.name).size(theme::SMALL).color(MUTED.ui())).on_hover_text(&run.id);
        ui.add_space(6.0);
    }
}

fn past_key() -> Id {
    Id::new("curves: looked at")
}

fn held() -> Id {
    Id::new("curves: held")
}

/// The past iteration that is looked at, of this run.
fn past(ui: &Ui, run: &Run) -> Option<u64> {
    let looked: Option<(String, u64)> = ui.data(|d| d.get_temp(past_key()));
    looked.filter(|(id, _)| *id == run.id).map(|(_, iteration)| iteration)
}

fn look_back(ui: &Ui, run: &Run, row: Option<usize>, out: &mut Outbox) {
    let Some(iteration) = row.and_then(|row| run.curves.iteration.get(row)) else { return };
    let kept = run.checkpoints.partition_point(|c| *c as f64 <= *iteration);
    let iteration = kept.checked_sub(1).map_or(*iteration as u64, |i| run.checkpoints[i]);
    if past(ui, run) != Some(iteration) {
        ui.data_mut(|d| d.insert_temp(past_key(), (run.id.clone(), iteration)));
        out.send(LabCommand::Preview(Some(iteration)));
    }
    ui.data_mut(|d| d.insert_temp(held(), true));
}

/// Ends of the axis; or, after a drag, what can be done with the past.
fn foot_ui(ui: &mut Ui, view: &LabView<'_>, runs: &[&Run], memory: &Memory, out: &mut Outbox) {
    let Some(run) = runs.first() else { return };
    let Some(iteration) = past(ui, run) else {
        let last = series::axis(&run.curves, memory.curve_axis).last().copied().unwrap_or(0.0);
        ui.horizontal(|ui| {
            muted(ui, format!("0 to {}", chart::place(last, memory.curve_axis)));
            ui.add_space(8.0);
            muted(ui, "drag on a curve to go back").on_hover_text(
                "While you drag, robots walk as they did then. Training goes on until you decide.",
            );
            if runs.len() > 1 {
                ui.add_space(8.0);
                legend_ui(ui, runs);
            }
        });
        return;
    };
    let is_held: bool = ui.data(|d| d.get_temp(held())).unwrap_or(false);
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.y = 1.0;
        ui.spacing_mut().interact_size.y = 22.0;
        ui.label(RichText::new(format!("As it was at iteration {iteration}")).color(TEXT.ui()));
        if is_held {
            return;
        }
        let id = || run.id.clone();
        let mut end = |ui: &Ui, first: Option<LabCommand>| {
            first.into_iter().for_each(|command| out.send(command));
            out.send(LabCommand::Preview(None));
            ui.data_mut(|d| d.remove::<(String, u64)>(past_key()));
        };
        if view.is_learning() {
            let hover = "The run goes on learning from there; what came after is history.";
            if button(ui, "Go back here", hover) {
                end(ui, Some(LabCommand::GoBack { iteration }));
            }
            let hover = "A second run goes on from there; this one goes on as it is. Both are shown.";
            if button(ui, "Branch here", hover) {
                let name = format!("from {iteration}");
                end(ui, Some(LabCommand::Branch { name, change: None }));
            }
        } else {
            if button(ui, "Resume here", "A new start of this run from there.") {
                end(ui, Some(LabCommand::ResumeRun { run: id(), iteration: Some(iteration) }));
            }
            if button(ui, "Show it", "Robots go on walking as they did then.") {
                end(ui, Some(LabCommand::LoadRun { run: id(), iteration: Some(iteration) }));
            }
        }
        if button(ui, "Keep newest", "Back to the present; nothing is changed.") {
            end(ui, None);
        }
    });
}

#[cfg(test)]
mod tests;
