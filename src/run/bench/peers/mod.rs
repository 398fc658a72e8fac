//! Our engine and our trainer beside what else of that kind this machine has: the same robot, time step, ground and random
//! joint targets; wall time, all processors; and a GPU for those that need one.
//!
//! A peer is one row of [`PEERS`] and one Python script, which the interpreter of MuJoCo runs ([`mujoco::PYTHON`], else
//! `python3`). What is not installed is listed with the reason; what fails is, too, and the others go on.
mod ours;
mod run;
mod table;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(in crate::run) use tests::example;

pub use table::{Comparison, Outcome, Row};
pub(crate) use table::{amount, times};

use super::Numbers;
use super::physics::{BenchCfg, mjcf};
use crate::config::{self, Document};
use crate::physics::mujoco;
use crate::run::machine::Machine;
use crate::run::train::TrainCfg;
use crate::task::Plan;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::path::PathBuf;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Physics alone, in physics steps of one robot per second.
    Physics,
    /// Rollouts and updates, in control steps of one robot per second.
    Training,
}

/// A program that does what ours does.
pub struct Peer {
    /// As tables name it.
    pub name: &'static str,
    /// Part of the keys of its numbers; `{threads}` stands for their number.
    pub key: &'static str,
    /// What it is measured in.
    pub kind: Kind,
    /// Its script, without what all share (`python/common.py`).
    pub script: &'static str,
}

impl Peer {
    /// What it is called on the command line.
    pub fn id(&self) -> &'static str {
        self.key.split("_{").next().unwrap_or(self.key)
    }
}

/// The peers of these names; all of them where there are none.
///
/// # Errors
/// Where a name is not one of theirs; says which are.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Peer>> {
    let known = || PEERS.iter().map(Peer::id).collect::<Vec<_>>().join(", ");
    if let Some(odd) = names.iter().find(|name| PEERS.iter().all(|p| p.id() != **name)) {
        bail!("--only {odd}: there is no such peer; there are {}", known());
    }
    Ok(PEERS.iter().filter(|p| names.is_empty() || names.iter().any(|name| p.id() == name)).collect())
}

/// All peers, in the order of the table.
pub const PEERS: &[Peer] = &[
    Peer {
        name: "MuJoCo C",
        key: "mujoco_c_{threads}_threads",
        kind: Kind::Physics,
        script: include_str!("python/mujoco_c.py"),
    },
    Peer {
        name: "MuJoCo Warp",
        key: "mujoco_warp",
        kind: Kind::Physics,
        script: include_str!("python/mujoco_warp.py"),
    },
    Peer { name: "MJX", key: "mjx", kind: Kind::Physics, script: include_str!("python/mjx.py") },
    Peer {
        name: "rsl_rl + MuJoCo Warp",
        key: "rsl_rl_mujoco_warp",
        kind: Kind::Training,
        script: include_str!("python/rsl_rl_warp.py"),
    },
    Peer {
        name: "Brax PPO + MJX",
        key: "brax_mjx",
        kind: Kind::Training,
        script: include_str!("python/brax_mjx.py"),
    },
];

/// How to measure.
#[derive(Clone)]
pub struct PeersCfg {
    /// Whom to measure beside ours.
    pub peers: Vec<&'static Peer>,
    /// Robots that are stepped together; the peers on a GPU are also tried with many more.
    pub envs: usize,
    /// Length of a measurement, s. Every setting of every peer is one.
    pub seconds: f64,
    /// Longest that a peer may take beyond its measurements, s: it may have to compile.
    pub patience: f64,
    /// The interpreter; see [`python`].
    pub python: PathBuf,
}

impl Default for PeersCfg {
    fn default() -> Self {
        Self { peers: PEERS.iter().collect(), envs: 4096, seconds: 5.0, patience: 900.0, python: python() }
    }
}

/// The interpreter that peers run in: the one that is named for MuJoCo, else `python3`.
pub fn python() -> PathBuf {
    mujoco::python().unwrap_or_else(|| "python3".into())
}

/// Measures our engine, our trainer and all peers, one after the other, telling `say` who comes next.
///
/// # Errors
/// When the task or our own part fails; never because of a peer.
pub fn peers(doc: &Document, cfg: &PeersCfg, say: &dyn Fn(&str)) -> Result<Comparison> {
    ensure!((16..=1_000_000).contains(&cfg.envs), "--envs {}: give a number from 16 to 1000000", cfg.envs);
    ensure!(cfg.seconds.is_finite() && cfg.seconds > 0.0, "--seconds {}: give some seconds", cfg.seconds);
    let plan = crate::task::compile(doc.clone())?;
    let bench = BenchCfg { name: plan.name.clone(), envs: cfg.envs, ..BenchCfg::default() };
    let bench = bench.ground(plan.env.terrain.as_ref(), plan.robot.nominal.height as f32);
    let mut found = Comparison::new(&plan, cfg, Machine::this());
    say("gaitlab: physics");
    found.rows.push(ours::physics(&plan, &bench, cfg.seconds));
    say("gaitlab: training");
    found.rows.push(ours::training(doc, cfg.seconds)?);
    let folder = tempfile::tempdir().context("a folder for the peers")?;
    let model = folder.path().join("model.xml");
    std::fs::write(&model, mjcf(&plan.robot, &plan.env.physics, &bench))
        .with_context(|| format!("write {}", model.display()))?;
    let mut settings = json!({
        "model": model,
        "envs": cfg.envs,
        "substeps": plan.env.physics.substeps,
        "sigma": bench.sigma,
        "seconds": cfg.seconds,
        "threads": rayon::current_num_threads(),
        "starts": bench.starts,
    });
    settings["training"] = training(doc, &plan)?;
    for peer in &cfg.peers {
        say(peer.name);
        found.take(peer, run::run(peer, &settings, folder.path(), cfg));
    }
    Ok(found)
}

/// What a trainer needs to know to learn the same: sizes, rates and the algorithm's numbers.
fn training(doc: &Document, plan: &Plan) -> Result<Value> {
    let cfg: TrainCfg = config::typed(doc, "train")?;
    let a = &cfg.algorithm;
    Ok(json!({
        "envs": plan.env.num_envs,
        "horizon": cfg.horizon,
        "observations": plan.num_obs(),
        "episode_ticks": plan.episode_ticks,
        "tick": plan.dt,
        "actor": cfg.networks.actor,
        "critic": cfg.networks.critic,
        "init_std": cfg.networks.init_std,
        "epochs": a.epochs,
        "minibatches": a.minibatches,
        "clip": a.clip,
        "entropy": a.entropy,
        "value_coef": a.value_coef,
        "gamma": a.gamma,
        "lambda": a.lambda,
        "learning_rate": a.learning_rate,
        "desired_kl": a.desired_kl,
        "max_grad_norm": a.max_grad_norm,
    }))
}
