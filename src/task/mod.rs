//! From a task as written to a plan of what will run, or the list of everything wrong with it.
mod cfg;
mod choices;
mod plan;
mod table;
mod wiring;

pub use cfg::{EnvCfg, ObservationCfg, RewardCfg, RewardUnit, TaskCfg};
pub use plan::{BoundObservation, BoundReward, BoundTermination, Mirror, Plan, compile, load, open};
pub use wiring::Wiring;
