//! Trains the runs of a sweep, many side by side, each on one thread: the most that cores can do.
use super::pick::{self, How, Tried};
use super::score::{Measured, last_reward};
use super::space::{self, Setting};
use super::store::{Row, Sweep};
use super::table::Table;
use crate::run::train::{Ended, Keep, LearnerKind, TrainOptions, Trained, setup, train};
use crate::run::{Naming, Results, cpu_time};
use crate::task::Plan;
use anyhow::{Context, Result, anyhow};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between pictures while runs go on.
const PICTURES: Duration = Duration::from_secs(10);

/// One training.
struct Job {
    setting: usize,
    seed: u64,
    values: Setting,
}

/// Who is told what happens.
pub trait Listener {
    /// A run has finished.
    fn finished(&mut self, row: &Row, table: &Table);
    /// It is time to draw the table, which has changed since the last time.
    fn draw(&mut self, table: &Table);
}

/// Does what is missing of a sweep with so many trainings at once, until all is done or `stop` is set; what was running
/// then is lost. The table of all that has finished.
///
/// # Errors
/// When the folder cannot be written. A run that fails is a row that says so.
pub fn run(
    sweep: &Sweep,
    workers: usize,
    stop: &Arc<AtomicBool>,
    listener: &mut dyn Listener,
) -> Result<Table> {
    let plan = setup::check(&sweep.task, &LearnerKind::Native, None)?;
    let mut schedule = Schedule::new(sweep, sweep.rows()?);
    sweep.tidy(&schedule.rows)?;
    let (jobs, asked) = channel();
    let (say, heard) = channel();
    let asked = Mutex::new(asked);
    let shared = Shared { sweep, plan: Arc::new(plan), stop, jobs: &asked };
    std::thread::scope(|scope| {
        for index in 0..workers {
            let (shared, say) = (&shared, say.clone());
            std::thread::Builder::new()
                .name(format!("sweep {index}"))
                .spawn_scoped(scope, move || shared.work(&say))?;
        }
        // the channel ends with the workers
        drop(say);
        let jobs = jobs;
        schedule.go(workers, &jobs, &heard, stop, listener)
    })?;
    let table = Table::new(sweep, &schedule.rows);
    listener.draw(&table);
    Ok(table)
}

/// What is done, what runs, what comes next.
struct Schedule<'a> {
    sweep: &'a Sweep,
    rows: Vec<Row>,
    settings: Vec<Setting>,
    grid: Vec<Setting>,
    /// Runs that are done or under way.
    taken: BTreeSet<(usize, u64)>,
    /// Of every setting before this all runs are.
    from: usize,
    running: usize,
}

impl<'a> Schedule<'a> {
    fn new(sweep: &'a Sweep, rows: Vec<Row>) -> Self {
        let grid = match sweep.asked.how {
            How::Grid => pick::grid(&sweep.knobs, sweep.asked.steps),
            _ => vec![],
        };
        let taken = rows.iter().map(|r| (r.setting, r.seed)).collect();
        Self { sweep, rows, settings: vec![], grid, taken, from: 0, running: 0 }
    }

    fn go(
        &mut self,
        workers: usize,
        jobs: &Sender<Job>,
        heard: &Receiver<(Job, Outcome)>,
        stop: &AtomicBool,
        listener: &mut dyn Listener,
    ) -> Result<()> {
        let mut file = self.sweep.appender()?;
        let (mut drawn, mut fresh) = (Instant::now(), false);
        loop {
            while self.running < workers && !stop.load(Ordering::Relaxed) {
                let Some(job) = self.next()? else { break };
                self.taken.insert((job.setting, job.seed));
                self.running += 1;
                jobs.send(job).map_err(|_| anyhow!("the trainings have ended by themselves"))?;
            }
            if self.running == 0 {
                return Ok(());
            }
            if let Ok((job, outcome)) = heard.recv_timeout(Duration::from_millis(500)) {
                self.running -= 1;
                if let Some(row) = outcome.row(job) {
                    file.add(&row)?;
                    self.rows.push(row);
                    fresh = true;
                    if let Some(row) = self.rows.last() {
                        listener.finished(row, &Table::new(self.sweep, &self.rows));
                    }
                }
            }
            if fresh && drawn.elapsed() > PICTURES {
                listener.draw(&Table::new(self.sweep, &self.rows));
                (drawn, fresh) = (Instant::now(), false);
            }
        }
    }

    /// The first training that neither runs nor is done; none where all that are left wait for results.
    fn next(&mut self) -> Result<Option<Job>> {
        let a = &self.sweep.asked;
        for setting in self.from..a.settings {
            while setting >= self.settings.len() {
                let setting = self.settings.len();
                match self.pick(setting)? {
                    Some(values) => self.settings.push(values),
                    None => return Ok(None),
                }
            }
            for seed in a.first_seed..a.first_seed + a.seeds {
                if !self.taken.contains(&(setting, seed)) {
                    return Ok(Some(Job { setting, seed, values: self.settings[setting].clone() }));
                }
            }
            self.from = setting + 1;
        }
        Ok(None)
    }

    /// A setting, as soon as everything is known that it depends on.
    fn pick(&self, setting: usize) -> Result<Option<Setting>> {
        let a = &self.sweep.asked;
        // what a run was trained with is what it was trained with
        if let Some(row) = self.rows.iter().find(|r| r.setting == setting) {
            return Ok(Some(row.values.clone()));
        }
        Ok(match a.how {
            How::Grid => self.grid.get(setting).cloned(),
            How::Random => Some(pick::random(&self.sweep.knobs, a.seed, setting)),
            How::Tpe => {
                let known = (setting + 1).saturating_sub(a.ahead);
                let table = Table::new(self.sweep, &self.rows);
                let lines: BTreeMap<usize, _> = table.lines.iter().map(|l| (l.setting, l)).collect();
                let mut tried = vec![];
                for earlier in 0..known {
                    let Some(line) = lines.get(&earlier).filter(|l| l.runs.len() as u64 >= a.seeds) else {
                        return Ok(None);
                    };
                    tried.push(Tried { setting: &line.values, cost: line.cost(&a.score) });
                }
                Some(pick::tpe(&self.sweep.knobs, a.seed, setting, &tried)?)
            }
        })
    }
}

/// What all workers see.
struct Shared<'a> {
    sweep: &'a Sweep,
    plan: Arc<Plan>,
    stop: &'a Arc<AtomicBool>,
    jobs: &'a Mutex<Receiver<Job>>,
}

/// How a training ended.
enum Outcome {
    Done(Box<Row>),
    Failed(String),
    Stopped,
}

impl Outcome {
    fn row(self, job: Job) -> Option<Row> {
        let empty = Row {
            setting: job.setting,
            seed: job.seed,
            values: job.values,
            reward: f64::NAN,
            ..Row::default()
        };
        match self {
            Self::Done(row) => Some(*row),
            Self::Failed(trouble) => Some(Row { trouble, ..empty }),
            Self::Stopped => None,
        }
    }
}

impl Shared<'_> {
    /// Trains what is asked for until nothing more is.
    fn work(&self, say: &Sender<(Job, Outcome)>) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).thread_name(|_| "sweep run".into()).build();
        loop {
            // a worker that panicked while it waited leaves the queue as it was
            let job = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            let train = || catch_unwind(AssertUnwindSafe(|| self.train(&job)));
            let outcome = match pool.as_ref().map(|pool| pool.install(train)) {
                Ok(Ok(Ok(Some(row)))) => Outcome::Done(Box::new(row)),
                Ok(Ok(Ok(None))) => Outcome::Stopped,
                Ok(Ok(Err(e))) => Outcome::Failed(format!("{e:#}")),
                Ok(Err(_)) => Outcome::Failed("the program failed; see what it said above".into()),
                Err(e) => Outcome::Failed(format!("no thread: {e}")),
            };
            if say.send((job, outcome)).is_err() {
                return;
            }
        }
    }

    /// One run from start to end; none if it was stopped.
    fn train(&self, job: &Job) -> Result<Option<Row>> {
        let (started, before) = (Instant::now(), cpu_time::this_thread());
        let (sweep, asked) = (self.sweep, &self.sweep.asked);
        let task = space::applied(&sweep.task, &sweep.knobs, &job.values)?;
        let logs = sweep.folder.parent().unwrap_or(Path::new("."));
        let until_pass = asked.score.is_known_when_it_walks() && !asked.full;
        let trained = train(TrainOptions {
            task,
            seed: job.seed,
            learner: LearnerKind::Native,
            logs: logs.to_owned(),
            naming: Naming {
                experiment: Some(sweep.name()),
                run: format!("s{:03}_seed{}", job.setting, job.seed),
                note: Some(space::words(&sweep.knobs, &job.values)),
            },
            until_pass,
            evaluate: true,
            keep: Keep::Policy,
            resume: None,
            beside: Some(self.plan.clone()),
            progress: false,
            started,
            stop: self.stop.clone(),
        })?;
        let folder = trained.folder.as_ref().context("a run without a folder")?;
        if trained.ended == Ended::Stopped {
            // what cannot be removed is removed when the sweep goes on
            let _ = std::fs::remove_dir_all(folder.path());
            return Ok(None);
        }
        let evaluation = evaluated(&trained)?;
        let processor_seconds = cpu_time::this_thread() - before;
        let walked = trained.walked;
        let measured = Measured {
            walked: walked.is_some(),
            steps_to_walk: walked.map_or(trained.env_steps, |w| w.env_steps),
            seconds_to_walk: walked.map_or(processor_seconds, |w| w.thread_seconds - before),
            reward: last_reward(folder.path())?,
            evaluation,
        };
        let score = asked.score.of(&measured);
        Ok(Some(Row {
            setting: job.setting,
            seed: job.seed,
            trouble: score.as_ref().err().cloned().unwrap_or_default(),
            score: score.ok(),
            walked: measured.walked,
            steps_to_walk: measured.steps_to_walk,
            env_steps: trained.env_steps,
            seconds: started.elapsed().as_secs_f64(),
            processor_seconds,
            reward: measured.reward,
            folder: folder.name(),
            values: job.values.clone(),
        }))
    }
}

/// The numbers of the closing evaluation, which are left in the run folder as well.
fn evaluated(trained: &Trained) -> Result<Vec<(String, f64)>> {
    let (Some(report), Some(folder)) = (&trained.report, &trained.folder) else { return Ok(vec![]) };
    let numbers = report.results();
    let mut results = Results::new();
    numbers.iter().for_each(|(k, v)| results.set(k.clone(), *v));
    // what JSON cannot hold is said there as null
    let _ = results.write_json(&folder.file("evaluation.json"));
    Ok(numbers)
}
