//! Generalised advantage estimation (Schulman et al. 2016).
use super::Rollout;
use crate::crew;
use crate::lane::{Lane, Wide};
use std::mem::take;

/// Fills `advantage` and `returns` of a rollout.
///
/// With d = terminated or timed out, backwards in time:
/// δ = r + γ V(terminal observation) \[timed out\] + γ V' (1 - d) - V, A = δ + γ λ (1 - d) A', return = A + V.
/// Advantages are then normalised to mean 0 and deviation 1 over the samples that count, with sums in f64 in a
/// fixed order. Where an episode terminated *and* timed out it terminated.
pub fn gae(rollout: &mut Rollout, gamma: f64, lambda: f64) {
    let horizon = rollout.horizon;
    let (mut advantage, mut returns) = (take(&mut rollout.advantage), take(&mut rollout.returns));
    let mut work: Vec<_> = advantage
        .chunks_mut(horizon)
        .zip(returns.chunks_mut(horizon))
        .map(|(advantage, returns)| (advantage, returns, Sums::default()))
        .collect();
    crew::each_mut(&mut work, |block, (advantage, returns, sums)| {
        *sums = of_block(rollout, block, [gamma, lambda], advantage, returns);
    });
    let all = work.iter().fold(Sums::default(), |all, (_, _, sums)| all + *sums);
    if all.weight >= 2.0 {
        let mean = all.sum / all.weight;
        // unbiased
        let variance = ((all.squares - all.sum * mean) / (all.weight - 1.0)).max(0.0);
        let (mean, scale) = (Wide::splat(mean as f32), Wide::splat((1.0 / (variance.sqrt() + 1e-8)) as f32));
        crew::each_mut(&mut work, |_, (advantage, _, _)| {
            advantage.iter_mut().for_each(|a| *a = (*a - mean) * scale);
        });
    }
    (rollout.advantage, rollout.returns) = (advantage, returns);
}

/// Of advantages, over the samples that count.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    sum: f64,
    squares: f64,
}

impl std::ops::Add for Sums {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self { weight: self.weight + o.weight, sum: self.sum + o.sum, squares: self.squares + o.squares }
    }
}

/// Advantages and returns of one block.
fn of_block(
    rollout: &Rollout,
    block: usize,
    [gamma, lambda]: [f64; 2],
    advantages: &mut [Wide],
    returns: &mut [Wide],
) -> Sums {
    let one = Wide::splat(1.0);
    let (gamma, decay) = (Wide::splat(gamma as f32), Wide::splat((gamma * lambda) as f32));
    let mut next_value = rollout.last_value[block];
    let (mut advantage, mut sums) = (Wide::zero(), Sums::default());
    for t in (0..rollout.horizon).rev() {
        let tile = rollout.tile(block, t);
        let alive = one - rollout.terminated[tile];
        let cut = rollout.timed_out[tile].lt(Wide::splat(0.5));
        let goes_on = alive * Wide::one_if(cut);
        // a terminal value is only written where it is needed: what lies elsewhere must not matter, even NaN
        let future = alive * Wide::select(cut, next_value, rollout.terminal_value[tile]);
        let delta = future.mul_add(gamma, rollout.reward[tile]) - rollout.value[tile];
        advantage = (advantage * goes_on).mul_add(decay, delta);
        next_value = rollout.value[tile];
        advantages[t] = advantage;
        returns[t] = advantage + rollout.value[tile];
        for (a, w) in advantage.lanes().iter().zip(rollout.sample_weight[tile].lanes()) {
            let (a, w) = (*a as f64, *w as f64);
            sums = sums + Sums { weight: w, sum: w * a, squares: w * a * a };
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// gamma 0.5, lambda 0.5; three ticks with rewards 1, 2, 4, values 1, 2, 3, value after the last tick 8.
    fn episode() -> Rollout {
        let mut rollout = Rollout::new(1, 3, 1, 1);
        for (tile, (reward, value)) in [(1.0, 1.0), (2.0, 2.0), (4.0, 3.0)].into_iter().enumerate() {
            rollout.reward[tile] = Wide::splat(reward);
            rollout.value[tile] = Wide::splat(value);
            rollout.terminal_value[tile] = Wide::splat(f32::NAN);
        }
        rollout.last_value[0] = Wide::splat(8.0);
        rollout
    }

    fn set(value: &mut Wide, lane: usize, x: f32) {
        value.lanes_mut()[lane] = x;
    }

    #[test]
    fn returns_agree_with_numbers_worked_by_hand() {
        let mut rollout = episode();
        // lane 1 fails at tick 1; lane 2 times out there with terminal value 6; lane 3 does both
        set(&mut rollout.terminated[1], 1, 1.0);
        set(&mut rollout.timed_out[1], 2, 1.0);
        set(&mut rollout.terminal_value[1], 2, 6.0);
        set(&mut rollout.terminated[1], 3, 1.0);
        set(&mut rollout.timed_out[1], 3, 1.0);
        set(&mut rollout.terminal_value[1], 3, 6.0);
        gae(&mut rollout, 0.5, 0.5);
        let returns = |lane: usize| -> Vec<f32> { rollout.returns.iter().map(|r| r.lanes()[lane]).collect() };
        // tick 2: delta = 4 + 4 - 3 = 5, A = 5
        // tick 1: delta = 2 + 1.5 - 2 = 1.5, A = 1.5 + 5/4 = 2.75
        // tick 0: delta = 1 + 1 - 1 = 1, A = 1 + 2.75/4 = 1.6875
        assert_eq!(returns(0), [2.6875, 4.75, 8.0]);
        // failed: delta = 2 - 2 = 0, A = 0; tick 0: A = 1
        assert_eq!(returns(1), [2.0, 2.0, 8.0]);
        // timed out: delta = 2 + 0.5 * 6 - 2 = 3, A = 3; tick 0: A = 1.75
        assert_eq!(returns(2), [2.75, 5.0, 8.0]);
        assert_eq!(returns(3), returns(1));
    }

    #[test]
    fn advantages_have_mean_zero_and_deviation_one_over_the_samples_that_count() {
        let mut rollout = episode();
        // lane 5 is left out and must not move the others
        for tile in 0..3 {
            set(&mut rollout.sample_weight[tile], 5, 0.0);
        }
        set(&mut rollout.reward[1], 5, 1000.0);
        gae(&mut rollout, 0.5, 0.5);
        let a: Vec<f64> = rollout.advantage.iter().map(|a| a.lanes()[0] as f64).collect();
        assert!((a[0] + a[1] + a[2]).abs() < 1e-5, "{a:?}");
        // fifteen lanes of three samples each, divided by one less
        let variance = 15.0 * a.iter().map(|a| a * a).sum::<f64>() / 44.0;
        assert!((variance - 1.0).abs() < 1e-4, "{variance}");
        // raw advantages 1.6875, 2.75, 5: order and ratio of distances stay
        assert!(((a[2] - a[1]) / (a[1] - a[0]) - 2.25 / 1.0625).abs() < 1e-4);
    }

    #[test]
    fn a_second_call_changes_nothing() {
        let mut rollout = episode();
        set(&mut rollout.timed_out[1], 2, 1.0);
        set(&mut rollout.terminal_value[1], 2, 6.0);
        gae(&mut rollout, 0.99, 0.95);
        let first: Vec<f32> = rollout.advantage.iter().flat_map(|a| a.lanes().to_vec()).collect();
        gae(&mut rollout, 0.99, 0.95);
        let second: Vec<f32> = rollout.advantage.iter().flat_map(|a| a.lanes().to_vec()).collect();
        assert_eq!(first, second);
    }
}
