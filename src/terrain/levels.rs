//! Rules by which robots get to harder or easier ground: pure functions of what an episode came to.
use serde::{Deserialize, Serialize};

/// What an episode came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Whether it ended because the robot left its tile.
    pub left_tile: bool,
    /// From the start to the end of the episode, as the crow flies, m.
    pub distance_m: f32,
    /// What the commands asked for over a whole episode, m.
    pub commanded_m: f32,
    /// Whether it ended in a failure.
    pub failed: bool,
    /// Length of a tile, m.
    pub tile_m: f32,
    /// Recent share of successes on this level of this type: see [`SuccessRates`].
    pub success_rate: f32,
}

/// When a robot's level changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelRule {
    /// Never.
    #[default]
    Off,
    /// legged_gym: up after more than half a tile, else down after less than half of what was commanded; beyond the highest
    /// level one of all at random.
    LeggedGym,
    /// Up after leaving the tile, else down after less than half of the smaller one of what was commanded and half a tile; beyond
    /// the highest level one of all at random.
    LeaveTile,
    /// Up after leaving the tile, down after a failure; the highest level is kept.
    PassOrFail,
    /// Up where at least [`PROMOTE`] of the recent episodes of the block's robots there succeeded, down where fewer than [`DEMOTE`] did;
    /// the highest level is kept.
    SuccessRate,
}

/// Share of successes from which on [`LevelRule::SuccessRate`] goes up.
pub const PROMOTE: f32 = 0.8;
/// Share of successes below which [`LevelRule::SuccessRate`] goes down.
pub const DEMOTE: f32 = 0.4;

/// Level of the next episode. `uniform` is a random number in [0, 1).
pub fn next_level(rule: LevelRule, outcome: &Outcome, level: u32, levels: u32, uniform: f32) -> u32 {
    let o = outcome;
    let half = o.tile_m / 2.0;
    let (up, down) = match rule {
        LevelRule::Off => return level,
        LevelRule::LeggedGym => (o.distance_m > half, o.distance_m < 0.5 * o.commanded_m),
        LevelRule::LeaveTile => (o.left_tile, o.distance_m < 0.5 * o.commanded_m.min(half)),
        LevelRule::PassOrFail => (o.left_tile, o.failed),
        LevelRule::SuccessRate => (o.success_rate >= PROMOTE, o.success_rate < DEMOTE),
    };
    let highest = levels.max(1) - 1;
    let restarts = matches!(rule, LevelRule::LeggedGym | LevelRule::LeaveTile);
    match (up, down) {
        (true, _) if level < highest => level + 1,
        (true, _) if restarts => ((uniform * levels as f32) as u32).min(highest),
        (true, _) => highest,
        (false, true) => level.saturating_sub(1),
        (false, false) => level.min(highest),
    }
}

/// Recent shares of successes by level and type: what [`LevelRule::SuccessRate`] decides by.
#[derive(Clone, Debug, PartialEq)]
pub struct SuccessRates {
    types: usize,
    /// Between [`DEMOTE`] and [`PROMOTE`] before anything is known.
    rates: Vec<f32>,
}

impl SuccessRates {
    /// How much one episode counts.
    const STEP: f32 = 0.05;

    /// Nothing is known.
    pub fn new(levels: u32, types: usize) -> Self {
        Self { types, rates: vec![(DEMOTE + PROMOTE) / 2.0; levels as usize * types] }
    }
    /// Takes in an episode; nothing beyond the table.
    pub fn take(&mut self, level: u32, kind: usize, success: bool) {
        if let Some(rate) = self.rates.get_mut(level as usize * self.types + kind) {
            *rate += Self::STEP * (f32::from(u8::from(success)) - *rate);
        }
    }
    /// All of them, to store.
    pub fn all(&self) -> &[f32] {
        &self.rates
    }
    /// All of them, to restore.
    pub fn all_mut(&mut self) -> &mut [f32] {
        &mut self.rates
    }
    /// Of a level and type.
    pub fn rate(&self, level: u32, kind: usize) -> f32 {
        self.rates.get(level as usize * self.types + kind).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: Outcome = Outcome {
        left_tile: true,
        distance_m: 3.95,
        commanded_m: 12.0,
        failed: false,
        tile_m: 8.0,
        success_rate: 0.6,
    };

    fn next(rule: LevelRule, outcome: Outcome, level: u32) -> u32 {
        next_level(rule, &outcome, level, 10, 0.55)
    }

    #[test]
    fn who_leaves_the_tile_goes_up_and_who_hardly_moves_goes_down() {
        let rule = LevelRule::LeaveTile;
        assert_eq!(next(rule, OUT, 3), 4);
        let stays = Outcome { left_tile: false, distance_m: 2.5, ..OUT };
        assert_eq!(next(rule, stays, 3), 3);
        // half of 4 m, as 12 m are more than half a tile
        assert_eq!(next(rule, Outcome { distance_m: 1.99, ..stays }, 3), 2);
        assert_eq!(next(rule, Outcome { distance_m: 1.99, ..stays }, 0), 0);
        // slow commands ask for less: half of 2 m
        let slow = Outcome { commanded_m: 2.0, ..stays };
        assert_eq!(next(rule, Outcome { distance_m: 1.1, ..slow }, 3), 3);
        assert_eq!(next(rule, Outcome { distance_m: 0.9, ..slow }, 3), 2);
        // from the highest to any: 0.55 of ten levels
        assert_eq!(next(rule, OUT, 9), 5);
        assert_eq!(next_level(rule, &OUT, 9, 10, 0.999_999_9), 9);
    }

    #[test]
    fn legged_gym_looks_at_half_a_tile_and_at_half_of_what_was_commanded() {
        let rule = LevelRule::LeggedGym;
        let walked = |distance_m| Outcome { left_tile: false, distance_m, ..OUT };
        assert_eq!(next(rule, walked(4.1), 3), 4);
        assert_eq!(next(rule, walked(3.9), 3), 2);
        assert_eq!(next(rule, Outcome { commanded_m: 7.0, ..walked(3.9) }, 3), 3);
        assert_eq!(next(rule, walked(4.1), 9), 5);
    }

    #[test]
    fn the_other_rules_keep_the_highest_level() {
        for (rule, good, bad) in [
            (LevelRule::PassOrFail, OUT, Outcome { left_tile: false, failed: true, ..OUT }),
            (
                LevelRule::SuccessRate,
                Outcome { success_rate: 0.8, ..OUT },
                Outcome { success_rate: 0.39, ..OUT },
            ),
        ] {
            assert_eq!([next(rule, good, 3), next(rule, good, 9), next(rule, bad, 3)], [4, 9, 2]);
        }
        assert_eq!(next(LevelRule::SuccessRate, OUT, 3), 3);
        assert_eq!(next(LevelRule::Off, OUT, 3), 3);
        let mut rates = SuccessRates::new(10, 2);
        assert!((rates.rate(4, 1) - 0.6).abs() < 1e-6);
        (0..100).for_each(|_| rates.take(4, 1, true));
        assert!(rates.rate(4, 1) > 0.99 && (rates.rate(4, 0) - 0.6).abs() < 1e-6);
        rates.take(99, 9, true);
        assert_eq!(rates.rate(99, 9), 0.0);
    }
}
