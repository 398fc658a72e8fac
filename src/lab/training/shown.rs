//! Which policies of which runs the stages show.
use super::Training;
use super::stored::stored;
use crate::lab::runs::{Load, Reader};
use crate::lab::{Lab, stage};
use crate::nn::ActorCritic;
use bevy::prelude::*;
use std::sync::Arc;

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
    let found = stored(world, &id, Some(iteration));
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

/// A policy that was asked for is read.
pub(in crate::lab) fn loaded(
    world: &mut World,
    slot: usize,
    iteration: u64,
    policy: Result<Arc<ActorCritic>, String>,
) {
    if world.resource::<Training>().preview != Some(iteration) {
        return;
    }
    match policy {
        Ok(policy) => stage::preview(world, slot, Some(policy)),
        Err(e) => world.resource_mut::<Lab>().warn(format!("That moment cannot be shown: {e}")),
    }
}
