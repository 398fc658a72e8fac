//! The policy: actor, critic and the spread of the actions, all parameters in one flat vector.
use super::gru::{Gru, Memory, MemoryKind};
use super::mlp::Mlp;
use super::normal::{Batch, Running};
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
    /// Networks see observations less their running mean, divided by their running spread.
    #[serde(default)]
    pub normalise_observations: bool,
    /// The critic says values divided by the running spread of what they should have been.
    #[serde(default)]
    pub normalise_values: bool,
    /// What both networks remember with; nothing without. Learned by libtorch only.
    #[serde(default)]
    pub memory: Option<MemoryKind>,
    /// Numbers in the state of a memory.
    #[serde(default = "default_hidden")]
    pub hidden: usize,
}

fn default_hidden() -> usize {
    64
}

impl Default for NetworkCfg {
    fn default() -> Self {
        Self {
            actor: vec![64, 64],
            critic: vec![64, 64],
            init_std: 1.0,
            normalise_observations: false,
            normalise_values: false,
            memory: None,
            hidden: default_hidden(),
        }
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
        if self.memory.is_some() && self.hidden == 0 {
            list.push("hidden: a memory needs numbers".into());
        }
        if !(self.init_std > 0.0 && self.init_std.is_finite()) {
            list.push(format!("init_std must be above 0, is {}", self.init_std));
        }
        list
    }
}

/// A Gaussian policy with separate actor and critic.
///
/// `params` is laid out actor | critic | memory of the actor | memory of the critic | log_std, every layer weights `[input][output]`, then biases. Whoever
/// changes it is done: nothing is derived from it.
#[derive(Clone, Debug, PartialEq)]
pub struct ActorCritic {
    /// Observation to mean action.
    pub actor: Mlp,
    /// Observation to value.
    pub critic: Mlp,
    /// What comes before both, if they remember.
    pub memory: Option<Memory>,
    /// All parameters.
    pub params: Vec<f32>,
    /// How numbers are scaled on their way into the networks and out of them.
    pub normal: Normal,
}

/// Running means and spreads of a policy; each only where it is wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Normal {
    /// Of observations.
    pub obs: Option<Running>,
    /// Of the critic's own observations.
    pub critic_obs: Option<Running>,
    /// Of returns: the spread alone counts.
    pub returns: Option<Running>,
}

impl Normal {
    /// Whether there are observations, observations of the critic, and returns.
    pub fn has(&self) -> [bool; 3] {
        [self.obs.is_some(), self.critic_obs.is_some(), self.returns.is_some()]
    }

    /// In the order of [`has`](Self::has).
    pub(super) fn parts(&self) -> [&Option<Running>; 3] {
        [&self.obs, &self.critic_obs, &self.returns]
    }
    /// [`parts`](Self::parts), to write.
    pub(super) fn parts_mut(&mut self) -> [&mut Option<Running>; 3] {
        [&mut self.obs, &mut self.critic_obs, &mut self.returns]
    }

    /// What the critic's observations go through.
    pub fn of_critic(&self) -> Option<&Running> {
        self.critic_obs.as_ref().or(self.obs.as_ref())
    }

    /// A value is this times what the critic's network says.
    pub fn value_scale(&self) -> f32 {
        self.returns.as_ref().map_or(1.0, |r| r.std(0).max(1e-3) as f32)
    }
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
        let seen_by_critic = if num_critic_obs > 0 { num_critic_obs } else { num_obs };
        let gru = |inputs| Gru { inputs, hidden: cfg.hidden };
        let memory =
            cfg.memory.map(|MemoryKind::Gru| Memory { actor: gru(num_obs), critic: gru(seen_by_critic) });
        let inputs = memory.map_or([num_obs, seen_by_critic], |_| [cfg.hidden; 2]);
        let actor = Mlp::new(inputs[0], &cfg.actor, num_actions);
        let critic = Mlp::new(inputs[1], &cfg.critic, 1);
        let remembering = memory.map_or(0, |m| m.actor.num_params() + m.critic.num_params());
        let networks = actor.num_params() + critic.num_params();
        let mut params = vec![cfg.init_std.ln() as f32; networks + remembering + num_actions];
        let mut random = SplitMix::new(seed);
        actor.draw(&mut params, &mut random);
        critic.draw(&mut params[actor.num_params()..], &mut random);
        if let Some(m) = memory {
            m.actor.draw(&mut params[networks..], &mut random);
            m.critic.draw(&mut params[networks + m.actor.num_params()..], &mut random);
        }
        let obs = |width: usize| (cfg.normalise_observations && width > 0).then(|| Running::new(width));
        let normal = Normal {
            obs: obs(num_obs),
            critic_obs: obs(num_critic_obs),
            returns: cfg.normalise_values.then(|| Running::new(1)),
        };
        Self { actor, critic, memory, params, normal }
    }

    /// The same policy without normalisation: it is folded into the first layers and into the critic's last one.
    pub fn folded(&self) -> Self {
        let mut policy = Self { normal: Normal::default(), ..self.clone() };
        let starts = [0, self.actor.num_params()];
        let first = match self.memory {
            Some(m) => [m.actor, m.critic].map(|gru| Some(gru.input_layer())),
            None => [&self.actor, &self.critic].map(|net| net.layers.first().cloned()),
        };
        let at = if self.memory.is_some() { self.memory_offsets() } else { starts };
        let runnings = [self.normal.obs.as_ref(), self.normal.of_critic()];
        for ((running, layer), at) in runnings.into_iter().zip(first).zip(at) {
            if let (Some(running), Some(layer)) = (running, layer) {
                running.fold_into(&layer, &mut policy.params[at..]);
            }
        }
        scale_output(&self.critic, &mut policy.params[starts[1]..], self.normal.value_scale());
        policy
    }

    /// Takes the observations and returns of a rollout in; what the critic says of a state stays what it was.
    pub fn learn_normal(&mut self, obs: Vec<Batch>, critic_obs: Vec<Batch>, returns: Vec<Batch>) {
        if let Some(running) = &mut self.normal.obs {
            running.merge(obs);
        }
        if let Some(running) = &mut self.normal.critic_obs {
            running.merge(critic_obs);
        }
        let before = self.normal.value_scale();
        if let Some(running) = &mut self.normal.returns {
            running.merge(returns);
            let start = self.actor.num_params();
            scale_output(&self.critic, &mut self.params[start..], before / self.normal.value_scale());
        }
    }

    /// Numbers in an observation.
    pub fn num_obs(&self) -> usize {
        self.memory.map_or(self.actor.inputs(), |m| m.actor.inputs)
    }
    /// Numbers in what the critic sees.
    pub fn num_critic_obs(&self) -> usize {
        self.memory.map_or(self.critic.inputs(), |m| m.critic.inputs)
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
        let Activations { front, back, input, .. } = work;
        self.actor.infer(
            self.actor_params(),
            normalised(&self.normal.obs, obs, tiles, input),
            tiles,
            front,
            back,
        )
    }

    /// Values `[tile]` of what the critic sees, `[tile][feature]`. Allocates nothing.
    ///
    /// # Panics
    /// If `obs` or `work` is too small for `tiles`.
    pub fn value<'a>(&self, obs: &[Wide], tiles: usize, work: &'a mut Activations) -> &'a [Wide] {
        let Activations { front, back, input, values, .. } = work;
        let running =
            if self.normal.critic_obs.is_some() { &self.normal.critic_obs } else { &self.normal.obs };
        let obs = normalised(running, obs, tiles, input);
        let said = self.critic.infer(self.critic_params(), obs, tiles, front, back);
        self.in_reward_units(said, values)
    }

    /// Values of what the critic's network said.
    pub(super) fn in_reward_units<'a>(&self, said: &'a [Wide], values: &'a mut [Wide]) -> &'a [Wide] {
        if self.normal.returns.is_none() {
            return said;
        }
        let scale = Wide::splat(self.normal.value_scale());
        values.iter_mut().zip(said).for_each(|(value, said)| *value = *said * scale);
        &values[..said.len()]
    }
}

/// What a network sees of observations.
pub(super) fn normalised<'a>(
    running: &Option<Running>,
    obs: &'a [Wide],
    tiles: usize,
    input: &'a mut [Wide],
) -> &'a [Wide] {
    match running {
        None => obs,
        Some(running) => {
            running.apply(&obs[..tiles * running.width()], input);
            input
        }
    }
}

/// Makes a network give so many times what it gave.
fn scale_output(shape: &Mlp, params: &mut [f32], factor: f32) {
    if let Some(layer) = shape.layers.last().filter(|_| factor != 1.0) {
        params[layer.offset..][..layer.num_params()].iter_mut().for_each(|p| *p *= factor);
    }
}

/// Memory for [`ActorCritic::act`] and [`ActorCritic::value`]; one per thread.
pub struct Activations {
    pub(super) front: Vec<Wide>,
    pub(super) back: Vec<Wide>,
    /// What a network sees, where that is not what it is told.
    pub(super) input: Vec<Wide>,
    /// Gates of a memory.
    pub(super) gates: Vec<Wide>,
    /// Values, where they are not what the critic says.
    pub(super) values: Vec<Wide>,
}

impl Activations {
    /// Memory for up to `max_tiles` tiles at a time.
    pub fn new(policy: &ActorCritic, max_tiles: usize) -> Self {
        let len = policy.actor.widest().max(policy.critic.widest()) * max_tiles;
        let zeros = |len| vec![Wide::zero(); len];
        let input = policy.num_obs().max(policy.num_critic_obs()).max(1) * max_tiles;
        let gates = policy.memory.map_or(0, |m| m.actor.num_gates().max(m.critic.num_gates())) * max_tiles;
        let (input, gates) = (zeros(input), zeros(gates));
        Self { front: zeros(len), back: zeros(len), input, gates, values: zeros(max_tiles) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_policy_acts_near_zero_with_the_asked_spread() {
        let cfg =
            NetworkCfg { actor: vec![64, 64], critic: vec![32], init_std: 0.5, ..NetworkCfg::default() };
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
    fn a_folded_policy_acts_and_judges_as_the_one_with_normalisation() {
        let cfg =
            NetworkCfg { normalise_observations: true, normalise_values: true, ..NetworkCfg::default() };
        for sizes in [[7, 0, 3], [7, 11, 3]] {
            let mut policy = ActorCritic::for_sizes(&cfg, sizes, 3);
            let mut random = SplitMix::new(2);
            let mut draw = |n: usize, at: f64| -> Vec<Wide> {
                (0..n).map(|i| Wide::from_fn(|_| (at + i as f64 + 3.0 * random.normal()) as f32)).collect()
            };
            let (obs, returns, weights) = (draw(7, 1.0), draw(1, 40.0), vec![Wide::splat(1.0)]);
            let critic_obs = if sizes[1] > 0 { draw(11, -20.0) } else { obs.clone() };
            let mut work = Activations::new(&policy, 1);
            let first = policy.value(&critic_obs, 1, &mut work)[0].lanes()[3];
            assert_eq!(first, policy.folded().value(&critic_obs, 1, &mut work)[0].lanes()[3]);
            let batch = |r: &Option<Running>, x: &[Wide]| r.iter().map(|r| r.batch(x, &weights)).collect();
            let normal = policy.normal.clone();
            policy.learn_normal(vec![], vec![], batch(&normal.returns, &returns));
            let same = policy.value(&critic_obs, 1, &mut work)[0].lanes()[3];
            assert!((same - first).abs() < 1e-5 * first.abs().max(1.0), "{first}, {same}");
            assert_ne!(policy.normal.value_scale(), 1.0);
            policy.learn_normal(batch(&normal.obs, &obs), batch(&normal.critic_obs, &critic_obs), vec![]);
            let folded = policy.folded();
            assert_eq!(folded.normal.has(), [false; 3]);
            let a = policy.act(&obs, 1, &mut work).to_vec();
            let b = folded.act(&obs, 1, &mut work).to_vec();
            for (a, b) in a.iter().zip(&b) {
                assert!((a.lanes()[5] - b.lanes()[5]).abs() < 1e-5, "{a:?} {b:?}");
            }
            let a = policy.value(&critic_obs, 1, &mut work)[0].lanes()[5];
            let b = folded.value(&critic_obs, 1, &mut work)[0].lanes()[5];
            assert!((a - b).abs() < 1e-4 * a.abs().max(1.0), "{a} {b}");
        }
    }

    #[test]
    fn configuration_names_every_problem() {
        let cfg = NetworkCfg { actor: vec![64, 0], critic: vec![0], init_std: 0.0, ..NetworkCfg::default() };
        assert_eq!(cfg.problems().len(), 3);
        assert!(ron::from_str::<NetworkCfg>("(actor: [1], critic: [1], init_std: 1.0, depth: 2)").is_err());
    }
}
