//! `eval`: the judgement of a policy, printed and stored.
use super::Overrides;
use super::policy::PolicyArgs;
use crate::config;
use crate::run::eval::{EvalCfg, Report, judge};
use crate::run::{Results, pictures};
use anyhow::Result;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};

/// Arguments of `eval`.
#[derive(ClapArgs)]
pub struct Args {
    #[command(flatten)]
    policy: PolicyArgs,
    /// Write the numbers to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Write plots (velocity tracking, gait, joints) to this folder.
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// Judges.
pub fn run(mut a: Args, overrides: Overrides) -> Result<()> {
    a.policy.settle();
    let (plan, policy, path) = a.policy.open(&overrides)?;
    let cfg: EvalCfg = config::typed(&plan.doc, "eval")?;
    println!("policy {}", path.display());
    let report = judge(&plan, &policy, &cfg)?;
    print!("{report}");
    if let Some(json) = &a.json {
        write_json(&report, json)?;
    }
    if let Some(folder) = &a.plots {
        pictures::policy_plots(&plan, &policy, folder)?;
    }
    Ok(())
}

/// Stores the numbers of a report.
pub fn write_json(report: &Report, path: &Path) -> Result<()> {
    let mut results = Results::new();
    report.results().into_iter().for_each(|(k, v)| results.set(k, v));
    results.write_json(path)
}
