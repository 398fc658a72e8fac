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
    /// Falls evenly from `learning_rate` to `min_learning_rate` over `decay_iterations`, then stays there.
    Linear,
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
    /// Weight of the entropy bonus at some iterations, in their order: even in between, constant before and after.
    /// Instead of `entropy` and `entropy_anneal` where it is not empty.
    #[serde(default)]
    pub entropy_schedule: Vec<(u64, f64)>,
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
    /// Iterations over which a linear schedule falls.
    #[serde(default = "default_decay")]
    pub decay_iterations: u64,
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
    /// Weight of the mirror loss: the mean action for the mirror image should be the mirror image of the mean action
    /// (Mittal et al. 2024, as in rsl_rl: the latter is taken as given). Needs a symmetric robot. 0: none.
    #[serde(default)]
    pub mirror_loss: f64,
    /// Every how many tiles of a rollout one bears the mirror loss, that many times as much. It costs as much as the
    /// surrogate. 1: all of them.
    #[serde(default = "default_every")]
    pub mirror_every: usize,
    /// Weight of the bounds loss: the squares of how far mean actions lie beyond `action_bound`, summed over an action
    /// (as in rl_games). 0: none.
    #[serde(default)]
    pub bounds_loss: f64,
    /// Mean actions within ± this cost nothing, in units of the action term.
    #[serde(default = "default_bound")]
    pub action_bound: f64,
    /// Standard deviation that every action gets when a run is resumed; what it had without.
    #[serde(default)]
    pub reinit_std: Option<f64>,
}

fn default_decay() -> u64 {
    1000
}
fn default_every() -> usize {
    1
}
fn default_bound() -> f64 {
    4.0
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
            entropy_schedule: vec![],
            value_coef: 1.0,
            clip_value: true,
            learning_rate: 1e-3,
            schedule: Schedule::Adaptive,
            desired_kl: 0.01,
            min_learning_rate: 1e-5,
            max_learning_rate: 1e-2,
            decay_iterations: default_decay(),
            max_grad_norm: 1.0,
            epochs: 3,
            minibatches: 2,
            min_std: 0.05,
            mirror: false,
            mirror_loss: 0.0,
            mirror_every: default_every(),
            bounds_loss: 0.0,
            action_bound: default_bound(),
            reinit_std: None,
        }
    }
}

impl PpoCfg {
    /// Weight of the entropy bonus in an iteration.
    pub fn entropy_at(&self, iteration: u64) -> f64 {
        let points = &self.entropy_schedule;
        if let Some((first, last)) = points.first().zip(points.last()) {
            let at = iteration.clamp(first.0, last.0);
            let pair = points.windows(2).find(|p| at <= p[1].0);
            return pair.map_or(last.1, |p| {
                let share = (at - p[0].0) as f64 / (p[1].0 - p[0].0).max(1) as f64;
                p[0].1 + share * (p[1].1 - p[0].1)
            });
        }
        let left = |n: u64| 1.0 - (iteration as f64 / n.max(1) as f64).min(1.0);
        self.entropy * self.entropy_anneal.map_or(1.0, left)
    }

    /// How often the mirror loss of a tile counts.
    pub fn mirror_share(&self, tile: u32) -> f32 {
        if (tile as usize).is_multiple_of(self.mirror_every) { self.mirror_every as f32 } else { 0.0 }
    }

    /// Learning rate of a linear schedule in an iteration.
    pub fn linear_rate(&self, iteration: u64) -> f64 {
        let left = 1.0 - (iteration as f64 / self.decay_iterations.max(1) as f64).min(1.0);
        self.min_learning_rate + left * (self.learning_rate - self.min_learning_rate).max(0.0)
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
            ("action_bound", self.action_bound),
            ("reinit_std", self.reinit_std.unwrap_or(1.0)),
        ] {
            ask(value > 0.0 && value.is_finite(), format!("{name} must be above 0, is {value}"));
        }
        for (name, value) in [
            ("entropy", self.entropy),
            ("value_coef", self.value_coef),
            ("mirror_loss", self.mirror_loss),
            ("bounds_loss", self.bounds_loss),
        ] {
            ask(value >= 0.0 && value.is_finite(), format!("{name} must not be negative, is {value}"));
        }
        let points = &self.entropy_schedule;
        let rising = points.windows(2).all(|p| p[0].0 < p[1].0);
        let usable = points.iter().all(|p| p.1 >= 0.0 && p.1.is_finite());
        ask(
            rising && usable,
            "entropy_schedule needs rising iterations and values that are not negative: [(0, 0.01), (500, 0.0)]".into(),
        );
        ask(
            points.is_empty() || self.entropy_anneal.is_none(),
            "either entropy_schedule or entropy_anneal: both say how the entropy bonus moves".into(),
        );
        ask(self.decay_iterations > 0, "decay_iterations must be at least 1".into());
        let (low, high) = (self.min_learning_rate, self.max_learning_rate);
        ask(low <= high, format!("min_learning_rate {low} is above max_learning_rate {high}"));
        ask(self.mirror_every > 0, "mirror_every must be at least 1".into());
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
    fn the_entropy_bonus_follows_its_points() {
        let points = vec![(100, 0.02), (200, 0.01), (400, 0.0)];
        let cfg = PpoCfg { entropy_schedule: points, ..PpoCfg::default() };
        let values = [0, 100, 150, 200, 300, 400, 9000].map(|i| cfg.entropy_at(i));
        let wanted = [0.02, 0.02, 0.015, 0.01, 0.005, 0.0, 0.0];
        assert!(values.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{values:?}");
        assert!(cfg.problems().is_empty());
        let wrong = PpoCfg { entropy_schedule: vec![(5, 0.1), (5, 0.2)], entropy_anneal: Some(3), ..cfg };
        assert_eq!(wrong.problems().len(), 2, "{:?}", wrong.problems());
    }

    #[test]
    fn every_problem_is_named() {
        let cfg = PpoCfg { gamma: 1.5, clip: 0.0, epochs: 0, entropy: f64::NAN, ..PpoCfg::default() };
        let problems = cfg.problems();
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
