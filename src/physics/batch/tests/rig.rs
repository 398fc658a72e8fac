//! What all tests of the engine need.
use super::super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::{ModelDraw, RobotSpec, StartState, Twist};
use crate::terrain::{HeightField, Terrain};
use std::sync::Arc;

/// A simulator of one physics step per tick without implicit gains, as MuJoCo's explicit motors.
pub struct Rig {
    pub spec: RobotSpec,
    pub sim: BatchSim,
    pub dt: f64,
}

pub const FLAT: Terrain = Terrain::Plane { height: 0.0 };

/// Ground that is never reached.
pub const ABYSS: Terrain = Terrain::Plane { height: -100.0 };

pub fn cfg(dt: f64) -> PhysicsCfg {
    PhysicsCfg { dt, substeps: 1, iterations: 20, implicit_kd: false, ..Default::default() }
}

impl Rig {
    pub fn new(spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg, backend: Backend) -> Rig {
        let model = Arc::new(Model::compile(spec));
        let sim = BatchSim::with_backend(model, Arc::new(terrain), cfg, backend);
        Rig { spec: spec.clone(), sim, dt: cfg.dt }
    }
    /// Motors only: no controllers, no dry friction.
    pub fn motors(mut self) -> Rig {
        self.randomise(&ModelDraw {
            kp_factor: 0.0,
            kd_factor: 0.0,
            dry_friction_offset: -9.0,
            ..Default::default()
        });
        self
    }
    pub fn randomise(&mut self, draw: &ModelDraw) {
        (0..WIDTH).for_each(|l| self.sim.randomise(l, draw));
    }
    /// Position controllers with these gains in all joints (which have equal gains), no dry friction.
    pub fn gains(mut self, kp: f64, kd: f64, friction: f32) -> Rig {
        let g = self.spec.joint_gains()[0];
        let (kp_factor, kd_factor) = ((kp / g.kp) as f32, (kd / g.kd) as f32);
        let draw =
            ModelDraw { kp_factor, kd_factor, friction, dry_friction_offset: -9.0, ..Default::default() };
        self.randomise(&draw);
        self
    }
    pub fn reset(&mut self, start: &StartState) {
        (0..WIDTH).for_each(|l| self.sim.reset(l, start));
    }
    pub fn nominal(&self, height: f32) -> StartState {
        nominal(&self.spec, height)
    }
    /// One tick with the same torques in all lanes, targets at the nominal pose.
    pub fn step(&mut self, torques: &[f32]) {
        let torques: Vec<Wide> = torques.iter().map(|t| Wide::splat(*t)).collect();
        let targets: Vec<Wide> = self.spec.nominal_joints().into_iter().map(Wide::splat).collect();
        self.sim.set_feedforward(&torques);
        self.sim.step(&targets);
    }
    /// Base position, orientation, joint positions, then all velocities of one lane: a row of a reference file
    /// without time and forces.
    pub fn row(&self, lane: usize) -> Vec<f64> {
        let s = self.sim.state();
        let v3 = |v: crate::lane::V3<Wide>| [v.x, v.y, v.z];
        let all = v3(s.base_pos_w).into_iter().chain(s.base_quat).chain(s.joint_pos.iter().copied());
        let all =
            all.chain(v3(s.base_lin_vel_w)).chain(v3(s.base_ang_vel_w)).chain(s.joint_vel.iter().copied());
        all.map(|w| w.lanes()[lane] as f64).collect()
    }
    pub fn normal_forces(&self, lane: usize) -> Vec<f64> {
        self.sim.state().contact_force.iter().map(|f| f[0].lanes()[lane] as f64).collect()
    }
}

pub fn nominal(spec: &RobotSpec, height: f32) -> StartState {
    StartState {
        pos_w: [0.0, 0.0, height],
        quat: [1.0, 0.0, 0.0, 0.0],
        twist: Twist::default(),
        joint_pos: spec.nominal_joints(),
        joint_vel: vec![0.0; spec.num_joints()],
    }
}

/// Ground that falls by `angle` along x.
pub fn slope(angle: f64) -> Terrain {
    let fall = angle.tan() as f32;
    Terrain::Field(HeightField::from_fn(61, 61, 1.0, [-30.0, -30.0], |x, _| -fall * x))
}

/// Bumps of a few centimetres.
pub fn bumps() -> Terrain {
    let h = |x: f32, y: f32| 0.03 * ((3.0 * x).sin() + (4.0 * y + x).cos());
    Terrain::Field(HeightField::from_fn(401, 401, 0.05, [-10.0, -10.0], h))
}

/// A file of `data`: its comment and rows.
pub fn reference(name: &str) -> (String, Vec<Vec<f64>>) {
    let path = data().join(format!("{name}.csv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (comment, rows) = text.split_once('\n').unwrap();
    (comment.into(), rows.lines().map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect())
}

pub fn data() -> std::path::PathBuf {
    crate::config::root().join("src/physics/batch/data")
}
