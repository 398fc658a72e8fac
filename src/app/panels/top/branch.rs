//! Branch: a name, and at most one knob that differs.
use crate::app::palette::{DANGER, MUTED};
use crate::app::panels::icons::{Icon, icon_button};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::app::panels::widgets::muted;
use crate::lab::LabCommand;
use crate::run::session::{Knob, KnobValue};
use bevy_egui::egui::{Button, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui};
use serde_json::Value;

const NAME: &str = "branch name";
const KNOB: &str = "branch knob";
const VALUE: &str = "branch value";
const HOVER: &str = "Copies the run from this moment and shows both side by side, with their curves one above the \
                     other; change one knob and see what it does.";

/// The button and what opens below it.
pub(super) fn branch_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, word: &str, out: &mut Outbox) {
    let button = icon_button(ui, Icon::Branch, word, HOVER);
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(300.0);
        if form_ui(ui, view, memory, out) {
            ui.close();
        }
    });
}

/// True when the branch was asked for.
fn form_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) -> bool {
    muted(ui, "Name of the branch");
    let name = memory.texts.entry(NAME.into()).or_insert_with(|| "variant".into());
    ui.add(TextEdit::singleline(name).desired_width(f32::INFINITY))
        .on_hover_text("A short name; the new run's folder ends in it.");
    let name = name.trim().to_owned();
    ui.add_space(4.0);
    muted(ui, "One knob that differs (may stay empty)");
    let change = knob_ui(ui, view, memory);
    ui.add_space(6.0);
    let trouble = match &change {
        _ if name.is_empty() => Some("give the branch a name".to_owned()),
        Err(trouble) => Some(trouble.clone()),
        Ok(_) => None,
    };
    if let Some(trouble) = &trouble {
        ui.label(RichText::new(trouble).size(theme::SMALL).color(DANGER.ui()));
    }
    let button = ui.add_enabled(trouble.is_none(), Button::new("Start the branch")).on_hover_text(HOVER);
    match change {
        Ok(change) if button.clicked() => {
            out.send(LabCommand::Branch { name, change });
            memory.texts.remove(VALUE);
            memory.texts.remove(KNOB);
            true
        }
        _ => false,
    }
}

/// The chosen knob and its value in the branch.
fn knob_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory) -> Result<Option<(String, Value)>, String> {
    let mut typed = memory.texts.get(KNOB).cloned().unwrap_or_default();
    let field =
        TextEdit::singleline(&mut typed).hint_text("type to find a knob").desired_width(f32::INFINITY);
    if ui.add(field).on_hover_text("Name of a knob, as in the panels at the right.").changed() {
        memory.texts.insert(KNOB.into(), typed.clone());
    }
    let Some(knob) = view.lab.knobs.iter().find(|knob| knob.key == typed) else {
        if typed.is_empty() {
            return Ok(None);
        }
        choices_ui(ui, &view.lab.knobs, &typed, memory);
        return Err("choose a knob from the list, or clear the field".into());
    };
    let value = memory.texts.entry(VALUE.into()).or_insert_with(|| written(&knob.value));
    ui.horizontal(|ui| {
        muted(ui, "now").on_hover_text(&knob.doc);
        ui.label(RichText::new(format!("{} {}", written(&knob.value), knob.unit)).color(MUTED.ui()));
        muted(ui, "in the branch");
        ui.add(TextEdit::singleline(value).desired_width(90.0)).on_hover_text(&knob.doc);
    });
    parse(value, &knob.value).map(|value| Some((knob.key.clone(), value)))
}

fn choices_ui(ui: &mut Ui, knobs: &[Knob], typed: &str, memory: &mut Memory) {
    let wanted = typed.to_lowercase();
    ScrollArea::vertical().max_height(150.0).show(ui, |ui| {
        for knob in
            knobs.iter().filter(|k| k.key.to_lowercase().contains(&wanted) || k.label.contains(&wanted))
        {
            if ui.selectable_label(false, &knob.label).on_hover_text(&knob.doc).clicked() {
                memory.texts.insert(KNOB.into(), knob.key.clone());
                memory.texts.remove(VALUE);
            }
        }
    });
}

fn written(value: &KnobValue) -> String {
    match value {
        KnobValue::Number(number) => number.to_string(),
        KnobValue::Range([low, high]) => format!("{low} {high}"),
    }
}

/// One number, or two for a range.
fn parse(text: &str, like: &KnobValue) -> Result<Value, String> {
    let numbers: Vec<f64> = text
        .split(|c: char| c.is_whitespace() || ",;[]()".contains(c))
        .filter(|word| !word.is_empty())
        .map(|word| word.parse::<f64>().ok().filter(|n| n.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(|| format!("`{text}` is not a number"))?;
    match (like, numbers[..].as_ref()) {
        (KnobValue::Number(_), &[number]) => Ok(number.into()),
        (KnobValue::Range(_), &[low, high]) if low <= high => Ok(vec![low, high].into()),
        (KnobValue::Number(_), _) => Err("give one number".into()),
        (KnobValue::Range(_), _) => Err("give two numbers, the lower one first".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_as_people_write_them() {
        let (number, range) = (KnobValue::Number(1.0), KnobValue::Range([0.0, 1.0]));
        assert_eq!(parse(" -0.02 ", &number), Ok(json!(-0.02)));
        assert_eq!(parse("[0.2, 0.6]", &range), Ok(json!([0.2, 0.6])));
        assert_eq!(parse("0.2 0.6", &range), Ok(json!([0.2, 0.6])));
        for (text, like) in
            [("x", number), ("1 2", number), ("NaN", number), ("2 1", range), ("1", range), ("", number)]
        {
            assert!(parse(text, &like).is_err(), "{text}");
        }
    }
}
