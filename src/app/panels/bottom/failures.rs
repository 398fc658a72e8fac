//! What ends episodes now, as a table; with a replay of one of each kind.
use super::plot;
use crate::app::palette::{DANGER, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::LabCommand;
use crate::lab::command::Panel;
use crate::run::session::{FailureRow, FailureTable};
use bevy_egui::egui::{
    Align, Align2, Button, CornerRadius, Id, Layout, Rect, RichText, Sense, Ui, UiBuilder, pos2, vec2,
};
use std::cmp::Ordering;

const ROW: f32 = 27.0;
/// Narrower tables use shorter words, points.
const WIDE: f32 = 620.0;

/// Title, share of the width, whether it holds numbers, hover.
const COLUMNS: [(&str, f32, bool, &str); 6] = [
    ("ended by", 0.20, false, "The termination that ended the episode, as the task names it."),
    ("costliest term", 0.23, false, "The reward term that took most away over the episode."),
    ("ground", 0.13, false, "Where it ended: level and column of the ground."),
    ("episodes", 0.18, true, "Recently ended episodes of this kind."),
    ("share", 0.12, true, "Their share of all recently ended episodes, %."),
    ("length", 0.14, true, "How long they lasted on average, s of simulated time."),
];

/// Index of the column that says where.
const GROUND: usize = 2;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let Some(run) = view.shown_run() else {
        return plot::nothing(
            ui,
            "What ends episodes is counted while a run learns. Press ▶ at the top to train.",
        );
    };
    let table = &run.failures;
    plot::toolbar(ui, view, Panel::Failures, out, |ui, out| {
        let failed: u32 = table.rows.iter().map(|r| r.episodes).sum();
        let share = 100.0 * f64::from(failed) / f64::from(table.ended.max(1));
        let text = format!("{failed} of the last {} episodes failed ({share:.1} %)", table.ended);
        let hover = "Episodes that ran to their time limit did not fail.";
        ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui())).on_hover_text(hover);
        if !table.rows.is_empty() && ui.add(Button::new("Show me any")).on_hover_text(SHOW_HOVER).clicked() {
            out.send(LabCommand::ShowFailure { termination: None, reward: None, tile: None });
        }
    });
    if table.rows.is_empty() {
        return plot::nothing(ui, &empty(table));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    let same_ground = table.rows.iter().all(|row| row.tile == table.rows[0].tile);
    head(ui, memory, same_ground);
    for (index, failure) in sorted(table, memory.failure_sort).into_iter().enumerate() {
        row(ui, index, failure, same_ground, out);
    }
}

const SHOW_HOVER: &str = "Jump to such a robot and play back the last two seconds before it failed.";

fn empty(table: &FailureTable) -> String {
    match table.ended {
        0 => "No episode has ended yet.".into(),
        ended => format!("No failures in the last {ended} episodes: all ran to their time limit."),
    }
}

/// Rows in the order of a column.
pub(in crate::app) fn sorted(table: &FailureTable, (column, descending): (usize, bool)) -> Vec<&FailureRow> {
    let mut rows: Vec<&FailureRow> = table.rows.iter().collect();
    let order = |a: &FailureRow, b: &FailureRow| -> Ordering {
        match column {
            0 => a.termination.cmp(&b.termination),
            1 => a.costliest.cmp(&b.costliest),
            2 => a.tile.cmp(&b.tile),
            4 => a.share.total_cmp(&b.share),
            5 => a.mean_length_s.total_cmp(&b.mean_length_s),
            _ => a.episodes.cmp(&b.episodes),
        }
    };
    rows.sort_by(|a, b| if descending { order(b, a) } else { order(a, b) });
    rows
}

/// Words and width of the button of a row in a table of this width, points.
fn show_button(width: f32) -> (&'static str, f32) {
    if width < WIDE { ("Show", 58.0) } else { ("Show me one", 112.0) }
}

/// Left and right edges of the columns. On ground that is the same everywhere, where an episode ended says nothing:
/// that column has no width and the words have more.
fn cells(row: Rect, same_ground: bool) -> Vec<Rect> {
    let width = row.width() - show_button(row.width()).1 - 8.0;
    let mut left = row.left() + 8.0;
    let [.., ground, _, _, _] = COLUMNS.map(|(_, share, ..)| share);
    let cell = |(index, (_, share, ..)): (usize, &(&str, f32, bool, &str))| {
        let share = match (same_ground, index) {
            (true, GROUND) => 0.0,
            (true, 1 | 3) => share + 0.5 * ground,
            _ => *share,
        };
        let cell = Rect::from_x_y_ranges(left..=left + share * width - 8.0, row.y_range());
        left += share * width;
        cell
    };
    COLUMNS.iter().enumerate().map(cell).collect()
}

fn head(ui: &mut Ui, memory: &mut Memory, same_ground: bool) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    for (index, (cell, (title, _, is_number, hover))) in
        cells(rect, same_ground).into_iter().zip(COLUMNS).enumerate()
    {
        if cell.width() <= 0.0 {
            continue;
        }
        let response = ui.interact(cell, Id::new(("failure column", index)), Sense::click());
        let (column, descending) = memory.failure_sort;
        let is_sorted = column == index;
        let arrow = match (is_sorted, descending) {
            (false, _) => "",
            (true, true) => " ⏷",
            (true, false) => " ⏶",
        };
        let color = if is_sorted || response.hovered() { TEXT } else { MUTED };
        text(ui, cell, is_number, &format!("{title}{arrow}"), theme::text_font(theme::SMALL), color);
        if response.on_hover_text(format!("{hover} Click to sort by it.")).clicked() {
            memory.failure_sort = (index, if is_sorted { !descending } else { is_number });
        }
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), theme::line());
}

fn text(
    ui: &Ui,
    cell: Rect,
    is_number: bool,
    text: &str,
    font: bevy_egui::egui::FontId,
    color: crate::app::palette::Rgb,
) {
    let align = if is_number { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
    let painter = ui.painter().with_clip_rect(cell.expand(1.0).intersect(ui.clip_rect()));
    painter.text(align.pos_in_rect(&cell), align, text, font, color.ui());
}

fn row(ui: &mut Ui, index: usize, failure: &FailureRow, same_ground: bool, out: &mut Outbox) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    if ui.rect_contains_pointer(rect) {
        ui.painter().rect_filled(rect, CornerRadius::same(4), ui.visuals().faint_bg_color);
    }
    let (show, show_width) = show_button(rect.width());
    let words_size = if rect.width() < WIDE { theme::SMALL } else { theme::BODY };
    let [level, column] = failure.tile;
    let texts = [
        failure.termination.clone(),
        failure.costliest.clone(),
        if rect.width() < WIDE {
            format!("{level} · {column}")
        } else {
            format!("level {level}, column {column}")
        },
        failure.episodes.to_string(),
        format!("{:.1} %", 100.0 * failure.share),
        format!("{:.1} s", failure.mean_length_s),
    ];
    for ((cell, words), (_, _, is_number, _)) in cells(rect, same_ground).into_iter().zip(&texts).zip(COLUMNS)
    {
        if cell.width() <= 0.0 {
            continue;
        }
        let font = if is_number { theme::number_font(12.0) } else { theme::text_font(words_size) };
        text(ui, cell, is_number, words, font, if is_number { MUTED } else { TEXT });
    }
    let share = Rect::from_min_size(
        pos2(rect.left() + 8.0, rect.bottom() - 2.0),
        vec2((rect.width() - show_width - 8.0) * failure.share.clamp(0.0, 1.0) as f32, 2.0),
    );
    ui.painter().rect_filled(share, CornerRadius::ZERO, DANGER.ui().gamma_multiply(0.7));
    let place = Rect::from_min_max(pos2(rect.right() - show_width, rect.top()), rect.max - vec2(8.0, 0.0));
    let builder = UiBuilder::new()
        .max_rect(place)
        .id_salt(("show", index))
        .layout(Layout::right_to_left(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().button_padding = vec2(8.0, 1.0);
        ui.spacing_mut().interact_size.y = 20.0;
        if ui.add(Button::new(RichText::new(show).size(theme::SMALL))).on_hover_text(SHOW_HOVER).clicked() {
            out.send(LabCommand::ShowFailure {
                termination: Some(failure.termination.clone()),
                reward: Some(failure.costliest.clone()),
                tile: Some(failure.tile),
            });
        }
    });
}
