//! What panels and the view read. Written by the systems of the lab only.
use super::command::ShowOrder;
use crate::run::plots::SweepPlot;
use crate::run::session::{Change, FailedEpisode, FailureTable, Knob, Phases, Row, RunState};
use crate::run::sweep::Table;
use crate::task::Plan;
use bevy::ecs::prelude::{Component, Resource};
use std::path::PathBuf;
use std::sync::Arc;

/// Environments that can be shown at once.
pub const MOST_SHOWN: usize = 256;

/// Everything there is to read, apart from the stages (entities with [`Stage`], `Telemetry`, `ShownFrames`).
#[derive(Resource, Default)]
pub struct Lab {
    /// Tasks that can be trained.
    pub tasks: Vec<TaskInfo>,
    /// The chosen one.
    pub task: String,
    /// Live runs of this process first, then those found in the logs folder, the newest first.
    pub runs: Vec<Run>,
    /// Sweeps in the logs folder, the newest first.
    pub sweeps: Vec<SweepShown>,
    /// The run shown on stage 0, and the one beside it on stage 1; a stage without a run plays a fixed policy.
    pub shown: [Option<String>; 2],
    /// What a person should know, the oldest first.
    pub notes: Vec<Note>,
    /// Which environments are shown.
    pub show: Show,
    /// Knobs of the shown run, or of the chosen task while none is shown (then they cannot be turned).
    pub knobs: Arc<Vec<Knob>>,
    /// Whether turning knobs has an effect now.
    pub knobs_live: bool,
    /// Plan of what stage 0 shows.
    pub plan: Option<Arc<Plan>>,
    /// The failed episode that is replayed now, and the seconds since its replay began.
    pub replay: Option<(Arc<FailedEpisode>, f32)>,
    /// Command scripts that can be played, and the one that is.
    pub scripts: Scripts,
}

/// Which environments are shown, as asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Show {
    /// 1 to [`MOST_SHOWN`].
    pub count: usize,
    /// Which first.
    pub order: ShowOrder,
    /// With the exploration of learning.
    pub explore: bool,
}

impl Default for Show {
    fn default() -> Self {
        Self { count: 64, order: ShowOrder::Random, explore: true }
    }
}

/// A task that can be chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskInfo {
    /// Name of the file.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// A policy is shipped with it.
    pub has_policy: bool,
}

/// A run as panels see it.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// `<experiment>/<folder name>`.
    pub id: String,
    /// Task.
    pub task: String,
    /// Short name for people.
    pub name: String,
    /// Run folder.
    pub folder: PathBuf,
    /// What somebody noted about it.
    pub note: Option<String>,
    /// What it does.
    pub state: RunState,
    /// Run and iteration from which it was branched.
    pub parent: Option<(String, u64)>,
    /// Finished iterations.
    pub iteration: u64,
    /// Iterations until the end.
    pub iterations: u64,
    /// Environment steps.
    pub env_steps: u64,
    /// Seconds of the run.
    pub seconds: f64,
    /// Environment steps per second now; NaN when not learning.
    pub env_steps_per_s: f64,
    /// When it first passed the evaluation, s.
    pub walks_after_s: Option<f64>,
    /// Curves.
    pub curves: Curves,
    /// Changes of knobs, the oldest first.
    pub changes: Vec<Change>,
    /// Iterations with a checkpoint, ascending.
    pub checkpoints: Vec<u64>,
    /// What ends episodes now.
    pub failures: Arc<FailureTable>,
    /// Where time goes.
    pub phases: Phases,
    /// Drawn over the shown run's curves.
    pub compared: bool,
    /// What went wrong with the folder, if anything.
    pub trouble: Option<String>,
}

/// A sweep as panels see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepShown {
    /// `<experiment>/<folder name>`.
    pub id: String,
    /// Short name for people.
    pub name: String,
    /// Task.
    pub task: String,
    /// Its settings, the best first; none where it cannot be read.
    pub table: Option<Arc<Table>>,
    /// The same as lines through all knobs.
    pub plot: Arc<SweepPlot>,
    /// Why it cannot be read.
    pub trouble: Option<String>,
}

/// Metrics over iterations, column by column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Iteration per row.
    pub iteration: Vec<f64>,
    /// Seconds per row.
    pub seconds: Vec<f64>,
    /// Environment steps per row.
    pub env_steps: Vec<f64>,
    /// Name and values of every metric, in the order of `metrics.csv`; NaN where a row has none.
    pub columns: Vec<(String, Vec<f64>)>,
}

impl Curves {
    /// Values of a metric.
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, v)| &v[..])
    }
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.iteration.len()
    }
    /// Whether there is nothing yet.
    pub fn is_empty(&self) -> bool {
        self.iteration.is_empty()
    }
    /// Appends a row; a metric that is new gets NaN for all rows before.
    pub fn push(&mut self, row: &Row) {
        let rows = self.len();
        self.iteration.push(row.iteration as f64);
        self.seconds.push(row.seconds);
        self.env_steps.push(row.env_steps as f64);
        for (name, value) in &row.values {
            match self.columns.iter_mut().find(|(n, _)| n == name) {
                Some((_, values)) => values.push(*value),
                None => {
                    let mut values = vec![f64::NAN; rows];
                    values.push(*value);
                    self.columns.push((name.clone(), values));
                }
            }
        }
        self.columns.iter_mut().for_each(|(_, values)| values.resize(rows + 1, f64::NAN));
    }
    /// Forgets rows after an iteration.
    pub fn truncate(&mut self, iteration: u64) {
        let keep = self.iteration.partition_point(|i| *i <= iteration as f64);
        [&mut self.iteration, &mut self.seconds, &mut self.env_steps]
            .into_iter()
            .for_each(|v| v.truncate(keep));
        self.columns.iter_mut().for_each(|(_, values)| values.truncate(keep));
    }
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Good to know; goes away by itself.
    Info,
    /// Something could not be done; goes away by itself after a while.
    Warning,
    /// Something was lost or ended; stays until it is dismissed.
    Error,
}

/// A message in the window.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Counts from 1.
    pub id: u64,
    /// How much it matters.
    pub severity: Severity,
    /// What happened and what to do next.
    pub text: String,
    /// Seconds since it appeared.
    pub age_s: f32,
}

/// Command scripts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scripts {
    /// Files in `scenes/commands`.
    pub files: Vec<PathBuf>,
    /// The one that is followed, and the seconds since it began.
    pub playing: Option<(PathBuf, f32)>,
    /// Seconds of commands noted so far, while noting.
    pub noting_s: Option<f32>,
}

/// A stage: shown environments that live at the pace of the viewer's clock, with the run's newest policy and knobs.
/// Nothing that happens on a stage reaches a rollout.
#[derive(Component, Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// 0, or 1 for the run beside it.
    pub slot: usize,
    /// What is shown, for people.
    pub title: String,
    /// The robots, as in `ShownFrames`.
    pub robots: Vec<ShownEnv>,
    /// Where the stage's middle stands in the world, m.
    pub origin: [f32; 2],
}

/// A robot on a stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShownEnv {
    /// Number of the environment in its run.
    pub env: usize,
    /// Terrain level.
    pub level: u32,
    /// Reward per second of the environment's last finished episode; NaN before.
    pub score: f32,
    /// Seconds since it last fell here; infinite if never.
    pub fell_s: f32,
}

/// Where the person looks, as far as commands need it.
#[derive(Resource, Clone, Copy, Debug, PartialEq)]
pub struct Viewer {
    /// Direction of view along the ground, unit length.
    pub away: [f32; 2],
    /// Wants to see what the physics engine sees.
    pub debug_lines: bool,
}

impl Default for Viewer {
    fn default() -> Self {
        Self { away: [0.0, 1.0], debug_lines: false }
    }
}

/// The marked robot.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// Stage.
    pub stage: usize,
    /// Robot on it.
    pub robot: usize,
    /// A person drives it.
    pub driven: bool,
}
