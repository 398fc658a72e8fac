//! Saving the shown policy for use elsewhere.
use crate::lab::Lab;
use crate::lab::stage::on_stage;
use crate::nn::ActorCritic;
use crate::run::train::policy_checkpoint;
use crate::run::write_atomic;
use crate::task::Plan;
use anyhow::Context;
use bevy::prelude::*;
use std::path::Path;

/// Saves the policy of stage 0 and a description beside it.
pub(super) fn policy(world: &mut World, path: &Path) {
    let shown = on_stage(world, 0, |state, _, scene| {
        let iteration = scene.moment.as_ref().map_or(0, |m| m.iteration);
        (state.plan.clone(), state.policy.clone(), iteration)
    });
    let mut lab = world.resource_mut::<Lab>();
    let Some((plan, policy, iteration)) = shown else {
        lab.warn("There is no policy to export: choose a task or press Train first.");
        return;
    };
    match save(path, &plan, &policy, iteration) {
        Ok(about) => lab.info(format!("Policy saved: {}, described in {about}", path.display())),
        Err(e) => lab.error(format!("The policy was not saved: {e:#}")),
    }
}

fn save(path: &Path, plan: &Plan, policy: &ActorCritic, iteration: u64) -> anyhow::Result<String> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    policy_checkpoint(plan, policy, iteration).save(path)?;
    let about = path.with_extension("txt");
    let text = format!(
        "Policy of task {} ({}), robot {}.\nHidden sizes of the actor: see the tensors; activation ELU.\n\n{}\n\n{plan}",
        plan.name,
        plan.about,
        plan.robot.name,
        plan.interface()
    );
    write_atomic(&about, text.as_bytes())?;
    Ok(about.display().to_string())
}
