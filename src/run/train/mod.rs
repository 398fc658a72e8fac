//! Training without a window: a Bevy app with the control tick and nothing that draws, run as fast as it goes.
pub(super) mod begin;
pub(super) mod checkpoint;
mod device;
pub(super) mod dump;
mod memory;
mod options;
pub(super) mod rows;
mod session;
pub(super) mod setup;
pub(super) mod walk;
mod watch;

pub use checkpoint::{load_policy, slim as policy_checkpoint};
pub use options::{Ended, Keep, LearnerKind, TrainOptions, Trained, Walked};
pub use session::train;

use crate::learn::{OnDeviceLoss, PpoCfg};
use crate::nn::NetworkCfg;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Name of the file of a run folder that says which machine trained.
pub const MACHINE: &str = "machine.json";

/// How a task is learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainCfg {
    /// Rollouts and updates.
    pub iterations: u64,
    /// Control ticks per rollout.
    pub horizon: usize,
    /// Iterations between looks at whether it walks.
    pub eval_every: u64,
    /// Iterations between checkpoints.
    pub save_every: u64,
    /// When the device that computes gradients is lost: stop, or fall back to the native learner.
    #[serde(default)]
    pub on_device_loss: OnDeviceLoss,
    /// On a GPU: factors of matrix products are rounded to the ten bits of TensorFloat-32. Faster, with other bits.
    #[serde(default)]
    pub tf32: bool,
    /// Sizes of the networks.
    pub networks: NetworkCfg,
    /// The algorithm.
    pub algorithm: PpoCfg,
    /// Values that change by themselves while the run goes on, by name; see [`crate::run::curricula`].
    #[serde(default)]
    pub curricula: Map<String, Value>,
}

#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod tests;
