//! The top bar: the task, the run, what it does now, the clock of what is shown, and the window itself. The only place
//! for actions on everything.
mod branch;
mod clock;
mod menus;
mod run;
mod status;

use super::dock::Dock;
use super::icons::{Icon, icon_button};
use super::lab_view::{LabView, Memory, Outbox};
use super::theme;
use super::widgets::muted;
use crate::app::palette::TEXT;
use crate::lab::LabCommand;
use crate::lab::command::{Panel, RecordSettings, Theme};
use bevy_egui::egui::{Align, ComboBox, Layout, RichText, Ui, vec2};

/// From this width on buttons have words, points.
const ROOMY: f32 = 1360.0;

/// Contents of the bar. `title` is what is shown while there is no task to choose.
pub(super) fn top_ui(
    ui: &mut Ui,
    title: &str,
    view: &LabView<'_>,
    dock: &Dock,
    memory: &mut Memory,
    out: &mut Outbox,
) {
    let roomy = ui.max_rect().width() >= ROOMY;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().interact_size.y = 28.0;
        ui.label(RichText::new("gaitlab").size(15.5).color(TEXT.ui()).strong());
        ui.add_space(6.0);
        task_ui(ui, title, view, out);
        ui.add_space(6.0);
        run::run_ui(ui, view, memory, roomy, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            window_ui(ui, view, dock, roomy, out);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| status::status_ui(ui, view));
        });
    });
}

fn task_ui(ui: &mut Ui, title: &str, view: &LabView<'_>, out: &mut Outbox) {
    if view.lab.tasks.is_empty() {
        muted(ui, title).on_hover_text("The task and policy that drive this robot.");
        return;
    }
    let chosen = RichText::new(&view.lab.task).color(TEXT.ui());
    let shown =
        ComboBox::from_id_salt("task").width(118.0).truncate().selected_text(chosen).show_ui(ui, |ui| {
            ui.set_min_width(220.0);
            for task in &view.lab.tasks {
                let label = if task.has_policy {
                    format!("{}  · has a policy", task.name)
                } else {
                    task.name.clone()
                };
                let row = ui.selectable_label(task.name == view.lab.task, label);
                if row.on_hover_text(&task.about).clicked() {
                    out.send(LabCommand::ChooseTask(task.name.clone()));
                }
            }
        });
    let about = view.lab.tasks.iter().find(|task| task.name == view.lab.task).map_or("", |task| &task.about);
    shown.response.on_hover_text(format!("The task that Train starts. {about}"));
}

/// From right to left.
fn window_ui(ui: &mut Ui, view: &LabView<'_>, dock: &Dock, roomy: bool, out: &mut Outbox) {
    if icon_button(ui, Icon::Help, "", "Lists all keys. Key: H.").clicked() {
        out.send(LabCommand::ToggleHelp);
    }
    let (icon, other, words) = match view.window.theme {
        Theme::Dark => (Icon::Sun, Theme::Light, "Light colours, for bright rooms and papers."),
        Theme::Light => (Icon::Moon, Theme::Dark, "Dark colours, for evenings and films."),
    };
    if icon_button(ui, icon, "", words).clicked() {
        out.send(LabCommand::SetTheme(other));
    }
    menus::panels_ui(ui, view, dock, out);
    menus::view_ui(ui, view, out);
    let export = "Opens the panel from which the policy or a checkpoint is saved for use elsewhere.";
    if ui.button("Export").on_hover_text(export).clicked() {
        out.send(LabCommand::ShowPanel(Panel::Export));
    }
    record_ui(ui, view, roomy, out);
    clock::clock_ui(ui, view, roomy, out);
    ui.add_space(4.0);
}

fn record_ui(ui: &mut Ui, view: &LabView<'_>, roomy: bool, out: &mut Outbox) {
    match &view.recorder.recording {
        Some((path, seconds, frames)) => {
            let hover =
                format!("Ends the recording and saves it to {}; {frames} frames so far.", path.display());
            if icon_button(ui, Icon::Stop, &format!("{seconds:4.1} s"), &hover).clicked() {
                out.send(LabCommand::StopRecording);
            }
        }
        None => {
            let hover = "Records six seconds of the view as a GIF; the Recorder panel has more. It says where the file is.";
            if icon_button(ui, Icon::Record, if roomy { "Record" } else { "" }, hover).clicked() {
                out.send(LabCommand::StartRecording(RecordSettings::default()));
            }
        }
    }
}

/// Width of a word in the body's size, points.
fn word_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.into(), theme::text_font(theme::BODY), TEXT.ui()).size().x
}

/// A menu button of the bar.
fn bar_size(width: f32) -> bevy_egui::egui::Vec2 {
    vec2(width, 28.0)
}
