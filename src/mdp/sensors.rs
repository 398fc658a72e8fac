//! Sensors: how what the policy is told differs from what is true, beside the noise of every observation.
use super::DelayCfg;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Observation terms that something on the robot measures: what a delay of sensors is about unless a task says otherwise.
pub const MEASURED: [&str; 6] =
    ["base_lin_vel", "base_ang_vel", "projected_gravity", "joint_pos", "joint_vel", "leg_odometry"];

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorsCfg {
    /// How old a measurement is when the policy gets it.
    #[serde(default)]
    pub delay: DelayCfg,
    /// Observations (their keys in the task) that are delayed; without any, all that are measured.
    #[serde(default)]
    pub delayed: Vec<String>,
    /// By how much each number of an observation (its key in the task) is off throughout an episode, at most, in the value's
    /// unit.
    #[serde(default)]
    pub bias: BTreeMap<String, f64>,
}
