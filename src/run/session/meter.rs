//! Speed, where time goes, and what rewards give: over the recent past.
use super::Phases;
use crate::env::Episodes;
use crate::learn::Spent;
use crate::tick::LearnerState;
use std::time::{Duration, Instant};

/// Length of the window of speed and phases.
const WINDOW: Duration = Duration::from_millis(400);
/// Weight that an iteration's rewards keep in the next one.
const FADE: f64 = 0.9;

/// See the module.
pub(super) struct Meter {
    since: Instant,
    steps: u64,
    wall: [f64; 2],
    spent: Spent,
    /// Sum of each reward term.
    pub terms: Vec<f64>,
    /// Simulated time that the sums are over, s.
    pub env_seconds: f64,
    /// Environment steps per second.
    pub rate: f64,
    /// Shares of wall time.
    pub phases: Phases,
}

impl Meter {
    /// From now on.
    pub fn new(steps: u64, l: &LearnerState) -> Self {
        Self {
            since: Instant::now(),
            steps,
            wall: l.wall,
            spent: l.spent,
            terms: vec![],
            env_seconds: 0.0,
            rate: f64::NAN,
            phases: Phases { other: 1.0, ..Phases::default() },
        }
    }

    /// Begins a new window: what lies between was waiting.
    pub fn skip(&mut self, steps: u64, l: &LearnerState) {
        (self.since, self.steps, self.wall, self.spent) = (Instant::now(), steps, l.wall, l.spent);
    }

    /// An iteration is over.
    pub fn iteration(&mut self, ended: &Episodes, dt: f32, steps: u64, l: &LearnerState) {
        self.terms.resize(ended.terms.len(), 0.0);
        self.terms.iter_mut().zip(&ended.terms).for_each(|(a, b)| *a = *a * FADE + b);
        self.env_seconds = self.env_seconds * FADE + ended.steps * dt as f64;
        let elapsed = self.since.elapsed();
        if elapsed < WINDOW && self.rate.is_finite() {
            return;
        }
        let all = elapsed.as_secs_f64().max(1e-9);
        self.rate = steps.saturating_sub(self.steps) as f64 / all;
        self.phases = self.shares(all, l);
        self.skip(steps, l);
    }

    fn shares(&self, all: f64, l: &LearnerState) -> Phases {
        let rollout = ((l.wall[0] - self.wall[0]) / all).clamp(0.0, 1.0);
        let learn = ((l.wall[1] - self.wall[1]) / all).clamp(0.0, 1.0 - rollout);
        let part = |now: f64, before: f64| now - before;
        let physics = part(l.spent.step, self.spent.step);
        let observe = part(l.spent.observe, self.spent.observe);
        let judge = part(l.spent.judge, self.spent.judge);
        let policy = part(l.spent.act, self.spent.act);
        let workers = (physics + observe + judge + policy).max(1e-12);
        let share = |x: f64| rollout * x / workers;
        let [physics, observe, judge, policy] = [physics, observe, judge, policy].map(share);
        let other = (1.0 - physics - observe - judge - policy - learn).max(0.0);
        Phases { physics, observe, judge, policy, learn, other }
    }
}
