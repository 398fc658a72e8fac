//! What happens after every iteration: looking whether it walks, numbers, checkpoints, a new moment to show.
use super::knobs::{add_shares, knobs};
use super::live::{Live, is_kept};
use super::saver::Job;
use super::{Event, Moment, RunState};
use crate::env::Episodes;
use crate::run::train::checkpoint;
use crate::run::train::dump::{MOST_DUMPS, dump};
use crate::run::train::rows::{LOG_EVERY, env_steps};
use crate::task::Plan;
use crate::tick::{EnvsState, LearnerState};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Time between moments.
const PUBLISH_EVERY: Duration = Duration::from_millis(15);
/// Time between checkpoints to which a person may go back.
const SAVE_EVERY: Duration = Duration::from_millis(500);
/// With more jobs than this waiting the disk is slow, and the next checkpoint is left out.
const MOST_WAITING: usize = 2;

impl Live {
    /// After an iteration: what is due.
    pub fn after(&mut self, envs: &mut EnvsState, l: &mut LearnerState) {
        for (id, asked) in std::mem::take(&mut self.unfelt) {
            self.say(Event::Felt { id, latency_s: asked.elapsed().as_secs_f64() });
        }
        let due = |every: u64| every > 0 && l.iteration.is_multiple_of(every);
        let ended = self.episodes(envs, l);
        self.meter.iteration(&ended, envs.plan.dt, env_steps(envs), l);
        self.rows.episodes.add(&ended);
        self.failures.take(envs, l.iteration);
        let clock = &self.clock;
        if due(self.walk.every(self.cfg.eval_every)) && self.walk.test(envs, || clock.seconds()) {
            self.walk.after.into_iter().for_each(|s| self.say(Event::Walks(s)));
        }
        if due(LOG_EVERY) {
            let row = self.rows.row(envs, l, self.walk.last.as_ref(), self.clock.seconds());
            self.store.row(row.step, row.values);
        }
        if let Ok(mut policies) = self.shared.policies.lock() {
            policies.note(l.iteration, &envs.policy);
        }
        if l.iteration >= self.cfg.iterations {
            self.state = RunState::Finished;
        }
        let kept = is_kept(l.iteration, &self.cfg);
        if self.state.is_live() {
            let dense = self.saved.elapsed() >= SAVE_EVERY && self.store.saver.waiting() < MOST_WAITING;
            if kept || dense {
                self.saved = Instant::now();
                self.save(envs, l, kept);
            }
            if self.published.is_none_or(|p| p.elapsed() >= PUBLISH_EVERY) {
                self.publish(envs, l);
            }
        }
    }

    /// Takes what ended; what is not finite is kept for a closer look.
    fn episodes(&mut self, envs: &mut EnvsState, l: &LearnerState) -> Episodes {
        let mut all = Episodes::default();
        for (i, block) in envs.teams.iter_mut().flat_map(|t| &mut t.blocks).enumerate() {
            let ended = block.episodes.take();
            if ended.invalid > 0.0 && self.dumps < MOST_DUMPS {
                self.dumps += 1;
                self.store.note(dump(&self.store.folder, i, l).unwrap_or_else(|e| format!("{e:#}")));
            }
            all.add(&ended);
        }
        all
    }

    /// The end: a last checkpoint, the policy for elsewhere, a last moment.
    pub fn close(&mut self, envs: &EnvsState, l: &LearnerState) {
        self.save(envs, l, true);
        let policy = checkpoint::slim(&envs.plan, &envs.policy.folded(), l.iteration);
        self.store.saver.send(Job::Export(Box::new(policy)));
        self.publish(envs, l);
    }

    /// Shows this moment.
    pub fn publish(&mut self, envs: &EnvsState, l: &LearnerState) {
        let mut knobs = knobs(&envs.plan, &self.written);
        add_shares(&mut knobs, &self.meter.terms, self.meter.env_seconds);
        let blocks = envs.teams.iter().flat_map(|t| &t.blocks);
        let scores = blocks.filter_map(|b| b.witness.as_ref()).flat_map(|w| w.scores).collect();
        let moment = Moment {
            iteration: l.iteration,
            iterations: self.cfg.iterations,
            env_steps: env_steps(envs),
            seconds: self.clock.seconds(),
            env_steps_per_s: if self.state == RunState::Learning { self.meter.rate } else { f64::NAN },
            state: self.state.clone(),
            policy: Arc::new(envs.policy.clone()),
            plan: envs.plan.clone(),
            knobs: Arc::new(knobs),
            scores,
            levels: levels(&envs.plan),
            failures: self.failures.table(),
            phases: self.meter.phases,
            seed: self.seed,
        };
        self.published = Some(Instant::now());
        if let Ok(mut newest) = self.shared.moment.lock() {
            *newest = Some(Arc::new(moment));
        }
    }

    /// Learning goes on after a pause.
    pub fn resumed(&mut self, envs: &EnvsState, l: &LearnerState) {
        self.meter.skip(env_steps(envs), l);
        self.saved = Instant::now();
        self.published = None;
    }
}

/// Terrain level of every environment.
fn levels(plan: &Plan) -> Vec<u32> {
    let level = |env: usize| plan.env.terrain.as_ref().map_or(0, |t| t.start_tile(env as u64)[0]);
    (0..plan.env.num_envs).map(level).collect()
}
