//! What every case needs: an engine of one physics step per tick with motors, and grounds.
use crate::lane::{Lane, V3, WIDTH, Wide};
use crate::physics::mujoco::{Mujoco, MujocoSim};
use crate::physics::{Engine, PhysicsCfg, Simulator, batch, rapier};
use crate::robot::{ModelDraw, RobotSpec, StartState, Twist};
use crate::terrain::{HeightField, Terrain};
use std::path::Path;
use std::sync::Arc;

/// Level ground at z = 0.
pub const FLAT: Terrain = Terrain::plane(0.0);
/// Ground that is never reached.
pub const ABYSS: Terrain = Terrain::plane(-100.0);
/// One physics step per tick without implicit gains, as MuJoCo's explicit motors.
pub fn cfg(dt: f64) -> PhysicsCfg {
    PhysicsCfg { dt, substeps: 1, iterations: 20, implicit_kd: false, ..Default::default() }
}

/// A simulator that also takes torques.
pub trait Driven: Simulator {
    /// Torques added to the controllers', per joint, N m.
    fn feed(&mut self, torques: &[Wide]);
}

impl Driven for batch::BatchSim {
    fn feed(&mut self, torques: &[Wide]) {
        self.set_feedforward(torques);
    }
}

impl Driven for rapier::RapierSim {
    fn feed(&mut self, torques: &[Wide]) {
        self.set_feedforward(torques);
    }
}

impl Driven for MujocoSim {
    fn feed(&mut self, torques: &[Wide]) {
        self.set_feedforward(torques);
    }
}

/// A robot on some ground in some engine, the same in all lanes.
pub struct Rig<S: ?Sized = dyn Driven> {
    /// The robot.
    pub spec: RobotSpec,
    /// s
    pub dt: f64,
    /// The engine.
    pub sim: Box<S>,
    /// Where MuJoCo's troubles are told.
    pub(in crate::physics) home: Option<Arc<Mujoco>>,
}

impl Rig {
    /// In an engine.
    pub fn of(engine: Engine, spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg) -> Rig {
        let terrain = Arc::new(terrain);
        let sim: Box<dyn Driven> = match engine {
            Engine::Batch => Box::new(batch::BatchSim::new(
                Arc::new(batch::Model::colliding(spec, cfg.self_collision)),
                terrain,
                cfg,
            )),
            Engine::Rapier => {
                Box::new(rapier::RapierSim::new(Arc::new(rapier::Model::compile(spec)), terrain, cfg))
            }
        };
        Rig { spec: spec.clone(), dt: cfg.dt, sim, home: None }
    }

    /// In MuJoCo, by a Python interpreter that has it.
    ///
    /// # Errors
    /// When it does not start.
    pub fn in_mujoco(
        python: &Path,
        spec: &RobotSpec,
        terrain: Terrain,
        cfg: &PhysicsCfg,
    ) -> anyhow::Result<Rig> {
        let home = Mujoco::single(python.into(), spec, Arc::new(terrain), cfg);
        let sim = Box::new(home.simulator(None)?);
        Ok(Rig { spec: spec.clone(), dt: cfg.dt, sim, home: Some(home) })
    }
}

impl<S: Driven + ?Sized> Rig<S> {
    /// Motors only: no controllers, no dry friction.
    pub fn motors(mut self) -> Self {
        self.randomise(&ModelDraw {
            kp_factor: 0.0,
            kd_factor: 0.0,
            dry_friction_offset: -9.0,
            ..Default::default()
        });
        self
    }
    /// Another model in all lanes.
    pub fn randomise(&mut self, draw: &ModelDraw) {
        (0..WIDTH).for_each(|l| self.sim.randomise(l, draw));
    }
    /// Position controllers with these gains in all joints (which have equal gains), no dry friction.
    pub fn gains(mut self, kp: f64, kd: f64, friction: f32) -> Self {
        let g = self.spec.joint_gains()[0];
        let (kp_factor, kd_factor) = ((kp / g.kp) as f32, (kd / g.kd) as f32);
        let draw =
            ModelDraw { kp_factor, kd_factor, friction, dry_friction_offset: -9.0, ..Default::default() };
        self.randomise(&draw);
        self
    }
    /// Starts all lanes.
    pub fn reset(&mut self, start: &StartState) {
        (0..WIDTH).for_each(|l| self.sim.reset(l, start));
    }
    /// The nominal pose at rest, m.
    pub fn nominal(&self, height: f32) -> StartState {
        nominal(&self.spec, height)
    }
    /// One tick with the same torques in all lanes, targets at the nominal pose.
    pub fn step(&mut self, torques: &[f32]) {
        let torques: Vec<Wide> = torques.iter().map(|t| Wide::splat(*t)).collect();
        let targets: Vec<Wide> = self.spec.nominal_joints().into_iter().map(Wide::splat).collect();
        self.sim.feed(&torques);
        self.sim.step(&targets);
    }
    /// Steps without torques for so many seconds.
    pub fn rest(&mut self, secs: f64) {
        let still = vec![0.0; self.spec.num_joints()];
        (0..(secs / self.dt).round() as usize).for_each(|_| self.step(&still));
    }
    /// Base position, orientation, joint positions, then all velocities of one lane: a row of a reference file without time
    /// and forces.
    pub fn row(&self, lane: usize) -> Vec<f64> {
        let s = self.sim.state();
        let v3 = |v: V3<Wide>| [v.x, v.y, v.z];
        let all = v3(s.base_pos_w).into_iter().chain(s.base_quat).chain(s.joint_pos.iter().copied());
        let all =
            all.chain(v3(s.base_lin_vel_w)).chain(v3(s.base_ang_vel_w)).chain(s.joint_vel.iter().copied());
        all.map(|w| w.lanes()[lane] as f64).collect()
    }
    /// These numbers, if the engine had no trouble on the way.
    ///
    /// # Errors
    /// When MuJoCo's process failed.
    pub fn report(&self, numbers: Vec<f64>) -> anyhow::Result<Vec<f64>> {
        match self.home.as_ref().and_then(|home| home.trouble()) {
            None => Ok(numbers),
            Some(trouble) => Err(trouble),
        }
    }
    /// Runs along the rows of a reference, with `torque` at every step; returns the largest deviations there, of positions and
    /// of velocities.
    pub fn along(&mut self, rows: &[Vec<f64>], torque: impl Fn(f64) -> Vec<f32>) -> (f64, f64) {
        let (mut dq, mut dv, mut step) = (0.0f64, 0.0f64, 0);
        for r in rows {
            while (step as f64) * self.dt < r[0] - 1e-9 {
                self.step(&torque(step as f64 * self.dt));
                step += 1;
            }
            let (q, v) = deviation(&self.row(5), r);
            (dq, dv) = (dq.max(q), dv.max(v));
        }
        (dq, dv)
    }
    /// Per point, N.
    pub fn normal_forces(&self, lane: usize) -> Vec<f64> {
        self.sim.state().contact_force.iter().map(|f| f[0].lanes()[lane] as f64).collect()
    }
}

/// The nominal pose at rest, at a height, m.
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
    Terrain::from(HeightField::from_fn(61, 61, 1.0, [-30.0, -30.0], |x, _| -fall * x))
}

/// Largest deviations of positions and of velocities from a row of a reference.
fn deviation(ours: &[f64], theirs: &[f64]) -> (f64, f64) {
    let positions = ours.len().div_ceil(2);
    let theirs = &theirs[1..=ours.len()];
    let same: f64 = (3..7).map(|k| ours[k] * theirs[k]).sum();
    let (mut dq, mut dv) = (0.0f64, 0.0f64);
    for (k, (a, b)) in ours.iter().zip(theirs).enumerate() {
        // a quaternion and its negative are the same rotation
        let b = if (3..7).contains(&k) { b * same.signum() } else { *b };
        if k < positions { dq = dq.max((a - b).abs()) } else { dv = dv.max((a - b).abs()) }
    }
    (dq, dv)
}
