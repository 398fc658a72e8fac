//! `sweep`: many trainings with different values, side by side.
use super::Overrides;
use super::policy::LOGS;
use crate::run::Results;
use crate::run::sweep::{self, How, Listener, Request, Row, Score, Sweep, Table, check, words};
use crate::task;
use anyhow::{Result, ensure};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How settings are chosen.
#[derive(Clone, Copy, ValueEnum)]
enum HowArg {
    /// Every combination of values.
    Grid,
    /// Drawn evenly.
    Random,
    /// Drawn where earlier results were good.
    Tpe,
}

/// Arguments of `sweep`.
#[derive(ClapArgs)]
pub struct Args {
    /// Name of a task, or path of a task file.
    #[arg(default_value = "a1_flat")]
    task: String,
    /// The same.
    #[arg(long = "task", value_name = "TASK", conflicts_with = "task")]
    task_flag: Option<String>,
    /// What to vary: KEY=a..b for a range (of whole numbers where the task has one and both ends are), KEY=log:a..b by
    /// factors, KEY=a,b,c for a list; may be given several times.
    #[arg(long, value_name = "KEY=VALUES")]
    over: Vec<String>,
    /// How settings are chosen; without: a grid where there are only lists (and --runs are enough), else tpe.
    #[arg(long, value_enum)]
    how: Option<HowArg>,
    /// Values that a grid takes of a range.
    #[arg(long, default_value_t = 5)]
    steps: usize,
    /// Trainings in all, at most; all of a grid, or 60, without.
    #[arg(long)]
    runs: Option<usize>,
    /// Trainings of every setting, each with its own seed.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// The first of these seeds.
    #[arg(long, default_value_t = 1)]
    first_seed: u64,
    /// Seed of what the sweep itself draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Settings that tpe chooses before the results of earlier ones count: enough to keep all cores busy.
    #[arg(long, default_value_t = 16)]
    ahead: usize,
    /// What is best: seconds-to-walk (of one core), steps-to-walk (the same every time), reward, or a number of the
    /// closing evaluation, as eval.vx_error. Without: seconds-to-walk.
    #[arg(long)]
    score: Option<String>,
    /// Train every run to its end, also after it walks.
    #[arg(long)]
    full: bool,
    /// Environments that learn together (a multiple of 16); the task's without.
    #[arg(long)]
    num_envs: Option<usize>,
    /// Rollouts and updates; the task's without.
    #[arg(long)]
    max_iterations: Option<u64>,
    /// Name of the sweep, behind date and time in that of its folder.
    #[arg(long, default_value = "")]
    run_name: String,
    /// Go on with a sweep: its folder.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["task", "task_flag", "over", "how", "steps", "runs", "seeds",
        "first_seed", "seed", "ahead", "score", "full", "num_envs", "max_iterations", "run_name"])]
    resume: Option<PathBuf>,
    /// Trainings at once, each on a thread of its own; as many as there are cores without.
    #[arg(long)]
    threads: Option<usize>,
    /// Write the numbers to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Sweeps.
pub fn run(mut a: Args, overrides: Overrides) -> Result<()> {
    let started = Instant::now();
    let sweep = match &a.resume {
        Some(folder) => {
            ensure!(overrides.is_empty(), "a sweep goes on as it began: leave out {}", overrides[0].0);
            Sweep::open(&found(folder))?
        }
        None => begun(&mut a, overrides)?,
    };
    let workers = match a.threads {
        None => std::thread::available_parallelism().map_or(1, usize::from),
        Some(n) => n,
    };
    ensure!((1..=1024).contains(&workers), "{workers} threads: give a number from 1 to 1024");
    let rows = sweep.rows()?;
    let total = sweep.asked.settings * sweep.asked.seeds as usize;
    let how = format!("{:?}", sweep.asked.how).to_lowercase();
    eprintln!(
        "{} settings ({how}) × {} seeds, score: {}; {} of {total} runs are to do, {workers} at once",
        sweep.asked.settings,
        sweep.asked.seeds,
        sweep.asked.score.words(),
        total - rows.len()
    );
    eprintln!("folder {}", sweep.folder.display());
    let mut log = Log { folder: sweep.folder.clone(), to_do: total - rows.len(), done: 0, started };
    let table = sweep::run(&sweep, workers, &super::train::stop_on_ctrl_c(), &mut log)?;
    close(&a, &sweep, &table, started)
}

/// Checks what is asked, and makes the folder.
fn begun(a: &mut Args, mut overrides: Overrides) -> Result<Sweep> {
    a.task = a.task_flag.take().unwrap_or(std::mem::take(&mut a.task));
    let short = [
        ("env.num_envs", a.num_envs.map(|n| n.to_string())),
        ("train.iterations", a.max_iterations.map(|n| n.to_string())),
    ];
    overrides.extend(short.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v?))));
    let task = task::open(&a.task, &overrides)?;
    let request = Request {
        over: a.over.clone(),
        how: a.how.map(|how| match how {
            HowArg::Grid => How::Grid,
            HowArg::Random => How::Random,
            HowArg::Tpe => How::Tpe,
        }),
        steps: a.steps,
        runs: a.runs,
        seeds: a.seeds,
        first_seed: a.first_seed,
        seed: a.seed,
        ahead: a.ahead,
        score: a.score.as_deref().map(Score::parse).transpose()?,
        full: a.full,
    };
    Sweep::create(Path::new(LOGS), &a.run_name, &check(&request, &task)?, &task)
}

/// A folder as it is named, or below that of all runs.
fn found(folder: &Path) -> PathBuf {
    let below = Path::new(LOGS).join(folder);
    if !folder.is_dir() && below.is_dir() { below } else { folder.to_owned() }
}

/// Table, numbers, and where the best run is.
fn close(a: &Args, sweep: &Sweep, table: &Table, started: Instant) -> Result<()> {
    print!("{table}");
    let seconds = started.elapsed().as_secs_f64();
    let processor: f64 = table.runs().map(|r| r.processor_seconds).sum();
    let runs = table.done();
    println!(
        "{runs} runs took {processor:.0} s of one core, {:.1} s each; this session {seconds:.0} s",
        processor / runs.max(1) as f64
    );
    println!("pictures {}", sweep::PICTURES.map(|p| sweep.folder.join(p).display().to_string()).join(", "));
    if let Some(best) = table.lines.first().and_then(|l| l.best(&table.asked.score)) {
        println!("best run {}", sweep.folder.join(&best.folder).display());
    }
    if let Some(path) = &a.json {
        let mut results = Results::new();
        table.results().into_iter().for_each(|(k, v)| results.set(k, v));
        results.set(format!("sweep.{}.seconds", table.asked.task), seconds);
        results.write_json(path)?;
    }
    if runs < table.total() {
        println!("{} runs are left: gaitlab sweep --resume {}", table.total() - runs, sweep.folder.display());
    }
    Ok(())
}

/// Says what happens, a line per run.
struct Log {
    folder: PathBuf,
    to_do: usize,
    done: usize,
    started: Instant,
}

impl Listener for Log {
    fn finished(&mut self, row: &Row, table: &Table) {
        self.done += 1;
        let left = self.started.elapsed().as_secs_f64() / self.done as f64 * (self.to_do - self.done) as f64;
        let setting = words(&table.knobs, &row.values);
        let score = &table.asked.score;
        let result = match (row.score, row.walked) {
            (None, _) => format!("failed: {}", row.trouble),
            (Some(_), false) if score.is_known_when_it_walks() => {
                format!("does not walk within {:.1} M env-steps", row.env_steps as f64 / 1e6)
            }
            (Some(value), _) => format!("{} {}", score.name(), sweep::digits(value, value)),
        };
        let best = table.lines.first().map(|l| table.score_words(l)).unwrap_or_default();
        eprintln!(
            "{}/{}  {setting}, seed {}: {result}; best setting so far {best}; {left:.0} s left",
            table.done(),
            table.total(),
            row.seed
        );
    }

    fn draw(&mut self, table: &Table) {
        let text = table.to_string();
        let drawn = sweep::draw(table, &self.folder);
        if let Err(e) = drawn
            .and_then(|()| Ok(crate::run::write_atomic(&self.folder.join("table.txt"), text.as_bytes())?))
        {
            eprintln!("no pictures: {e:#}");
        }
    }
}
