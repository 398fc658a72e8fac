//! What a policy bears: errors and falls over one quantity each, as small multiples.
use super::axis::{Range, label};
use super::canvas::{self, Align, Area, BLUE, Canvas, Font, MUTED, ORANGE, RED, VIOLET};
use super::chart::Chart;
use super::{GAP, HEADER};
use crate::run::eval::Judgement;
use crate::run::eval::perturb::Perturbed;
use anyhow::Result;
use std::path::Path;

/// Size of the picture, pixels.
const SIZE: (i32, i32) = (1800, 760);
/// Half the side of the mark at a measured value, pixels.
const MARK: f64 = 3.5;

/// Height of the line of text below the title, pixels.
const LINE: i32 = 30;

/// Draws two rows of charts, one column per quantity: errors above, falls below; in words what happens with everything at its
/// worst at once.
///
/// # Errors
/// When the picture cannot be saved.
pub fn perturb(title: &str, found: &Perturbed, picture: &Path) -> Result<()> {
    let (width, height) = SIZE;
    let all = || found.rows.iter().flat_map(|(_, row)| row.iter().map(|(_, j)| j));
    let errors = Range::of(all().flat_map(|j| [j.vx_error, j.vy_error, j.yaw_rate_error])).with(0.1);
    let errors = Range { low: 0.0, high: errors.high * 1.08 };
    let falls =
        Range { low: 0.0, high: 1.08 * Range::of(all().map(|j| 100.0 * j.fell_share)).with(10.0).high };
    canvas::save(picture, width as u32, height as u32, |canvas| {
        canvas.header(title)?;
        let names = [("vx, m/s", BLUE), ("vy, m/s", ORANGE), ("yaw rate, rad/s", VIOLET), ("fell", RED)];
        canvas.legend(f64::from(width - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &names)?;
        let at = (f64::from(GAP) + 4.0, f64::from(HEADER + LINE / 2) - 5.0);
        canvas.text(at, &words(found), Font::Words, Align::Left, MUTED)?;
        let area = Area { left: GAP, top: HEADER + LINE, right: width - GAP, bottom: height - GAP };
        let columns = found.rows.len().max(1);
        for (i, cell) in area.grid(columns, 2, GAP).into_iter().enumerate() {
            let (axis, row) = &found.rows[i % columns];
            let x_name =
                if axis.unit.is_empty() { axis.name.into() } else { format!("{}, {}", axis.name, axis.unit) };
            let x = Range::of(row.iter().map(|(value, _)| *value));
            let space = 0.04 * (x.high - x.low);
            let x = Range { low: x.low - space, high: x.high + space };
            let (name, unit, y) = match i < columns {
                true => ("mean error", "m/s, rad/s", errors),
                false => ("tries with a fall", "%", falls),
            };
            let chart = Chart { title: name, unit, x_name: &x_name, x_label: label, x, y };
            let frame = chart.draw(canvas, cell)?;
            let curves: &[(fn(&Judgement) -> f64, _)] = match i < columns {
                true => &[(|j| j.vx_error, BLUE), (|j| j.vy_error, ORANGE), (|j| j.yaw_rate_error, VIOLET)],
                false => &[(|j| 100.0 * j.fell_share, RED)],
            };
            for (value, colour) in curves {
                frame.curve(canvas, row.iter().map(|(x, j)| (*x, value(j))), 2.0, *colour)?;
                for (x, j) in row {
                    mark(canvas, frame.x_pixel(*x), frame.y_pixel(value(j)), *colour)?;
                }
            }
        }
        Ok(())
    })
}

/// What is shown, and what the charts do not show.
fn words(found: &Perturbed) -> String {
    let w = &found.worst;
    format!(
        "The robot as written, one thing changed; {} tries of {} s each. Everything at its worst at once: errors {:.2} and \
         {:.2} m/s, {:.2} rad/s, {:.0} % fall.",
        found.tries,
        found.secs,
        w.vx_error,
        w.vy_error,
        w.yaw_rate_error,
        100.0 * w.fell_share
    )
}

fn mark(canvas: &Canvas<'_>, x: f64, y: f64, colour: canvas::Colour) -> Result<()> {
    if !y.is_finite() {
        return Ok(());
    }
    canvas.fill_exact(x - MARK, y - MARK, x + MARK, y + MARK, colour)
}
