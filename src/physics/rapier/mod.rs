//! The second engine: rapier's multibodies, as bevy_rapier3d ships them. The only code that names rapier.
//!
//! A [`RapierSim`] steps one block of [`crate::lane::WIDTH`] robots; each has a world of its own, stepped by whichever
//! thread is free. What a robot is made of (`build`) is copied into a fresh world for every control tick (`world`),
//! together with where it is (`motion`): nothing else outlives a tick. In every physics step the actuators' law
//! ([`crate::actuator`]) becomes equal and opposite torques on child and parent.
//!
//! Where somebody plays, robots may share one world that stays, with things around them (`play`, `props`).
//!
//! What the pinned version does by itself and this engine undoes, each with a test in `tests/traps.rs`:
//!
//! | rapier | here |
//! |---|---|
//! | gives every angular coordinate a damping of 0.1 | overwritten |
//! | counts the first solver iteration twice in contact impulses | forces are read from the last iteration alone |
//! | motors scale with the mass, and ignore their compliance | no motors: torques |
//! | turns a free root about the origin of its frame | the root's frame is at its centre of mass |
//! | disables what stops being finite, and goes on | the environment is invalid |
//! | puts to sleep what rests | never |
//! | keeps contacts that are centimetres old, and merges them | never |
//! | stops contacts at once in a second pass | one pass, as soft as MuJoCo's contacts |
//!
//! Not undone: joint limits are hard, friction does not creep, and Coriolis terms are of another order in the step.

mod build;
mod extra;
mod ground;
mod lines;
mod model;
mod motion;
mod options;
mod play;
mod props;
mod robot;
mod sim;
#[cfg(test)]
mod tests;
mod world;

pub use model::Model;
pub use play::PlayWorld;
pub use sim::RapierSim;
