//! Which task and which policy a command is about.
use super::Overrides;
use crate::config;
use crate::nn::ActorCritic;
use crate::run::RunFolder;
use crate::run::train::load_policy;
use crate::task::{self, Plan};
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

/// A task and a policy for it.
#[derive(Args, Clone, Default)]
pub struct PolicyArgs {
    /// Name of a task or scene, or path of such a file.
    #[arg(default_value = "a1_flat")]
    pub task: String,
    /// The same.
    #[arg(long = "task", value_name = "TASK", conflicts_with = "task")]
    pub task_flag: Option<String>,
    /// A checkpoint (`.safetensors`); the shipped policy of the task without.
    #[arg(long)]
    pub policy: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
    /// Worker threads; all cores without.
    #[arg(long)]
    pub threads: Option<usize>,
}

/// Which run, and which moment of it.
#[derive(Args, Clone, Default)]
pub struct RunArgs {
    /// A run by the name of its folder, with or without date and time, or its path; `newest` or -1 is the newest.
    #[arg(long, allow_hyphen_values = true)]
    pub load_run: Option<String>,
    /// Iteration of the run's checkpoint; the newest without, or with -1.
    #[arg(long, allow_negative_numbers = true)]
    pub checkpoint: Option<i64>,
    /// Folder of runs below `logs`; the task's name without.
    #[arg(long, value_name = "NAME")]
    pub experiment_name: Option<String>,
}

impl RunArgs {
    /// Whether a run is meant at all.
    pub fn is_given(&self) -> bool {
        self.load_run.is_some() || self.checkpoint.is_some()
    }

    /// The run, and its checkpoint.
    pub fn find(&self, task: &str) -> Result<(RunFolder, PathBuf)> {
        let experiment = self.experiment_name.as_deref().unwrap_or(task);
        let folder = run_folder(experiment, self.load_run.as_deref())?;
        let path = match self.checkpoint {
            None | Some(-1) => folder.newest_checkpoint()?.1,
            Some(i) => {
                let all = folder.checkpoints()?;
                let found = all.iter().find(|(n, _)| i64::try_from(*n) == Ok(i));
                match found {
                    Some((_, path)) => path.clone(),
                    None => {
                        let there: Vec<String> = all.iter().map(|(n, _)| n.to_string()).collect();
                        let path = folder.path().display();
                        bail!("no checkpoint of iteration {i}; there are {}: {path}", there.join(", "))
                    }
                }
            }
        };
        Ok((folder, path))
    }
}

impl PolicyArgs {
    /// The task, however it was given, is in `task` from here on.
    pub fn settle(&mut self) {
        if let Some(task) = self.task_flag.take() {
            self.task = task;
        }
    }

    /// Opens both; a mismatch between them is refused.
    pub fn open(&self, overrides: &Overrides) -> Result<(Arc<Plan>, ActorCritic, PathBuf)> {
        super::threads::set(self.threads)?;
        let plan = Arc::new(task::compile(task::open(&self.task, overrides)?)?);
        let path = self.path(&plan.name)?;
        let policy = load_policy(&path, &plan)?;
        Ok((plan, policy, path))
    }

    /// The policy's file.
    pub fn path(&self, task: &str) -> Result<PathBuf> {
        if let Some(p) = &self.policy {
            return Ok(p.clone());
        }
        if self.run.is_given() {
            return Ok(self.run.find(task)?.1);
        }
        let shipped = config::root().join("assets/policies").join(task).join("policy.safetensors");
        if !shipped.exists() {
            bail!(
                "no policy is shipped for task `{task}`; train one (`gaitlab train {task}`) and give --load_run newest, or give --policy FILE"
            );
        }
        Ok(shipped)
    }
}

/// Folder of all runs.
pub const LOGS: &str = "logs";

/// Opens a run of an experiment by name or path; the newest without a name.
pub fn run_folder(experiment: &str, name: Option<&str>) -> Result<RunFolder> {
    let logs = PathBuf::from(LOGS);
    match name {
        None | Some("newest" | "-1") => RunFolder::newest_with_checkpoint(&logs, experiment),
        Some(name) if name.contains(['/', '\\']) => {
            let below = logs.join(name);
            RunFolder::open(if below.is_dir() { below } else { PathBuf::from(name) })
        }
        Some(name) => RunFolder::named(&logs, experiment, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_found_by_path_and_its_checkpoints_by_iteration() {
        let dir = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(dir.path(), "x", "soft").unwrap();
        for iteration in [5, 40, 250] {
            std::fs::write(folder.checkpoint_path(iteration), "").unwrap();
        }
        let find = |checkpoint: Option<i64>| {
            let load_run = Some(folder.path().display().to_string());
            RunArgs { load_run, checkpoint, experiment_name: None }.find("a1_flat").map(|f| f.1)
        };
        assert_eq!(find(None).unwrap(), folder.checkpoint_path(250));
        assert_eq!(find(Some(-1)).unwrap(), folder.checkpoint_path(250));
        assert_eq!(find(Some(40)).unwrap(), folder.checkpoint_path(40));
        let e = find(Some(41)).unwrap_err().to_string();
        assert!(e.contains("there are 5, 40, 250"), "{e}");
    }
}
