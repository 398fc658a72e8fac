//! What a sweep was asked for, made definite and checked before anything starts: `sweep.json`.
use super::pick::{self, How};
use super::score::Score;
use super::space::{self, Knob, Setting};
use crate::config::{ConfigError, ConfigErrors, Document};
use crate::run::train::LearnerKind;
use crate::run::train::setup;
use crate::task::Plan;
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Of the files of a sweep.
pub const VERSION: u64 = 1;
/// Trainings where nobody says how many.
const RUNS: usize = 60;
/// More than this is a slip of the hand.
const MOST_RUNS: usize = 100_000;

/// What a person asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// `KEY=a..b` or `KEY=a,b,c`.
    pub over: Vec<String>,
    /// How settings are chosen; lists alone make a grid, ranges are searched.
    pub how: Option<How>,
    /// Values that a grid takes of a range.
    pub steps: usize,
    /// Trainings in all, at most.
    pub runs: Option<usize>,
    /// Trainings of every setting.
    pub seeds: u64,
    /// The first of their seeds.
    pub first_seed: u64,
    /// Seed of what is drawn by the sweep itself.
    pub seed: u64,
    /// Settings that are chosen before the results of earlier ones count.
    pub ahead: usize,
    /// What is best; time to walk where the task has a test of that.
    pub score: Option<Score>,
    /// Train on after it walks.
    pub full: bool,
}

/// What a sweep does, every choice made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// [`VERSION`] of the program that wrote it.
    pub version: u64,
    /// Name of the task.
    pub task: String,
    /// `KEY=a..b` or `KEY=a,b,c`.
    pub over: Vec<String>,
    /// How settings are chosen.
    pub how: How,
    /// Values that a grid takes of a range.
    pub steps: usize,
    /// Settings in all.
    pub settings: usize,
    /// Trainings of every setting.
    pub seeds: u64,
    /// The first of their seeds.
    pub first_seed: u64,
    /// Seed of what is drawn by the sweep itself.
    pub seed: u64,
    /// Settings that are chosen before the results of earlier ones count.
    pub ahead: usize,
    /// What is best.
    pub score: Score,
    /// Train on after it walks.
    pub full: bool,
}

/// A sweep that was checked.
pub struct Checked {
    /// What it does.
    pub asked: Asked,
    /// What it varies.
    pub knobs: Vec<Knob>,
    /// The task before anything is varied.
    pub plan: Arc<Plan>,
}

/// Makes a request definite and tries, without training, what will be trained.
///
/// # Errors
/// Everything that is wrong with the request or with a value.
pub fn check(request: &Request, task: &Document) -> Result<Checked> {
    ensure!(!request.over.is_empty(), "say what to sweep: --over KEY=a..b or --over KEY=a,b,c");
    let knobs = space::knobs(&request.over, task)?;
    let plan = Arc::new(setup::check(task, &LearnerKind::Native, None)?);
    let asked = settle(request, &knobs, &plan)?;
    try_values(&asked, &knobs, task, &plan)?;
    Ok(Checked { asked, knobs, plan })
}

fn settle(r: &Request, knobs: &[Knob], plan: &Plan) -> Result<Asked> {
    ensure!(r.seeds > 0, "--seeds 0: a setting needs at least one training");
    ensure!(r.runs != Some(0), "--runs 0: a sweep needs at least one training");
    ensure!(r.steps > 1, "--steps {}: a grid takes at least two values of a range", r.steps);
    ensure!(r.ahead > 0, "--ahead 0: a setting cannot wait for its own result");
    let lists = knobs.iter().all(|k| k.cardinality().is_some());
    let grid = pick::grid_size(knobs, r.steps);
    let seeds = usize::try_from(r.seeds).unwrap_or(usize::MAX);
    let fits = r.runs.is_none_or(|runs| grid.saturating_mul(seeds) <= runs);
    let how = r.how.unwrap_or(if lists && fits { How::Grid } else { How::Tpe });
    let settings = match (how, r.runs) {
        (How::Grid, Some(runs)) if !fits => bail!(
            "a grid of {grid} settings with {} is {} runs, more than --runs {runs}: take fewer --steps, or --how tpe",
            seeds_words(r.seeds),
            grid.saturating_mul(seeds)
        ),
        (How::Grid, _) => grid,
        (_, runs) => runs.unwrap_or(RUNS.max(seeds)) / seeds,
    };
    ensure!(
        settings > 0,
        "--runs {} are not enough for one setting with --seeds {seeds}",
        r.runs.unwrap_or(0)
    );
    ensure!(
        settings.saturating_mul(seeds) <= MOST_RUNS,
        "{} runs: a sweep has at most {MOST_RUNS}",
        settings.saturating_mul(seeds)
    );
    let looks = plan.doc.get("train.eval_every").as_u64().unwrap_or(0) > 0;
    let score = r.score.clone().unwrap_or(if looks { Score::SecondsToWalk } else { Score::Reward });
    ensure!(
        looks || !score.is_known_when_it_walks(),
        "--score {}: this task is never looked at while it trains (train.eval_every is 0)",
        score.name()
    );
    Ok(Asked {
        version: VERSION,
        task: plan.name.clone(),
        over: r.over.clone(),
        how,
        steps: r.steps,
        settings,
        seeds: r.seeds,
        first_seed: r.first_seed,
        seed: r.seed,
        ahead: r.ahead,
        score,
        full: r.full,
    })
}

fn seeds_words(seeds: u64) -> String {
    if seeds == 1 { "one seed".into() } else { format!("{seeds} seeds") }
}

/// Compiles the task with every value that may come on its own, and with every setting that is known already. Where the
/// ground is varied the latter is left out: it would be built for each.
fn try_values(asked: &Asked, knobs: &[Knob], task: &Document, plan: &Plan) -> Result<()> {
    let refusal = |knobs: &[Knob], setting: &Setting| -> Result<Option<ConfigError>> {
        let doc = space::applied(task, knobs, setting)?;
        Ok(setup::check(&doc, &LearnerKind::Native, Some(plan)).err().map(|e| ConfigError {
            message: format!("{e:#}"),
            place: format!("setting {}", space::words(knobs, setting)),
        }))
    };
    let mut errors = ConfigErrors::default();
    for knob in knobs {
        for value in knob.steps(2) {
            errors.0.extend(refusal(std::slice::from_ref(knob), &vec![value])?);
        }
    }
    if errors.0.is_empty() && !knobs.iter().any(|k| k.key.starts_with("env.terrain")) {
        for setting in known(asked, knobs) {
            errors.0.extend(refusal(knobs, &setting)?);
        }
    }
    // one of each kind says it
    errors.0.truncate(8);
    if errors.0.is_empty() { Ok(()) } else { Err(errors).context("the task refuses values of the sweep") }
}

/// Settings that do not depend on results, as many as are worth a look.
fn known(asked: &Asked, knobs: &[Knob]) -> Vec<Setting> {
    match asked.how {
        How::Grid => pick::grid(knobs, asked.steps).into_iter().take(1000).collect(),
        How::Random => (0..asked.settings.min(1000)).map(|k| pick::random(knobs, asked.seed, k)).collect(),
        How::Tpe => {
            (0..asked.settings.min(asked.ahead)).map(|k| pick::random(knobs, asked.seed, k)).collect()
        }
    }
}
