//! A dome around the camera, from the horizon's air up to the zenith.
use super::camera::SceneCamera;
use super::scene::Look;
use super::shapes;
use crate::lab::LabSystems;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::light::{NotShadowCaster, NotShadowReceiver};
use bevy::prelude::*;

/// Radius of the dome, m; within the camera's far plane.
const RADIUS: f32 = 380.0;

#[derive(Component)]
struct Dome;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Startup, spawn).add_systems(Update, (paint, surround_camera).in_set(LabSystems::Overlay));
}

fn spawn(mut commands: Commands, mut materials: ResMut<Assets<StandardMaterial>>) {
    let material = StandardMaterial { unlit: true, fog_enabled: false, cull_mode: None, ..default() };
    commands.spawn((
        Dome,
        Transform::default(),
        MeshMaterial3d(materials.add(material)),
        NotShadowCaster,
        NotShadowReceiver,
        NoFrustumCulling,
    ));
}

fn paint(
    mut commands: Commands,
    look: Res<Look>,
    dome: Single<Entity, With<Dome>>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    if look.is_changed() {
        let mesh = shapes::dome(RADIUS, look.horizon.to_linear(), look.zenith.to_linear());
        commands.entity(*dome).insert(Mesh3d(meshes.add(mesh)));
    }
}

/// With several cameras the dome stands around the first.
fn surround_camera(
    cameras: Query<&Transform, (With<SceneCamera>, Without<Dome>)>,
    mut dome: Single<&mut Transform, With<Dome>>,
) {
    if let Some(camera) = cameras.iter().next() {
        let middle = camera.translation.with_z(0.0);
        if dome.translation.distance(middle) > 0.5 {
            dome.translation = middle;
        }
    }
}
