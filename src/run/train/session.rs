//! One training run from start to end.
use super::begin::Beginning;
use super::checkpoint;
use super::options::{Keep, TrainOptions, Trained};
use super::setup::Setup;
use super::watch::{Closed, Watch};
use crate::run::{curricula, draws, eval};
use crate::tick::{self, Envs, Learner, learn_fast};
use anyhow::{Context, Result, bail};
use bevy::ecs::schedule::SingleThreadedExecutor;
use bevy::prelude::*;
use std::path::PathBuf;

/// Trains until the end, a pass or a stop. The last checkpoint is whole at any time.
///
/// # Errors
/// When the task, the device or the checkpoint cannot be used or there is too little memory, before anything is learned; when
/// files cannot be written; when the device of the learner is lost and nothing else is wanted, with the run saved as it was
/// before that iteration.
pub fn train(o: TrainOptions) -> Result<Trained> {
    let whence = |path: &PathBuf| format!("cannot resume from {}", path.display());
    let mut begun = Beginning::new(&o.task, o.seed, o.resume.as_deref(), false);
    if let Some(path) = &o.resume {
        begun = begun.with_context(|| whence(path));
    }
    let begun = begun?;
    let Setup { plan, cfg, eval: eval_cfg, mut envs, mut learner, note } =
        Setup::beside(&begun.doc, begun.seed, &o.learner, o.beside.as_deref())?;
    let notes = curricula::check(&begun.curricula, &plan, &cfg)?;
    if o.progress {
        notes.iter().chain(&note).for_each(|note| eprintln!("{note}"));
    }
    let n = plan.env.num_envs;
    let from = begun.checkpoint.as_ref().zip(o.resume.as_ref());
    if let Some((c, path)) = from {
        checkpoint::restore(c, envs.state(), learner.state()).with_context(|| whence(path))?;
        checkpoint::reinit_std(envs.state(), learner.state());
    }
    let mut watch = Watch::new(&o, cfg, eval_cfg.clone(), &plan, &begun)?;
    if let Some((c, path)) = from {
        watch.resume(c, envs.state(), learner.state().iteration).with_context(|| whence(path))?;
    }
    if let (None, Some(folder), Keep::All) = (&o.resume, watch.folder(), o.keep) {
        draws::write(folder, envs.state())?;
    }
    let first_tick = envs.state().ticks;

    let mut app = App::new();
    // on this thread, so that the pool that it belongs to is the one that works
    app.edit_schedule(Update, |s| {
        s.set_executor(SingleThreadedExecutor::new());
    });
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
    let Closed { ended, walks_after, walked, folder } = watch.close(envs.state(), learner.state())?;
    let (state, l) = (envs.state(), learner.state());
    // curricula may have moved it
    let plan = state.plan.clone();
    let wanted = o.evaluate && !o.until_pass;
    let report = wanted.then(|| eval::judge(&plan, &state.policy, &eval_cfg)).transpose()?;
    Ok(Trained {
        policy: state.policy.clone(),
        folder,
        ended,
        walks_after,
        walked,
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
