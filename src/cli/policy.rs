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
    /// A checkpoint (`.safetensors`); the shipped policy of the task without.
    #[arg(long)]
    pub policy: Option<PathBuf>,
    /// A run below `logs/<task>` by name, or `newest`.
    #[arg(long)]
    pub load_run: Option<String>,
    /// Iteration of the run's checkpoint; the newest without.
    #[arg(long)]
    pub checkpoint: Option<u64>,
    /// Worker threads; all cores without.
    #[arg(long)]
    pub threads: Option<usize>,
}

impl PolicyArgs {
    /// Opens both; a mismatch between them is refused.
    pub fn open(&self, overrides: &Overrides) -> Result<(Arc<Plan>, ActorCritic, PathBuf)> {
        super::set_threads(self.threads)?;
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
        if self.load_run.is_some() || self.checkpoint.is_some() {
            let folder = run_folder(task, self.load_run.as_deref())?;
            return Ok(match self.checkpoint {
                Some(i) => folder.checkpoint_path(i),
                None => folder.newest_checkpoint()?.1,
            });
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

/// Opens a run of a task by name; the newest without a name.
pub fn run_folder(task: &str, name: Option<&str>) -> Result<RunFolder> {
    let logs = PathBuf::from("logs");
    match name {
        None | Some("newest" | "-1") => RunFolder::newest_with_checkpoint(&logs, task),
        Some(name) => RunFolder::open(logs.join(task).join(name)),
    }
}
