//! Random numbers and noises of the ground: equal seeds, equal ground, whatever the size of cells.

/// The splitmix64 finaliser (Steele et al., 2014).
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u64 << 24) as f32
}

/// A seed of its own for one of many places.
pub(super) fn seed_of(seed: u64, place: [u32; 2]) -> u64 {
    let place = u64::from(place[0]) << 32 | u64::from(place[1]);
    finish(finish(seed.wrapping_add(0x9E37_79B9_7F4A_7C15)) ^ place)
}

/// A stream of numbers.
pub(super) struct Draws(pub u64);

impl Draws {
    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        unit(finish(self.0))
    }
    /// Uniform between two bounds.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.uniform()
    }
}

/// A number in [0, 1) that belongs to a point of a lattice.
fn at(ix: f32, iy: f32, seed: u64) -> f32 {
    unit(finish(finish(ix as i64 as u64 ^ (iy as i64 as u64).rotate_left(32)) ^ seed))
}

/// One number in [0, 1) per point of the unit lattice, between them by `ease` of the share of the way.
fn between(x: f32, y: f32, seed: u64, ease: impl Fn(f32) -> f32) -> f32 {
    let (ix, iy) = (x.floor(), y.floor());
    let (a, b) = (ease(x - ix), ease(y - iy));
    let row = |iy: f32| {
        let [left, right] = [at(ix, iy, seed), at(ix + 1.0, iy, seed)];
        left + (right - left) * a
    };
    let (low, high) = (row(iy), row(iy + 1.0));
    low + (high - low) * b
}

/// Noise in 0..1 with edges: one random number per point of the unit lattice, bilinear in between.
pub(super) fn lattice(x: f32, y: f32, seed: u64) -> f32 {
    between(x, y, seed, |t| t)
}

/// Smooth noise in 0..1: one random number per point of the unit lattice.
pub(super) fn smooth(x: f32, y: f32, seed: u64) -> f32 {
    between(x, y, seed, |t| t * t * (3.0 - 2.0 * t))
}

/// Gradient noise within ±1 (Perlin, 2002): zero at the points of the unit lattice.
pub(super) fn perlin(x: f32, y: f32, seed: u64) -> f32 {
    let (ix, iy) = (x.floor(), y.floor());
    let (dx, dy) = (x - ix, y - iy);
    let ease = |t: f32| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let corner = |cx: f32, cy: f32| {
        let (sin, cos) = (at(ix + cx, iy + cy, seed) * std::f32::consts::TAU).sin_cos();
        cos * (dx - cx) + sin * (dy - cy)
    };
    let (a, b) = (ease(dx), ease(dy));
    let row = |cy: f32| {
        let [left, right] = [corner(0.0, cy), corner(1.0, cy)];
        left + (right - left) * a
    };
    let (low, high) = (row(0.0), row(1.0));
    // unit gradients in the plane reach ±√½
    std::f32::consts::SQRT_2 * (low + (high - low) * b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noises_keep_their_bounds_fill_them_and_are_continuous() {
        for (noise, [low, high]) in
            [(lattice as fn(f32, f32, u64) -> f32, [0.0, 1.0]), (smooth, [0.0, 1.0]), (perlin, [-1.0, 1.0])]
        {
            let values: Vec<f32> =
                (0..4000).map(|i| noise(i as f32 * 0.137 - 9.0, (i % 83) as f32 * 0.219, 5)).collect();
            assert!(values.iter().all(|v| (low..=high).contains(v)));
            let reach = |f: fn(f32, f32) -> f32| values.iter().copied().reduce(f).unwrap();
            let share = (reach(f32::max) - reach(f32::min)) / (high - low);
            assert!(share > 0.6, "{share}");
            for i in 0..200 {
                let (x, y) = (i as f32 * 0.05 - 4.0, 0.3);
                assert!((noise(x + 1e-3, y, 5) - noise(x, y, 5)).abs() < 0.01);
            }
            assert_ne!(noise(0.4, 0.7, 1), noise(0.4, 0.7, 2));
        }
        assert_eq!(perlin(3.0, -2.0, 9), 0.0);
    }

    #[test]
    fn places_have_seeds_of_their_own() {
        let seeds: std::collections::BTreeSet<u64> =
            (0..400).map(|i| seed_of(1 + i / 200, [i as u32 % 20, i as u32 / 20 % 10])).collect();
        assert_eq!(seeds.len(), 400);
        let mut draws = Draws(7);
        let mean = (0..2000).map(|_| draws.range(-1.0, 3.0)).sum::<f32>() / 2000.0;
        assert!((mean - 1.0).abs() < 0.1, "{mean}");
    }
}
