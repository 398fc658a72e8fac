//! What was changed by hand, with the way back, and saving it all as a task.
use super::knob::number;
use crate::app::palette::{COMMAND, MEASURED, MUTED, TEXT};
use crate::app::panels::bottom::plot::{knob_name, nothing};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use crate::lab::model::Run;
use crate::run::session::Change;
use bevy_egui::egui::{Align, Button, Key, Label, Layout, RichText, Sense, TextEdit, Ui, UiBuilder, vec2};
use serde_json::Value;

const ROW: f32 = 24.0;
/// The name of the variant, while it is being typed.
const NAME: &str = "name of the variant";

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let Some(run) = view.shown_run() else {
        return nothing(ui, "Changes of a run appear here while it learns.");
    };
    head(ui, run, memory);
    variant(ui, memory, out);
    if run.changes.is_empty() {
        return nothing(ui, "Nothing was changed yet. Turn a knob: it is logged here, with the way back.");
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    for change in run.changes.iter().rev() {
        row(ui, view, run, change, out);
    }
}

fn head(ui: &mut Ui, run: &Run, memory: &mut Memory) {
    ui.horizontal(|ui| {
        let kept = run.changes.iter().filter(|c| !c.undone).count();
        let text = match kept {
            1 => "1 change holds".to_owned(),
            n => format!("{n} changes hold"),
        };
        widgets::muted(ui, text).on_hover_text("Changes of this run that were not undone, the newest first.");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let label = RichText::new("Save as variant…").size(theme::SMALL).color(COMMAND.ui());
            let button = Button::new(label).frame(false);
            let hover = "Save all changes that hold as a new task file that extends this one; it appears in the list of tasks.";
            if ui.add_enabled(kept > 0, button).on_hover_text(hover).clicked() && !memory.texts.contains_key(NAME) {
                memory.texts.insert(NAME.into(), format!("{}_variant", run.task));
            }
        });
    });
}

/// Asks for the name, once somebody wants to save.
fn variant(ui: &mut Ui, memory: &mut Memory, out: &mut Outbox) {
    let Some(name) = memory.texts.get_mut(NAME) else { return };
    let mut is_done = false;
    ui.horizontal(|ui| {
        let edit = TextEdit::singleline(name).hint_text("name of the new task").desired_width(170.0);
        let response = ui.add(edit).on_hover_text("Letters, digits and underscores: it becomes a file name.");
        let is_good =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let hover = "Write configs/tasks/<name>.ron with all changes that hold.";
        let save = ui.add_enabled(is_good, Button::new("Save")).on_hover_text(hover).clicked();
        let enter = response.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if is_good && (save || enter) {
            out.send(LabCommand::SaveVariant { name: name.clone() });
            is_done = true;
        }
        is_done |= widgets::button(ui, "Cancel", "Save nothing.");
        is_done |= ui.input(|i| i.key_pressed(Key::Escape));
    });
    if is_done {
        memory.texts.remove(NAME);
    }
    ui.add_space(4.0);
}

fn row(ui: &mut Ui, view: &LabView<'_>, run: &Run, change: &Change, out: &mut Outbox) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let is_last = run
        .changes
        .iter()
        .rev()
        .find(|c| c.key == change.key && !c.undone)
        .is_some_and(|c| c.id == change.id);
    let color = (if change.undone { MUTED } else { TEXT }).ui();
    let mut line = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    let ui = &mut line;
    ui.spacing_mut().item_spacing.x = 8.0;
    if change.undone {
        widgets::muted(ui, "undone");
    } else {
        let label = RichText::new("undo").size(theme::SMALL).color(COMMAND.ui());
        let back =
            if is_last { String::new() } else { " A later change of the same value goes with it.".into() };
        let hover = format!("Put it back to {}.{back}", in_words(&change.old));
        if ui.add_enabled(view.lab.knobs_live, Button::new(label).frame(false)).on_hover_text(hover).clicked()
        {
            out.send(LabCommand::UndoChange(change.id));
        }
    }
    let when = format!("iteration {}", change.iteration);
    widgets::muted(ui, when);
    let rest = ui.available_rect_before_wrap();
    ui.scope_builder(UiBuilder::new().max_rect(rest).layout(Layout::left_to_right(Align::Center)), |ui| {
        let (dot, _) = ui.allocate_exact_size(vec2(6.0, ROW), Sense::hover());
        let sign = (if change.undone { MUTED } else { MEASURED }).ui();
        ui.painter().circle_filled(dot.center(), 2.5, sign);
        let name = knob_name(&view.lab.knobs, &change.key);
        ui.spacing_mut().item_spacing.x = 6.0;
        let struck = |text: RichText| if change.undone { text.strikethrough() } else { text };
        ui.label(struck(RichText::new(name).color(color)));
        // words have no arrow in their face, numbers have
        let text = RichText::new(format!("{} → {}", in_words(&change.old), in_words(&change.new)));
        let text = struck(text.font(theme::number_font(11.5)).color(color));
        ui.add(Label::new(text).truncate().selectable(false));
    });
    response.on_hover_text(format!(
        "{}: from {} to {} in iteration {}, {:.1} s after the start{}.",
        change.key,
        in_words(&change.old),
        in_words(&change.new),
        change.iteration,
        change.seconds,
        if change.undone { "; undone since" } else { "" }
    ));
}

/// A number or a range as people write it.
fn in_words(value: &Value) -> String {
    match value {
        Value::Number(n) => number::text(n.as_f64().unwrap_or(f64::NAN)),
        Value::Array(items) => items.iter().map(short).collect::<Vec<_>>().join("…"),
        Value::String(text) => text.clone(),
        Value::Null => "nothing".into(),
        other => other.to_string(),
    }
}

/// Without zeros at the end: two ranges have to fit into a row.
fn short(value: &Value) -> String {
    let text = in_words(value);
    let has_point = text.contains('.') && !text.contains('e');
    if has_point { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
