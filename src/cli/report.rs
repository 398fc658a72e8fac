//! `report`: the page of a run.
use super::policy::{LOGS, run_folder};
use crate::run::{RunFolder, report};
use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use std::path::Path;

/// Arguments of `report`.
#[derive(ClapArgs)]
pub struct Args {
    /// A run: its folder, `<experiment>/<name>`, or a name (with or without date and time); the newest without.
    run: Option<String>,
    /// Look for it only here, below `logs`.
    #[arg(long, value_name = "NAME")]
    experiment_name: Option<String>,
}

/// Writes the page.
pub fn run(a: Args) -> Result<()> {
    let folder = find(&a)?;
    println!("{}", report::write(&folder)?.display());
    Ok(())
}

fn find(a: &Args) -> Result<RunFolder> {
    let name = a.run.as_deref().filter(|name| !matches!(*name, "newest" | "-1"));
    if let (Some(name), None) = (name, &a.experiment_name)
        && (Path::new(name).is_dir() || name.contains('/'))
    {
        return run_folder("", Some(&format!("{name}/")));
    }
    let logs = Path::new(LOGS);
    let experiments = match &a.experiment_name {
        Some(name) => vec![name.clone()],
        None => experiments(logs),
    };
    let runs = experiments.iter().filter_map(|e| match name {
        Some(name) => RunFolder::named(logs, e, name).ok(),
        None => RunFolder::newest(logs, e).ok(),
    });
    // names begin with date and time
    runs.max_by_key(RunFolder::name).with_context(|| match name {
        Some(name) => format!("no run is called `{name}`; see `gaitlab list runs`"),
        None => format!("there are no runs yet in {}; train one first", logs.display()),
    })
}

/// Names of the folders of runs, sorted.
pub fn experiments(logs: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(logs).into_iter().flatten().flatten().filter(|e| e.path().is_dir());
    let mut names: Vec<String> = entries.filter_map(|e| e.file_name().into_string().ok()).collect();
    names.retain(|n| !n.starts_with('.'));
    names.sort();
    names
}
