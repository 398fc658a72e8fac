//! The colours of the window. Hues mean something and never change: blue is commanded, orange measured, green good,
//! red dangerous; each leg has one colour in the view, the tables and every plot.
use bevy::color::Color;
use bevy_egui::egui::Color32;

/// A colour in 8-bit sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Commanded.
pub const COMMAND: Rgb = Rgb(0x4a, 0xa3, 0xff);
/// Measured.
pub const MEASURED: Rgb = Rgb(0xff, 0xb4, 0x54);
/// Good, or reward.
pub const GOOD: Rgb = Rgb(0x7b, 0xc6, 0x7e);
/// Penalty, or danger.
pub const DANGER: Rgb = Rgb(0xe5, 0x72, 0x7a);
/// Legs in role order: front left, front right, rear left, rear right.
pub const LEGS: [Rgb; 4] = [COMMAND, MEASURED, GOOD, Rgb(0xc7, 0x92, 0xea)];

/// Behind everything.
pub const BACKGROUND: Rgb = Rgb(0x14, 0x17, 0x1b);
/// Panels.
pub const PANEL: Rgb = Rgb(0x1b, 0x1f, 0x25);
/// Buttons and other raised surfaces.
pub const RAISED: Rgb = Rgb(0x22, 0x27, 0x2f);
/// A raised surface under the pointer.
pub const HOVERED: Rgb = Rgb(0x2b, 0x32, 0x3c);
/// One-pixel lines.
pub const LINE: Rgb = Rgb(0x2d, 0x33, 0x3c);
/// Text.
pub const TEXT: Rgb = Rgb(0xd9, 0xdf, 0xe6);
/// Text of less weight.
pub const MUTED: Rgb = Rgb(0x8b, 0x95, 0xa1);

impl Rgb {
    /// For panels.
    pub const fn ui(self) -> Color32 {
        Color32::from_rgb(self.0, self.1, self.2)
    }
    /// For panels, with an opacity of 0 to 1.
    pub fn ui_faded(self, opacity: f32) -> Color32 {
        self.ui().gamma_multiply(opacity)
    }
    /// For the three-dimensional view.
    pub const fn scene(self) -> Color {
        Color::srgb(self.0 as f32 / 255.0, self.1 as f32 / 255.0, self.2 as f32 / 255.0)
    }
}

/// Sign colour of a leg, by its place in the robot's roles.
pub fn leg(index: usize) -> Rgb {
    LEGS[index % LEGS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.1.
    fn luminance(c: Rgb) -> f64 {
        let channel = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(c.0) + 0.7152 * channel(c.1) + 0.0722 * channel(c.2)
    }

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_surface() {
        for text in [TEXT, MUTED, COMMAND, MEASURED, GOOD, DANGER] {
            for surface in [BACKGROUND, PANEL, RAISED] {
                assert!(
                    contrast(text, surface) >= 4.5,
                    "{text:?} on {surface:?}: {}",
                    contrast(text, surface)
                );
            }
        }
    }

    #[test]
    fn legs_have_four_different_colours() {
        for a in 0..4 {
            for b in 0..a {
                assert_ne!(leg(a), leg(b));
            }
        }
        assert_eq!(leg(4), leg(0));
    }
}
