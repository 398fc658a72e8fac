//! The Bevy layer of the control tick: its schedule, the components it works on, and thin systems. Names `bevy_ecs`
//! and `bevy_app` only; never draws. Entities are batches of environments, not robots.

mod components;
mod lost;
mod schedule;
mod systems;
pub mod view;

pub use components::{Envs, EnvsState, Learner, LearnerState, Lost};

pub use schedule::{ControlTick, TickSystems};
pub use systems::learn_fast;

use bevy::prelude::*;

/// Adds the control tick.
pub fn plugin(app: &mut App) {
    app.add_plugins((schedule::plugin, systems::plugin));
}

#[cfg(test)]
mod tests;
