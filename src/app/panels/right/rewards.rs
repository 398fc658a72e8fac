//! Reward weights, live, with their share of the total.
use super::knob::{self, KnobUi, number};
use crate::app::palette::{BACKGROUND, DANGER, GOOD, MUTED, TEXT};
use crate::app::panels::bottom::plot::nothing;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::run::session::{Knob, KnobGroup};
use bevy_egui::egui::{Align2, CornerRadius, Id, Rect, Response, Sense, Stroke, Ui, pos2, vec2};

const ROW: f32 = 25.0;
/// Width of the names, of the fields and of the way back, points.
const NAME: f32 = 122.0;
const FIELD: f32 = 58.0;
const BACK: f32 = 18.0;
/// Where rewards and penalties part, as a share of the bar; rewards are few and large.
const MIDDLE: f32 = 0.36;
/// The share that fills the side of rewards; few terms ever give more.
const FULL: f32 = 0.6;
/// In which order a person wants the terms.
const ORDER: &str = "order of reward terms";

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    knob::explain(ui, view);
    let mut knobs = knob::of_group(view, KnobGroup::Rewards);
    if knobs.is_empty() {
        return nothing(ui, "No reward terms yet: choose a task at the top.");
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, memory);
    let is_by_share = memory.texts.get(ORDER).is_some_and(|order| order == "share");
    if is_by_share {
        let size = |k: &Knob| k.share.unwrap_or(0.0).abs();
        knobs.sort_by(|a, b| size(b).total_cmp(&size(a)));
    }
    for knob in &knobs {
        row(ui, view, knob, out);
    }
    total(ui, &knobs);
}

/// Left and right edges of the columns of a row: name, weight, bar, way back.
fn columns(row: Rect) -> [Rect; 4] {
    let cut = |from: f32, to: f32| Rect::from_x_y_ranges(from..=to, row.y_range());
    let weight = row.left() + NAME;
    let bar = weight + FIELD + 10.0;
    let back = row.right() - BACK;
    [cut(row.left(), weight - 4.0), cut(weight, weight + FIELD), cut(bar, back - 4.0), cut(back, row.right())]
}

fn head(ui: &mut Ui, memory: &mut Memory) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 22.0), Sense::hover());
    let [name, weight, bar, _] = columns(rect);
    let is_by_share = memory.texts.get(ORDER).is_some_and(|order| order == "share");
    let term = "The terms of the reward. Click for the order in which the task lists them.";
    if column(ui, name, Align2::LEFT_CENTER, "term", !is_by_share, term) {
        memory.texts.remove(ORDER);
    }
    column(
        ui,
        weight,
        Align2::RIGHT_CENTER,
        "weight",
        false,
        "What a term's value is multiplied by. A negative weight makes it a penalty, zero switches it off.",
    );
    let share = "What a term gives now, as a share of the sum of all magnitudes: green adds, red takes away. Click for the \
                 largest first.";
    if column(ui, bar, Align2::RIGHT_CENTER, "share of reward, %", is_by_share, share) {
        memory.texts.insert(ORDER.into(), "share".into());
    }
}

fn column(ui: &mut Ui, rect: Rect, align: Align2, text: &str, is_sorted: bool, hover: &str) -> bool {
    let response = ui.interact(rect, Id::new(("reward column", text)), Sense::click());
    let color = (if is_sorted || response.hovered() { TEXT } else { MUTED }).ui();
    let inset = if align == Align2::LEFT_CENTER { vec2(10.0, 0.0) } else { vec2(-6.0, 0.0) };
    let text = if is_sorted { format!("{text} ⏷") } else { text.to_owned() };
    let at = align.pos_in_rect(&rect) + inset;
    ui.painter().text(at, align, text, theme::text_font(theme::SMALL), color);
    response.on_hover_text(hover).clicked()
}

fn row(ui: &mut Ui, view: &LabView<'_>, knob: &Knob, out: &mut Outbox) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    if ui.rect_contains_pointer(rect) {
        ui.painter().rect_filled(
            rect.expand2(vec2(2.0, 0.0)),
            CornerRadius::same(4),
            ui.visuals().faint_bg_color,
        );
    }
    let [name, weight, bar, back] = columns(rect);
    let gives = knob.reward_per_s.map(|r| format!("It gives {} per second now.", number::signed(r, 3)));
    let knob_ui = KnobUi::new(view, knob).remark(gives.as_deref());
    knob_ui.name(ui, name, out);
    knob_ui.fields(ui, weight.shrink2(vec2(0.0, 1.5)), out);
    knob_ui.back(ui, back, out);
    let response = share_bar(ui, bar, knob);
    let share = knob.share.map_or("No share is known yet.".to_owned(), |s| {
        format!("{} % of all that terms give and take.", number::signed(s * 100.0, 1))
    });
    response.on_hover_text(format!("{}\n{share}", gives.as_deref().unwrap_or("Nothing was measured yet.")));
    knob_ui.complaint(ui);
}

fn share_bar(ui: &Ui, rect: Rect, knob: &Knob) -> Response {
    let response = ui.interact(rect, Id::new(("share", &knob.key)), Sense::hover());
    let numbers = 40.0;
    let track = Rect::from_center_size(
        rect.center() - vec2(numbers / 2.0, 0.0),
        vec2((rect.width() - numbers).max(20.0), 5.0),
    );
    let painter = ui.painter();
    painter.rect_filled(track, CornerRadius::same(2), BACKGROUND.ui());
    let middle = track.left() + MIDDLE * track.width();
    painter.vline(middle, track.y_range().expand(3.0), Stroke::new(1.0, MUTED.ui()));
    let Some(share) = knob.share.filter(|s| s.is_finite()) else { return response };
    // both sides have one scale: the same length is the same share
    let unit = (1.0 - MIDDLE) * track.width() / FULL;
    let end = (middle + share as f32 * unit).clamp(track.left(), track.right());
    let bar = Rect::from_x_y_ranges(middle.min(end)..=middle.max(end), track.y_range());
    let color = (if share >= 0.0 { GOOD } else { DANGER }).ui();
    painter.rect_filled(bar, CornerRadius::same(2), color);
    let text = number::signed(share * 100.0, 1);
    let at = pos2(rect.right() - 4.0, rect.center().y);
    painter.text(at, Align2::RIGHT_CENTER, text, theme::number_font(11.0), MUTED.ui());
    response
}

fn total(ui: &mut Ui, knobs: &[&Knob]) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.top() + 3.0, theme_line(ui));
    let y = rect.center().y + 2.0;
    let left = pos2(rect.left() + 10.0, y);
    ui.painter().text(left, Align2::LEFT_CENTER, "total", theme::text_font(theme::BODY), TEXT.ui());
    let given: Vec<f64> = knobs.iter().filter_map(|k| k.reward_per_s).filter(|r| r.is_finite()).collect();
    let sum: f64 = given.iter().sum();
    let text = if given.is_empty() {
        "–  per second".into()
    } else {
        format!("{} per second", number::signed(sum, 2))
    };
    let color = (if sum < 0.0 { DANGER } else { GOOD }).ui();
    let right = pos2(rect.right() - BACK - 8.0, y);
    ui.painter().text(right, Align2::RIGHT_CENTER, text, theme::number_font(12.0), color);
    response.on_hover_text(
        "Sum of all terms as measured in the last iteration, reward per second of simulated time. Reward has no unit.",
    );
}

fn theme_line(ui: &Ui) -> Stroke {
    ui.visuals().widgets.noninteractive.bg_stroke
}
