//! The colours of the window, dark and light. Hues mean something and never change: blue is commanded, orange
//! measured, green good, red dangerous; each leg has one colour in the view, the tables and every plot.
//!
//! A colour is written once with both its shades; [`Rgb::ui`] gives that of the theme in use. The theme is set at the
//! start of each frame by whoever draws ([`use_theme`]), for the thread that draws.
use crate::lab::command::Theme;
use bevy::color::Color;
use bevy_egui::egui::Color32;
use std::cell::Cell;

thread_local! {
    static THEME: Cell<Theme> = const { Cell::new(Theme::Dark) };
}

/// Colours that this thread asks for from now on are those of `theme`.
pub fn use_theme(theme: Theme) {
    THEME.set(theme);
}

/// A colour in 8-bit sRGB: its shade on dark and on light surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb {
    dark: [u8; 3],
    light: [u8; 3],
}

/// From `0xrrggbb` on dark and on light.
const fn shades(dark: u32, light: u32) -> Rgb {
    const fn bytes(hex: u32) -> [u8; 3] {
        let [_, r, g, b] = hex.to_be_bytes();
        [r, g, b]
    }
    Rgb { dark: bytes(dark), light: bytes(light) }
}

/// Commanded.
pub const COMMAND: Rgb = shades(0x4a_a3ff, 0x1d_68bd);
/// Measured.
pub const MEASURED: Rgb = shades(0xff_b454, 0x9a_5a00);
/// Good, or reward.
pub const GOOD: Rgb = shades(0x7b_c67e, 0x2c_7733);
/// Penalty, or danger.
pub const DANGER: Rgb = shades(0xe5_727a, 0xb5_3e49);
/// What is neither of these: the fourth leg, the fourth curve.
pub const VIOLET: Rgb = shades(0xc7_92ea, 0x83_46ad);
/// Legs in role order: front left, front right, rear left, rear right.
pub const LEGS: [Rgb; 4] = [COMMAND, MEASURED, GOOD, VIOLET];

/// Behind everything.
pub const BACKGROUND: Rgb = shades(0x14_171b, 0xf0_f2f5);
/// Panels.
pub const PANEL: Rgb = shades(0x1b_1f25, 0xff_ffff);
/// Buttons and other raised surfaces.
pub const RAISED: Rgb = shades(0x22_272f, 0xec_eff3);
/// A raised surface under the pointer.
pub const HOVERED: Rgb = shades(0x2b_323c, 0xe2_e7ed);
/// What is chosen among several.
pub const SELECTED: Rgb = shades(0x21_3a55, 0xd3_e5f8);
/// One-pixel lines.
pub const LINE: Rgb = shades(0x2d_333c, 0xd5_dae1);
/// One-pixel lines of what is under the pointer.
pub const STRONG_LINE: Rgb = shades(0x45_4f5c, 0xb4_bdc8);
/// Text.
pub const TEXT: Rgb = shades(0xd9_dfe6, 0x1d_232b);
/// Text of less weight.
pub const MUTED: Rgb = shades(0x8b_95a1, 0x57_616d);

impl Rgb {
    /// For panels, in the theme in use.
    pub fn ui(self) -> Color32 {
        self.in_theme(THEME.get())
    }
    /// For panels, with an opacity of 0 to 1.
    pub fn ui_faded(self, opacity: f32) -> Color32 {
        self.ui().gamma_multiply(opacity)
    }
    /// For panels of a theme.
    pub const fn in_theme(self, theme: Theme) -> Color32 {
        let [r, g, b] = match theme {
            Theme::Dark => self.dark,
            Theme::Light => self.light,
        };
        Color32::from_rgb(r, g, b)
    }
    /// For the three-dimensional view, the same in both themes.
    pub const fn scene(self) -> Color {
        let [r, g, b] = self.dark;
        Color::srgb(r as f32 / 255.0, g as f32 / 255.0, b as f32 / 255.0)
    }
}

/// Sign colour of a leg, by its place in the robot's roles.
pub fn leg(index: usize) -> Rgb {
    LEGS[index % LEGS.len()]
}

/// Colour of one of several curves: those that are compared must differ.
pub fn curve(index: usize) -> Rgb {
    const CURVES: [Rgb; 6] = [GOOD, COMMAND, VIOLET, MEASURED, DANGER, shades(0x5f_d3d0, 0x12_7673)];
    CURVES[index % CURVES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.1.
    fn luminance(c: Color32) -> f64 {
        let channel = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(c.r()) + 0.7152 * channel(c.g()) + 0.0722 * channel(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_surface_of_both_themes() {
        let curves = (0..6).map(curve);
        let texts = [TEXT, MUTED, COMMAND, MEASURED, GOOD, DANGER, VIOLET].into_iter().chain(curves);
        for (text, theme) in texts.flat_map(|text| [(text, Theme::Dark), (text, Theme::Light)]) {
            for surface in [BACKGROUND, PANEL, RAISED] {
                let found = contrast(text.in_theme(theme), surface.in_theme(theme));
                assert!(found >= 4.5, "{text:?} on {surface:?}, {theme:?}: {found}");
            }
        }
    }

    #[test]
    fn a_button_under_the_pointer_and_a_chosen_one_stay_readable() {
        for theme in [Theme::Dark, Theme::Light] {
            for surface in [HOVERED, SELECTED] {
                assert!(contrast(TEXT.in_theme(theme), surface.in_theme(theme)) >= 4.5);
            }
        }
    }

    #[test]
    fn legs_and_curves_have_different_colours() {
        for a in 0..4 {
            for b in 0..a {
                assert_ne!(leg(a), leg(b));
            }
        }
        assert_eq!(leg(4), leg(0));
        let curves: std::collections::HashSet<_> = (0..6).map(|i| curve(i).in_theme(Theme::Light)).collect();
        assert_eq!(curves.len(), 6);
    }

    #[test]
    fn the_theme_decides_the_shade() {
        use_theme(Theme::Light);
        assert_eq!(PANEL.ui(), Color32::WHITE);
        use_theme(Theme::Dark);
        assert_eq!(PANEL.ui(), Color32::from_rgb(0x1b, 0x1f, 0x25));
    }
}
