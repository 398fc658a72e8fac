//! Values of a task that change while it runs, whoever changes them: a hand on a knob or a curriculum. What may be
//! changed, to what, what has to happen then, and what the run folder remembers of it.
mod record;
mod value;

pub use record::{AT_START, CHANGES, PARENT, changes_in, parent_of};
pub(super) use record::{documents, facts, recorded, to_csv};
pub(super) use value::{Recompiled, apply, changed, differences, put, recompile, same, unknown};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A change of a knob, as it is logged in `changes.csv` of the run folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Counts from 1.
    pub id: u64,
    /// Dotted key.
    pub key: String,
    /// Before.
    pub old: Value,
    /// After.
    pub new: Value,
    /// Iteration from which it counted.
    pub iteration: u64,
    /// Seconds of the run.
    pub seconds: f64,
    /// Put back later.
    pub undone: bool,
}
