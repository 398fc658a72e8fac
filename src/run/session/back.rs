//! Going back to an earlier moment of a run.
use super::failures::Failures;
use super::live::{Clock, Live, merge};
use super::meter::Meter;
use super::{Event, RunState};
use crate::nn::Checkpoint;
use crate::run::change::{Recompiled, apply, recompile, recorded};
use crate::run::train::checkpoint;
use crate::run::train::rows::{Rows, env_steps};
use crate::tick::{EnvsState, LearnerState};
use anyhow::{Context, Result, bail};
use std::path::Path;

impl Live {
    /// Goes on from the checkpoint at or before an iteration. What was learned since is set aside, not lost.
    pub fn go_back(&mut self, iteration: u64, envs: &mut EnvsState, l: &mut LearnerState) {
        if let Err(e) = self.try_to_go_back(iteration, envs, l) {
            self.refuse(format!("go back to iteration {iteration}"), format!("{e:#}"));
        }
    }

    fn try_to_go_back(&mut self, to: u64, envs: &mut EnvsState, l: &mut LearnerState) -> Result<()> {
        let now = l.iteration;
        if to >= now {
            bail!("the run has only made {now} iterations; choose an earlier one");
        }
        self.save(envs, l, false);
        self.store.saver.flush();
        let earlier = self.store.folder.checkpoints()?.into_iter().rfind(|(i, _)| *i <= to);
        let Some((iteration, path)) = earlier else {
            bail!("there is no checkpoint at or before it in {}", self.store.folder.path().display())
        };
        self.rewind(&path, envs, l)?;
        self.say(Event::WentBack(iteration));
        // from here on the run is where it was; trouble with files is worth a note and no more
        let mut aside = || -> Result<()> {
            self.store.set_aside(iteration, now)?;
            self.store.continue_rows(iteration)
        };
        if let Err(e) = aside() {
            self.store.note(format!("the run went back, but its later files stay where they are: {e:#}"));
        }
        self.write_changes(envs);
        Ok(())
    }

    /// Puts everything back to a checkpoint of this run.
    fn rewind(&mut self, path: &Path, envs: &mut EnvsState, l: &mut LearnerState) -> Result<()> {
        let c = Checkpoint::load(path)?;
        let (doc, log) = recorded(&c, &self.written)?;
        let new = recompile(doc, &envs.plan, &self.cfg).map_err(anyhow::Error::msg)?;
        let before =
            Recompiled { plan: envs.plan.clone(), cfg: self.cfg.clone(), eval: self.walk.cfg.clone() };
        apply(&new, envs, l);
        let restored = checkpoint::restore(&c, envs, l).and_then(|()| checkpoint::number(&c, "seconds"));
        let restored = restored.and_then(|seconds| Ok((seconds, self.curricula.restore(&c)?)));
        let (seconds, episodes) = match restored {
            Ok(restored) => restored,
            Err(e) => {
                apply(&before, envs, l);
                return Err(e).context("the checkpoint cannot be used");
            }
        };
        (self.cfg, self.walk.cfg) = (new.cfg, new.eval);
        self.walk.after = c.meta.get("walks_after").and_then(|w| w.parse().ok());
        self.walk.last = None;
        l.filled = 0;
        self.clock = Clock::new(seconds);
        self.clock.run(self.state != RunState::Paused);
        let steps = env_steps(envs);
        self.rows = Rows::after(steps, episodes);
        self.meter = Meter::new(steps, l);
        self.failures = Failures::default();
        let known = std::mem::replace(&mut self.changes, log);
        let differ = merge(&mut self.changes, known);
        differ.into_iter().for_each(|c| self.say(Event::Changed(c)));
        (self.turning, self.published) = (None, None);
        if let Ok(mut policies) = self.shared.policies.lock() {
            policies.truncate(l.iteration);
        }
        Ok(())
    }
}
