//! What is known of a run without its thread.
use super::{LabOptions, Training};
use crate::config::{self, Document};
use crate::lab::Lab;
use crate::run::RunFolder;
use bevy::prelude::*;
use std::path::PathBuf;

/// The stored task of a run and one of its checkpoints: at or before an iteration, or the newest.
pub(super) fn stored(
    world: &World,
    id: &str,
    iteration: Option<u64>,
) -> anyhow::Result<(Document, u64, PathBuf)> {
    let lab = world.resource::<Lab>();
    let known = lab.runs.iter().find(|r| r.id == id).map(|r| r.folder.clone());
    let path =
        known.filter(|p| !p.as_os_str().is_empty()).unwrap_or(world.resource::<LabOptions>().logs.join(id));
    let folder = RunFolder::open(path)?;
    let doc = config::load(&folder.file("config.ron"))?;
    let mut all = folder.checkpoints()?;
    if let Some(asked) = iteration {
        all.retain(|(i, _)| *i <= asked);
    }
    let (iteration, path) = all.pop().ok_or_else(|| {
        anyhow::anyhow!(
            "run {id} has no checkpoint{}",
            iteration.map_or(String::new(), |i| format!(" at or before iteration {i}"))
        )
    })?;
    Ok((doc, iteration, path))
}

/// Seed and task, with its knobs as they are, of a run.
pub(super) fn task_of(world: &mut World, id: &str) -> anyhow::Result<(u64, Document)> {
    if let Some(moment) = world.resource_mut::<Training>().moment(id) {
        return Ok((moment.seed, moment.plan.doc.clone()));
    }
    let (doc, ..) = stored(world, id, None)?;
    Ok((1, doc))
}
