//! Numbers that are the same for a whole simulation: every parameter of rapier that matters, none left to its default.
use crate::physics::PhysicsCfg;
use bevy_rapier3d::rapier::prelude::*;

/// Settings of all worlds of a simulation.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub dt: f32,
    pub substeps: usize,
    pub implicit_kd: bool,
    pub gravity: Vector,
    pub integration: IntegrationParameters,
    /// Of joint limits.
    pub limits: SpringCoefficients<Real>,
}

impl Options {
    pub fn new(cfg: &PhysicsCfg) -> Self {
        let soft = SpringCoefficients::new(softness(), 1.0);
        Self {
            dt: cfg.dt as f32,
            substeps: cfg.substeps,
            implicit_kd: cfg.implicit_kd,
            gravity: -Vector::Z * cfg.gravity as f32,
            integration: IntegrationParameters {
                dt: cfg.dt as f32,
                // one solver step per physics step: more would repeat the mass matrix, and the controllers would not
                // see what happens in between
                num_solver_iterations: env("RIT", 1.0) as usize,
                num_internal_pgs_iterations: env("RPGS", 20.0) as usize,
                num_internal_stabilization_iterations: env("RSTAB", 0.0) as usize,
                friction_in_bias_pass: env("RFB", 1.0) > 0.0,
                contact_softness: SpringCoefficients::new(env("RF", 25.0), env("RZ", 0.5)),
                static_contact_softness: SpringCoefficients::new(env("RF", 25.0), env("RZ", 0.5)),
                warmstart_coefficient: 1.0,
                length_unit: 1.0,
                normalized_allowed_linear_error: 0.001,
                normalized_max_corrective_velocity: 3.0,
                normalized_prediction_distance: env("RPD", 0.002),
                normalized_max_linear_velocity: Real::MAX,
                // feet are slow and the ground is thick
                max_ccd_substeps: 0,
                min_ccd_dt: cfg.dt as f32,
                contact_clustering: false,
                // recycled contacts may be centimetres old
                contact_recycling: false,
                normalized_contact_recycle_distance: 0.0,
                warmstart_joints: false,
                friction_model: FrictionModel::Coulomb,
            },
            limits: soft,
        }
    }
}

fn env(name: &str, default: f32) -> f32 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}
fn softness() -> f32 {
    env("RLF", 8.4)
}
