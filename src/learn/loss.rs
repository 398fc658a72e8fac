//! The pieces of the PPO loss as pure functions of lanes: sixteen samples at a time in the learner, one `f32` in
//! tests. Functions with a gradient return it with the value: [`Loss`].
use crate::lane::{Lane, exp};

const LN_TAU: f32 = 1.837_877_1;

/// Value of a loss per sample and its derivative.
#[derive(Clone, Copy, Debug)]
pub struct Loss<V> {
    /// Loss of each sample.
    pub value: V,
    /// Derivative with respect to what the function says.
    pub slope: V,
}

/// A Gaussian with independent components and the same spread for all samples, with its constants worked out.
#[derive(Clone, Debug)]
pub struct Gaussian {
    /// Standard deviations.
    pub std: Vec<f32>,
    /// Their reciprocals.
    pub inv_std: Vec<f32>,
    /// Logarithm of the density's norm: -Σ ln σ - n/2 ln 2π.
    pub log_norm: f32,
}

impl Gaussian {
    /// From the logarithms of the standard deviations.
    pub fn new(log_std: &[f32]) -> Self {
        let mut g = Self { std: vec![], inv_std: vec![], log_norm: 0.0 };
        g.set(log_std);
        g
    }

    /// Takes other logarithms, in the memory it has.
    pub fn set(&mut self, log_std: &[f32]) {
        self.std.clear();
        self.std.extend(log_std.iter().map(|s| s.exp()));
        self.inv_std.clear();
        self.inv_std.extend(log_std.iter().map(|s| (-s).exp()));
        self.log_norm = -log_std.iter().sum::<f32>() - 0.5 * LN_TAU * log_std.len() as f32;
    }

    /// Log-density of `actions` (one value per component) around `means`.
    #[inline(always)]
    pub fn log_prob<V: Lane>(&self, actions: &[V], means: &[V]) -> V {
        let mut squares = V::zero();
        for ((action, mean), inv_std) in actions.iter().zip(means).zip(&self.inv_std) {
            let z = (*action - *mean) * V::splat(*inv_std);
            squares = z.mul_add(z, squares);
        }
        squares.mul_add(V::splat(-0.5), V::splat(self.log_norm))
    }

    /// Differential entropy: Σ ln σ + n/2 (1 + ln 2π).
    pub fn entropy(&self) -> f32 {
        0.5 * self.std.len() as f32 - self.log_norm
    }

    /// KL divergence of `self` around `new_means` from `old` around `old_means`:
    /// Σ ln(σ / σ_old) + (σ_old² + (μ_old - μ)²) / 2σ² - 1/2.
    #[inline(always)]
    pub fn kl_from<V: Lane>(&self, new_means: &[V], old: &Gaussian, old_means: &[V]) -> V {
        let mut sum = V::splat(old.log_norm - self.log_norm - 0.5 * self.std.len() as f32);
        for j in 0..self.std.len() {
            let distance = (old_means[j] - new_means[j]) * V::splat(self.inv_std[j]);
            let ratio = old.std[j] * self.inv_std[j];
            sum = distance.mul_add(distance, V::splat(ratio * ratio)).mul_add(V::splat(0.5), sum);
        }
        sum
    }
}

/// Probability ratio of the new policy to the old one.
#[inline(always)]
pub fn ratio<V: Lane>(log_prob: V, old_log_prob: V) -> V {
    exp(log_prob - old_log_prob)
}

/// Clipped surrogate objective, negated so that lower is better: -min(ρ A, clip(ρ, 1 ± ε) A) (Schulman et al.
/// 2017, eq. 7). The slope is with respect to ln ρ: -ρ A where the free side is the smaller one, else zero.
#[inline(always)]
pub fn surrogate<V: Lane>(ratio: V, advantage: V, clip: f32) -> Loss<V> {
    let free = ratio * advantage;
    let clipped = ratio.clamp(V::splat(1.0 - clip), V::splat(1.0 + clip)) * advantage;
    let cut = clipped.lt(free);
    Loss { value: -V::select(cut, clipped, free), slope: V::select(cut, V::zero(), -free) }
}

/// Squared error of the value: (V - R)². The slope is with respect to V.
#[inline(always)]
pub fn value_loss<V: Lane>(value: V, target: V) -> Loss<V> {
    let error = value - target;
    Loss { value: error * error, slope: error + error }
}

/// Squared error of the value where a move by more than `clip` from the old value earns nothing:
/// max((V - R)², (V_old + clip(V - V_old, ± ε) - R)²). The slope is with respect to V.
#[inline(always)]
pub fn clipped_value_loss<V: Lane>(value: V, old_value: V, target: V, clip: f32) -> Loss<V> {
    let free = value_loss(value, target);
    let step = value - old_value;
    let held = value_loss(old_value + step.clamp(V::splat(-clip), V::splat(clip)), target);
    let inside = step.abs().lt(V::splat(clip));
    let take_held = free.value.lt(held.value);
    Loss {
        value: V::select(take_held, held.value, free.value),
        slope: V::select(take_held, V::select(inside, held.slope, V::zero()), free.slope),
    }
}

/// Square of how far a mean action lies beyond ± `bound` (rl_games). The slope is with respect to the mean.
#[inline(always)]
pub fn bounds_loss<V: Lane>(mean: V, bound: f32) -> Loss<V> {
    let beyond = mean - mean.clamp(V::splat(-bound), V::splat(bound));
    Loss { value: beyond * beyond, slope: beyond + beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f32, want: f32) {
        assert!((got - want).abs() < 2e-6 * want.abs().max(1.0), "{got}, expected {want}");
    }

    #[test]
    fn surrogate_takes_the_pessimistic_side() {
        // min(1.5, 1.2) * 1 = 1.2, clipped: no slope
        let up = surrogate(1.5f32, 1.0, 0.2);
        close(up.value, -1.2);
        close(up.slope, 0.0);
        // min(0.5 * -1, 0.8 * -1) = -0.8, clipped
        let down = surrogate(0.5f32, -1.0, 0.2);
        close(down.value, 0.8);
        close(down.slope, 0.0);
        // a ratio that went the wrong way keeps its slope: min(1.5 * -2, 1.2 * -2) = -3
        let wrong = surrogate(1.5f32, -2.0, 0.2);
        close(wrong.value, 3.0);
        close(wrong.slope, 3.0);
        // inside the interval both sides are equal and the slope is free
        let inside = surrogate(1.1f32, 2.0, 0.2);
        close(inside.value, -2.2);
        close(inside.slope, -2.2);
    }

    #[test]
    fn value_loss_cannot_be_lowered_by_leaving_the_interval() {
        // old 1, new 2, target 3: free error 1, held at 1.2 error 3.24: the larger counts and does not move
        let far = clipped_value_loss(2.0f32, 1.0, 3.0, 0.2);
        close(far.value, 3.24);
        close(far.slope, 0.0);
        // away from the target: free error (0 - 3)² = 9 beats held (0.8 - 3)²
        let away = clipped_value_loss(0.0f32, 1.0, 3.0, 0.2);
        close(away.value, 9.0);
        close(away.slope, -6.0);
        // inside the interval it is the plain squared error
        let near = clipped_value_loss(1.1f32, 1.0, 3.0, 0.2);
        close(near.value, 3.61);
        close(near.slope, -3.8);
        close(value_loss(2.0f32, 3.0).value, 1.0);
        close(value_loss(2.0f32, 3.0).slope, -2.0);
    }

    #[test]
    fn only_what_lies_beyond_the_bounds_costs() {
        for (mean, value, slope) in [(0.9f32, 0.0, 0.0), (1.5, 0.25, 1.0), (-3.0, 4.0, -4.0)] {
            close(bounds_loss(mean, 1.0).value, value);
            close(bounds_loss(mean, 1.0).slope, slope);
        }
    }

    #[test]
    fn gaussian_density_entropy_and_divergence_agree_with_numbers_worked_by_hand() {
        let log_std = [0.0, 2.0f32.ln()];
        // z = 1 and 1.5: -(1 + 2.25)/2 - ln 2 - ln 2π
        close(
            Gaussian::new(&log_std).log_prob(&[1.0f32, 4.0], &[0.0, 1.0]),
            -1.625 - std::f32::consts::LN_2 - LN_TAU,
        );
        let new = Gaussian::new(&log_std);
        // ln 2 + 1 + ln 2π
        close(new.entropy(), std::f32::consts::LN_2 + 1.0 + LN_TAU);
        // component 1: ln(1/1) + (1 + 1)/2 - 1/2 = 0.5; component 2: ln(2/1) + (1 + 4)/8 - 1/2 = ln 2 + 0.125
        let old = Gaussian::new(&[0.0, 0.0]);
        close(new.kl_from(&[1.0f32, 0.0], &old, &[0.0, 2.0]), 0.625 + std::f32::consts::LN_2);
        close(new.kl_from(&[1.0f32, 0.0], &new, &[1.0, 0.0]), 0.0);
    }
}
