//! Any metrics of one or several runs, one chart each.

use std::path::Path;

use anyhow::Result;

use super::axis::{Range, count};
use super::canvas::{self, Area, BLUE, Colour, GREEN, ORANGE, RED, VIOLET};
use super::chart::Chart;
use super::{GAP, HEADER, WIDTH};

/// A curve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name of the run.
    pub name: String,
    /// Horizontal and vertical position; what is no number leaves a gap.
    pub points: Vec<(f64, f64)>,
}

/// A metric of all runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metric {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// A curve per run, in the same order for all metrics.
    pub series: Vec<Series>,
}

const COLOURS: [Colour; 5] = [GREEN, BLUE, VIOLET, ORANGE, RED];
/// Height of one chart, pixels.
const HEIGHT: i32 = 340;

/// Draws a chart per metric with the curves of all runs over each other.
///
/// # Errors
/// When the picture cannot be saved.
pub fn metric_curves(x_name: &str, metrics: &[Metric], picture: &Path) -> Result<()> {
    let columns = metrics.len().clamp(1, 2);
    let rows = metrics.len().div_ceil(columns).max(1);
    let height = HEADER + rows as i32 * (HEIGHT + GAP);
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        canvas.header("Curves")?;
        let names = metrics.iter().max_by_key(|m| m.series.len()).map_or(&[][..], |m| &m.series[..]);
        let colour = |index: usize| COLOURS[index % COLOURS.len()];
        let legend: Vec<(&str, Colour)> =
            names.iter().enumerate().map(|(i, s)| (&s.name[..], colour(i))).collect();
        canvas.legend(f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &legend)?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
        for (metric, cell) in metrics.iter().zip(area.grid(columns, rows, GAP)) {
            let all = || metric.series.iter().flat_map(|s| &s.points).filter(|(_, y)| y.is_finite());
            let x = Range::of(all().map(|p| p.0));
            let x = if x.low < x.high { x } else { x.padded() };
            let y = Range::of(all().map(|p| p.1)).padded();
            let (title, unit) = (&metric.name[..], &metric.unit[..]);
            let chart = Chart { title, unit, x_name, x_label: |value, _| count(value), x, y };
            let frame = chart.draw(canvas, cell)?;
            for series in &metric.series {
                let index = names.iter().position(|n| n.name == series.name).unwrap_or(0);
                let points = series.points.iter().copied().filter(|(_, y)| y.is_finite());
                frame.curve(canvas, points, 1.8, colour(index))?;
            }
            if all().next().is_none() {
                frame.note(canvas, "not measured in this run")?;
            }
        }
        Ok(())
    })
}
