//! From a task as written to a plan of what will run, or the list of everything wrong with it.
mod cfg;
mod plan;
mod table;

pub use cfg::{EnvCfg, ObservationCfg, RewardCfg, RewardUnit, TaskCfg};
pub use plan::{
    BoundObservation, BoundReward, BoundTermination, Mirror, Plan, compile, compile_like, load, open,
};
