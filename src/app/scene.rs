//! What a scene file adds to the view: its light, the first place of the camera and the camera path. Things that stand
//! around are in [`super::view`].
use super::view::camera::{CameraPath, FixedView};
use crate::lab::LabSystems;
use crate::lab::scene::Scene;
use bevy::prelude::*;
use bevy_panorbit_camera::PanOrbitCamera;
use std::f32::consts::FRAC_PI_2;

/// Frames of the window in which the view's own first place is replaced by the scene's.
const SETTLE: u32 = 8;

pub(super) fn plugin(app: &mut App) {
    let drawn = resource_exists::<Assets<Mesh>>.and_then(resource_exists::<Scene>);
    app.add_systems(Startup, set_path.run_if(drawn.clone())).add_systems(
        Update,
        (shine.after(LabSystems::Draw).before(LabSystems::Camera), place.after(LabSystems::Camera))
            .run_if(drawn),
    );
}

fn set_path(scene: Res<Scene>, mut path: ResMut<CameraPath>) {
    let keys =
        scene.camera.path.iter().map(|key| (key.at, Vec3::from_array(key.eye), Vec3::from_array(key.target)));
    path.keys = keys.collect();
}

/// The theme sets the sun; the scene turns it.
fn shine(scene: Res<Scene>, mut suns: Query<(&mut DirectionalLight, &mut Transform)>, mut last: Local<f32>) {
    for (mut sun, mut place) in &mut suns {
        let wanted = Transform::from_translation(scene.light.from.into()).looking_at(Vec3::ZERO, Vec3::Z);
        if *place != wanted {
            *place = wanted;
        }
        if sun.illuminance != *last {
            sun.illuminance *= scene.light.strength;
            *last = sun.illuminance;
        }
    }
}

/// Puts the camera where the scene wants it at first; then it is the person's.
fn place(
    mut commands: Commands,
    scene: Res<Scene>,
    mut orbits: Query<&mut PanOrbitCamera>,
    fixed: Query<Entity, With<FixedView>>,
    mut frames: Local<u32>,
) {
    let Some(offset) = scene.camera.offset.map(Vec3::from_array) else { return };
    if *frames >= SETTLE {
        return;
    }
    *frames += 1;
    for camera in &fixed {
        commands.entity(camera).insert(FixedView { offset: Some(offset) });
    }
    let [yaw, pitch, radius] = angles(offset);
    for mut orbit in &mut orbits {
        (orbit.yaw, orbit.pitch, orbit.radius) = (Some(yaw), Some(pitch), Some(radius));
        [orbit.target_yaw, orbit.target_pitch, orbit.target_radius] = [yaw, pitch, radius];
        orbit.force_update = true;
    }
}

/// Yaw, pitch and distance of an orbit, as its camera counts them, that looks from there.
fn angles(offset: Vec3) -> [f32; 3] {
    let radius = offset.length().max(0.5);
    let yaw = offset.x.atan2(-offset.y);
    [yaw, (offset.z / radius).clamp(-1.0, 1.0).asin() - FRAC_PI_2, radius]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::view::camera;

    #[test]
    fn the_orbit_looks_from_where_the_scene_says() {
        for (yaw, pitch, distance) in [(0.4, 0.3, 2.0), (-1.2, 0.7, 5.0)] {
            let [y, p, d] = angles(camera::offset(yaw, pitch, distance));
            assert!((y - yaw).abs() < 1e-5 && (d - distance).abs() < 1e-5, "{y} {d}");
            assert!((p - (pitch - FRAC_PI_2)).abs() < 1e-5, "{p}");
        }
    }
}
