//! The mouse in the view: a click on a robot marks it, a double click follows it, a drag that begins on a robot pulls
//! at it; a click on a thing pushes it, a drag that begins on one pulls at it; a drag elsewhere turns the view.
mod force;
mod gesture;
mod hit;
mod systems;
#[cfg(test)]
mod tests;

pub(in crate::app) use gesture::{Grip, Target};
pub(in crate::app) use systems::plugin;

use bevy::prelude::*;

/// What is under the mouse.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::app) struct Hovered(pub Option<UnderMouse>);

/// A link of a shown robot, or a thing that can be moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) struct UnderMouse {
    /// What it is.
    pub what: What,
    /// Where the mouse is in the window, logical pixels.
    pub cursor: Vec2,
}

/// See [`UnderMouse`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) enum What {
    /// A robot.
    Robot {
        /// Stage.
        stage: usize,
        /// Robot on it.
        robot: usize,
        /// Link of the robot.
        link: usize,
    },
    /// A thing of the scene.
    Prop {
        /// Its number.
        prop: usize,
        /// Where the mouse meets it, world, m.
        at_w: Vec3,
        /// The same in the frame of the thing.
        grip: Vec3,
    },
}
