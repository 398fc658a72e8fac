//! Rewards for doing what was commanded.
use super::{Reward, Term};
use crate::config::ConfigErrors;
use crate::lane::{Lane, exp};
use crate::mdp::Bind;
use serde::Deserialize;

/// 1 when the squared error is zero, falling to 1/e where it reaches `variance`.
#[inline(always)]
pub fn kernel<V: Lane>(squared_error: V, variance: f32) -> V {
    exp(squared_error * V::splat(-1.0 / variance))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kernel {
    /// Squared error at which the reward has fallen to 1/e, (m/s)² or (rad/s)².
    variance: f64,
}

fn variance(b: &Bind<'_>) -> Result<f32, ConfigErrors> {
    match b.params::<Kernel>()?.variance {
        v if v > 0.0 => Ok(v as f32),
        v => Err(b.error(format!("`variance` must be above 0, is {v}")).into()),
    }
}

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new("track_lin_vel", "Planar velocity matches the command; 1 is perfect.", |b| {
        let v = variance(b)?;
        Ok(Box::new(move |t| {
            kernel((t.command[0] - t.lin_vel_b.x).sq() + (t.command[1] - t.lin_vel_b.y).sq(), v)
        }))
    }),
    Term::new("track_yaw_rate", "Yaw rate matches the command; 1 is perfect.", |b| {
        let v = variance(b)?;
        Ok(Box::new(move |t| kernel((t.command[2] - t.ang_vel_b.z).sq(), v)))
    }),
    Term::new(
        "track_smooth_lin_vel",
        "As track_lin_vel, of the velocity without the sway of single steps (0.4 s): precise, and no stiffer for it.",
        |b| {
            let v = variance(b)?;
            Ok(Box::new(move |t| {
                let s = t.track.smooth_vel;
                kernel((t.command[0] - s[0]).sq() + (t.command[1] - s[1]).sq(), v)
            }))
        },
    ),
    Term::new(
        "track_smooth_yaw_rate",
        "As track_yaw_rate, of the rate without the sway of single steps.",
        |b| {
            let v = variance(b)?;
            Ok(Box::new(move |t| kernel((t.command[2] - t.track.smooth_vel[2]).sq(), v)))
        },
    ),
];
