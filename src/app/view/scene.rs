//! The looks of the two themes: air, ground, light. Everything that is coloured here changes when the theme does.
use super::camera::SceneCamera;
use crate::app::window::WindowState;
use crate::lab::LabSystems;
use crate::lab::command::Theme;
use bevy::light::EnvironmentMapLight;
use bevy::prelude::*;

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
    ground: Color::srgb(0.205, 0.235, 0.275),
    line: Color::srgb(0.385, 0.43, 0.485),
    sun: 6_500.0,
    sky: 1_400.0,
    fog: 0.04,
};

/// For bright rooms and papers.
pub(super) const LIGHT: Look = Look {
    horizon: Color::srgb(0.925, 0.94, 0.955),
    zenith: Color::srgb(0.72, 0.79, 0.865),
    ground: Color::srgb(0.70, 0.725, 0.75),
    line: Color::srgb(0.50, 0.54, 0.59),
    sun: 8_500.0,
    sky: 2_600.0,
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
