//! Whether it walks: looked at again and again during training.
use crate::run::eval::{EvalCfg, Judgement, Stage, pass_or_fail, screen};
use crate::tick::EnvsState;

/// Tries per command of the second look, before the full test.
const SECOND_LOOK: usize = 32;

/// The test that training repeats until it passes.
pub(in crate::run) struct WalkTest {
    /// How the task is judged.
    pub cfg: EvalCfg,
    /// When it first passed, s after the start.
    pub after: Option<f64>,
    /// The last look.
    pub last: Option<Judgement>,
}

impl WalkTest {
    /// A test that has not been made.
    pub fn new(cfg: EvalCfg) -> Self {
        Self { cfg, after: None, last: None }
    }

    /// Iterations between looks. Once it walks, looks are only for the person who watches.
    pub fn every(&self, eval_every: u64) -> u64 {
        eval_every * if self.after.is_some() { 50 } else { 1 }
    }

    /// A cheap look first, and only what passes is looked at more closely. True when it passes for the first time;
    /// `seconds` is asked then.
    pub fn test(&mut self, envs: &EnvsState, seconds: impl FnOnce() -> f64) -> bool {
        let pass = &self.cfg.pass;
        let look = screen(&envs.plan, &envs.policy, &self.cfg).judgement();
        let mut good = pass.holds(&look);
        self.last = Some(look);
        if self.after.is_some() {
            return false;
        }
        for tries in [SECOND_LOOK, self.cfg.envs_per_command] {
            if !good {
                return false;
            }
            let stage = Stage { tries: tries * self.cfg.grid().len(), secs: pass.secs };
            let j = pass_or_fail(&envs.plan, &envs.policy, &self.cfg, stage).judgement();
            good = pass.holds(&j);
            self.last = Some(j);
        }
        if good {
            self.after = Some(seconds());
        }
        good
    }
}
