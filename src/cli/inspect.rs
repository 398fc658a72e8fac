//! `plan`, `config`, `list`.
use super::Overrides;
use crate::robot::RobotSpec;
use crate::run::RunFolder;
use crate::run::sweep::{self, Sweep};
use crate::{config, mdp, robot, task, terrain};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

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
    Terrains,
    Terms,
    Policies,
    Runs,
}

/// Arguments of `list`.
#[derive(Args)]
pub struct ListArgs {
    what: What,
    /// Of robots: draw all of them beside each other, FILE.png.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
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

/// What there is to say of a robot in a few words.
fn facts(robot: &RobotSpec) -> Vec<String> {
    vec![
        format!("{} joints", robot.num_joints()),
        format!("{:.1} kg", robot.mass()),
        format!("{} legs", robot.roles.legs.len()),
    ]
}

#[cfg(feature = "gui")]
fn draw_robots(robots: &[RobotSpec], path: &Path) -> Result<()> {
    use crate::run::plots::{Tile, contact_sheet};
    let tile = |robot: &RobotSpec| {
        let picture = crate::app::portrait(robot, [448, 560])?;
        let notes = facts(robot);
        anyhow::Ok(Tile { title: robot.name.clone(), notes: vec![notes[..2].join(", ")], picture })
    };
    let tiles = robots.iter().map(tile).collect::<Result<Vec<_>>>()?;
    contact_sheet("Robots, in the pose around which they learn", &tiles, path)
}

#[cfg(not(feature = "gui"))]
fn draw_robots(_: &[RobotSpec], _: &Path) -> Result<()> {
    anyhow::bail!(
        "this gaitlab was built without the window and cannot draw; build it with its default features"
    )
}

/// Prints all runs, the newest of every experiment first, with what they reached and what was noted about them.
fn list_runs(logs: &Path) -> Result<()> {
    for experiment in super::report::experiments(logs) {
        list_folders(&experiment, logs, &experiment)?;
        for folder in sweep::list(logs, &experiment).into_iter().rev() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let state = match Sweep::open(&folder).and_then(|s| Ok(sweep::Table::new(&s, &s.rows()?))) {
                Ok(table) => format!("sweep, {} of {} runs", table.done(), table.total()),
                Err(e) => format!("sweep with trouble: {e:#}"),
            };
            println!("{experiment}/{name}  {state}");
            list_folders(&format!("{experiment}/{name}"), &logs.join(&experiment), &name)?;
        }
    }
    Ok(())
}

/// The runs of one folder; `shown` is what `--load_run` calls it.
fn list_folders(shown: &str, root: &Path, experiment: &str) -> Result<()> {
    for run in RunFolder::list(root, experiment)?.into_iter().rev() {
        let reached =
            run.newest_checkpoint().map_or("no checkpoint".into(), |(i, _)| format!("iteration {i}"));
        let note = run.note().map(|n| format!("  “{}”", n.replace('\n', " "))).unwrap_or_default();
        println!("{shown}/{}  {reached}{note}", run.name());
    }
    Ok(())
}

/// Prints names with a sentence each.
pub fn list(a: ListArgs) -> Result<()> {
    anyhow::ensure!(
        a.picture.is_none() || matches!(a.what, What::Robots),
        "--picture draws robots: gaitlab list robots --picture robots.png"
    );
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
            let names = config::names_in(&root.join("assets/robots"));
            let robots = names.iter().map(|name| robot::load(name)).collect::<Result<Vec<_>, _>>()?;
            for robot in &robots {
                println!("{:20} {}", robot.name, facts(robot).join(", "));
            }
            if let Some(path) = a.picture {
                draw_robots(&robots, &path)?;
                println!("{}", path.display());
            }
        }
        What::Terrains => {
            for name in config::names_in(&root.join(terrain::FOLDER)) {
                println!("{name:20} {}", terrain::Mix::load(&name)?.about);
            }
            println!("\nTypes of ground, for mixes:");
            for g in terrain::GENERATORS {
                println!("{:20} {}", g.name, g.about);
                for p in g.parameters {
                    let [easy, hard] = p.usual;
                    let usual = if easy == hard { format!("{easy}") } else { format!("{easy} -> {hard}") };
                    println!(
                        "  {:18} {} Usually {}.",
                        p.name,
                        p.about,
                        format!("{usual} {}", p.unit).trim_end()
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
        What::Runs => list_runs(Path::new(super::policy::LOGS))?,
        What::Policies => {
            for entry in std::fs::read_dir(root.join("assets/policies")).into_iter().flatten().flatten() {
                println!("{}", entry.file_name().to_string_lossy());
            }
        }
    }
    Ok(())
}
