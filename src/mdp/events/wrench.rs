//! Forces and torques that act on the base for a while: a tether, a gust, somebody who leans on it.
use super::not_negative;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrenchCfg {
    /// Largest force along each world axis at the base's centre of mass, N.
    pub force: f64,
    /// Largest torque about each world axis, N m.
    pub torque: f64,
    /// Time between the beginnings of two of them, s.
    pub interval_secs: f64,
    /// How long one lasts, s.
    pub duration_secs: f64,
}

impl Default for WrenchCfg {
    /// None.
    fn default() -> Self {
        Self { force: 0.0, torque: 0.0, interval_secs: 5.0, duration_secs: 0.5 }
    }
}

impl WrenchCfg {
    /// Whether there are any.
    pub fn is_on(&self) -> bool {
        self.force > 0.0 || self.torque > 0.0
    }
    /// Keys whose numbers mean nothing.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut out = not_negative(&[("force", self.force), ("torque", self.torque)]);
        if !(self.duration_secs > 0.0
            && self.duration_secs <= self.interval_secs
            && self.interval_secs.is_finite())
        {
            let (lasts, every) = (self.duration_secs, self.interval_secs);
            out.push((
                "duration_secs",
                format!(
                    "a wrench that begins every {every} s cannot last {lasts} s: from above 0 to {every} s"
                ),
            ));
        }
        out
    }
}
