//! The thread that reads run folders and checkpoints.
use super::read;
use super::sweeps::KnownSweeps;
use crate::lab::model::{Run, SweepShown};
use crate::nn::ActorCritic;
use crate::run::RunFolder;
use crate::run::train::load_policy;
use crate::task::Plan;
use bevy::platform::cell::SyncCell;
use bevy::prelude::Resource;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime};

/// Between looks at the logs folder.
const PERIOD: Duration = Duration::from_millis(1500);

/// A policy to be read for a stage.
pub(in crate::lab) struct Load {
    /// Stage.
    pub slot: usize,
    /// Iteration that was asked for.
    pub iteration: u64,
    /// The checkpoint.
    pub path: PathBuf,
    /// Task that it must fit.
    pub plan: Arc<Plan>,
}

/// What the thread found.
pub(in crate::lab) enum Found {
    /// Ids of all runs, newest first, and the runs whose files changed.
    Runs { all: Vec<String>, changed: Vec<Run> },
    /// All sweeps, the newest first, when one of them changed.
    Sweeps(Vec<SweepShown>),
    /// The policy that was asked for last.
    Policy { slot: usize, iteration: u64, policy: Result<Arc<ActorCritic>, String> },
}

/// Handle of the thread; it ends when this is dropped.
#[derive(Resource)]
pub(in crate::lab) struct Reader {
    jobs: Sender<Load>,
    found: SyncCell<Receiver<Found>>,
}

impl Reader {
    /// Looks at a logs folder from now on.
    pub fn start(logs: PathBuf) -> Self {
        let (jobs, asked) = channel();
        let (say, found) = channel();
        std::thread::Builder::new()
            .name("runs".into())
            .spawn(move || work(&logs, &asked, &say))
            // without the thread there is no list of runs; everything else works
            .ok();
        Self { jobs, found: SyncCell::new(found) }
    }
    /// Asks for a policy; of several asked in a row only the last is read.
    pub fn load(&self, job: Load) {
        let _ = self.jobs.send(job);
    }
    /// What was found since the last look.
    pub fn found(&mut self) -> Vec<Found> {
        self.found.get().try_iter().collect()
    }
}

fn work(logs: &Path, jobs: &Receiver<Load>, say: &Sender<Found>) {
    let (mut known, mut sweeps) = (Known::default(), KnownSweeps::default());
    loop {
        let (all, changed) = known.scan(logs);
        if let Some(sweeps) = sweeps.scan(logs, &experiments(logs))
            && say.send(Found::Sweeps(sweeps)).is_err()
        {
            return;
        }
        if say.send(Found::Runs { all, changed }).is_err() {
            return;
        }
        match jobs.recv_timeout(PERIOD) {
            Ok(first) => {
                let job = jobs.try_iter().last().unwrap_or(first);
                let policy = load_policy(&job.path, &job.plan).map(Arc::new).map_err(|e| format!("{e:#}"));
                let found = Found::Policy { slot: job.slot, iteration: job.iteration, policy };
                if say.send(found).is_err() {
                    return;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// When the files of runs changed last, by id.
#[derive(Default)]
struct Known(BTreeMap<String, [Option<SystemTime>; 3]>);

impl Known {
    /// Ids of all runs, the newest first, and what changed since the last scan.
    fn scan(&mut self, logs: &Path) -> (Vec<String>, Vec<Run>) {
        let (mut all, mut changed) = (vec![], vec![]);
        for experiment in experiments(logs) {
            for folder in RunFolder::list(logs, &experiment).unwrap_or_default() {
                let id = format!("{experiment}/{}", folder.name());
                let time = |p: PathBuf| std::fs::metadata(p).and_then(|m| m.modified()).ok();
                let stamp = [
                    time(folder.path().to_owned()),
                    time(folder.file("metrics.csv")),
                    time(folder.file("changes.csv")),
                ];
                if self.0.get(&id) != Some(&stamp) {
                    changed.push(read::run(&experiment, &folder));
                    self.0.insert(id.clone(), stamp);
                }
                all.push(id);
            }
        }
        self.0.retain(|id, _| all.contains(id));
        // the folder's name begins with its date
        all.sort_by(|a, b| name(b).cmp(name(a)));
        (all, changed)
    }
}

fn name(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn experiments(logs: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(logs).into_iter().flatten().flatten();
    let folders = entries.filter(|e| e.path().is_dir());
    folders.filter_map(|e| e.file_name().into_string().ok()).filter(|n| !n.starts_with('.')).collect()
}
