//! What curricula remember: part of every checkpoint.
use super::Curricula;
use super::grid::GridState;
use crate::env::Episodes;
use crate::nn::Checkpoint;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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

impl Curricula {
    /// What a checkpoint says about curricula; nothing for a task that has none.
    pub fn fact(&self, episodes: &Episodes) -> Option<(&'static str, String)> {
        if self.is_empty() {
            return None;
        }
        // what has ended since the last row of metrics: the next row must not lack it
        let stored = json!({ "state": self.state, "episodes": episodes });
        Some((KEY, stored.to_string()))
    }

    /// Puts curricula back to where a checkpoint left them; returns what had ended since the last row of metrics.
    pub fn restore(&mut self, c: &Checkpoint) -> Result<Episodes> {
        self.state = State::default();
        let Some(text) = c.meta.get(KEY).filter(|_| !self.is_empty()) else { return Ok(Episodes::default()) };
        let what = "the curricula of the checkpoint";
        let mut stored: Value = serde_json::from_str(text).context(what)?;
        let mut part = |key| stored.get_mut(key).map(Value::take).unwrap_or_default();
        self.state = serde_json::from_value(part("state")).context(what)?;
        // numbers that are not finite have no form in JSON; then the sums begin anew
        Ok(serde_json::from_value(part("episodes")).unwrap_or_default())
    }
}
