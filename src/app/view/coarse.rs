//! Drawing without a graphics card: the same picture with harder edges, for a small part of the work.
use super::camera::SceneCamera;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap, ShadowFilteringMethod};
use bevy::prelude::*;

/// Inserted when the processor itself draws the window. Films are not affected.
#[derive(Resource, Clone, Copy, Debug)]
pub(in crate::app) struct Coarse;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(PostStartup, simplify.run_if(resource_exists::<Coarse>));
}

fn simplify(
    mut commands: Commands,
    cameras: Query<Entity, With<SceneCamera>>,
    suns: Query<Entity, With<DirectionalLight>>,
    mut shadow_map: ResMut<DirectionalLightShadowMap>,
) {
    shadow_map.size = 1024;
    for camera in &cameras {
        commands.entity(camera).insert((Msaa::Off, ShadowFilteringMethod::Hardware2x2));
    }
    let cascade = CascadeShadowConfigBuilder { num_cascades: 1, maximum_distance: 9.0, ..default() };
    for sun in &suns {
        commands.entity(sun).insert(cascade.build());
    }
}
