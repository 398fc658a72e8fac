//! What the handle of a session can look at any time.
use super::Moment;
use super::policies::Policies;
use crate::run::cpu_time::ThreadClock;
use std::sync::{Arc, Mutex, PoisonError};

/// What the handle of a session can look at any time.
#[derive(Default)]
pub(super) struct Shared {
    /// The newest moment.
    pub moment: Mutex<Option<Arc<Moment>>>,
    /// Policies of the past.
    pub policies: Mutex<Policies>,
    /// The threads that learn.
    pub clocks: Mutex<Vec<ThreadClock>>,
}

impl Shared {
    /// From now on, the work of the calling thread counts as learning.
    pub fn count_this_thread(&self) {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner).push(ThreadClock::mine());
    }
}
