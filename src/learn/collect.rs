//! Headless rollouts: each worker takes one team through all ticks, with no barrier in between.
use super::team::{Team, size_of};
use crate::crew;
use crate::lane::Wide;
use crate::learn::{DeviceLost, Rollout, RolloutPart};
use crate::nn::ActorCritic;
use crate::phase::phase;
use crate::task::Plan;
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
    let parts = rollout.parts(size_of(teams));
    let mut work: Vec<_> =
        teams.iter_mut().zip(parts).map(|(team, part)| (team, part, Spent::default())).collect();
    crew::each_mut(&mut work, |_, (team, part, spent)| *spent = play_out(team, plan, policy, part));
    work.into_iter().fold(Spent::default(), |sum, (_, _, spent)| sum + spent)
}

/// Networks that are not where the environments are.
pub trait Forward {
    /// The observations of actor and critic (none where it sees the same) to be written, and what is said of them afterwards: for
    /// every block its mean actions and then its value, `[block][number]`.
    fn memory(&mut self) -> (&mut [Wide], &mut [Wide], &[Wide]);
    /// Says what is to be said of the observations. Fails if the device does.
    fn forward(&mut self) -> Result<(), DeviceLost>;
}

/// As [`collect`], with networks that see all environments at once: tick by tick, all teams together. Fails if their device does.
pub fn collect_together(
    teams: &mut [Team],
    plan: &Plan,
    policy: &ActorCritic,
    rollout: &mut Rollout,
    networks: &mut dyn Forward,
) -> Result<Spent, DeviceLost> {
    let (per, horizon) = (size_of(teams), rollout.horizon);
    let sizes = [plan.num_obs(), plan.num_critic_obs(), plan.num_actions() + 1].map(|n| n * per);
    let parts = rollout.parts(per);
    let mut work: Vec<_> =
        teams.iter_mut().zip(parts).map(|(team, part)| (team, part, Spent::default())).collect();
    let mut waited = 0.0;
    for t in 0..=horizon {
        let (obs, critic_obs, said) = networks.memory();
        let mut obs = obs.chunks_mut(sizes[0]);
        let mut critic_obs = critic_obs.chunks_mut(sizes[1].max(1));
        let mut said = said.chunks(sizes[2]);
        let mut both: Vec<_> = work
            .iter_mut()
            .map(|work| {
                let seen = [obs.next(), critic_obs.next()].map(Option::unwrap_or_default);
                (work, seen, said.next().unwrap_or_default())
            })
            .collect();
        crew::each_mut(&mut both, |_, ((team, part, spent), [obs, critic_obs], said)| {
            let mut laps = Laps::new(spent);
            if t > 0 {
                team.hear(said);
                phase!("act", team.draw(policy));
                laps.lap(|s| &mut s.act);
                go_on(team, plan, policy, part, t - 1, &mut laps);
            }
            if t < horizon {
                look(team, plan, &mut laps);
                obs.copy_from_slice(&team.obs);
                critic_obs.copy_from_slice(&team.critic_obs);
                laps.lap(|s| &mut s.observe);
            } else {
                phase!("act", team.finish(plan, policy, part));
                laps.lap(|s| &mut s.act);
            }
        });
        if t < horizon {
            let start = Instant::now();
            phase!("forward", networks.forward())?;
            waited += start.elapsed().as_secs_f64();
        }
    }
    let spent = work.into_iter().fold(Spent::default(), |sum, (_, _, spent)| sum + spent);
    // everybody waits for the networks
    Ok(Spent { act: spent.act + waited * rayon::current_num_threads() as f64, ..spent })
}

fn play_out(team: &mut Team, plan: &Plan, policy: &ActorCritic, part: &mut RolloutPart<'_>) -> Spent {
    let mut spent = Spent::default();
    let mut laps = Laps::new(&mut spent);
    for t in 0..part.reward.len() / team.blocks.len() {
        look(team, plan, &mut laps);
        phase!("act", team.explore(policy));
        laps.lap(|s| &mut s.act);
        go_on(team, plan, policy, part, t, &mut laps);
    }
    phase!("act", team.finish(plan, policy, part));
    laps.lap(|s| &mut s.act);
    spent
}

/// A tick up to what the networks see.
fn look(team: &mut Team, plan: &Plan, laps: &mut Laps<'_>) {
    phase!("command", team.command(plan));
    laps.lap(|s| &mut s.judge);
    phase!("observe", {
        team.observe(plan);
        team.observe_for_critic(plan);
    });
    laps.lap(|s| &mut s.observe);
}

/// The rest of tick `t`.
fn go_on(
    team: &mut Team,
    plan: &Plan,
    policy: &ActorCritic,
    part: &mut RolloutPart<'_>,
    t: usize,
    laps: &mut Laps<'_>,
) {
    phase!("physics", team.step(plan));
    laps.lap(|s| &mut s.step);
    phase!("judge", {
        team.judge(plan, policy);
        team.reset(plan);
    });
    phase!("record", team.record(part, t));
    laps.lap(|s| &mut s.judge);
}

/// Adds up where the time goes.
struct Laps<'a> {
    spent: &'a mut Spent,
    last: Instant,
}

impl<'a> Laps<'a> {
    fn new(spent: &'a mut Spent) -> Self {
        Self { spent, last: Instant::now() }
    }
    fn lap(&mut self, sum: impl FnOnce(&mut Spent) -> &mut f64) {
        let now = Instant::now();
        *sum(self.spent) += (now - self.last).as_secs_f64();
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{Mode, blocks};
    use crate::lane::{Lane, WIDTH};
    use crate::learn::team::teams;
    use crate::nn::{Activations, NetworkCfg};

    const BLOCKS: usize = 5;

    /// Networks that are somewhere else only by name.
    struct Elsewhere<'a> {
        policy: &'a ActorCritic,
        obs: Vec<Wide>,
        critic_obs: Vec<Wide>,
        said: Vec<Wide>,
    }

    impl Forward for Elsewhere<'_> {
        fn memory(&mut self) -> (&mut [Wide], &mut [Wide], &[Wide]) {
            (&mut self.obs, &mut self.critic_obs, &self.said)
        }
        fn forward(&mut self) -> Result<(), DeviceLost> {
            let mut work = Activations::new(self.policy, 1);
            let per_block = |all: &[Wide]| all.len() / BLOCKS;
            let (no, nc, width) = (per_block(&self.obs), per_block(&self.critic_obs), per_block(&self.said));
            for b in 0..BLOCKS {
                let obs = &self.obs[b * no..][..no];
                let critic_obs = if nc == 0 { obs } else { &self.critic_obs[b * nc..][..nc] };
                let said = &mut self.said[b * width..][..width];
                said[..width - 1].copy_from_slice(self.policy.act(obs, 1, &mut work));
                said[width - 1] = self.policy.value(critic_obs, 1, &mut work)[0];
            }
            Ok(())
        }
    }

    #[test]
    fn networks_that_see_all_environments_at_once_make_the_same_rollouts() {
        for task in ["a1_flat", "a1_rough"] {
            let short = [("env.terminations.time_out.secs", "0.1"), ("env.terrain.level_rule", "\"off\"")];
            let over = short.map(|(key, value)| (key.to_owned(), value.to_owned()));
            let over = &over[..if task == "a1_flat" { 1 } else { 2 }];
            let plan = crate::task::compile(crate::task::open(task, over).unwrap()).unwrap();
            let cfg = NetworkCfg { actor: vec![8], critic: vec![8], ..NetworkCfg::default() };
            let policy = ActorCritic::for_sizes(&cfg, plan.sizes(), 3);
            let [mut apart, mut together] = [0, 1].map(|_| {
                (
                    teams(blocks(&plan, BLOCKS * WIDTH, 1, &Mode::TRAIN), 2, &plan, &policy),
                    Rollout::for_sizes(BLOCKS, 9, plan.sizes()),
                )
            });
            let zeros = |n: usize| vec![Wide::zero(); BLOCKS * n];
            let mut elsewhere = Elsewhere {
                policy: &policy,
                obs: zeros(plan.num_obs()),
                critic_obs: zeros(plan.num_critic_obs()),
                said: zeros(plan.num_actions() + 1),
            };
            // the second begins where the first ended
            for _ in 0..2 {
                collect(&mut apart.0, &plan, &policy, &mut apart.1);
                collect_together(&mut together.0, &plan, &policy, &mut together.1, &mut elsewhere).unwrap();
                let (a, b) = (apart.1.whole_mut(), together.1.whole_mut());
                for (what, a, b) in [
                    ("obs", a.obs, b.obs),
                    ("critic_obs", a.critic_obs, b.critic_obs),
                    ("actions", a.actions, b.actions),
                    ("means", a.means, b.means),
                    ("log_prob", a.log_prob, b.log_prob),
                    ("value", a.value, b.value),
                    ("reward", a.reward, b.reward),
                    ("terminated", a.terminated, b.terminated),
                    ("timed_out", a.timed_out, b.timed_out),
                    ("terminal_value", a.terminal_value, b.terminal_value),
                    ("last_value", a.last_value, b.last_value),
                ] {
                    let same = a.iter().zip(&*b).all(|(a, b)| a.lanes() == b.lanes());
                    assert!(same && a.len() == b.len(), "{task}: {what}");
                }
                assert!(apart.1.timed_out.iter().any(|t| t.sum() > 0.0), "{task}: no episode ended");
            }
        }
    }
}
