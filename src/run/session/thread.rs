//! The thread of a session: a headless app inside its own pool of workers.
use super::live::{Asked, Live, begin};
use super::shared::Shared;
use super::{Event, Moment, RunState, SessionOptions};
use crate::tick::{self, Envs, Learner, learn_fast};
use anyhow::{Context, Result, bail};
use bevy::ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};
use bevy::prelude::*;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

/// Runs a session to its end, whatever that is, and says how it ended.
pub(super) fn run(o: SessionOptions, inbox: Receiver<Asked>, out: Sender<Event>, shared: Arc<Shared>) {
    let result = catch_unwind(AssertUnwindSafe(|| inside_pool(o, inbox, out.clone(), shared.clone())));
    let ended = match result {
        Ok(ended) => ended.map_err(|e| format!("{e:#}")),
        Err(panic) => Err(format!("training broke off: {}", words(&*panic))),
    };
    if let Err(why) = &ended
        && let Ok(mut newest) = shared.moment.lock()
        && let Some(moment) = &mut *newest
    {
        let mut last = Moment::clone(moment);
        last.state = RunState::Failed(why.clone());
        *newest = Some(Arc::new(last));
    }
    // nobody listens any more: then nobody needs to know
    let _ = out.send(Event::Ended(ended));
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason was given".into())
}

fn inside_pool(
    o: SessionOptions,
    inbox: Receiver<Asked>,
    out: Sender<Event>,
    shared: Arc<Shared>,
) -> Result<()> {
    let threads = o.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|i| format!("learn {i}"))
        .start_handler({
            let shared = shared.clone();
            move |_| shared.count_this_thread()
        })
        .build()
        .context("cannot start worker threads")?;
    pool.install(|| work(&o, inbox, out, shared))
}

fn work(o: &SessionOptions, inbox: Receiver<Asked>, out: Sender<Event>, shared: Arc<Shared>) -> Result<()> {
    let (mut envs, mut learner, mut live) = begin(o, inbox, out, shared)?;
    for (key, value) in &o.changes {
        live.set(std::time::Instant::now(), key, value, envs.state(), learner.state());
    }
    live.publish(envs.state(), learner.state());

    let mut app = App::new();
    app.add_plugins(tick::plugin)
        // systems stay on this thread, which belongs to the pool: the app's own tasks are those of the window
        .edit_schedule(Update, |s| {
            s.set_executor(SingleThreadedExecutor::new());
        })
        .add_systems(Update, (take_orders, iterate, watch).chain());
    app.main_mut().update_schedule = Some(Update.intern());
    app.world_mut().spawn((envs, learner));
    app.insert_non_send(live);
    while app.should_exit().is_none() {
        app.update();
    }
    let ended = app.world_mut().remove_non_send::<Live>().map(|live| live.state.clone());
    match ended {
        Some(RunState::Failed(why)) => bail!(why),
        _ => Ok(()),
    }
}

fn take_orders(mut live: NonSendMut<Live>, mut runs: Query<(&mut Envs, &mut Learner)>) {
    for (mut envs, mut learner) in &mut runs {
        live.obey(envs.state(), learner.state());
    }
}

fn iterate(live: NonSend<Live>, mut runs: Query<(&mut Envs, &mut Learner)>) {
    for (mut envs, mut learner) in runs.iter_mut().filter(|_| live.state.is_live()) {
        learn_fast(envs.state(), learner.state());
    }
}

fn watch(
    mut live: NonSendMut<Live>,
    mut runs: Query<(&mut Envs, &mut Learner)>,
    mut exit: MessageWriter<AppExit>,
) {
    for (mut envs, mut learner) in &mut runs {
        let (e, l) = (envs.state(), learner.state());
        live.lost(l);
        if live.state.is_live() {
            live.after(e, l);
        }
        if !live.state.is_live() {
            live.close(e, l);
            exit.write(AppExit::Success);
        }
    }
}
