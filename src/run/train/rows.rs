//! The numbers of some iterations, as they stand in a row of `metrics.csv`.
use crate::env::Episodes;
use crate::run::Step;
use crate::run::eval::Judgement;
use crate::tick::{EnvsState, LearnerState};
use std::time::Instant;

/// Iterations between rows of `metrics.csv`.
pub(in crate::run) const LOG_EVERY: u64 = 10;

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

impl Rows {
    /// For a run that has made so many environment steps.
    pub fn new(env_steps: u64) -> Self {
        Self { rate: (Instant::now(), env_steps), episodes: Episodes::default() }
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
        let mut values: Vec<(String, f64)> = vec![
            ("episode/reward".into(), mean(e.returns)),
            ("episode/length".into(), length),
            ("episode/failed_share".into(), mean(e.failed)),
            ("episode/invalid".into(), e.invalid),
            ("loss/surrogate".into(), l.update.surrogate),
            ("loss/value".into(), l.update.value_loss),
            ("loss/entropy".into(), l.update.entropy),
            ("loss/kl".into(), l.update.kl),
            ("loss/clip_fraction".into(), l.update.clip_fraction),
            ("loss/learning_rate".into(), l.update.learning_rate),
            ("loss/mirror".into(), l.update.mirror_loss),
            ("loss/bounds".into(), l.update.bounds_loss),
            ("time/env_steps_per_s".into(), rate),
            ("time/rollout".into(), l.wall[0]),
            ("time/learn".into(), l.wall[1]),
        ];
        // rewards per second, as weights are
        let per_second = e.steps.max(1.0) * envs.plan.dt as f64;
        let terms = envs.plan.rewards.iter().zip(&e.terms);
        values.extend(terms.map(|(r, sum)| (format!("reward/{}", r.key), sum / per_second)));
        let ends = envs.plan.terminations.iter().zip(&e.terminations);
        values.extend(ends.map(|(t, n)| (format!("termination/{}", t.key), n / e.ended.max(1.0))));
        if let Some(j) = last {
            values.push((
                "episode/tracking_error".into(),
                (j.vx_error.min(9.9).powi(2) + j.vy_error.powi(2)).sqrt(),
            ));
            values.push(("episode/yaw_rate_error".into(), j.yaw_rate_error));
            values.push(("episode/fall_rate".into(), j.fall_rate));
        }
        let step = Step { iteration: l.iteration, env_steps: steps, seconds };
        Numbers { step, rate, reward: mean(e.returns), length, values }
    }
}
