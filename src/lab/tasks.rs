//! The tasks that can be trained, and the policies that are shipped with them.
use super::Lab;
use super::model::TaskInfo;
use super::stage::{self, Kind, Play};
use super::training::{self, Chosen, Training};
use crate::config;
use crate::nn::{ActorCritic, NetworkCfg};
use crate::run::train::load_policy;
use crate::task::{self, Plan};
use bevy::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// Lists all tasks.
pub(super) fn list(lab: &mut Lab) {
    let folder = config::root().join("configs/tasks");
    lab.tasks = config::names_in(&folder)
        .into_iter()
        .map(|name| {
            let doc = config::load(&folder.join(format!("{name}.ron")));
            let about = match &doc {
                Ok(doc) => doc.get("about").as_str().unwrap_or_default().to_owned(),
                Err(e) => format!("cannot be used: {e}"),
            };
            TaskInfo { has_policy: shipped(&name).exists(), about, name }
        })
        .collect();
}

fn shipped(task: &str) -> PathBuf {
    config::root().join("assets/policies").join(task).join("policy.safetensors")
}

/// Opens a task, or says what is wrong with it.
pub(super) fn open(world: &mut World, name: &str) -> Option<Arc<Plan>> {
    match task::open(name, &[]).and_then(task::compile) {
        Ok(plan) => Some(Arc::new(plan)),
        Err(e) => {
            let text = format!("Task {name} cannot be used; mend this and choose it again:\n{e}");
            world.resource_mut::<Lab>().error(text);
            None
        }
    }
}

/// Chooses a task: shows its policy and its knobs, unless a run is learning on the stage.
pub(super) fn choose(world: &mut World, name: &str) {
    let Some(plan) = open(world, name) else { return };
    world.resource_mut::<Training>().chosen = Some(Chosen::File(name.to_owned()));
    let mut lab = world.resource_mut::<Lab>();
    lab.task = plan.name.clone();
    if !training::is_live(world, 0) {
        training::preview_ends(world);
        let (policy, title) = policy_of(world, &plan);
        put(world, plan, policy, title);
    }
}

/// Shows a policy on stage 0, driven by a person; its task, as it is, is chosen.
pub fn play(world: &mut World, plan: Arc<Plan>, policy: ActorCritic, title: String) {
    world.resource_mut::<Training>().chosen = Some(Chosen::Document(Box::new(plan.doc.clone())));
    put(world, plan, policy, title);
}

/// As [`play`], without choosing the task for training.
pub(super) fn put(world: &mut World, plan: Arc<Plan>, policy: ActorCritic, title: String) {
    {
        let mut lab = world.resource_mut::<Lab>();
        lab.task = plan.name.clone();
        lab.knobs = Arc::new(training::knobs(&plan));
        lab.knobs_live = false;
    }
    let policy = Arc::new(policy);
    stage::show_policy(world, Play { plan, policy, seed: 0, kind: Kind::Policy, title, moment: None });
}

/// The shipped policy, or one that has learned nothing and stands.
fn policy_of(world: &mut World, plan: &Plan) -> (ActorCritic, String) {
    let path = shipped(&plan.name);
    if path.exists() {
        match load_policy(&path, plan) {
            Ok(policy) => return (policy, format!("{} · shipped policy", plan.name)),
            Err(e) => world.resource_mut::<Lab>().warn(format!("The shipped policy cannot be shown: {e:#}")),
        }
    }
    let cfg = NetworkCfg { init_std: 0.1, ..NetworkCfg::default() };
    let policy = ActorCritic::for_sizes(&cfg, plan.sizes(), 0);
    (policy, format!("{} · not trained yet", plan.name))
}
