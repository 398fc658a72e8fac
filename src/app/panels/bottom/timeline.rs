//! The last twenty seconds: drag to go back in what is shown; training goes on.
use super::plot;
use crate::app::palette::{BACKGROUND, COMMAND, DANGER, LINE, MEASURED, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use crate::lab::command::Panel;
use crate::tick::view::Telemetry;
use bevy_egui::egui::{
    Align2, CornerRadius, CursorIcon, Frame, Id, Margin, Rect, RichText, Sense, Shape, Stroke, Ui, pos2, vec2,
};

/// Seconds that the strip shows.
const SHOWN: f64 = 20.0;
/// Nearer to the end than this is now, s.
const NOW: f64 = 0.1;

/// The last moment asked for, so that a frame that is drawn twice asks once.
#[derive(Clone, Copy, PartialEq)]
struct Asked(Option<f32>);

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    replay(ui, view, out);
    plot::toolbar(ui, view, Panel::Timeline, out, |ui, out| controls(ui, view, out));
    if view.timeline.samples.is_empty() {
        return plot::nothing(ui, "The last 20 seconds appear here as soon as robots move.");
    }
    strip(ui, view, out);
}

/// Says that what is shown is a replay.
fn replay(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let Some((episode, seconds)) = &view.lab.replay else { return };
    let frame = Frame::new()
        .fill(DANGER.ui().gamma_multiply(0.18))
        .corner_radius(theme::CORNER)
        .inner_margin(Margin::symmetric(10, 4));
    frame.show(ui, |ui| {
        ui.horizontal(|ui| {
            let length = episode.postures.len() as f32 * episode.dt;
            let [level, column] = episode.tile;
            let text = format!(
                "Replay: environment {} ended by “{}” in iteration {} after {:.1} s, on level {level}, column {column}; most \
                 was lost by “{}”.",
                episode.env, episode.termination, episode.iteration, episode.length_s, episode.costliest
            );
            ui.label(RichText::new(text).color(TEXT.ui()));
            let at = format!("{:.1} of {length:.1} s", seconds.clamp(0.0, length));
            ui.label(RichText::new(at).font(theme::number_font(12.0)).color(MUTED.ui()));
            if widgets::button(ui, "End replay", "Show the robots as they are now.") {
                out.send(LabCommand::EndReplay);
            }
        });
    });
}

fn controls(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let is_back = view.timeline.rewind_s.is_some();
    let (text, hover) = if view.is_paused {
        ("Play", "Let what you see move on from here.")
    } else {
        ("Pause", "Let what you see stand still; training goes on.")
    };
    if widgets::button(ui, text, hover) {
        out.send(LabCommand::Pause(!view.is_paused));
    }
    let tick = period(view);
    let hover = format!("One control tick ({:.0} ms) earlier.", tick * 1e3);
    if widgets::button(ui, "◀ tick", &hover) {
        rewind(ui, view, ago(view) + tick, out);
    }
    let hover = format!("One control tick ({:.0} ms) later.", tick * 1e3);
    if is_back && widgets::button(ui, "tick ▶", &hover) {
        rewind(ui, view, ago(view) - tick, out);
    }
    if is_back && widgets::button(ui, "Now", "Leave the past and show what happens now.") {
        out.send(LabCommand::Rewind(None));
    }
    let text = match view.timeline.rewind_s {
        Some(ago) => format!("shown: {ago:.2} s ago"),
        None => "drag in the strip to go back; training goes on".into(),
    };
    let color = if is_back { MEASURED } else { MUTED };
    ui.label(RichText::new(text).size(theme::SMALL).color(color.ui()));
}

fn period(view: &LabView<'_>) -> f64 {
    view.lab.plan.as_ref().map_or(0.02, |plan| f64::from(plan.dt))
}

fn ago(view: &LabView<'_>) -> f64 {
    view.timeline.rewind_s.map_or(0.0, f64::from)
}

/// Seconds that are kept.
fn kept(view: &LabView<'_>) -> f64 {
    let ends = (view.timeline.samples.front(), view.timeline.samples.back());
    if let (Some(first), Some(last)) = ends { last.time_s - first.time_s } else { 0.0 }
}

/// Asks for a moment; nothing when it is shown already or was just asked for.
fn rewind(ui: &Ui, view: &LabView<'_>, ago: f64, out: &mut Outbox) {
    let ago = ago.min(kept(view)).min(SHOWN);
    let wish = (ago >= NOW.min(period(view) * 0.5)).then_some(ago as f32);
    let id = Id::new("moment asked for");
    let last: Option<Asked> = ui.data(|data| data.get_temp(id));
    let is_shown = match (wish, view.timeline.rewind_s) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-3,
        (a, b) => a.is_none() && b.is_none(),
    };
    if !is_shown && last != Some(Asked(wish)) {
        out.send(LabCommand::Rewind(wish));
        ui.data_mut(|data| data.insert_temp(id, Asked(wish)));
    }
    if is_shown {
        ui.data_mut(|data| data.remove::<Asked>(id));
    }
}

fn strip(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let size = vec2(ui.available_width(), (ui.available_height() - 20.0).clamp(36.0, 150.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let newest = view.timeline.samples.back().map_or(0.0, |s| s.time_s);
    let inner = rect.shrink2(vec2(8.0, 6.0));
    let x_of = |time: f64| inner.right() - ((newest - time) / SHOWN).clamp(0.0, 1.0) as f32 * inner.width();
    let painter = ui.painter_at(rect.expand(4.0));
    painter.rect_filled(rect, CornerRadius::same(theme::CORNER), BACKGROUND.ui());
    for second in 1..20 {
        let x = inner.right() - second as f32 / SHOWN as f32 * inner.width();
        let height =
            if second % 5 == 0 { inner.y_range() } else { (inner.bottom() - 4.0..=inner.bottom()).into() };
        painter.vline(x, height, Stroke::new(1.0, LINE.ui()));
    }
    let first = view.timeline.samples.front().map_or(newest, |s| s.time_s);
    if first > newest - SHOWN + 0.1 {
        let missing = Rect::from_x_y_ranges(rect.left()..=x_of(first), rect.y_range());
        painter.rect_filled(missing, CornerRadius::same(theme::CORNER), LINE.ui().gamma_multiply(0.35));
    }
    curve(&painter, view, inner, x_of, |s| s.measured[0], MEASURED);
    curve(&painter, view, inner, x_of, |s| s.command[0], COMMAND);
    falls(&painter, view, inner, x_of);
    let at = x_of(view.timeline.now_s());
    let future = Rect::from_x_y_ranges(at..=rect.right(), rect.y_range());
    if view.timeline.rewind_s.is_some() {
        painter.rect_filled(future, CornerRadius::ZERO, BACKGROUND.ui().gamma_multiply(0.7));
    }
    let handle = if response.hovered() || response.dragged() { TEXT } else { MEASURED };
    painter.vline(at, rect.y_range(), Stroke::new(2.0, handle.ui()));
    painter.circle_filled(pos2(at, rect.top() + 2.0), 5.0, handle.ui());
    if let Some(pointer) =
        response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked())
    {
        let share = f64::from((inner.right() - pointer.x) / inner.width()).clamp(0.0, 1.0);
        let seconds = share * SHOWN;
        // whole ticks, so that a still pointer asks once
        let seconds = (seconds / period(view)).round() * period(view);
        rewind(ui, view, if seconds < NOW { 0.0 } else { seconds }, out);
    }
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(
        "Drag to see what was, up to 20 s ago. Blue: commanded forward speed, orange: measured, m/s; red marks: falls. \
         Training goes on meanwhile.",
    );
    plot::time_axis(ui, [newest - SHOWN, newest], newest, size.x);
}

fn curve(
    painter: &bevy_egui::egui::Painter,
    view: &LabView<'_>,
    rect: Rect,
    x_of: impl Fn(f64) -> f32,
    value: impl Fn(&Telemetry) -> f32,
    color: crate::app::palette::Rgb,
) {
    let samples = || view.timeline.samples.iter();
    let both = samples().flat_map(|s| [f64::from(s.command[0]), f64::from(s.measured[0])]);
    let [low, high] = plot::bounds(both, [-0.2, 0.6]);
    let y_of = |v: f32| rect.bottom() - ((f64::from(v) - low) / (high - low)) as f32 * rect.height();
    // a few pixels apart is as good as every tick
    let points =
        samples().step_by(2).filter(|s| value(s).is_finite()).map(|s| pos2(x_of(s.time_s), y_of(value(s))));
    painter.add(Shape::line(points.collect(), Stroke::new(1.4, color.ui())));
}

fn falls(painter: &bevy_egui::egui::Painter, view: &LabView<'_>, rect: Rect, x_of: impl Fn(f64) -> f32) {
    let samples = &view.timeline.samples;
    for (before, after) in samples.iter().zip(samples.iter().skip(1)) {
        if after.falls > before.falls {
            let x = x_of(after.time_s);
            painter.vline(x, rect.y_range(), Stroke::new(1.0, DANGER.ui()));
            let at = pos2(x + 3.0, rect.top() + 6.0);
            painter.text(at, Align2::LEFT_CENTER, "fell", theme::text_font(10.5), DANGER.ui());
        }
    }
}
