//! What all tests of this engine need.
use super::super::*;
use crate::physics::PhysicsCfg;
pub use crate::physics::testing::*;
use crate::robot::RobotSpec;
use crate::terrain::Terrain;
use std::sync::Arc;

/// The batch engine on one of its back ends.
pub type BatchRig = Rig<BatchSim>;

impl BatchRig {
    /// On a back end.
    pub fn new(spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg, backend: Backend) -> BatchRig {
        let model = Arc::new(Model::compile(spec));
        let sim = Box::new(BatchSim::with_backend(model, Arc::new(terrain), cfg, backend));
        Rig { spec: spec.clone(), sim, dt: cfg.dt, home: None }
    }
}
