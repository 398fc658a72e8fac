//! What happens after every iteration: looking whether it walks, numbers, checkpoints, a new moment to show.
use super::knobs::{add_shares, knobs};
use super::live::{Live, is_kept};
use super::saver::Job;
use super::{Event, Moment, RunState};
use crate::env::Episodes;
use crate::lane::WIDTH;
use crate::run::curricula::{Curricula, held};
use crate::run::machine::Machine;
use crate::run::train::MACHINE;
use crate::run::train::checkpoint;
use crate::run::train::dump::{MOST_DUMPS, dump};
use crate::run::train::rows::{LOG_EVERY, env_steps};
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
        let mut shown = None;
        if due(LOG_EVERY) {
            let mut row = self.rows.row(envs, l, self.walk.last.as_ref(), self.clock.seconds());
            row.values.extend(self.curricula.metrics(&envs.plan.doc));
            shown = Some(row.values.clone());
            self.store.row(row.step, row.values);
        }
        self.curricula(shown.as_deref(), envs, l);
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

    /// The device of the learner is gone: says so, and ends the run unless the native learner took over. What is saved then
    /// is the run before that iteration.
    pub fn lost(&mut self, l: &mut LearnerState) {
        let Some(lost) = l.lost.take() else { return };
        let text = format!("iteration {}: {}", lost.iteration, lost.why);
        if lost.went_on {
            self.store.note(format!("{text}; going on with the native learner on the processor"));
        } else {
            self.state = RunState::Failed(format!("{text}; the run is saved as it was before that"));
        }
    }

    /// Moves what moves by itself. What cannot go on is said, and rests; training goes on.
    fn curricula(&mut self, row: Option<&[(String, f64)]>, envs: &mut EnvsState, l: &mut LearnerState) {
        self.curricula.gather(envs);
        self.curricula.advance(l.iteration, row, self.walk.last.as_ref());
        let (cfg, eval) = (&mut self.cfg, &mut self.walk.cfg);
        if let Err(why) = self.curricula.turn(held(&self.changes), cfg, eval, envs, l) {
            self.curricula = Curricula::default();
            self.store.note(format!("{why}; values stay as they are now"));
        }
    }

    /// Takes what ended; what is not finite is kept for a closer look.
    fn episodes(&mut self, envs: &mut EnvsState, l: &LearnerState) -> Episodes {
        let mut all = Episodes::default();
        let plan = envs.plan.clone();
        for (i, block) in envs.teams.iter_mut().flat_map(|t| &mut t.blocks).enumerate() {
            let (ended, troubles) = (block.episodes.take(), block.troubles.take());
            if ended.invalid > 0.0 && self.dumps < MOST_DUMPS {
                self.dumps += 1;
                let said = dump(&self.store.folder, &plan, (i, block), &troubles, l);
                self.store.note(said.unwrap_or_else(|e| format!("{e:#}")));
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
        self.store.text(MACHINE, serde_json::to_string_pretty(&Machine::this()).unwrap_or_default());
        if let Err(e) = self.curricula.picture(self.store.folder.path()) {
            self.store.note(format!("no picture of the commands: {e:#}"));
        }
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
            levels: levels(envs),
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
fn levels(envs: &EnvsState) -> Vec<u32> {
    let blocks = envs.teams.iter().flat_map(|t| &t.blocks);
    blocks.flat_map(|b| (0..WIDTH).map(|lane| b.level(lane))).take(envs.plan.env.num_envs).collect()
}
