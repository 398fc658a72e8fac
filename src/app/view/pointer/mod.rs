//! The mouse in the view: a click on a robot marks it, a double click follows it, a drag that begins on a robot pulls
//! at it, a drag elsewhere turns the view.
mod force;
mod gesture;
mod hit;
mod systems;

pub(in crate::app) use gesture::Grip;
pub(in crate::app) use systems::plugin;

use bevy::prelude::*;

/// What is under the mouse.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::app) struct Hovered(pub Option<UnderMouse>);

/// A link of a shown robot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) struct UnderMouse {
    /// Stage.
    pub stage: usize,
    /// Robot on it.
    pub robot: usize,
    /// Link of the robot.
    pub link: usize,
    /// Where the mouse is in the window, logical pixels.
    pub cursor: Vec2,
}
