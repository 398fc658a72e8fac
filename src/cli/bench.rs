//! `bench`: speed as numbers.
use super::Overrides;
use crate::config::Document;
use crate::physics::{mujoco, suite};
use crate::run::{bench, plots, results};
use anyhow::{Result, bail};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Physics alone, beside MuJoCo.
    Physics,
    /// Physics and training beside MuJoCo, MuJoCo Warp, MJX, rsl_rl and Brax: those that this machine has.
    Peers,
    /// Whole environments without a network.
    Env,
    /// Training end to end.
    Train,
    /// Training that is watched beside training that is not, without drawing.
    Session,
    /// What the window costs: processor time of a frame, and speed of the training beside it.
    Window,
    /// Seconds from process start to walking.
    TimeToWalk,
    /// Whether a step costs the same with 256 and with 16,384 environments, and the task's speed over that of a1_flat.
    Scaling,
    /// What each randomisation costs: speed with it over speed without.
    Randomisation,
    /// Not speed but truth: the same cases in all engines beside what textbooks and MuJoCo say.
    Engines,
}

/// How much is random.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Randomised {
    /// As the task is written.
    Written,
    /// All there is.
    All,
    /// Nothing but the noise of observations.
    None,
    /// `all` and `none`.
    Both,
}

impl Randomised {
    /// The tasks to measure; their names differ, and so do the keys of their numbers.
    fn documents(self, doc: Document, overrides: &Overrides) -> Result<Vec<Document>> {
        let name = doc.get("name").as_str().unwrap_or_default().to_owned();
        let robust = || crate::task::open(&format!("{name}_robust"), overrides);
        let none = || bench::without_randomisation(&doc);
        Ok(match self {
            Self::Written => vec![doc],
            Self::All => vec![robust()?],
            Self::None => vec![none()?],
            Self::Both => vec![robust()?, none()?],
        })
    }
}

/// Arguments of `bench`.
#[derive(ClapArgs)]
pub struct Args {
    what: Option<What>,
    /// Name of a task.
    #[arg(long, default_value = "a1_flat")]
    task: String,
    /// Compare with this engine: `mujoco`.
    #[arg(long, value_parser = ["mujoco"])]
    against: Option<String>,
    /// Runs of time-to-walk, each with its own seed.
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// First seed of time-to-walk.
    #[arg(long, default_value_t = 21)]
    first_seed: u64,
    /// Randomisation of time-to-walk: as the task is written; with all of it (the task's variant `<task>_robust`); with none; or
    /// all and none, one after the other.
    #[arg(long, value_enum, default_value_t = Randomised::Written)]
    randomised: Randomised,
    /// Gradient back end of `train` and `time-to-walk`; `torch` is measured beside `native`.
    #[arg(long, default_value = "native", value_parser = ["native", "torch"])]
    learner: String,
    /// Device of the learner: `cpu`, `cuda:0`; anything but `cpu` means torch.
    #[arg(long, alias = "rl-device", default_value = "cpu")]
    device: String,
    /// Length of a measurement, s.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Worker threads; all cores without.
    #[arg(long)]
    threads: Option<usize>,
    /// Of `train`: where the time goes, phase by phase and thread by thread.
    #[arg(long)]
    phases: bool,
    /// Of `peers`: robots that are stepped together.
    #[arg(long, alias = "num-envs", default_value_t = 4096)]
    envs: usize,
    /// Of `peers`: only these, with commas between them: `mujoco_c`, `mujoco_warp`, `mjx`, `rsl_rl_mujoco_warp`, `brax_mjx`.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Draw what `--phases` or `peers` finds as this picture (PNG).
    #[arg(long)]
    picture: Option<PathBuf>,
    /// With `--phases`: write all of them as a trace that Chrome and Perfetto open (JSON).
    #[arg(long, requires = "phases")]
    trace: Option<PathBuf>,
    /// Write the numbers to this file.
    #[arg(long)]
    json: Option<PathBuf>,
    /// List the keys of all numbers.
    #[arg(long)]
    keys: bool,
}

/// Measures.
pub fn run(a: Args, overrides: Overrides) -> Result<()> {
    if a.keys {
        print!("{}", results::keys_text());
        return Ok(());
    }
    super::threads::set(a.threads)?;
    let torch = (a.learner == "torch" || a.device != "cpu").then_some(a.device.as_str());
    let Some(what) = a.what else {
        bail!(
            "say what to measure: physics, peers, env, train, session, window, time-to-walk, scaling, randomisation or engines (or --keys)"
        )
    };
    if what == What::Engines {
        return engines(a.json.as_deref());
    }
    anyhow::ensure!(
        a.picture.is_none() || a.phases || what == What::Peers,
        "--picture draws what `peers` or `train --phases` finds"
    );
    let doc = crate::task::open(&a.task, &overrides)?;
    let numbers = match what {
        What::Peers => peers(&doc, &a)?,
        What::Physics => bench::physics(doc, a.seconds, a.against.is_some())?,
        What::Env => bench::environments(doc, a.seconds)?,
        What::Train if a.phases => {
            let found = bench::phases(&doc, a.seconds, a.trace.as_deref())?;
            print!("{found}");
            if let Some(path) = &a.picture {
                plots::phases(&found, path)?;
                println!("{}", path.display());
            }
            found.results()
        }
        What::Train => bench::training(doc, a.seconds, torch)?,
        What::Session => bench::session(doc, a.seconds)?,
        What::Window => window(doc, a.seconds)?,
        What::Engines => vec![],
        What::Scaling => bench::scaling(doc, a.seconds.max(20.0))?,
        What::Randomisation => bench::randomisation(doc, a.seconds.max(20.0))?,
        What::TimeToWalk => {
            let mut all = vec![];
            for doc in a.randomised.documents(doc, &overrides)? {
                all.extend(bench::time_to_walk(doc, a.first_seed..a.first_seed + a.seeds, torch)?);
            }
            all
        }
    };
    let width = numbers.iter().map(|(k, _)| k.len()).max().unwrap_or(0);
    for (key, value) in &numbers {
        println!("{key:width$}  {value:.4}");
    }
    if let Some(path) = &a.json {
        let mut results = crate::run::Results::new();
        numbers.into_iter().for_each(|(k, v)| results.set(k, v));
        results.write_json(path)?;
    }
    Ok(())
}

/// Prints the table of the peers, and draws it if wanted.
fn peers(doc: &Document, a: &Args) -> Result<bench::Numbers> {
    let cfg = bench::peers::PeersCfg {
        peers: bench::peers::chosen(&a.only)?,
        envs: a.envs,
        seconds: a.seconds,
        ..Default::default()
    };
    let found = bench::peers::peers(doc, &cfg, &|who| eprintln!("{who} ..."))?;
    println!("{found}");
    if let Some(path) = &a.picture {
        plots::peers(&found, path)?;
        println!("{}\n", path.display());
    }
    Ok(found.results())
}

/// Prints the table of the engines; fails when one is farther off than it may be.
fn engines(json: Option<&Path>) -> Result<()> {
    let python = mujoco::python();
    if python.is_none() {
        eprintln!("without MuJoCo: start with `./lab bench engines`, or set {}", mujoco::PYTHON);
    }
    let table = suite::run(&suite::Arena::all(python), &|case| eprintln!("{case}"))?;
    print!("{table}");
    if let Some(path) = json {
        let mut results = crate::run::Results::new();
        table.results().into_iter().for_each(|(k, v)| results.set(k, v));
        results.write_json(path)?;
    }
    let wrong = table.wrong();
    anyhow::ensure!(wrong.is_empty(), "engines are farther off than they may be:\n{}", wrong.join("\n"));
    Ok(())
}

/// Frames over which their cost is measured.
#[cfg(feature = "gui")]
const FRAMES: u32 = 120;

/// Frames first, while nothing learns; then the window beside a run, with nothing that draws and, where there is a
/// driver, with one that draws into memory; then how soon a knob is felt.
#[cfg(feature = "gui")]
fn window(doc: crate::config::Document, seconds: f64) -> Result<bench::Numbers> {
    use crate::app::{Drawing, learning_cost, measure::frame_cost};
    let mut numbers: bench::Numbers = vec![];
    for robots in [1, 64, 256] {
        let cost = frame_cost(robots, true, FRAMES)?;
        let ours = cost.own_ms + cost.panels_ms.unwrap_or(0.0);
        numbers.push((format!("window.cpu_ms_per_frame_{robots}"), ours));
        numbers.push((
            format!("window.whole_frame_ms_{robots}"),
            cost.process_ms + cost.panels_ms.unwrap_or(0.0),
        ));
    }
    // learning and nothing else, for as long as it takes
    let only = [("train.eval_every", "0"), ("train.iterations", "1000000000")];
    let only = only.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let first = super::show::first(doc.get("name").as_str().unwrap_or("a1_flat"), only, 64)?;
    let policy = first.policy.clone();
    let plain = learning_cost(first.plan.clone(), policy.clone(), Drawing::Nothing, seconds)?;
    numbers.push(("window.training_slowdown".into(), plain.slowdown()));
    numbers.push(("window.frames_per_s".into(), plain.frames_per_s));
    match learning_cost(first.plan, policy, Drawing::Memory, seconds) {
        Ok(drawn) => {
            let kind = if drawn.is_software { "software" } else { "card" };
            numbers.push((format!("window.training_slowdown_{kind}"), drawn.slowdown()));
            numbers.push((format!("window.frames_per_s_{kind}"), drawn.frames_per_s));
        }
        Err(e) => eprintln!("nothing was drawn: {e:#}"),
    }
    numbers.extend(bench::session(doc, seconds)?);
    Ok(numbers)
}

#[cfg(not(feature = "gui"))]
fn window(_: crate::config::Document, _: f64) -> Result<bench::Numbers> {
    bail!("this binary was built without the window (feature `gui`)")
}
