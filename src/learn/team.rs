//! Four blocks that pass through the networks together, and the parts of their control tick.
//!
//! The same functions in the same order serve both drivers: the schedule runs each part over all teams before the
//! next, a headless worker takes one team through a whole rollout. Teams share nothing, so the results are the same
//! bits.
use crate::env::{self, Block};
use crate::lane::{Lane, Wide};
use crate::learn::{Gaussian, RolloutPart};
use crate::nn::{Activations, ActorCritic};
use crate::task::Plan;

/// Most blocks per team: the tiles of one register block of the networks.
pub const TEAM: usize = 4;

/// Teams per thread: with one, all would wait for the slowest.
const EACH: usize = 4;

/// Up to [`TEAM`] blocks and what flows between their environments and the networks.
pub struct Team {
    /// The environments.
    pub blocks: Vec<Block>,
    /// Observations, `[block][number]`.
    pub obs: Vec<Wide>,
    /// What the critic is told, `[block][number]`; empty where it sees the same.
    pub critic_obs: Vec<Wide>,
    /// Actions, `[block][number]`.
    pub actions: Vec<Wide>,
    means: Vec<Wide>,
    log_prob: Vec<Wide>,
    value: Vec<Wide>,
    /// What the memories of actor and critic hold, `[block][number]`, and what they held before the last tick.
    memory: [Vec<Wide>; 2],
    before: [Vec<Wide>; 2],
    terminal_value: Vec<Wide>,
    scratch: Vec<Wide>,
    spread: Gaussian,
    work: Activations,
}

/// Splits blocks into teams of `per` blocks, of which the last may have fewer.
pub fn teams(blocks: Vec<Block>, per: usize, plan: &Plan, policy: &ActorCritic) -> Vec<Team> {
    let mut rest = blocks.into_iter().peekable();
    let mut out = vec![];
    while rest.peek().is_some() {
        out.push(Team::new(rest.by_ref().take(per.max(1)).collect(), plan, policy));
    }
    out
}

/// Blocks per team that give every thread of the current pool some teams, where there are enough; no result depends on it.
pub fn team_size(blocks: usize) -> usize {
    (blocks / rayon::current_num_threads() / EACH).clamp(1, TEAM)
}

/// Blocks of each of these teams but the last.
pub fn size_of(teams: &[Team]) -> usize {
    teams.first().map_or(TEAM, |t| t.blocks.len())
}

impl Team {
    /// A team of up to [`TEAM`] blocks.
    pub fn new(mut blocks: Vec<Block>, plan: &Plan, policy: &ActorCritic) -> Self {
        blocks.iter_mut().for_each(|b| b.make_memory(policy.memory_sizes()));
        let zeros = |per_block: usize| vec![Wide::zero(); blocks.len() * per_block];
        Self {
            obs: zeros(plan.num_obs()),
            critic_obs: zeros(plan.num_critic_obs()),
            actions: zeros(plan.num_actions()),
            means: zeros(plan.num_actions()),
            log_prob: zeros(1),
            value: zeros(1),
            memory: policy.memory_sizes().map(zeros),
            before: policy.memory_sizes().map(zeros),
            terminal_value: zeros(1),
            scratch: vec![Wide::zero(); policy.num_critic_obs()],
            spread: Gaussian::new(policy.log_std()),
            work: Activations::new(policy, TEAM),
            blocks,
        }
    }

    /// Command.
    pub fn command(&mut self, plan: &Plan) {
        self.blocks.iter_mut().for_each(|b| env::command(b, plan));
    }

    /// Observe.
    pub fn observe(&mut self, plan: &Plan) {
        for (b, rows) in self.blocks.iter_mut().zip(self.obs.chunks_mut(plan.num_obs())) {
            env::observe(b, plan, rows);
        }
    }

    /// Observe, for a critic that is told something else; needed only to learn. The simulation must not have gone on
    /// since [`observe`](Self::observe).
    pub fn observe_for_critic(&mut self, plan: &Plan) {
        if !self.critic_obs.is_empty() {
            for (b, rows) in self.blocks.iter_mut().zip(self.critic_obs.chunks_mut(plan.num_critic_obs())) {
                env::observe_for_critic(b, plan, rows);
            }
        }
    }

    /// Act as the policy would on a robot: the mean action.
    pub fn act(&mut self, policy: &ActorCritic) {
        self.recall(0);
        let tiles = self.blocks.len();
        self.actions.copy_from_slice(policy.act_on(&self.obs, tiles, &mut self.memory[0], &mut self.work));
        self.keep(0);
    }

    /// Takes what the blocks' memories hold: of the actor (0) or of the critic (1).
    fn recall(&mut self, which: usize) {
        let size = self.memory[which].len() / self.blocks.len();
        if size > 0 {
            for (b, states) in self.blocks.iter().zip(self.memory[which].chunks_mut(size)) {
                states.copy_from_slice(&b.memory[which]);
            }
            self.before[which].copy_from_slice(&self.memory[which]);
        }
    }

    /// Gives the blocks' memories what they hold now.
    fn keep(&mut self, which: usize) {
        let size = self.memory[which].len() / self.blocks.len();
        if size > 0 {
            for (b, states) in self.blocks.iter_mut().zip(self.memory[which].chunks(size)) {
                b.memory[which].copy_from_slice(states);
            }
        }
    }

    /// Act to learn: the mean and normal noise, with its log-probability, and the value of the state.
    pub fn explore(&mut self, policy: &ActorCritic) {
        self.think(policy);
        self.draw(policy);
    }

    /// What the networks say of the observations.
    fn think(&mut self, policy: &ActorCritic) {
        let tiles = self.blocks.len();
        self.recall(0);
        self.recall(1);
        let [of_actor, of_critic] = &mut self.memory;
        self.means.copy_from_slice(policy.act_on(&self.obs, tiles, of_actor, &mut self.work));
        let seen = if self.critic_obs.is_empty() { &self.obs } else { &self.critic_obs };
        self.value.copy_from_slice(policy.value_on(seen, tiles, of_critic, &mut self.work));
        self.keep(0);
        self.keep(1);
    }

    /// Takes what networks elsewhere said of the observations: for every block its mean actions and then its value.
    pub fn hear(&mut self, said: &[Wide]) {
        let width = self.means.len() / self.blocks.len();
        let blocks = said.chunks_exact(width + 1);
        for ((said, means), value) in blocks.zip(self.means.chunks_mut(width)).zip(&mut self.value) {
            means.copy_from_slice(&said[..width]);
            *value = said[width];
        }
    }

    /// Draws actions around the means.
    pub fn draw(&mut self, policy: &ActorCritic) {
        let width = policy.num_actions();
        self.spread.set(policy.log_std());
        for (i, block) in self.blocks.iter_mut().enumerate() {
            let means = &self.means[i * width..][..width];
            let actions = &mut self.actions[i * width..][..width];
            for j in (0..width).step_by(2) {
                let (a, b) = block.action_rng.normal2();
                for (j, z) in [(j, a), (j + 1, b)].into_iter().take(width - j) {
                    actions[j] = z.mul_add(Wide::splat(self.spread.std[j]), means[j]);
                }
            }
            self.log_prob[i] = self.spread.log_prob(actions, means);
        }
    }

    /// Act as in learning, but for somebody who only watches: the mean and normal noise. `steady` is a robot (block and
    /// lane) that gets the mean alone.
    pub fn wander(&mut self, policy: &ActorCritic, steady: Option<(usize, usize)>) {
        self.act(policy);
        let width = policy.num_actions();
        self.spread.set(policy.log_std());
        for (i, block) in self.blocks.iter_mut().enumerate() {
            let kept = steady.filter(|(b, _)| *b == i).map(|(_, lane)| lane);
            let actions = &mut self.actions[i * width..][..width];
            for j in (0..width).step_by(2) {
                let (a, b) = block.action_rng.normal2();
                for (j, z) in [(j, a), (j + 1, b)].into_iter().take(width - j) {
                    let mean = actions[j];
                    actions[j] = z.mul_add(Wide::splat(self.spread.std[j]), mean);
                    if let Some(lane) = kept {
                        actions[j].lanes_mut()[lane] = mean.lanes()[lane];
                    }
                }
            }
        }
    }

    /// Step.
    pub fn step(&mut self, plan: &Plan) {
        for (b, a) in self.blocks.iter_mut().zip(self.actions.chunks(plan.num_actions())) {
            env::step(b, plan, a);
        }
    }

    /// Judge; then the value of the last state of episodes that ran out of time, before it is gone.
    pub fn judge(&mut self, plan: &Plan, policy: &ActorCritic) {
        for (b, value) in self.blocks.iter_mut().zip(&mut self.terminal_value) {
            env::judge(b, plan);
            if Wide::any(Wide::zero().lt(b.timed_out)) {
                env::observe_critic(b, plan, &mut self.scratch);
                let states = remembered(b, &mut self.memory[1]);
                *value = policy.value_on(&self.scratch, 1, states, &mut self.work)[0];
            }
        }
    }

    /// Reset.
    pub fn reset(&mut self, plan: &Plan) {
        self.blocks.iter_mut().for_each(|b| env::reset(b, plan));
    }

    /// Record: keeps tick `t` of the rollout for the learner.
    pub fn record(&self, part: &mut RolloutPart<'_>, t: usize) {
        let per_block = |all: &[Wide]| all.len() / self.blocks.len();
        let (no, nc, na) = (per_block(&self.obs), per_block(&self.critic_obs), per_block(&self.actions));
        let horizon = part.reward.len() / self.blocks.len();
        if t == 0 {
            part.actor_memory.copy_from_slice(&self.before[0]);
            part.critic_memory.copy_from_slice(&self.before[1]);
        }
        for (i, b) in self.blocks.iter().enumerate() {
            let tile = i * horizon + t;
            part.obs[tile * no..][..no].copy_from_slice(&self.obs[i * no..][..no]);
            part.critic_obs[tile * nc..][..nc].copy_from_slice(&self.critic_obs[i * nc..][..nc]);
            part.actions[tile * na..][..na].copy_from_slice(&self.actions[i * na..][..na]);
            part.means[tile * na..][..na].copy_from_slice(&self.means[i * na..][..na]);
            part.log_prob[tile] = self.log_prob[i];
            part.value[tile] = self.value[i];
            part.reward[tile] = b.reward;
            part.terminated[tile] = b.terminated;
            part.timed_out[tile] = b.timed_out;
            part.terminal_value[tile] = self.terminal_value[i];
            part.sample_weight[tile] = b.weight;
        }
    }

    /// The value of the states in which the rollout ends.
    pub fn finish(&mut self, plan: &Plan, policy: &ActorCritic, part: &mut RolloutPart<'_>) {
        for (b, last) in self.blocks.iter_mut().zip(part.last_value.iter_mut()) {
            env::observe_critic(b, plan, &mut self.scratch);
            let states = remembered(b, &mut self.memory[1]);
            *last = policy.value_on(&self.scratch, 1, states, &mut self.work)[0];
        }
    }
}

/// A copy of what the critic's memory of a block holds: to look at a state without going on to it.
fn remembered<'a>(block: &Block, states: &'a mut [Wide]) -> &'a mut [Wide] {
    let states = &mut states[..block.memory[1].len()];
    states.copy_from_slice(&block.memory[1]);
    states
}
