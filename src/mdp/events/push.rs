//! Sudden changes of the base's velocity.
use super::not_negative;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushCfg {
    /// Largest change along each horizontal axis, m/s; zero switches pushes off.
    pub speed: f64,
    /// Largest change upwards or downwards, m/s.
    #[serde(default)]
    pub vertical: f64,
    /// Largest change of the rate of turn about each axis, rad/s.
    #[serde(default)]
    pub turn_speed: f64,
    /// Time between pushes, s.
    pub interval_secs: f64,
    /// Who is pushed when.
    #[serde(default)]
    pub timing: PushTiming,
    /// Every push has exactly the speed `speed`, in any horizontal direction.
    #[serde(default)]
    pub exact: bool,
}

/// Who is pushed when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushTiming {
    /// Every robot has its own clock, which begins with its episode.
    #[default]
    Independent,
    /// All robots at once.
    Together,
}

impl PushCfg {
    /// No push, and nothing unusual about it.
    pub const fn plain() -> Self {
        let (vertical, turn_speed, timing, exact) = (0.0, 0.0, PushTiming::Independent, false);
        Self { speed: 0.0, vertical, turn_speed, interval_secs: 1.0, timing, exact }
    }
    /// Keys whose numbers mean nothing.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut out = not_negative(&[("vertical", self.vertical), ("turn_speed", self.turn_speed)]);
        if !(self.speed >= 0.0 && self.speed.is_finite()) {
            out.push(("speed", "a push speed must not be negative".into()));
        }
        if !(self.interval_secs > 0.0 && self.interval_secs.is_finite()) {
            out.push(("interval_secs", "time between pushes must be positive".into()));
        }
        out
    }
}
