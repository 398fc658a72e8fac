//! Stages take over the newest policy and knobs of the runs they show.
use super::{Kind, Play, Scene, on_stage, raise};
use crate::lab::training::Training;
use crate::lab::{Lab, LabSystems};
use crate::nn::ActorCritic;
use crate::run::session::Moment;
use crate::task::Plan;
use crate::tick::EnvsState;
use bevy::prelude::*;
use std::sync::Arc;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(RunFixedMainLoop, follow.in_set(LabSystems::Follow));
}

/// Looks at the newest moment of every shown run, once per frame.
pub(in crate::lab) fn follow(world: &mut World) {
    for slot in 0..2 {
        let Some(id) = world.resource::<Lab>().shown[slot].clone() else { continue };
        let Some(moment) = world.resource_mut::<Training>().moment(&id) else { continue };
        match update(world, slot, &moment) {
            Some(true) => {}
            // nothing is shown there, or what is shown cannot become this
            None | Some(false) => raise(world, slot, play_of(&id, moment)),
        }
    }
}

/// Lets a stage take over a moment of its run; `None` without a stage, false if it must be built anew for it.
pub(in crate::lab) fn update(world: &mut World, slot: usize, moment: &Arc<Moment>) -> Option<bool> {
    on_stage(world, slot, |state, stage, scene| {
        let taken = take(state, scene, moment);
        if taken {
            super::list(state, stage, scene, stage.robots.len());
        }
        taken
    })
}

fn play_of(id: &str, moment: Arc<Moment>) -> Play {
    Play {
        plan: moment.plan.clone(),
        policy: moment.policy.clone(),
        seed: moment.seed,
        kind: Kind::Live,
        title: crate::lab::names::title(id),
        moment: Some(moment),
    }
}

/// Takes over a moment; false if the stage must be built anew for it.
fn take(state: &mut EnvsState, scene: &mut Scene, moment: &Arc<Moment>) -> bool {
    if scene.kind != Kind::Live {
        return false;
    }
    if scene.moment.as_ref().is_some_and(|m| Arc::ptr_eq(m, moment)) {
        return true;
    }
    if !Arc::ptr_eq(&state.plan, &moment.plan) && !swap_plan(state, &moment.plan) {
        return false;
    }
    if !scene.previews && !swap_policy(state, &moment.policy) {
        return false;
    }
    scene.cast.update(Some(moment));
    scene.moment = Some(moment.clone());
    true
}

fn swap_policy(state: &mut EnvsState, policy: &ActorCritic) -> bool {
    let shape = |p: &ActorCritic| (p.actor.clone(), p.critic.clone(), p.memory);
    let fits = shape(&state.policy) == shape(policy);
    if fits {
        state.policy.params.clone_from(&policy.params);
        state.policy.normal.clone_from(&policy.normal);
    }
    fits
}

/// Lets the robots live under a plan with other knobs.
fn swap_plan(state: &mut EnvsState, plan: &Arc<Plan>) -> bool {
    let (old, new) = (&state.plan, plan);
    let same = old.env.physics == new.env.physics
        && old.robot == new.robot
        && old.env.num_envs == new.env.num_envs
        && old.wiring == new.wiring
        && old.rewards.len() == new.rewards.len()
        && old.interface() == new.interface();
    if !same {
        return false;
    }
    let redraw = old.env.events.model != new.env.events.model;
    let recommand = old.env.commands != new.env.commands;
    let reground = !Arc::ptr_eq(&old.terrain, &new.terrain) && old.terrain != new.terrain;
    state.plan = plan.clone();
    for block in state.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        if redraw {
            block.redraw_models(plan);
        }
        if recommand {
            block.fit_commands(plan);
        }
        if reground {
            block.set_terrain(plan);
        }
    }
    true
}

/// Shows an older policy of the run on a stage, or its newest again.
pub(in crate::lab) fn preview(world: &mut World, slot: usize, policy: Option<Arc<ActorCritic>>) {
    on_stage(world, slot, |state, _, scene| {
        scene.previews = policy.is_some();
        let newest = scene.moment.as_ref().map(|m| m.policy.clone());
        if let Some(policy) = policy.or(newest) {
            swap_policy(state, &policy);
        }
    });
}

/// Shows a policy that is no run's.
pub(in crate::lab) fn show_policy(world: &mut World, play: Play) {
    world.resource_mut::<Lab>().shown[0] = None;
    raise(world, 0, play);
}
