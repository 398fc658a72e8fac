//! `eval`: the judgement of a policy, printed and stored.
use super::Overrides;
use super::policy::PolicyArgs;
use crate::config;
use crate::nn::ActorCritic;
use crate::run::eval::{EvalCfg, Report, contact, judge, perturb};
use crate::run::{Results, pictures, plots};
use crate::task::Plan;
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
    /// Judge it over a grid of friction, payload, delay, pushes and motor strength instead, one at a time.
    #[arg(long)]
    perturb: bool,
    /// Draw what `--perturb` finds as this picture (PNG).
    #[arg(long, requires = "perturb")]
    picture: Option<PathBuf>,
    /// Tries per command and value of `--perturb`.
    #[arg(long, default_value_t = 32, requires = "perturb")]
    tries: usize,
    /// Judge it on the task's tracks made of cells of 1, 2.5 and 5 cm and of boxes instead: what it can do must not depend on that.
    #[arg(long, conflicts_with = "perturb")]
    contact: bool,
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
    if a.perturb {
        return perturb(&a, &plan, &policy, &cfg);
    }
    if a.contact {
        return contact(&a, &plan, &policy, &cfg);
    }
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

/// What it bears, as a table, numbers and a picture.
fn perturb(a: &Args, plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg) -> Result<()> {
    anyhow::ensure!((1..=4096).contains(&a.tries), "{} tries: give a number from 1 to 4096", a.tries);
    let found = perturb::perturb(&plan.doc, policy, cfg, a.tries)?;
    print!("{found}");
    if let Some(json) = &a.json {
        let mut results = Results::new();
        found.results().into_iter().for_each(|(k, v)| results.set(k, v));
        results.write_json(json)?;
    }
    if let Some(picture) = &a.picture {
        plots::perturb(&format!("What {} bears", plan.name), &found, picture)?;
    }
    Ok(())
}

/// What it can do on the same steps made of different things, as a table and numbers.
fn contact(a: &Args, plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg) -> Result<()> {
    let found = contact::contact(plan, policy, cfg)?;
    print!("{found}");
    if let Some(json) = &a.json {
        let mut results = Results::new();
        found.results().into_iter().for_each(|(k, v)| results.set(k, v));
        results.write_json(json)?;
    }
    Ok(())
}

/// Stores the numbers of a report.
pub fn write_json(report: &Report, path: &Path) -> Result<()> {
    let mut results = Results::new();
    report.results().into_iter().for_each(|(k, v)| results.set(k, v));
    results.write_json(path)
}
