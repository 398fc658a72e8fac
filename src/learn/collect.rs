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
