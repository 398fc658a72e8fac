//! Arguments to command to exit code: 0 done, 1 failed, 2 something was written wrongly.
mod bench;
mod completions;
mod eval;
mod export;
mod export_robot;
mod hardware;
mod import;
mod import_policy;
mod inspect;
mod play;
mod policy;
mod replay;
mod report;
#[cfg(feature = "gui")]
mod show;
mod sim2sim;
mod sweep;
mod terrain;
mod threads;
mod train;

use crate::config::ConfigErrors;
use crate::robot::import::ImportError;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;
use std::time::Instant;

/// A laboratory for legged robots. Without a command it opens the lab's window.
#[derive(Parser)]
#[command(name = "gaitlab", version, after_help = OVERRIDES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Physics engine: short for `--env.physics.engine`.
    #[arg(long, global = true, value_parser = ["batch", "rapier"])]
    physics: Option<String>,
}

const OVERRIDES: &str =
    "Any value of a task can be changed: --env.rewards.action_rate.weight=-0.02 --train.algorithm.epochs=5";

#[derive(Subcommand)]
enum Command {
    /// Train a task from nothing, or go on with a run.
    Train(train::Args),
    /// Train a task many times with different values, side by side, and say which are best.
    Sweep(sweep::Args),
    /// Judge a policy on a grid of commands.
    Eval(eval::Args),
    /// Judge a policy in several engines side by side: batch, rapier, and MuJoCo by the exported files.
    Sim2sim(sim2sim::Args),
    /// Open the window on a task or a scene, play a script, or record a film.
    Play(play::Args),
    /// Write a policy for use elsewhere (ONNX, TorchScript, safetensors) with a JSON file that says how to use it.
    Export(export::Args),
    /// Make a policy of another program (rsl_rl checkpoint, ONNX) one of a task's.
    ImportPolicy(import_policy::Args),
    /// Print what a task will run: terms, weights, observation slices, and where each is written.
    Plan(inspect::TaskArgs),
    /// Print a task as resolved; with `--why`, where every value was written.
    Config(inspect::ConfigArgs),
    /// List tasks, scenes, robots, terrains, terms, policies or runs.
    List(inspect::ListArgs),
    /// Measure speed.
    Bench(bench::Args),
    /// Run again what led to a number that was not finite, from the file that a run left of it.
    Replay(replay::Args),
    /// Make a robot file of URDF or MuJoCo's XML, with a report of what was used, approximated and ignored.
    Import(import::ImportArgs),
    /// Show what a mix of terrains, the ground of a task, or a file of heights is made of; with `--picture`, as a map.
    Terrain(terrain::TerrainArgs),
    /// Write a robot as MuJoCo's XML or as URDF, with the ground of a task if wanted.
    ExportRobot(export_robot::Args),
    /// Write a run's page: curves, evaluation, changes, facts and film in one file, `report.html` in its folder.
    Report(report::Args),
    /// Print what makes a shell complete commands, options and names of tasks.
    Completions(completions::Args),
}

/// Changes to the task, by dotted key.
type Overrides = Vec<(String, String)>;

/// Runs the program; `started` is when its clock began.
pub fn main(started: Instant) -> ExitCode {
    let (args, mut overrides) = split_overrides(std::env::args().collect());
    let cli = Cli::parse_from(args);
    overrides.extend(cli.physics.map(|engine| ("env.physics.engine".to_owned(), engine)));
    let outcome = match cli.command {
        None => play::lab(overrides),
        Some(Command::Train(a)) => train::run(a, overrides, started),
        Some(Command::Sweep(a)) => sweep::run(a, overrides),
        Some(Command::Eval(a)) => eval::run(a, overrides),
        Some(Command::Sim2sim(a)) => sim2sim::run(a, overrides),
        Some(Command::Play(a)) => play::run(a, overrides),
        Some(Command::Export(a)) => export::run(a, overrides),
        Some(Command::ImportPolicy(a)) => import_policy::run(a, overrides),
        Some(Command::Plan(a)) => inspect::plan(a, overrides),
        Some(Command::Config(a)) => inspect::config(a, overrides),
        Some(Command::List(a)) => inspect::list(a),
        Some(Command::Bench(a)) => bench::run(a, overrides),
        Some(Command::Replay(a)) => replay::run(a),
        Some(Command::Import(a)) => import::import(a),
        Some(Command::Terrain(a)) => terrain::run(a, overrides),
        Some(Command::ExportRobot(a)) => export_robot::run(a),
        Some(Command::Report(a)) => report::run(a),
        Some(Command::Completions(a)) => completions::run(&a, Cli::command()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e:#}");
            let written = e.chain().any(|c| c.is::<ConfigErrors>() || c.is::<ImportError>());
            ExitCode::from(if written { 2 } else { 1 })
        }
    }
}

/// Takes `--env.x=v`, `--train.x v` and `--eval.x=v` out of the arguments.
fn split_overrides(args: Vec<String>) -> (Vec<String>, Overrides) {
    let (mut rest, mut overrides) = (vec![], vec![]);
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        let key =
            arg.strip_prefix("--").filter(|k| ["env.", "train.", "eval."].iter().any(|p| k.starts_with(p)));
        match key.map(|k| k.split_once('=')) {
            None => rest.push(with_hyphens(arg)),
            Some(Some((k, v))) => overrides.push((k.to_owned(), v.to_owned())),
            Some(None) => {
                let value = args.next().unwrap_or_default();
                overrides.push((arg[2..].to_owned(), value));
            }
        }
    }
    (rest, overrides)
}

/// `--num_envs` and `--num-envs` are the same: legged_gym's users write the one, everybody else the other.
fn with_hyphens(arg: String) -> String {
    if !arg.starts_with("--") {
        return arg;
    }
    match arg.split_once('=') {
        Some((name, value)) => format!("{}={value}", name.replace('_', "-")),
        None => arg.replace('_', "-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    /// Whether a command line, as somebody types it, is understood.
    fn parses(line: &str) -> Result<Cli, String> {
        let (args, _) = split_overrides(line.split(' ').map(String::from).collect());
        Cli::try_parse_from(args).map_err(|e| e.to_string())
    }

    #[test]
    fn the_flags_that_users_of_legged_gym_know_are_understood() {
        for line in [
            "gaitlab train --task a1_flat --headless --num_envs 64 --seed 3 --max_iterations 5 --note soft",
            "gaitlab train --task=a1_flat --experiment_name x --run-name y --sim_device cpu --rl_device cuda:0",
            "gaitlab train a1_flat --resume --load_run -1 --checkpoint -1 --multi_gpu",
            "gaitlab train a1_flat --resume --load_run=20260101_120000_run --checkpoint=250",
            "gaitlab train --sim_device cuda:0 --env.num_envs=64 --train.horizon 8",
            "gaitlab play --task a1_flat --load_run newest --checkpoint -1 --num_envs 4 --sim_device cpu",
            "gaitlab play a1_flat --experiment_name x --run_name soft",
            "gaitlab eval --task a1_flat",
        ] {
            parses(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        }
        for (line, why) in [
            ("gaitlab train a1_flat --task a1_flat", "cannot be used with"),
            ("gaitlab train --sim_device moon", "physics runs on processors"),
            ("gaitlab train --checkpoint many", "invalid value"),
            ("gaitlab play --load_run a --run_name b", "cannot be used with"),
        ] {
            let Err(e) = parses(line) else { panic!("{line}: was understood") };
            assert!(e.contains(why), "{line}: {e}");
        }
    }

    #[test]
    fn overrides_are_taken_out_in_both_forms() {
        let args =
            ["gaitlab", "train", "a1_flat", "--env.num_envs=64", "--seed", "3", "--train.horizon", "8"];
        let (rest, over) = split_overrides(args.map(String::from).to_vec());
        assert_eq!(rest, ["gaitlab", "train", "a1_flat", "--seed", "3"]);
        assert_eq!(over, [("env.num_envs".into(), "64".into()), ("train.horizon".into(), "8".to_string())]);
    }
}
