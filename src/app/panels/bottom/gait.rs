//! Which foot stands when: a bar per stance, the newest at the right.
use super::plot::{self, chip};
use crate::app::palette::{self, BACKGROUND, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::command::Panel;
use crate::tick::view::Telemetry;
use bevy_egui::egui::{Align2, CornerRadius, Rect, RichText, Sense, Stroke, Ui, pos2, vec2};

/// A foot that carries more than this is on the ground, N.
pub(in crate::app) const CONTACT_FORCE: f32 = 2.0;
/// Seconds that can be shown.
const WINDOWS: [f64; 3] = [2.0, 5.0, 20.0];
const WINDOW: &str = "seconds of the gait diagram";
const NAMES: f32 = 34.0;
const DUTY: f32 = 64.0;
const GAP: f32 = 4.0;

/// Seconds that a person wants to see.
pub(in crate::app) fn window(memory: &Memory) -> f64 {
    memory
        .texts
        .get(WINDOW)
        .and_then(|text| text.parse().ok())
        .filter(|s| WINDOWS.contains(s))
        .unwrap_or(WINDOWS[0])
}

/// A toolbar that is narrower has no room for words, points.
const WORDS: f32 = 360.0;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    plot::toolbar(ui, view, Panel::Gait, out, |ui, _| {
        if ui.available_width() > WORDS {
            ui.label(RichText::new("feet on the ground, last").size(theme::SMALL).color(MUTED.ui()));
        }
        for seconds in WINDOWS {
            let hover = format!("Show the last {seconds} seconds.");
            if chip(ui, &format!("{seconds} s"), None, window(memory) == seconds, &hover) {
                memory.texts.insert(WINDOW.into(), seconds.to_string());
            }
        }
    });
    let legs = view.robot.map_or(&[][..], |r| &r.roles.legs[..]);
    if legs.is_empty() || view.timeline.samples.is_empty() {
        return plot::nothing(ui, "Footfalls appear as soon as the robot moves.");
    }
    let seconds = window(memory);
    let (x, cursor) = plot::span(view, seconds);
    // while something earlier is shown, the window ends a little after it
    let end = cursor.map_or(x[1], |at| (at + seconds * 0.25).min(x[1]));
    let time = [end - seconds, end];
    ui.spacing_mut().item_spacing.y = 2.0;
    let height = ((ui.available_height() - 20.0) / legs.len() as f32 - GAP).clamp(10.0, 44.0);
    let size = vec2(ui.available_width(), legs.len() as f32 * (height + GAP));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    for (leg, spec) in legs.iter().enumerate() {
        let top = rect.top() + leg as f32 * (height + GAP);
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
        self::row(ui, view, (leg, &spec.name), row, time);
    }
    if let Some(cursor) = cursor {
        let at = x_of(track(rect), time, cursor);
        ui.painter().vline(at, rect.y_range(), Stroke::new(1.0, TEXT.ui()));
    }
    response.on_hover_text(
        "A bar is a time in which a foot carries load (more than 2 N). The number is the duty factor: the share of the \
         time shown, in percent, that the foot is on the ground. In a trot, diagonal legs stand together.",
    );
    axis(ui, x[1], time);
}

fn track(row: Rect) -> Rect {
    Rect::from_min_max(row.min + vec2(NAMES, 0.0), row.max - vec2(DUTY, 0.0))
}

fn x_of(track: Rect, [from, to]: [f64; 2], time: f64) -> f32 {
    let share = ((time - from) / (to - from)).clamp(0.0, 1.0);
    track.left() + share as f32 * track.width()
}

fn row(ui: &Ui, view: &LabView<'_>, (leg, name): (usize, &str), row: Rect, time: [f64; 2]) {
    let (painter, color) = (ui.painter(), palette::leg(leg).ui());
    painter.text(row.left_center(), Align2::LEFT_CENTER, name, theme::text_font(theme::BODY), color);
    let track = track(row);
    painter.rect_filled(track, CornerRadius::same(4), BACKGROUND.ui());
    let samples = || view.timeline.samples().filter(|s| s.time_s > time[0]);
    for [from, to] in stances(samples(), leg) {
        let bar = Rect::from_x_y_ranges(x_of(track, time, from)..=x_of(track, time, to), track.y_range());
        painter.rect_filled(bar, CornerRadius::same(4), color.gamma_multiply(0.88));
    }
    let duty = format!("{:>3.0} %", 100.0 * duty_factor(samples(), leg));
    painter.text(row.right_center(), Align2::RIGHT_CENTER, duty, theme::number_font(12.0), TEXT.ui());
}

fn axis(ui: &mut Ui, newest: f64, [from, to]: [f64; 2]) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 14.0), Sense::hover());
    let (track, font, color) = (track(rect), theme::text_font(11.0), MUTED.ui());
    let ago = |time: f64| {
        if newest - time < 0.005 { "now".to_owned() } else { format!("{:.1} s ago", newest - time) }
    };
    ui.painter().text(track.left_center(), Align2::LEFT_CENTER, ago(from), font.clone(), color);
    ui.painter().text(track.right_center(), Align2::RIGHT_CENTER, ago(to), font.clone(), color);
    ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, "duty factor", font, color);
}

fn is_down(sample: &Telemetry, leg: usize) -> bool {
    sample.foot_force.get(leg).is_some_and(|&force| force > CONTACT_FORCE)
}

/// Begin and end of each time on the ground, s.
fn stances<'a>(samples: impl Iterator<Item = &'a Telemetry>, leg: usize) -> Vec<[f64; 2]> {
    let mut stances: Vec<[f64; 2]> = Vec::new();
    let mut was_down = false;
    for sample in samples {
        let is_down = is_down(sample, leg);
        match stances.last_mut() {
            Some(last) if was_down => last[1] = sample.time_s,
            _ if is_down => stances.push([sample.time_s; 2]),
            _ => {}
        }
        was_down = is_down;
    }
    stances
}

/// Share of the samples in which a foot is on the ground, 0 to 1.
pub(in crate::app) fn duty_factor<'a>(samples: impl Iterator<Item = &'a Telemetry>, leg: usize) -> f32 {
    let (down, all) =
        samples.fold((0_u32, 0_u32), |(down, all), s| (down + u32::from(is_down(s, leg)), all + 1));
    if all == 0 { 0.0 } else { down as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(down: &[bool]) -> Vec<Telemetry> {
        let sample = |(i, &down): (usize, &bool)| Telemetry {
            time_s: i as f64 * 0.02,
            foot_force: vec![0.0, 0.0, if down { 30.0 } else { 1.0 }],
            ..Telemetry::default()
        };
        down.iter().enumerate().map(sample).collect()
    }

    #[test]
    fn a_stance_ends_where_the_foot_lifts() {
        let samples = samples(&[false, true, true, false, false, true]);
        let found = stances(samples.iter(), 2);
        assert_eq!(found.len(), 2);
        assert!((found[0][0] - 0.02).abs() < 1e-9 && (found[0][1] - 0.06).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn duty_factor_is_the_share_on_the_ground() {
        assert_eq!(duty_factor(samples(&[true, true, true, false]).iter(), 2), 0.75);
        assert_eq!(duty_factor([].iter(), 0), 0.0);
        assert_eq!(duty_factor(samples(&[true]).iter(), 7), 0.0, "a foot that the robot does not have");
    }
}
