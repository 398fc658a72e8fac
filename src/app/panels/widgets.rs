//! Small pieces that several panels use.
use super::theme;
use crate::app::palette::{self, MUTED, RAISED, Rgb, TEXT};
use bevy_egui::egui::{
    self, Align, Align2, Button, CornerRadius, Frame, Layout, Margin, Rect, Response, RichText, Sense, Ui,
    vec2,
};

/// A button with a sentence that says what it does. True when clicked.
pub(super) fn button(ui: &mut Ui, text: &str, hover: &str) -> bool {
    ui.add(Button::new(text)).on_hover_text(hover).clicked()
}

/// A word or two of less weight.
pub(super) fn muted(ui: &mut Ui, text: impl Into<String>) -> Response {
    ui.label(RichText::new(text).color(MUTED.ui()).size(theme::SMALL))
}

/// Title of a section with a remark at the right.
pub(super) fn section(ui: &mut Ui, title: &str, remark: &str) {
    ui.spacing_mut().interact_size.y = 20.0;
    ui.horizontal(|ui| {
        ui.label(RichText::new(title).size(theme::TITLE).color(TEXT.ui()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| muted(ui, remark));
    });
}

/// A number in the fixed-width face.
pub(super) fn number(ui: &mut Ui, text: String, color: Rgb) -> Response {
    ui.label(RichText::new(text).font(theme::number_font(12.0)).color(color.ui()))
}

/// A rounded chip with a coloured dot.
pub(super) fn pill(ui: &mut Ui, dot: Rgb, text: &str, hover: &str) {
    let ink = TEXT.ui();
    let text = ui.painter().layout_no_wrap(text.into(), theme::text_font(theme::BODY), ink);
    let (rect, response) = ui.allocate_exact_size(vec2(text.size().x + 34.0, 26.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(13), RAISED.ui());
    ui.painter().circle_filled(rect.left_center() + vec2(14.0, 0.0), 4.0, dot.ui());
    ui.painter().galley(rect.left_center() + vec2(23.0, -text.size().y / 2.0), text, ink);
    response.on_hover_text(hover);
}

/// A count in few digits: `820 k`, `3.2 M`.
pub(super) fn count(value: f64) -> String {
    match value {
        v if v >= 1e9 => format!("{:.2} G", v / 1e9),
        v if v >= 1e6 => format!("{:.1} M", v / 1e6),
        v if v >= 1e4 => format!("{:.0} k", v / 1e3),
        v => format!("{v:.0}"),
    }
}

/// A time in few digits: `9.6 s`, `3 min 05 s`, `2 h 10 min`.
pub(super) fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "—".into();
    }
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        0..=99 => format!("{seconds:.1} s"),
        100..=5999 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// A card above the three-dimensional view.
pub(super) fn card() -> Frame {
    Frame::new()
        .fill(palette::PANEL.ui_faded(0.97))
        .stroke(theme::line())
        .corner_radius(CornerRadius::same(8))
        .inner_margin(Margin::symmetric(12, 10))
}

/// Key cap with its letter, lit while held.
pub(super) fn key_cap(painter: &egui::Painter, rect: Rect, letter: &str, is_held: bool) {
    let (fill, ink) = if is_held { (palette::COMMAND, palette::BACKGROUND) } else { (RAISED, MUTED) };
    painter.rect(rect, CornerRadius::same(4), fill.ui(), theme::line(), egui::StrokeKind::Inside);
    painter.text(rect.center(), Align2::CENTER_CENTER, letter, theme::text_font(theme::SMALL), ink.ui());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_have_units() {
        assert_eq!([count(123.0), count(8.2e5), count(3.21e6)], ["123", "820 k", "3.2 M"]);
        assert_eq!(
            [duration(9.56), duration(185.0), duration(7800.0), duration(f64::NAN)],
            ["9.6 s", "3 min 05 s", "2 h 10 min", "—"]
        );
    }
}
