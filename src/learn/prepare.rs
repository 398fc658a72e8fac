//! From a full rollout to what the gradient sees: observations as the networks see them, values and returns in the
//! critic's own unit, mirror images. And what normalisation learns of the rollout, for the next one.
use super::Rollout;
use crate::crew;
use crate::lane::{Lane, Wide};
use crate::nn::{ActorCritic, Batch, Running};
use crate::robot::Mirrored;
use crate::task::Mirror;

/// Tiles that a thread takes at a time.
const PIECE: usize = 64;

/// What normalisation learns of a rollout.
#[derive(Default)]
pub struct Lesson {
    obs: Vec<Batch>,
    critic_obs: Vec<Batch>,
    returns: Vec<Batch>,
}

impl Lesson {
    /// Lets the policy take it in; after its update, so that all of a rollout is seen in the same way.
    pub fn learn(self, policy: &mut ActorCritic) {
        policy.learn_normal(self.obs, self.critic_obs, self.returns);
    }
}

/// Makes a rollout with returns ready for [`Ppo::update`](super::Ppo::update). With `mirror`, the mirror images of what the
/// actor saw come beside it. Does nothing at all without normalisation and mirror.
pub fn prepare(rollout: &mut Rollout, policy: &ActorCritic, mirror: Option<&Mirror>) -> Lesson {
    let normal = &policy.normal;
    let per_block = |running: &Option<Running>, values: &[Wide]| match running {
        None => vec![],
        Some(running) => {
            let values = values.chunks(rollout.horizon * running.width());
            let weights = rollout.sample_weight.chunks(rollout.horizon);
            let mut work: Vec<_> = values.zip(weights).map(|(v, w)| (v, w, Batch::default())).collect();
            crew::each_mut(&mut work, |_, (v, w, out)| *out = running.batch(v, w));
            work.into_iter().map(|(_, _, out)| out).collect()
        }
    };
    let lesson = Lesson {
        obs: per_block(&normal.obs, &rollout.obs),
        critic_obs: per_block(&normal.critic_obs, &rollout.critic_obs),
        returns: per_block(&normal.returns, &rollout.returns),
    };
    match mirror {
        Some(mirror) => reflect_all(rollout, mirror),
        None => rollout.mirror_obs.clear(),
    }
    let piece = |running: &Running| PIECE * running.width();
    if let Some(running) = &normal.obs {
        for all in [&mut rollout.obs, &mut rollout.mirror_obs] {
            crew::each_chunk_mut(all, piece(running), |_, part| running.apply_to(part));
        }
    }
    if let Some(running) = &normal.critic_obs {
        crew::each_chunk_mut(&mut rollout.critic_obs, piece(running), |_, part| running.apply_to(part));
    }
    if normal.returns.is_some() {
        let scale = Wide::splat(1.0 / normal.value_scale());
        rollout.value.iter_mut().chain(&mut rollout.returns).for_each(|v| *v *= scale);
    }
    lesson
}

/// Writes the mirror images of all observations.
fn reflect_all(rollout: &mut Rollout, mirror: &Mirror) {
    rollout.mirror_actions.clone_from(&mirror.actions);
    rollout.mirror_obs.resize(rollout.obs.len(), Wide::zero());
    let count = rollout.num_obs;
    crew::each_chunk_mut(&mut rollout.mirror_obs, PIECE * count, |i, out| {
        let seen = rollout.obs[i * PIECE * count..].chunks_exact(count);
        out.chunks_exact_mut(count).zip(seen).for_each(|(out, seen)| turn(seen, &mirror.obs, out));
    });
}

/// Writes the mirror image of some numbers.
pub(super) fn turn(values: &[Wide], mirror: &[Mirrored], out: &mut [Wide]) {
    for (out, (from, sign)) in out.iter_mut().zip(mirror) {
        *out = values[*from] * Wide::splat(*sign);
    }
}
