//! Physics steps per CPU second of an engine, beside MuJoCo on the exported model of the same robot.
//!
//! Both stand with all collision points on a plane, or among the boxes of one of the task's tiles, chase random joint targets
//! around the nominal pose (new ones every control tick), and start afresh after a fall, in the same places. Both run on one thread pinned to one core, in turns; only CPU time counts.
use super::Numbers;
use crate::config::Document;
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::{Engine, PhysicsCfg, Simulator, batch, rapier};
use crate::rng::{LaneRng, Purpose, Rng};
use crate::robot::mjcf::{MjcfOptions, export};
use crate::robot::{RobotSpec, StartState, Twist};
use crate::terrain::{self, Mix, Terrain, TerrainCfg, highest_around};
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

pub use crate::physics::mujoco::PYTHON;

/// How to measure.
#[derive(Clone, Debug)]
pub struct BenchCfg {
    /// Prefix of the results, `physics.<name>`.
    pub name: String,
    /// Environments.
    pub envs: usize,
    /// Standard deviation of joint targets around the nominal pose, rad.
    pub sigma: f32,
    /// CPU seconds per engine, setting and round.
    pub seconds: f64,
    /// Turns of both engines; the best of each counts.
    pub rounds: usize,
    /// The processor both are pinned to, if any.
    pub core: Option<usize>,
    /// The ground: a plane, with boxes or without.
    pub terrain: Arc<Terrain>,
    /// Where robots start, base origins, m; environments take turns.
    pub starts: Vec<[f32; 3]>,
}

impl Default for BenchCfg {
    fn default() -> Self {
        Self {
            name: "a1_flat".into(),
            envs: 1024,
            sigma: 0.25,
            seconds: 1.0,
            rounds: 3,
            core: None,
            terrain: Arc::new(Terrain::plane(0.0)),
            starts: vec![],
        }
    }
}

/// How many places robots start in among boxes: as many as MuJoCo has simulations.
const STARTS: usize = 64;

impl BenchCfg {
    /// On one tile of this ground, around the origin; heights are left out.
    pub(super) fn ground(mut self, cfg: Option<&TerrainCfg>, height: f32) -> Self {
        if let Some(cfg) = cfg.filter(|cfg| !cfg.boxes.is_empty()) {
            let one = TerrainCfg { mix: Mix::of("flat"), columns: 1, levels: 1, ..cfg.clone() };
            self.terrain = terrain::build(Some(&one));
            let mut random = Rng::stream(1, 0, 0, Purpose::Start);
            let reach = cfg.start_spread;
            let mut place = |_| {
                let [x, y] = [0, 1].map(|_| random.range([-reach, reach]));
                [x, y, height + highest_around(&self.terrain, [x, y])]
            };
            self.starts = (0..STARTS).map(&mut place).collect();
        }
        self
    }
}

/// Measures the physics of a task for about `seconds` per engine, setting and round. See [`measure`].
pub fn physics(doc: Document, seconds: f64, against_mujoco: bool) -> Result<Numbers> {
    let plan = crate::task::compile(doc)?;
    let python = if against_mujoco {
        let missing = || format!("set {PYTHON} to a Python interpreter with MuJoCo");
        Some(std::env::var(PYTHON).with_context(missing)?)
    } else {
        None
    };
    let bench = BenchCfg { name: plan.name.clone(), seconds, core: Some(0), ..Default::default() };
    let bench = bench.ground(plan.env.terrain.as_ref(), plan.robot.nominal.height as f32);
    measure(&plan.robot, &plan.env.physics, &bench, python.as_deref())
}

/// Measures both engines: `batch` or `rapier`, as the settings say, `mujoco` (its fastest setting), `ratio`, and one entry
/// per MuJoCo setting, each prefixed by `physics.<name>.`; steps per CPU second, one step being `physics.dt` of one robot.
///
/// `python` is an interpreter that has MuJoCo; without it only our engine is measured.
pub fn measure(
    spec: &RobotSpec,
    physics: &PhysicsCfg,
    bench: &BenchCfg,
    python: Option<&str>,
) -> Result<Numbers> {
    let mut ours = Load::new(spec, physics, bench);
    let (mut rate, mut theirs) = (0.0f64, BTreeMap::<String, f64>::new());
    for _ in 0..bench.rounds {
        rate = rate.max(pinned(bench.core, || ours.measure(bench.seconds))?);
        if let Some(python) = python {
            for (setting, rate) in mujoco(python, spec, physics, bench)? {
                let best = theirs.entry(setting).or_default();
                *best = best.max(rate);
            }
        }
    }
    let key = |k: &str| format!("physics.{}.{k}", bench.name);
    let engine = match physics.engine {
        Engine::Batch => "batch",
        Engine::Rapier => "rapier",
    };
    let mut results = vec![(key(engine), rate)];
    if let Some(fastest) = theirs.values().copied().reduce(f64::max) {
        results.push((key("mujoco"), fastest));
        results.push((key("ratio"), rate / fastest));
    }
    results.extend(theirs.iter().map(|(setting, rate)| (key(&format!("mujoco_{setting}")), *rate)));
    Ok(results)
}

/// An engine under random targets.
pub(super) struct Load {
    sims: Vec<Box<dyn Simulator>>,
    /// Target sets, used in turn.
    targets: Vec<Vec<Wide>>,
    starts: Vec<StartState>,
    /// Who is lower has fallen, m.
    low: f32,
    substeps: usize,
    tick: usize,
}

impl Load {
    /// Robots of our engine in their places.
    pub(super) fn new(spec: &RobotSpec, physics: &PhysicsCfg, bench: &BenchCfg) -> Load {
        let terrain = || bench.terrain.clone();
        let new: Box<dyn Fn(usize) -> Box<dyn Simulator>> = match physics.engine {
            Engine::Batch => {
                let model = Arc::new(batch::Model::colliding(spec, physics.self_collision));
                Box::new(move |_| Box::new(batch::BatchSim::new(model.clone(), terrain(), physics)))
            }
            Engine::Rapier => {
                let model = Arc::new(rapier::Model::compile(spec));
                Box::new(move |_| Box::new(rapier::RapierSim::new(model.clone(), terrain(), physics)))
            }
        };
        let mut random = LaneRng::new(0, 0, Purpose::Action);
        let nominal = spec.nominal_joints();
        let mut set = || -> Vec<Wide> {
            let mut target = |q: &f32| Wide::splat(bench.sigma).mul_add(random.normal2().0, Wide::splat(*q));
            nominal.iter().map(&mut target).collect()
        };
        let height = spec.nominal.height as f32;
        let start = |pos_w: [f32; 3]| StartState {
            pos_w,
            quat: [1.0, 0.0, 0.0, 0.0],
            twist: Twist::default(),
            joint_pos: spec.nominal_joints(),
            joint_vel: vec![0.0; spec.num_joints()],
        };
        let places = if bench.starts.is_empty() { &[[0.0, 0.0, height]][..] } else { &bench.starts };
        let mut load = Load {
            sims: (0..bench.envs.div_ceil(WIDTH)).map(new).collect(),
            targets: (0..97).map(|_| set()).collect(),
            starts: places.iter().copied().map(start).collect(),
            low: 0.5 * height,
            substeps: physics.substeps,
            tick: 0,
        };
        for (i, sim) in load.sims.iter_mut().enumerate() {
            for lane in 0..WIDTH {
                sim.reset(lane, &load.starts[(i * WIDTH + lane) % load.starts.len()]);
            }
        }
        load
    }

    /// Steps per CPU second over about that many of them.
    fn measure(&mut self, seconds: f64) -> f64 {
        let (begin, mut ticks) = (cpu_seconds(), 0);
        loop {
            self.step();
            ticks += 1;
            let spent = cpu_seconds() - begin;
            if spent > seconds {
                return (ticks * self.substeps * self.sims.len() * WIDTH) as f64 / spent;
            }
        }
    }

    /// Robots.
    pub(super) fn robots(&self) -> usize {
        self.sims.len() * WIDTH
    }

    /// One control tick of all; who has fallen starts afresh.
    pub(super) fn step(&mut self) {
        let low = self.low;
        for (i, sim) in self.sims.iter_mut().enumerate() {
            sim.step(&self.targets[(self.tick + 31 * i) % self.targets.len()]);
            let s = sim.state();
            let fallen = |l: usize| !(s.base_pos_w.z.lanes()[l] > low && s.valid.lanes()[l] > 0.5);
            let fallen: [bool; WIDTH] = std::array::from_fn(fallen);
            for lane in (0..WIDTH).filter(|l| fallen[*l]) {
                sim.reset(lane, &self.starts[(i * WIDTH + lane) % self.starts.len()]);
            }
        }
        self.tick += 1;
    }
}

/// The robot on its ground as MuJoCo's XML: the same time step, softness of contacts and pairs of links that collide.
pub(super) fn mjcf(spec: &RobotSpec, physics: &PhysicsCfg, bench: &BenchCfg) -> String {
    let ground = bench.terrain.mjcf();
    let options = MjcfOptions {
        timestep: physics.dt,
        contact_time: physics.contact_time,
        ground: ground.geoms,
        assets: ground.assets,
        pairs: physics.self_collision.pairs(spec),
        ..Default::default()
    };
    export(spec, &options)
}

/// Steps per CPU second of MuJoCo, by setting.
fn mujoco(
    python: &str,
    spec: &RobotSpec,
    physics: &PhysicsCfg,
    bench: &BenchCfg,
) -> Result<BTreeMap<String, f64>> {
    let model: PathBuf =
        std::env::temp_dir().join(format!("gaitlab_{}_{}.xml", spec.name, std::process::id()));
    std::fs::write(&model, mjcf(spec, physics, bench))
        .with_context(|| format!("write {}", model.display()))?;
    let mut command = Command::new(python);
    command.arg(crate::config::root().join("tools/mujoco_bench.py")).arg(&model);
    command.args(["--substeps", &physics.substeps.to_string(), "--sigma", &bench.sigma.to_string()]);
    command.args(["--seconds", &bench.seconds.to_string()]);
    if !bench.starts.is_empty() {
        command.args(["--starts", &serde_json::to_string(&bench.starts)?]);
    }
    if let Some(core) = bench.core {
        command.args(["--core", &core.to_string()]);
    }
    let output = command.output().with_context(|| format!("start {python}"));
    // the file is of no more use, whether the run went well or not
    let _ = std::fs::remove_file(&model);
    let output = output?;
    anyhow::ensure!(output.status.success(), "MuJoCo failed: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("read the result of MuJoCo")
}

/// CPU seconds of this thread.
#[cfg(target_os = "linux")]
fn cpu_seconds() -> f64 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of this frame.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut t) };
    t.tv_sec as f64 + t.tv_nsec as f64 * 1e-9
}

/// Wall time where the system has no clock of the thread's.
#[cfg(not(target_os = "linux"))]
fn cpu_seconds() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// Runs on a thread of its own, on one processor.
fn pinned<T: Send>(core: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let pin_and_work = || {
            pin(core)?;
            // an engine that shares its work among threads finds this one only
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build()?;
            Ok(pool.install(work))
        };
        scope.spawn(pin_and_work).join().map_err(|_| anyhow::anyhow!("the benchmark panicked"))?
    })
}

#[cfg(target_os = "linux")]
fn pin(core: Option<usize>) -> Result<()> {
    let Some(core) = core else { return Ok(()) };
    // SAFETY: a zeroed set is the empty set, and the pointer is to a set of this frame.
    let failed = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core, &mut set);
        libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) != 0
    };
    anyhow::ensure!(!failed, "cannot run on processor {core}: {}", std::io::Error::last_os_error());
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn pin(_core: Option<usize>) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_keeps_robots_alive_and_is_counted_in_steps_of_single_robots() {
        let spec = crate::robot::load("a1").unwrap();
        let bench = BenchCfg { envs: 40, ..Default::default() };
        let mut load = Load::new(&spec, &PhysicsCfg::default(), &bench);
        assert_eq!(load.sims.len(), 3);
        for _ in 0..100 {
            load.step();
        }
        let s = load.sims[2].state();
        assert!(s.valid.lanes().iter().all(|v| *v == 1.0));
        assert!(s.base_pos_w.z.sum() / WIDTH as f32 > 0.2);
        assert!(load.measure(1e-6) > 0.0);
    }
}
