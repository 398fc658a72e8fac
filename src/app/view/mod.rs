//! The three-dimensional view, the same in the window and in recordings: ground, sky, light, robots, marks, camera.
//! Axes are the simulation's: z up, metres.
mod body;
pub(super) mod camera;
pub(super) mod coarse;
mod field;
mod ground;
mod herd;
mod herd_material;
mod letters;
mod light;
mod lines;
mod marks;
#[cfg(test)]
mod pictures_tests;
pub(super) mod pointer;
pub(super) mod props;
mod scene;
mod shapes;
mod sky;
pub(super) mod stages;
mod tint;

use bevy::prelude::*;

/// Puts cameras and marks in place after everything that moves them, before transforms spread.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LateSystems;

/// Everything but the mouse, which is in [`pointer::plugin`].
pub(super) fn plugin(app: &mut App) {
    app.configure_sets(PostUpdate, LateSystems.before(TransformSystems::Propagate)).add_plugins((
        super::window::plugin,
        scene::plugin,
        herd_material::plugin,
        ground::plugin,
        sky::plugin,
        light::plugin,
        coarse::plugin,
        herd::plugin,
        marks::plugin,
        props::plugin,
        lines::plugin,
        camera::plugin,
    ));
}
