//! What a person asks of runs.
use super::start::{self, Asked};
use super::{Ask, Training, run_mut};
use crate::lab::model::Run;
use crate::lab::runs::{Load, Reader};
use crate::lab::{Lab, LabCommand, stage};
use crate::run::session::{Order, Start};
use bevy::prelude::*;
use serde_json::Value;
use std::path::PathBuf;

/// Obeys what concerns training.
pub(in crate::lab) fn obey(world: &mut World, command: &LabCommand) {
    use LabCommand as C;
    match command {
        C::Train { seed } => start::train(world, *seed),
        C::ResumeRun { run, iteration } => start::resume(world, run, *iteration),
        C::LoadRun { run, iteration } => start::load(world, run, *iteration),
        C::PauseTraining(on) => order(world, "pause", Order::Pause(*on)),
        C::StopTraining => order(world, "stop", Order::Stop),
        C::GoBack { iteration } => {
            preview(world, None);
            order(world, "go back", Order::GoBack(*iteration));
        }
        C::SetKnob { key, value } => {
            order(world, "turn a knob", Order::Set { key: key.clone(), value: value.clone() });
        }
        C::UndoChange(id) => order(world, "undo a change", Order::Undo(*id)),
        C::SaveVariant { name } => order(world, "save a variant", Order::SaveVariant { name: name.clone() }),
        C::Branch { name, change } => branch(world, name, change.clone()),
        C::Preview(iteration) => preview(world, *iteration),
        C::Compare { run, on } => {
            if let Some(run) = run_mut(&mut world.resource_mut::<Lab>(), run) {
                run.compared = *on;
            }
        }
        C::CloseBeside => close_beside(world),
        C::ExportCheckpoint(path) => super::export::checkpoint(world, path),
        C::LoadPolicy(path) => start::load_file(world, path),
        C::ExportPolicy(path) => super::export::policy(world, path),
        _ => {}
    }
}

/// Gives an order to the shown run; what has no thread cannot obey.
fn order(world: &mut World, what: &str, order: Order) {
    let id = world.resource::<Lab>().shown[0].clone();
    let sent = id.is_some_and(|id| world.resource_mut::<Training>().send(&id, order));
    if !sent {
        let text = format!("There is no learning run to {what}: press Train, or resume a run from the list.");
        world.resource_mut::<Lab>().warn(text);
    }
}

fn branch(world: &mut World, name: &str, change: Option<(String, Value)>) {
    let Some(id) = world.resource::<Lab>().shown[0].clone() else {
        world.resource_mut::<Lab>().warn("There is no run to branch from: press Train first.");
        return;
    };
    let ask = Ask::Branch { name: name.to_owned(), change: change.clone() };
    if world.resource_mut::<Training>().save(&id, None, ask) {
        return;
    }
    match start::stored(world, &id, None) {
        Ok((_, iteration, path)) => branch_from(world, &id, iteration, path, name.to_owned(), change),
        Err(e) => world.resource_mut::<Lab>().warn(format!("Run {id} cannot be branched: {e:#}")),
    }
}

/// Starts the second run from a checkpoint of the first, and shows it beside it.
pub(super) fn branch_from(
    world: &mut World,
    parent: &str,
    iteration: u64,
    checkpoint: PathBuf,
    name: String,
    change: Option<(String, Value)>,
) {
    let (seed, doc) = match super::events::task_of(world, parent) {
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
    start::start(world, Asked { slot: 1, task: doc, seed, run_name: name, start: start_at, changes, run });
}

/// Shows only the first of two runs; the second goes on learning.
pub(super) fn close_beside(world: &mut World) {
    world.resource_mut::<Lab>().shown[1] = None;
    stage::strike(world, 1);
    let mut picked = world.resource_mut::<crate::lab::Picked>();
    if picked.stage == 1 {
        *picked = crate::lab::Picked::default();
    }
}

/// Shows the policy of a checkpoint of the shown run; `None` shows its newest.
pub(super) fn preview(world: &mut World, iteration: Option<u64>) {
    let Some(iteration) = iteration else {
        preview_ends(world);
        return;
    };
    let lab = world.resource::<Lab>();
    let Some(id) = lab.shown[0].clone() else { return };
    let Some(plan) = lab.plan.clone() else { return };
    let mut training = world.resource_mut::<Training>();
    if let Some(policy) = training.find(&id).and_then(|live| live.session.policy_at(iteration)) {
        training.preview = Some(iteration);
        stage::preview(world, 0, Some(policy));
        return;
    }
    let found = start::stored(world, &id, Some(iteration));
    match found {
        Ok((_, iteration, path)) => {
            let mut training = world.resource_mut::<Training>();
            if training.preview == Some(iteration) {
                return;
            }
            training.preview = Some(iteration);
            if let Some(reader) = world.get_resource::<Reader>() {
                reader.load(Load { slot: 0, iteration, path, plan });
            }
        }
        Err(e) => world.resource_mut::<Lab>().warn(format!("That moment cannot be shown: {e:#}")),
    }
}

/// Shows the newest policy again.
pub(in crate::lab) fn preview_ends(world: &mut World) {
    if world.resource_mut::<Training>().preview.take().is_some() {
        stage::preview(world, 0, None);
    }
}
