//! Commanded (blue) and measured (orange) velocity: straight arrows above the robot, and curved ones around it on the
//! ground for turning.
use super::Marked;
use super::arrow::{Arrow, around};
use super::painter::{Form, Ink, Painter};
use bevy::prelude::*;

/// Length of an arrow per velocity, s.
const METRES_PER_SPEED: f32 = 0.45;
/// Radius of a shaft, m.
const THICKNESS: f32 = 0.0075;

pub(super) fn draw(marked: &Marked, painter: &mut Painter) {
    let telemetry = marked.shown.telemetry;
    let rows =
        [(telemetry.command, 0.19, 0.50, Ink::Command), (telemetry.measured, 0.23, 0.465, Ink::Measured)];
    for (velocity, height, radius, ink) in rows {
        painter.arrow(straight(&marked.base, velocity, height), ink);
        let middle = marked.base.translation.with_z(marked.ground + 0.012);
        if let Some((pieces, head)) =
            around(middle, heading(&marked.base), radius, velocity[2], THICKNESS * 0.8)
        {
            pieces.for_each(|piece| painter.draw(Form::Shaft, ink, piece));
            painter.draw(Form::Head, ink, head);
        }
    }
}

fn heading(base: &Transform) -> f32 {
    let forward = base.rotation * Vec3::X;
    forward.y.atan2(forward.x)
}

/// Planar velocity above the base, turned by its heading.
fn straight(base: &Transform, velocity: [f32; 3], height: f32) -> Option<Arrow> {
    let turn = Quat::from_rotation_z(heading(base));
    let along = turn * Vec3::new(velocity[0], velocity[1], 0.0) * METRES_PER_SPEED;
    Arrow::new(base.translation + Vec3::Z * height, along, THICKNESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn velocity_is_in_the_heading_frame_whatever_the_base_leans() {
        let lean = Quat::from_rotation_z(std::f32::consts::FRAC_PI_2) * Quat::from_rotation_y(0.3);
        let base = Transform::from_rotation(lean);
        let arrow = straight(&base, [1.0, 0.0, 0.7], 0.2).unwrap();
        assert!(arrow.along.abs_diff_eq(Vec3::Y * METRES_PER_SPEED, 1e-4), "{}", arrow.along);
    }

    #[test]
    fn standing_still_has_no_arrow() {
        assert!(straight(&Transform::IDENTITY, [0.0, 0.001, 1.0], 0.2).is_none());
    }
}
