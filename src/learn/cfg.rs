//! Settings of PPO.
use serde::{Deserialize, Serialize};

/// How the learning rate moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Follows the KL divergence of every minibatch towards `desired_kl`.
    Adaptive,
    /// Stays at `learning_rate`.
    Fixed,
}

/// Settings of PPO. All may change between updates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PpoCfg {
    /// Discount per control tick.
    pub gamma: f64,
    /// Decay of the advantage estimator per control tick.
    pub lambda: f64,
    /// Half width of the interval the probability ratio may use, and of the value clip.
    pub clip: f64,
    /// Weight of the entropy bonus.
    pub entropy: f64,
    /// Iterations over which the entropy bonus falls to zero; it stays without.
    #[serde(default)]
    pub entropy_anneal: Option<u64>,
    /// Weight of the value loss.
    pub value_coef: f64,
    /// Whether the value may only move by `clip` from the value at collection time.
    pub clip_value: bool,
    /// Learning rate at the start (and throughout, for a fixed schedule).
    pub learning_rate: f64,
    /// How the learning rate moves.
    pub schedule: Schedule,
    /// KL divergence per minibatch the adaptive schedule aims for.
    pub desired_kl: f64,
    /// The adaptive schedule goes no lower.
    pub min_learning_rate: f64,
    /// The adaptive schedule goes no higher.
    pub max_learning_rate: f64,
    /// Longer gradients are shortened to this length.
    pub max_grad_norm: f64,
    /// Passes over a rollout.
    pub epochs: usize,
    /// Parts of a pass, each one gradient step.
    pub minibatches: usize,
    /// The standard deviation of an action falls no lower.
    pub min_std: f64,
    /// Learn from every second sample as its mirror image, left for right. Needs a symmetric robot.
    #[serde(default)]
    pub mirror: bool,
}

impl Default for PpoCfg {
    /// The settings with which a quadruped learns to walk fastest.
    fn default() -> Self {
        Self {
            gamma: 0.99,
            lambda: 0.95,
            clip: 0.2,
            entropy: 0.01,
            entropy_anneal: None,
            value_coef: 1.0,
            clip_value: true,
            learning_rate: 1e-3,
            schedule: Schedule::Adaptive,
            desired_kl: 0.01,
            min_learning_rate: 1e-5,
            max_learning_rate: 1e-2,
            max_grad_norm: 1.0,
            epochs: 3,
            minibatches: 2,
            min_std: 0.05,
            mirror: false,
        }
    }
}

impl PpoCfg {
    /// Weight of the entropy bonus in an iteration.
    pub fn entropy_at(&self, iteration: u64) -> f64 {
        let left = |n: u64| 1.0 - (iteration as f64 / n.max(1) as f64).min(1.0);
        self.entropy * self.entropy_anneal.map_or(1.0, left)
    }
    /// Everything wrong with the values; empty when they are usable.
    pub fn problems(&self) -> Vec<String> {
        let mut list = Vec::new();
        let mut ask = |holds: bool, what: String| {
            if !holds {
                list.push(what);
            }
        };
        for (name, value) in [("gamma", self.gamma), ("lambda", self.lambda)] {
            ask((0.0..=1.0).contains(&value), format!("{name} must be between 0 and 1, is {value}"));
        }
        for (name, value) in [
            ("clip", self.clip),
            ("learning_rate", self.learning_rate),
            ("desired_kl", self.desired_kl),
            ("min_learning_rate", self.min_learning_rate),
            ("max_learning_rate", self.max_learning_rate),
            ("max_grad_norm", self.max_grad_norm),
            ("min_std", self.min_std),
        ] {
            ask(value > 0.0 && value.is_finite(), format!("{name} must be above 0, is {value}"));
        }
        for (name, value) in [("entropy", self.entropy), ("value_coef", self.value_coef)] {
            ask(value >= 0.0 && value.is_finite(), format!("{name} must not be negative, is {value}"));
        }
        let (low, high) = (self.min_learning_rate, self.max_learning_rate);
        ask(low <= high, format!("min_learning_rate {low} is above max_learning_rate {high}"));
        ask(self.epochs > 0, "epochs must be at least 1".into());
        ask(self.minibatches > 0, "minibatches must be at least 1".into());
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_usable_and_survives_a_round_trip_through_ron() {
        let cfg = PpoCfg::default();
        assert!(cfg.problems().is_empty());
        let text = ron::to_string(&cfg).unwrap();
        assert!(text.contains("adaptive"), "{text}");
        assert_eq!(ron::from_str::<PpoCfg>(&text).unwrap(), cfg);
        assert!(ron::from_str::<PpoCfg>(&text.replace("gamma", "gama")).is_err());
    }

    #[test]
    fn the_entropy_bonus_stays_or_falls_to_zero() {
        let cfg = PpoCfg { entropy: 0.01, ..PpoCfg::default() };
        assert_eq!(cfg.entropy_at(1_000_000), 0.01);
        let cfg = PpoCfg { entropy_anneal: Some(200), ..cfg };
        assert_eq!([0, 50, 200, 900].map(|i| cfg.entropy_at(i)), [0.01, 0.0075, 0.0, 0.0]);
    }

    #[test]
    fn every_problem_is_named() {
        let cfg = PpoCfg { gamma: 1.5, clip: 0.0, epochs: 0, entropy: f64::NAN, ..PpoCfg::default() };
        let problems = cfg.problems();
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
