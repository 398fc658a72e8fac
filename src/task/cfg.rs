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
    pub noise: f64,
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
