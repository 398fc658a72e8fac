//! A run and what it leaves behind: its folder, its numbers, its pictures.
//!
//! | file | what |
//! |---|---|
//! | [`train`] | a training run from start to end |
//! | [`session`] | a training run that somebody watches, turns, drives, branches and puts back |
//! | `change` | values of a task that change while it runs, and the record of it |
//! | `curricula` | values that change by themselves: by iteration, by performance, over a grid of commands |
//! | [`eval`] | judging a policy on a grid of commands |
//! | [`sweep`] | many trainings with different values, and which are best |
//! | [`sim2sim`] | judging a policy in several engines side by side |
//! | [`export`] | policies for use elsewhere, with their description |
//! | [`import`] | policies from elsewhere: rsl_rl checkpoints and ONNX |
//! | [`draws`] | what was drawn for every environment, as a table |
//! | [`replay`] | seeing again how a number stopped being finite |
//! | [`folder`] | the run folder, atomic writes, checkpoints by iteration |
//! | [`metrics`] | named numbers per iteration: `metrics.csv` and TensorBoard events |
//! | [`tensorboard`] | the event file format, written by hand |
//! | [`progress`] | the progress bar, or plain lines when nobody watches |
//! | [`plots`] | pictures (PNG): training curves, velocity tracking, gait diagram, joints |
//! | [`report`] | the page of a run: one HTML file with curves, evaluation, changes and film |
//! | [`results`] | what benchmarks and evaluations measured, as JSON with a fixed set of keys |
//! | [`machine`] | the machine that it was measured on |

pub mod bench;
mod change;
pub mod cpu_time;
mod curricula;
pub mod draws;
pub mod eval;
pub mod export;
pub mod folder;
mod free_memory;
pub mod import;
pub mod local_time;
pub mod machine;
pub mod metrics;
mod naming;
pub mod pictures;
pub mod plots;
pub mod progress;
pub mod replay;
pub mod report;
pub mod results;
pub mod session;
pub mod sim2sim;
pub mod sweep;
pub mod tensorboard;
pub mod train;

pub use folder::{RunFolder, write_atomic};
pub use local_time::stamp;
pub use metrics::{Metrics, Step};
pub use naming::{NOTE, Naming};
pub use progress::Progress;
pub use results::Results;
