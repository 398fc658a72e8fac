//! A training run that somebody watches: its own thread, its own headless app, its own worker threads. Orders go in,
//! events come out, and a [`Moment`] (the newest policy and numbers) is published after iterations without making
//! training wait.
mod after;
mod back;
mod failure;
mod failures;
mod knob;
mod knob_rows;
mod knobs;
mod live;
mod meter;
mod moment;
mod obey;
mod order;
mod policies;
mod saver;
mod shared;
mod store;
mod thin;
mod thread;
mod variant;

pub use crate::run::change::{AT_START, CHANGES, Change, PARENT, changes_in, parent_of};
pub use failure::{FailedEpisode, FailureRow, FailureTable};
pub use knob::{Knob, KnobGroup, KnobValue};
pub use knobs::knobs;
pub use moment::{Moment, Phases, RunState};
pub use order::{Event, Order, Row};

use super::train::LearnerKind;
use crate::config::Document;
use crate::nn::ActorCritic;
use crate::run::Naming;
use crate::run::cpu_time::ThreadClock;
use live::Asked;
use shared::Shared;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

/// How a session begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// From nothing, in a new run folder.
    Fresh,
    /// Exactly where a checkpoint left off, in its run folder.
    Resume(PathBuf),
    /// From a checkpoint of another run, in a new run folder: name of the other run and the checkpoint.
    Branch {
        /// `<experiment>/<folder name>`.
        parent: String,
        /// Where it is continued from.
        checkpoint: PathBuf,
    },
}

/// What to train.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// The task.
    pub task: Document,
    /// Seed of everything random.
    pub seed: u64,
    /// Gradient back end.
    pub learner: LearnerKind,
    /// Folder of all runs.
    pub logs: PathBuf,
    /// Names of the run.
    pub naming: Naming,
    /// From where.
    pub start: Start,
    /// Worker threads; all cores without.
    pub threads: Option<usize>,
    /// Changes made before the first iteration, as if turned by hand.
    pub changes: Vec<(String, serde_json::Value)>,
}

/// The handle of a running session. Dropping it asks the run to stop, which saves a checkpoint, and waits for that.
pub struct Session {
    orders: Sender<Asked>,
    events: Receiver<Event>,
    shared: Arc<Shared>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Session {
    /// Starts at once; what is wrong with the task comes back as [`Event::Ended`].
    pub fn start(options: SessionOptions) -> Self {
        let (orders, inbox) = channel();
        let (out, events) = channel();
        let shared = Arc::new(Shared::default());
        let (theirs, say) = (shared.clone(), out.clone());
        let work = move || thread::run(options, inbox, out, theirs);
        let thread = std::thread::Builder::new().name("session".into()).spawn(work);
        if let Err(e) = &thread {
            // the receiver is in this very function
            let _ = say.send(Event::Ended(Err(format!("cannot start a thread: {e}; close other programs"))));
        }
        Self { orders, events, shared, thread: thread.ok() }
    }
    /// Asks for something; it happens before the next iteration.
    pub fn send(&self, order: Order) {
        // a session that has ended obeys nothing, and has said so by `Event::Ended`
        let _ = self.orders.send((Instant::now(), order));
    }
    /// The policy as it was at an iteration or shortly before (of iterations since this session began).
    pub fn policy_at(&self, iteration: u64) -> Option<Arc<ActorCritic>> {
        self.shared.policies.lock().ok()?.at(iteration)
    }
    /// What happened since the last look; never waits.
    pub fn events(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }
    /// Processor time of the threads that learn, s; less when some of them have ended.
    pub fn cpu_seconds(&self) -> f64 {
        self.shared.clocks.lock().map_or(0.0, |clocks| clocks.iter().map(ThreadClock::seconds).sum())
    }
    /// The newest published moment.
    pub fn moment(&self) -> Option<Arc<Moment>> {
        self.shared.moment.lock().ok()?.clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.send(Order::Stop);
        if let Some(thread) = self.thread.take() {
            // a panic in there has been reported as an event
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests;
