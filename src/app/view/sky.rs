//! A dome around the camera, from the horizon's air up to darkness.
use super::{HORIZON, shapes};
use crate::lab::LabSystems;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// Radius of the dome, m; within the camera's far plane.
const RADIUS: f32 = 380.0;
/// Colour overhead.
const ZENITH: Color = Color::srgb(0.105, 0.122, 0.145);

#[derive(Component)]
struct Dome;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn).add_systems(Update, surround_camera.in_set(LabSystems::Overlay));
}

fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    let material = StandardMaterial { unlit: true, fog_enabled: false, cull_mode: None, ..default() };
    commands.spawn((
        Dome,
        Mesh3d(meshes.add(shapes::dome(RADIUS, HORIZON.to_linear(), ZENITH.to_linear()))),
        MeshMaterial3d(materials.add(material)),
        NotShadowCaster,
        NotShadowReceiver,
    ));
}

fn surround_camera(
    camera: Option<Single<&Transform, (With<Camera3d>, Without<Dome>)>>,
    mut dome: Single<&mut Transform, With<Dome>>,
) {
    if let Some(camera) = camera {
        dome.translation = camera.translation.with_z(0.0);
    }
}
