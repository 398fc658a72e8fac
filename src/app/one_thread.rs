//! Runs the systems of the window one after the other. All of them together take less than a millisecond, while handing
//! them to a pool costs several thread switches per system: beside a run that keeps every core busy, two thirds of the
//! window's processor time went there.
use bevy::ecs::schedule::{Schedules, SingleThreadedExecutor};
use bevy::prelude::*;

/// To be added after everything that adds schedules. Drawing keeps its own executor.
pub(super) struct OneThread;

impl Plugin for OneThread {
    fn build(&self, _: &mut App) {}

    fn cleanup(&self, app: &mut App) {
        let mut schedules = app.world_mut().resource_mut::<Schedules>();
        for (_, schedule) in schedules.iter_mut() {
            schedule.set_executor(SingleThreadedExecutor::new());
        }
    }
}
