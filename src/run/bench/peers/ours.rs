//! Our part of the comparison, measured as the peers are: wall time, all threads.
use super::table::{Outcome, Row};
use super::{BenchCfg, Kind};
use crate::config::Document;
use crate::lane::WIDTH;
use crate::physics::Engine;
use crate::run::bench::loops::train_for;
use crate::run::bench::physics::Load;
use crate::run::train::LearnerKind;
use crate::task::Plan;
use anyhow::Result;
use rayon::prelude::*;
use std::time::Instant;

/// Control ticks that a thread takes some robots through before it takes others.
const STRETCH: usize = 16;
/// Parts of the robots per thread, so that no thread waits long for another.
const PARTS: usize = 4;
/// Steps that do not count, s.
const WARM_UP: f64 = 0.3;

/// Physics on all threads of the current pool.
pub(super) fn physics(plan: &Plan, bench: &BenchCfg, seconds: f64) -> Row {
    let (threads, physics) = (rayon::current_num_threads(), &plan.env.physics);
    let blocks = bench.envs.div_ceil(WIDTH);
    let per_part = blocks.div_ceil(threads * PARTS);
    let part = BenchCfg { envs: per_part * WIDTH, ..bench.clone() };
    let mut parts: Vec<Load> =
        (0..blocks.div_ceil(per_part)).map(|_| Load::new(&plan.robot, physics, &part)).collect();
    let robots: usize = parts.iter().map(Load::robots).sum();
    let mut run = |seconds: f64| {
        let (begin, mut ticks) = (Instant::now(), 0);
        loop {
            parts.par_iter_mut().for_each(|part| (0..STRETCH).for_each(|_| part.step()));
            ticks += STRETCH;
            let spent = begin.elapsed().as_secs_f64();
            if spent > seconds {
                return (ticks * physics.substeps * robots) as f64 / spent;
            }
        }
    };
    run(WARM_UP.min(seconds));
    let rate = run(seconds);
    let engine = match physics.engine {
        Engine::Batch => "batch",
        Engine::Rapier => "rapier",
    };
    Row {
        kind: Kind::Physics,
        key: "gaitlab".into(),
        name: "gaitlab".into(),
        outcome: Outcome::Rate {
            per_s: rate,
            envs: robots,
            setting: format!("{engine}, {} iterations", physics.iterations),
            device: format!("{threads} threads"),
        },
    }
}

/// Training with the task's own settings and the native learner.
pub(super) fn training(doc: &Document, seconds: f64) -> Result<Row> {
    let trained = train_for(doc, seconds, LearnerKind::Native)?;
    let [rollout, update] = trained.wall;
    Ok(Row {
        kind: Kind::Training,
        key: "gaitlab_training".into(),
        name: "gaitlab".into(),
        outcome: Outcome::Rate {
            per_s: trained.env_steps as f64 / (rollout + update),
            envs: trained.plan.env.num_envs,
            setting: "PPO, native learner, the task as written".into(),
            device: format!("{} threads", rayon::current_num_threads()),
        },
    })
}
