//! Numbers that are the same for a whole simulation, ready for the stages.
use super::super::PhysicsCfg;
use crate::terrain::{Surface, Terrain};

/// Impedance at zero and at full penetration, and the penetration at which it saturates, m (MuJoCo's `solimp`).
const IMPEDANCE: [f64; 3] = [0.9, 0.95, 0.001];

/// Lane-uniform settings.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub dt: f32,
    pub substeps: usize,
    pub iterations: usize,
    pub gravity: f32,
    pub implicit_kd: bool,
    /// The surface of the ground is nowhere higher, m.
    pub ceiling: f32,
    /// The ground is more than a plane: all spheres' places are wanted, not only those near it.
    pub uneven: bool,
    pub soft: Softness,
    /// Some lane bounces off the ground.
    pub bouncy: bool,
    /// Some lane's gravity differs.
    pub leaning: bool,
    /// No-load speed of every joint's motor, rad/s, and by which share of the effort its torque falls per rad/s below that;
    /// empty where motors have no such limit.
    pub motors: Vec<[f32; 2]>,
}

/// MuJoCo's reference acceleration in impulse form: a constraint aims at the velocity
/// `keep * (velocity before the step) + spring * d * distance`, and is regularised by `(1 - d) / d` of its own
/// inverse inertia, where the impedance `d` grows from `d0` by `slope` over `width`.
#[derive(Clone, Debug)]
pub(super) struct Softness {
    pub keep: f32,
    pub spring: f32,
    pub d0: f32,
    pub slope: f32,
    pub inverse_width: f32,
}

impl Options {
    /// The same on other ground.
    pub fn set_terrain(&mut self, terrain: &Terrain) {
        self.ceiling = ceiling(terrain);
        self.uneven = !terrain.is_plane();
    }
    /// `speeds` are the joints' largest speeds as the robot's file has them, rad/s.
    pub fn new(cfg: &PhysicsCfg, terrain: &Terrain, speeds: &[f32]) -> Self {
        let [d0, dw, width] = IMPEDANCE;
        // below two steps the virtual spring would be unstable
        let time = cfg.contact_time.max(2.0 * cfg.dt);
        let soft = Softness {
            keep: (1.0 - cfg.dt * 2.0 / (dw * time)) as f32,
            spring: (-cfg.dt / (dw * dw * time * time)) as f32,
            d0: d0 as f32,
            slope: (dw - d0) as f32,
            inverse_width: (1.0 / width) as f32,
        };
        Self {
            dt: cfg.dt as f32,
            substeps: cfg.substeps,
            iterations: cfg.iterations,
            gravity: cfg.gravity as f32,
            implicit_kd: cfg.implicit_kd,
            ceiling: ceiling(terrain),
            uneven: !terrain.is_plane(),
            soft,
            bouncy: false,
            leaning: false,
            motors: cfg.motors.as_ref().map_or(vec![], |m| m.of(speeds)),
        }
    }
}

/// Highest point of the surface, m.
fn ceiling(terrain: &Terrain) -> f32 {
    match &terrain.surface {
        Surface::Plane { height } => *height,
        Surface::Field(f) => f.max,
    }
}
