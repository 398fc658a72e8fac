//! Judging a policy: the deterministic policy on a grid of commands, without noise or pushes, models and starts
//! drawn. Errors are of the velocity at each tick, or of its mean over a short window, as the task says.
pub mod contact;
mod grid;
mod ground;
pub mod perturb;
mod report;
mod rough;
mod tally;

pub use grid::{Stage, Stand, Teller, evaluate, evaluate_in, pass_or_fail, screen};
pub use ground::on_terrain;
pub use report::{Report, judge, judge_by};
pub use rough::{Host, Hosts, Outcome, Rough, RoughCfg, judge_rough, judge_track, own};
pub use tally::{Judgement, Tally};

use serde::Deserialize;

/// How a task is judged.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalCfg {
    /// Length of each try, s.
    pub secs: f64,
    /// Time at the start of a try that is not counted, except for falls, s.
    pub settle_secs: f64,
    /// Velocities are averaged over so long before they are compared with the command, s: a walking body sways with
    /// every step. 0: what the body does within one tick counts.
    #[serde(default)]
    pub window_secs: f64,
    /// Tries per command.
    pub envs_per_command: usize,
    /// Strength of the initial disturbance: 1 as in training.
    pub start_strength: f64,
    /// Commanded forward velocities, m/s.
    pub lin_vel_x: Vec<f64>,
    /// Commanded velocities to the left, m/s.
    pub lin_vel_y: Vec<f64>,
    /// Commanded yaw rates, rad/s.
    pub yaw_rate: Vec<f64>,
    /// What counts as walking.
    pub pass: PassCfg,
    /// Whether all of this is tried on level ground, whatever the task's own ground is.
    #[serde(default)]
    pub level_ground: bool,
    /// Tries on obstacles.
    #[serde(default)]
    pub rough: Option<RoughCfg>,
}

/// What counts as walking.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassCfg {
    /// Length of each try of the test that training repeats, s.
    pub secs: f64,
    /// Largest mean error of the forward velocity, m/s.
    pub vx_error: f64,
    /// Largest mean error of the velocity to the left, m/s.
    pub vy_error: f64,
    /// Largest mean error of the yaw rate, rad/s.
    pub yaw_rate_error: f64,
    /// Largest number of falls per try.
    pub fall_rate: f64,
}

impl EvalCfg {
    /// All commands of the grid: vx m/s, vy m/s, yaw rate rad/s.
    pub fn grid(&self) -> Vec<[f32; 3]> {
        let mut out = vec![];
        for &x in &self.lin_vel_x {
            for &y in &self.lin_vel_y {
                out.extend(self.yaw_rate.iter().map(|&w| [x as f32, y as f32, w as f32]));
            }
        }
        out
    }
}

impl PassCfg {
    /// Whether a result counts as walking.
    pub fn holds(&self, m: &Judgement) -> bool {
        m.vx_error <= self.vx_error
            && m.vy_error <= self.vy_error
            && m.yaw_rate_error <= self.yaw_rate_error
            && m.fall_rate <= self.fall_rate
    }
}

#[cfg(test)]
mod tests;
