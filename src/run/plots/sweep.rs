//! Many trainings with different values: lines through all knobs, and the score over each knob.

use std::path::Path;

use anyhow::Result;

use super::axis::{Range, label};
use super::canvas::{
    self, Align, Area, BLUE, Canvas, Colour, Font, GREEN, LINE, MUTED, PANEL, RED, TEXT, VIOLET,
};
use super::chart::Chart;
use super::{GAP, HEADER, WIDTH};

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

/// Height of the picture of lines, pixels.
const HEIGHT: i32 = 620;
/// Height of a chart of one knob, pixels.
const CHART: i32 = 380;
/// Parts of a range whose mean is drawn.
const PARTS: usize = 8;
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
                values
                    .into_iter()
                    .map(|v| v * low.signum())
                    .map(|v| (self.share(v), label(v, v.abs())))
                    .collect()
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

/// Numbers 1, 2 and 5 times powers of ten within two ends; only the powers where that is enough.
fn round_factors(ends: [f64; 2], count: usize) -> Vec<f64> {
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let all = |factors: &[f64]| -> Vec<f64> {
        let numbers = powers.clone().flat_map(|p| factors.iter().map(move |f| f * 10_f64.powi(p)));
        numbers.filter(|v| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9)).collect()
    };
    let fine = all(&[1.0, 2.0, 5.0]);
    if fine.len() <= count { fine } else { all(&[1.0]) }
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

/// Green for the best, over blue, to a dim violet.
fn rank_colour(rank: f64) -> Colour {
    let (worst, middle) = (canvas::faint(VIOLET, 0.3), canvas::faint(BLUE, 0.75));
    match rank {
        r if r < 0.5 => canvas::mixed(middle, worst, r * 2.0),
        r => canvas::mixed(GREEN, middle, r * 2.0 - 1.0),
    }
}

/// Draws a line per setting through all knobs to its score, in the colour of its rank; the best is thick.
///
/// # Errors
/// When the picture cannot be saved.
pub fn sweep_parallel(plot: &SweepPlot, picture: &Path) -> Result<()> {
    canvas::save(picture, WIDTH, HEIGHT as u32, |canvas| {
        canvas.header(&plot.title)?;
        scale(canvas)?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: HEIGHT - GAP };
        canvas.fill(area, PANEL)?;
        let axes: Vec<SweepAxis> = plot.axes.iter().cloned().chain([plot.score_axis(false)]).collect();
        let (left, right) = (f64::from(area.left) + 110.0, f64::from(area.right) - 50.0);
        let (top, bottom) = (f64::from(area.top) + 84.0, f64::from(area.bottom) - 24.0);
        let x = |axis: usize| left + (right - left) * axis as f64 / (axes.len() - 1).max(1) as f64;
        let y = |axis: usize, value: f64| bottom - (bottom - top) * axes[axis].share(value);
        for axis in 0..axes.len() {
            canvas.fill_exact(x(axis) - 1.0, top, x(axis) + 1.0, bottom, LINE)?;
        }
        for (i, line) in plot.lines.iter().enumerate().rev() {
            let values = line.values.iter().copied().chain([line.score]);
            let points: Vec<(f64, f64)> = values.enumerate().map(|(a, v)| (x(a), y(a, v))).collect();
            let (width, colour) = if i == 0 { (3.6, GREEN) } else { (1.6, rank_colour(plot.rank(i))) };
            canvas.line(points.iter().copied(), width, colour)?;
            for point in points {
                canvas.line([point], if i == 0 { 8.0 } else { 4.0 }, colour)?;
            }
        }
        let wide = (x(1) - x(0)).min(400.0);
        for (a, axis) in axes.iter().enumerate() {
            names_of(canvas, axis, x(a), [top, bottom], wide - 24.0)?;
            let last = a + 1 == axes.len();
            let row = f64::from(area.top) + if a % 2 == 0 || axes.len() < 4 { 28.0 } else { 54.0 };
            let (at, align) =
                if last { (f64::from(area.right) - 14.0, Align::Right) } else { (x(a), Align::Centre) };
            let name = if last { plot.heading() } else { axis.name().to_owned() };
            let row = if last { f64::from(area.top) + 54.0 } else { row };
            canvas.text((at, row), &name, Font::Words, align, if last { TEXT } else { MUTED })?;
        }
        if plot.lines.is_empty() {
            nothing(canvas, area)?;
        }
        Ok(())
    })
}

/// Marks along an axis, their texts on dark ground beside it.
fn names_of(canvas: &Canvas<'_>, axis: &SweepAxis, x: f64, [top, bottom]: [f64; 2], wide: f64) -> Result<()> {
    for (share, text) in axis.ticks(8) {
        let y = bottom - (bottom - top) * share;
        let text = shortened(&text, (wide / 9.0).max(4.0) as usize);
        let width = 8.6 * text.chars().count() as f64;
        canvas.fill_exact(x - 14.0 - width, y - 9.0, x - 6.0, y + 9.0, PANEL)?;
        canvas.fill_exact(x - 5.0, y - 0.5, x, y + 0.5, MUTED)?;
        canvas.text((x - 10.0, y), &text, Font::Number, Align::Right, TEXT)?;
    }
    Ok(())
}

/// A text of at most so many letters.
fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// What colours mean, at the top right.
fn scale(canvas: &Canvas<'_>) -> Result<()> {
    let (right, y) = (f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0);
    let end = right - canvas.text((right, y), "best", Font::Words, Align::Right, MUTED)? - 10.0;
    for k in 0..60 {
        let from = end - 120.0 + 2.0 * f64::from(k);
        canvas.fill_exact(from, y - 6.0, from + 2.0, y + 6.0, rank_colour(f64::from(k) / 59.0))?;
    }
    canvas.text((end - 130.0, y), "worst", Font::Words, Align::Right, MUTED).map(|_| ())
}

fn nothing(canvas: &Canvas<'_>, area: Area) -> Result<()> {
    let middle = (f64::from(area.left + area.right) / 2.0, f64::from(area.top + area.bottom) / 2.0);
    canvas.text(middle, "no run has a score yet", Font::Words, Align::Centre, MUTED).map(|_| ())
}

/// Draws a chart per knob: a small dot per run (red where it never walked, so that its score is only a bound), a large
/// one per setting, and the mean.
///
/// # Errors
/// When the picture cannot be saved.
pub fn sweep_knobs(plot: &SweepPlot, picture: &Path) -> Result<()> {
    let columns = plot.axes.len().clamp(1, 3);
    let rows = plot.axes.len().div_ceil(columns).max(1);
    let height = HEADER + rows as i32 * (CHART + GAP);
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        canvas.header(&plot.heading())?;
        let mut legend = vec![("setting", BLUE), ("run", canvas::faint(BLUE, 0.45)), ("mean", GREEN)];
        if plot.lines.iter().flat_map(|l| &l.runs).any(|r| r.is_bound) {
            legend.insert(2, ("never walked: at least", RED));
        }
        canvas.legend(f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &legend)?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
        for (k, cell) in (0..plot.axes.len()).zip(area.grid(columns, rows, GAP)) {
            knob(canvas, plot, k, cell)?;
        }
        Ok(())
    })
}

fn knob(canvas: &Canvas<'_>, plot: &SweepPlot, k: usize, cell: Area) -> Result<()> {
    let (axis, score) = (&plot.axes[k], plot.score_axis(true));
    let y: Vec<(f64, String)> = score.ticks(8);
    let wide = (cell.width() - 84).max(60);
    let per = match axis {
        SweepAxis::Names { values, .. } => wide / values.len().max(1) as i32,
        SweepAxis::Numbers { .. } => wide,
    };
    let x: Vec<(f64, String)> = axis
        .ticks((wide / 70).clamp(2, 8) as usize)
        .into_iter()
        .map(|(share, text)| (share, shortened(&text, (per / 9).max(3) as usize)))
        .collect();
    let chart = Chart {
        title: axis.name(),
        unit: "",
        x_name: "",
        x_label: |_, _| String::new(),
        x: Range { low: -0.03, high: 1.03 },
        y: Range { low: 0.0, high: 1.0 },
    };
    let frame = chart.draw_with(canvas, cell, [&x, &y])?;
    if plot.lines.is_empty() {
        return frame.note(canvas, "no run has a score yet");
    }
    let dot = |x: f64, value: f64, size: f64, colour: Colour| {
        canvas.line([(frame.x_pixel(x), frame.y_pixel(score.share(value)))], size, colour)
    };
    let at = |line: &SweepLine| line.values.get(k).map_or(f64::NAN, |v| axis.share(*v));
    for line in &plot.lines {
        for run in &line.runs {
            let colour = if run.is_bound { canvas::faint(RED, 0.7) } else { canvas::faint(BLUE, 0.45) };
            dot(at(line), run.score, 4.5, colour)?;
        }
    }
    for line in &plot.lines {
        dot(at(line), line.score, 8.0, BLUE)?;
    }
    let means = means(axis, plot, k);
    let points = means.iter().map(|(x, mean)| (*x, score.share(*mean)));
    frame.curve(canvas, points, 2.4, GREEN)?;
    if matches!(axis, SweepAxis::Names { .. }) {
        for (x, mean) in means {
            canvas.line([(frame.x_pixel(x), frame.y_pixel(score.share(mean)))], 11.0, GREEN)?;
        }
    }
    Ok(())
}

/// Place and mean score: of every name, of every part of a range; nothing of a range with few settings.
fn means(axis: &SweepAxis, plot: &SweepPlot, k: usize) -> Vec<(f64, f64)> {
    let parts = match axis {
        SweepAxis::Names { values, .. } => values.len(),
        SweepAxis::Numbers { .. } if plot.lines.len() < 2 * PARTS => return vec![],
        SweepAxis::Numbers { .. } => PARTS,
    };
    let share = |l: &SweepLine| l.values.get(k).map_or(0.0, |v| axis.share(*v));
    let of = |part: usize| {
        let here = plot.lines.iter().filter(|l| ((share(l) * parts as f64) as usize).min(parts - 1) == part);
        let (mut place, mut score, mut count) = (0.0, 0.0, 0.0);
        for line in here {
            place += share(line);
            score += line.score;
            count += 1.0;
        }
        (count > 0.0).then(|| (place / count, score / count))
    };
    (0..parts).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
