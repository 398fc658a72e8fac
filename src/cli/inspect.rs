//! `plan`, `config`, `list`.
use super::Overrides;
use crate::{config, mdp, robot, task};
use anyhow::Result;
use clap::{Args, ValueEnum};

/// A task.
#[derive(Args)]
pub struct TaskArgs {
    /// Name of a task, or path of a task file.
    task: String,
}

/// Arguments of `config`.
#[derive(Args)]
pub struct ConfigArgs {
    /// Name of a task, or path of a task file.
    task: String,
    /// Show where every value was written.
    #[arg(long)]
    why: bool,
}

/// What can be listed.
#[derive(Clone, Copy, ValueEnum)]
enum What {
    Tasks,
    Scenes,
    Robots,
    Terms,
    Policies,
}

/// Arguments of `list`.
#[derive(Args)]
pub struct ListArgs {
    what: What,
}

/// Prints a plan.
pub fn plan(a: TaskArgs, overrides: Overrides) -> Result<()> {
    print!("{}", task::compile(task::open(&a.task, &overrides)?)?);
    Ok(())
}

/// Prints a resolved task.
pub fn config(a: ConfigArgs, overrides: Overrides) -> Result<()> {
    let doc = task::open(&a.task, &overrides)?;
    if !a.why {
        println!("{}", doc.to_ron());
        return Ok(());
    }
    for (key, value, origin) in doc.leaves() {
        println!("{key} = {value}  [{origin}]");
    }
    Ok(())
}

/// Prints names with a sentence each.
pub fn list(a: ListArgs) -> Result<()> {
    let root = config::root();
    match a.what {
        What::Tasks => {
            for name in config::names_in(&root.join("configs/tasks")) {
                let about = task::open(&name, &[])?.get("about");
                println!("{name:20} {}", about.as_str().unwrap_or_default());
            }
        }
        What::Scenes => {
            for name in config::names_in(&root.join("scenes")) {
                let about = config::load(&root.join("scenes").join(format!("{name}.ron")))?.get("about");
                println!("{name:20} {}", about.as_str().unwrap_or_default());
            }
        }
        What::Robots => {
            for name in config::names_in(&root.join("assets/robots")) {
                if let Ok(r) = robot::load(&name) {
                    println!(
                        "{name:20} {} joints, {:.1} kg, {} legs",
                        r.num_joints(),
                        r.mass(),
                        r.roles.legs.len()
                    );
                }
            }
        }
        What::Terms => {
            let show = |kind: &str, name: &str, doc: &str, place: &std::panic::Location<'_>| {
                println!("{kind:12} {name:20} {doc}  [{}:{}]", place.file(), place.line());
            };
            mdp::OBSERVATIONS.iter().for_each(|t| show("observation", t.name, t.doc, t.place));
            mdp::rewards::terms().for_each(|t| show("reward", t.name, t.doc, t.place));
            mdp::TERMINATIONS.iter().for_each(|t| show("termination", t.name, t.doc, t.place));
        }
        What::Policies => {
            for entry in std::fs::read_dir(root.join("assets/policies")).into_iter().flatten().flatten() {
                println!("{}", entry.file_name().to_string_lossy());
            }
        }
    }
    Ok(())
}
