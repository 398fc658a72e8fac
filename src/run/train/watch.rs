//! What happens between iterations: looking whether it walks, numbers, progress, checkpoints, and the decision to stop.
use super::begin::Beginning;
use super::dump::{MOST_DUMPS, dump};
use super::options::{Ended, Keep, TrainOptions, Walked};
use super::rows::{LOG_EVERY, Rows, env_steps};
use super::walk::WalkTest;
use super::{MACHINE, TrainCfg, checkpoint};
use crate::config::Document;
use crate::nn::Checkpoint;
use crate::run::change::{self, Change};
use crate::run::cpu_time;
use crate::run::curricula::{Curricula, held};
use crate::run::eval::EvalCfg;
use crate::run::machine::Machine;
use crate::run::{Metrics, Progress, RunFolder, progress};
use crate::task::Plan;
use crate::tick::{Envs, EnvsState, Learner, LearnerState, Lost};
use anyhow::{Result, bail};
use bevy::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The observer of a run.
pub struct Watch {
    cfg: TrainCfg,
    seed: u64,
    walk: WalkTest,
    walked: Option<Walked>,
    evaluate: bool,
    until_pass: bool,
    started: Instant,
    /// Wall time of earlier sessions of the same run, s.
    earlier: f64,
    stop: Arc<AtomicBool>,
    keep: Keep,
    folder: Option<RunFolder>,
    metrics: Option<Metrics>,
    progress: Option<Progress>,
    ended: Option<Ended>,
    error: Option<anyhow::Error>,
    dumps: u32,
    rows: Rows,
    reported: bool,
    /// The task before curricula moved it.
    written: Document,
    /// What people changed in an earlier session of the run.
    changes: Vec<Change>,
    curricula: Curricula,
}

impl Watch {
    pub(super) fn new(
        o: &TrainOptions,
        cfg: TrainCfg,
        eval: EvalCfg,
        plan: &Plan,
        begun: &Beginning,
    ) -> Result<Self> {
        let folder = match (&o.resume, o.keep) {
            (_, Keep::Nothing) => None,
            (Some(checkpoint), _) => {
                let folder = checkpoint.parent().unwrap_or(std::path::Path::new("."));
                Some(RunFolder::open(folder)?)
            }
            (None, keep) => {
                let folder = RunFolder::of(&o.logs, &plan.name, &o.naming)?;
                folder.write_config(&begun.written.to_ron())?;
                folder.write_plan(&plan.to_string())?;
                if keep == Keep::All {
                    folder.write_params(&begun.written.value)?;
                    folder.write_git(&crate::config::root())?;
                }
                Some(folder)
            }
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
            keep: o.keep,
            folder,
            metrics,
            ended: None,
            error: None,
            dumps: 0,
            rows: Rows::after(0, begun.episodes.clone()),
            reported: false,
            written: begun.written.clone(),
            changes: begun.changes.clone(),
            curricula: begun.curricula.clone(),
            seed: begun.seed,
            walk: WalkTest::new(eval),
            walked: None,
            cfg,
        })
    }

    /// Takes over where an earlier session of the run stopped.
    pub(super) fn resume(&mut self, c: &Checkpoint, envs: &EnvsState, iteration: u64) -> Result<()> {
        self.earlier = checkpoint::number(c, "seconds")?;
        self.rows.start_at(env_steps(envs));
        self.walk.after = c.meta.get("walks_after").and_then(|w| w.parse().ok());
        if let Some(f) = &self.folder {
            self.metrics = Some(Metrics::resume(f.path(), iteration + 1)?);
        }
        Ok(())
    }

    /// Where the run leaves its files, if anywhere.
    pub(super) fn folder(&self) -> Option<&RunFolder> {
        self.folder.as_ref()
    }

    fn seconds(&self) -> f64 {
        self.earlier + self.started.elapsed().as_secs_f64()
    }

    /// After an iteration: what is due.
    fn look(&mut self, envs: &mut EnvsState, l: &mut LearnerState) -> Result<()> {
        if let Some(lost) = l.lost.take() {
            self.lost(&lost, envs, l)?;
        }
        let iteration = l.iteration;
        let due = |every: u64| every > 0 && iteration.is_multiple_of(every);
        let plan = envs.plan.clone();
        for (i, block) in envs.teams.iter_mut().flat_map(|t| &mut t.blocks).enumerate() {
            let (ended, troubles) = (block.episodes.take(), block.troubles.take());
            if ended.invalid > 0.0 && self.keep != Keep::Policy && self.dumps < MOST_DUMPS {
                self.dumps += 1;
                let said = match &self.folder {
                    Some(folder) => dump(folder, &plan, (i, block), &troubles, l)?,
                    None => troubles.first().map_or(String::new(), |t| t.text(&plan)),
                };
                match &mut self.progress {
                    Some(p) => p.note(&said),
                    None => eprintln!("{said}"),
                }
            }
            self.rows.episodes.add(&ended);
        }
        if self.evaluate && due(self.walk.every(self.cfg.eval_every)) {
            self.test(envs);
        }
        let row = if due(LOG_EVERY) { Some(self.write(envs, l)?) } else { None };
        self.curricula.gather(envs);
        self.curricula.advance(iteration, row.as_deref(), self.walk.last.as_ref());
        let (cfg, eval) = (&mut self.cfg, &mut self.walk.cfg);
        self.curricula.turn(held(&self.changes), cfg, eval, envs, l).map_err(anyhow::Error::msg)?;
        self.ended = match () {
            () if self.until_pass && self.walk.after.is_some() => Some(Ended::Passed),
            () if self.stop.load(Ordering::Relaxed) => Some(Ended::Stopped),
            () if l.iteration >= self.cfg.iterations => Some(Ended::Finished),
            () => None,
        };
        if self.ended.is_some() || (self.keep == Keep::All && due(self.cfg.save_every)) {
            self.save(envs, l)?;
        }
        Ok(())
    }

    /// The device of the learner is gone: says so if training went on without it. Otherwise nothing of the iteration has
    /// happened, so the run is saved as it is, and that was that.
    fn lost(&mut self, lost: &Lost, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let text = format!("iteration {}: {}", lost.iteration, lost.why);
        if lost.went_on {
            let text = format!("{text}; going on with the native learner on the processor");
            match &mut self.progress {
                Some(p) => p.note(&text),
                None => eprintln!("{text}"),
            }
            return Ok(());
        }
        self.save(envs, l)?;
        let saved = self.folder.as_ref().map_or(String::new(), |folder| {
            let path = folder.checkpoint_path(l.iteration);
            format!("; the run is saved as it was before that: {}", path.display())
        });
        bail!(
            "{text}{saved}. Go on with `train --resume`, without --rl_device on the processor; `--on_device_loss fallback` does so by itself"
        )
    }

    fn test(&mut self, envs: &EnvsState) {
        let (earlier, started) = (self.earlier, self.started);
        if self.walk.test(envs, || earlier + started.elapsed().as_secs_f64())
            && let Some(seconds) = self.walk.after
        {
            let thread_seconds = cpu_time::this_thread();
            self.walked = Some(Walked { env_steps: env_steps(envs), thread_seconds });
            let steps = env_steps(envs) as f64 / 1e6;
            self.note(&format!("walks after {seconds:.1} s ({steps:.1} M env-steps)"));
        }
    }

    fn note(&mut self, line: &str) {
        if let Some(p) = &mut self.progress {
            p.note(line);
        }
    }

    /// Logs the newest numbers and returns them.
    fn write(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<Vec<(String, f64)>> {
        let seconds = self.seconds();
        let mut row = self.rows.row(envs, l, self.walk.last.as_ref(), seconds);
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
        row.values.extend(self.curricula.metrics(&envs.plan.doc));
        if let Some(metrics) = &mut self.metrics {
            let values: Vec<(&str, f64)> = row.values.iter().map(|(k, v)| (k.as_str(), *v)).collect();
            metrics.write(row.step, &values)?;
        }
        Ok(row.values)
    }

    fn save(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let facts = checkpoint::Facts {
            seconds: self.seconds(),
            walks_after: self.walk.after,
            seed: self.seed,
            more: change::facts(&self.written, &envs.plan.doc, &self.changes)
                .into_iter()
                .chain(self.curricula.fact(&self.rows.episodes))
                .collect(),
        };
        let checkpoint = match self.keep {
            Keep::Policy => checkpoint::described(envs, l, &facts),
            _ => checkpoint::catch(envs, l, &facts).checkpoint(),
        };
        checkpoint.save(&folder.checkpoint_path(l.iteration))?;
        Ok(())
    }

    /// Ends the run; an error of any iteration comes out here.
    pub(super) fn close(self, envs: &EnvsState, l: &LearnerState) -> Result<Closed> {
        if let Some(p) = self.progress {
            p.finish();
        }
        if let Some(e) = self.error {
            return Err(e);
        }
        if let Some(folder) = &self.folder {
            if self.keep == Keep::All {
                let policy = checkpoint::slim(&envs.plan, &envs.policy.folded(), l.iteration);
                policy.save(&folder.export()?.join("policy.safetensors"))?;
            }
            self.curricula.picture(folder.path())?;
            folder.write(MACHINE, serde_json::to_string_pretty(&Machine::this())?)?;
        }
        Ok(Closed {
            ended: self.ended.unwrap_or(Ended::Stopped),
            walks_after: self.walk.after,
            walked: self.walked,
            folder: self.folder,
        })
    }
}

/// What is left of a [`Watch`].
pub(super) struct Closed {
    /// Why the run ended.
    pub ended: Ended,
    /// When it first walked, s.
    pub walks_after: Option<f64>,
    /// The same in other measures.
    pub walked: Option<Walked>,
    /// Its folder.
    pub folder: Option<RunFolder>,
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
