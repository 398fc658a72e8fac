//! The view of each camera mode, from the followed robot's smoothed motion. Pure.
use super::angle::{approach_angle, gain, yaw_of};
use super::{START_RADIUS, TARGET_HEIGHT, offset};
use bevy::prelude::*;

/// Time in which the followed point makes up two thirds of its distance to the robot, s.
const FOLLOW_SECS: f32 = 0.25;
/// The same for the heading.
const TURN_SECS: f32 = 0.45;
/// The same for the head's place and orientation, seen from the robot.
const HEAD_SECS: f32 = 0.12;
/// A robot that is further away than this was put there; the view glides to it, m.
const JUMP: f32 = 1.5;

/// From further away, air hides too much, m.
const FARTHEST: f32 = 11.5;

/// A camera's place: where it is and how it is turned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct View {
    /// m.
    pub eye: Vec3,
    /// Looks along −z.
    pub rotation: Quat,
}

impl View {
    /// From `eye` at `target`.
    pub fn looking(eye: Vec3, target: Vec3, up: Vec3) -> Self {
        Self::of(&Transform::from_translation(eye).looking_at(target, up))
    }
    /// Of a camera.
    pub fn of(camera: &Transform) -> Self {
        Self { eye: camera.translation, rotation: camera.rotation }
    }
    /// Between two views.
    pub fn between(self, to: Self, share: f32) -> Self {
        Self { eye: self.eye.lerp(to.eye, share), rotation: self.rotation.slerp(to.rotation, share) }
    }
}

/// The followed robot, smoothed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Followed {
    /// Point on which the view turns, m.
    pub target: Vec3,
    /// Heading, rad.
    pub yaw: f32,
    /// Place of the base, nearly unsmoothed, m.
    pub head: Vec3,
    /// Orientation of the base with little of its shaking.
    pub gaze: Quat,
}

impl Followed {
    /// At rest on a base above ground of height `ground`.
    pub fn on(base: &Transform, ground: f32) -> Self {
        let target = base.translation.with_z(ground + TARGET_HEIGHT);
        Self { target, yaw: yaw_of(base.rotation), head: base.translation, gaze: steady(base.rotation) }
    }
    /// Whether the base is so far away that it was put there.
    pub fn jumped(&self, base: &Transform) -> bool {
        self.target.xy().distance(base.translation.xy()) > JUMP
    }
    /// Moves on by `dt` seconds towards the base.
    pub fn advance(&mut self, base: &Transform, ground: f32, dt: f32) {
        let to = Self::on(base, ground);
        self.target = self.target.lerp(to.target, gain(dt, FOLLOW_SECS));
        self.yaw = approach_angle(self.yaw, to.yaw, gain(dt, TURN_SECS));
        self.head = self.head.lerp(to.head, gain(dt, HEAD_SECS));
        self.gaze = self.gaze.slerp(to.gaze, gain(dt, HEAD_SECS));
    }
}

/// An orientation with a third of its lean: a head that is carried steadily.
fn steady(rotation: Quat) -> Quat {
    Quat::from_rotation_z(yaw_of(rotation)).slerp(rotation, 0.35)
}

/// Behind the robot and above it.
pub(super) fn chase(at: &Followed, zoom: f32) -> View {
    let forward = Quat::from_rotation_z(at.yaw) * Vec3::X;
    let eye = at.target - forward * 1.75 * zoom + Vec3::Z * 0.6 * zoom;
    View::looking(eye, at.target + forward * 0.5 * zoom, Vec3::Z)
}

/// From above; the picture's upper edge is to the left of the world's x axis.
pub(super) fn top(at: &Followed, zoom: f32) -> View {
    View::looking(at.target + Vec3::Z * 2.2 * START_RADIUS * zoom, at.target, Vec3::Y)
}

/// From the robot's head.
pub(super) fn first_person(at: &Followed) -> View {
    let eye = at.head + at.gaze * Vec3::new(0.30, 0.0, 0.08);
    let ahead = at.gaze * Vec3::new(1.0, 0.0, -0.12);
    View::looking(eye, eye + ahead, at.gaze * Vec3::Z)
}

/// Direction and distance of the first view of so many robots: yaw and pitch rad, distance m. The marked robot stands
/// in front, the others behind it.
pub(super) fn first_view(robots: usize, marked: Vec3, middle: Vec3) -> [f32; 3] {
    if robots <= 1 {
        return [0.45, 0.26, START_RADIUS];
    }
    let away = middle.xy() - marked.xy();
    let yaw = if away.length() > 1.0 { (-away.x).atan2(away.y) } else { 0.45 };
    let size = (robots as f32).log2();
    [yaw, 0.20 + 0.006 * size, START_RADIUS + 0.15 * size]
}

/// As [`first_view`] of two stages, given their middles: from the side, so that they stand side by side.
pub(super) fn view_of_two(first: Vec3, second: Vec3) -> [f32; 3] {
    let apart = second.xy() - first.xy();
    [apart.y.atan2(apart.x), 0.30, (2.0 + 0.65 * apart.length()).clamp(START_RADIUS, FARTHEST)]
}

/// View of a camera that nobody turns.
pub(super) fn fixed(at: &Followed, [yaw, pitch, distance]: [f32; 3]) -> View {
    View::looking(at.target + offset(yaw, pitch, distance), at.target, Vec3::Z)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walking(yaw: f32) -> (Followed, Transform) {
        let base = Transform::from_xyz(2.0, 1.0, 0.3).with_rotation(Quat::from_rotation_z(yaw));
        (Followed::on(&base, 0.0), base)
    }

    #[test]
    fn chase_is_behind_the_robot_whatever_its_heading() {
        for yaw in [0.0, 1.0, 3.0, -2.0] {
            let (at, base) = walking(yaw);
            let view = chase(&at, 1.0);
            let seen = base.rotation.inverse() * (view.eye - base.translation);
            assert!(seen.x < -1.0 && seen.y.abs() < 1e-3 && seen.z > 0.1, "{yaw}: {seen}");
            assert!((view.rotation * Vec3::NEG_Z).dot(base.rotation * Vec3::X) > 0.8);
        }
    }

    #[test]
    fn two_stages_stand_left_and_right() {
        let (first, second) = (Vec3::new(1.0, 2.0, 0.3), Vec3::new(4.0, 8.0, 0.3));
        let [yaw, pitch, distance] = view_of_two(first, second);
        let middle = (first + second) / 2.0;
        let view = View::looking(middle + offset(yaw, pitch, distance), middle, Vec3::Z);
        let right = |at: Vec3| (view.rotation.inverse() * (at - view.eye)).x;
        assert!(right(second) > 2.0 && (right(first) + right(second)).abs() < 1e-3);
    }

    #[test]
    fn top_looks_straight_down_on_the_robot() {
        let (at, base) = walking(0.7);
        let view = top(&at, 1.0);
        assert!((view.rotation * Vec3::NEG_Z).abs_diff_eq(Vec3::NEG_Z, 1e-3));
        assert!(view.eye.xy().abs_diff_eq(base.translation.xy(), 1e-4));
    }

    #[test]
    fn a_shaking_head_gives_a_calm_picture() {
        let (mut at, base) = walking(0.0);
        let mut worst = 0.0_f32;
        for frame in 0..200 {
            let shake = 0.15 * (frame as f32 * 0.9).sin();
            let shaken = base.with_rotation(Quat::from_rotation_y(shake));
            at.advance(&shaken, 0.0, 1.0 / 60.0);
            let view = first_person(&at);
            worst = worst.max(view.rotation.angle_between(first_person(&walking(0.0).0).rotation));
        }
        assert!(worst < 0.02, "{worst} rad of 0.15");
    }

    #[test]
    fn following_closes_the_distance_without_overshoot() {
        let (mut at, base) = walking(0.0);
        let ahead = Transform::from_translation(base.translation + Vec3::X);
        let mut x = at.target.x;
        for _ in 0..200 {
            at.advance(&ahead, 0.0, 0.02);
            assert!(at.target.x >= x && at.target.x <= 3.0 + 1e-5);
            x = at.target.x;
        }
        assert!(x > 2.99);
    }

    #[test]
    fn the_herd_stands_behind_the_marked_robot() {
        let (marked, middle) = (Vec3::new(1.0, 1.0, 0.3), Vec3::new(6.0, 8.0, 0.3));
        let view = first_view(64, marked, middle);
        let eye = marked + offset(view[0], view[1], view[2]);
        assert!(eye.distance(middle) > marked.distance(middle) + 2.0);
        assert!(view[2] > first_view(1, marked, marked)[2]);
    }
}
