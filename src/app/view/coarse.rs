//! Drawing without a graphics card: the same picture with harder edges and without highlights, for a small part of
//! the work.
use super::camera::SceneCamera;
use bevy::core_pipeline::tonemapping::DebandDither;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap, ShadowFilteringMethod};
use bevy::prelude::*;
use bevy::shader::load_shader_library;

/// Inserted when the processor itself draws the window. Films are not affected.
#[derive(Resource, Clone, Copy, Debug)]
pub(in crate::app) struct Coarse;

pub(super) fn plugin(app: &mut App) {
    load_shader_library!(app, "coarse.wgsl");
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
        // the shaders of robots and ground know the coarse view by this kind of shadow
        let shadows = ShadowFilteringMethod::Hardware2x2;
        commands.entity(camera).insert((Msaa::Off, DebandDither::Disabled, shadows));
    }
    let cascade = CascadeShadowConfigBuilder { num_cascades: 1, maximum_distance: 9.0, ..default() };
    for sun in &suns {
        commands.entity(sun).insert(cascade.build());
    }
}
