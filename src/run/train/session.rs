//! One training run from start to end.
use super::checkpoint;
use super::options::{TrainOptions, Trained};
use super::setup::Setup;
use super::watch::Watch;
use crate::nn::Checkpoint;
use crate::run::eval;
use crate::tick::{self, Envs, Learner, learn_fast};
use anyhow::{Context, Result, bail};
use bevy::prelude::*;

/// Trains until the end, a pass or a stop. The last checkpoint is whole at any time.
pub fn train(o: TrainOptions) -> Result<Trained> {
    let Setup { plan, cfg, eval: eval_cfg, mut envs, mut learner, note } =
        Setup::new(&o.task, o.seed, &o.learner)?;
    if let Some(note) = note {
        eprintln!("{note}");
    }
    let n = plan.env.num_envs;
    let mut watch = Watch::new(&o, cfg, eval_cfg.clone(), &plan)?;
    if let Some(path) = &o.resume {
        let mut resume = || -> Result<()> {
            let c = Checkpoint::load(path)?;
            checkpoint::restore(&c, envs.state(), learner.state())?;
            checkpoint::reinit_std(envs.state(), learner.state());
            watch.resume(&c, envs.state(), learner.state().iteration)
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
