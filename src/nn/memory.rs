//! Policies that remember: a recurrent layer before each network, whose state belongs to the environments.
use super::actor_critic::{Activations, ActorCritic, normalised};
use crate::lane::Wide;

impl ActorCritic {
    /// Numbers in the states of the actor's and the critic's memory; 0 without.
    pub fn memory_sizes(&self) -> [usize; 2] {
        self.memory.map_or([0; 2], |m| [m.actor.hidden, m.critic.hidden])
    }

    /// First parameters of the actor's and the critic's memory.
    pub fn memory_offsets(&self) -> [usize; 2] {
        let start = self.actor.num_params() + self.critic.num_params();
        [start, start + self.memory.map_or(0, |m| m.actor.num_params())]
    }

    /// As [`act`](Self::act), for policies with and without memory: its states `[tile][number]` go on by a tick.
    ///
    /// # Panics
    /// As there.
    pub fn act_on<'a>(
        &self,
        obs: &[Wide],
        tiles: usize,
        states: &mut [Wide],
        work: &'a mut Activations,
    ) -> &'a [Wide] {
        let Some(memory) = self.memory else { return self.act(obs, tiles, work) };
        let params = &self.params[self.memory_offsets()[0]..];
        let Activations { front, back, input, gates, .. } = work;
        let seen = normalised(&self.normal.obs, obs, tiles, input);
        memory.actor.step(params, seen, tiles, states, gates);
        self.actor.infer(self.actor_params(), states, tiles, front, back)
    }

    /// As [`value`](Self::value), for policies with and without memory: its states `[tile][number]` go on by a tick.
    ///
    /// # Panics
    /// As there.
    pub fn value_on<'a>(
        &self,
        obs: &[Wide],
        tiles: usize,
        states: &mut [Wide],
        work: &'a mut Activations,
    ) -> &'a [Wide] {
        let Some(memory) = self.memory else { return self.value(obs, tiles, work) };
        let params = &self.params[self.memory_offsets()[1]..];
        let Activations { front, back, input, gates, values } = work;
        let running =
            if self.normal.critic_obs.is_some() { &self.normal.critic_obs } else { &self.normal.obs };
        let seen = normalised(running, obs, tiles, input);
        memory.critic.step(params, seen, tiles, states, gates);
        let said = self.critic.infer(self.critic_params(), states, tiles, front, back);
        self.in_reward_units(said, values)
    }
}
