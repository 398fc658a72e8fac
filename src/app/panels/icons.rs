//! Small signs, drawn and not typed: no font has all of them, and drawn ones are sharp at any scale.
use super::theme;
use crate::app::palette::{DANGER, PANEL, TEXT};
use bevy_egui::egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, WidgetType, pos2, vec2,
};
use std::f32::consts::TAU;

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Play,
    Pause,
    Stop,
    Step,
    Branch,
    Record,
    Moon,
    Sun,
    Cross,
    Help,
    Panels,
}

impl Icon {
    /// Draws it around a point; `r` is half its height, points.
    pub fn paint(self, painter: &Painter, at: Pos2, r: f32, color: Color32) {
        let line = Stroke::new(1.5, color);
        let p = |x: f32, y: f32| at + vec2(x, y) * r;
        let bar = |x: f32| Rect::from_center_size(p(x, 0.0), vec2(0.6, 1.8) * r);
        let triangle = |x: f32| {
            let corners = vec![p(x - 0.75, -0.95), p(x + 0.95, 0.0), p(x - 0.75, 0.95)];
            Shape::convex_polygon(corners, color, Stroke::NONE)
        };
        match self {
            Self::Play => {
                painter.add(triangle(0.0));
            }
            Self::Pause => [-0.55, 0.55].into_iter().for_each(|x| {
                painter.rect_filled(bar(x), CornerRadius::same(1), color);
            }),
            Self::Stop => {
                painter.rect_filled(
                    Rect::from_center_size(at, Vec2::splat(1.7 * r)),
                    CornerRadius::same(1),
                    color,
                );
            }
            Self::Step => {
                painter.add(triangle(-0.3));
                painter.rect_filled(bar(0.95), CornerRadius::same(1), color);
            }
            Self::Branch => {
                painter.line_segment([p(-0.6, 1.0), p(-0.6, -1.0)], line);
                let curve = (0..=8).map(|i| {
                    let t = i as f32 / 8.0;
                    p(-0.6 + 1.2 * t, 0.55 - 1.15 * t * t * (3.0 - 2.0 * t))
                });
                painter.add(Shape::line(curve.collect(), line));
                for (x, y) in [(-0.6, -1.0), (-0.6, 1.0), (0.65, -0.75)] {
                    painter.circle_filled(p(x, y), 0.34 * r, color);
                }
            }
            Self::Record => {
                painter.circle_filled(at, 0.85 * r, color);
            }
            Self::Moon => {
                painter.circle_filled(at, r, color);
                painter.circle_filled(p(0.5, -0.35), 0.85 * r, PANEL.ui());
            }
            Self::Sun => {
                painter.circle_filled(at, 0.55 * r, color);
                for i in 0..8 {
                    let (sin, cos) = (i as f32 * TAU / 8.0).sin_cos();
                    painter.line_segment([p(cos * 0.85, sin * 0.85), p(cos * 1.15, sin * 1.15)], line);
                }
            }
            Self::Cross => {
                painter.line_segment([p(-0.7, -0.7), p(0.7, 0.7)], line);
                painter.line_segment([p(-0.7, 0.7), p(0.7, -0.7)], line);
            }
            Self::Help => {
                let font = theme::text_font(r * 2.6);
                painter.text(at, bevy_egui::egui::Align2::CENTER_CENTER, "?", font, color);
            }
            Self::Panels => {
                let all = Rect::from_center_size(at, vec2(2.2, 1.8) * r);
                painter.rect_stroke(all, CornerRadius::same(2), line, StrokeKind::Inside);
                painter.line_segment([p(0.35, -0.9), p(0.35, 0.9)], line);
                painter.line_segment([p(-1.1, 0.3), p(0.35, 0.3)], line);
            }
        }
    }
}

/// A button with a sign and, if there is room, a word.
pub(super) fn icon_button(ui: &mut Ui, icon: Icon, word: &str, hover: &str) -> Response {
    let color = if icon == Icon::Record { DANGER } else { TEXT };
    let font = theme::text_font(theme::BODY);
    let text = ui.painter().layout_no_wrap(word.into(), font, TEXT.ui());
    let width = if word.is_empty() { 32.0 } else { 38.0 + text.size().x };
    let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, ui.is_enabled(), hover));
    let visuals = ui.style().interact(&response);
    let faded = if ui.is_enabled() { 1.0 } else { 0.4 };
    let corner = CornerRadius::same(theme::CORNER);
    ui.painter().rect(rect, corner, visuals.bg_fill, visuals.bg_stroke, StrokeKind::Inside);
    let middle = if word.is_empty() { rect.center() } else { pos2(rect.left() + 17.0, rect.center().y) };
    icon.paint(ui.painter(), middle, 5.5, color.ui_faded(faded));
    if !word.is_empty() {
        let place = pos2(rect.left() + 28.0, rect.center().y - text.size().y / 2.0);
        ui.painter().galley(place, text, TEXT.ui());
    }
    response.on_hover_text(hover)
}
