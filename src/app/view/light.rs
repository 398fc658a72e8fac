//! Light: one sun from the front left with soft shadows. The sky's share is part of the camera.
use super::scene::Look;
use crate::lab::LabSystems;
use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap};
use bevy::prelude::*;

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(DirectionalLightShadowMap { size: 2048 })
        .insert_resource(GlobalAmbientLight::NONE)
        .add_systems(Startup, spawn)
        .add_systems(Update, shine.in_set(LabSystems::Draw));
}

fn spawn(mut commands: Commands) {
    let cascades = CascadeShadowConfigBuilder {
        num_cascades: 2,
        minimum_distance: 0.2,
        first_cascade_far_bound: 4.5,
        maximum_distance: 18.0,
        overlap_proportion: 0.3,
    };
    commands.spawn((
        DirectionalLight {
            color: Color::srgb(1.0, 0.965, 0.92),
            shadow_maps_enabled: true,
            shadow_depth_bias: 0.01,
            shadow_normal_bias: 1.2,
            ..default()
        },
        cascades.build(),
        Transform::from_xyz(-0.55, -0.75, 1.25).looking_at(Vec3::ZERO, Vec3::Z),
    ));
}

fn shine(look: Res<Look>, mut sun: Single<&mut DirectionalLight>) {
    if look.is_changed() {
        sun.illuminance = look.sun;
    }
}
