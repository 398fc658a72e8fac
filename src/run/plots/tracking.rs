//! Velocity tracking: what was commanded and what the robot did.

use std::path::Path;

use anyhow::{Result, ensure};

use super::axis::{Range, label};
use super::canvas::{self, Area, BLUE, ORANGE};
use super::chart::{Chart, TIME};
use super::{GAP, HEADER, WIDTH};

/// Commanded and measured velocities of one robot over time, in the frame of its body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Velocities {
    /// Time between two samples, s.
    pub period: f64,
    /// vx m/s, vy m/s, yaw rate rad/s as commanded, one per sample.
    pub commanded: Vec<[f32; 3]>,
    /// The same as measured.
    pub measured: Vec<[f32; 3]>,
}

/// Draws commanded (blue) and measured (orange) velocity, three charts below each other.
///
/// # Errors
/// When the two series differ in length or the picture cannot be saved.
pub fn velocity_tracking(velocities: &Velocities, picture: &Path) -> Result<()> {
    let (commanded, measured) = (&velocities.commanded, &velocities.measured);
    ensure!(
        commanded.len() == measured.len(),
        "{} commanded and {} measured velocities",
        commanded.len(),
        measured.len()
    );
    let height = 760;
    let time = |index: usize| index as f64 * velocities.period;
    let x = Range { low: 0.0, high: time(commanded.len().max(2) - 1) };
    canvas::save(picture, WIDTH, height, |canvas| {
        canvas.header("Velocity tracking")?;
        let right = f64::from(WIDTH as i32 - GAP - 4);
        let legend = [("commanded", BLUE), ("measured", ORANGE)];
        canvas.legend(right, f64::from(HEADER) / 2.0 + 2.0, &legend)?;
        let area = Area { left: GAP, top: HEADER, right: WIDTH as i32 - GAP, bottom: height as i32 - GAP };
        let axes = [("Forward, vx", "m/s"), ("Sideways, vy", "m/s"), ("Turning, yaw rate", "rad/s")];
        for (axis, cell) in area.grid(1, 3, GAP).into_iter().enumerate() {
            let series = |values: &[[f32; 3]]| -> Vec<(f64, f64)> {
                let numbered = values.iter().enumerate();
                numbered.map(|(index, value)| (time(index), f64::from(value[axis]))).collect()
            };
            let (blue, orange) = (series(commanded), series(measured));
            let y =
                Range::of(blue.iter().chain(&orange).map(|point| point.1)).with(0.0).at_least(0.4).padded();
            let (title, unit) = axes[axis];
            let chart = Chart { title, unit, x_name: TIME, x_label: label, x, y };
            let frame = chart.draw(canvas, cell)?;
            frame.curve(canvas, orange, 2.0, ORANGE)?;
            frame.curve(canvas, blue, 2.0, BLUE)?;
        }
        Ok(())
    })
}
