//! Rows of a form: a word at the left, something to type or choose at the right. What is typed is remembered by name.
use crate::app::palette::{DANGER, TEXT};
use crate::app::panels::lab_view::Memory;
use crate::app::panels::{theme, widgets};
use bevy_egui::egui::{
    Align, ComboBox, DragValue, Layout, Response, RichText, TextEdit, Ui, UiBuilder, vec2,
};
use std::ops::RangeInclusive;

/// Height of a row, points.
const ROW: f32 = 30.0;
/// Width of the words at the left, points.
const WORDS: f32 = 92.0;

/// A row; everything in it is of the same height.
pub(super) fn row<R>(ui: &mut Ui, words: &str, hover: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), bevy_egui::egui::Sense::hover());
    let mut line = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    let at = line.cursor().min.x;
    widgets::muted(&mut line, words).on_hover_text(hover);
    line.add_space((WORDS - (line.cursor().min.x - at)).max(0.0));
    add(&mut line)
}

/// What is remembered under a name, or what it is at first.
pub(super) fn text(memory: &Memory, name: &str, first: &str) -> String {
    memory.texts.get(name).cloned().unwrap_or_else(|| first.to_owned())
}

/// A row with a text that is typed.
pub(super) fn text_row(
    ui: &mut Ui,
    memory: &mut Memory,
    (name, first): (&str, &str),
    words: &str,
    hover: &str,
) -> String {
    row(ui, words, hover, |ui| {
        let mut value = text(memory, name, first);
        let width = ui.available_width() - 10.0;
        let response = ui.add(TextEdit::singleline(&mut value).hint_text(first).desired_width(width));
        remember(memory, name, &value, response.on_hover_text(hover));
        value
    })
}

/// A row with a number that is dragged or typed.
pub(super) fn number_row(
    ui: &mut Ui,
    memory: &mut Memory,
    (name, first): (&str, f64),
    words: &str,
    hover: &str,
    range: RangeInclusive<f64>,
    (unit, decimals): (&str, usize),
) -> f64 {
    row(ui, words, hover, |ui| {
        let mut value: f64 = memory.texts.get(name).and_then(|t| t.parse().ok()).unwrap_or(first);
        let drag = DragValue::new(&mut value).range(range).suffix(unit).fixed_decimals(decimals);
        let response = ui.add(drag).on_hover_text(hover);
        remember(memory, name, &value.to_string(), response);
        value
    })
}

/// A row with a choice; gives the chosen one's number.
pub(super) fn choice_row(
    ui: &mut Ui,
    memory: &mut Memory,
    (name, first): (&str, usize),
    words: &str,
    hover: &str,
    choices: &[&str],
) -> usize {
    row(ui, words, hover, |ui| {
        let known = memory.texts.get(name).and_then(|t| choices.iter().position(|c| c == t));
        let mut chosen = known.unwrap_or(first);
        let shown = choices.get(chosen).copied().unwrap_or_default();
        let list = ComboBox::from_id_salt(name).selected_text(shown).width(150.0);
        list.show_ui(ui, |ui| {
            for (i, choice) in choices.iter().enumerate() {
                if ui.selectable_label(i == chosen, *choice).clicked() {
                    chosen = i;
                    memory.texts.insert(name.into(), (*choice).into());
                }
            }
        })
        .response
        .on_hover_text(hover);
        chosen
    })
}

fn remember(memory: &mut Memory, name: &str, value: &str, response: Response) {
    if response.changed() {
        memory.texts.insert(name.into(), value.into());
    }
}

/// A line that says what happened, wrapped; red if it went wrong.
pub(super) fn outcome(ui: &mut Ui, text: &str, is_good: bool) {
    let color = if is_good { TEXT } else { DANGER };
    ui.label(RichText::new(text).size(theme::SMALL).color(color.ui()));
}
