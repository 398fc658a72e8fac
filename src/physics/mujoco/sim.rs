//! One block of robots in a process, behind the [`Simulator`] trait.
use super::mind::Mind;
use super::worker::{Kind, Worker};
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::{Extra, PhysicsCfg, Simulator, batch};
use crate::robot::mjcf::{Actuators, MjcfOptions, export};
use crate::robot::{LinkPose, ModelDraw, RobotSpec, StartState, StateView, Twist};
use crate::terrain::Terrain;
use anyhow::{Error, Result};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Makes simulators of one robot on one ground, and keeps processes of those that are gone for those that come.
pub struct Mujoco {
    python: PathBuf,
    header: Value,
    lanes: usize,
    start: StartState,
    model: Arc<batch::Model>,
    terrain: Arc<Terrain>,
    cfg: PhysicsCfg,
    joints: usize,
    points: usize,
    idle: Mutex<Vec<Worker>>,
    trouble: Mutex<Option<Error>>,
}

impl Mujoco {
    /// `policy` is the description (JSON) of an exported ONNX file, if the other end shall act by itself.
    pub fn new(
        python: PathBuf,
        spec: &RobotSpec,
        terrain: Arc<Terrain>,
        cfg: &PhysicsCfg,
        policy: Option<&Path>,
    ) -> Arc<Self> {
        Arc::new(Self::with_lanes(WIDTH, python, spec, terrain, cfg, policy))
    }

    /// Simulators of one robot each: what happens to the first lane is said of all, which costs less.
    pub fn single(python: PathBuf, spec: &RobotSpec, terrain: Arc<Terrain>, cfg: &PhysicsCfg) -> Arc<Self> {
        Arc::new(Self::with_lanes(1, python, spec, terrain, cfg, None))
    }

    fn with_lanes(
        lanes: usize,
        python: PathBuf,
        spec: &RobotSpec,
        terrain: Arc<Terrain>,
        cfg: &PhysicsCfg,
        policy: Option<&Path>,
    ) -> Self {
        let names = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let ground = terrain.mjcf();
        let options = MjcfOptions {
            timestep: cfg.dt,
            contact_time: cfg.contact_time,
            actuators: Actuators::Position,
            assets: ground.assets,
            ground: ground.geoms,
            pairs: cfg.self_collision.pairs(spec),
            ..Default::default()
        };
        let header = json!({
            "model": export(spec, &options),
            "lanes": lanes,
            "substeps": cfg.substeps,
            "implicit": cfg.implicit_kd,
            "gravity": cfg.gravity,
            "joints": names(spec.joints().map(|j| j.name.as_str()).collect()),
            "points": names(spec.points().map(|(_, p)| p.name.as_str()).collect()),
            "policy": policy.map(|p| p.display().to_string()),
        });
        Self {
            python,
            header,
            lanes,
            start: StartState {
                pos_w: [0.0, 0.0, spec.nominal.height as f32],
                quat: [1.0, 0.0, 0.0, 0.0],
                twist: Twist::default(),
                joint_pos: spec.nominal_joints(),
                joint_vel: vec![0.0; spec.num_joints()],
            },
            model: Arc::new(batch::Model::compile(spec)),
            terrain,
            cfg: cfg.clone(),
            joints: spec.num_joints(),
            points: spec.points().count(),
            idle: Mutex::new(vec![]),
            trouble: Mutex::new(None),
        }
    }

    /// A block's simulator; with a mind, its targets come from the policy.
    ///
    /// # Errors
    /// When Python does not start, or lacks a module.
    pub fn simulator(self: &Arc<Self>, mind: Option<Mind>) -> Result<MujocoSim> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = match idle {
            Some(worker) => worker,
            None => Worker::start(&self.python, &self.header)?,
        };
        let shadow = batch::BatchSim::new(self.model.clone(), self.terrain.clone(), &self.cfg);
        let mut sim = MujocoSim {
            home: self.clone(),
            worker: Some(worker),
            mind,
            shadow,
            waiting: vec![],
            feed: vec![Wide::zero(); self.joints],
            torque: vec![Wide::zero(); self.joints],
            force: vec![[Wide::zero(); 3]; self.points],
            valid: Wide::splat(1.0),
            answer: vec![],
        };
        for lane in 0..WIDTH {
            sim.randomise(lane, &ModelDraw::default());
            sim.reset(lane, &self.start);
        }
        Ok(sim)
    }

    /// What went wrong since it was last asked; simulators stand still from then on.
    pub fn trouble(&self) -> Option<Error> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A block of [`WIDTH`] robots of one model on one ground, in a process of their own.
pub struct MujocoSim {
    home: Arc<Mujoco>,
    worker: Option<Worker>,
    mind: Option<Mind>,
    /// The same state in our own engine, which knows where that puts feet and ground.
    shadow: batch::BatchSim,
    /// Messages that go out with the next step.
    waiting: Vec<(Kind, Vec<f64>)>,
    feed: Vec<Wide>,
    torque: Vec<Wide>,
    force: Vec<[Wide; 3]>,
    valid: Wide,
    answer: Vec<f64>,
}

/// No sane robot has a coordinate or velocity beyond this.
const SANE: f64 = 1e4;

fn row(lane: usize, numbers: impl IntoIterator<Item = f32>) -> Vec<f64> {
    std::iter::once(lane as f64).chain(numbers.into_iter().map(f64::from)).collect()
}

fn by_lane(columns: &[Wide], lanes: usize) -> impl Iterator<Item = f64> {
    (0..lanes).flat_map(move |lane| columns.iter().map(move |c| f64::from(c.lanes()[lane])))
}

impl MujocoSim {
    /// Torques added to the controllers', per joint, N m; they stay until changed.
    pub fn set_feedforward(&mut self, torques: &[Wide]) {
        self.feed.copy_from_slice(torques);
    }

    fn try_step(&mut self, targets: &[Wide]) -> Result<()> {
        let Some(worker) = &mut self.worker else { return Ok(()) };
        let mut told = self.mind.as_ref().map(Mind::lock);
        let lanes = self.home.lanes;
        for (kind, mut numbers) in self.waiting.drain(..).filter(|(_, n)| n[0] < lanes as f64) {
            if let (Kind::Reset, Some(told), Some(last)) = (kind, &told, numbers.len().checked_sub(1)) {
                numbers[last] = f64::from(told.phase.lanes()[numbers[0] as usize]);
            }
            worker.send(kind, &numbers)?;
        }
        let message: Vec<f64> = match &told {
            Some(told) => by_lane(&told.command, lanes).collect(),
            None => by_lane(targets, lanes).chain(by_lane(&self.feed, lanes)).collect(),
        };
        worker.send(Kind::Step, &message)?;
        let (n, p) = (self.torque.len(), self.force.len());
        let state = 13 + 3 * n + 3 * p;
        let seen = told.as_ref().map_or(0, |t| t.observation.len());
        let width = state + if told.is_some() { seen + 2 * n } else { 0 };
        self.answer.resize(width * lanes, 0.0);
        worker.receive(&mut self.answer)?;
        for lane in 0..WIDTH {
            let numbers = &self.answer[lane.min(lanes - 1) * width..][..width];
            let sane = numbers[..state].iter().all(|v| v.abs() < SANE * SANE)
                && numbers[..13 + 2 * n].iter().all(|v| v.abs() < SANE);
            self.valid.lanes_mut()[lane] = if sane { 1.0 } else { 0.0 };
            if !sane {
                continue;
            }
            let at = |i: usize| numbers[i] as f32;
            self.shadow.reset(
                lane,
                &StartState {
                    pos_w: std::array::from_fn(at),
                    quat: std::array::from_fn(|k| at(3 + k)),
                    twist: Twist {
                        linear: std::array::from_fn(|k| at(7 + k)),
                        angular: std::array::from_fn(|k| at(10 + k)),
                    },
                    joint_pos: (13..13 + n).map(at).collect(),
                    joint_vel: (13 + n..13 + 2 * n).map(at).collect(),
                },
            );
            for (j, torque) in self.torque.iter_mut().enumerate() {
                torque.lanes_mut()[lane] = at(13 + 2 * n + j);
            }
            for (i, force) in self.force.as_flattened_mut().iter_mut().enumerate() {
                force.lanes_mut()[lane] = at(13 + 3 * n + i);
            }
        }
        if let Some(told) = &mut told {
            for (lane, numbers) in self.answer.chunks(width).enumerate() {
                let (seen, rest) = numbers[state..].split_at(seen);
                let (wanted, action) = rest.split_at(n);
                told.compare(lane, seen, wanted, targets);
                told.action.resize(n, Wide::zero());
                for (ours, theirs) in told.action.iter_mut().zip(action) {
                    ours.lanes_mut()[lane] = *theirs as f32;
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, lane: usize, start: &StartState) {
        let state = start.pos_w.into_iter().chain(start.quat).chain(start.twist.linear);
        let state = state.chain(start.twist.angular).chain(start.joint_pos.iter().copied());
        // the clock's phase is known when the step begins
        let state = state.chain(start.joint_vel.iter().copied()).chain([0.0]);
        self.waiting.push((Kind::Reset, row(lane, state)));
        self.valid.lanes_mut()[lane] = 1.0;
        let clear = |v: &mut Wide| v.lanes_mut()[lane] = 0.0;
        self.torque.iter_mut().chain(&mut self.feed).for_each(clear);
        self.force.as_flattened_mut().iter_mut().for_each(clear);
    }
}

impl Simulator for MujocoSim {
    /// Without the rest: the other end knows no delays, no wrenches and no noise of torques. Judgements have none of them.
    fn step_with(&mut self, targets: &[Wide], _: &Extra<'_>) {
        self.step(targets);
    }

    fn step(&mut self, targets: &[Wide]) {
        if let Err(error) = self.try_step(targets) {
            self.worker = None;
            self.home.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    fn state(&self) -> StateView<'_> {
        StateView {
            joint_torque: &self.torque,
            contact_force: &self.force,
            valid: self.valid,
            ..self.shadow.state()
        }
    }

    fn reset(&mut self, lane: usize, start: &StartState) {
        self.shadow.reset(lane, start);
        self.begin(lane, start);
    }

    fn randomise(&mut self, lane: usize, d: &ModelDraw) {
        self.waiting.push((Kind::Draw, row(lane, d.numbers(self.home.joints))));
    }

    fn push(&mut self, lane: usize, change: Twist) {
        self.shadow.push(lane, change);
        self.waiting.push((Kind::Push, row(lane, change.linear.into_iter().chain(change.angular))));
    }

    fn height_scan(&self, points: &[[f32; 2]], out: &mut [Wide]) {
        self.shadow.height_scan(points, out);
    }

    fn set_terrain(&mut self, terrain: Arc<Terrain>) {
        self.shadow.set_terrain(terrain);
        let error = Error::msg("the ground under robots in MuJoCo cannot be changed: make new ones");
        self.worker = None;
        self.home.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn link_poses(&self, lane: usize, out: &mut Vec<LinkPose>) {
        self.shadow.link_poses(lane, out);
    }

    fn snapshot(&self, out: &mut Vec<f32>) {
        self.shadow.snapshot(out);
    }

    /// Positions and velocities only: the solver's memory is on the other side.
    fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let used = self.shadow.restore(data)?;
        for lane in 0..WIDTH {
            let s = self.shadow.state();
            let at = |w: &Wide| w.lanes()[lane];
            let v3 = |v: crate::lane::V3<Wide>| [at(&v.x), at(&v.y), at(&v.z)];
            let start = StartState {
                pos_w: v3(s.base_pos_w),
                quat: s.base_quat.map(|q| at(&q)),
                twist: Twist { linear: v3(s.base_lin_vel_w), angular: v3(s.base_ang_vel_w) },
                joint_pos: s.joint_pos.iter().map(at).collect(),
                joint_vel: s.joint_vel.iter().map(at).collect(),
            };
            self.begin(lane, &start);
        }
        Some(used)
    }
}

impl Drop for MujocoSim {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.home.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}
