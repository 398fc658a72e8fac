//! Joints over time: the same joint of all legs in one row; position, velocity and torque side by side.

use std::path::Path;

use anyhow::{Result, ensure};

use super::axis::{Range, label};
use super::canvas::{self, Area, Canvas, Colour, GREEN};
use super::chart::{Chart, TIME};
use super::{GAP, HEADER, WIDTH, leg};

/// Position, velocity and torque of a robot's joints over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joints {
    /// Time between two samples, s.
    pub period: f64,
    /// Names of the joints, `FL_hip_joint`.
    pub names: Vec<String>,
    /// Position in rad, per sample one number per joint.
    pub position: Vec<Vec<f32>>,
    /// Velocity in rad/s.
    pub velocity: Vec<Vec<f32>>,
    /// Torque in N·m.
    pub torque: Vec<Vec<f32>>,
}

/// Height of one row of charts, pixels.
const ROW: i32 = 250;

/// Draws every joint. Legs have their colours, so `FL_thigh_joint` and `RR_thigh_joint` share a chart.
///
/// # Errors
/// When the series do not fit the names or each other, or the picture cannot be saved.
pub fn joints(joints: &Joints, picture: &Path) -> Result<()> {
    let series = [&joints.position, &joints.velocity, &joints.torque];
    for values in series {
        ensure!(values.len() == joints.position.len(), "the series of the joints differ in length");
        ensure!(
            values.iter().all(|row| row.len() == joints.names.len()),
            "a sample does not have all joints"
        );
    }
    let rows = rows(&joints.names);
    let height = HEADER + rows.len().max(1) as i32 * (ROW + GAP);
    canvas::save(picture, WIDTH, height as u32, |canvas| draw(canvas, joints, &rows, height))
}

/// A row of the picture: its name and the joints in it with their colours.
type Row = (String, Vec<(usize, Colour)>);

/// Joints that differ in leg or side alone, in the order of their first appearance.
fn rows(names: &[String]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let (colour, rest) = leg(name);
        let title = rest.strip_suffix("_joint").unwrap_or(rest).replace('_', " ");
        let entry = (index, colour.unwrap_or(GREEN));
        match rows.iter_mut().find(|row| row.0 == title) {
            Some(row) => row.1.push(entry),
            None => rows.push((title, vec![entry])),
        }
    }
    rows
}

/// A text with a capital letter first: `hip` becomes `Hip`.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn draw(canvas: &Canvas<'_>, joints: &Joints, rows: &[Row], height: i32) -> Result<()> {
    canvas.header("Joints")?;
    let mut legend: Vec<(&str, Colour)> = Vec::new();
    for name in &joints.names {
        if let (Some(colour), Some((prefix, _))) = (leg(name).0, name.split_once('_'))
            && !legend.contains(&(prefix, colour))
        {
            legend.push((prefix, colour));
        }
    }
    canvas.legend(f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &legend)?;
    let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
    let mut cells = area.grid(3, rows.len().max(1), GAP).into_iter();
    let samples = joints.position.len();
    let x = Range { low: 0.0, high: (samples.max(2) - 1) as f64 * joints.period };
    for (name, members) in rows {
        let quantities = [
            ("position", "rad", &joints.position, 0.2),
            ("velocity", "rad/s", &joints.velocity, 1.0),
            ("torque", "N·m", &joints.torque, 1.0),
        ];
        for ((quantity, unit, values, least), cell) in quantities.into_iter().zip(cells.by_ref()) {
            let shown = values.iter().flat_map(|row| members.iter().map(|(joint, _)| f64::from(row[*joint])));
            let y = Range::of(shown).at_least(least).padded();
            let title = capital(&format!("{name} {quantity}"));
            let frame =
                Chart { title: &title, unit, x_name: TIME, x_label: label, x, y }.draw(canvas, cell)?;
            for (joint, colour) in members {
                let points = values.iter().enumerate();
                let points = points.map(|(at, row)| (at as f64 * joints.period, f64::from(row[*joint])));
                frame.curve(canvas, points, 1.6, *colour)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::plots::canvas::{BLUE, VIOLET};

    #[test]
    fn the_same_joint_of_all_legs_is_one_row() {
        let names: Vec<String> =
            ["FL_hip_joint", "FL_calf_joint", "RR_hip_joint", "RR_calf_joint", "waist_yaw_joint"]
                .map(str::to_owned)
                .into();
        let rows = rows(&names);
        let titles: Vec<_> = rows.iter().map(|row| row.0.as_str()).collect();
        assert_eq!(titles, ["hip", "calf", "waist yaw"]);
        assert_eq!(rows[0].1, [(0, BLUE), (2, VIOLET)]);
        assert_eq!(capital("hip position"), "Hip position");
    }
}
