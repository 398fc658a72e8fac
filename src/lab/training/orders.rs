//! What a person asks of runs.
use super::branch::branch_from;
use super::shown::{close_beside, preview};
use super::stored::stored;
use super::{Ask, Training, run_mut, start};
use crate::lab::{Lab, LabCommand};
use crate::run::session::Order;
use bevy::prelude::*;
use serde_json::Value;

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
    match stored(world, &id, None) {
        Ok((_, iteration, path)) => branch_from(world, &id, iteration, path, name.to_owned(), change),
        Err(e) => world.resource_mut::<Lab>().warn(format!("Run {id} cannot be branched: {e:#}")),
    }
}
