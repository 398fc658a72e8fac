//! Environments: one control tick of a block as plain functions, in the order of the tick:
//! [`command`], [`observe`], [`step`], [`judge`], [`reset`]. Who calls them, and on which thread, cannot change the
//! result.
mod block;
mod hands;
mod stats;
mod tick;
mod witness;

pub use block::{Block, Mode};
pub use stats::Episodes;
pub use tick::{command, judge, observe, observe_clean, reset, step, tracking};
pub use witness::{EndedEpisode, Witness};

use crate::physics::{Simulator, batch};
use crate::task::Plan;
use std::sync::Arc;

/// Makes the simulators of a plan's blocks.
pub struct SimFactory {
    model: Arc<batch::Model>,
}

impl SimFactory {
    /// The batch engine.
    pub fn new(plan: &Plan) -> Self {
        Self { model: Arc::new(batch::Model::compile(&plan.robot)) }
    }
    /// One block's simulator.
    pub fn simulator(&self, plan: &Plan) -> Box<dyn Simulator> {
        Box::new(batch::BatchSim::new(self.model.clone(), plan.terrain.clone(), &plan.env.physics))
    }
}

/// All blocks of a batch of environments; `num_envs` is rounded up to whole blocks.
pub fn blocks(plan: &Plan, num_envs: usize, seed: u64, mode: &Mode) -> Vec<Block> {
    let factory = SimFactory::new(plan);
    let n = num_envs.div_ceil(crate::lane::WIDTH);
    (0..n)
        .map(|i| Block::new(plan, factory.simulator(plan), seed, i * crate::lane::WIDTH, mode.clone()))
        .collect()
}

#[cfg(test)]
mod tests;
