//! What a session publishes.
use super::{FailureTable, Knob};
use crate::nn::ActorCritic;
use crate::task::Plan;
use std::sync::Arc;

/// What a run does now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunState {
    /// Compiling, making environments.
    #[default]
    Starting,
    /// Learning.
    Learning,
    /// Waiting for a person.
    Paused,
    /// All iterations done.
    Finished,
    /// Ended by a person.
    Stopped,
    /// Ended by an error.
    Failed(String),
    /// Not running: a folder of an earlier day or process.
    Stored,
}

impl RunState {
    /// Whether a thread works for it.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Starting | Self::Learning | Self::Paused)
    }
}

/// Share of wall time per phase of training, summing to one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phases {
    /// Physics.
    pub physics: f64,
    /// Observations.
    pub observe: f64,
    /// Commands, rewards, terminations, resets, bookkeeping.
    pub judge: f64,
    /// Networks during rollouts.
    pub policy: f64,
    /// Advantages, gradients, optimiser.
    pub learn: f64,
    /// Evaluation, metrics, checkpoints, waiting.
    pub other: f64,
}

/// A run at the end of an iteration.
#[derive(Clone)]
pub struct Moment {
    /// Finished iterations.
    pub iteration: u64,
    /// Iterations until the end.
    pub iterations: u64,
    /// Environment steps of the run.
    pub env_steps: u64,
    /// Seconds of the run.
    pub seconds: f64,
    /// Environment steps per second now.
    pub env_steps_per_s: f64,
    /// What it does.
    pub state: RunState,
    /// The policy.
    pub policy: Arc<ActorCritic>,
    /// The task with the knobs as they are.
    pub plan: Arc<Plan>,
    /// The knobs as they are.
    pub knobs: Arc<Vec<Knob>>,
    /// Per environment: reward per second of its last finished episode; NaN before.
    pub scores: Vec<f32>,
    /// Per environment: terrain level.
    pub levels: Vec<u32>,
    /// What ends episodes now.
    pub failures: Arc<FailureTable>,
    /// Where time goes.
    pub phases: Phases,
    /// Seed of the run.
    pub seed: u64,
}
