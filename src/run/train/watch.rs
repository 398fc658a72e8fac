//! What happens between iterations: looking whether it walks, numbers, progress, checkpoints, and the decision to stop.
use super::dump::{MOST_DUMPS, dump};
use super::options::{Ended, TrainOptions};
use super::rows::{LOG_EVERY, Rows, env_steps};
use super::walk::WalkTest;
use super::{TrainCfg, checkpoint};
use crate::nn::Checkpoint;
use crate::run::eval::EvalCfg;
use crate::run::{Metrics, Progress, RunFolder, progress};
use crate::task::Plan;
use crate::tick::{Envs, EnvsState, Learner, LearnerState};
use anyhow::Result;
use bevy::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The observer of a run.
pub struct Watch {
    cfg: TrainCfg,
    seed: u64,
    walk: WalkTest,
    evaluate: bool,
    until_pass: bool,
    started: Instant,
    /// Wall time of earlier sessions of the same run, s.
    earlier: f64,
    stop: Arc<AtomicBool>,
    folder: Option<RunFolder>,
    metrics: Option<Metrics>,
    progress: Option<Progress>,
    ended: Option<Ended>,
    error: Option<anyhow::Error>,
    dumps: u32,
    rows: Rows,
    reported: bool,
}

impl Watch {
    pub(super) fn new(o: &TrainOptions, cfg: TrainCfg, eval: EvalCfg, plan: &Plan) -> Result<Self> {
        let folder = match (&o.resume, o.save) {
            (Some(checkpoint), true) => {
                let folder = checkpoint.parent().unwrap_or(std::path::Path::new("."));
                Some(RunFolder::open(folder)?)
            }
            (None, true) => {
                let folder = RunFolder::create(&o.logs, &plan.name, &o.run_name)?;
                folder.write_config(&plan.doc.to_ron())?;
                folder.write_plan(&plan.to_string())?;
                folder.write_params(&plan.doc.value)?;
                folder.write_git(&crate::config::root())?;
                Some(folder)
            }
            _ => None,
        };
        let metrics = match (&folder, &o.resume) {
            (Some(f), None) => Some(Metrics::create(f.path())?),
            _ => None,
        };
        let total = cfg.iterations;
        Ok(Self {
            evaluate: o.evaluate,
            until_pass: o.until_pass,
            started: o.started,
            earlier: 0.0,
            stop: o.stop.clone(),
            progress: o.progress.then(|| Progress::new(plan.name.clone(), 0, total)),
            folder,
            metrics,
            ended: None,
            error: None,
            dumps: 0,
            rows: Rows::new(0),
            reported: false,
            seed: o.seed,
            walk: WalkTest::new(eval),
            cfg,
        })
    }

    /// Takes over where an earlier session of the run stopped.
    pub(super) fn resume(&mut self, c: &Checkpoint, envs: &EnvsState, iteration: u64) -> Result<()> {
        self.earlier = checkpoint::number(c, "seconds")?;
        self.rows = Rows::new(env_steps(envs));
        self.walk.after = c.meta.get("walks_after").and_then(|w| w.parse().ok());
        if let Some(f) = &self.folder {
            self.metrics = Some(Metrics::resume(f.path(), iteration + 1)?);
        }
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.earlier + self.started.elapsed().as_secs_f64()
    }

    /// After an iteration: what is due.
    fn look(&mut self, envs: &mut EnvsState, l: &mut LearnerState) -> Result<()> {
        let due = |every: u64| every > 0 && l.iteration.is_multiple_of(every);
        for (i, block) in envs.teams.iter_mut().flat_map(|t| &mut t.blocks).enumerate() {
            let ended = block.episodes.take();
            if ended.invalid > 0.0 && self.dumps < MOST_DUMPS {
                self.dumps += 1;
                if let Some(folder) = &self.folder {
                    let said = dump(folder, i, l)?;
                    self.progress.iter_mut().for_each(|p| p.note(&said));
                }
            }
            self.rows.episodes.add(&ended);
        }
        if self.evaluate && due(self.walk.every(self.cfg.eval_every)) {
            self.test(envs);
        }
        if due(LOG_EVERY) {
            self.write(envs, l)?;
        }
        self.ended = match () {
            () if self.until_pass && self.walk.after.is_some() => Some(Ended::Passed),
            () if self.stop.load(Ordering::Relaxed) => Some(Ended::Stopped),
            () if l.iteration >= self.cfg.iterations => Some(Ended::Finished),
            () => None,
        };
        if self.ended.is_some() || due(self.cfg.save_every) {
            self.save(envs, l)?;
        }
        Ok(())
    }

    fn test(&mut self, envs: &EnvsState) {
        let (earlier, started) = (self.earlier, self.started);
        if self.walk.test(envs, || earlier + started.elapsed().as_secs_f64())
            && let Some(seconds) = self.walk.after
        {
            let steps = env_steps(envs) as f64 / 1e6;
            self.note(&format!("walks after {seconds:.1} s ({steps:.1} M env-steps)"));
        }
    }

    fn note(&mut self, line: &str) {
        if let Some(p) = &mut self.progress {
            p.note(line);
        }
    }

    fn write(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let seconds = self.seconds();
        let row = self.rows.row(envs, l, self.walk.last.as_ref(), seconds);
        if let Some(p) = &mut self.progress {
            let evaluation = self.walk.last.as_ref().map(|j| {
                let [x, y, w] = [j.vx_error, j.vy_error, j.yaw_rate_error];
                format!("off by {x:.2} {y:.2} m/s {w:.2} rad/s, {:.1} % fall", 100.0 * j.fall_rate)
            });
            p.report(&progress::Report {
                iteration: l.iteration,
                env_steps_per_s: if self.reported { row.rate } else { f64::NAN },
                reward: row.reward,
                episode_length: row.length,
                evaluation: evaluation.unwrap_or_default(),
            });
        }
        self.reported = true;
        let Some(metrics) = &mut self.metrics else { return Ok(()) };
        let values: Vec<(&str, f64)> = row.values.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        metrics.write(row.step, &values)
    }

    fn save(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let facts = checkpoint::Facts {
            seconds: self.seconds(),
            walks_after: self.walk.after,
            seed: self.seed,
            more: vec![],
        };
        checkpoint::catch(envs, l, &facts).checkpoint().save(&folder.checkpoint_path(l.iteration))?;
        Ok(())
    }

    /// Ends the run; an error of any iteration comes out here.
    pub(super) fn close(
        self,
        envs: &EnvsState,
        l: &LearnerState,
    ) -> Result<(Ended, Option<f64>, Option<RunFolder>)> {
        if let Some(p) = self.progress {
            p.finish();
        }
        if let Some(e) = self.error {
            return Err(e);
        }
        if let Some(folder) = &self.folder {
            let policy = checkpoint::slim(&envs.plan, &envs.policy.folded(), l.iteration);
            policy.save(&folder.export()?.join("policy.safetensors"))?;
        }
        Ok((self.ended.unwrap_or(Ended::Stopped), self.walk.after, self.folder))
    }
}

/// The system of [`Watch`].
pub(super) fn look(
    mut watch: NonSendMut<Watch>,
    mut runs: Query<(&mut Envs, &mut Learner)>,
    mut exit: MessageWriter<AppExit>,
) {
    for (mut envs, mut learner) in &mut runs {
        if let Err(e) = watch.look(envs.state(), learner.state()) {
            watch.error = Some(e);
        }
    }
    if watch.ended.is_some() || watch.error.is_some() {
        exit.write(AppExit::Success);
    }
}
