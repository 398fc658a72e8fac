//! Where the view is from. The target follows the picked robot smoothly; in the window a person orbits around it, in
//! a recording the camera looks from the side and front.
use super::robot::to_transform;
use super::{HORIZON, Picked};
use crate::lab::LabSystems;
use crate::tick::view::ShownFrames;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::EnvironmentMapLight;
use bevy::prelude::*;
use bevy_panorbit_camera::PanOrbitCamera;

/// Time in which the target makes up two thirds of its distance to the robot, s.
const FOLLOW_SECS: f32 = 0.25;
/// A robot that is further away than this was put there; the target goes with it at once, m.
const JUMP: f32 = 1.5;
/// Height of the target above the ground, m.
const TARGET_HEIGHT: f32 = 0.22;

/// The followed point and whether it follows.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub(in crate::app) struct Follow {
    /// m.
    pub target: Vec3,
    /// The target moves with the robot.
    pub is_on: bool,
}

impl Default for Follow {
    fn default() -> Self {
        Self { target: Vec3::Z * TARGET_HEIGHT, is_on: true }
    }
}

/// A camera without a person: fixed direction and distance from the target.
#[derive(Component, Clone, Copy, Debug)]
pub(in crate::app) struct FixedView {
    /// From the target to the camera, m.
    pub offset: Vec3,
}

impl Default for FixedView {
    /// From the side and a little from the front.
    fn default() -> Self {
        Self { offset: offset(0.45, 0.235, 1.6) }
    }
}

/// Offset of a camera that looks from `yaw` (0 is from the right side of a robot that faces x) and `pitch` above.
pub(in crate::app) fn offset(yaw: f32, pitch: f32, distance: f32) -> Vec3 {
    Quat::from_rotation_z(yaw) * Vec3::new(0.0, -pitch.cos(), pitch.sin()) * distance
}

/// What every camera of ours has: lens, air, tone, the sky's light.
pub(in crate::app) fn lens(images: &mut Assets<Image>) -> impl Bundle + use<> {
    let sky = EnvironmentMapLight {
        intensity: 1400.0,
        rotation: Quat::from_rotation_arc(Vec3::Y, Vec3::Z),
        ..EnvironmentMapLight::hemispherical_gradient(
            images,
            Color::srgb(0.72, 0.80, 0.92),
            Color::srgb(0.50, 0.56, 0.64),
            Color::srgb(0.20, 0.21, 0.23),
        )
    };
    (
        Camera3d::default(),
        Projection::Perspective(PerspectiveProjection { fov: 0.66, near: 0.05, far: 900.0, ..default() }),
        Msaa::Sample4,
        Tonemapping::AcesFitted,
        DebandDither::Enabled,
        DistanceFog {
            color: HORIZON,
            falloff: FogFalloff::ExponentialSquared { density: 0.04 },
            ..default()
        },
        sky,
    )
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Follow>()
        .add_systems(Update, (follow, (aim_orbit, aim_fixed)).chain().in_set(LabSystems::Camera));
}

fn follow(
    frames: Option<Single<&ShownFrames>>,
    picked: Res<Picked>,
    fixed: Res<Time<Fixed>>,
    time: Res<Time<Virtual>>,
    mut follow: ResMut<Follow>,
) {
    let Some(frames) = frames.filter(|f| f.num_robots() > picked.0 && follow.is_on) else { return };
    let base = to_transform(frames.link_pose_w(picked.0, 0, fixed.overstep_fraction()));
    follow.target = approach(follow.target, base.translation.with_z(TARGET_HEIGHT), time.delta_secs());
}

fn approach(from: Vec3, to: Vec3, dt: f32) -> Vec3 {
    if from.distance(to) > JUMP { to } else { from.lerp(to, 1.0 - (-dt / FOLLOW_SECS).exp()) }
}

fn aim_orbit(follow: Res<Follow>, mut cameras: Query<&mut PanOrbitCamera>) {
    for mut camera in &mut cameras {
        camera.pan_sensitivity = if follow.is_on { 0.0 } else { 1.0 };
        if follow.is_on && camera.target_focus != follow.target {
            camera.target_focus = follow.target;
        }
    }
}

fn aim_fixed(follow: Res<Follow>, mut cameras: Query<(&FixedView, &mut Transform)>) {
    for (view, mut transform) in &mut cameras {
        *transform =
            Transform::from_translation(follow.target + view.offset).looking_at(follow.target, Vec3::Z);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_closes_the_distance_without_overshoot() {
        let mut at = Vec3::ZERO;
        for _ in 0..100 {
            let next = approach(at, Vec3::X, 0.02);
            assert!(next.x >= at.x && next.x <= 1.0);
            at = next;
        }
        assert!(at.x > 0.99);
    }

    #[test]
    fn following_does_not_depend_on_the_frame_rate() {
        let coarse = approach(Vec3::ZERO, Vec3::X, 0.1);
        let fine = (0..10).fold(Vec3::ZERO, |at, _| approach(at, Vec3::X, 0.01));
        assert!((coarse.x - fine.x).abs() < 1e-5);
    }

    #[test]
    fn a_reset_moves_the_target_at_once() {
        assert_eq!(approach(Vec3::X * 9.0, Vec3::ZERO, 0.001), Vec3::ZERO);
    }

    #[test]
    fn the_view_is_from_the_right_of_the_robot_and_from_above() {
        let offset = offset(0.3, 0.3, 2.0);
        assert!(offset.y < 0.0 && offset.x > 0.0 && offset.z > 0.0);
        assert!((offset.length() - 2.0).abs() < 1e-5);
    }
}
