//! Headless rollouts: each worker takes one team through all ticks, with no barrier in between.
use super::team::{Team, size_of};
use crate::learn::{Rollout, RolloutPart};
use crate::nn::ActorCritic;
use crate::phase::phase;
use crate::task::Plan;
use rayon::prelude::*;
use std::time::Instant;

/// Time spent by all workers together, s.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// In the networks.
    pub act: f64,
    /// In physics.
    pub step: f64,
    /// In observations.
    pub observe: f64,
    /// In commands, rewards, terminations, resets and bookkeeping.
    pub judge: f64,
}

impl std::ops::Add for Spent {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Self {
            act: self.act + o.act,
            step: self.step + o.step,
            observe: self.observe + o.observe,
            judge: self.judge + o.judge,
        }
    }
}

/// Fills a rollout.
pub fn collect(teams: &mut [Team], plan: &Plan, policy: &ActorCritic, rollout: &mut Rollout) -> Spent {
    let per = size_of(teams);
    teams
        .par_iter_mut()
        .zip(rollout.blocks_mut(per))
        .with_max_len(1)
        .map(|(team, mut part)| play_out(team, plan, policy, &mut part))
        .reduce(Spent::default, |a, b| a + b)
}

fn play_out(team: &mut Team, plan: &Plan, policy: &ActorCritic, part: &mut RolloutPart<'_>) -> Spent {
    let mut spent = Spent::default();
    let mut last = Instant::now();
    let mut lap = |sum: &mut f64| {
        let now = Instant::now();
        *sum += (now - last).as_secs_f64();
        last = now;
    };
    for t in 0..part.reward.len() / team.blocks.len() {
        phase!("command", team.command(plan));
        lap(&mut spent.judge);
        phase!("observe", {
            team.observe(plan);
            team.observe_for_critic(plan);
        });
        lap(&mut spent.observe);
        phase!("act", team.explore(policy));
        lap(&mut spent.act);
        phase!("physics", team.step(plan));
        lap(&mut spent.step);
        phase!("judge", {
            team.judge(plan, policy);
            team.reset(plan);
        });
        phase!("record", team.record(part, t));
        lap(&mut spent.judge);
    }
    phase!("act", team.finish(plan, policy, part));
    lap(&mut spent.act);
    spent
}
