//! Values of a running task that may be changed by hand.
use serde::{Deserialize, Serialize};

/// What a knob is about; the panel it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KnobGroup {
    /// Weights of reward terms.
    Rewards,
    /// Ranges and times of commands.
    Commands,
    /// Ranges of the model (friction, masses, gains) and of initial states; pushes.
    Randomise,
    /// The ground.
    Terrain,
    /// The algorithm.
    Learner,
}

/// A value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KnobValue {
    /// A number.
    Number(f64),
    /// Low and high.
    Range([f64; 2]),
}

/// A knob as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// Dotted key in the task.
    pub key: String,
    /// Where it stands.
    pub group: KnobGroup,
    /// Short name.
    pub label: String,
    /// What it means, one sentence.
    pub doc: String,
    /// Unit; empty for numbers without one.
    pub unit: String,
    /// Now.
    pub value: KnobValue,
    /// As the task was written.
    pub written: KnobValue,
    /// Reach of a slider; values beyond may be typed.
    pub reach: [f64; 2],
    /// Reward terms: reward per second that the term gives now.
    pub reward_per_s: Option<f64>,
    /// Reward terms: that as a signed share of the sum of all magnitudes, -1..1.
    pub share: Option<f64>,
}
