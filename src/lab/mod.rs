//! The lab without a window: runs that learn, stages that show their environments, knobs, driving, time, scripts.
//!
//! A Bevy plugin that draws nothing and names no graphics library. It obeys [`LabCommand`]s and keeps [`Lab`], the
//! read model of every panel, up to date; so everything that the window can do is done, and tested, without one.
pub mod clock;
pub mod command;
mod drive;
pub mod model;
mod names;
mod notes;
mod obey;
mod prop;
mod props;
mod replay;
mod rewind;
mod runs;
pub mod scene;
mod schedule;
pub mod script_player;
pub mod scripts;
mod sights;
mod stage;
mod tasks;
#[cfg(test)]
mod tests;
pub mod timeline;
mod training;

pub use command::LabCommand;
pub use model::{Lab, Picked, Stage, Viewer};
pub use props::furnish;
pub use schedule::LabSystems;
pub use tasks::play;
pub use training::{LabOptions, LearningTime};

use crate::tick::ControlTick;
use bevy::prelude::*;

/// Adds the lab.
pub fn plugin(app: &mut App) {
    app.add_plugins(crate::tick::plugin)
        .add_message::<LabCommand>()
        .init_resource::<Lab>()
        .init_resource::<Picked>()
        .init_resource::<Viewer>()
        .add_plugins((schedule::plugin, clock::plugin, obey::plugin, drive::plugin, stage::plugin))
        .add_plugins((training::plugin, runs::plugin, rewind::plugin, replay::plugin, scripts::plugin))
        .add_systems(Startup, |mut lab: ResMut<Lab>| tasks::list(&mut lab))
        .add_systems(FixedUpdate, |world: &mut World| world.run_schedule(ControlTick));
}
