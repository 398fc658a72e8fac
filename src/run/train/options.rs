//! What a run is asked for and what it leaves behind.
use crate::config::Document;
use crate::learn::Spent;
use crate::nn::ActorCritic;
use crate::run::eval::Report;
use crate::run::{Naming, RunFolder};
use crate::task::Plan;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Which back end turns minibatches into gradients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LearnerKind {
    /// Our own SIMD passes on the processor.
    Native,
    /// libtorch on a device: `cpu`, `cuda:0`.
    Torch(String),
    /// Native passes on a device that is lost in the middle of this iteration.
    #[cfg(test)]
    Failing(u64),
}

/// What to train and how.
#[derive(Clone)]
pub struct TrainOptions {
    /// The task, with changes from the command line.
    pub task: Document,
    /// Seed of everything random.
    pub seed: u64,
    /// Gradient back end.
    pub learner: LearnerKind,
    /// Folder of all runs.
    pub logs: PathBuf,
    /// Names of the run.
    pub naming: Naming,
    /// Stop when the policy first passes the evaluation.
    pub until_pass: bool,
    /// Look whether it walks; without, training is all there is.
    pub evaluate: bool,
    /// What is left in a run folder.
    pub keep: Keep,
    /// Go on from this checkpoint, in its run folder.
    pub resume: Option<PathBuf>,
    /// A task like it, compiled already: ground that is the same is not built again.
    pub beside: Option<Arc<Plan>>,
    /// Show progress.
    pub progress: bool,
    /// When the clock started: times are counted from here.
    pub started: Instant,
    /// Set from outside to stop after the iteration at hand.
    pub stop: Arc<AtomicBool>,
}

/// What a run leaves in its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// There is no folder.
    Nothing,
    /// Task, metrics and the last policy: to look at, not to go on from. For one of many runs.
    Policy,
    /// Everything.
    All,
}

/// The moment at which a run first walked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walked {
    /// Environment steps of the run by then.
    pub env_steps: u64,
    /// What the processor clock of the thread that trains said, s.
    pub thread_seconds: f64,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All iterations done.
    Finished,
    /// It walks, and that was all that was asked.
    Passed,
    /// Somebody asked to stop.
    Stopped,
}

/// What training left behind.
pub struct Trained {
    /// The task.
    pub plan: Arc<Plan>,
    /// The policy.
    pub policy: ActorCritic,
    /// The run folder.
    pub folder: Option<RunFolder>,
    /// Why it ended.
    pub ended: Ended,
    /// When the evaluation was first passed, s after the start.
    pub walks_after: Option<f64>,
    /// The same in other measures; none where that was in an earlier session.
    pub walked: Option<Walked>,
    /// Environment steps of this session, and the wall time of rollouts and updates, s.
    pub env_steps: u64,
    /// Wall time of rollouts and of updates, s.
    pub wall: [f64; 2],
    /// Time of the rollout's parts over all workers, s.
    pub spent: Spent,
    /// The closing evaluation.
    pub report: Option<Report>,
}
