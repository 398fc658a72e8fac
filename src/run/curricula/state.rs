//! What curricula remember: part of every checkpoint.
use super::Curricula;
use super::grid::GridState;
use crate::env::Episodes;
use crate::nn::Checkpoint;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Key in a checkpoint's description.
const KEY: &str = "curricula";

/// Everything that does not follow from the iteration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// How far those are that a metric decides, 0 to 1, by name.
    pub progress: BTreeMap<String, f64>,
    /// Newest values of the metrics that decide.
    pub seen: BTreeMap<String, f64>,
    /// Of the grid of commands.
    #[serde(default)]
    pub grid: GridState,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    state: State,
    /// Since the last row of metrics: the next row must not lack them.
    episodes: Episodes,
}

impl Curricula {
    /// What a checkpoint says about curricula; nothing for a task that has none.
    pub fn fact(&self, episodes: &Episodes) -> Option<(&'static str, String)> {
        if self.is_empty() {
            return None;
        }
        let stored = Stored { state: self.state.clone(), episodes: episodes.clone() };
        // a number that is not finite has no form in JSON; then the sums begin anew
        Some((KEY, serde_json::to_string(&stored).unwrap_or_default()))
    }

    /// Puts curricula back to where a checkpoint left them; returns what had ended since the last row of metrics.
    pub fn restore(&mut self, c: &Checkpoint) -> Result<Episodes> {
        self.state = State::default();
        let Some(text) = c.meta.get(KEY).filter(|_| !self.is_empty()) else { return Ok(Episodes::default()) };
        let stored: Stored = serde_json::from_str(text).context("the curricula of the checkpoint")?;
        self.state = stored.state;
        Ok(stored.episodes)
    }
}
