//! What the environments recorded: every control tick of every block, in the order `[block][time][feature]`.
//!
//! A block's part is contiguous, so that a worker may take some blocks through the whole horizon and write where
//! the learner reads. Terminated and timed out stay different values.
use crate::lane::{Lane, Wide};
use crate::robot::Mirrored;
use std::slice::ChunksMut;

/// One rollout: `blocks` × `horizon` tiles.
#[derive(Clone)]
pub struct Rollout {
    /// Blocks of sixteen environments.
    pub blocks: usize,
    /// Control ticks.
    pub horizon: usize,
    /// Numbers in an observation.
    pub num_obs: usize,
    /// Numbers in the critic's own observation; 0 where it sees what the actor sees.
    pub num_critic_obs: usize,
    /// Numbers in an action.
    pub num_actions: usize,
    /// What the policy saw, `[block][time][feature]`.
    pub obs: Vec<Wide>,
    /// What the critic saw, `[block][time][feature]`; empty where it saw the same.
    pub critic_obs: Vec<Wide>,
    /// Mirror images of `obs`, where they are learned from; written by [`prepare`](super::prepare()), otherwise empty.
    pub mirror_obs: Vec<Wide>,
    /// How actions are mirrored, where `mirror_obs` is not empty.
    pub mirror_actions: Vec<Mirrored>,
    /// What it did, `[block][time][action]`.
    pub actions: Vec<Wide>,
    /// Mean of the distribution the action was drawn from, `[block][time][action]`.
    pub means: Vec<Wide>,
    /// Log-probability of the action, `[block][time]`.
    pub log_prob: Vec<Wide>,
    /// The critic's value of the observation, `[block][time]`.
    pub value: Vec<Wide>,
    /// Reward of the tick, `[block][time]`.
    pub reward: Vec<Wide>,
    /// 1 where the tick ended the episode by failure: nothing comes after, `[block][time]`.
    pub terminated: Vec<Wide>,
    /// 1 where the episode was only cut off: it would have gone on, `[block][time]`.
    pub timed_out: Vec<Wide>,
    /// Value of the observation after the tick and before the reset; read only where `timed_out`, `[block][time]`.
    pub terminal_value: Vec<Wide>,
    /// Value of the observation after the last tick, `[block]`.
    pub last_value: Vec<Wide>,
    /// What the actor's memory held before the first tick, `[block][number]`; empty without one.
    pub actor_memory: Vec<Wide>,
    /// What the critic's memory held, as `actor_memory`.
    pub critic_memory: Vec<Wide>,
    /// 1: learn from this sample, 0: leave it out, `[block][time]`. All 1 at first.
    pub sample_weight: Vec<Wide>,
    /// Normalised advantage, written by [`gae`](super::gae), `[block][time]`.
    pub advantage: Vec<Wide>,
    /// What the value should have been, written by [`gae`](super::gae), `[block][time]`.
    pub returns: Vec<Wide>,
}

/// The slices of some consecutive blocks of a [`Rollout`], to write. Layouts as there.
pub struct RolloutPart<'a> {
    /// What the policy sees.
    pub obs: &'a mut [Wide],
    /// What the critic sees; empty where it sees the same.
    pub critic_obs: &'a mut [Wide],
    /// What it does.
    pub actions: &'a mut [Wide],
    /// Mean of the distribution the action was drawn from.
    pub means: &'a mut [Wide],
    /// Log-probability of the action.
    pub log_prob: &'a mut [Wide],
    /// The critic's value of the observation.
    pub value: &'a mut [Wide],
    /// Reward of the tick.
    pub reward: &'a mut [Wide],
    /// 1 where the tick ended the episode by failure.
    pub terminated: &'a mut [Wide],
    /// 1 where the episode was only cut off.
    pub timed_out: &'a mut [Wide],
    /// Value of the observation after the tick and before the reset.
    pub terminal_value: &'a mut [Wide],
    /// Value of the observation after the last tick.
    pub last_value: &'a mut [Wide],
    /// What the actor's memory held before the first tick.
    pub actor_memory: &'a mut [Wide],
    /// What the critic's memory held before the first tick.
    pub critic_memory: &'a mut [Wide],
    /// 1: learn from this sample.
    pub sample_weight: &'a mut [Wide],
}

impl Rollout {
    /// An empty rollout where the critic sees what the actor sees; every sample counts.
    pub fn new(blocks: usize, horizon: usize, num_obs: usize, num_actions: usize) -> Self {
        Self::for_sizes(blocks, horizon, [num_obs, 0, num_actions])
    }

    /// As [`new`](Self::new), for numbers in an observation, in the critic's own one (0: it sees the same) and in an
    /// action.
    pub fn for_sizes(blocks: usize, horizon: usize, sizes: [usize; 3]) -> Self {
        let [num_obs, num_critic_obs, num_actions] = sizes;
        let tiles = blocks * horizon;
        let zeros = |len: usize| vec![Wide::zero(); len];
        Self {
            blocks,
            horizon,
            num_obs,
            num_critic_obs,
            num_actions,
            obs: zeros(tiles * num_obs),
            critic_obs: zeros(tiles * num_critic_obs),
            mirror_obs: vec![],
            mirror_actions: vec![],
            actions: zeros(tiles * num_actions),
            means: zeros(tiles * num_actions),
            log_prob: zeros(tiles),
            value: zeros(tiles),
            reward: zeros(tiles),
            terminated: zeros(tiles),
            timed_out: zeros(tiles),
            terminal_value: zeros(tiles),
            last_value: zeros(blocks),
            actor_memory: vec![],
            critic_memory: vec![],
            sample_weight: vec![Wide::splat(1.0); tiles],
            advantage: zeros(tiles),
            returns: zeros(tiles),
        }
    }

    /// With room for what memories with so many numbers held before the first tick.
    pub fn with_memory(mut self, sizes: [usize; 2]) -> Self {
        self.actor_memory = vec![Wide::zero(); self.blocks * sizes[0]];
        self.critic_memory = vec![Wide::zero(); self.blocks * sizes[1]];
        self
    }

    /// Blocks × ticks.
    pub fn tiles(&self) -> usize {
        self.blocks * self.horizon
    }

    /// Environments × ticks.
    pub fn samples(&self) -> usize {
        self.tiles() * Wide::LANES
    }

    /// What the critic saw and how many numbers that are: its own observations, or those of the actor.
    pub fn seen_by_critic(&self) -> (&[Wide], usize) {
        match self.num_critic_obs {
            0 => (&self.obs, self.num_obs),
            count => (&self.critic_obs, count),
        }
    }

    /// Index of a tile in the arrays with one value per tile; arrays with `n` values have it at `n` times that.
    pub fn tile(&self, block: usize, time: usize) -> usize {
        block * self.horizon + time
    }

    /// All blocks at once, to write.
    pub fn whole_mut(&mut self) -> RolloutPart<'_> {
        RolloutPart {
            obs: &mut self.obs,
            critic_obs: &mut self.critic_obs,
            actions: &mut self.actions,
            means: &mut self.means,
            log_prob: &mut self.log_prob,
            value: &mut self.value,
            reward: &mut self.reward,
            terminated: &mut self.terminated,
            timed_out: &mut self.timed_out,
            terminal_value: &mut self.terminal_value,
            last_value: &mut self.last_value,
            actor_memory: &mut self.actor_memory,
            critic_memory: &mut self.critic_memory,
            sample_weight: &mut self.sample_weight,
        }
    }

    /// Groups of `per` consecutive blocks (the last may be smaller), in order, for several threads to write.
    ///
    /// # Panics
    /// If `per`, the horizon or a size is zero.
    pub fn parts(&mut self, per: usize) -> Vec<RolloutPart<'_>> {
        let tiles = per * self.horizon;
        let groups = self.blocks.div_ceil(per);
        let size = |all: &[Wide]| all.len() / self.blocks.max(1);
        let [of_actor, of_critic] = [size(&self.actor_memory), size(&self.critic_memory)];
        let mut obs = self.obs.chunks_mut(tiles * self.num_obs);
        let mut critic_obs = self.critic_obs.chunks_mut((tiles * self.num_critic_obs).max(1));
        let mut actions = self.actions.chunks_mut(tiles * self.num_actions);
        let mut means = self.means.chunks_mut(tiles * self.num_actions);
        let mut log_prob = self.log_prob.chunks_mut(tiles);
        let mut value = self.value.chunks_mut(tiles);
        let mut reward = self.reward.chunks_mut(tiles);
        let mut terminated = self.terminated.chunks_mut(tiles);
        let mut timed_out = self.timed_out.chunks_mut(tiles);
        let mut terminal_value = self.terminal_value.chunks_mut(tiles);
        let mut last_value = self.last_value.chunks_mut(per);
        let mut actor_memory = self.actor_memory.chunks_mut((per * of_actor).max(1));
        let mut critic_memory = self.critic_memory.chunks_mut((per * of_critic).max(1));
        let mut sample_weight = self.sample_weight.chunks_mut(tiles);
        let part = |_| RolloutPart {
            obs: next(&mut obs),
            critic_obs: next(&mut critic_obs),
            actions: next(&mut actions),
            means: next(&mut means),
            log_prob: next(&mut log_prob),
            value: next(&mut value),
            reward: next(&mut reward),
            terminated: next(&mut terminated),
            timed_out: next(&mut timed_out),
            terminal_value: next(&mut terminal_value),
            last_value: next(&mut last_value),
            actor_memory: next(&mut actor_memory),
            critic_memory: next(&mut critic_memory),
            sample_weight: next(&mut sample_weight),
        };
        (0..groups).map(part).collect()
    }
}

/// The next piece of a buffer; an empty one where there is nothing in it.
fn next<'a>(pieces: &mut ChunksMut<'a, Wide>) -> &'a mut [Wide] {
    pieces.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_blocks_cover_every_tile_once_and_in_order() {
        let mut rollout = Rollout::new(5, 3, 4, 2);
        rollout.parts(2).into_iter().enumerate().for_each(|(group, part)| {
            assert_eq!(part.obs.len(), part.log_prob.len() * 4);
            assert_eq!(part.last_value.len() * 3, part.log_prob.len());
            for (i, x) in part.reward.iter_mut().enumerate() {
                *x += Wide::splat((group * 6 + i) as f32);
            }
            part.obs.fill(Wide::splat(group as f32));
            assert!(part.critic_obs.is_empty());
        });
        for block in 0..5 {
            for time in 0..3 {
                let tile = rollout.tile(block, time);
                assert_eq!(rollout.reward[tile].lanes()[0], tile as f32);
                assert_eq!(rollout.obs[tile * 4 + 3].lanes()[15], (block / 2) as f32);
            }
        }
        assert_eq!(rollout.samples(), 240);
    }

    #[test]
    fn the_critic_s_own_observations_are_dealt_as_the_actor_s() {
        let mut rollout = Rollout::for_sizes(5, 3, [4, 7, 2]);
        rollout.parts(2).into_iter().enumerate().for_each(|(group, part)| {
            assert_eq!(part.critic_obs.len(), part.log_prob.len() * 7);
            part.critic_obs.fill(Wide::splat(group as f32));
        });
        assert_eq!(rollout.critic_obs[rollout.tile(3, 2) * 7].lanes()[0], 1.0);
        assert_eq!(rollout.seen_by_critic().1, 7);
    }
}
