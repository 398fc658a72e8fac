//! Curves as inline SVG. Colours are classes of the style sheet, so that they follow light and dark.
use super::html::{escape, number};
use std::fmt::Write as _;

/// Points of a curve that are drawn; more hide each other.
const MOST: usize = 240;
const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 210.0;
/// Free space: left, top, right, bottom.
const ROOM: [f64; 4] = [52.0, 34.0, 12.0, 26.0];

/// A curve and the class of its colour.
pub struct Curve<'a> {
    /// `blue`, `orange`, `green`, `red`, `violet`.
    pub class: &'a str,
    /// Vertical positions; what is no number leaves a gap.
    pub values: &'a [f64],
}

/// A chart over environment steps.
pub fn chart(title: &str, unit: &str, steps: &[f64], curves: &[Curve<'_>]) -> String {
    let values = || curves.iter().flat_map(|c| c.values).copied().filter(|v| v.is_finite());
    if values().next().is_none() || steps.is_empty() {
        return String::new();
    }
    let (low, high) = padded(values());
    let x1 = steps.iter().copied().fold(0.0, f64::max).max(1.0);
    let [left, top, right, bottom] = ROOM;
    let x = |v: f64| left + (WIDTH - left - right) * v / x1;
    let y = |v: f64| HEIGHT - bottom - (HEIGHT - top - bottom) * (v - low) / (high - low);
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" <tspan class=\"unit\">{}</tspan>", escape(unit))
    };
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{0}\">\
         <text class=\"title\" x=\"12\" y=\"21\">{0}{unit}</text>",
        escape(title)
    );
    for tick in ticks(low, high) {
        let at = y(tick);
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{left}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"tick end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            WIDTH - right,
            left - 7.0,
            at + 4.0,
            number(tick)
        );
    }
    for tick in ticks(0.0, x1).into_iter().filter(|t| *t > 0.0 && x(*t) < WIDTH - 30.0) {
        let _ = write!(
            out,
            "<text class=\"tick middle\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x(tick),
            HEIGHT - 8.0,
            count(tick)
        );
    }
    for curve in curves {
        let points: Vec<(f64, f64)> = steps
            .iter()
            .zip(curve.values)
            .filter(|(_, v)| v.is_finite())
            .map(|(s, v)| (x(*s), y(*v)))
            .collect();
        let _ = write!(out, "<path class=\"raw {}\" d=\"{}\"/>", curve.class, path(&points));
        let _ = write!(out, "<path class=\"{}\" d=\"{}\"/>", curve.class, path(&smooth(&points)));
    }
    out + "</svg>\n"
}

/// A curve without axes, for a cell of a table.
pub fn spark(values: &[f64], class: &str) -> String {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.len() < 2 {
        return String::new();
    }
    let (low, high) = padded(finite.iter().copied());
    let n = (finite.len() - 1) as f64;
    let points: Vec<(f64, f64)> = finite
        .iter()
        .enumerate()
        .map(|(i, v)| (2.0 + 116.0 * i as f64 / n, 26.0 - 24.0 * (v - low) / (high - low)))
        .collect();
    format!(
        "<svg class=\"spark\" viewBox=\"0 0 120 28\"><path class=\"{class}\" d=\"{}\"/></svg>",
        path(&smooth(&points))
    )
}

/// Lowest and highest with some air, never the same.
fn padded(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
    let air = if high > low { 0.06 * (high - low) } else { 0.5 * high.abs().max(1e-9) };
    // curves that never fall below zero stand on it
    let floor = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - air };
    (floor, high + air)
}

/// Three to five round numbers between two.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let span = high - low;
    let raw = span / 4.0;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= raw).unwrap_or(raw);
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last.min(first + 8)).map(|k| k as f64 * step).collect()
}

/// `1.2M`.
fn count(x: f64) -> String {
    match x {
        x if x >= 1e9 => format!("{}G", number(x / 1e9)),
        x if x >= 1e6 => format!("{}M", number(x / 1e6)),
        x if x >= 1e3 => format!("{}k", number(x / 1e3)),
        x => number(x),
    }
}

/// Means over neighbours.
fn smooth(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let reach = points.len() / 24;
    let mean = |i: usize| {
        let part = &points[i.saturating_sub(reach)..(i + reach + 1).min(points.len())];
        part.iter().map(|p| p.1).sum::<f64>() / part.len() as f64
    };
    (0..points.len()).map(|i| (points[i].0, mean(i))).collect()
}

fn path(points: &[(f64, f64)]) -> String {
    let step = points.len().div_ceil(MOST).max(1);
    let mut out = String::new();
    let last = points.len().saturating_sub(1);
    for (i, (x, y)) in points.iter().enumerate().filter(|(i, _)| i % step == 0 || *i == last) {
        let _ = write!(out, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    out
}
