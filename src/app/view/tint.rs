//! What a robot's colour says about it: marked, on the second stage, fallen a moment ago.
use crate::app::palette;
use bevy::prelude::*;

/// How long a fall is seen, s.
const FALL_SECS: f32 = 1.0;
/// Time in which a robot turns red, s.
const RISE_SECS: f32 = 0.08;

/// Tint of a robot: linear red, green, blue, and the share of it, 0 to 1.
pub(super) fn tint(slot: usize, is_picked: bool, fell_s: f32) -> [f32; 4] {
    let none = (LinearRgba::WHITE, 0.0);
    let second = if slot == 1 { over(none, Color::srgb(0.30, 0.52, 0.92), 0.62) } else { none };
    let marked = if is_picked { over(second, Color::srgb(0.97, 0.98, 1.0), 0.55) } else { second };
    let (color, share) = over(marked, palette::DANGER.scene(), 0.85 * redness(fell_s));
    [color.red, color.green, color.blue, share]
}

/// Lays a colour over a tint.
fn over((below, share_below): (LinearRgba, f32), color: Color, share: f32) -> (LinearRgba, f32) {
    let whole = share + share_below * (1.0 - share);
    if whole <= 0.0 {
        return (below, 0.0);
    }
    (below.mix(&color.to_linear(), share / whole), whole)
}

/// How red a robot is that fell so many seconds ago, 0 to 1.
fn redness(fell_s: f32) -> f32 {
    if !(0.0..FALL_SECS).contains(&fell_s) {
        return 0.0;
    }
    let fade = ((fell_s - 0.3) / (FALL_SECS - 0.3)).clamp(0.0, 1.0);
    (fell_s / RISE_SECS).min(1.0) * (1.0 - fade * fade * (3.0 - 2.0 * fade))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_robot_keeps_its_colours() {
        assert_eq!(tint(0, false, f32::INFINITY)[3], 0.0);
        assert_eq!(tint(0, false, f32::NAN)[3], 0.0);
    }

    #[test]
    fn a_fall_is_red_soon_and_gone_after_a_second() {
        let [red, green, _, share] = tint(0, false, 0.2);
        assert!(red > 2.0 * green && share > 0.8);
        assert!(tint(0, false, 0.9)[3] < 0.1);
        assert_eq!(tint(0, false, 1.0)[3], 0.0);
        assert!(tint(0, false, 0.0)[3] < 0.01, "it does not jump");
    }

    #[test]
    fn the_second_stage_is_bluish_and_a_marked_robot_lighter() {
        let [red, _, blue, _] = tint(1, false, f32::INFINITY);
        assert!(blue > red);
        let luma = |t: [f32; 4]| (0.2 * t[0] + 0.7 * t[1] + 0.1 * t[2]) * t[3];
        assert!(luma(tint(1, true, f32::INFINITY)) > luma(tint(1, false, f32::INFINITY)));
    }
}
