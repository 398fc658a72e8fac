//! Whether an environment step costs the same however many environments there are, and what the task's ground costs.
use super::Numbers;
use crate::config::{Document, Origin};
use crate::env::{self, Block, Mode};
use crate::lane::{Lane, WIDTH, Wide};
use crate::rng::{LaneRng, Purpose};
use crate::task::{self, Plan};
use anyhow::Result;
use rayon::prelude::*;
use std::sync::Arc;
use std::time::Instant;

/// Numbers of environments.
const SIZES: [usize; 4] = [256, 1024, 4096, 16384];
/// Ticks that a worker runs with one block before it takes the next.
const STRETCH: usize = 24;
/// Spread of the random actions, in units of the action term.
const SPREAD: f32 = 0.5;

/// Environments of one task and the time they took.
struct Herd {
    plan: Arc<Plan>,
    blocks: Vec<Block>,
    ticks: usize,
    secs: f64,
}

impl Herd {
    fn new(plan: &Arc<Plan>, envs: usize) -> Self {
        Self { plan: plan.clone(), blocks: env::blocks(plan, envs, 1, &Mode::TRAIN), ticks: 0, secs: 0.0 }
    }

    /// One stretch of all blocks: physics, observations of actor and critic, rewards and resets.
    fn turn(&mut self) {
        let (start, plan, at) = (Instant::now(), &self.plan, self.ticks as u64);
        self.blocks.par_iter_mut().for_each(|block| {
            let mut rng = LaneRng::new(1, block.env(0) + at, Purpose::Action);
            let mut obs = vec![Wide::zero(); plan.num_obs()];
            let mut critic = vec![Wide::zero(); plan.num_critic_obs()];
            let mut actions = vec![Wide::zero(); plan.num_actions()];
            for _ in 0..STRETCH {
                env::command(block, plan);
                for pair in actions.chunks_mut(2) {
                    let (a, b) = rng.normal2();
                    pair.iter_mut().zip([a, b]).for_each(|(x, z)| *x = z * Wide::splat(SPREAD));
                }
                env::observe(block, plan, &mut obs);
                if !critic.is_empty() {
                    env::observe_for_critic(block, plan, &mut critic);
                }
                env::step(block, plan, &actions);
                env::judge(block, plan);
                env::reset(block, plan);
            }
        });
        self.ticks += STRETCH;
        self.secs += start.elapsed().as_secs_f64();
    }

    fn rate(&self) -> f64 {
        (self.ticks * self.blocks.len() * WIDTH) as f64 / self.secs
    }
}

/// Rates of the task with 256 to 16,384 environments, the spread of what a step costs, and the rate over that of the task which it
/// extends. Turn by turn in one run, so that all see the same machine; `seconds` for everything.
///
/// # Errors
/// When a task does not compile.
pub fn scaling(doc: Document, seconds: f64) -> Result<Numbers> {
    let plan = Arc::new(task::compile(doc.clone())?);
    let of = |mut doc: Document, n: usize| -> Result<Herd> {
        doc.set("env.num_envs", n.into(), Origin::Argument("scaling".into()))
            .map_err(crate::config::ConfigErrors::from)?;
        Ok(Herd::new(&Arc::new(task::compile_like(doc, &plan)?), n))
    };
    let mut herds = SIZES.iter().map(|n| of(doc.clone(), *n)).collect::<Result<Vec<Herd>>>()?;
    // on a plane that nobody sees
    let mut flat = of(task::open("a1_flat", &[])?, SIZES[2])?;
    for herd in herds.iter_mut().chain([&mut flat]) {
        // robots fall and begin anew before anything is measured
        herd.turn();
        (herd.ticks, herd.secs) = (STRETCH, 0.0);
    }
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds || flat.secs == 0.0 {
        for herd in herds.iter_mut().chain([&mut flat]) {
            // each turn costs about the same
            (0..(SIZES[3] / (herd.blocks.len() * WIDTH)).max(1)).for_each(|_| herd.turn());
        }
    }
    for herd in herds.iter_mut().chain([&mut flat]) {
        herd.ticks -= STRETCH;
    }
    let key = |k: &str| format!("scaling.{}.{k}", plan.name);
    let rates: Vec<f64> = herds.iter().map(Herd::rate).collect();
    let mut out: Numbers =
        SIZES.iter().zip(&rates).map(|(n, r)| (key(&format!("env_steps_per_s_{n}")), *r)).collect();
    let [least, most] = [f64::min as fn(f64, f64) -> f64, f64::max]
        .map(|f| rates.iter().copied().reduce(f).unwrap_or(f64::NAN));
    out.push((key("cost_spread"), most / least - 1.0));
    out.push((key("ratio"), rates[2] / flat.rate()));
    Ok(out)
}
