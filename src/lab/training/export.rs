//! Saving the shown policy for use elsewhere.
use crate::lab::Lab;
use crate::lab::stage::on_stage;
use crate::run::export::export_policy;
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
    match export_policy(path, &plan, &policy, iteration) {
        Ok(files) => lab.info(format!(
            "Policy saved: {}, described in {}",
            files.policy.display(),
            files.about.display()
        )),
        Err(e) => lab.error(format!("The policy was not saved: {e:#}")),
    }
}
