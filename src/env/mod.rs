//! Environments: one control tick of a block as plain functions, in the order of the tick:
//! [`command`], [`observe`], [`step`], [`judge`], [`reset`]. Who calls them, and on which thread, cannot change the
//! result.
mod block;
mod channel;
mod follow;
mod hands;
mod heading;
mod history;
mod place;
mod ring;
mod sensing;
mod stats;
mod tick;
mod trouble;
mod wiring;
mod witness;

pub use block::{Block, Mode};
pub use stats::Episodes;
pub use tick::{
    command, judge, observe, observe_clean, observe_critic, observe_for_critic, reset, step, tracking,
};
pub use trouble::{Source, Trouble, Troubles};
pub use witness::{EndedEpisode, Witness};

use crate::physics::{Engine, PropBody, Simulator, batch, rapier};
use crate::task::Plan;
use std::sync::Arc;

/// Makes the simulators of a plan's blocks.
pub struct SimFactory {
    model: Model,
}

/// The plan's robot, compiled for the plan's engine.
enum Model {
    Batch(Arc<batch::Model>),
    Rapier(Arc<rapier::Model>),
}

impl SimFactory {
    /// For the engine that the plan names.
    pub fn new(plan: &Plan) -> Self {
        let model = match plan.env.physics.engine {
            Engine::Batch => {
                Model::Batch(Arc::new(batch::Model::colliding(&plan.robot, plan.env.physics.self_collision)))
            }
            Engine::Rapier => Model::Rapier(Arc::new(rapier::Model::compile(&plan.robot))),
        };
        Self { model }
    }
    /// One block's simulator.
    pub fn simulator(&self, plan: &Plan) -> Box<dyn Simulator> {
        let (terrain, cfg) = (plan.terrain.clone(), &plan.env.physics);
        match &self.model {
            Model::Batch(model) => Box::new(batch::BatchSim::new(model.clone(), terrain, cfg)),
            Model::Rapier(model) => Box::new(rapier::RapierSim::new(model.clone(), terrain, cfg)),
        }
    }
    /// As [`Self::simulator`], to play in: with these things around the robots, where the engine knows such.
    pub fn play(&self, plan: &Plan, props: &[PropBody]) -> Box<dyn Simulator> {
        let (terrain, cfg) = (plan.terrain.clone(), &plan.env.physics);
        match &self.model {
            Model::Batch(_) => self.simulator(plan),
            Model::Rapier(model) => {
                Box::new(rapier::RapierSim::new(model.clone(), terrain, cfg).with_props(props))
            }
        }
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
mod channel_tests;
#[cfg(test)]
mod drawn_tests;
#[cfg(test)]
mod ground_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod trouble_tests;
