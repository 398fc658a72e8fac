//! One training run from start to end.
use super::watch::Watch;
use super::{TrainCfg, checkpoint};
use crate::config::{self, Document};
use crate::env::Mode;
use crate::learn::{Gradient, Ppo, Rollout, native::NativeGradient};
use crate::nn::{ActorCritic, Checkpoint};
use crate::run::eval::{EvalCfg, Report};
use crate::run::{RunFolder, eval};
use crate::task::{self, Plan};
use crate::tick::{self, Envs, Learner, learn_fast};
use anyhow::{Context, Result, bail};
use bevy::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Which back end turns minibatches into gradients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LearnerKind {
    /// Our own SIMD passes on the processor.
    Native,
    /// libtorch on a device: `cpu`, `cuda:0`.
    Torch(String),
}

/// What to train and how.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// The task, with changes from the command line.
    pub task: Document,
    /// Seed of everything random.
    pub seed: u64,
    /// Gradient back end.
    pub learner: LearnerKind,
    /// Folder of all runs.
    pub logs: PathBuf,
    /// Name of the run.
    pub run_name: String,
    /// Stop when the policy first passes the evaluation.
    pub until_pass: bool,
    /// Look whether it walks; without, training is all there is.
    pub evaluate: bool,
    /// Write a run folder.
    pub save: bool,
    /// Go on from this checkpoint, in its run folder.
    pub resume: Option<PathBuf>,
    /// Show progress.
    pub progress: bool,
    /// When the clock started: times are counted from here.
    pub started: Instant,
    /// Set from outside to stop after the iteration at hand.
    pub stop: Arc<AtomicBool>,
}

/// Why training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All iterations done.
    Finished,
    /// It walks, and that was all that was asked.
    Passed,
    /// Somebody asked to stop.
    Stopped,
}

/// What training left behind.
pub struct Trained {
    /// The task.
    pub plan: Arc<Plan>,
    /// The policy.
    pub policy: ActorCritic,
    /// The run folder.
    pub folder: Option<RunFolder>,
    /// Why it ended.
    pub ended: Ended,
    /// When the evaluation was first passed, s after the start.
    pub walks_after: Option<f64>,
    /// Environment steps of this session, and the wall time of rollouts and updates, s.
    pub env_steps: u64,
    /// Wall time of rollouts and of updates, s.
    pub wall: [f64; 2],
    /// Time of the rollout's parts over all workers, s.
    pub spent: crate::learn::Spent,
    /// The closing evaluation.
    pub report: Option<Report>,
}

/// Makes the gradient back end. What is not there is said once, and training goes on with the native one.
fn backend(kind: &LearnerKind) -> Box<dyn Gradient> {
    if let LearnerKind::Torch(device) = kind {
        match torch(device) {
            Ok(backend) => return backend,
            Err(e) => eprintln!("{e:#}; going on with the native learner on the processor"),
        }
    }
    Box::new(NativeGradient::default())
}

#[cfg(feature = "torch")]
fn torch(device: &str) -> Result<Box<dyn Gradient>> {
    Ok(Box::new(crate::learn::torch::TorchGradient::new(device, rayon::current_num_threads())?))
}

#[cfg(not(feature = "torch"))]
fn torch(_: &str) -> Result<Box<dyn Gradient>> {
    bail!("this program was built without libtorch (`./lab` builds it in when `--learner torch` is given)")
}

/// Trains until the end, a pass or a stop. The last checkpoint is whole at any time.
pub fn train(o: TrainOptions) -> Result<Trained> {
    let cfg: TrainCfg = config::typed(&o.task, "train")?;
    let eval_cfg: EvalCfg = config::typed(&o.task, "eval")?;
    let problems = [cfg.networks.problems(), cfg.algorithm.problems()].concat();
    if !problems.is_empty() {
        bail!("{}: {}", o.task.place("train"), problems.join("; "));
    }
    let plan = Arc::new(task::compile(o.task.clone())?);
    let n = plan.env.num_envs;
    let policy = ActorCritic::new(&cfg.networks, plan.num_obs(), plan.num_actions(), o.seed);
    let ppo = Ppo::new(cfg.algorithm.clone(), &policy, backend(&o.learner), o.seed);
    let rollout = Rollout::new(n / crate::lane::WIDTH, cfg.horizon, plan.num_obs(), plan.num_actions());
    let mut envs = Envs::new(plan.clone(), policy, n, o.seed, &Mode::TRAIN);
    let mut learner = Learner::new(ppo, rollout);
    let mut watch = Watch::new(&o, cfg, eval_cfg.clone(), &plan)?;
    if let Some(path) = &o.resume {
        let mut resume = || -> Result<()> {
            let c = Checkpoint::load(path)?;
            checkpoint::restore(&c, envs.state(), learner.state())?;
            watch.resume(&c, learner.state().iteration)
        };
        resume().with_context(|| format!("cannot resume from {}", path.display()))?;
    }
    let first_tick = envs.state().ticks;

    let mut app = App::new();
    app.add_plugins(tick::plugin).add_systems(Update, (iterate, super::watch::look).chain());
    let entity = app.world_mut().spawn((envs, learner)).id();
    app.insert_non_send(watch);
    while app.should_exit().is_none() {
        app.update();
    }

    let Some(watch) = app.world_mut().remove_non_send::<Watch>() else { bail!("the run lost its observer") };
    let mut entity = app.world_mut().entity_mut(entity);
    let (Some(mut envs), Some(mut learner)) = (entity.take::<Envs>(), entity.take::<Learner>()) else {
        bail!("the run lost its environments")
    };
    let (ended, walks_after, folder) = watch.close(envs.state(), learner.state())?;
    let (state, l) = (envs.state(), learner.state());
    let report = (o.evaluate && !o.until_pass).then(|| eval::judge(&plan, &state.policy, &eval_cfg));
    Ok(Trained {
        policy: state.policy.clone(),
        folder,
        ended,
        walks_after,
        env_steps: (state.ticks - first_tick) * n as u64,
        wall: l.wall,
        spent: l.spent,
        report,
        plan,
    })
}

fn iterate(mut runs: Query<(&mut Envs, &mut Learner)>) {
    for (mut envs, mut learner) in &mut runs {
        learn_fast(envs.state(), learner.state());
    }
}

/// Whether somebody asked to stop.
pub(super) fn stopped(stop: &AtomicBool) -> bool {
    stop.load(Ordering::Relaxed)
}
