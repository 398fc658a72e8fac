//! Learning: from a rollout to a better policy.
//!
//! [`Rollout`] is what the environments fill, [`gae`] turns its rewards into advantages, [`Ppo`] improves the
//! policy with it. PPO exists once; only how a minibatch becomes a gradient differs, behind [`Gradient`]: our own
//! SIMD passes ([`native`]) or libtorch (feature `torch`), which are held against each other in tests.
//! Everything is deterministic: the same rollout, policy and seed give the same bits, whatever the number of
//! threads.

pub mod adam;
pub mod bench;
mod cfg;
mod collect;
mod gae;
pub mod loss;
mod lost;
mod mirror;
pub mod native;
mod ppo;
mod prepare;
mod rollout;
mod team;
#[cfg(feature = "torch")]
pub mod torch;
#[cfg(test)]
mod toy;

pub use bench::bench_update;
pub use cfg::{PpoCfg, Schedule};
pub use collect::{Forward, Spent, collect, collect_together};
pub use gae::gae;
pub use loss::Gaussian;
pub use lost::{DeviceLost, OnDeviceLoss};
pub use mirror::reflect;
pub use ppo::{Gradient, GradientStats, Minibatch, Ppo, Steps, UpdateStats};
pub use prepare::{Lesson, prepare};
pub use rollout::{Rollout, RolloutPart};
pub use team::{TEAM, Team, size_of, team_size, teams};
