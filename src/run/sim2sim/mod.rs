//! One policy, the same evaluation in several engines: in MuJoCo from its exported files, by a program that knows nothing
//! but them.
mod in_mujoco;
mod table;
#[cfg(test)]
mod tests;

pub use in_mujoco::judge_in_mujoco;
pub use table::{Column, Comparison};

use super::eval::{EvalCfg, Report, RoughCfg, judge, judge_rough, on_terrain};
use crate::config::Document;
use crate::nn::ActorCritic;
use crate::physics::Engine;
use crate::task::{self, Plan};
use crate::terrain::{Obstacle, Steps, Terrain, Track};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Who judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judge {
    /// An engine of this program.
    Own(Engine),
    /// MuJoCo, by this program's exported files.
    Mujoco,
}

impl Judge {
    /// All of them, in the order of columns.
    pub const ALL: [Self; 3] = [Self::Own(Engine::Batch), Self::Own(Engine::Rapier), Self::Mujoco];

    /// Name, and first part of keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own(Engine::Batch) => "batch",
            Self::Own(Engine::Rapier) => "rapier",
            Self::Mujoco => "mujoco",
        }
    }
}

/// Judges a policy by everybody asked, with `tries` per command and the same starts and models for all. `python` is an
/// interpreter with mujoco and onnxruntime; MuJoCo needs it. `say` is told what is going on.
///
/// # Errors
/// When the task does not suit an engine, or Python fails.
pub fn compare(
    doc: &Document,
    policy: &ActorCritic,
    judges: &[Judge],
    tries: usize,
    python: Option<PathBuf>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Comparison> {
    let mut columns = vec![];
    for judge_of in judges {
        let begun = Instant::now();
        let (report, found) = match judge_of {
            Judge::Own(engine) => {
                say(judge_of.name());
                let (plan, cfg) = open(doc, *engine, tries)?;
                (judge(&plan, policy, &cfg)?, None)
            }
            Judge::Mujoco => {
                let python = python.clone().with_context(|| {
                    format!(
                        "MuJoCo needs Python: start with `./lab sim2sim`, which makes an environment, or set {} to an \
                         interpreter with mujoco and onnxruntime",
                        crate::physics::mujoco::PYTHON
                    )
                })?;
                let (doc, left_out) = known_to_mujoco(doc)?;
                if !left_out.is_empty() {
                    say(&format!("mujoco does without what it does not know: {}", left_out.join(", ")));
                }
                let (plan, cfg) = open(&doc, Engine::Batch, tries)?;
                let flat = cfg.level_ground.then(|| on_terrain(&plan, Terrain::plane(0.0))).transpose()?;
                let ground = flat.as_ref().unwrap_or(&plan);
                let (report, found) = judge_in_mujoco(ground, policy, &cfg, python.clone(), say)?;
                let hosts = in_mujoco::hosts(python.clone());
                let rough = judge_rough(&plan, policy, &cfg, &hosts)?;
                (Report { rough, ..report }, Some(found))
            }
        };
        let secs = begun.elapsed().as_secs_f64();
        columns.push(Column { name: judge_of.name(), report, found, secs });
    }
    Ok(Comparison { columns })
}

/// The task without what its exported files and MuJoCo know nothing of, and the keys that were left out.
fn known_to_mujoco(doc: &Document) -> Result<(Document, Vec<&'static str>)> {
    let (zero, one) = (json!([0.0, 0.0]), json!([1.0, 1.0]));
    let off = [
        ("env.physics.motors", Value::Null),
        ("env.events.model.restitution", zero.clone()),
        ("env.events.model.zero_offset", zero.clone()),
        ("env.events.model.target_strength", one),
        ("env.actions.delay.secs", zero.clone()),
        ("env.actions.torque_noise.bias", json!(0.0)),
        ("env.sensors.delay.secs", zero),
        ("env.sensors.bias", json!({})),
    ];
    let (mut doc, mut left_out) = (doc.clone(), vec![]);
    for (key, value) in off {
        let written = doc.get(key);
        if written.is_null() || written == value {
            continue;
        }
        let origin = crate::config::Origin::Argument("mujoco".into());
        doc.set(key, value, origin).map_err(crate::config::ConfigErrors::from)?;
        left_out.push(key);
    }
    Ok((doc, left_out))
}

/// The task in an engine, judged by so many tries.
fn open(doc: &Document, engine: Engine, tries: usize) -> Result<(Plan, EvalCfg)> {
    let mut doc = doc.clone();
    let name = match engine {
        Engine::Batch => "batch",
        Engine::Rapier => "rapier",
    };
    let origin = crate::config::Origin::Argument(format!("--physics={name}"));
    doc.set("env.physics.engine", name.into(), origin).map_err(|e| crate::config::ConfigErrors(vec![e]))?;
    let plan = task::compile(doc)?;
    let cfg: EvalCfg = crate::config::typed(&plan.doc, "eval")?;
    // the same vertical steps for everybody: MuJoCo's height fields are no reference for spheres on edges
    let on_boxes = |rough: RoughCfg| {
        let solid = |(name, track): (String, Track)| {
            let steps = if track.obstacle == Obstacle::Noise { Steps::Field } else { Steps::Boxes };
            (name, Track { steps, ..track })
        };
        let tracks = rough.tracks.into_iter().map(solid).collect();
        RoughCfg { tries: tries.max(16), tries_per_tile: 0, tracks, ..rough }
    };
    let rough = cfg.rough.map(on_boxes);
    Ok((plan, EvalCfg { envs_per_command: tries, rough, ..cfg }))
}
