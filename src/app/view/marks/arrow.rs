//! Arrows, straight and around the vertical. Pure.
use bevy::prelude::*;

/// Shortest arrow that is drawn, m.
const SHORTEST: f32 = 0.012;

/// An arrow in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Arrow {
    /// Where it begins, m.
    pub from: Vec3,
    /// From there to its tip, m.
    pub along: Vec3,
    /// Radius of the shaft, m.
    pub thickness: f32,
}

impl Arrow {
    /// `None` if it were too short to be seen.
    pub fn new(from: Vec3, along: Vec3, thickness: f32) -> Option<Self> {
        (along.length() > SHORTEST).then_some(Self { from, along, thickness })
    }
    fn head_length(self) -> f32 {
        (self.thickness * 7.0).min(self.along.length() * 0.6)
    }
    fn direction(self) -> Vec3 {
        self.along.normalize_or(Vec3::X)
    }
    /// Place of a shaft of radius and length 1.
    pub fn shaft(self) -> Transform {
        let length = self.along.length() - self.head_length();
        line(self.from, self.from + self.direction() * length, self.thickness)
    }
    /// Place of a head of radius and length 1.
    pub fn head(self) -> Transform {
        let tip = self.from + self.along;
        head(tip - self.direction() * self.head_length(), self.direction(), self.head_length())
    }
}

/// Place of a shaft of radius and length 1 from a point to another.
pub(super) fn line(from: Vec3, to: Vec3, thickness: f32) -> Transform {
    Transform::from_translation(from)
        .with_rotation(Quat::from_rotation_arc(Vec3::Z, (to - from).normalize_or(Vec3::Z)))
        .with_scale(Vec3::new(thickness, thickness, from.distance(to)))
}

fn head(from: Vec3, direction: Vec3, length: f32) -> Transform {
    Transform::from_translation(from)
        .with_rotation(Quat::from_rotation_arc(Vec3::Z, direction))
        .with_scale(Vec3::new(length * 0.36, length * 0.36, length))
}

/// Straight pieces of a curved arrow.
const PIECES: usize = 14;
/// Turn of a curved arrow per turning speed, s.
const TURN_PER_SPEED: f32 = 1.1;
/// Smallest and largest turn that is drawn, rad.
const TURN_RANGE: [f32; 2] = [0.12, 5.0];

/// A turning speed as an arrow around the vertical: pieces of its shaft, and its head.
pub(super) fn around(
    middle: Vec3,
    heading: f32,
    radius: f32,
    yaw_rate: f32,
    thickness: f32,
) -> Option<(impl Iterator<Item = Transform>, Transform)> {
    let turn = (yaw_rate * TURN_PER_SPEED).clamp(-TURN_RANGE[1], TURN_RANGE[1]);
    if turn.abs() < TURN_RANGE[0] {
        return None;
    }
    let length = (thickness * 7.0).min(radius * turn.abs() * 0.6);
    let shaft = turn - turn.signum() * length / radius;
    let at = move |angle: f32| middle + Quat::from_rotation_z(heading + angle) * Vec3::X * radius;
    let pieces = (0..PIECES).map(move |i| {
        let [from, to] = [i, i + 1].map(|i| at(shaft * i as f32 / PIECES as f32));
        line(from, to + (to - from) * 0.04, thickness)
    });
    Some((pieces, head(at(shaft), (at(turn) - at(shaft)).normalize_or(Vec3::X), length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_ends_where_its_vector_ends() {
        let arrow = Arrow::new(Vec3::new(1.0, 2.0, 0.5), Vec3::new(0.3, 0.0, 0.0), 0.01).unwrap();
        let tip = arrow.head().transform_point(Vec3::Z);
        assert!(tip.abs_diff_eq(Vec3::new(1.3, 2.0, 0.5), 1e-5), "{tip}");
        let joint = arrow.shaft().transform_point(Vec3::Z);
        assert!(joint.abs_diff_eq(arrow.head().translation, 1e-5));
    }

    #[test]
    fn a_curved_arrow_turns_as_the_robot_does() {
        let tip = |rate: f32| {
            let (_, head) = around(Vec3::ZERO, 0.0, 0.3, rate, 0.006).unwrap();
            head.transform_point(Vec3::Z)
        };
        assert!(tip(1.0).y > 0.1 && tip(-1.0).y < -0.1);
        assert!((tip(1.0).length() - 0.3).abs() < 0.01);
        assert!(around(Vec3::ZERO, 0.0, 0.3, 0.05, 0.006).is_none());
        let (mut pieces, _) = around(Vec3::ZERO, 0.0, 0.3, 1.0, 0.006).unwrap();
        assert!(pieces.next().unwrap().translation.abs_diff_eq(Vec3::X * 0.3, 1e-5));
    }
}
