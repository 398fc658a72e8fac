//! Many tries of many commands.
use super::tally::Sums;
use super::{EvalCfg, Tally};
use crate::env::{Block, Mode, SimFactory};
use crate::lane::{WIDTH, Wide};
use crate::learn::{TEAM, Team, team_size};
use crate::nn::ActorCritic;
use crate::physics::Simulator;
use crate::task::Plan;
use rayon::prelude::*;
use std::convert::Infallible;

/// Environments of evaluations are numbered from here, so that they are never those of training.
pub(super) const FIRST_ENV: usize = 1_000_000_000;

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
    pass_or_fail(plan, policy, cfg, Stage { tries: 32, secs: 5.0 })
}

/// All tries together, whether they pass or not: where more robots of a block have fallen than may fall of all, the block is
/// not looked at any longer than it takes to say how it moves.
pub fn pass_or_fail(plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg, stage: Stage) -> Tally {
    let factory = SimFactory::new(plan);
    let stand = || Ok::<_, Infallible>(Stand { sim: factory.simulator(plan), told: None, follow: None });
    let together = team_size(stage.tries.div_ceil(WIDTH));
    let may_fall = Some((cfg.pass.fall_rate * stage.tries as f64) as usize);
    let mut all = Tally::default();
    match tries(plan, policy, cfg, &cfg.grid(), stage, &mode(cfg), together, may_fall, &stand) {
        Ok(tallies) => tallies.iter().for_each(|t| all.add(t)),
        Err(never) => match never {},
    }
    all
}

/// A simulator for one block, and somebody who is told before every step what the program sees.
pub struct Stand<'a> {
    /// The simulator.
    pub sim: Box<dyn Simulator>,
    /// Told the block and its observation.
    pub told: Option<Teller<'a>>,
    /// Given the block after every step, before anybody judges it.
    pub follow: Option<Follower<'a>>,
}

/// See [`Stand::follow`].
pub type Follower<'a> = Box<dyn FnMut(&mut Block) + Send + 'a>;

/// See [`Stand::told`].
pub type Teller<'a> = Box<dyn FnMut(&Block, &[Wide]) + Send + 'a>;

/// Tries every command; one tally per command. The result does not depend on threads.
pub fn evaluate(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    commands: &[[f32; 3]],
    stage: Stage,
) -> Vec<Tally> {
    evaluate_as(plan, policy, cfg, commands, stage, &mode(cfg))
}

/// How tries of a judgement are made.
fn mode(cfg: &EvalCfg) -> Mode {
    Mode { start_strength: cfg.start_strength, ..Mode::EVALUATE }
}

/// As [`evaluate`], with noise or pushes as `mode` says.
pub(super) fn evaluate_as(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    commands: &[[f32; 3]],
    stage: Stage,
    mode: &Mode,
) -> Vec<Tally> {
    let factory = SimFactory::new(plan);
    let stand = || Ok::<_, Infallible>(Stand { sim: factory.simulator(plan), told: None, follow: None });
    match tries(plan, policy, cfg, commands, stage, mode, TEAM, None, &stand) {
        Ok(tallies) => tallies,
        Err(never) => match never {},
    }
}

/// As [`evaluate`], in simulators of somebody else; so many of their blocks (at most [`TEAM`]) live at once per thread.
///
/// # Errors
/// The first that `stand` gave.
pub fn evaluate_in<'a, E: Send>(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    commands: &[[f32; 3]],
    stage: Stage,
    together: usize,
    stand: &(dyn Fn() -> Result<Stand<'a>, E> + Sync),
) -> Result<Vec<Tally>, E> {
    tries(plan, policy, cfg, commands, stage, &mode(cfg), together, None, stand)
}

fn tries<'a, E: Send>(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    commands: &[[f32; 3]],
    stage: Stage,
    mode: &Mode,
    together: usize,
    may_fall: Option<usize>,
    stand: &(dyn Fn() -> Result<Stand<'a>, E> + Sync),
) -> Result<Vec<Tally>, E> {
    let blocks = stage.tries.div_ceil(WIDTH);
    let groups: Vec<std::ops::Range<usize>> =
        (0..blocks.div_ceil(together)).map(|t| t * together..((t + 1) * together).min(blocks)).collect();
    let ticks = |secs: f64| (secs / plan.dt as f64).round() as usize;
    let (ticks, settle, enough) = (ticks(stage.secs), ticks(cfg.settle_secs), ticks(cfg.settle_secs + 1.0));
    let hopeless = |t: usize, s: &Sums| t >= enough && may_fall.is_some_and(|n| s.fallen() > n);
    let sums: Vec<Vec<Sums>> = groups
        .into_par_iter()
        .with_max_len(1)
        .map(|range| {
            let (mut blocks, mut tellers, mut followers) = (vec![], vec![], vec![]);
            for b in range.clone() {
                let Stand { sim, told, follow } = stand()?;
                let mut block = Block::new(plan, sim, 0, FIRST_ENV + b * WIDTH, mode.clone());
                for lane in 0..WIDTH {
                    block.set_command(lane, commands[(b * WIDTH + lane) % commands.len()]);
                }
                blocks.push(block);
                tellers.push(told);
                followers.push(follow);
            }
            let mut team = Team::new(blocks, plan, policy);
            let mut sums: Vec<Sums> = range.map(|_| Sums::new(plan, cfg.window_secs)).collect();
            for t in 0..ticks {
                // commands stay: this is for what else is due by time
                team.command(plan);
                team.observe(plan);
                for ((block, seen), told) in
                    team.blocks.iter().zip(team.obs.chunks(plan.num_obs())).zip(&mut tellers)
                {
                    if let Some(told) = told {
                        told(block, seen);
                    }
                }
                team.act(policy);
                team.step(plan);
                for (block, follow) in team.blocks.iter_mut().zip(&mut followers) {
                    if let Some(follow) = follow {
                        follow(block);
                    }
                }
                team.judge(plan, policy);
                for (block, sums) in team.blocks.iter().zip(&mut sums).filter(|(_, s)| !hopeless(t, s)) {
                    sums.add(block, plan, t >= settle);
                }
                if sums.iter().all(|s| hopeless(t, s)) {
                    break;
                }
                team.reset(plan);
            }
            Ok(sums)
        })
        .collect::<Result<_, E>>()?;
    let mut out = vec![Tally::default(); commands.len()];
    for (i, lane) in (0..stage.tries).map(|i| (i, i % WIDTH)) {
        let block = i / WIDTH;
        sums[block / together][block % together].pour(lane, &mut out[i % commands.len()]);
    }
    Ok(out)
}
