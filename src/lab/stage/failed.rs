//! Episodes that fail on a stage which shows no learning run: kept so that a person can ask to see one again.
use super::{Kind, Scene};
use crate::env::Witness;
use crate::run::session::FailedEpisode;
use crate::tick::EnvsState;

/// Episodes that are kept.
const KEPT: usize = 32;

/// Watches all blocks, unless a run watches its own.
pub(super) fn attend(state: &mut EnvsState, kind: Kind) {
    if kind == Kind::Live {
        return;
    }
    let plan = state.plan.clone();
    for block in state.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        block.witness.get_or_insert_with(|| Box::new(Witness::new(&plan, 1)));
    }
}

/// Keeps what failed in this tick.
pub(super) fn gather(state: &mut EnvsState, scene: &mut Scene) {
    let plan = state.plan.clone();
    for block in state.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        let Some(mut witness) = block.witness.take() else { continue };
        let ended = std::mem::take(&mut witness.ended);
        for e in ended.iter().filter(|e| e.failed) {
            let key = e.termination.and_then(|t| plan.terminations.get(t as usize)).map(|t| t.key.clone());
            let episode = FailedEpisode {
                env: block.env(e.lane) as usize,
                termination: key.unwrap_or_else(|| "not_finite".into()),
                costliest: plan.rewards.get(e.costliest as usize).map_or_else(String::new, |r| r.key.clone()),
                command: e.command,
                length_s: e.ticks as f32 * plan.dt,
                postures: witness.postures(e),
                dt: plan.dt,
                ..FailedEpisode::default()
            };
            if scene.failed.len() == KEPT {
                scene.failed.pop_front();
            }
            scene.failed.push_back(episode);
        }
        witness.ended = ended;
        witness.ended.clear();
        block.witness = Some(witness);
    }
}
