//! One training run from start to end.
use super::options::{LearnerKind, TrainOptions, Trained};
use super::watch::Watch;
use super::{TrainCfg, checkpoint};
use crate::config;
use crate::env::Mode;
use crate::learn::{Gradient, Ppo, Rollout, native::NativeGradient};
use crate::nn::{ActorCritic, Checkpoint};
use crate::run::eval::{self, EvalCfg};
use crate::task;
use crate::tick::{self, Envs, Learner, learn_fast};
use anyhow::{Context, Result, bail};
use bevy::prelude::*;
use std::sync::Arc;

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
