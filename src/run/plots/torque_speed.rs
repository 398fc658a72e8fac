//! Torque over joint speed: how near the actuators come to what they can give.

use std::path::Path;

use anyhow::Result;

use super::axis::{Range, label};
use super::canvas::{self, Area, Colour, GREEN, MUTED};
use super::chart::Chart;
use super::{GAP, HEADER, WIDTH, leg};

/// What one actuator did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actuator {
    /// Name of the joint, `FL_hip_joint`.
    pub name: String,
    /// Largest speed, rad/s.
    pub velocity: f64,
    /// Largest torque, N·m.
    pub effort: f64,
    /// Speed in rad/s and torque in N·m, one per sample.
    pub points: Vec<[f32; 2]>,
}

/// Actuators by what they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TorqueSpeed {
    /// `hip`, and the hips of all legs.
    pub groups: Vec<(String, Vec<Actuator>)>,
}

/// Height of one chart, pixels.
const HEIGHT: i32 = 420;
/// Charts side by side at most.
const COLUMNS: usize = 3;

/// Draws a chart per group: a dot per sample in the leg's colour, and the box of what the actuators can give.
///
/// # Errors
/// When the picture cannot be saved.
pub fn torque_speed(all: &TorqueSpeed, picture: &Path) -> Result<()> {
    let columns = all.groups.len().clamp(1, COLUMNS);
    let rows = all.groups.len().div_ceil(columns).max(1);
    let height = HEADER + rows as i32 * (HEIGHT + GAP);
    canvas::save(picture, WIDTH, height as u32, |canvas| {
        canvas.header("Torque over speed")?;
        let mut legend: Vec<(&str, Colour)> = vec![];
        for actuator in all.groups.iter().flat_map(|(_, actuators)| actuators) {
            if let (Some(colour), Some((prefix, _))) = (leg(&actuator.name).0, actuator.name.split_once('_'))
                && !legend.contains(&(prefix, colour))
            {
                legend.push((prefix, colour));
            }
        }
        canvas.legend(f64::from(WIDTH as i32 - GAP - 4), f64::from(HEADER) / 2.0 + 2.0, &legend)?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height - GAP };
        for ((name, actuators), cell) in all.groups.iter().zip(area.grid(columns, rows, GAP)) {
            group(canvas, name, actuators, cell)?;
        }
        Ok(())
    })
}

fn group(canvas: &canvas::Canvas<'_>, name: &str, actuators: &[Actuator], cell: Area) -> Result<()> {
    let most = |of: &dyn Fn(&Actuator) -> f64| actuators.iter().map(of).fold(1e-6, f64::max) * 1.12;
    let (speed, torque) = (most(&|a| a.velocity), most(&|a| a.effort));
    let chart = Chart {
        title: &format!("{name}: torque"),
        unit: "N·m",
        x_name: "speed, rad/s",
        x_label: label,
        x: Range { low: -speed, high: speed },
        y: Range { low: -torque, high: torque },
    };
    let frame = chart.draw(canvas, cell)?;
    for Actuator { velocity: v, effort: e, .. } in actuators {
        let corners = [(-v, -e), (*v, -e), (*v, *e), (-v, *e), (-v, -e)];
        frame.curve(canvas, corners, 1.0, MUTED)?;
    }
    for actuator in actuators {
        let colour = leg(&actuator.name).0.unwrap_or(GREEN);
        for [v, t] in actuator.points.iter().filter(|p| p.iter().all(|x| x.is_finite())) {
            let clamp = |value: f32, most: f64| f64::from(value).clamp(-most, most);
            let (x, y) = (frame.x_pixel(clamp(*v, speed)), frame.y_pixel(clamp(*t, torque)));
            canvas.fill_exact(x - 1.0, y - 1.0, x + 1.0, y + 1.0, colour)?;
        }
    }
    Ok(())
}
