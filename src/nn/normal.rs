//! Running mean and spread of what networks see and of what the critic says: empirical normalisation as in rsl_rl, with
//! Welford's sums and the parallel merge of Chan et al. (1979).
use super::Layer;
use crate::lane::{Lane, Wide};

/// Added to every spread: numbers that hardly move are not blown up. As in rsl_rl.
const LEAST: f64 = 1e-2;

/// Mean and spread of some numbers over everything seen so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// Samples, by weight.
    count: f64,
    mean: Vec<f64>,
    /// Sums of squared distances from the mean.
    squares: Vec<f64>,
    /// One over spread, and what is added after.
    factor: Vec<f32>,
    shift: Vec<f32>,
}

/// Sums over some samples, around the mean of a [`Running`].
#[derive(Clone, Debug, Default)]
pub struct Batch {
    weight: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Running {
    /// Nothing seen: changes nothing.
    pub fn new(width: usize) -> Self {
        let zeros = vec![0.0; width];
        Self {
            count: 0.0,
            mean: zeros.clone(),
            squares: zeros,
            factor: vec![1.0; width],
            shift: vec![0.0; width],
        }
    }

    /// Numbers.
    pub fn width(&self) -> usize {
        self.mean.len()
    }

    /// Standard deviation of number `i`.
    pub fn std(&self, i: usize) -> f64 {
        if self.count > 0.0 { (self.squares[i] / self.count).sqrt() } else { 1.0 }
    }

    /// What the network sees is `factor · value + shift`.
    pub fn factors(&self) -> impl Iterator<Item = (f32, f32)> {
        self.factor.iter().copied().zip(self.shift.iter().copied())
    }

    /// Writes what the network sees of tiles `[tile][number]`.
    pub fn apply(&self, values: &[Wide], out: &mut [Wide]) {
        let width = self.width();
        for (values, out) in values.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
            for (((x, y), factor), shift) in values.iter().zip(out).zip(&self.factor).zip(&self.shift) {
                *y = x.mul_add(Wide::splat(*factor), Wide::splat(*shift));
            }
        }
    }

    /// [`apply`](Self::apply) in place.
    pub fn apply_to(&self, values: &mut [Wide]) {
        for values in values.chunks_exact_mut(self.width()) {
            for ((x, factor), shift) in values.iter_mut().zip(&self.factor).zip(&self.shift) {
                *x = x.mul_add(Wide::splat(*factor), Wide::splat(*shift));
            }
        }
    }

    /// Sums over tiles `[tile][number]` with their weights `[tile]`; the order of the additions is that of the tiles.
    pub fn batch(&self, tiles: &[Wide], weights: &[Wide]) -> Batch {
        let width = self.width();
        let mut sums = vec![(Wide::zero(), Wide::zero()); width];
        let mut weight = Wide::zero();
        for (tile, w) in tiles.chunks_exact(width).zip(weights) {
            weight += *w;
            for ((x, (sum, squares)), mean) in tile.iter().zip(&mut sums).zip(&self.mean) {
                let distance = *x - Wide::splat(*mean as f32);
                let weighted = distance * *w;
                *sum += weighted;
                *squares = weighted.mul_add(distance, *squares);
            }
        }
        let total = |x: &Wide| x.lanes().iter().map(|x| f64::from(*x)).sum::<f64>();
        Batch {
            weight: total(&weight),
            sums: sums.iter().map(|(s, _)| total(s)).collect(),
            squares: sums.iter().map(|(_, s)| total(s)).collect(),
        }
    }

    /// Takes samples in. All batches must have been summed up since the last call; they are merged in their order.
    pub fn merge(&mut self, batches: impl IntoIterator<Item = Batch>) {
        // the batches are around the mean as it is f32, here, until all are in
        let around: Vec<f64> = self.mean.iter().map(|m| f64::from(*m as f32)).collect();
        for batch in batches {
            let weight = batch.weight;
            if !(weight > 0.0 && batch.squares.iter().all(|s| s.is_finite())) {
                continue;
            }
            let all = self.count + weight;
            for (i, center) in around.iter().enumerate() {
                let mean = center + batch.sums[i] / weight;
                let squares = (batch.squares[i] - batch.sums[i] * batch.sums[i] / weight).max(0.0);
                let apart = mean - self.mean[i];
                self.mean[i] += apart * weight / all;
                self.squares[i] += squares + apart * apart * self.count * weight / all;
            }
            self.count = all;
        }
        self.work_out();
    }

    fn work_out(&mut self) {
        for i in 0..self.width() {
            let factor = if self.count > 0.0 { 1.0 / (self.std(i) + LEAST) } else { 1.0 };
            self.factor[i] = factor as f32;
            self.shift[i] = (-self.mean[i] * factor) as f32;
        }
    }

    /// Changes a first layer so that it takes the values themselves.
    pub fn fold_into(&self, layer: &Layer, params: &mut [f32]) {
        let (weights, biases) =
            params[layer.offset..][..layer.num_params()].split_at_mut(layer.inputs * layer.outputs);
        let mut added = vec![0.0; layer.outputs];
        for ((row, factor), shift) in
            weights.chunks_exact_mut(layer.outputs.max(1)).zip(&self.factor).zip(&self.shift)
        {
            for (w, sum) in row.iter_mut().zip(&mut added) {
                *sum += f64::from(*w) * f64::from(*shift);
                *w = (f64::from(*w) * f64::from(*factor)) as f32;
            }
        }
        biases.iter_mut().zip(added).for_each(|(b, a)| *b = (f64::from(*b) + a) as f32);
    }

    /// Everything, exactly.
    pub fn to_bits(&self) -> Vec<u64> {
        let numbers = [self.count].into_iter().chain(self.mean.iter().copied());
        numbers.chain(self.squares.iter().copied()).map(f64::to_bits).collect()
    }

    /// What [`to_bits`](Self::to_bits) wrote of `width` numbers; `None` if it is something else.
    pub fn from_bits(bits: &[u64], width: usize) -> Option<Self> {
        let numbers: Vec<f64> = bits.iter().map(|b| f64::from_bits(*b)).collect();
        let usable = numbers.len() == 1 + 2 * width && numbers.iter().all(|x| x.is_finite());
        if !usable || numbers[0] < 0.0 || numbers[1 + width..].iter().any(|s| *s < 0.0) {
            return None;
        }
        let mut running = Self::new(width);
        running.count = numbers[0];
        running.mean.copy_from_slice(&numbers[1..=width]);
        running.squares.copy_from_slice(&numbers[1 + width..]);
        running.work_out();
        Some(running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::WIDTH;
    use crate::nn::random::SplitMix;

    fn tiles(count: usize, seed: u64) -> (Vec<Wide>, Vec<Wide>) {
        let mut random = SplitMix::new(seed);
        let values = (0..count * 2)
            .map(|i| Wide::from_fn(|_| if i % 2 == 0 { 100.0 + random.normal() as f32 } else { -3.0 }));
        (values.collect(), (0..count).map(|i| Wide::splat(f32::from(i % 3 > 0))).collect())
    }

    #[test]
    fn mean_and_spread_are_those_of_all_samples_that_count_however_they_came() {
        let (values, weights) = tiles(30, 3);
        let mut running = Running::new(2);
        for part in [0..4, 4..17, 17..30] {
            // two batches at a time
            let middle = part.start + (part.end - part.start) / 3;
            let batches = [part.start..middle, middle..part.end]
                .map(|p| running.batch(&values[2 * p.start..2 * p.end], &weights[p]));
            running.merge(batches);
        }
        let samples: Vec<f64> = (0..30)
            .filter(|t| t % 3 > 0)
            .flat_map(|t| (0..WIDTH).map(move |l| (t, l)))
            .map(|(t, l)| f64::from(values[2 * t].lanes()[l]))
            .collect();
        let n = samples.len() as f64;
        let mean = samples.iter().sum::<f64>() / n;
        let std = (samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert_eq!(running.count, n);
        assert!((running.mean[0] - mean).abs() < 1e-5 && (running.std(0) - std).abs() < 1e-5);
        assert!((running.mean[1] + 3.0).abs() < 1e-9 && running.std(1) < 1e-6);
        let mut seen = vec![Wide::zero(); 2];
        running.apply(&values[..2], &mut seen);
        let wanted = (f64::from(values[0].lanes()[5]) - mean) / (std + LEAST);
        assert!((f64::from(seen[0].lanes()[5]) - wanted).abs() < 1e-3);
        assert!(seen[1].lanes()[5].abs() < 1e-3);
        assert_eq!(Running::from_bits(&running.to_bits(), 2).unwrap(), running);
        assert_eq!(Running::from_bits(&running.to_bits(), 3), None);
    }

    #[test]
    fn numbers_that_are_none_are_left_out() {
        let (mut values, weights) = tiles(6, 4);
        let mut running = Running::new(2);
        let batch = running.batch(&values, &weights);
        running.merge([batch]);
        let before = running.clone();
        values[3] = Wide::splat(f32::NAN);
        let batch = running.batch(&values, &weights);
        running.merge([batch]);
        assert_eq!(before, running);
    }
}
