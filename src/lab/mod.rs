//! The lab without a window: runs that learn, stages that show their environments, knobs, driving, time, scripts.
//!
//! A Bevy plugin that draws nothing and names no graphics library. It obeys [`LabCommand`]s and keeps [`Lab`], the
//! read model of every panel, up to date; so everything that the window can do is done, and tested, without one.
pub mod clock;
pub mod command;
pub mod model;
pub mod scene;
mod schedule;
mod stage;
pub mod timeline;

pub use command::LabCommand;
pub use model::{Lab, Picked, Stage, Viewer};
pub use schedule::LabSystems;

use crate::tick::ControlTick;
use bevy::prelude::*;

/// Adds the lab.
pub fn plugin(app: &mut App) {
    app.add_plugins(crate::tick::plugin)
        .add_message::<LabCommand>()
        .init_resource::<Lab>()
        .init_resource::<Picked>()
        .init_resource::<Viewer>()
        .init_resource::<timeline::Timeline>()
        .add_plugins((schedule::plugin, clock::plugin, stage::plugin))
        .add_systems(FixedUpdate, |world: &mut World| world.run_schedule(ControlTick));
}
