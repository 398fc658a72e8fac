//! `train`: from nothing to a walk, and what is left of it in the run folder.
use super::Overrides;
use super::hardware::Hardware;
use super::play::Watched;
use super::policy::{LOGS, RunArgs};
use crate::lab::LabOptions;
use crate::run::train::{Ended, Keep, LearnerKind, TrainOptions, Trained, train};
use crate::run::{NOTE, Naming, pictures, report};
use crate::{config, task};
use anyhow::{Context, Result, bail, ensure};
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Arguments of `train`.
#[derive(ClapArgs)]
pub struct Args {
    /// Name of a task, or path of a task file.
    #[arg(default_value = "a1_flat")]
    task: String,
    /// The same.
    #[arg(long = "task", value_name = "TASK", conflicts_with = "task")]
    task_flag: Option<String>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Environments that learn together (a multiple of 16); the task's without.
    #[arg(long)]
    num_envs: Option<usize>,
    /// Rollouts and updates; the task's without.
    #[arg(long)]
    max_iterations: Option<u64>,
    /// Gradient back end: `native` or `torch`.
    #[arg(long, default_value = "native", value_parser = ["native", "torch"])]
    learner: String,
    #[command(flatten)]
    hardware: Hardware,
    /// When the device of the learner fails or is missing: save and `stop`, or `fallback` to the native learner on the
    /// processor. The task's `train.on_device_loss` without, which is `stop` unless written.
    #[arg(long, value_parser = ["stop", "fallback"])]
    on_device_loss: Option<String>,
    /// Stop at the moment it walks.
    #[arg(long)]
    until_pass: bool,
    /// Name of the run, behind date and time in that of its folder.
    #[arg(long, default_value = "run")]
    run_name: String,
    /// A sentence for later: kept in the run folder, shown in lists and in the report.
    #[arg(long)]
    note: Option<String>,
    /// Go on with a run, exactly as if it had not stopped.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    from: RunArgs,
    /// Worker threads, 1 or more; all cores without. More than there are cores are slower, more than four times refused.
    #[arg(long)]
    threads: Option<usize>,
    /// Open the lab's window and watch.
    #[arg(long, conflicts_with_all = ["headless", "until_pass", "resume", "load_run", "checkpoint", "json"])]
    watch: bool,
    /// Nothing is drawn while training anyway; also leaves out the film at the end.
    #[arg(long)]
    headless: bool,
    /// Write the numbers of the closing evaluation to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Trains.
pub fn run(mut a: Args, mut overrides: Overrides, started: Instant) -> Result<()> {
    a.task = a.task_flag.take().unwrap_or(a.task);
    a.hardware.explain();
    ensure!(
        a.resume || !a.from.is_given(),
        "--load_run and --checkpoint say what to go on from: add --resume"
    );
    if a.watch {
        super::threads::check(a.threads)?;
    } else {
        super::threads::set(a.threads)?;
    }
    let short = [
        ("env.num_envs", a.num_envs.map(|n| n.to_string())),
        ("train.iterations", a.max_iterations.map(|n| n.to_string())),
        ("train.on_device_loss", a.on_device_loss.as_ref().map(|what| format!("{what:?}"))),
    ];
    overrides.extend(short.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))));
    if a.watch {
        let lab = LabOptions {
            learner: learner(&a),
            threads: a.threads,
            naming: naming(&a),
            ..LabOptions::default()
        };
        return super::play::watch(Watched { task: a.task, seed: a.seed, lab }, overrides);
    }
    let (task, resume) =
        if a.resume { resumed(&a, &overrides)? } else { (task::open(&a.task, &overrides)?, None) };
    let trained = train(TrainOptions {
        task,
        seed: a.seed,
        learner: learner(&a),
        logs: PathBuf::from(LOGS),
        naming: naming(&a),
        until_pass: a.until_pass,
        evaluate: true,
        keep: Keep::All,
        resume,
        beside: None,
        progress: true,
        started,
        stop: stop_on_ctrl_c(),
    })?;
    close(&a, &trained)
}

fn naming(a: &Args) -> Naming {
    Naming { experiment: a.from.experiment_name.clone(), run: a.run_name.clone(), note: a.note.clone() }
}

fn learner(a: &Args) -> LearnerKind {
    match (a.learner.as_str(), a.hardware.rl_device.as_str()) {
        ("native", "cpu") => LearnerKind::Native,
        (_, device) => LearnerKind::Torch(device.to_owned()),
    }
}

/// The task and checkpoint of a run as it was.
fn resumed(a: &Args, overrides: &Overrides) -> Result<(config::Document, Option<PathBuf>)> {
    let (folder, path) = a.from.find(&a.task)?;
    if let Some(note) = &a.note {
        folder.write(NOTE, format!("{note}\n"))?;
    }
    let doc = task::open(&folder.file("config.ron").display().to_string(), overrides)?;
    Ok((doc, Some(path)))
}

/// A flag that the first Ctrl-C sets; the second ends the program at once.
pub(super) fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
        eprintln!("stopping after this iteration and saving; once more to leave at once");
    };
    // without a handler Ctrl-C still ends the program; the last checkpoint stays whole
    let _ = ctrlc::set_handler(handler);
    stop
}

/// Table, plots and film.
fn close(a: &Args, t: &Trained) -> Result<()> {
    let seconds = t.wall[0] + t.wall[1];
    println!(
        "{} after {:.1} M env-steps at {:.0} k/s{}",
        match t.ended {
            Ended::Finished => "finished",
            Ended::Passed => "stopped at its first pass",
            Ended::Stopped => "stopped by request",
        },
        t.env_steps as f64 / 1e6,
        t.env_steps as f64 / seconds / 1e3,
        t.walks_after.map(|s| format!("; walks after {s:.1} s")).unwrap_or_default()
    );
    let Some(folder) = &t.folder else { return Ok(()) };
    if let Some(report) = &t.report {
        print!("{report}");
        folder.write("evaluation.txt", report.to_string())?;
        super::eval::write_json(report, &folder.file("evaluation.json"))?;
        if let Some(json) = &a.json {
            super::eval::write_json(report, json)?;
        }
        pictures::run_plots(folder)?;
        pictures::policy_plots(&t.plan, &t.policy, folder.path())?;
        if !a.headless {
            film(t, &folder.file("walk.gif"));
        }
    } else if a.json.is_some() {
        bail!("no evaluation was made, so there are no numbers to write");
    }
    match report::write(folder) {
        Ok(page) => println!("report {}", page.display()),
        Err(e) => eprintln!("no report: {e:#}"),
    }
    println!("run folder {}", folder.path().display());
    Ok(())
}

/// A film is a bonus: where it cannot be made, that is said and the run is still good.
fn film(t: &Trained, path: &Path) {
    match super::play::film(t.plan.clone(), t.policy.clone(), path, 6.0).context("no film") {
        Ok(()) => println!("film {}", path.display()),
        Err(e) => eprintln!("{e:#}"),
    }
}
