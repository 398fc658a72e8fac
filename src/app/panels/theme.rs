//! Type, spacing and colours of the panels.
use crate::app::palette::{
    self, BACKGROUND, COMMAND, HOVERED, LINE, MUTED, PANEL, RAISED, SELECTED, STRONG_LINE, TEXT,
};
use crate::lab::command::Theme;
use bevy_egui::egui::{
    self, Color32, Context, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, Style, TextStyle, vec2,
};

/// Radius of corners.
pub(super) const CORNER: u8 = 6;
/// Body, small and title size, points.
pub(super) const BODY: f32 = 13.0;
pub(super) const SMALL: f32 = 11.5;
pub(super) const TITLE: f32 = 14.5;

/// Sets the style of a context, for the thread that draws on it. Needed again only when the theme changes.
pub(super) fn apply(context: &Context, theme: Theme) {
    palette::use_theme(theme);
    let dark = theme == Theme::Dark;
    context.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
    context.all_styles_mut(|s| style(s, dark));
}

/// Draws every usual letter once: one that a later frame needs for the first time would be missing in it.
pub(super) fn warm(context: &Context) {
    let letters: String = (' '..='~').chain("·×→↑↓←▶✔–—−°µ".chars()).collect();
    let words = [10.5, SMALL, SMALL + 0.5, BODY, TITLE, 15.5, 16.0].map(text_font);
    let numbers = [10.0, SMALL, 12.0].map(number_font);
    context.fonts_mut(|fonts| {
        for font in words.into_iter().chain(numbers) {
            fonts.layout_no_wrap(letters.clone(), font, Color32::WHITE);
        }
    });
}

/// Numbers: fixed width, so that they do not dance.
pub(super) fn number_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Monospace)
}

/// Words.
pub(super) fn text_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

fn style(style: &mut Style, dark: bool) {
    style.text_styles = [
        (TextStyle::Small, text_font(SMALL)),
        (TextStyle::Body, text_font(BODY)),
        (TextStyle::Button, text_font(BODY)),
        (TextStyle::Heading, text_font(TITLE)),
        (TextStyle::Monospace, number_font(12.0)),
    ]
    .into();
    style.animation_time = 0.0;
    style.spacing.item_spacing = vec2(8.0, 4.0);
    style.spacing.button_padding = vec2(10.0, 4.0);
    style.spacing.interact_size.y = 26.0;
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.slider_rail_height = 4.0;
    style.spacing.tooltip_width = 320.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.35;
    surfaces(style, dark);
    widgets(style);
}

fn surfaces(style: &mut Style, dark: bool) {
    let visuals = &mut style.visuals;
    visuals.text_options.subpixel_binning = false;
    visuals.dark_mode = dark;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(MUTED.ui());
    visuals.panel_fill = PANEL.ui();
    visuals.window_fill = PANEL.ui();
    visuals.window_stroke = line();
    visuals.window_corner_radius = CornerRadius::same(CORNER);
    visuals.menu_corner_radius = CornerRadius::same(CORNER);
    visuals.extreme_bg_color = BACKGROUND.ui();
    visuals.faint_bg_color = RAISED.ui();
    visuals.selection.bg_fill = SELECTED.ui();
    visuals.selection.stroke = Stroke::new(1.0, TEXT.ui());
    visuals.slider_trailing_fill = true;
    let shadow = Shadow {
        offset: [0, 4],
        blur: 12,
        spread: 0,
        color: Color32::from_black_alpha(if dark { 90 } else { 30 }),
    };
    visuals.popup_shadow = shadow;
    visuals.window_shadow = shadow;
}

/// A one-pixel line.
pub(super) fn line() -> Stroke {
    Stroke::new(1.0, LINE.ui())
}

fn widgets(style: &mut Style) {
    let widgets = &mut style.visuals.widgets;
    let rows = [
        (&mut widgets.noninteractive, PANEL, LINE, TEXT),
        (&mut widgets.inactive, RAISED, LINE, TEXT),
        (&mut widgets.hovered, HOVERED, STRONG_LINE, TEXT),
        (&mut widgets.active, HOVERED, COMMAND, TEXT),
        (&mut widgets.open, RAISED, LINE, TEXT),
    ];
    for (widget, fill, border, text) in rows {
        widget.bg_fill = fill.ui();
        widget.weak_bg_fill = fill.ui();
        widget.bg_stroke = Stroke::new(1.0, border.ui());
        widget.fg_stroke = Stroke::new(1.0, text.ui());
        widget.corner_radius = CornerRadius::same(CORNER);
        widget.expansion = 0.0;
    }
}
