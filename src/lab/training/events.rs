//! What runs say, and how it gets into the read model.
use super::branch::branch_from;
use super::{Ask, Training, run_mut};
use crate::lab::{Lab, replay, stage, tasks};
use crate::run::session::{Change, Event, Moment, RunState};
use bevy::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// Hears all runs out, once per frame.
pub(in crate::lab) fn listen(world: &mut World) {
    let mut heard: Vec<(String, Vec<Event>, Option<Arc<Moment>>)> = vec![];
    for live in world.resource_mut::<Training>().all() {
        let events = live.session.events();
        let moment = live.session.moment().filter(|m| {
            let old = live.moment.as_ref();
            old.is_none_or(|o| !Arc::ptr_eq(o, m))
        });
        if let Some(m) = &moment {
            live.moment = Some(m.clone());
        }
        heard.push((live.id.clone(), events, moment));
    }
    for (mut id, events, moment) in heard {
        for event in events {
            take(world, &mut id, event);
        }
        if let Some(m) = moment {
            look(&mut world.resource_mut::<Lab>(), &id, &m);
        }
    }
}

/// A moment, as panels see it.
fn look(lab: &mut Lab, id: &str, m: &Moment) {
    if lab.shown[0].as_deref() == Some(id) {
        lab.knobs = m.knobs.clone();
        lab.plan = Some(m.plan.clone());
    }
    let Some(run) = run_mut(lab, id) else { return };
    (run.iteration, run.iterations) = (m.iteration, m.iterations);
    (run.env_steps, run.seconds) = (m.env_steps, m.seconds);
    run.env_steps_per_s = m.env_steps_per_s;
    run.failures = m.failures.clone();
    run.phases = m.phases;
    // how it ended comes as an event
    if run.state.is_live() && m.state.is_live() {
        run.state = m.state.clone();
    }
}

fn take(world: &mut World, id: &mut String, event: Event) {
    match event {
        Event::Started { plan, folder, iterations } => {
            started(world, id, &folder);
            let mut lab = world.resource_mut::<Lab>();
            if let Some(run) = run_mut(&mut lab, id) {
                run.state = RunState::Learning;
                run.iterations = iterations;
                run.task = plan.name.clone();
            }
        }
        Event::Row(row) => with_run(world, id, |run| {
            run.curves.truncate(row.iteration.saturating_sub(1));
            run.curves.push(&row);
        }),
        Event::Walks(seconds) => {
            with_run(world, id, |run| run.walks_after_s = Some(seconds));
            world.resource_mut::<Lab>().info(format!("It walks, {seconds:.1} s after the start."));
        }
        Event::Changed(change) => with_run(world, id, |run| keep(&mut run.changes, change)),
        Event::Felt { .. } => {}
        Event::Refused { what, why } => {
            world.resource_mut::<Lab>().warn(format!("{what}: {why}"));
        }
        Event::WentBack(iteration) => {
            with_run(world, id, |run| {
                run.curves.truncate(iteration);
                run.checkpoints.retain(|i| *i <= iteration);
                let now = run.curves.seconds.last().copied().unwrap_or(0.0);
                run.walks_after_s = run.walks_after_s.filter(|s| *s <= now);
                run.iteration = iteration;
            });
            world
                .resource_mut::<Lab>()
                .info(format!("Back at iteration {iteration}; training goes on from there."));
        }
        Event::Saved { ticket, iteration, path } => saved(world, id, ticket, iteration, &path),
        Event::VariantSaved(path) => {
            let mut lab = world.resource_mut::<Lab>();
            tasks::list(&mut lab);
            lab.info(format!("Task variant saved: {}", path.display()));
        }
        Event::Failure(episode) => replay::begin(world, *episode),
        Event::Note(text) => world.resource_mut::<Lab>().warn(text),
        Event::Ended(result) => ended(world, id, result),
    }
}

fn with_run(world: &mut World, id: &str, work: impl FnOnce(&mut crate::lab::model::Run)) {
    if let Some(run) = run_mut(&mut world.resource_mut::<Lab>(), id) {
        work(run);
    }
}

/// A change is new, or says that an earlier one was undone.
fn keep(changes: &mut Vec<Change>, change: Change) {
    match changes.iter_mut().find(|c| c.id == change.id) {
        Some(known) => *known = change,
        None => changes.push(change),
    }
}

/// The run has a folder: from now on it goes by its name.
fn started(world: &mut World, id: &mut String, folder: &Path) {
    let part = |p: Option<&Path>| p.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    let name = part(Some(folder)).unwrap_or_default();
    let new = format!("{}/{name}", part(folder.parent()).unwrap_or_default());
    if let Some(live) = world.resource_mut::<Training>().find(id) {
        live.id.clone_from(&new);
    }
    let mut lab = world.resource_mut::<Lab>();
    if *id != new {
        // the reader may have found the folder before its owner told of it
        lab.runs.retain(|r| r.id != new);
    }
    lab.shown.iter_mut().flatten().filter(|s| *s == id).for_each(|s| s.clone_from(&new));
    if let Some(run) = run_mut(&mut lab, id) {
        run.id.clone_from(&new);
        run.name = crate::lab::names::short_name(&name);
        run.folder = folder.to_owned();
    }
    *id = new;
}

fn saved(world: &mut World, id: &str, ticket: u64, iteration: u64, path: &Path) {
    with_run(world, id, |run| {
        if let Err(at) = run.checkpoints.binary_search(&iteration) {
            run.checkpoints.insert(at, iteration);
        }
    });
    let ask = world.resource_mut::<Training>().find(id).and_then(|live| {
        let at = live.asks.iter().position(|(t, _)| *t == ticket)?;
        Some(live.asks.remove(at).1)
    });
    match ask {
        Some(Ask::Branch { name, change }) => {
            branch_from(world, id, iteration, path.to_owned(), name, change);
        }
        Some(Ask::Export(to)) => {
            let text = format!("Checkpoint of iteration {iteration} saved: {}", to.display());
            world.resource_mut::<Lab>().info(text);
        }
        None => {}
    }
}

fn ended(world: &mut World, id: &str, result: Result<(), String>) {
    let mut training = world.resource_mut::<Training>();
    let last = training.find(id).and_then(|l| l.session.moment());
    // the thread has ended: letting go of the session does not wait
    training.all().retain(|l| l.id != id);
    let finished = last.as_ref().is_some_and(|m| m.iteration >= m.iterations);
    let state = match &result {
        Ok(()) if finished => RunState::Finished,
        Ok(()) => RunState::Stopped,
        Err(e) => RunState::Failed(e.clone()),
    };
    for slot in 0..2 {
        let shows = world.resource::<Lab>().shown[slot].as_deref() == Some(id);
        if let Some(moment) = last.as_ref().filter(|_| shows) {
            stage::update(world, slot, moment);
        }
    }
    let mut lab = world.resource_mut::<Lab>();
    if lab.shown[0].as_deref() == Some(id) {
        lab.knobs_live = false;
    }
    let name = run_mut(&mut lab, id).map_or_else(String::new, |run| {
        run.state = state;
        run.env_steps_per_s = f64::NAN;
        run.name.clone()
    });
    match result {
        Ok(()) if finished => lab.info(format!("Run {name} has made all its iterations.")),
        Ok(()) => lab.info(format!("Run {name} stopped; its checkpoint is saved, so it can be resumed.")),
        Err(e) => {
            lab.error(format!("Run {name} ended: {e}"));
            // a run that never began has nothing to show
            if last.is_none() {
                lab.shown.iter_mut().filter(|s| s.as_deref() == Some(id)).for_each(|s| *s = None);
            }
        }
    }
}
