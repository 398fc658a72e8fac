//! Smoothing that does not depend on the frame rate.
use bevy::prelude::*;

/// Share of the distance that is made up in `dt` by something that makes up two thirds in `secs`.
pub(super) fn gain(dt: f32, secs: f32) -> f32 {
    1.0 - (-dt / secs).exp()
}

/// From 0 to 1 with a gentle start and end.
pub(super) fn ease(share: f32) -> f32 {
    let t = share.clamp(0.0, 1.0);
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

/// Heading of an orientation, rad.
pub(super) fn yaw_of(rotation: Quat) -> f32 {
    let forward = rotation * Vec3::X;
    forward.y.atan2(forward.x)
}

/// Moves an angle towards another the shorter way round.
pub(super) fn approach_angle(from: f32, to: f32, gain: f32) -> f32 {
    let difference =
        (to - from + std::f32::consts::PI).rem_euclid(std::f32::consts::TAU) - std::f32::consts::PI;
    from + difference * gain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_go_the_shorter_way() {
        assert!((approach_angle(3.0, -3.0, 0.5) - std::f32::consts::PI).abs() < 0.001);
        assert!((approach_angle(0.2, 0.4, 0.5) - 0.3).abs() < 1e-6);
    }

    #[test]
    fn easing_begins_and_ends_at_rest() {
        assert_eq!((ease(0.0), ease(1.0), ease(7.0)), (0.0, 1.0, 1.0));
        assert!(ease(0.02) < 0.001 && ease(0.98) > 0.999);
        assert!((ease(0.5) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn smoothing_does_not_depend_on_the_frame_rate() {
        let fine = (0..10).fold(1.0, |left, _| left * (1.0 - gain(0.01, 0.25)));
        assert!((fine - (1.0 - gain(0.1, 0.25))).abs() < 1e-5);
    }
}
