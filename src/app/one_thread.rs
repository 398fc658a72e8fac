//! Runs the systems of the window one after the other. All of them together take less than a millisecond, while handing
//! them to a pool costs several thread switches per system: beside a run that keeps every core busy, about half of the
//! window's processor time went there.
use bevy::ecs::schedule::{Schedules, SingleThreadedExecutor};
use bevy::prelude::*;
use bevy::render::RenderApp;

/// To be added after everything that adds schedules.
pub(super) struct OneThread;

impl Plugin for OneThread {
    fn build(&self, _: &mut App) {}

    // later, drawing may have moved to a thread of its own
    fn finish(&self, app: &mut App) {
        one_thread(app.world_mut());
        if let Some(render) = app.get_sub_app_mut(RenderApp) {
            one_thread(render.world_mut());
        }
    }
}

fn one_thread(world: &mut World) {
    for (_, schedule) in world.resource_mut::<Schedules>().iter_mut() {
        schedule.set_executor(SingleThreadedExecutor::new());
    }
}
