//! Train, pause, stop, branch.
use super::branch;
use crate::app::palette::{GOOD, PANEL};
use crate::app::panels::icons::{Icon, icon_button};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::LabCommand;
use crate::run::session::RunState;
use bevy_egui::egui::{CornerRadius, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

/// What can be asked of the run.
pub(super) fn run_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, roomy: bool, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let live = view.shown_run().filter(|run| run.state.is_live());
    if live.is_none_or(|run| run.task != view.lab.task) {
        train_ui(ui, view, out);
    }
    let word = |word: &'static str| if roomy { word } else { "" };
    let Some(run) = live else { return resume_ui(ui, view, word("Resume"), out) };
    let is_paused = run.state == RunState::Paused;
    let (icon, text, hover) = if is_paused {
        (Icon::Play, "Go on", "Lets the run go on learning.")
    } else {
        (Icon::Pause, "Pause", "Lets the run wait; the robots go on walking. Nothing is lost.")
    };
    if icon_button(ui, icon, word(text), hover).clicked() {
        out.send(LabCommand::PauseTraining(!is_paused));
    }
    let hover = "Ends the run. Its checkpoint is saved first, so that it can be resumed.";
    if icon_button(ui, Icon::Stop, word("Stop"), hover).clicked() {
        out.send(LabCommand::StopTraining);
    }
    branch::branch_ui(ui, view, memory, word("Branch"), out);
}

/// A run that ended is shown: it can go on.
fn resume_ui(ui: &mut Ui, view: &LabView<'_>, word: &str, out: &mut Outbox) {
    let Some(run) = view.shown_run().filter(|run| run.trouble.is_none()) else { return };
    let hover = "Lets the shown run go on learning from its newest checkpoint.";
    if icon_button(ui, Icon::Step, word, hover).clicked() {
        out.send(LabCommand::ResumeRun { run: run.id.clone(), iteration: None });
    }
}

/// The one thing to press at first.
fn train_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let font = theme::text_font(theme::TITLE);
    let text = ui.painter().layout_no_wrap("Train".into(), font, PANEL.ui());
    let (rect, response) = ui.allocate_exact_size(vec2(text.size().x + 52.0, 30.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Train"));
    let fill = GOOD.ui_faded(if response.hovered() { 0.85 } else { 1.0 });
    ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), fill);
    Icon::Play.paint(ui.painter(), pos2(rect.left() + 20.0, rect.center().y), 6.0, PANEL.ui());
    ui.painter().galley(pos2(rect.left() + 35.0, rect.center().y - text.size().y / 2.0), text, PANEL.ui());
    let hover = format!(
        "Starts learning {} from nothing. Robots flail at first and walk after some seconds.",
        view.lab.task
    );
    if response.on_hover_text(hover).clicked() {
        out.send(LabCommand::Train { seed: 1 });
    }
}
