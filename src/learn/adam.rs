//! The Adam optimiser (Kingma and Ba 2015) with its usual constants.

use crate::crew;

/// Parameters that a thread takes at a time.
const PIECE: usize = 4096;
/// With fewer pieces than this, calling others takes longer than the work.
const WORTH: usize = 8;
/// How much of the averages of the gradient and of its square stays with every step.
pub(super) const DECAY: (f64, f64) = (0.9, 0.999);
pub(super) const EPSILON: f32 = 1e-8;

/// Running averages of the gradient and its square.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    /// Mean of the gradient.
    pub first: Vec<f32>,
    /// Mean of its square.
    pub second: Vec<f32>,
    /// Steps taken.
    pub steps: u64,
}

impl Adam {
    /// For so many parameters.
    pub fn new(num_params: usize) -> Self {
        Self { first: vec![0.0; num_params], second: vec![0.0; num_params], steps: 0 }
    }

    /// One step against `scale` times the gradient.
    pub fn step(&mut self, params: &mut [f32], gradient: &[f32], scale: f32, learning_rate: f64) {
        self.steps += 1;
        // the averages start at zero; this undoes it
        let steps = self.steps.min(1 << 20) as i32;
        let correction = (1.0 / (1.0 - DECAY.0.powi(steps)), 1.0 / (1.0 - DECAY.1.powi(steps)));
        let rate = (learning_rate * correction.0) as f32;
        let second_scale = correction.1 as f32;
        let (keep1, keep2) = (DECAY.0 as f32, DECAY.1 as f32);
        let (take1, take2) = ((1.0 - DECAY.0) as f32, (1.0 - DECAY.1) as f32);
        let moments = self.first.chunks_mut(PIECE).zip(self.second.chunks_mut(PIECE));
        let mut pieces: Vec<_> = params.chunks_mut(PIECE).zip(gradient.chunks(PIECE)).zip(moments).collect();
        each(&mut pieces, |((params, gradient), (first, second))| {
            let moments = first.iter_mut().zip(second.iter_mut());
            for ((p, g), (m, v)) in params.iter_mut().zip(*gradient).zip(moments) {
                let g = scale * g;
                *m = keep1 * *m + take1 * g;
                *v = keep2 * *v + take2 * g * g;
                *p -= rate * *m / ((*v * second_scale).sqrt() + EPSILON);
            }
        });
    }
}

fn each<T: Send>(pieces: &mut [T], work: impl Fn(&mut T) + Sync) {
    if pieces.len() < WORTH {
        pieces.iter_mut().for_each(work);
    } else {
        crew::each_mut(pieces, |_, piece| work(piece));
    }
}

/// Euclidean length of a gradient, summed in f64 in a fixed order.
pub fn norm(gradient: &[f32]) -> f64 {
    let mut pieces: Vec<_> = gradient.chunks(PIECE).map(|piece| (piece, 0.0)).collect();
    each(&mut pieces, |(piece, sum)| *sum = squares(piece));
    pieces.iter().map(|(_, sum)| sum).sum::<f64>().sqrt()
}

fn squares(numbers: &[f32]) -> f64 {
    // eight running sums: no chain of dependent additions
    let mut sums = [0.0f64; 8];
    let chunks = numbers.chunks_exact(8);
    let tail: f64 = chunks.remainder().iter().map(|g| *g as f64 * *g as f64).sum();
    for chunk in chunks {
        for (sum, g) in sums.iter_mut().zip(chunk) {
            *sum += *g as f64 * *g as f64;
        }
    }
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_agree_with_numbers_worked_by_hand() {
        let mut adam = Adam::new(1);
        let mut p = [1.0];
        // first step: both averages corrected to g and g²: moves by the learning rate
        adam.step(&mut p, &[4.0], 0.5, 0.1);
        assert!((p[0] - 0.9).abs() < 1e-6, "{}", p[0]);
        // then g = -2: m = (0.9 * 0.2 - 0.2) / 0.19, v = (0.999 * 0.004 + 0.004) / 0.001999 = 4
        adam.step(&mut p, &[-2.0], 1.0, 0.1);
        let m = (0.9 * 0.2 - 0.2) / 0.19;
        assert!((p[0] as f64 - (0.9 - 0.1 * m / 2.0)).abs() < 1e-6, "{}", p[0]);
    }

    #[test]
    fn the_norm_counts_every_number() {
        let g: Vec<f32> = (0..11).map(|i| i as f32).collect();
        assert_eq!(norm(&g), 385f64.sqrt());
    }
}
