//! Training curves: how reward, episodes, tracking and learner went, over environment steps.

use std::path::Path;

use anyhow::Result;

use super::axis::{Range, count};
use super::canvas::{self, Area, BLUE, Canvas, Colour, GREEN, ORANGE, RED, VIOLET, faint};
use super::chart::Chart;
use super::{GAP, HEADER, WIDTH};
use crate::run::metrics::{EPISODE_LENGTH, EPISODE_REWARD, LEARNING_RATE, TRACKING_ERROR, Table, VALUE_LOSS};

/// One small chart: column, title, unit, colour.
struct Panel {
    column: &'static str,
    title: &'static str,
    unit: &'static str,
    colour: Colour,
}

const PANELS: [Panel; 6] = [
    Panel { column: EPISODE_REWARD, title: "Reward per episode", unit: "", colour: GREEN },
    Panel { column: EPISODE_LENGTH, title: "Episode length", unit: "s", colour: BLUE },
    Panel { column: TRACKING_ERROR, title: "Velocity error", unit: "m/s", colour: ORANGE },
    Panel { column: VALUE_LOSS, title: "Value loss", unit: "", colour: RED },
    Panel { column: LEARNING_RATE, title: "Learning rate", unit: "", colour: VIOLET },
    Panel { column: "rate", title: "Speed", unit: "k env-steps/s", colour: BLUE },
];

/// Draws small multiples of a run's `metrics.csv` over environment steps: reward, episode length, tracking error,
/// value loss, learning rate, speed. Bold is a mean over neighbours, faint what was
/// measured.
///
/// # Errors
/// When the table cannot be read or the picture cannot be saved.
pub fn training_curves(metrics: &Path, picture: &Path) -> Result<()> {
    let table = Table::read(metrics)?;
    let height = 760;
    canvas::save(picture, WIDTH, height, |canvas| draw(canvas, &table, height))
}

fn draw(canvas: &Canvas<'_>, table: &Table, height: u32) -> Result<()> {
    let column = |name: &str| table.column(name).unwrap_or_default();
    let (steps, seconds) = (column("env_steps"), column("seconds"));
    let mut title = "Training".to_owned();
    if let (Some(steps), Some(seconds)) = (steps.last(), seconds.last()) {
        title = format!("Training · {} environment steps in {seconds:.1} s", count(*steps));
    }
    canvas.header(&title)?;
    let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height as i32 - GAP };
    let x = Range::of(steps.iter().copied()).with(0.0);
    for (panel, cell) in PANELS.iter().zip(area.grid(3, 2, GAP)) {
        let values = if panel.column == "rate" { rate(&steps, &seconds) } else { column(panel.column) };
        let y = Range::of(values.iter().copied()).with(0.0);
        let chart = Chart {
            title: panel.title,
            unit: panel.unit,
            x_name: "environment steps",
            x_label: |value, _| count(value),
            x: if x.low < x.high { x } else { x.padded() },
            y: y.padded(),
        };
        let frame = chart.draw(canvas, cell)?;
        if !values.iter().any(|value| value.is_finite()) {
            frame.note(canvas, "not measured in this run")?;
            continue;
        }
        let points = |values: &[f64]| -> Vec<(f64, f64)> {
            let pairs = steps.iter().copied().zip(values.iter().copied());
            pairs.filter(|(_, value)| value.is_finite()).collect()
        };
        frame.curve(canvas, points(&values), 1.2, faint(panel.colour, 0.4))?;
        frame.curve(canvas, points(&smoothed(&values)), 2.2, panel.colour)?;
    }
    Ok(())
}

/// Thousands of environment steps per second between one row and the next.
fn rate(steps: &[f64], seconds: &[f64]) -> Vec<f64> {
    let mut last = (0.0, 0.0);
    let pairs = steps.iter().zip(seconds);
    pairs
        .map(|(&steps, &seconds)| {
            let rate = (steps - last.0) / (seconds - last.1) / 1e3;
            last = (steps, seconds);
            if rate > 0.0 { rate } else { f64::NAN }
        })
        .collect()
}

/// A mean over the neighbours on both sides, about a thirtieth of the run in all, so that the curve lies in the
/// middle of what was measured instead of behind it. Gaps stay gaps.
fn smoothed(values: &[f64]) -> Vec<f64> {
    let reach = values.len() / 60;
    let mean = |at: usize| {
        // Weights fall to zero on both sides: nothing jumps when a value leaves the window.
        let near = at.saturating_sub(reach)..(at + reach + 1).min(values.len());
        let weigh = |index: usize| (1 + reach - index.abs_diff(at)) as f64;
        let finite = near.filter(|index| values[*index].is_finite());
        let (sum, weights) = finite
            .fold((0.0, 0.0), |(sum, all), index| (sum + values[index] * weigh(index), all + weigh(index)));
        if values[at].is_finite() { sum / weights } else { f64::NAN }
    };
    (0..values.len()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smoothed_line_is_the_same_line_and_gaps_stay_gaps() {
        let mut values: Vec<f64> = (0..600).map(f64::from).collect();
        values[300] = f64::NAN;
        for (index, value) in smoothed(&values).into_iter().enumerate().skip(10).take(580) {
            // Next to the gap one side weighs less.
            let close = (value - index as f64).abs() < 0.5;
            assert!(if index == 300 { value.is_nan() } else { close }, "{index}: {value}");
        }
        assert_eq!(smoothed(&[1.0, 5.0]), [1.0, 5.0]);
    }

    #[test]
    fn the_rate_is_between_neighbouring_rows() {
        assert_eq!(rate(&[1e6, 3e6], &[1.0, 2.0]), [1000.0, 2000.0]);
        assert!(rate(&[1e6, 1e6], &[1.0, 1.0])[1].is_nan());
    }
}
