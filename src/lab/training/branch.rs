//! A second run from a moment of the first.
use super::shown::close_beside;
use super::start::{Asked, start};
use super::stored::task_of;
use crate::lab::Lab;
use crate::lab::model::Run;
use crate::run::Naming;
use crate::run::session::Start;
use bevy::prelude::*;
use serde_json::Value;
use std::path::PathBuf;

/// Starts the second run from a checkpoint of the first, and shows it beside it.
pub(super) fn branch_from(
    world: &mut World,
    parent: &str,
    iteration: u64,
    checkpoint: PathBuf,
    name: String,
    change: Option<(String, Value)>,
) {
    let (seed, doc) = match task_of(world, parent) {
        Ok(found) => found,
        Err(e) => {
            world.resource_mut::<Lab>().warn(format!("Run {parent} cannot be branched: {e:#}"));
            return;
        }
    };
    close_beside(world);
    let lab = world.resource::<Lab>();
    let from = lab.runs.iter().find(|r| r.id == parent).cloned().unwrap_or_default();
    let mut curves = from.curves.clone();
    curves.truncate(iteration);
    let run = Run {
        task: from.task.clone(),
        name: name.clone(),
        parent: Some((parent.to_owned(), iteration)),
        iteration,
        iterations: from.iterations,
        curves,
        compared: true,
        ..Run::default()
    };
    let start_at = Start::Branch { parent: parent.to_owned(), checkpoint };
    let changes = change.into_iter().collect();
    start(
        world,
        Asked { slot: 1, task: doc, seed, naming: Naming::run(name), start: start_at, changes, run },
    );
}
