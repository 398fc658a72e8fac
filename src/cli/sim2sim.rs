//! `sim2sim`: one policy judged in several engines side by side.
use super::Overrides;
use super::policy::PolicyArgs;
use crate::physics::mujoco::python;
use crate::run::Results;
use crate::run::sim2sim::{Judge, compare};
use anyhow::{Result, ensure};
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Arguments of `sim2sim`.
#[derive(ClapArgs)]
pub struct Args {
    #[command(flatten)]
    policy: PolicyArgs,
    /// Engines, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "batch,rapier,mujoco", value_parser = ["batch", "rapier", "mujoco"])]
    engines: Vec<String>,
    /// Tries per command in every engine; `eval` makes as many as the task says.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    tries: u32,
    /// Print the numbers as JSON; with a name, also write them to that file.
    #[arg(long, num_args = 0..=1)]
    json: Option<Option<PathBuf>>,
}

/// Compares.
pub fn run(mut a: Args, overrides: Overrides) -> Result<()> {
    a.policy.settle();
    let (plan, policy, path) = a.policy.open(&overrides)?;
    ensure!(
        !overrides.iter().any(|(key, _)| key == "env.physics.engine"),
        "sim2sim runs several engines: choose them by --engines"
    );
    let judges: Vec<Judge> =
        Judge::ALL.into_iter().filter(|j| a.engines.iter().any(|e| e == j.name())).collect();
    let say = |text: &str| eprintln!("{text}");
    let comparison = compare(&plan.doc, &policy, &judges, a.tries as usize, python(), &say)?;
    let mut results = Results::new();
    comparison.results().into_iter().for_each(|(k, v)| results.set(k, v));
    match &a.json {
        None => print!("policy {}\n{comparison}", path.display()),
        Some(file) => {
            eprint!("policy {}\n{comparison}", path.display());
            println!(
                "{}",
                serde_json::to_string_pretty(&results.to_json(&crate::run::machine::Machine::this()))?
            );
            if let Some(file) = file {
                results.write_json(file)?;
            }
        }
    }
    Ok(())
}
