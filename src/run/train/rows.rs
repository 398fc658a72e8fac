//! The numbers of some iterations, as they stand in a row of `metrics.csv`.
use crate::env::Episodes;
use crate::run::Step;
use crate::run::eval::Judgement;
use crate::task::Plan;
use crate::tick::{EnvsState, LearnerState};
use std::time::Instant;

/// Iterations between rows of `metrics.csv`.
pub(in crate::run) const LOG_EVERY: u64 = 10;

/// Metrics of every run, in the order of [`Rows::row`].
const FIXED: [&str; 19] = [
    "episode/reward",
    "episode/length",
    "episode/failed_share",
    "episode/invalid",
    "loss/surrogate",
    "loss/value",
    "loss/entropy",
    "loss/kl",
    "loss/clip_fraction",
    "loss/learning_rate",
    "loss/mirror",
    "loss/bounds",
    "time/env_steps_per_s",
    "time/rollout",
    "time/learn",
    "time/physics",
    "time/observe",
    "time/judge",
    "time/policy",
];

/// What has happened since the last row.
pub(in crate::run) struct Rows {
    rate: (Instant, u64),
    /// Episodes that ended since the last row.
    pub episodes: Episodes,
}

/// One row.
pub(in crate::run) struct Numbers {
    /// Where it belongs.
    pub step: Step,
    /// Environment steps per second.
    pub rate: f64,
    /// Mean return of the episodes that ended; NaN if none did.
    pub reward: f64,
    /// Their mean length, s; NaN if none did.
    pub length: f64,
    /// Metric and value.
    pub values: Vec<(String, f64)>,
}

/// Environment steps of a run so far.
pub(in crate::run) fn env_steps(envs: &EnvsState) -> u64 {
    envs.ticks * envs.plan.env.num_envs as u64
}

/// Names of all metrics that a run of a plan may log, but for those of curricula.
pub(in crate::run) fn names(plan: &Plan) -> Vec<String> {
    let fixed = FIXED.iter().map(|n| (*n).to_owned());
    let rewards = plan.rewards.iter().map(|r| format!("reward/{}", r.key));
    let ends = plan.terminations.iter().map(|t| format!("termination/{}", t.key));
    let looks = judged(&Judgement::default()).map(|(name, _)| name);
    let ground = tiles(plan, &Episodes::default()).into_iter().map(|(name, _)| name);
    fixed.chain(rewards).chain(ends).chain(ground).chain(looks).collect()
}

/// The metrics of a look whether it walks.
pub(in crate::run) fn judged(j: &Judgement) -> [(String, f64); 3] {
    [
        ("episode/tracking_error".into(), (j.vx_error.min(9.9).powi(2) + j.vy_error.powi(2)).sqrt()),
        ("episode/yaw_rate_error".into(), j.yaw_rate_error),
        ("episode/fall_rate".into(), j.fall_rate),
    ]
}

/// Of every type of ground: mean level of the episodes that ended there, and their share that left the tile; of every level the
/// share as well. NaN where none ended.
fn tiles(plan: &Plan, e: &Episodes) -> Vec<(String, f64)> {
    let Some(terrain) = &plan.env.terrain else { return vec![] };
    let share = |[n, left]: [f64; 2]| if n > 0.0 { left / n } else { f64::NAN };
    let sum =
        |all: &mut dyn Iterator<Item = [f64; 2]>| all.fold([0.0; 2], |[n, left], t| [n + t[0], left + t[1]]);
    let mut out = vec![];
    for (name, levels) in terrain.types().iter().zip(e.tiles.iter().chain(std::iter::repeat(&vec![]))) {
        let all = sum(&mut levels.iter().copied());
        let heights = levels.iter().enumerate().map(|(level, [n, _])| level as f64 * n).sum::<f64>();
        out.push((format!("terrain/{name}/level"), share([all[0], heights])));
        out.push((format!("terrain/{name}/success"), share(all)));
    }
    for level in 0..terrain.levels as usize {
        let here = sum(&mut e.tiles.iter().filter_map(|levels| levels.get(level)).copied());
        out.push((format!("terrain/level_{level}/success"), share(here)));
    }
    out
}

impl Rows {
    /// For a run that has made so many environment steps.
    pub fn new(env_steps: u64) -> Self {
        Self { rate: (Instant::now(), env_steps), episodes: Episodes::default() }
    }

    /// As [`Self::new`], with what ended before.
    pub fn after(env_steps: u64, episodes: Episodes) -> Self {
        Self { episodes, ..Self::new(env_steps) }
    }

    /// Counts speed from now on, for a run that has made so many environment steps.
    pub fn start_at(&mut self, env_steps: u64) {
        self.rate = (Instant::now(), env_steps);
    }

    /// The numbers since the last row; starts again from zero. `last` is the last look whether it walks.
    pub fn row(
        &mut self,
        envs: &EnvsState,
        l: &LearnerState,
        last: Option<&Judgement>,
        seconds: f64,
    ) -> Numbers {
        let steps = env_steps(envs);
        let (now, e) = (Instant::now(), self.episodes.take());
        let rate = (steps - self.rate.1) as f64 / (now - self.rate.0).as_secs_f64();
        self.rate = (now, steps);
        let mean = |sum: f64| if e.ended > 0.0 { sum / e.ended } else { f64::NAN };
        let length = mean(e.ticks) * envs.plan.dt as f64;
        let fixed = [
            mean(e.returns),
            length,
            mean(e.failed),
            e.invalid,
            l.update.surrogate,
            l.update.value_loss,
            l.update.entropy,
            l.update.kl,
            l.update.clip_fraction,
            l.update.learning_rate,
            l.update.mirror_loss,
            l.update.bounds_loss,
            rate,
            l.wall[0],
            l.wall[1],
            l.spent.step,
            l.spent.observe,
            l.spent.judge,
            l.spent.act,
        ];
        let mut values: Vec<(String, f64)> =
            FIXED.iter().zip(fixed).map(|(name, value)| ((*name).to_owned(), value)).collect();
        // rewards per second, as weights are
        let per_second = e.steps.max(1.0) * envs.plan.dt as f64;
        let terms = envs.plan.rewards.iter().zip(&e.terms);
        values.extend(terms.map(|(r, sum)| (format!("reward/{}", r.key), sum / per_second)));
        let ends = envs.plan.terminations.iter().zip(&e.terminations);
        values.extend(ends.map(|(t, n)| (format!("termination/{}", t.key), n / e.ended.max(1.0))));
        values.extend(tiles(&envs.plan, &e));
        values.extend(last.into_iter().flat_map(judged));
        let step = Step { iteration: l.iteration, env_steps: steps, seconds };
        Numbers { step, rate, reward: mean(e.returns), length, values }
    }
}
