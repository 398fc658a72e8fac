//! Pictures of a run, as PNG: they look like the window, need no font of the system and no display.
//!
//! | function | picture |
//! |---|---|
//! | [`training_curves`] | small multiples over environment steps, from `metrics.csv` |
//! | [`velocity_tracking`] | commanded and measured vx, vy and yaw rate over time |
//! | [`gait_diagram`] | one row of bars per foot: when it is on the ground |
//! | [`joints`] | position, velocity and torque of every joint over time |
//! | [`torque_speed`] | torque over speed of every joint, with what the actuators can give |
//! | [`reward_terms`] | what one robot gains and loses, term by term, over time |
//! | [`metric_curves`] | any metrics of several runs over each other |
//! | [`peers`] | speed of our engine and trainer beside others on the same machine |
//! | [`perturb`] | what a policy bears: errors and falls over friction, payload, delay, pushes, strength |
//! | [`phases`] | where the time of training goes: phases of every thread, and idle time |
//! | [`robot_fit`] | collision spheres over the surfaces of an imported robot, from three sides |
//! | [`command_grid`] | which commands a curriculum opened, and how well they are followed |
//! | [`sweep_parallel`] | settings of a sweep as lines through all knobs, in the colour of their rank |
//! | [`sweep_knobs`] | the score of every run of a sweep over each knob, with the mean |
//! | [`relief`] | a map of the ground, shaded, in the colours of its levels |
//! | [`contact_sheet`] | pictures beside each other, with names |
//!
//! Colours never change their meaning: blue is commanded, orange measured, green reward, red penalty; the legs are
//! FL blue, FR orange, RL green, RR violet. Every axis has its unit.

mod axis;
mod canvas;
mod chart;
mod command_grid;
mod contact_sheet;
mod curves;
mod gait;
mod joints;
mod metric_curves;
mod peers;
mod perturb;
mod phases;
mod relief;
mod reward_terms;
mod robot_fit;
mod sweep;
mod torque_speed;
mod tracking;

pub use command_grid::{CommandGrid, command_grid};
pub use contact_sheet::{Tile, contact_sheet};
pub use curves::training_curves;
pub use gait::{Gait, gait_diagram};
pub use joints::{Joints, joints};
pub use metric_curves::{Metric, Series, metric_curves};
pub use peers::peers;
pub use perturb::perturb;
pub use phases::phases;
pub use relief::{Relief, level_colour, relief};
pub use reward_terms::{RewardTerms, reward_terms};
pub use robot_fit::{RobotFit, robot_fit};
pub use sweep::{SweepAxis, SweepLine, SweepPlot, SweepRun, sweep_knobs, sweep_parallel};
pub use torque_speed::{Actuator, TorqueSpeed, torque_speed};
pub use tracking::{Velocities, velocity_tracking};

/// Width of every picture, pixels.
const WIDTH: u32 = 1200;
/// Free space around the picture and between charts, pixels.
const GAP: i32 = 12;
/// Height of the line of text at the top, pixels.
const HEADER: i32 = 44;

/// Colour and display name of a leg, or of whatever a name starts with: `FL_foot` gives blue.
///
/// Two-legged robots have sides instead: left is blue and right is orange.
fn leg(name: &str) -> (Option<canvas::Colour>, &str) {
    let (first, rest) = name.split_once('_').unwrap_or((name, ""));
    let colour = match first {
        "FL" | "left" | "L" => canvas::BLUE,
        "FR" | "right" | "R" => canvas::ORANGE,
        "RL" => canvas::GREEN,
        "RR" => canvas::VIOLET,
        _ => return (None, name),
    };
    (Some(colour), rest)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
