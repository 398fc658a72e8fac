//! Many trainings with different values: lines through all knobs, and the score over each knob.
mod knobs;
mod parallel;

pub use knobs::sweep_knobs;
pub use parallel::sweep_parallel;

use super::axis::{Range, label};

/// A knob and what it may be.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepAxis {
    /// Numbers of a range.
    Numbers {
        /// Name of the knob.
        name: String,
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
        /// Whether equal factors are equally far apart.
        log: bool,
    },
    /// Values of a list.
    Names {
        /// Name of the knob.
        name: String,
        /// Its values.
        values: Vec<String>,
    },
}

/// A training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepRun {
    /// Its score.
    pub score: f64,
    /// Whether that is only a bound: it never walked.
    pub is_bound: bool,
}

/// A setting.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepLine {
    /// A number per axis; on axes of names that of the name.
    pub values: Vec<f64>,
    /// Mean score.
    pub score: f64,
    /// Its trainings.
    pub runs: Vec<SweepRun>,
}

/// A sweep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SweepPlot {
    /// What it is.
    pub title: String,
    /// What the score is, with its unit.
    pub score: String,
    /// Whether a higher score is better.
    pub higher_is_better: bool,
    /// The knobs.
    pub axes: Vec<SweepAxis>,
    /// The settings, the best first.
    pub lines: Vec<SweepLine>,
}

/// Scores of which the largest is more than so many times the smallest are drawn by factors.
const WIDE: f64 = 4.0;

impl SweepAxis {
    fn name(&self) -> &str {
        match self {
            Self::Numbers { name, .. } | Self::Names { name, .. } => name,
        }
    }

    /// Where a value lies: 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        match self {
            Self::Numbers { low, high, log: true, .. } => (value / low).ln() / (high / low).ln(),
            Self::Numbers { low, high, .. } => (value - low) / (high - low),
            Self::Names { values, .. } => (value + 0.5) / values.len() as f64,
        }
    }

    /// Places of round values and their texts, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<(f64, String)> {
        match self {
            Self::Numbers { low, high, log: true, .. } => {
                let values = round_factors([low.abs(), high.abs()], count);
                values.into_iter().map(|v| v * low.signum()).map(|v| (self.share(v), plain(v))).collect()
            }
            Self::Numbers { low, high, .. } => {
                let (ticks, step) = Range { low: *low, high: *high }.ticks(count);
                ticks.into_iter().map(|v| (self.share(v), label(v, step))).collect()
            }
            Self::Names { values, .. } => {
                values.iter().enumerate().map(|(i, text)| (self.share(i as f64), text.clone())).collect()
            }
        }
    }
}

/// Round factors, from many to few.
const FACTORS: [&[u32]; 5] = [&[1, 2, 3, 4, 5, 6, 7, 8, 9], &[1, 2, 3, 5], &[1, 2, 5], &[1, 3], &[1]];

/// Round factors times powers of ten within two ends, at most `count` of them where that is possible.
fn round_factors(ends: [f64; 2], count: usize) -> Vec<f64> {
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = |factors: &[u32]| -> Vec<f64> {
        // by way of text, which gives the nearest number
        let number = |p: i32, f: &u32| format!("{f}e{p}").parse().unwrap_or(f64::NAN);
        let numbers = powers.clone().flat_map(|p| factors.iter().map(move |f| number(p, f)));
        numbers.filter(|v| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9)).collect()
    };
    let sets = FACTORS.map(all);
    let fits = sets.iter().find(|s| s.len() <= count).or(sets.last());
    fits.cloned().unwrap_or_default()
}

/// A round number.
fn plain(value: f64) -> String {
    match value.abs() {
        v if (1e-4..1e5).contains(&v) => value.to_string().replace('-', "−"),
        v => label(value, v),
    }
}

impl SweepPlot {
    /// The axis of scores, of all runs or of settings only.
    pub fn score_axis(&self, runs: bool) -> SweepAxis {
        let all = self.lines.iter().flat_map(|l| {
            let runs = if runs { &l.runs[..] } else { &[] };
            runs.iter().map(|r| r.score).chain([l.score])
        });
        let range = Range::of(all);
        let log = range.low > 0.0 && range.high > WIDE * range.low;
        let Range { low, high } = match log {
            true => Range { low: range.low / 1.15, high: range.high * 1.15 },
            false => range.padded(),
        };
        SweepAxis::Numbers { name: self.score.clone(), low, high, log }
    }

    /// How good the setting of a line is among all: 1 for the best, 0 for the worst.
    pub fn rank(&self, line: usize) -> f64 {
        match self.lines.len() {
            0 | 1 => 1.0,
            n => 1.0 - line as f64 / (n - 1) as f64,
        }
    }

    fn heading(&self) -> String {
        let better = if self.higher_is_better { "higher" } else { "lower" };
        format!("{} ({better} is better)", self.score)
    }
}

/// A text of at most so many letters.
fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::knobs::{PARTS, means};
    use super::*;
    use crate::run::plots::canvas::GREEN;
    use std::path::Path;

    fn numbers(low: f64, high: f64, log: bool) -> SweepAxis {
        SweepAxis::Numbers { name: "x".into(), low, high, log }
    }

    #[test]
    fn places_are_between_the_ends_on_every_kind_of_axis() {
        for axis in [numbers(-2.0, 3.0, false), numbers(1e-4, 1e-2, true), numbers(-0.1, -0.001, true)] {
            let ticks = axis.ticks(8);
            assert!((3..=9).contains(&ticks.len()), "{ticks:?}");
            assert!(ticks.iter().all(|(share, _)| (-1e-9..=1.0 + 1e-9).contains(share)), "{ticks:?}");
        }
        let names = SweepAxis::Names { name: "n".into(), values: vec!["a".into(), "b".into()] };
        assert_eq!(names.ticks(8), [(0.25, "a".to_owned()), (0.75, "b".to_owned())]);
        assert_eq!(numbers(1e-4, 1e-2, true).share(1e-3), 0.5);
    }

    #[test]
    fn pictures_are_drawn_with_and_without_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.png");
        let mut plot = SweepPlot { axes: vec![numbers(0.0, 1.0, false)], ..SweepPlot::default() };
        sweep_parallel(&plot, &path).unwrap();
        sweep_knobs(&plot, &path).unwrap();
        let run = |score: f64| SweepRun { score, is_bound: score > 2.0 };
        plot.lines = (0..20)
            .map(|i| f64::from(i) / 20.0)
            .map(|x| SweepLine { values: vec![x], score: 1.0 + x, runs: vec![run(1.0 + x), run(2.5)] })
            .collect();
        assert_eq!(means(&plot.axes[0], &plot, 0).len(), PARTS);
        sweep_parallel(&plot, &path).unwrap();
        let green = |path: &Path| {
            let pixels = image::open(path).unwrap().into_rgb8();
            pixels.pixels().filter(|p| p.0 == [GREEN.0, GREEN.1, GREEN.2]).count()
        };
        assert!(green(&path) > 2000);
        sweep_knobs(&plot, &path).unwrap();
        assert!(green(&path) > 300);
    }
}
