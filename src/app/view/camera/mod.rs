//! Where the view is from: lenses, the modes of [`CameraMode`], and a rig that glides from one view to the next, so
//! that the picture never jumps.
mod angle;
mod modes;
mod path;
mod rig;

pub(in crate::app) use path::CameraPath;

use super::scene::DARK;
pub(in crate::app) use super::scene::SceneCamera;
use bevy::core_pipeline::tonemapping::{DebandDither, Tonemapping};
use bevy::light::EnvironmentMapLight;
use bevy::prelude::*;
use bevy_panorbit_camera::PanOrbitCamera;
use std::f32::consts::FRAC_PI_2;

/// Vertical angle that the lens sees, rad.
pub(in crate::app) const FIELD_OF_VIEW: f32 = 0.66;
/// Height of the followed point above the ground, m.
const TARGET_HEIGHT: f32 = 0.22;
/// Distance of the first view of one robot, m.
const START_RADIUS: f32 = 2.3;

/// Cameras are put where they belong in this frame.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::app) struct CameraSystems;

/// A camera without a person: fixed direction and distance from the robot.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(in crate::app) struct FixedView {
    /// From the target to the camera, m; without, it is chosen by how many robots are shown.
    pub offset: Option<Vec3>,
}

/// Offset of a camera that looks from `yaw` (0 is from the right side of a robot that faces x) and `pitch` above.
pub(in crate::app) fn offset(yaw: f32, pitch: f32, distance: f32) -> Vec3 {
    Quat::from_rotation_z(yaw) * Vec3::new(0.0, -pitch.cos(), pitch.sin()) * distance
}

/// What every camera of ours has: lens, air, tone, the sky's light.
pub(in crate::app) fn lens(images: &mut Assets<Image>) -> impl Bundle + use<> {
    let sky = EnvironmentMapLight {
        intensity: DARK.sky,
        rotation: Quat::from_rotation_arc(Vec3::Y, Vec3::Z),
        ..EnvironmentMapLight::hemispherical_gradient(
            images,
            Color::srgb(0.72, 0.80, 0.92),
            Color::srgb(0.50, 0.56, 0.64),
            Color::srgb(0.20, 0.21, 0.23),
        )
    };
    (
        SceneCamera,
        Camera3d::default(),
        Projection::Perspective(PerspectiveProjection {
            fov: FIELD_OF_VIEW,
            near: 0.05,
            far: 900.0,
            ..default()
        }),
        Msaa::Sample4,
        Tonemapping::AcesFitted,
        DebandDither::Enabled,
        DistanceFog {
            color: DARK.horizon,
            falloff: FogFalloff::ExponentialSquared { density: DARK.fog },
            ..default()
        },
        sky,
    )
}

/// A camera that a person turns. Orbits with z up: at pitch 0 it looks straight down, at −π/2 along the ground.
pub(in crate::app) fn orbit() -> PanOrbitCamera {
    let start = Vec3::Z * TARGET_HEIGHT;
    PanOrbitCamera {
        axis: [Vec3::X, Vec3::Z, Vec3::NEG_Y],
        focus: start,
        target_focus: start,
        yaw: Some(0.5),
        pitch: Some(0.28 - FRAC_PI_2),
        radius: Some(START_RADIUS),
        pitch_lower_limit: Some(0.03 - FRAC_PI_2),
        pitch_upper_limit: Some(-0.01),
        zoom_lower_limit: 0.5,
        zoom_upper_limit: Some(40.0),
        zoom_smoothness: 0.2,
        use_real_time: true,
        ..default()
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_plugins((path::plugin, rig::plugin));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_is_from_the_right_of_the_robot_and_from_above() {
        let offset = offset(0.3, 0.3, 2.0);
        assert!(offset.y < 0.0 && offset.x > 0.0 && offset.z > 0.0);
        assert!((offset.length() - 2.0).abs() < 1e-5);
    }
}
