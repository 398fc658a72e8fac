//! From a task as written to a plan of what will run, or the list of everything wrong with it.
mod cfg;
mod choices;
mod observation;
mod plan;
mod ranges;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod wiring;

pub use cfg::{EnvCfg, ObservationCfg, RewardCfg, RewardUnit, TaskCfg};
pub use observation::{BoundObservation, Mirror};
pub use plan::{BoundReward, BoundTermination, Plan, compile, compile_like, load, open};
pub use wiring::Wiring;
