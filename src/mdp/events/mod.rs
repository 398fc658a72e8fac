//! What happens to environments: model randomisation, initial states, pushes, wrenches. Everything is off where its range is
//! one value that changes nothing.
mod model;
mod push;
mod start;
mod wrench;

pub use model::{ModelRanges, MotorDraw, Redraw};
pub use push::{PushCfg, PushTiming};
pub use start::StartCfg;
pub use wrench::WrenchCfg;

use crate::robot::RobotSpec;
use serde::{Deserialize, Serialize};

/// All events of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsCfg {
    /// Model parameters, drawn once per environment or once per episode.
    pub model: ModelRanges,
    /// Initial states.
    pub start: StartCfg,
    /// Pushes.
    pub push: PushCfg,
    /// Forces and torques that act on the base for a while.
    #[serde(default)]
    pub wrench: WrenchCfg,
}

impl EventsCfg {
    /// Keys whose numbers have the right type but no meaning for this robot, with a sentence each.
    pub fn problems(&self, robot: &RobotSpec) -> Vec<(String, String)> {
        let mut out = vec![];
        let mut within = |section: &str, problems: Vec<(&'static str, String)>| {
            out.extend(problems.into_iter().map(|(key, text)| (format!("{section}.{key}"), text)));
        };
        within("model", self.model.problems(robot));
        within("start", self.start.problems());
        within("push", self.push.problems());
        within("wrench", self.wrench.problems());
        out
    }
}

/// Those of `values` that are negative or no number.
fn not_negative(values: &[(&'static str, f64)]) -> Vec<(&'static str, String)> {
    let wrong = values.iter().filter(|(_, value)| !(*value >= 0.0 && value.is_finite()));
    wrong.map(|(name, _)| (*name, format!("`{name}` must not be negative"))).collect()
}
