//! A robot's collision spheres over the surfaces that they stand in for, from three sides.

use std::f64::consts::TAU;
use std::path::Path;

use anyhow::{Result, ensure};

use super::canvas::{self, Align, Area, BLUE, Canvas, Font, MUTED, ORANGE, PANEL, TEXT, faint};
use super::{GAP, HEADER, WIDTH};

/// Surfaces and spheres of a robot in one frame: x forward, y left, z up, m.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RobotFit {
    /// What the picture shows.
    pub title: String,
    /// Points on the surfaces of the source.
    pub surface: Vec<[f32; 3]>,
    /// Centre and radius of each sphere, and whether it is a foot.
    pub spheres: Vec<([f32; 3], f32, bool)>,
}

const HEIGHT: i32 = 640;
/// Points that are drawn; more hide each other.
const MOST_DOTS: usize = 40_000;
/// Each view: its name, the axes to the right and up with their signs.
const VIEWS: [(&str, (usize, f64), (usize, f64)); 3] = [
    ("from the right: x to the right, z up", (0, 1.0), (2, 1.0)),
    ("from behind: y to the left, z up", (1, -1.0), (2, 1.0)),
    ("from above: y to the left, x up", (1, -1.0), (0, 1.0)),
];

/// Draws surfaces as dots and spheres as circles.
///
/// # Errors
/// When there is nothing to draw, or the picture cannot be saved.
pub fn robot_fit(fit: &RobotFit, picture: &Path) -> Result<()> {
    ensure!(!fit.spheres.is_empty() || !fit.surface.is_empty(), "the robot has no shapes to draw");
    canvas::save(picture, WIDTH, HEIGHT as u32, |canvas| draw(canvas, fit))
}

fn draw(canvas: &Canvas<'_>, fit: &RobotFit) -> Result<()> {
    canvas.header(&fit.title)?;
    let names = [("surface of the file's shapes", MUTED), ("spheres", BLUE), ("feet", ORANGE)];
    canvas.legend(f64::from(WIDTH as i32 - GAP), f64::from(HEADER) / 2.0, &names)?;
    let all = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: HEIGHT - GAP };
    let cells = all.grid(3, 1, GAP);
    // one scale for all views
    let reach = |axis: usize| {
        let spheres = fit.spheres.iter().flat_map(|(c, r, _)| [c[axis] - r, c[axis] + r]);
        let values = spheres.chain(fit.surface.iter().map(|p| p[axis])).map(f64::from);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
    };
    let reaches = [reach(0), reach(1), reach(2)];
    let longest = reaches.iter().map(|(a, b)| b - a).fold(1e-3, f64::max);
    let room = f64::from(cells[0].width().min(cells[0].height() - 40)) - 30.0;
    let scale = room / longest;
    for (cell, (name, right, up)) in cells.iter().zip(VIEWS) {
        canvas.fill(*cell, PANEL)?;
        let at = (f64::from(cell.left) + 10.0, f64::from(cell.top) + 18.0);
        canvas.text(at, name, Font::Words, Align::Left, TEXT)?;
        let centre =
            (f64::from(cell.left + cell.right) / 2.0, f64::from(cell.top + cell.bottom) / 2.0 + 16.0);
        let middle = |axis: usize| (reaches[axis].0 + reaches[axis].1) / 2.0;
        let pixel = |p: [f32; 3]| {
            let along = |(axis, sign): (usize, f64)| sign * (f64::from(p[axis]) - middle(axis)) * scale;
            (centre.0 + along(right), centre.1 - along(up))
        };
        let step = fit.surface.len().div_ceil(MOST_DOTS).max(1);
        for p in fit.surface.iter().step_by(step) {
            let (x, y) = pixel(*p);
            canvas.fill_exact(x - 0.5, y - 0.5, x + 0.5, y + 0.5, faint(MUTED, 0.7))?;
        }
        for (c, r, foot) in &fit.spheres {
            let (x, y) = pixel(*c);
            let radius = f64::from(*r) * scale;
            let point = |i: i32| {
                let (sin, cos) = (TAU * f64::from(i) / 40.0).sin_cos();
                (x + radius * cos, y + radius * sin)
            };
            canvas.line((0..=40).map(point), 1.2, if *foot { ORANGE } else { BLUE })?;
        }
    }
    Ok(())
}
