//! A session at work: everything beside environments and learner, and how it begins.
use super::failures::Failures;
use super::meter::Meter;
use super::saver::Job;
use super::shared::Shared;
use super::store::Store;
use super::{Change, Event, Order, RunState, SessionOptions, Start};
use crate::config::Document;
use crate::env::Witness;
use crate::run::RunFolder;
use crate::run::change::{self, AT_START, CHANGES, PARENT};
use crate::run::curricula::{self, Curricula};
use crate::run::train::TrainCfg;
use crate::run::train::begin::Beginning;
use crate::run::train::checkpoint::{self, Facts};
use crate::run::train::rows::{Rows, env_steps};
use crate::run::train::setup::Setup;
use crate::run::train::walk::WalkTest;
use crate::tick::{Envs, EnvsState, Learner, LearnerState};
use anyhow::{Context, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

/// An order and when it was given.
pub(super) type Asked = (Instant, Order);

/// Seconds of a run: waiting does not count.
pub(super) struct Clock {
    before: f64,
    since: Option<Instant>,
}

impl Clock {
    /// Runs from `seconds` on.
    pub fn new(seconds: f64) -> Self {
        Self { before: seconds, since: Some(Instant::now()) }
    }
    /// Seconds of the run.
    pub fn seconds(&self) -> f64 {
        self.before + self.since.map_or(0.0, |s| s.elapsed().as_secs_f64())
    }
    /// Stops or runs.
    pub fn run(&mut self, on: bool) {
        self.before = self.seconds();
        self.since = on.then(Instant::now);
    }
}

/// See the module.
pub(super) struct Live {
    pub inbox: Receiver<Asked>,
    pub out: Sender<Event>,
    pub shared: Arc<Shared>,
    pub seed: u64,
    pub cfg: TrainCfg,
    pub walk: WalkTest,
    pub rows: Rows,
    /// The task before any knob was turned.
    pub written: Document,
    pub changes: Vec<Change>,
    pub store: Store,
    pub clock: Clock,
    pub meter: Meter,
    pub failures: Failures,
    pub state: RunState,
    /// Changes that no iteration has used yet, and when they were asked for.
    pub unfelt: Vec<(u64, Instant)>,
    pub published: Option<Instant>,
    pub saved: Instant,
    pub dumps: u32,
    /// The change that the hand on a slider is making, and when it last moved.
    pub turning: Option<(u64, Instant)>,
    /// Values that move by themselves.
    pub curricula: Curricula,
}

/// Makes a session: environments, learner and everything beside them.
pub(super) fn begin(
    o: &SessionOptions,
    inbox: Receiver<Asked>,
    out: Sender<Event>,
    shared: Arc<Shared>,
) -> Result<(Envs, Learner, Live)> {
    let path = match &o.start {
        Start::Fresh => None,
        Start::Resume(path) | Start::Branch { checkpoint: path, .. } => Some(path),
    };
    let branch = matches!(o.start, Start::Branch { .. });
    let Beginning { checkpoint: from, written, doc, mut changes, curricula, seed, episodes } =
        Beginning::new(&o.task, o.seed, path.map(|p| &**p), branch)?;
    let Setup { plan, cfg, eval, mut envs, mut learner, note } = Setup::new(&doc, seed, &o.learner)?;
    let mut notes = curricula::check(&curricula, &plan, &cfg)?;
    notes.extend(note);
    let (mut walk, mut clock) = (WalkTest::new(eval), Clock::new(0.0));
    if let (Some(c), Some(path)) = (&from, path) {
        checkpoint::restore(c, envs.state(), learner.state())
            .with_context(|| format!("cannot go on from {}", path.display()))?;
        checkpoint::reinit_std(envs.state(), learner.state());
        walk.after = c.meta.get("walks_after").and_then(|w| w.parse().ok());
        clock = Clock::new(checkpoint::number(c, "seconds")?);
    }
    let (e, l) = (envs.state(), learner.state());
    for block in e.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        block.witness = Some(Box::new(Witness::new(&plan, cfg.horizon)));
    }
    let folder = match &o.start {
        Start::Resume(path) => RunFolder::open(path.parent().unwrap_or(Path::new(".")))?,
        Start::Fresh | Start::Branch { .. } => RunFolder::of(&o.logs, &plan.name, &o.naming)?,
    };
    let resumed = matches!(o.start, Start::Resume(_));
    let kept = folder.checkpoints()?.into_iter().map(|(i, _)| i).filter(|i| is_kept(*i, &cfg)).collect();
    let mut store = Store::new(folder, kept, out.clone(), shared.clone())?;
    if resumed {
        let known = change::changes_in(store.folder.path()).unwrap_or_default();
        merge(&mut changes, known);
        store.set_aside(l.iteration, newest(&store.folder)?)?;
    }
    store.continue_rows(l.iteration)?;
    let steps = env_steps(e);
    let live = Live {
        inbox,
        out,
        shared,
        seed,
        cfg,
        walk,
        rows: Rows::after(steps, episodes),
        written,
        changes,
        store,
        clock,
        meter: Meter::new(steps, l),
        failures: Failures::default(),
        state: RunState::Learning,
        unfelt: vec![],
        published: None,
        saved: Instant::now(),
        dumps: 0,
        turning: None,
        curricula,
    };
    live.write_texts(e, l.iteration, o);
    live.say(Event::Started {
        plan,
        folder: live.store.folder.path().to_owned(),
        iterations: live.cfg.iterations,
    });
    live.changes.iter().for_each(|c| live.say(Event::Changed(c.clone())));
    notes.into_iter().for_each(|note| live.store.note(note));
    if let Ok(mut policies) = live.shared.policies.lock() {
        policies.note(l.iteration, &e.policy);
    }
    if !resumed {
        crate::run::draws::write(&live.store.folder, e)?;
        live.save(e, l, true);
    }
    Ok((envs, learner, live))
}

/// Checkpoints that training saves with or without an observer are never removed.
pub(super) fn is_kept(iteration: u64, cfg: &TrainCfg) -> bool {
    cfg.save_every > 0 && iteration.is_multiple_of(cfg.save_every)
}

/// Takes the changes that are only in `known` over as undone: they came later than the checkpoint. Returns them.
pub(super) fn merge(changes: &mut Vec<Change>, known: Vec<Change>) -> Vec<Change> {
    let mut differ = vec![];
    for mut k in known {
        match changes.iter().find(|c| c.id == k.id) {
            Some(c) if *c == k => {}
            Some(c) => differ.push(c.clone()),
            None => {
                if !k.undone {
                    k.undone = true;
                    differ.push(k.clone());
                }
                changes.push(k);
            }
        }
    }
    changes.sort_by_key(|c| c.id);
    differ
}

fn newest(folder: &RunFolder) -> Result<u64> {
    Ok(folder.checkpoints()?.last().map_or(0, |(i, _)| *i))
}

impl Live {
    /// Says something to the handle.
    pub fn say(&self, event: Event) {
        // nobody listens any more: then nobody needs to know
        let _ = self.out.send(event);
    }

    /// Something cannot be done.
    pub fn refuse(&self, what: impl Into<String>, why: impl Into<String>) {
        self.say(Event::Refused { what: what.into(), why: why.into() });
    }

    fn write_texts(&self, envs: &EnvsState, iteration: u64, o: &SessionOptions) {
        let store = &self.store;
        store.text("config.ron", envs.plan.doc.to_ron());
        if matches!(o.start, Start::Resume(_)) {
            return;
        }
        store.text("plan.txt", envs.plan.to_string());
        let mut params = serde_json::to_string_pretty(&envs.plan.doc.value).unwrap_or_default();
        params.push('\n');
        store.text("params.json", params);
        if let Start::Branch { parent, .. } = &o.start {
            store.text(PARENT, format!("{parent}\n{iteration}\n"));
            self.write_changes(envs);
        }
        store.saver.send(Job::Git);
    }

    /// Writes the log of changes and the task as it is now.
    pub fn write_changes(&self, envs: &EnvsState) {
        if !self.changes.is_empty() {
            self.store.saver.send(Job::FirstText(AT_START, self.written.to_ron().into_bytes()));
            match change::to_csv(&self.changes) {
                Ok(table) => self.store.text(CHANGES, table),
                Err(e) => self.store.note(format!("cannot write the log of changes: {e:#}")),
            }
        }
        self.store.text("config.ron", envs.plan.doc.to_ron());
    }

    /// Facts for a checkpoint made now.
    pub fn facts(&self, envs: &EnvsState) -> Facts {
        Facts {
            seconds: self.clock.seconds(),
            walks_after: self.walk.after,
            seed: self.seed,
            more: change::facts(&self.written, &envs.plan.doc, &self.changes)
                .into_iter()
                .chain(self.curricula.fact(&self.rows.episodes))
                .collect(),
        }
    }

    /// Saves a checkpoint of this moment.
    pub fn save(&self, envs: &EnvsState, l: &LearnerState, keep: bool) {
        let caught = Box::new(checkpoint::catch(envs, l, &self.facts(envs)));
        let iteration = l.iteration;
        self.store.saver.send(Job::Checkpoint { caught, iteration, copy: None, ticket: 0, keep });
    }
}
