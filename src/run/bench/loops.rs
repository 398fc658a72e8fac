//! The environment loop without a network, and training end to end.
use super::{Numbers, peak_memory_mib};
use crate::config::Document;
use crate::env::{self, Mode};
use crate::lane::{Lane, WIDTH, Wide};
use crate::rng::{LaneRng, Purpose};
use crate::run::train::{Keep, LearnerKind, TrainOptions, Trained, train};
use crate::task;
use anyhow::{Result, ensure};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Environments of the measurement, as many as legged_gym's.
const ENVS: usize = 4096;
/// Spread of the random actions, in units of the action term.
const SPREAD: f32 = 1.0;
/// Ticks that a worker runs with one block before it takes the next.
const STRETCH: usize = 24;

/// Physics, observations, rewards and resets with random actions; no network.
pub fn environments(doc: Document, seconds: f64) -> Result<Numbers> {
    let plan = task::compile(doc)?;
    let mut blocks = env::blocks(&plan, ENVS, 1, &Mode::TRAIN);
    let (start, mut ticks, mut shares) = (Instant::now(), 0usize, [0.0; 4]);
    while ticks == 0 || start.elapsed().as_secs_f64() < seconds {
        let spent = blocks.par_iter_mut().map(|block| {
            let mut rng = LaneRng::new(1, block.env(0) + ticks as u64, Purpose::Action);
            let mut obs = vec![Wide::zero(); plan.num_obs()];
            let mut critic_obs = vec![Wide::zero(); plan.num_critic_obs()];
            let mut actions = vec![Wide::zero(); plan.num_actions()];
            let mut spent = [0.0; 4];
            let mut last = Instant::now();
            for _ in 0..STRETCH {
                let mut lap = |i: usize| {
                    let now = Instant::now();
                    spent[i] += (now - last).as_secs_f64();
                    last = now;
                };
                env::command(block, &plan);
                for pair in actions.chunks_mut(2) {
                    let (a, b) = rng.normal2();
                    pair.iter_mut().zip([a, b]).for_each(|(x, z)| *x = z * Wide::splat(SPREAD));
                }
                lap(3);
                env::observe(block, &plan, &mut obs);
                if !critic_obs.is_empty() {
                    env::observe_for_critic(block, &plan, &mut critic_obs);
                }
                lap(1);
                env::step(block, &plan, &actions);
                lap(0);
                env::judge(block, &plan);
                lap(2);
                env::reset(block, &plan);
                lap(3);
            }
            spent
        });
        let all = spent.reduce(|| [0.0; 4], |a, b| std::array::from_fn(|i| a[i] + b[i]));
        shares.iter_mut().zip(all).for_each(|(s, a)| *s += a);
        ticks += STRETCH;
    }
    let rate = (ticks * blocks.len() * WIDTH) as f64 / start.elapsed().as_secs_f64();
    let total: f64 = shares.iter().sum();
    let key = |k: &str| format!("env.{}.{k}", plan.name);
    let mut out = vec![(key("env_steps_per_s"), rate), (key("peak_memory_mb"), peak_memory_mib())];
    let names = ["physics", "observe", "judge", "other"];
    out.extend(names.iter().zip(shares).map(|(n, s)| (key(&format!("share.{n}")), s / total)));
    Ok(out)
}

/// Training end to end with the task's own settings, no evaluation, nothing written: the native learner, and beside
/// it libtorch on a device if one is given.
pub fn training(doc: Document, seconds: f64, torch: Option<&str>) -> Result<Numbers> {
    // a memory is learned by libtorch only
    let remembers = !doc.get("train.networks.memory").is_null();
    let mut out = match torch.filter(|_| remembers) {
        Some(_) => vec![],
        None => measure(&doc, seconds, LearnerKind::Native, "")?,
    };
    if let Some(device) = torch {
        ensure!(
            cfg!(feature = "torch"),
            "libtorch is not built in; `./lab bench train --learner torch` builds it in"
        );
        out.extend(measure(&doc, seconds, LearnerKind::Torch(device.into()), "torch_")?);
    }
    Ok(out)
}

/// Trains for some seconds, nothing else.
pub(super) fn train_for(doc: &Document, seconds: f64, learner: LearnerKind) -> Result<Trained> {
    let stop = Arc::new(AtomicBool::new(false));
    let timer = {
        let stop = stop.clone();
        move || {
            std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let timer = std::thread::Builder::new().name("timer".into()).spawn(timer)?;
    let trained = train(TrainOptions {
        task: doc.clone(),
        seed: 1,
        learner,
        logs: "logs".into(),
        naming: crate::run::Naming::default(),
        until_pass: false,
        evaluate: false,
        keep: Keep::Nothing,
        resume: None,
        beside: None,
        progress: false,
        started: Instant::now(),
        stop,
    })?;
    // a thread that slept cannot have failed
    let _ = timer.join();
    Ok(trained)
}

fn measure(doc: &Document, seconds: f64, learner: LearnerKind, prefix: &str) -> Result<Numbers> {
    let trained = train_for(doc, seconds, learner)?;
    let (wall, s) = (trained.wall, trained.spent);
    let key = |k: &str| format!("train.{}.{prefix}{k}", trained.plan.name);
    let total = wall[0] + wall[1];
    let rollout = s.act + s.step + s.observe + s.judge;
    let share = |x: f64| x / rollout * wall[0] / total;
    Ok(vec![
        (key("env_steps_per_s"), trained.env_steps as f64 / total),
        (key("share.physics"), share(s.step)),
        (key("share.act"), share(s.act)),
        (key("share.observe"), share(s.observe)),
        (key("share.judge"), share(s.judge)),
        (key("share.learn"), wall[1] / total),
    ])
}
