//! gaitlab: a laboratory for legged robots. This file is the map; a module uses lower layers only.
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`lane`] SIMD lanes, [`rng`] random streams, [`config`] documents, [`phase`] what profiles see, [`crew`] threads at hand |
//! | 1 | [`robot`] what a robot is, [`terrain`] the ground, [`actuator`] targets to torque |
//! | 2 | [`physics`] simulators, [`mdp`] named terms |
//! | 3 | [`task`] from file to plan, [`env`] one tick of a block, [`nn`] networks |
//! | 4 | [`learn`] from rollouts to better policies |
//! | 5 | [`tick`] the control tick as a Bevy schedule |
//! | 6 | [`run`] a run: training, evaluation, folder, plots, benchmarks |
//! | 7 | [`lab`] everything the window does, without a window |
//! | 8 | `app` the window (feature `gui`) |
//! | 9 | [`cli`] arguments to exit code |

pub mod actuator;
#[cfg(feature = "gui")]
pub mod app;
pub mod cli;
pub mod config;
pub mod crew;
pub mod env;
pub mod lab;
pub mod lane;
pub mod learn;
pub mod mdp;
pub mod nn;
pub mod phase;
pub mod physics;
pub mod rng;
pub mod robot;
pub mod run;
pub mod task;
pub mod terrain;
pub mod tick;
