//! The policy: actor, critic and the spread of the actions, all parameters in one flat vector.
use super::mlp::Mlp;
use super::random::SplitMix;
use crate::lane::{Lane, Wide};
use serde::{Deserialize, Serialize};

/// Sizes of the two networks and the first spread of the actions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkCfg {
    /// Hidden sizes of the actor.
    pub actor: Vec<usize>,
    /// Hidden sizes of the critic.
    pub critic: Vec<usize>,
    /// Standard deviation of every action before learning.
    pub init_std: f64,
}

impl Default for NetworkCfg {
    fn default() -> Self {
        Self { actor: vec![64, 64], critic: vec![64, 64], init_std: 1.0 }
    }
}

impl NetworkCfg {
    /// Everything wrong with the values; empty when they are usable.
    pub fn problems(&self) -> Vec<String> {
        let mut list = Vec::new();
        for (name, sizes) in [("actor", &self.actor), ("critic", &self.critic)] {
            if sizes.contains(&0) {
                list.push(format!("{name}: hidden size 0 in {sizes:?}"));
            }
        }
        if !(self.init_std > 0.0 && self.init_std.is_finite()) {
            list.push(format!("init_std must be above 0, is {}", self.init_std));
        }
        list
    }
}

/// A Gaussian policy with separate actor and critic.
///
/// `params` is laid out actor | critic | log_std, every layer weights `[input][output]`, then biases. Whoever
/// changes it is done: nothing is derived from it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActorCritic {
    /// Observation to mean action.
    pub actor: Mlp,
    /// Observation to value.
    pub critic: Mlp,
    /// All parameters.
    pub params: Vec<f32>,
}

impl ActorCritic {
    /// A policy with freshly drawn weights; the same seed gives the same ones.
    pub fn new(cfg: &NetworkCfg, num_obs: usize, num_actions: usize, seed: u64) -> Self {
        Self::for_sizes(cfg, [num_obs, 0, num_actions], seed)
    }

    /// As [`new`](Self::new), for numbers in an observation, in the critic's own one (0: it sees the same) and in an
    /// action.
    pub fn for_sizes(cfg: &NetworkCfg, sizes: [usize; 3], seed: u64) -> Self {
        let [num_obs, num_critic_obs, num_actions] = sizes;
        let actor = Mlp::new(num_obs, &cfg.actor, num_actions);
        let critic = Mlp::new(if num_critic_obs > 0 { num_critic_obs } else { num_obs }, &cfg.critic, 1);
        let mut params =
            vec![cfg.init_std.ln() as f32; actor.num_params() + critic.num_params() + num_actions];
        let mut random = SplitMix::new(seed);
        actor.draw(&mut params, &mut random);
        critic.draw(&mut params[actor.num_params()..], &mut random);
        Self { actor, critic, params }
    }

    /// Numbers in an observation.
    pub fn num_obs(&self) -> usize {
        self.actor.inputs()
    }
    /// Numbers in what the critic sees.
    pub fn num_critic_obs(&self) -> usize {
        self.critic.inputs()
    }
    /// Numbers in an action.
    pub fn num_actions(&self) -> usize {
        self.actor.outputs()
    }
    /// Parameters of both networks and the spread.
    pub fn num_params(&self) -> usize {
        self.params.len()
    }
    /// Parameters of the actor.
    pub fn actor_params(&self) -> &[f32] {
        &self.params[..self.actor.num_params()]
    }
    /// Parameters of the critic.
    pub fn critic_params(&self) -> &[f32] {
        &self.params[self.actor.num_params()..][..self.critic.num_params()]
    }
    /// Natural logarithm of the standard deviation of every action.
    pub fn log_std(&self) -> &[f32] {
        &self.params[self.params.len() - self.num_actions()..]
    }
    /// [`log_std`](Self::log_std), to write.
    pub fn log_std_mut(&mut self) -> &mut [f32] {
        let start = self.params.len() - self.num_actions();
        &mut self.params[start..]
    }

    /// Mean actions `[tile][action]` for observations `[tile][feature]`. Allocates nothing.
    ///
    /// # Panics
    /// If `obs` or `work` is too small for `tiles`.
    pub fn act<'a>(&self, obs: &[Wide], tiles: usize, work: &'a mut Activations) -> &'a [Wide] {
        self.actor.infer(self.actor_params(), obs, tiles, &mut work.front, &mut work.back)
    }

    /// Values `[tile]` of what the critic sees, `[tile][feature]`. Allocates nothing.
    ///
    /// # Panics
    /// If `obs` or `work` is too small for `tiles`.
    pub fn value<'a>(&self, obs: &[Wide], tiles: usize, work: &'a mut Activations) -> &'a [Wide] {
        self.critic.infer(self.critic_params(), obs, tiles, &mut work.front, &mut work.back)
    }
}

/// Memory for [`ActorCritic::act`] and [`ActorCritic::value`]; one per thread.
pub struct Activations {
    front: Vec<Wide>,
    back: Vec<Wide>,
}

impl Activations {
    /// Memory for up to `max_tiles` tiles at a time.
    pub fn new(policy: &ActorCritic, max_tiles: usize) -> Self {
        let len = policy.actor.widest().max(policy.critic.widest()) * max_tiles;
        Self { front: vec![Wide::zero(); len], back: vec![Wide::zero(); len] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_policy_acts_near_zero_with_the_asked_spread() {
        let cfg = NetworkCfg { actor: vec![64, 64], critic: vec![32], init_std: 0.5 };
        let policy = ActorCritic::new(&cfg, 45, 12, 7);
        assert_eq!(policy.num_params(), 46 * 64 + 65 * 64 + 65 * 12 + 46 * 32 + 33 + 12);
        assert!(policy.log_std().iter().all(|s| *s == 0.5f32.ln()));
        let mut random = SplitMix::new(1);
        let obs: Vec<Wide> = (0..45 * 2).map(|_| Wide::from_fn(|_| random.normal() as f32)).collect();
        let mut work = Activations::new(&policy, 2);
        let means = policy.act(&obs, 2, &mut work);
        assert_eq!(means.len(), 24);
        let square = means.iter().flat_map(|m| m.lanes()).map(|m| m * m).sum::<f32>() / (24.0 * 16.0);
        assert!(square > 1e-4 && square < 0.1, "mean square {square}");
        assert_eq!(policy.value(&obs, 2, &mut work).len(), 2);
        assert_eq!(policy, ActorCritic::new(&cfg, 45, 12, 7));
        assert_ne!(policy, ActorCritic::new(&cfg, 45, 12, 8));
    }

    #[test]
    fn configuration_names_every_problem() {
        let cfg = NetworkCfg { actor: vec![64, 0], critic: vec![0], init_std: 0.0 };
        assert_eq!(cfg.problems().len(), 3);
        assert!(ron::from_str::<NetworkCfg>("(actor: [1], critic: [1], init_std: 1.0, depth: 2)").is_err());
    }
}
