//! The looks of the two themes: air, ground, light. Everything that is coloured here changes when the theme does.
use crate::app::window::WindowState;
use crate::lab::LabSystems;
use crate::lab::command::Theme;
use bevy::light::EnvironmentMapLight;
use bevy::prelude::*;

/// A camera that shows the scene and is moved by the rig.
#[derive(Component, Clone, Copy, Debug, Default)]
pub(in crate::app) struct SceneCamera;

/// Colours and light of a theme.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    /// The air at the horizon, into which everything far away fades.
    pub horizon: Color,
    /// The sky overhead.
    pub zenith: Color,
    /// The floor.
    pub ground: Color,
    /// Lines of the grid.
    pub line: Color,
    /// Light of the sun, lux.
    pub sun: f32,
    /// Light of the sky, cd/m².
    pub sky: f32,
    /// How thick the air is, 1/m.
    pub fog: f32,
}

/// For evenings and films.
pub(super) const DARK: Look = Look {
    horizon: Color::srgb(0.30, 0.345, 0.395),
    zenith: Color::srgb(0.105, 0.122, 0.145),
    ground: Color::srgb(0.215, 0.242, 0.278),
    line: Color::srgb(0.36, 0.40, 0.455),
    sun: 6_000.0,
    sky: 1_900.0,
    fog: 0.04,
};

/// For bright rooms and papers.
pub(super) const LIGHT: Look = Look {
    horizon: Color::srgb(0.80, 0.85, 0.905),
    zenith: Color::srgb(0.50, 0.645, 0.83),
    ground: Color::srgb(0.555, 0.585, 0.62),
    line: Color::srgb(0.36, 0.395, 0.44),
    sun: 6_500.0,
    sky: 2_300.0,
    fog: 0.03,
};

/// Look of a theme.
pub(super) fn look(theme: Theme) -> Look {
    match theme {
        Theme::Dark => DARK,
        Theme::Light => LIGHT,
    }
}

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(DARK).add_systems(Update, (choose, breathe).chain().in_set(LabSystems::Draw));
}

fn choose(window: Res<WindowState>, mut current: ResMut<Look>) {
    current.set_if_neq(look(window.theme));
}

/// Gives cameras the air and the sky of the look.
fn breathe(
    look: Res<Look>,
    mut cameras: Query<(Ref<SceneCamera>, &mut DistanceFog, &mut EnvironmentMapLight)>,
) {
    for (camera, mut fog, mut sky) in &mut cameras {
        if look.is_changed() || camera.is_added() {
            fog.color = look.horizon;
            fog.falloff = FogFalloff::ExponentialSquared { density: look.fog };
            sky.intensity = look.sky;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_can_be_seen_on_both_floors() {
        for look in [DARK, LIGHT] {
            let difference = look.line.to_linear().luminance() - look.ground.to_linear().luminance();
            let brighter = look.line.to_linear().luminance().max(look.ground.to_linear().luminance());
            assert!(difference.abs() / brighter > 0.3, "{look:?}");
        }
    }
}
