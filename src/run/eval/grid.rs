//! Many tries of many commands.
use super::tally::Sums;
use super::{EvalCfg, Tally};
use crate::env::{Block, Mode, SimFactory};
use crate::lane::WIDTH;
use crate::learn::{TEAM, Team};
use crate::nn::ActorCritic;
use crate::task::Plan;
use rayon::prelude::*;

/// Environments of evaluations are numbered from here, so that they are never those of training.
const FIRST_ENV: usize = 1_000_000_000;

/// How many tries, how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Tries in all; environment `i` gets command `i % commands`.
    pub tries: usize,
    /// Length of a try, s.
    pub secs: f64,
}

/// A cheap look before a full evaluation: 32 tries of 5 s, commands mixed.
pub fn screen(plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg) -> Tally {
    let stage = Stage { tries: 32, secs: 5.0 };
    let mut all = Tally::default();
    evaluate(plan, policy, cfg, &cfg.grid(), stage).iter().for_each(|t| all.add(t));
    all
}

/// Tries every command; one tally per command. The result does not depend on threads.
pub fn evaluate(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    commands: &[[f32; 3]],
    stage: Stage,
) -> Vec<Tally> {
    let factory = SimFactory::new(plan);
    let mode = Mode { start_strength: cfg.start_strength, ..Mode::EVALUATE };
    let blocks = stage.tries.div_ceil(WIDTH);
    let groups: Vec<std::ops::Range<usize>> =
        (0..blocks.div_ceil(TEAM)).map(|t| t * TEAM..((t + 1) * TEAM).min(blocks)).collect();
    let ticks = |secs: f64| (secs / plan.dt as f64).round() as usize;
    let (ticks, settle) = (ticks(stage.secs), ticks(cfg.settle_secs));
    let sums: Vec<Vec<Sums>> = groups
        .into_par_iter()
        .with_max_len(1)
        .map(|range| {
            let start = |b: usize| {
                let mut block =
                    Block::new(plan, factory.simulator(plan), 0, FIRST_ENV + b * WIDTH, mode.clone());
                for lane in 0..WIDTH {
                    block.set_command(lane, commands[(b * WIDTH + lane) % commands.len()]);
                }
                block
            };
            let mut team = Team::new(range.clone().map(start).collect(), plan, policy);
            let mut sums: Vec<Sums> = range.map(|_| Sums::new(plan, cfg.window_secs)).collect();
            for t in 0..ticks {
                team.observe(plan);
                team.act(policy);
                team.step(plan);
                team.judge(plan, policy);
                team.blocks.iter().zip(&mut sums).for_each(|(b, s)| s.add(b, plan, t >= settle));
                team.reset(plan);
            }
            sums
        })
        .collect();
    let mut out = vec![Tally::default(); commands.len()];
    for (i, lane) in (0..stage.tries).map(|i| (i, i % WIDTH)) {
        let block = i / WIDTH;
        sums[block / TEAM][block % TEAM].pour(lane, &mut out[i % commands.len()]);
    }
    out
}
