//! Starting runs.
use super::shown::{close_beside, preview};
use super::stored::stored;
use super::{Chosen, LabOptions, Live, Training};
use crate::config::{self, Document};
use crate::lab::Lab;
use crate::lab::model::{Run, Show};
use crate::run::Naming;
use crate::run::session::{self, Knob, RunState, Session, SessionOptions, Start};
use crate::run::train::load_policy;
use crate::task::{self, Plan};
use bevy::prelude::*;
use serde_json::Value;
use std::path::Path;

/// Knobs of a task that nobody trains.
pub(in crate::lab) fn read_knobs(plan: &Plan) -> Vec<Knob> {
    session::knobs(plan, &plan.doc)
}

/// What to start.
pub(super) struct Asked {
    pub slot: usize,
    pub task: Document,
    pub seed: u64,
    pub naming: Naming,
    pub start: Start,
    pub changes: Vec<(String, Value)>,
    /// What the list shows until the run says more.
    pub run: Run,
}

/// Starts a session and puts it on a stage as soon as it has something to show.
pub(super) fn start(world: &mut World, asked: Asked) {
    let LabOptions { logs, learner, threads, .. } = world.resource::<LabOptions>().clone();
    let Asked { slot, task, seed, naming, start, changes, mut run } = asked;
    let note = naming.note.clone();
    let session =
        Session::start(SessionOptions { task, seed, learner, logs, naming, start, threads, changes });
    let mut training = world.resource_mut::<Training>();
    training.started += 1;
    if run.id.is_empty() {
        // until it has a folder
        run.id = format!("{}/starting {}", run.task, training.started);
    }
    let id = run.id.clone();
    training.all().retain(|l| l.id != id);
    training.all().push(Live { id: id.clone(), session, asks: vec![], moment: None, counted_s: 0.0 });
    run.state = RunState::Starting;
    run.note = run.note.or(note);
    let mut lab = world.resource_mut::<Lab>();
    lab.runs.retain(|r| r.id != id);
    lab.runs.insert(0, run);
    lab.shown[slot] = Some(id);
    if slot == 0 {
        lab.knobs_live = true;
    }
}

/// The task that was chosen, as it is written now.
fn chosen(world: &World) -> Result<Document, config::ConfigErrors> {
    match &world.resource::<Training>().chosen {
        Some(Chosen::Document(doc)) => Ok((**doc).clone()),
        Some(Chosen::File(name)) => task::open(name, &[]),
        None => task::open("a1_flat", &[]),
    }
}

/// Starts a new run of the chosen task.
pub(super) fn train(world: &mut World, seed: u64) {
    if super::is_live(world, 0) {
        let text =
            "A run is learning already: stop it first, or branch from it to have a second one beside it.";
        world.resource_mut::<Lab>().warn(text);
        return;
    }
    let doc = match chosen(world) {
        Ok(doc) => doc,
        Err(e) => {
            world.resource_mut::<Lab>().error(format!("The task cannot be trained; mend this first:\n{e}"));
            return;
        }
    };
    close_beside(world);
    let task = doc.get("name").as_str().unwrap_or_default().to_owned();
    {
        let mut lab = world.resource_mut::<Lab>();
        lab.task.clone_from(&task);
        // who drove one robot wants to see many learn
        if lab.show.count == 1 {
            lab.show.count = Show::default().count;
        }
    }
    let run = Run { name: format!("{task}, starting"), task, ..Run::default() };
    let (start_at, changes) = (Start::Fresh, vec![]);
    let naming = world.resource::<LabOptions>().naming.clone();
    let asked = Asked { slot: 0, task: doc, seed, naming, start: start_at, changes, run };
    start(world, asked);
}

/// Goes on with a stored run.
pub(super) fn resume(world: &mut World, id: &str, iteration: Option<u64>) {
    if super::is_live(world, 0) {
        world
            .resource_mut::<Lab>()
            .warn("A run is learning already: stop it first, then resume another one.");
        return;
    }
    let (doc, iteration, path) = match stored(world, id, iteration) {
        Ok(found) => found,
        Err(e) => {
            world.resource_mut::<Lab>().warn(format!("Run {id} cannot be resumed: {e:#}"));
            return;
        }
    };
    close_beside(world);
    let mut lab = world.resource_mut::<Lab>();
    let known = lab.runs.iter().find(|r| r.id == id).cloned();
    let mut run = known.unwrap_or_else(|| Run { id: id.into(), ..Run::default() });
    run.iteration = iteration;
    run.curves.truncate(iteration);
    let name = doc.get("name").as_str().unwrap_or_default().to_owned();
    (run.task, lab.task) = (name.clone(), name);
    world.resource_mut::<Training>().chosen = Some(Chosen::Document(Box::new(doc.clone())));
    let (start_at, changes) = (Start::Resume(path), vec![]);
    start(
        world,
        Asked { slot: 0, task: doc, seed: 1, naming: Naming::default(), start: start_at, changes, run },
    );
}

/// Shows a run: live as it learns, otherwise its policy at a checkpoint.
pub(super) fn load(world: &mut World, id: &str, iteration: Option<u64>) {
    if world.resource_mut::<Training>().find(id).is_some() {
        if world.resource::<Lab>().shown[1].as_deref() == Some(id) {
            close_beside(world);
        }
        let mut lab = world.resource_mut::<Lab>();
        if lab.shown[0].as_deref() != Some(id) {
            lab.shown[0] = Some(id.to_owned());
            lab.knobs_live = true;
            crate::lab::stage::strike(world, 0);
        }
        preview(world, iteration);
        return;
    }
    let shown = stored(world, id, iteration).and_then(|(doc, iteration, path)| {
        let plan = std::sync::Arc::new(task::compile(doc)?);
        let policy = load_policy(&path, &plan)?;
        Ok((plan, policy, iteration))
    });
    match shown {
        Ok((plan, policy, iteration)) => {
            super::preview_ends(world);
            world.resource_mut::<Training>().chosen = Some(Chosen::Document(Box::new(plan.doc.clone())));
            {
                let mut lab = world.resource_mut::<Lab>();
                lab.shown[0] = Some(id.to_owned());
                lab.knobs = std::sync::Arc::new(read_knobs(&plan));
                lab.knobs_live = false;
                lab.task = plan.name.clone();
            }
            let play = crate::lab::stage::Play {
                plan,
                policy: std::sync::Arc::new(policy),
                seed: 1,
                kind: crate::lab::stage::Kind::Stored,
                title: format!("{} · iteration {iteration}", crate::lab::names::title(id)),
                moment: None,
            };
            crate::lab::stage::raise(world, 0, play);
        }
        Err(e) => {
            world.resource_mut::<Lab>().warn(format!("Run {id} cannot be shown; what is shown stays. {e:#}"))
        }
    }
}

/// Shows a policy from a file in the chosen task; a learning run goes on unseen.
pub(super) fn load_file(world: &mut World, path: &Path) {
    let opened = chosen(world).and_then(task::compile).map_err(anyhow::Error::from).and_then(|plan| {
        let policy = load_policy(path, &plan)?;
        Ok((plan, policy))
    });
    match opened {
        Ok((plan, policy)) => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let title = format!("{} · {name}", plan.name);
            super::preview_ends(world);
            crate::lab::tasks::put(world, std::sync::Arc::new(plan), policy, title);
        }
        Err(e) => world
            .resource_mut::<Lab>()
            .warn(format!("That policy cannot be shown; what is shown stays. {e:#}")),
    }
}
