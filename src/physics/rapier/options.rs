//! Numbers that are the same for a whole simulation: every parameter of rapier that matters, none left to its default.
use crate::physics::PhysicsCfg;
use bevy_rapier3d::rapier::prelude::*;

/// Natural frequency of contacts times their time constant, and damping ratio: of the choices that were tried, the one with
/// which a dropped A1 comes to rest as in MuJoCo (height within 2 mm, peak force within 6 %).
const CONTACT: [f64; 2] = [0.5, 0.35];

/// Settings of all worlds of a simulation.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// s
    pub dt: f32,
    pub substeps: usize,
    pub implicit_kd: bool,
    /// As the batch engine's.
    pub motors: Vec<[f32; 2]>,
    pub gravity: Vector,
    pub integration: IntegrationParameters,
    /// Of joint limits. Rapier's multibodies take from it how fast they come back; they stop at once in any case.
    pub limits: SpringCoefficients<Real>,
}

impl Options {
    /// `speeds` are the joints' largest speeds, rad/s.
    pub fn new(cfg: &PhysicsCfg, speeds: &[f32]) -> Self {
        let dt = cfg.dt as f32;
        // below two steps a spring would be stiffer than the step can tell
        let time = cfg.contact_time.max(2.0 * cfg.dt);
        let contact = SpringCoefficients::new((CONTACT[0] / time) as f32, CONTACT[1] as f32);
        // critically damped, with MuJoCo's time constant
        let limits = SpringCoefficients::new((1.0 / (std::f64::consts::TAU * 0.95 * time)) as f32, 1.0);
        let integration = IntegrationParameters {
            dt,
            // one solver step per physics step: more would repeat the mass matrix, which is what costs, and the
            // controllers would not see what happens in between
            num_solver_iterations: 1,
            num_internal_pgs_iterations: cfg.iterations,
            // passes without softness: with them every contact stops at once, with twice the peak force
            num_internal_stabilization_iterations: 0,
            friction_in_bias_pass: true,
            friction_model: FrictionModel::Coulomb,
            contact_softness: contact,
            static_contact_softness: contact,
            warmstart_coefficient: 1.0,
            warmstart_joints: false,
            length_unit: 1.0,
            normalized_allowed_linear_error: 0.001,
            normalized_max_corrective_velocity: 3.0,
            // as far as a fast foot moves in a step: it must not be found on the other side of the ground
            normalized_prediction_distance: 0.02,
            normalized_max_linear_velocity: Real::MAX,
            max_ccd_substeps: 0,
            min_ccd_dt: dt,
            // a ball touches the ground in few places
            contact_clustering: false,
            // recycled contacts may be centimetres old
            contact_recycling: false,
            normalized_contact_recycle_distance: 0.0,
        };
        Self {
            dt,
            substeps: cfg.substeps,
            implicit_kd: cfg.implicit_kd,
            motors: cfg.motors.as_ref().map_or(vec![], |m| m.of(speeds)),
            gravity: -Vector::Z * cfg.gravity as f32,
            integration,
            limits,
        }
    }
}
