//! Sessions from outside: orders in, events out.
mod branch;
mod cost;
mod curricula;
mod knobs;
mod run;
mod trouble;

use super::*;
use crate::nn::{Checkpoint, TensorData};
use crate::task;
use std::path::Path;
use std::time::Duration;

/// Longest wait for anything: a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A small task; later overrides win.
pub(super) fn small(overrides: &[(&str, &str)]) -> Document {
    let base = [("env.num_envs", "64"), ("train.horizon", "8"), ("train.eval_every", "0")];
    let all = base.iter().chain(overrides).map(|(k, v)| (k.to_string(), v.to_string())).collect::<Vec<_>>();
    task::open("a1_flat", &all).unwrap()
}

pub(super) fn options(logs: &Path, overrides: &[(&str, &str)], start: Start) -> SessionOptions {
    SessionOptions {
        task: small(overrides),
        seed: 3,
        learner: LearnerKind::Native,
        logs: logs.into(),
        naming: crate::run::Naming::run("test"),
        start,
        threads: Some(2),
        changes: vec![],
    }
}

/// A session and everything it said.
pub(super) struct Watched {
    pub session: Session,
    pub said: Vec<Event>,
}

impl Watched {
    pub fn start(o: SessionOptions) -> Self {
        Self { session: Session::start(o), said: vec![] }
    }
    /// Waits for an event that fits among those not looked at yet; forgets those before it.
    pub fn wait<T>(&mut self, what: &str, mut fits: impl FnMut(&Event) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            self.said.extend(self.session.events());
            if let Some((i, found)) = self.said.iter().enumerate().find_map(|(i, e)| Some((i, fits(e)?))) {
                self.said.drain(..=i);
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "never: {what}; said {:?}", self.words());
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    pub fn words(&self) -> Vec<String> {
        self.said.iter().map(words).collect()
    }
    pub fn started(&mut self) -> std::path::PathBuf {
        self.wait("started", |e| match e {
            Event::Started { folder, .. } => Some(folder.clone()),
            Event::Ended(Err(e)) => panic!("{e}"),
            _ => None,
        })
    }
    pub fn ended(&mut self) -> Result<(), String> {
        self.wait("ended", |e| match e {
            Event::Ended(r) => Some(r.clone()),
            _ => None,
        })
    }
    pub fn changed(&mut self) -> Change {
        self.wait("changed", |e| match e {
            Event::Changed(c) => Some(c.clone()),
            Event::Refused { what, why } => panic!("{what}: {why}"),
            _ => None,
        })
    }
    pub fn refused(&mut self) -> String {
        self.wait("refused", |e| match e {
            Event::Refused { what, why } => Some(format!("{what}: {why}")),
            _ => None,
        })
    }
    /// Saves a checkpoint and says of which iteration and where.
    pub fn saved(&mut self, ticket: u64) -> (u64, std::path::PathBuf) {
        self.session.send(Order::Save { copy: None, ticket });
        self.wait("saved", |e| match e {
            Event::Saved { ticket: t, iteration, path } if *t == ticket => Some((*iteration, path.clone())),
            _ => None,
        })
    }
    pub fn set(&self, key: &str, value: serde_json::Value) {
        self.session.send(Order::Set { key: key.into(), value });
    }
    pub fn moment_where(&self, what: &str, mut fits: impl FnMut(&Moment) -> bool) -> Arc<Moment> {
        let start = Instant::now();
        loop {
            if let Some(m) = self.session.moment().filter(|m| fits(m)) {
                return m;
            }
            assert!(start.elapsed() < PATIENCE, "never: {what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    pub fn pause(&self) -> Arc<Moment> {
        self.session.send(Order::Pause(true));
        self.moment_where("paused", |m| m.state == RunState::Paused)
    }
}

fn words(e: &Event) -> String {
    match e {
        Event::Started { folder, .. } => format!("started {}", folder.display()),
        Event::Row(r) => format!("row {}", r.iteration),
        Event::Walks(s) => format!("walks {s}"),
        Event::Changed(c) => format!("{c:?}"),
        Event::Felt { id, latency_s } => format!("felt {id} {latency_s}"),
        Event::Refused { what, why } => format!("refused {what}: {why}"),
        Event::WentBack(i) => format!("went back {i}"),
        Event::Saved { ticket, iteration, .. } => format!("saved {ticket} {iteration}"),
        Event::VariantSaved(p) => format!("variant {}", p.display()),
        Event::Failure(f) => format!("failure {}", f.termination),
        Event::Note(n) => format!("note {n}"),
        Event::Ended(r) => format!("ended {r:?}"),
    }
}

pub(super) fn tensors(path: &Path) -> Vec<(String, TensorData)> {
    Checkpoint::load(path).unwrap().tensors.into_iter().collect()
}

pub(super) fn assert_same_tensors(a: &Path, b: &Path) {
    let (a, b) = (tensors(a), tensors(b));
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(&b) {
        assert!(x == y, "`{}` differs", x.0);
    }
}
