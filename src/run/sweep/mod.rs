//! Many trainings of one task with different values: which are best, and what each of them does.
//!
//! | file | what |
//! |---|---|
//! | `space` | knobs: the values that each key may take |
//! | `pick` | which setting is tried next: grid, random, TPE |
//! | `score` | what makes one run better than another |
//! | `asked` | what was asked, checked before anything starts |
//! | `store` | the folder: `sweep.json`, `config.ron`, `runs.csv`, a run folder each |
//! | `runner` | trainings side by side, each on one thread |
//! | `table` | settings, the best first, and what pictures are made of |
//!
//! A setting is values of all knobs; a run is one training of a setting with one seed. What is tried, and every score but
//! those of time, depends on what was asked alone: not on the number of workers, not on interruptions.

mod asked;
mod pick;
mod runner;
mod score;
mod space;
mod store;
mod table;

pub use asked::{Asked, Checked, Request, check};
pub use pick::How;
pub use runner::{Listener, run};
pub use score::Score;
pub use space::{Knob, Setting, Values, shown, words};
pub use store::{ASKED, PREFIX, ROWS, Row, Sweep, list};
pub use table::{Line, Table, digits};

use crate::run::plots;
use anyhow::Result;
use std::path::Path;

/// Pictures of a sweep's folder: lines through all knobs, and score over each knob.
pub const PICTURES: [&str; 2] = ["parallel.png", "knobs.png"];

/// Draws them.
///
/// # Errors
/// When they cannot be saved.
pub fn draw(table: &Table, folder: &Path) -> Result<()> {
    let plot = table.plot();
    plots::sweep_parallel(&plot, &folder.join(PICTURES[0]))?;
    plots::sweep_knobs(&plot, &folder.join(PICTURES[1]))
}

#[cfg(test)]
mod tests;
