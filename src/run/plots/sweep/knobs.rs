//! The score of every run over each knob.
use std::path::Path;

use anyhow::Result;

use super::{SweepAxis, SweepLine, SweepPlot, shortened};
use crate::run::plots::axis::Range;
use crate::run::plots::canvas::{self, Area, BLUE, Canvas, Colour, GREEN, RED};
use crate::run::plots::chart::Chart;
use crate::run::plots::{GAP, HEADER, WIDTH};

/// Height of a chart of one knob, pixels.
const CHART: i32 = 380;
/// Parts of a range whose mean is drawn.
pub(super) const PARTS: usize = 8;

/// Draws a chart per knob: a small dot per run (red where it never walked, so that its score is only a bound), a large
/// one per setting, and the mean.
///
/// # Errors
/// When the picture cannot be saved.
pub fn sweep_knobs(plot: &SweepPlot, picture: &Path) -> Result<()> {
    let columns = match plot.axes.len() {
        n @ 0..=2 => n.max(1),
        4 => 2,
        _ => 3,
    };
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
        .ticks((wide / 90).clamp(2, 8) as usize)
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
pub(super) fn means(axis: &SweepAxis, plot: &SweepPlot, k: usize) -> Vec<(f64, f64)> {
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
