//! What a session can be asked, and what it says.
use super::{Change, FailedEpisode};
use crate::task::Plan;
use std::path::PathBuf;
use std::sync::Arc;

/// Asked of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Wait, or go on.
    Pause(bool),
    /// Save a checkpoint and end.
    Stop,
    /// Change a value of the task. Answered by `Changed` or `Refused`.
    Set {
        /// Dotted key.
        key: String,
        /// New value.
        value: serde_json::Value,
    },
    /// Put the value of a change back. Later changes of the same key are undone with it.
    Undo(u64),
    /// Go on from the checkpoint at or before this iteration.
    GoBack(u64),
    /// Save a full checkpoint now and say where: answered by `Saved`.
    Save {
        /// Copied to here too, if given.
        copy: Option<PathBuf>,
        /// Given back in the answer.
        ticket: u64,
    },
    /// Write all changes as a task that extends the run's.
    SaveVariant {
        /// Name of the new task.
        name: String,
    },
    /// An environment is driven by a person (its command held, its samples left out of learning), or given back.
    Drive {
        /// Number of the environment.
        env: usize,
        /// Forward m/s, left m/s, yaw rate rad/s; `None` gives it back.
        command: Option<[f32; 3]>,
    },
    /// Push every environment now.
    PushAll,
    /// Start a new episode everywhere.
    ResetAll,
    /// Send one failed episode that fits; answered by `Failure` or `Refused`.
    ShowFailure {
        /// Key of the termination.
        termination: Option<String>,
        /// Key of the costliest reward term.
        reward: Option<String>,
        /// Terrain tile.
        tile: Option<[u32; 2]>,
    },
}

/// One row of metrics, as in `metrics.csv`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Finished iterations.
    pub iteration: u64,
    /// Environment steps of the run.
    pub env_steps: u64,
    /// Seconds of the run.
    pub seconds: f64,
    /// Metric and value; NaN where there is none now.
    pub values: Vec<(String, f64)>,
}

/// Said by a session.
#[derive(Clone)]
pub enum Event {
    /// It compiled and runs: its plan, its folder, and the iterations it will make.
    Started {
        /// The task.
        plan: Arc<Plan>,
        /// The run folder.
        folder: PathBuf,
        /// Iterations until the end.
        iterations: u64,
    },
    /// New numbers.
    Row(Row),
    /// It passes the evaluation for the first time, s after the start.
    Walks(f64),
    /// A knob moved; `id` is new, or that of the change that was undone.
    Changed(Change),
    /// The first iteration that used a change is finished.
    Felt {
        /// The change.
        id: u64,
        /// Time since it was asked for, s.
        latency_s: f64,
    },
    /// Something asked for cannot be done; training goes on.
    Refused {
        /// What was asked.
        what: String,
        /// Why not, and what to do instead.
        why: String,
    },
    /// It went back; rows after this iteration are history.
    WentBack(u64),
    /// A checkpoint was saved.
    Saved {
        /// See [`Order::Save`]; 0 when it was due by itself.
        ticket: u64,
        /// Iteration.
        iteration: u64,
        /// Where.
        path: PathBuf,
    },
    /// A variant was written.
    VariantSaved(PathBuf),
    /// The failed episode that was asked for.
    Failure(Box<FailedEpisode>),
    /// Something worth saying that stops nothing (a full disk, a folder that is gone).
    Note(String),
    /// It ended: by itself, by request, or by an error.
    Ended(Result<(), String>),
}
