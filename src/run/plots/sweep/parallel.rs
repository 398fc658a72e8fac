//! Lines through all knobs.
use std::path::Path;

use anyhow::Result;

use super::{SweepAxis, SweepPlot, shortened};
use crate::run::plots::canvas::{
    self, Align, Area, BLUE, Canvas, Colour, Font, GREEN, LINE, MUTED, PANEL, TEXT, VIOLET,
};
use crate::run::plots::{GAP, HEADER, WIDTH};

/// Height of the picture, pixels.
const HEIGHT: i32 = 640;

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
        let (top, bottom) = (f64::from(area.top) + 104.0, f64::from(area.bottom) - 24.0);
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
            let name = axis.name().split(',').next().unwrap_or_default();
            // in turns, so that long names have the room of two
            let row = f64::from(area.top) + if a % 2 == 0 || axes.len() < 4 { 52.0 } else { 78.0 };
            let name = shortened(name, (2.0 * wide / 9.0) as usize);
            if a + 1 == axes.len() {
                canvas.text((right + 36.0, row), &name, Font::Words, Align::Right, TEXT)?;
                canvas.text(
                    (right + 36.0, f64::from(area.top) + 24.0),
                    &plot.heading(),
                    Font::Words,
                    Align::Right,
                    MUTED,
                )?;
            } else {
                canvas.text((x(a), row), &name, Font::Words, Align::Centre, MUTED)?;
            }
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

/// Green for the best, over blue, to a dim violet.
fn rank_colour(rank: f64) -> Colour {
    let (worst, middle) = (canvas::faint(VIOLET, 0.3), canvas::faint(BLUE, 0.75));
    match rank {
        r if r < 0.5 => canvas::mixed(middle, worst, r * 2.0),
        r => canvas::mixed(GREEN, middle, r * 2.0 - 1.0),
    }
}

/// What colours mean, at the top right.
fn scale(canvas: &Canvas<'_>) -> Result<()> {
    let (right, y) = (f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0);
    let end = right - canvas.text((right, y), "best", Font::Words, Align::Right, MUTED)? - 10.0;
    for k in 0..60 {
        let from = end - 120.0 + 2.0 * f64::from(k);
        canvas.fill_exact(from, y - 6.0, from + 3.0, y + 6.0, rank_colour(f64::from(k) / 59.0))?;
    }
    canvas.text((end - 130.0, y), "worst", Font::Words, Align::Right, MUTED).map(|_| ())
}

fn nothing(canvas: &Canvas<'_>, area: Area) -> Result<()> {
    let middle = (f64::from(area.left + area.right) / 2.0, f64::from(area.top + area.bottom) / 2.0);
    canvas.text(middle, "no run has a score yet", Font::Words, Align::Centre, MUTED).map(|_| ())
}
