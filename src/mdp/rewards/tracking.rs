//! Rewards for doing what was commanded.
use super::{Reward, Term};
use crate::lane::{Lane, exp};
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

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new("track_lin_vel", "Planar velocity matches the command; 1 is perfect.", |b| {
        let v = b.params::<Kernel>()?.variance as f32;
        Ok(Box::new(move |t| {
            kernel((t.command[0] - t.lin_vel_b.x).sq() + (t.command[1] - t.lin_vel_b.y).sq(), v)
        }))
    }),
    Term::new("track_yaw_rate", "Yaw rate matches the command; 1 is perfect.", |b| {
        let v = b.params::<Kernel>()?.variance as f32;
        Ok(Box::new(move |t| kernel((t.command[2] - t.ang_vel_b.z).sq(), v)))
    }),
];
