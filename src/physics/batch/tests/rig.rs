//! What all tests of this engine need.
use super::super::*;
use crate::physics::PhysicsCfg;
pub use crate::physics::testing::*;
use crate::robot::RobotSpec;
use crate::terrain::{OrientedBox, Terrain};
use std::sync::Arc;

/// The batch engine on one of its back ends.
pub type BatchRig = Rig<BatchSim>;

impl BatchRig {
    /// On a back end.
    pub fn new(spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg, backend: Backend) -> BatchRig {
        let model = Arc::new(Model::colliding(spec, cfg.self_collision));
        let sim = Box::new(BatchSim::with_backend(model, Arc::new(terrain), cfg, backend));
        Rig { spec: spec.clone(), sim, dt: cfg.dt, home: None }
    }
}

/// Boxes of all kinds around the origin.
pub fn yard() -> Terrain {
    let place = |i: usize| {
        let (x, y) = ((i % 9) as f32 * 0.45 - 1.8, (i / 9) as f32 * 0.4 - 1.6);
        let half = [0.1 + 0.02 * (i % 7) as f32, 0.15, 0.05];
        let tilt = if i.is_multiple_of(3) { 0.08 } else { 0.0 };
        let center = [x, y, 0.01 * (i % 5) as f32];
        OrientedBox { center, rotation: [1.0, tilt, -tilt, 0.2 * (i % 4) as f32], half }
    };
    bumps().with_boxes((0..81).map(place).collect()).unwrap()
}
