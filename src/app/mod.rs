//! The window and the off-screen recorder: everything that draws, and every device a person drives with.
//!
//! Both are one Bevy `App` with the same [`view`]; [`open`] adds panels and input, [`record`] an image target and an
//! encoder. The simulation is the lab's and is known only through its stages ([`crate::tick::view`]): this module
//! reads them, sends `LabCommand`, and never steps anything. World axes are those of the
//! simulation (z up) throughout; no pose is converted.
pub mod demo;
mod display;
mod graphics;
mod input;
mod learning_cost;
pub mod measure;
mod one_thread;
mod pace;
pub mod palette;
mod panels;
mod play;
mod portrait;
mod record;
mod scene;
mod screenshot;
mod verdict;
mod view;
mod window;
mod windowless;

pub use input::drive::DriveLimits;
pub use learning_cost::{Drawing, LearningCost, learning_cost};
pub use play::{FirstShown, OpenOptions, furnish, open, run_headless};
pub use portrait::portrait;
pub use record::{RecordOptions, RecordSummary, record};
