//! The list of runs: those of this process first, then the folders of earlier ones, read by a thread of its own so that
//! no disk can hold up the window.
mod read;
mod reader;
mod sweeps;

pub(super) use reader::{Found, Load, Reader};

use super::model::Run;
use super::{Lab, LabSystems};
use crate::run::session::RunState;
use bevy::prelude::*;
use std::collections::BTreeSet;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Seen>()
        .add_systems(Startup, start)
        .add_systems(RunFixedMainLoop, listen.in_set(LabSystems::Read));
}

/// Runs whose folders have been seen.
#[derive(Resource, Default)]
struct Seen(BTreeSet<String>);

fn start(world: &mut World) {
    let logs = world.resource::<super::LabOptions>().logs.clone();
    world.insert_resource(Reader::start(logs));
}

/// Takes over what the reader found.
fn listen(world: &mut World) {
    let Some(mut reader) = world.get_resource_mut::<Reader>() else { return };
    for found in reader.found() {
        match found {
            Found::Runs { all, changed } => {
                world.resource_scope(|world, mut seen: Mut<Seen>| {
                    merge(&mut world.resource_mut::<Lab>(), &mut seen.0, &all, changed);
                });
            }
            Found::Sweeps(sweeps) => world.resource_mut::<Lab>().sweeps = sweeps,
            Found::Policy { slot, iteration, policy } => {
                super::training::loaded(world, slot, iteration, policy);
            }
        }
    }
}

/// Brings the list up to date: `all` runs that have a folder, newest first, and those whose files changed.
fn merge(lab: &mut Lab, seen: &mut BTreeSet<String>, all: &[String], changed: Vec<Run>) {
    for run in changed {
        match lab.runs.iter_mut().find(|r| r.id == run.id) {
            // what this process trains or trained is known better than from its files
            Some(own) if own.state != RunState::Stored => own.checkpoints = run.checkpoints,
            Some(stored) => *stored = Run { compared: stored.compared, ..run },
            None => lab.runs.push(run),
        }
    }
    let is_there: BTreeSet<&String> = all.iter().collect();
    let mut notes = vec![];
    lab.runs.retain_mut(|run| {
        if is_there.contains(&run.id) {
            run.trouble = None;
            return true;
        }
        let used = run.compared || lab.shown.iter().flatten().any(|s| *s == run.id);
        if !seen.contains(&run.id) || (run.state == RunState::Stored && !used) {
            return run.state != RunState::Stored;
        }
        if run.trouble.is_none() {
            let folder = run.folder.display();
            let live = run.state.is_live();
            notes.push(if live {
                format!("The folder of run {} is gone: {folder}. Training goes on; branch from it to have what comes next in a new folder.", run.name)
            } else {
                format!("The folder of run {} is gone: {folder}. What is shown stays until something else is shown.", run.name)
            });
            run.checkpoints.clear();
            run.trouble = Some(format!("its folder is gone: {folder}"));
        }
        true
    });
    notes.into_iter().for_each(|n| lab.warn(n));
    seen.extend(all.iter().cloned());
    let place = |id: &String| all.iter().position(|a| a == id).unwrap_or(0);
    lab.runs.sort_by_cached_key(|r| {
        // live ones first, then those that ended here and stored ones by age
        (!r.state.is_live(), if r.state.is_live() { 0 } else { place(&r.id) })
    });
}
