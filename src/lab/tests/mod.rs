//! Whole stories without a window.
mod play;
mod props;
mod train;
mod train_more;
mod written;

use super::*;
use crate::task::{self, Plan};
use crate::tick::view::{ShownFrames, Telemetry};
use bevy::time::{TimePlugin, TimeUpdateStrategy};
use std::path::Path;
use std::sync::Arc;

/// A lab whose runs are kept in `logs`; every update is so many control ticks.
pub(in crate::lab) fn lab(logs: &Path, ticks_per_update: u32) -> App {
    let mut app = App::new();
    let options = LabOptions { logs: logs.into(), threads: Some(1), ..LabOptions::default() };
    app.insert_resource(options).add_plugins((TimePlugin, plugin));
    app.insert_resource(TimeUpdateStrategy::FixedTimesteps(ticks_per_update));
    app.world_mut().resource_mut::<Lab>().show.count = 1;
    app.update(); // the first update has no time yet
    app
}

pub(in crate::lab) fn plan(overrides: &[(&str, &str)]) -> Arc<Plan> {
    let owned: Vec<_> = overrides.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    Arc::new(task::compile(task::open("a1_flat", &owned).unwrap()).unwrap())
}

pub(in crate::lab) fn send(app: &mut App, command: LabCommand) {
    app.world_mut().write_message(command);
}

pub(in crate::lab) fn telemetry(app: &mut App, slot: usize) -> Telemetry {
    let mut query = app.world_mut().query::<(&Stage, &Telemetry)>();
    query.iter(app.world()).find(|(s, _)| s.slot == slot).unwrap().1.clone()
}

pub(in crate::lab) fn frames(app: &mut App, slot: usize) -> ShownFrames {
    let mut query = app.world_mut().query::<(&Stage, &ShownFrames)>();
    query.iter(app.world()).find(|(s, _)| s.slot == slot).unwrap().1.clone()
}

pub(in crate::lab) fn stage_of(app: &mut App, slot: usize) -> Option<Stage> {
    let mut query = app.world_mut().query::<&Stage>();
    query.iter(app.world()).find(|s| s.slot == slot).cloned()
}

/// Where a robot's base is.
pub(in crate::lab) fn base(app: &mut App, slot: usize, robot: usize) -> [f32; 3] {
    frames(app, slot).current[robot][0].pos_w
}
