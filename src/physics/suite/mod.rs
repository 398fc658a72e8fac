//! The same cases in every engine, beside what textbooks and MuJoCo say: one table, for people and for tests.
pub mod cases;
mod energy;
mod reference;
pub mod rig;
pub mod scenes;
mod table;
#[cfg(test)]
mod tests;

pub use table::{Line, Table, run};

use super::{Engine, PhysicsCfg};
use crate::robot::RobotSpec;
use crate::terrain::Terrain;
use rig::Rig;
use std::path::PathBuf;

/// Where a case takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arena {
    /// In an engine of this program.
    Own(Engine),
    /// In MuJoCo, by this Python interpreter.
    Mujoco(PathBuf),
}

impl Arena {
    /// All there are; MuJoCo where an interpreter is given.
    pub fn all(python: Option<PathBuf>) -> Vec<Self> {
        let own = [Self::Own(Engine::Batch), Self::Own(Engine::Rapier)];
        own.into_iter().chain(python.map(Self::Mujoco)).collect()
    }

    /// Name, as in keys.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Own(Engine::Batch) => "batch",
            Self::Own(Engine::Rapier) => "rapier",
            Self::Mujoco(_) => "mujoco",
        }
    }

    fn rig(&self, spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg) -> anyhow::Result<Rig> {
        match self {
            Self::Own(engine) => Ok(Rig::of(*engine, spec, terrain, cfg)),
            Self::Mujoco(python) => Rig::in_mujoco(python, spec, terrain, cfg),
        }
    }
}
