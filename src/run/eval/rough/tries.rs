//! The tries themselves.
use super::{Outcome, RoughCfg};
use crate::env::{Block, Mode, SimFactory};
use crate::lane::{Lane, WIDTH};
use crate::learn::{TEAM, Team};
use crate::nn::ActorCritic;
use crate::physics::Simulator;
use crate::run::eval::EvalCfg;
use crate::task::Plan;
use anyhow::{Error, Result};
use rayon::prelude::*;

/// Who simulates the tries of a plan.
pub trait Host: Sync {
    /// One block's simulator.
    ///
    /// # Errors
    /// When there is none to be had.
    fn simulator(&self) -> Result<Box<dyn Simulator>>;
    /// What went wrong meanwhile.
    fn trouble(&self) -> Option<Error> {
        None
    }
    /// Blocks that a thread runs together, at most [`TEAM`].
    fn together(&self) -> usize {
        TEAM
    }
}

/// The engine that a plan names.
struct Own<'p>(&'p Plan, SimFactory);

impl Host for Own<'_> {
    fn simulator(&self) -> Result<Box<dyn Simulator>> {
        Ok(self.1.simulator(self.0))
    }
}

/// Hosts in the engine that the plan names.
///
/// # Errors
/// None.
pub fn own(plan: &Plan) -> Result<Box<dyn Host + '_>> {
    Ok(Box::new(Own(plan, SimFactory::new(plan))))
}

/// What a try on a track or tile is.
pub(super) struct Try {
    pub env: usize,
    /// On the task's own terrain.
    pub level: Option<u32>,
    /// Where it starts on a track, m to the left.
    pub aside: f32,
}

/// Runs tries: on tracks until `way` m along x and on to the end, on tiles until `way` m from the middle.
pub(super) fn run(
    plan: &Plan,
    host: &dyn Host,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    rough: &RoughCfg,
    tries: &[Try],
    way: f32,
) -> Result<Vec<Outcome>> {
    let mode = Mode { start_strength: cfg.start_strength, ..Mode::EVALUATE };
    let ticks = (rough.secs / f64::from(plan.dt)).round() as usize;
    let results: Vec<Vec<Outcome>> = tries
        .par_chunks(host.together() * WIDTH)
        .with_max_len(1)
        .map(|tries| {
            let blocks = tries
                .chunks(WIDTH)
                .map(|some| {
                    let mut block = Block::new(plan, host.simulator()?, 0, some[0].env, mode.clone());
                    for (lane, one) in some.iter().enumerate() {
                        block.start_at[lane] = [0.0, one.aside];
                        block.become_env_on(plan, lane, one.env, one.level.unwrap_or(0));
                        let forward = block.facing(lane);
                        block.set_command(lane, [rough.speed as f32, 0.0, 0.0]);
                        block.follow(lane, forward);
                    }
                    Ok(block)
                })
                .collect::<Result<_>>()?;
            let mut team = Team::new(blocks, plan, policy);
            // how far each went, and whether it is over
            let mut out = vec![Outcome { tries: 1.0, ..Outcome::default() }; tries.len()];
            let mut over = vec![false; tries.len()];
            for _ in 0..ticks {
                team.command(plan);
                team.observe(plan);
                team.act(policy);
                team.step(plan);
                team.judge(plan, policy);
                for (i, one) in tries.iter().enumerate() {
                    if over[i] {
                        continue;
                    }
                    let (block, lane) = (&team.blocks[i / WIDTH], i % WIDTH);
                    let [x, y] = block.place(lane);
                    let far = match one.level {
                        None => x,
                        Some(_) => {
                            let [hx, hy] = block.track.home.map(|h| h.lanes()[lane]);
                            (x - hx).abs().max((y - hy).abs())
                        }
                    };
                    if block.terminated.lanes()[lane] > 0.0 {
                        (out[i].falls, out[i].way, over[i]) = (1.0, 0.0, true);
                    } else {
                        out[i].way = f64::from(far);
                        over[i] = one.level.is_some() && far > way;
                    }
                }
                if over.iter().all(|o| *o) {
                    break;
                }
                team.reset(plan);
            }
            for o in &mut out {
                o.successes = f64::from(u8::from(o.falls == 0.0 && o.way >= f64::from(way)));
            }
            Ok(out)
        })
        .collect::<Result<_>>()?;
    match host.trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(results.into_iter().flatten().collect()),
    }
}
