//! Random torques in the joints (random force injection, RFI): they stand for everything about motors that is not modelled.
use serde::{Deserialize, Serialize};

/// See the module. Torques are added to the controllers' before the effort limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TorqueNoiseCfg {
    /// Largest (of normal noise: the standard deviation) share of every joint's effort.
    pub share: f64,
    /// How often a new torque is drawn.
    #[serde(default)]
    pub every: Every,
    /// The same of a torque that stays throughout an episode.
    #[serde(default)]
    pub bias: f64,
    /// Normal instead of uniform.
    #[serde(default)]
    pub normal: bool,
}

/// How often something is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// In every physics step.
    #[default]
    Substep,
    /// In every control tick.
    Tick,
}

impl TorqueNoiseCfg {
    /// Whether there is any.
    pub fn is_on(&self) -> bool {
        self.share > 0.0 || self.bias > 0.0
    }
    /// What is wrong with it.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let wrong = |v: f64| !(0.0..=1.0).contains(&v);
        [("share", self.share), ("bias", self.bias)]
            .into_iter()
            .filter(|(_, value)| wrong(*value))
            .map(|(key, value)| {
                (key, format!("`{key}` is a share of the joints' effort, from 0 to 1: not {value}"))
            })
            .collect()
    }
}
