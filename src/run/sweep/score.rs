//! What makes one run of a sweep better than another.
use crate::config::nearest;
use crate::run::metrics::{EPISODE_REWARD, FILE, Table};
use crate::run::results::{KNOWN_KEYS, known_key};
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What runs are compared by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Score {
    /// Processor time of one core until the policy first passes the task's test, s: what a researcher waits for. Unlike
    /// wall time it hardly depends on what else the machine does, but it is not the same twice.
    SecondsToWalk,
    /// Environment steps until then, millions: the same on every machine, every time.
    StepsToWalk,
    /// Mean reward of the episodes in the last tenth of the run.
    Reward,
    /// A number of the closing evaluation, `eval.vx_error`.
    Eval(String),
}

/// What a run measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Whether it passed the test.
    pub walked: bool,
    /// Environment steps until then; of the whole run if it never did.
    pub steps_to_walk: u64,
    /// Processor time of one core until then; of the whole run if it never did, s.
    pub seconds_to_walk: f64,
    /// Mean reward at the end; NaN where no episode ended.
    pub reward: f64,
    /// The closing evaluation.
    pub evaluation: Vec<(String, f64)>,
}

const WORDS: [&str; 4] = ["seconds-to-walk", "steps-to-walk", "reward", "eval.<key>"];

impl Score {
    /// Reads a name; see [`Self::name`].
    ///
    /// # Errors
    /// When there is no such score; says which there are.
    pub fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "seconds-to-walk" => Self::SecondsToWalk,
            "steps-to-walk" => Self::StepsToWalk,
            "reward" => Self::Reward,
            key if key.starts_with("eval.") => {
                if known_key(key).is_none_or(|k| !k.pattern.starts_with("eval.")) {
                    let keys = KNOWN_KEYS.iter().map(|k| k.pattern).filter(|k| k.starts_with("eval."));
                    bail!("an evaluation has no `{key}`; {}", nearest(key, keys));
                }
                Self::Eval(key.to_owned())
            }
            other => bail!("there is no score `{other}`; {}", nearest(other, WORDS)),
        })
    }

    /// `seconds-to-walk`, `steps-to-walk`, `reward` or a key of the evaluation.
    pub fn name(&self) -> &str {
        match self {
            Self::SecondsToWalk => WORDS[0],
            Self::StepsToWalk => WORDS[1],
            Self::Reward => WORDS[2],
            Self::Eval(key) => key,
        }
    }

    /// What it is, with its unit, for people.
    pub fn words(&self) -> String {
        match self {
            Self::SecondsToWalk => "time to walk, s of one core".into(),
            Self::StepsToWalk => "steps to walk, M env-steps".into(),
            Self::Reward => "reward per episode".into(),
            Self::Eval(key) => match known_key(key).map(|k| k.unit).filter(|unit| *unit != "1") {
                Some(unit) => format!("{key}, {unit}"),
                None => key.clone(),
            },
        }
    }

    /// Whether there is nothing to learn about a run after it first walks.
    pub fn is_known_when_it_walks(&self) -> bool {
        matches!(self, Self::SecondsToWalk | Self::StepsToWalk)
    }

    /// Whether more is better.
    pub fn is_higher_better(&self) -> bool {
        let good = ["eval.success_", "eval.tile_", "eval.terrain_level_share", "eval.foot_clearance"];
        match self {
            Self::Reward => true,
            Self::Eval(key) => good.iter().any(|g| key.starts_with(g)),
            _ => false,
        }
    }

    /// The score of a run; an error says why it has none.
    ///
    /// # Errors
    /// When the number was not measured or is not finite.
    pub fn of(&self, m: &Measured) -> Result<f64, String> {
        let value = match self {
            Self::SecondsToWalk => m.seconds_to_walk,
            Self::StepsToWalk => m.steps_to_walk as f64 / 1e6,
            Self::Reward => m.reward,
            Self::Eval(key) => match m.evaluation.iter().find(|(k, _)| k == key) {
                Some((_, value)) => *value,
                None => return Err(format!("the evaluation of this task has no `{key}`")),
            },
        };
        match value.is_finite() {
            true => Ok(value),
            false => Err(format!("its {} is {value}", self.name())),
        }
    }
}

impl TryFrom<String> for Score {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).map_err(|e| e.to_string())
    }
}

impl From<Score> for String {
    fn from(score: Score) -> Self {
        score.name().to_owned()
    }
}

/// Mean reward of the episodes in the last tenth of a run, from its table; NaN where none ended.
pub fn last_reward(folder: &Path) -> Result<f64> {
    let rewards = Table::read(&folder.join(FILE))?.column(EPISODE_REWARD).unwrap_or_default();
    let last = &rewards[rewards.len() - rewards.len().div_ceil(10)..];
    let finite: Vec<f64> = last.iter().copied().filter(|r| r.is_finite()).collect();
    Ok(finite.iter().sum::<f64>() / finite.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_is_read_by_its_name_and_others_are_refused() {
        for name in ["seconds-to-walk", "steps-to-walk", "reward", "eval.vx_error", "eval.duty_factor_FL"] {
            assert_eq!(Score::parse(name).unwrap().name(), name);
        }
        assert_eq!(Score::parse("eval.vx_error").unwrap().words(), "eval.vx_error, m/s");
        for (name, why) in [("step-to-walk", "`steps-to-walk`"), ("eval.vx_eror", "`eval.vx_error`")] {
            let e = Score::parse(name).unwrap_err().to_string();
            assert!(e.contains(why), "{e}");
        }
        assert!(Score::parse("eval.success_stairs").unwrap().is_higher_better());
        assert!(!Score::parse("eval.energy_per_meter").unwrap().is_higher_better());
    }

    #[test]
    fn what_was_not_measured_has_no_score() {
        let m = Measured { steps_to_walk: 2_500_000, reward: f64::NAN, ..Measured::default() };
        assert_eq!(Score::StepsToWalk.of(&m), Ok(2.5));
        assert!(Score::Reward.of(&m).unwrap_err().contains("NaN"));
        assert!(Score::Eval("eval.vx_error".into()).of(&m).unwrap_err().contains("eval.vx_error"));
    }
}
