//! Reward terms over time: what the marked robot gains and loses, per second.
use super::plot::{self, Curve, TimePlot};
use crate::app::palette::{BACKGROUND, DANGER, GOOD, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::right::knob::number::signed;
use crate::app::panels::theme;
use crate::lab::command::Panel;
use crate::task::Plan;
use crate::tick::view::Telemetry;
use bevy_egui::egui::{
    Align2, Color32, CornerRadius, Id, Rect, RichText, ScrollArea, Sense, Stroke, Ui, Vec2, pos2, vec2,
};
use egui_plot::FilledArea;

/// Seconds that are shown.
const SHOWN: f64 = 20.0;
/// A point of the plot is the mean over this many ticks: noise between ticks would hide the shape.
const TICKS: usize = 5;
const LIST: f32 = 300.0;
const ROW: f32 = 17.0;

/// Means of a term over time and over all that is shown.
struct Term {
    key: String,
    doc: String,
    values: Vec<f64>,
    mean: f64,
    color: Color32,
}

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    plot::toolbar(ui, view, Panel::RewardTerms, out, |ui, _| {
        let text = format!("reward per second of robot {}, last 20 s, stacked", view.picked.robot);
        ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui()));
    });
    let Some(plan) = view.lab.plan.as_deref().filter(|_| !view.timeline.samples.is_empty()) else {
        return plot::nothing(ui, "Rewards appear as soon as the robot moves.");
    };
    let (times, terms) = terms(view, plan);
    let size = ui.available_size();
    ui.horizontal_top(|ui| {
        let plot_size = vec2((size.x - LIST - 12.0).max(120.0), (size.y - 22.0).max(40.0));
        ui.vertical(|ui| {
            ui.set_width(plot_size.x);
            ui.spacing_mut().item_spacing.y = 2.0;
            stacked(ui, view, &times, &terms, plot_size);
            let x = plot::span(view, SHOWN).0;
            plot::time_axis(ui, x, x[1], plot_size.x);
        });
        ui.vertical(|ui| list(ui, &terms, size.y));
    });
}

/// Weighted value of a term per second; the plan's order.
pub(in crate::app) fn per_second(plan: &Plan, sample: &Telemetry, term: usize) -> f64 {
    sample.reward_terms.get(term).map_or(f64::NAN, |v| f64::from(*v) / f64::from(plan.dt.max(1e-6)))
}

/// Moments, and the terms: the largest first.
fn terms(view: &LabView<'_>, plan: &Plan) -> (Vec<f64>, Vec<Term>) {
    let samples: Vec<&Telemetry> = view.timeline.samples().collect();
    // groups are fixed in time, so that the shape does not boil while it moves
    let groups: Vec<&[&Telemetry]> =
        samples.chunk_by(|a, b| a.tick / TICKS as u64 == b.tick / TICKS as u64).collect();
    let times = groups.iter().filter_map(|g| g.last().map(|s| s.time_s)).collect();
    let mut terms: Vec<Term> = plan
        .rewards
        .iter()
        .enumerate()
        .map(|(index, reward)| {
            let values: Vec<f64> =
                groups.iter().map(|g| mean(g.iter().map(|s| per_second(plan, s, index)))).collect();
            let mean = mean(values.iter().copied());
            Term { key: reward.key.clone(), doc: reward.doc.to_owned(), values, mean, color: MUTED.ui() }
        })
        .collect();
    terms.sort_by(|a, b| b.mean.abs().total_cmp(&a.mean.abs()));
    let (mut gains, mut losses) = (0, 0);
    for term in &mut terms {
        let (hue, count) = if term.mean >= 0.0 { (GOOD, &mut gains) } else { (DANGER, &mut losses) };
        // neighbours in the stack differ: bold, pale, in between
        let fade = [0.0, 0.45, 0.22, 0.6, 0.34][*count % 5];
        term.color = hue.ui().lerp_to_gamma(BACKGROUND.ui(), fade);
        *count += 1;
    }
    (times, terms)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.filter(|v| v.is_finite()).fold((0.0, 0_u32), |(s, n), v| (s + v, n + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

fn marked_term() -> Id {
    Id::new("reward term under the pointer")
}

fn stacked(ui: &mut Ui, view: &LabView<'_>, times: &[f64], terms: &[Term], size: Vec2) {
    let marked: Option<String> = ui.data(|data| data.get_temp(marked_term()));
    let mut areas = vec![];
    let (mut up, mut down) = (vec![0.0; times.len()], vec![0.0; times.len()]);
    for term in terms {
        let edge = if term.mean >= 0.0 { &mut up } else { &mut down };
        let from = edge.clone();
        edge.iter_mut().zip(&term.values).for_each(|(e, v)| *e += v);
        let (low, high): (Vec<f64>, Vec<f64>) =
            from.iter().zip(edge.iter()).map(|(a, b)| (a.min(*b), a.max(*b))).unzip();
        let is_marked = marked.as_ref().is_none_or(|key| *key == term.key);
        let color = if is_marked { term.color } else { term.color.gamma_multiply(0.25) };
        areas
            .push(FilledArea::new(term.key.clone(), times, &low, &high).fill_color(color).allow_hover(false));
    }
    let total: Vec<[f64; 2]> =
        times.iter().enumerate().map(|(i, t)| [*t, terms.iter().map(|term| term.values[i]).sum()]).collect();
    let (x, cursor) = plot::span(view, SHOWN);
    let y = plot::bounds(up.into_iter().chain(down), [-0.1, 0.1]);
    let curves = [Curve::new("total", TEXT.ui(), total)];
    let hover = "Weighted reward terms of the marked robot, reward per second (no unit), means over 0.1 s: gains stacked \
                 upwards in green, penalties downwards in red, their sum as a line.";
    let plot = TimePlot { id: "reward terms", unit: "per second", hover, x, y, limits: vec![], cursor, size };
    plot.show_with(ui, &curves, |plot| areas.into_iter().for_each(|area| plot.add(area)));
}

fn list(ui: &mut Ui, terms: &[Term], height: f32) {
    ui.set_width(LIST - 8.0);
    ui.spacing_mut().item_spacing.y = 0.0;
    let longest = terms.iter().map(|t| t.mean.abs()).fold(1e-9, f64::max);
    let mut under = None;
    ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for term in terms {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            line(ui, rect, term, longest);
            if response.hovered() {
                under = Some(term.key.clone());
            }
            response.on_hover_text(format!("{}\nMean over the time shown, reward per second.", term.doc));
        }
    });
    ui.data_mut(|data| {
        data.remove::<String>(marked_term());
        if let Some(key) = under {
            data.insert_temp(marked_term(), key);
        }
    });
}

fn line(ui: &Ui, rect: Rect, term: &Term, longest: f64) {
    let painter = ui.painter();
    let y = rect.center().y;
    let sign = Rect::from_center_size(pos2(rect.left() + 5.0, y), vec2(8.0, 8.0));
    painter.rect_filled(sign, CornerRadius::same(2), term.color);
    let name = pos2(rect.left() + 16.0, y);
    painter.text(name, Align2::LEFT_CENTER, &term.key, theme::text_font(theme::SMALL), TEXT.ui());
    let number = pos2(rect.right() - 10.0, y);
    painter.text(number, Align2::RIGHT_CENTER, signed(term.mean, 3), theme::number_font(11.0), MUTED.ui());
    let track = Rect::from_x_y_ranges(rect.left() + 130.0..=rect.right() - 70.0, y - 2.0..=y + 2.0);
    painter.rect_filled(track, CornerRadius::same(2), BACKGROUND.ui());
    let middle = track.left() + 0.36 * track.width();
    let end =
        middle + (term.mean / longest) as f32 * if term.mean < 0.0 { 0.36 } else { 0.64 } * track.width();
    let bar = Rect::from_x_y_ranges(middle.min(end)..=middle.max(end), track.y_range());
    painter.rect_filled(bar, CornerRadius::same(2), if term.mean < 0.0 { DANGER.ui() } else { GOOD.ui() });
    painter.vline(middle, track.y_range().expand(2.0), Stroke::new(1.0, MUTED.ui()));
}
