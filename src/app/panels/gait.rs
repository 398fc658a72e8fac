//! Which foot is on the ground when: a bar per stance, the newest at the right.
use super::widgets::section;
use super::{PlayView, theme};
use crate::app::history::{History, Sample};
use crate::app::palette::{self, BACKGROUND};
use bevy_egui::egui::{Align2, CornerRadius, Pos2, Rect, Sense, Ui, pos2, vec2};

/// Time that is shown, s.
const SHOWN_SECS: f64 = 2.0;
const ROW: f32 = 16.0;
const GAP: f32 = 3.0;
const NAMES: f32 = 26.0;
const DUTY: f32 = 34.0;

/// The diagram, with the share of time on the ground at the right of each row.
pub(super) fn gait_ui(ui: &mut Ui, view: &PlayView) {
    section(ui, "Gait", "feet on the ground, last 2 s · share");
    let legs = view.robot.map_or(0, |r| r.roles.legs.len()).min(4);
    let size = vec2(ui.available_width(), legs as f32 * (ROW + GAP));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    for leg in 0..legs {
        let top = rect.top() + leg as f32 * (ROW + GAP);
        let row = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), ROW));
        let name = view.robot.map_or("", |r| r.roles.legs[leg].name.as_str());
        row_ui(ui, view.history, leg, name, row);
    }
    response.on_hover_text(
        "A bar is a time in which a foot carries load (more than 2 N); the number is its share of the last 2 s \
         (duty factor). In a trot, diagonal legs are on the ground together.",
    );
}

fn row_ui(ui: &Ui, history: &History, leg: usize, name: &str, row: Rect) {
    let painter = ui.painter();
    let color = palette::leg(leg);
    let text = |at: Pos2, align, text: String, font| {
        painter.text(at, align, text, font, color.ui());
    };
    text(row.left_center(), Align2::LEFT_CENTER, name.to_owned(), theme::text_font(theme::SMALL));
    let track = Rect::from_min_max(row.min + vec2(NAMES, 0.0), row.max - vec2(DUTY, 0.0));
    painter.rect_filled(track, CornerRadius::same(3), BACKGROUND.ui());
    let now = history.now();
    let recent = || history.iter().filter(|s| s.time_s > now - SHOWN_SECS);
    for [from, to] in stances(recent(), leg) {
        let x = |t: f64| track.right() - ((now - t) / SHOWN_SECS) as f32 * track.width();
        let bar = Rect::from_x_y_ranges(x(from).max(track.left())..=x(to), track.y_range());
        painter.rect_filled(bar, CornerRadius::same(3), color.ui_faded(0.85));
    }
    let duty = format!("{:.2}", duty_factor(recent(), leg));
    text(row.right_center(), Align2::RIGHT_CENTER, duty, theme::number_font(theme::SMALL));
}

/// Begin and end of each time on the ground, s.
fn stances<'a>(samples: impl Iterator<Item = &'a Sample>, leg: usize) -> Vec<[f64; 2]> {
    let mut stances: Vec<[f64; 2]> = Vec::new();
    let mut was_down = false;
    for sample in samples {
        let is_down = sample.contact[leg];
        match stances.last_mut() {
            Some(last) if was_down => last[1] = sample.time_s,
            _ if is_down => stances.push([sample.time_s; 2]),
            _ => {}
        }
        was_down = is_down;
    }
    stances
}

fn duty_factor<'a>(samples: impl Iterator<Item = &'a Sample>, leg: usize) -> f32 {
    let (down, all) = samples.fold((0, 0), |(down, all), s| (down + u32::from(s.contact[leg]), all + 1));
    if all == 0 { 0.0 } else { down as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(contacts: &[bool]) -> Vec<Sample> {
        let sample = |(i, &down): (usize, &bool)| Sample {
            time_s: i as f64 * 0.02,
            command: [0.0; 3],
            measured: [0.0; 3],
            contact: [down; 4],
        };
        contacts.iter().enumerate().map(sample).collect()
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
        assert_eq!(duty_factor(samples(&[true, true, true, false]).iter(), 0), 0.75);
        assert_eq!(duty_factor(samples(&[]).iter(), 0), 0.0);
    }
}
