//! The task file: what is written in `configs/tasks/*.ron`.
use crate::mdp::{CommandCfg, EventsCfg, JointTargetsCfg, SensorsCfg};
use crate::physics::PhysicsCfg;
use crate::terrain::TerrainCfg;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A whole task. `train` and `eval` belong to the runner and are read there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCfg {
    /// Name, equal to the file's.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// Robot by name.
    pub robot: String,
    /// The environment.
    pub env: EnvCfg,
    /// How it is learned.
    pub train: Value,
    /// How it is judged.
    pub eval: Value,
}

/// The environment of a task.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvCfg {
    /// Environments that learn together; a multiple of 16.
    pub num_envs: usize,
    /// The simulation.
    pub physics: PhysicsCfg,
    /// The ground; a plane without.
    #[serde(default)]
    pub terrain: Option<TerrainCfg>,
    /// From the policy's numbers to joint targets.
    pub actions: JointTargetsCfg,
    /// What the policy is told, in order.
    pub observations: Map<String, Value>,
    /// How many of their last values terms of `observations` tell that do not say it themselves, oldest first. An
    /// episode's first observation stands for all that came before it.
    #[serde(default = "one")]
    pub history: usize,
    /// What the critic is told instead, in order, always without noise; what the actor is told if there is nothing.
    #[serde(default)]
    pub critic_observations: Map<String, Value>,
    /// What the critic is told after everything that the actor is told, all of it without noise.
    #[serde(default)]
    pub critic_extra: Map<String, Value>,
    /// As `history`, for the terms of `critic_observations` or `critic_extra`.
    #[serde(default = "one")]
    pub critic_history: usize,
    /// What it is asked to do.
    pub commands: CommandCfg,
    /// What is good.
    pub rewards: Map<String, Value>,
    /// What one unit of weight means.
    pub reward_unit: RewardUnit,
    /// Whether the sum of all rewards of a tick is kept from falling below zero.
    pub clip_negative_sum: bool,
    /// Added once, whatever the unit of weights, when an episode fails.
    #[serde(default)]
    pub fall_reward: f64,
    /// What ends an episode.
    pub terminations: Map<String, Value>,
    /// What happens to it.
    pub events: EventsCfg,
    /// How what the policy is told differs from what is true.
    #[serde(default)]
    pub sensors: SensorsCfg,
}

/// Longest history of an observation; longer ones take more memory per environment than they can be worth.
const MAX_HISTORY: usize = 256;

fn one() -> usize {
    1
}

impl EnvCfg {
    /// What is wrong with the observations: keys and messages.
    pub(super) fn observation_problems(&self) -> Vec<(String, String)> {
        let mut list = vec![];
        for (section, terms, default) in [
            ("observations", &self.observations, ("history", self.history)),
            ("critic_observations", &self.critic_observations, ("critic_history", self.critic_history)),
            ("critic_extra", &self.critic_extra, ("critic_history", self.critic_history)),
        ] {
            let of_terms = terms.iter().filter_map(|(key, v)| {
                Some((format!("env.{section}.{key}.history"), v.get("history")?.as_u64()? as usize))
            });
            for (key, n) in of_terms.chain([(format!("env.{}", default.0), default.1)]) {
                if !(1..=MAX_HISTORY).contains(&n) {
                    list.push((
                        key,
                        format!("a history of {n} values; 1 is the present one, at most {MAX_HISTORY}"),
                    ));
                }
            }
        }
        list.dedup();
        if !self.critic_observations.is_empty() && !self.critic_extra.is_empty() {
            let text = "either `critic_observations` (the critic's own list) or `critic_extra` (the actor's and more)";
            list.push(("env.critic_extra".into(), text.into()));
        }
        for key in self.critic_extra.keys().filter(|k| self.observations.contains_key(*k)) {
            let text = format!("the critic is told `{key}` already, as the actor is; give it another key");
            list.push((format!("env.critic_extra.{key}"), text));
        }
        for (section, terms) in
            [("critic_observations", &self.critic_observations), ("critic_extra", &self.critic_extra)]
        {
            let noisy = |v: &Value| v.get("noise").and_then(Value::as_f64).is_some_and(|n| n != 0.0);
            for (key, _) in terms.iter().filter(|(_, v)| noisy(v)) {
                let text = "a critic is told the truth; leave `noise` out".into();
                list.push((format!("env.{section}.{key}.noise"), text));
            }
        }
        list
    }
}

/// What one unit of reward weight means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardUnit {
    /// Weights are multiplied by the control period.
    PerSecond,
    /// Weights count as they are.
    PerStep,
}

/// Keys common to all observations.
#[derive(Clone, Debug, Deserialize)]
pub struct ObservationCfg {
    /// Term of this name, if the entry's key is not the term's.
    #[serde(default)]
    pub term: Option<String>,
    /// The network sees `scale · (value + noise)`.
    pub scale: f64,
    /// Largest uniform noise in training, in the value's unit.
    #[serde(default)]
    pub noise: f64,
    /// How many of its last values are told, oldest first; its group's `history` without.
    #[serde(default)]
    pub history: Option<usize>,
}

/// Keys common to all rewards.
#[derive(Clone, Debug, Deserialize)]
pub struct RewardCfg {
    /// Term of this name, if the entry's key is not the term's.
    #[serde(default)]
    pub term: Option<String>,
    /// Negative weights make penalties; zero switches the term off.
    pub weight: f64,
}
