//! What a policy bears: errors and falls over one quantity each, as small multiples.
use super::axis::{Range, label};
use super::canvas::{self, Area, BLUE, Canvas, ORANGE, RED, VIOLET, faint};
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

/// Draws two rows of charts, one column per quantity: errors above, falls below. Faint level lines are everything at its worst
/// at once.
///
/// # Errors
/// When the picture cannot be saved.
pub fn perturb(title: &str, found: &Perturbed, picture: &Path) -> Result<()> {
    let (width, height) = SIZE;
    let all = || found.rows.iter().flat_map(|(_, row)| row.iter().map(|(_, j)| j)).chain([&found.worst]);
    let errors = all().flat_map(|j| [j.vx_error, j.vy_error, j.yaw_rate_error]);
    let errors = Range { low: 0.0, ..Range::of(errors).with(0.1) };
    let errors = Range { high: errors.high * 1.08, ..errors };
    let falls = Range { low: 0.0, high: 1.08 * Range::of(all().map(|j| 100.0 * j.fall_rate)).with(5.0).high };
    canvas::save(picture, width as u32, height as u32, |canvas| {
        canvas.header(title)?;
        let names = [("vx, m/s", BLUE), ("vy, m/s", ORANGE), ("yaw rate, rad/s", VIOLET), ("falls", RED)];
        let worst = [names.as_slice(), &[("faint: everything at its worst", faint(RED, 0.4))]].concat();
        canvas.legend(f64::from(width - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &worst)?;
        let area = Area { left: GAP, top: HEADER, right: width - GAP, bottom: height - GAP };
        let columns = found.rows.len().max(1);
        for (i, cell) in area.grid(columns, 2, GAP).into_iter().enumerate() {
            let (axis, row) = &found.rows[i % columns];
            let x_name =
                if axis.unit.is_empty() { axis.name.into() } else { format!("{}, {}", axis.name, axis.unit) };
            let x = Range::of(row.iter().map(|(value, _)| *value));
            let space = 0.04 * (x.high - x.low);
            let x = Range { low: x.low - space, high: x.high + space };
            let above = i < columns;
            let (name, unit, y) =
                if above { ("mean error", "", errors) } else { ("falls", "% of tries", falls) };
            let chart = Chart { title: name, unit, x_name: &x_name, x_label: label, x, y };
            let frame = chart.draw(canvas, cell)?;
            let curves: &[(fn(&Judgement) -> f64, _)] = match above {
                true => &[(|j| j.vx_error, BLUE), (|j| j.vy_error, ORANGE), (|j| j.yaw_rate_error, VIOLET)],
                false => &[(|j| 100.0 * j.fall_rate, RED)],
            };
            for (value, colour) in curves {
                let level = value(&found.worst);
                frame.curve(canvas, [(x.low, level), (x.high, level)], 1.2, faint(*colour, 0.4))?;
                frame.curve(canvas, row.iter().map(|(x, j)| (*x, value(j))), 2.0, *colour)?;
                for (x, j) in row {
                    mark(canvas, frame.x_pixel(*x), frame.y_pixel(value(j)), *colour)?;
                }
            }
        }
        Ok(())
    })
}

fn mark(canvas: &Canvas<'_>, x: f64, y: f64, colour: canvas::Colour) -> Result<()> {
    if !y.is_finite() {
        return Ok(());
    }
    canvas.fill_exact(x - MARK, y - MARK, x + MARK, y + MARK, colour)
}
