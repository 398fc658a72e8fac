//! The Markov decision process as named terms: observations, actions, rewards, terminations, commands, events, and
//! [`Trackers`], the only memory of an episode. A term is a pure function of plain values; its table row, in the same
//! file, says what it is called, which parameters it has and where its arguments come from.
//!
//! Terms never touch a physics engine: simulators fill the plain arrays of [`crate::robot::StateView`].

mod actions;
mod cells;
mod commands;
mod delay;
mod drawn;
mod events;
pub mod gait;
mod observations;
mod privileged;
pub mod rewards;
mod scan;
mod sensors;
mod term;
mod terminations;
mod torque_noise;
mod trackers;
mod view;

pub use actions::{JointTargets, JointTargetsCfg};
pub use cells::CommandCells;
pub use commands::{CommandCfg, HeadingCfg, draw_command, is_moving, turn_towards};
pub use delay::{DelayCfg, LONGEST_TICKS};
pub use drawn::{Drawn, Quantity};
pub use events::{EventsCfg, ModelRanges, MotorDraw, PushCfg, PushTiming, Redraw, StartCfg, WrenchCfg};
pub use observations::TERMS as OBSERVATIONS;
pub use privileged::TERMS as PRIVILEGED;
pub use scan::TERMS as GROUND;
pub use sensors::{MEASURED, SensorsCfg};
pub use term::{Bind, Observe, ScanGrid, Term};
pub use terminations::{CUT_OFF, TERMS as TERMINATIONS, TRAINING};
pub use torque_noise::{Every, TorqueNoiseCfg};
pub use trackers::{Trackers, Tracking};
pub use view::TickView;
