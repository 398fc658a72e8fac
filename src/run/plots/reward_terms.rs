//! Reward terms over time: gains stacked upwards, penalties downwards, their sum as a line.

use std::path::Path;

use anyhow::{Result, ensure};

use super::axis::{Range, label};
use super::canvas::{self, Align, Area, Colour, Font, GREEN, RED, TEXT, faint};
use super::chart::{Chart, TIME};
use super::{GAP, HEADER, WIDTH};

/// Weighted reward terms of one robot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RewardTerms {
    /// Time between two samples, s.
    pub period: f64,
    /// Name and reward per second, one per sample.
    pub terms: Vec<(String, Vec<f64>)>,
}

/// Samples whose mean is one column: noise between samples would hide the shape.
const SAMPLES: usize = 5;
/// Width of the list of terms, pixels.
const LIST: i32 = 250;

/// Draws the terms with a list of their means, the largest first.
///
/// # Errors
/// When the terms differ in length or the picture cannot be saved.
pub fn reward_terms(all: &RewardTerms, picture: &Path) -> Result<()> {
    let samples = all.terms.first().map_or(0, |(_, values)| values.len());
    ensure!(all.terms.iter().all(|(_, values)| values.len() == samples), "the reward terms differ in length");
    let height = 560_i32.max(HEADER + 60 + 22 * all.terms.len() as i32);
    let mut terms: Vec<(&str, Vec<f64>, f64)> =
        all.terms.iter().map(|(n, v)| (&n[..], means(v), mean(v))).collect();
    terms.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    let colours = colours(&terms);
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        canvas.header("Reward terms")?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
        let chart_area = Area { right: area.right - LIST - GAP, ..area };
        let columns = samples.div_ceil(SAMPLES);
        let (mut up, mut down) = (vec![0.0; columns], vec![0.0; columns]);
        let mut bars: Vec<(usize, f64, f64, Colour)> = vec![];
        for ((_, values, mean), colour) in terms.iter().zip(&colours) {
            let edge = if *mean >= 0.0 { &mut up } else { &mut down };
            for (at, value) in values.iter().enumerate() {
                bars.push((at, edge[at], edge[at] + value, *colour));
                edge[at] += value;
            }
        }
        let width = SAMPLES as f64 * all.period;
        let x = Range { low: 0.0, high: (columns.max(1) as f64) * width };
        let y = Range::of(up.iter().chain(&down).copied()).with(0.0).at_least(0.2).padded();
        let unit = "reward per second, stacked; line: sum";
        let chart = Chart { title: "Gains and penalties", unit, x_name: TIME, x_label: label, x, y };
        let frame = chart.draw(canvas, chart_area)?;
        for (at, from, to, colour) in bars {
            let (left, right) =
                (frame.x_pixel(at as f64 * width), frame.x_pixel((at + 1) as f64 * width) + 0.4);
            let (top, bottom) = (frame.y_pixel(from.max(to)), frame.y_pixel(from.min(to)));
            canvas.fill_exact(left, top, right, bottom, colour)?;
        }
        let sum = (0..columns).map(|at| ((at as f64 + 0.5) * width, terms.iter().map(|t| t.1[at]).sum()));
        frame.curve(canvas, sum, 1.8, TEXT)?;
        let list = Area { left: chart_area.right + GAP, ..area };
        canvas.fill(list, canvas::PANEL)?;
        for (index, ((name, _, mean), colour)) in terms.iter().zip(&colours).enumerate() {
            let y = f64::from(list.top) + 24.0 + 22.0 * index as f64;
            let left = f64::from(list.left) + 12.0;
            canvas.fill_exact(left, y - 5.0, left + 10.0, y + 5.0, *colour)?;
            canvas.text((left + 18.0, y), name, Font::Words, Align::Left, TEXT)?;
            let mean = format!("{mean:+.3}").replace('-', "−");
            canvas.text((f64::from(list.right) - 12.0, y), &mean, Font::Number, Align::Right, TEXT)?;
        }
        Ok(())
    })
}

fn mean(values: &[f64]) -> f64 {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    finite.iter().sum::<f64>() / finite.len().max(1) as f64
}

fn means(values: &[f64]) -> Vec<f64> {
    values.chunks(SAMPLES).map(mean).collect()
}

/// Green for gains and red for penalties; neighbours differ.
fn colours(terms: &[(&str, Vec<f64>, f64)]) -> Vec<Colour> {
    let mut counts = [0_usize; 2];
    let colour = |(_, _, mean): &(&str, Vec<f64>, f64)| {
        let (hue, at) = if *mean >= 0.0 { (GREEN, 0) } else { (RED, 1) };
        counts[at] += 1;
        faint(hue, [1.0, 0.55, 0.78, 0.4, 0.66][(counts[at] - 1) % 5])
    };
    terms.iter().map(colour).collect()
}
