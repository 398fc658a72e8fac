//! What happens between iterations: looking whether it walks, numbers, progress, checkpoints, and the decision to stop.
use super::options::{Ended, TrainOptions};
use super::{TrainCfg, checkpoint};
use crate::env::Episodes;
use crate::lane::Lane;
use crate::nn::{Checkpoint, TensorData};
use crate::run::eval::{EvalCfg, Judgement, Stage, Tally, evaluate, screen};
use crate::run::{Metrics, Progress, RunFolder, Step, progress};
use crate::task::Plan;
use crate::tick::{Envs, EnvsState, Learner, LearnerState};
use anyhow::Result;
use bevy::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Tries per command of the second look, before the full test.
const SECOND_LOOK: usize = 32;
/// Iterations between rows of `metrics.csv`.
const LOG_EVERY: u64 = 10;

/// Dumps of non-finite environments per run: the first ones tell the story.
const MOST_DUMPS: u32 = 5;

/// Keeps what is needed to see again how a number stopped being finite: the block when the rollout began, and the
/// actions since. The environment itself has ended and begun anew.
fn dump(
    folder: Option<&RunFolder>,
    progress: &mut Option<Progress>,
    block: usize,
    l: &LearnerState,
) -> Result<()> {
    let Some(folder) = folder else { return Ok(()) };
    let r = &l.rollout;
    let tile = r.tile(block, 0) * r.num_actions;
    let actions = r.actions[tile..tile + r.horizon * r.num_actions].iter().flat_map(|a| a.lanes()).copied();
    let bytes = l.before[block].iter().flat_map(|x| x.to_bits().to_le_bytes()).collect();
    let mut c = Checkpoint::default();
    c.tensors.insert("block".into(), TensorData::Bytes(bytes));
    let shape = vec![r.horizon, r.num_actions, crate::lane::WIDTH];
    c.tensors.insert("actions".into(), TensorData::F32 { shape, values: actions.collect() });
    c.meta.insert("iteration".into(), l.iteration.to_string());
    let name = format!("not_finite_{}_{block}.safetensors", l.iteration);
    c.save(&folder.file(&name))?;
    if let Some(p) = progress {
        p.note(&format!(
            "a state stopped being finite; its environment began anew, its last ticks are in {name}"
        ));
    }
    Ok(())
}

/// The observer of a run.
pub struct Watch {
    cfg: TrainCfg,
    eval: EvalCfg,
    evaluate: bool,
    until_pass: bool,
    started: Instant,
    /// Wall time of earlier sessions of the same run, s.
    earlier: f64,
    stop: Arc<AtomicBool>,
    folder: Option<RunFolder>,
    metrics: Option<Metrics>,
    progress: Option<Progress>,
    walks_after: Option<f64>,
    last: Option<Judgement>,
    ended: Option<Ended>,
    error: Option<anyhow::Error>,
    dumps: u32,
    rate: (Instant, u64),
    episodes: Episodes,
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
            walks_after: None,
            last: None,
            ended: None,
            error: None,
            dumps: 0,
            rate: (Instant::now(), 0),
            episodes: Episodes::default(),
            cfg,
            eval,
        })
    }

    /// Takes over where an earlier session of the run stopped.
    pub(super) fn resume(&mut self, c: &Checkpoint, iteration: u64) -> Result<()> {
        self.earlier = checkpoint::number(c, "seconds")?;
        self.walks_after = c.meta.get("walks_after").and_then(|w| w.parse().ok());
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
                dump(self.folder.as_ref(), &mut self.progress, i, l)?;
            }
            self.episodes.add(&ended);
        }
        if self.evaluate && due(self.look_every()) {
            self.test(envs)?;
        }
        if due(LOG_EVERY) {
            self.write(envs, l)?;
        }
        self.ended = match () {
            () if self.until_pass && self.walks_after.is_some() => Some(Ended::Passed),
            () if self.stop.load(Ordering::Relaxed) => Some(Ended::Stopped),
            () if l.iteration >= self.cfg.iterations => Some(Ended::Finished),
            () => None,
        };
        if self.ended.is_some() || due(self.cfg.save_every) {
            self.save(envs, l)?;
        }
        Ok(())
    }

    /// Once it walks, looks are only for the person who watches.
    fn look_every(&self) -> u64 {
        self.cfg.eval_every * if self.walks_after.is_some() { 50 } else { 1 }
    }

    /// Whether it walks: a cheap look first, and only what passes is looked at more closely.
    fn test(&mut self, envs: &EnvsState) -> Result<()> {
        let pass = &self.eval.pass;
        let look = screen(&envs.plan, &envs.policy, &self.eval).judgement();
        let mut good = pass.holds(&look);
        self.last = Some(look);
        if self.walks_after.is_some() {
            return Ok(());
        }
        for tries in [SECOND_LOOK, self.eval.envs_per_command] {
            if !good {
                return Ok(());
            }
            let grid = self.eval.grid();
            let stage = Stage { tries: tries * grid.len(), secs: pass.secs };
            let mut all = Tally::default();
            evaluate(&envs.plan, &envs.policy, &self.eval, &grid, stage).iter().for_each(|t| all.add(t));
            let j = all.judgement();
            good = pass.holds(&j);
            self.last = Some(j);
        }
        if good {
            let seconds = self.seconds();
            self.walks_after = Some(seconds);
            let steps = envs.ticks * envs.plan.env.num_envs as u64;
            self.note(&format!("walks after {seconds:.1} s ({:.1} M env-steps)", steps as f64 / 1e6));
        }
        Ok(())
    }

    fn note(&mut self, line: &str) {
        if let Some(p) = &mut self.progress {
            p.note(line);
        }
    }

    fn write(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let steps = envs.ticks * envs.plan.env.num_envs as u64;
        let (now, e) = (Instant::now(), self.episodes.take());
        let rate = (steps - self.rate.1) as f64 / (now - self.rate.0).as_secs_f64();
        let first = self.rate.1 == 0;
        self.rate = (now, steps);
        let mean = |sum: f64| if e.ended > 0.0 { sum / e.ended } else { f64::NAN };
        let length = mean(e.ticks) * envs.plan.dt as f64;
        if let Some(p) = &mut self.progress {
            let evaluation = self.last.as_ref().map(|j| {
                let [x, y, w] = [j.vx_error, j.vy_error, j.yaw_rate_error];
                format!("off by {x:.2} {y:.2} m/s {w:.2} rad/s, {:.1} % fall", 100.0 * j.fall_rate)
            });
            p.report(&progress::Report {
                iteration: l.iteration,
                env_steps_per_s: if first { f64::NAN } else { rate },
                reward: mean(e.returns),
                episode_length: length,
                evaluation: evaluation.unwrap_or_default(),
            });
        }
        let Some(metrics) = &mut self.metrics else { return Ok(()) };
        let mut rows: Vec<(String, f64)> = vec![
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
            ("time/env_steps_per_s".into(), rate),
            ("time/rollout".into(), l.wall[0]),
            ("time/learn".into(), l.wall[1]),
        ];
        // rewards per second, as weights are
        let per_second = e.steps.max(1.0) * envs.plan.dt as f64;
        let terms = envs.plan.rewards.iter().zip(&e.terms);
        rows.extend(terms.map(|(r, sum)| (format!("reward/{}", r.key), sum / per_second)));
        let ends = envs.plan.terminations.iter().zip(&e.terminations);
        rows.extend(ends.map(|(t, n)| (format!("termination/{}", t.key), n / e.ended.max(1.0))));
        if let Some(j) = &self.last {
            rows.push((
                "episode/tracking_error".into(),
                (j.vx_error.min(9.9).powi(2) + j.vy_error.powi(2)).sqrt(),
            ));
            rows.push(("episode/yaw_rate_error".into(), j.yaw_rate_error));
            rows.push(("episode/fall_rate".into(), j.fall_rate));
        }
        let rows: Vec<(&str, f64)> = rows.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        let seconds = self.earlier + self.started.elapsed().as_secs_f64();
        metrics.write(Step { iteration: l.iteration, env_steps: steps, seconds }, &rows)
    }

    fn save(&mut self, envs: &EnvsState, l: &LearnerState) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        checkpoint::full(envs, l, self.seconds(), self.walks_after)
            .save(&folder.checkpoint_path(l.iteration))?;
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
            let policy = checkpoint::slim(&envs.plan, &envs.policy, l.iteration);
            policy.save(&folder.export()?.join("policy.safetensors"))?;
        }
        Ok((self.ended.unwrap_or(Ended::Stopped), self.walks_after, self.folder))
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
