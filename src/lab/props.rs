//! The things of a scene and the engine that knows them: what a person asks of both.
use super::scene::Scene;
use super::stage::{self, Furniture, Kind, Play, on_stage};
use super::{Lab, LabCommand};
use crate::config::Origin;
use crate::physics::rapier::PlayWorld;
use crate::physics::{Engine, PropPull};
use crate::task;
use bevy::prelude::World;
use std::sync::Arc;

/// Puts a scene's things around whatever is shown on stage 0 from now on.
pub fn furnish(world: &mut World, scene: &Scene) {
    let props = scene.props.iter().map(|prop| prop.body()).collect();
    *world.resource_mut::<Furniture>() = Furniture::new(props);
}

/// Obeys what concerns things and engine.
pub(super) fn obey(world: &mut World, command: &LabCommand) {
    let done = match *command {
        LabCommand::DragProp { prop, grip, target_w } => {
            let pull = target_w.map(|target_w| PropPull { prop, grip, target_w });
            play_world(world, |w| w.pull(pull))
        }
        LabCommand::PushProp { prop, at_w, impulse_w } => {
            play_world(world, |w| w.push(prop, at_w, impulse_w))
        }
        LabCommand::PutBackProps => play_world(world, |w| {
            w.put_back();
            true
        }),
        LabCommand::SetEngine(engine) => {
            set_engine(world, engine);
            Some(true)
        }
        _ => Some(true),
    };
    if let Some(text) = match done {
        None => Some(
            "There is nothing to be moved: things are bodies where rapier plays a policy in a scene that has some.",
        ),
        Some(false) => Some(
            "That thing does not exist, has no mass (so that it cannot be moved), or is not pulled with numbers.",
        ),
        Some(true) => None,
    } {
        world.resource_mut::<Lab>().warn(text);
    }
}

/// Works on the world of stage 0, if it is one to play in with things in it.
fn play_world<R>(world: &mut World, work: impl FnOnce(&mut PlayWorld) -> R) -> Option<R> {
    on_stage(world, 0, |state, _, _| {
        let play = state.teams.first_mut()?.blocks.first_mut()?.sim.play_world()?;
        let has_things = play.poses().next().is_some();
        has_things.then(|| work(play))
    })?
}

/// Shows what stage 0 shows again, computed by another engine.
fn set_engine(world: &mut World, engine: Engine) {
    let shown = on_stage(world, 0, |state, stage, scene| Play {
        plan: state.plan.clone(),
        policy: Arc::new(state.policy.clone()),
        seed: state.teams.first().and_then(|t| t.blocks.first()).map_or(0, |b| b.seed()),
        kind: scene.kind,
        title: stage.title.clone(),
        moment: scene.moment.clone(),
    });
    let Some(play) = shown else { return };
    if play.plan.env.physics.engine == engine {
        return;
    }
    if play.kind == Kind::Live {
        let text =
            "A run keeps the engine in which it learns. Stop it, and its policy can be shown in another one.";
        return world.resource_mut::<Lab>().warn(text);
    }
    let mut doc = play.plan.doc.clone();
    let value = serde_json::to_value(engine).unwrap_or_default();
    let changed = doc.set("env.physics.engine", value, Origin::Argument("the panel Physics".into()));
    match changed.map_err(crate::config::ConfigErrors::from).and_then(|()| task::compile(doc)) {
        Ok(plan) => stage::raise(world, 0, Play { plan: Arc::new(plan), ..play }),
        Err(e) => world.resource_mut::<Lab>().error(format!("The task cannot be played in that engine: {e}")),
    }
}
