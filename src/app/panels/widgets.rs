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

/// A button that is lit while `is_on`.
pub(super) fn toggle(ui: &mut Ui, text: &str, is_on: bool, hover: &str) -> bool {
    ui.add(Button::new(text).selected(is_on)).on_hover_text(hover).clicked()
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

/// A rounded chip with a coloured dot; for rows that are laid out from right to left.
pub(super) fn pill(ui: &mut Ui, dot: Rgb, text: &str, hover: &str) {
    let frame = Frame::new().fill(RAISED.ui()).corner_radius(13.0).inner_margin(Margin::symmetric(11, 4));
    let response = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        ui.set_height(17.0);
        ui.label(RichText::new(text).color(TEXT.ui()));
        let (rect, _) = ui.allocate_exact_size(vec2(8.0, 17.0), Sense::hover());
        ui.painter().circle_filled(rect.center(), 4.0, dot.ui());
    });
    response.response.on_hover_text(hover);
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
