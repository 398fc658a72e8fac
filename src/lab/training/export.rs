//! Saving the shown policy, or a whole checkpoint of the run, for use elsewhere.
use super::stored::stored;
use super::{Ask, Training};
use crate::lab::Lab;
use crate::lab::stage::on_stage;
use crate::run::export::{export_checkpoint, export_policy};
use bevy::prelude::*;
use std::path::Path;

/// Saves the policy of stage 0 and a description beside it.
pub(super) fn policy(world: &mut World, path: &Path) {
    let shown = on_stage(world, 0, |state, _, scene| {
        (state.plan.clone(), state.policy.clone(), scene.moment.as_ref().map_or(0, |m| m.iteration))
    });
    let mut lab = world.resource_mut::<Lab>();
    let Some((plan, policy, iteration)) = shown else {
        lab.warn("There is no policy to export: choose a task or press Train first.");
        return;
    };
    match export_policy(path, &plan, &policy, iteration) {
        Ok(done) => {
            let (policy, about) = (done.policy.display(), done.about.display());
            let check = done.agreement.map_or(String::new(), |found| {
                format!(
                    " Run on {} inputs, its actions differ by at most {:.1e}.",
                    found.samples, found.difference
                )
            });
            lab.info(format!("Policy saved: {policy}, described in {about}.{check}"));
        }
        Err(e) => lab.error(format!("The policy was not saved: {e:#}")),
    }
}

/// Saves a checkpoint of the shown run: as it is now while it learns, otherwise its newest.
pub(super) fn checkpoint(world: &mut World, path: &Path) {
    let Some(id) = world.resource::<Lab>().shown[0].clone() else {
        world
            .resource_mut::<Lab>()
            .warn("There is no run whose checkpoint could be saved: press Train first.");
        return;
    };
    let ask = Ask::Export(path.to_owned());
    if world.resource_mut::<Training>().save(&id, Some(path.to_owned()), ask) {
        return;
    }
    let copied = stored(world, &id, None)
        .and_then(|(_, iteration, from)| export_checkpoint(&from, path).map(|_| iteration));
    let mut lab = world.resource_mut::<Lab>();
    match copied {
        Ok(i) => lab.info(format!("Checkpoint of iteration {i} saved: {}", path.display())),
        Err(e) => lab.error(format!("The checkpoint was not saved: {e:#}")),
    }
}
