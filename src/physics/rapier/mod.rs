//! The second engine: rapier's multibodies, as bevy_rapier3d ships them. The only code that names rapier.
//!
//! A [`RapierSim`] steps one block of [`crate::lane::WIDTH`] robots; each has a world of its own, stepped by whichever
//! thread is free.

mod build;
mod ground;
mod model;
mod motion;
mod options;
mod sim;
#[cfg(test)]
mod tests;
mod world;

pub use model::Model;
pub use sim::RapierSim;
