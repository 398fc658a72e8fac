//! Rollouts and updates whose device may be lost: then policy, learner and environments are what they were before the iteration, or the
//! native learner does what the device did not.
use super::components::{EnvsState, LearnerState, Lost};
use crate::learn::native::NativeGradient;
use crate::learn::{OnDeviceLoss, Spent, UpdateStats, collect, collect_together};
use crate::nn::Checkpoint;

/// Fills the rollout; `None` when the device of the networks is lost and nobody takes over, everything as before.
pub(super) fn rollout(e: &mut EnvsState, l: &mut LearnerState) -> Option<Spent> {
    let EnvsState { teams, plan, policy, .. } = &mut *e;
    let filled = match l.ppo.networks(policy, &l.rollout) {
        Ok(None) => Ok(collect(teams, plan, policy, &mut l.rollout)),
        Ok(Some(networks)) => collect_together(teams, plan, policy, &mut l.rollout, networks),
        Err(why) => Err(why),
    };
    e.ticks += l.rollout.horizon as u64;
    l.filled = l.rollout.horizon;
    match filled {
        Ok(spent) => Some(spent),
        Err(why) => {
            let went_on = l.on_device_loss == OnDeviceLoss::Fallback;
            l.lost = Some(Lost { why, iteration: l.iteration + 1, went_on });
            l.ppo.set_backend(Box::new(NativeGradient::new()));
            undo(e, l);
            if went_on { rollout(e, l) } else { None }
        }
    }
}

/// Improves the policy with the rollout; `None` when the device is lost and nobody takes over, everything as before the rollout.
pub(super) fn update(e: &mut EnvsState, l: &mut LearnerState) -> Option<UpdateStats> {
    let before = l.ppo.can_be_lost().then(|| {
        let mut state = Checkpoint::default();
        l.ppo.save_state(&mut state);
        (e.policy.clone(), state)
    });
    let why = match l.ppo.update(&mut e.policy, &l.rollout) {
        Ok(stats) => return Some(stats),
        Err(why) => why,
    };
    let iteration = l.iteration + 1;
    let lost = |went_on| Some(Lost { why: why.clone(), iteration, went_on });
    let is_whole = before.is_some_and(|(policy, state)| {
        e.policy = policy;
        l.ppo.load_state(&state).is_ok()
    });
    l.ppo.set_backend(Box::new(NativeGradient::new()));
    // gradients through time are libtorch's alone
    if is_whole
        && l.on_device_loss == OnDeviceLoss::Fallback
        && e.policy.memory.is_none()
        && let Ok(stats) = l.ppo.update(&mut e.policy, &l.rollout)
    {
        l.lost = lost(true);
        return Some(stats);
    }
    l.lost = lost(false);
    undo(e, l);
    None
}

/// Puts the environments back to where the rollout began.
fn undo(e: &mut EnvsState, l: &mut LearnerState) {
    let blocks = e.teams.iter_mut().flat_map(|t| &mut t.blocks);
    for (block, saved) in blocks.zip(&l.before) {
        // what a block wrote it can read
        let _ = block.restore(saved);
        block.episodes.take();
        block.troubles.take();
    }
    e.ticks -= l.filled as u64;
    l.filled = 0;
}
