//! Delays between policy and robot.
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// A delay is remembered for at most so many ticks.
pub const LONGEST_TICKS: usize = 32;

/// A delay, drawn at the start of every episode, and again in between if wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelayCfg {
    /// Shortest and longest, s.
    pub secs: [f64; 2],
    /// Time after which it is drawn again, s; 0: once per episode.
    #[serde(default)]
    pub resample_secs: f64,
}

impl DelayCfg {
    /// Whether there is any.
    pub fn is_on(&self) -> bool {
        self.secs[1] > 0.0
    }
    /// Whole steps of `step` seconds, drawn: from a uniform time, as many steps as are over by then (what a buffer that is
    /// written once per step gives). A range of one value gives the nearest number of steps.
    pub fn draw(&self, step: f64, rng: &mut Rng) -> f32 {
        let [low, high] = self.secs;
        if low == high {
            return (low / step).round() as f32;
        }
        (rng.range(self.secs) as f64 / step + 1e-4).floor() as f32
    }
    /// The longest in ticks of `dt` seconds, a begun one included.
    pub fn ticks(&self, dt: f64) -> usize {
        (self.secs[1] / dt - 1e-4).ceil().max(0.0) as usize
    }
    /// Ticks between draws; never, if it is not drawn again.
    pub fn resample_ticks(&self, dt: f64) -> Option<u32> {
        (self.is_on() && self.resample_secs > 0.0).then(|| (self.resample_secs / dt).round().max(1.0) as u32)
    }
    /// What is wrong with it: key within it, and a sentence. `dt` is the control period, s.
    pub fn problems(&self, dt: f64) -> Vec<(&'static str, String)> {
        let ([low, high], mut out) = (self.secs, vec![]);
        let longest = LONGEST_TICKS as f64 * dt;
        if !(low >= 0.0 && high.is_finite()) {
            out.push(("secs", format!("a delay must not be negative: {low} and {high} s")));
        } else if low > high {
            out.push(("secs", format!("`secs`: lower bound above upper: {low} and {high}")));
        } else if high > longest + 1e-9 {
            out.push((
                "secs",
                format!(
                    "a delay of {high} s is longer than the buffer: {LONGEST_TICKS} ticks, which are {longest:.2} s"
                ),
            ));
        }
        if !(self.resample_secs >= 0.0 && self.resample_secs.is_finite()) {
            out.push(("resample_secs", "`resample_secs` must not be negative; 0: once per episode".into()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn delays_are_whole_steps_that_are_over() {
        let mut rng = Rng::stream(1, 2, 3, Purpose::Delay);
        // parkour's 37.5 to 47.5 ms at 50 Hz: one or two ticks
        let parkour = DelayCfg { secs: [0.0375, 0.0475], resample_secs: 2.0 };
        let draws: Vec<f32> = (0..200).map(|_| parkour.draw(0.02, &mut rng)).collect();
        assert!(draws.contains(&1.0) && draws.contains(&2.0));
        assert!(draws.iter().all(|d| [1.0, 2.0].contains(d)));
        assert_eq!((parkour.ticks(0.02), parkour.resample_ticks(0.02)), (3, Some(100)));
        let fixed = DelayCfg { secs: [0.02, 0.02], resample_secs: 0.0 };
        assert_eq!((fixed.draw(0.02, &mut rng), fixed.draw(0.005, &mut rng)), (1.0, 4.0));
        assert_eq!((fixed.ticks(0.02), fixed.resample_ticks(0.02)), (1, None));
    }

    #[test]
    fn a_delay_that_is_longer_than_the_buffer_or_upside_down_is_refused() {
        let problems = |secs, resample_secs| DelayCfg { secs, resample_secs }.problems(0.02);
        assert!(problems([0.0, 0.64], 0.0).is_empty());
        assert!(problems([0.0, 0.65], 0.0)[0].1.contains("longer than the buffer"));
        assert!(problems([0.2, 0.1], 0.0)[0].1.contains("lower bound above upper"));
        assert_eq!(problems([-0.2, 0.1], -1.0).len(), 2);
    }
}
