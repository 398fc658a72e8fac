//! The three-dimensional view, the same in the window and in recordings: ground, sky, light, robots, marks, camera.
//! Axes are the simulation's: z up, metres.
pub(super) mod camera;
mod ground;
mod light;
mod materials;
mod overlay;
mod robot;
mod shapes;
mod sky;

use bevy::prelude::*;

/// Colour of the air at the horizon, into which everything far away fades.
pub(super) const HORIZON: Color = Color::srgb(0.205, 0.245, 0.285);

/// Which of the shown robots is marked and followed.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Picked(pub usize);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Picked>().add_plugins((
        materials::plugin,
        ground::plugin,
        sky::plugin,
        light::plugin,
        robot::plugin,
        overlay::plugin,
        camera::plugin,
    ));
}
