//! Random numbers: an independent stream per (seed, environment, episode, purpose), so that thread count and call
//! order cannot change a run.
use crate::lane::{Lane, WIDTH, Wide, ln, sincos};

/// What a stream is for; its number is part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Model parameters of an environment, drawn once.
    Model = 1,
    /// Initial state of an episode.
    Start = 2,
    /// Commands.
    Command = 3,
    /// Pushes and other timed events.
    Event = 4,
    /// Observation noise.
    Noise = 5,
    /// Exploration.
    Action = 6,
    /// Network initialisation.
    Init = 7,
    /// Order of samples.
    Shuffle = 8,
    /// Delays.
    Delay = 9,
    /// What sensors and motors are off by throughout an episode.
    Bias = 10,
    /// Noise of torques.
    Torque = 11,
    /// Forces and torques on the base.
    Wrench = 12,
}

/// The splitmix64 finaliser (Steele et al., 2014).
fn mix(mut z: u64) -> u64 {
    z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn key(seed: u64, env: u64, episode: u64, purpose: Purpose) -> u32 {
    let k = [env, episode, purpose as u64].iter().fold(mix(seed), |h, &word| mix(h ^ word));
    ((k >> 32) as u32).max(1)
}

/// One stream of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Rng(u32);

impl Rng {
    /// The stream of one purpose in one episode of one environment.
    pub fn stream(seed: u64, env: u64, episode: u64, purpose: Purpose) -> Self {
        let mut r = Self(key(seed, env, episode, purpose));
        r.bits();
        r
    }
    fn bits(&mut self) -> u32 {
        self.0 = xorshift(self.0);
        self.0
    }
    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        unit(self.bits())
    }
    /// Standard normal (Box and Muller, 1958).
    pub fn normal(&mut self) -> f32 {
        let (u, a) = (1.0 - self.uniform(), self.uniform() * std::f32::consts::TAU);
        (-2.0 * u.ln()).max(0.0).sqrt() * a.cos()
    }
    /// Uniform between two bounds.
    pub fn range(&mut self, bounds: [f64; 2]) -> f32 {
        bounds[0] as f32 + (bounds[1] - bounds[0]) as f32 * self.uniform()
    }
}

/// One stream per lane of a block, advanced together.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct LaneRng(pub [u32; WIDTH]);

impl LaneRng {
    /// Streams of the block whose first environment is `first_env`.
    pub fn new(seed: u64, first_env: u64, purpose: Purpose) -> Self {
        Self(std::array::from_fn(|l| xorshift(key(seed, first_env + l as u64, 0, purpose))))
    }
    /// Starts one lane's stream of a new episode.
    pub fn restart(&mut self, lane: usize, seed: u64, env: u64, episode: u64, purpose: Purpose) {
        self.0[lane] = xorshift(key(seed, env, episode, purpose));
    }
    /// Uniform in [0, 1) in every lane.
    #[inline(always)]
    pub fn uniform(&mut self) -> Wide {
        let mut x = Wide::zero();
        let out = x.lanes_mut();
        for l in 0..WIDTH {
            self.0[l] = xorshift(self.0[l]);
            out[l] = unit(self.0[l]);
        }
        x
    }
    /// Uniform in [-a, a).
    #[inline(always)]
    pub fn symmetric(&mut self, a: Wide) -> Wide {
        self.uniform().mul_add(a + a, -a)
    }
    /// Two independent standard normal numbers (Box and Muller, 1958).
    #[inline(always)]
    pub fn normal2(&mut self) -> (Wide, Wide) {
        let u = Wide::splat(1.0) - self.uniform();
        let a = self.uniform() * Wide::splat(std::f32::consts::TAU);
        let r = (ln(u) * Wide::splat(-2.0)).max(Wide::zero()).sqrt();
        let (s, c) = sincos(a);
        (r * s, r * c)
    }
}

/// Marsaglia's xorshift32 (2003).
#[inline(always)]
fn xorshift(mut x: u32) -> u32 {
    x ^= x << 13;
    x ^= x >> 17;
    x ^ (x << 5)
}

#[inline(always)]
fn unit(bits: u32) -> f32 {
    f32::from_bits(bits >> 9 | 0x3f80_0000) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_every_part_of_their_key_and_repeat() {
        let draw = |s, e, ep, p| Rng::stream(s, e, ep, p).uniform();
        let base = draw(1, 2, 3, Purpose::Start);
        assert_eq!(base, draw(1, 2, 3, Purpose::Start));
        for other in [
            draw(2, 2, 3, Purpose::Start),
            draw(1, 3, 3, Purpose::Start),
            draw(1, 2, 4, Purpose::Start),
            draw(1, 2, 3, Purpose::Noise),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut rng = LaneRng::new(7, 0, Purpose::Action);
        let (mut sum, mut squares, mut fourth, n) = (0.0, 0.0, 0.0, 20_000);
        for _ in 0..n / 32 {
            let (a, b) = rng.normal2();
            for x in a.lanes().iter().chain(b.lanes()).map(|x| *x as f64) {
                sum += x;
                squares += x * x;
                fourth += x.powi(4);
            }
        }
        let n = n as f64;
        assert!((sum / n).abs() < 0.03 && (squares / n - 1.0).abs() < 0.04 && (fourth / n - 3.0).abs() < 0.3);
    }
}
