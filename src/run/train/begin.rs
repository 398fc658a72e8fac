//! How a run begins, from nothing or at a checkpoint: the task as it was first written and as it is in the iteration
//! that comes next.
use crate::config::Document;
use crate::env::Episodes;
use crate::nn::Checkpoint;
use crate::run::change::{self, Change};
use crate::run::curricula::{Curricula, held};
use anyhow::Result;
use std::path::Path;

/// See the module.
pub(in crate::run) struct Beginning {
    /// Where it goes on from.
    pub checkpoint: Option<Checkpoint>,
    /// The task before anything moved it.
    pub written: Document,
    /// The task in the next iteration.
    pub doc: Document,
    /// What people changed.
    pub changes: Vec<Change>,
    /// What moves by itself.
    pub curricula: Curricula,
    /// Seed of everything random: to go on exactly means to keep it.
    pub seed: u64,
    /// What had ended since the last row of metrics.
    pub episodes: Episodes,
}

impl Beginning {
    /// For a task that is asked for, from a checkpoint if there is one; a `branch` is exactly what its parent was.
    pub fn new(asked: &Document, seed: u64, from: Option<&Path>, branch: bool) -> Result<Self> {
        let mut asked = asked.clone();
        Curricula::read(&asked)?.prepare(&mut asked)?;
        let checkpoint = from.map(Checkpoint::load).transpose()?;
        let (written, doc, changes) = match (&checkpoint, from) {
            (Some(c), Some(path)) => {
                let (written, doc) = change::documents(c, path, &asked, branch)?;
                let changes = change::recorded(c, &written)?.1;
                (written, doc, changes)
            }
            _ => (asked.clone(), asked, vec![]),
        };
        let mut curricula = Curricula::read(&doc)?;
        let (mut iteration, mut episodes, mut seed) = (0, Episodes::default(), seed);
        if let Some(c) = &checkpoint {
            episodes = curricula.restore(c)?;
            let kept = |key: &str| c.meta.get(key)?.parse().ok();
            (iteration, seed) = (kept("iteration").unwrap_or(0), kept("seed").unwrap_or(seed));
        }
        let moved = curricula.moved(&doc, iteration, held(&changes)).map_err(anyhow::Error::msg)?;
        let doc = moved.unwrap_or(doc);
        Ok(Self { checkpoint, written, doc, changes, curricula, seed, episodes })
    }
}
