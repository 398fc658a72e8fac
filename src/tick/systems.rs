//! The systems of the control tick: gather, call plain functions on all teams in parallel, scatter.
use super::components::{Envs, EnvsState, Learner, LearnerState};
use super::lost;
use super::schedule::{ControlTick, TickSystems};
use crate::learn::{Team, gae, prepare, reflect, size_of};
use crate::phase::phase;
use bevy::prelude::*;
use rayon::prelude::*;
use std::time::Instant;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(
        ControlTick,
        (
            command.in_set(TickSystems::Command),
            observe.in_set(TickSystems::Observe),
            act.in_set(TickSystems::Act),
            step.in_set(TickSystems::Step),
            judge.in_set(TickSystems::Judge),
            reset.in_set(TickSystems::Reset),
            record.in_set(TickSystems::Record),
            learn.in_set(TickSystems::Learn),
        ),
    );
}

/// Teams that learn are spread over threads. Those that are only watched are few: handing them to workers, which may all
/// be busy with training, would take longer than the work.
fn each(teams: &mut [Team], learns: bool, work: impl Fn(usize, &mut Team) + Sync) {
    if learns {
        teams.par_iter_mut().enumerate().for_each(|(i, team)| work(i, team));
    } else {
        teams.iter_mut().enumerate().for_each(|(i, team)| work(i, team));
    }
}

fn command(mut batches: Query<(&mut Envs, Option<&mut Learner>)>) {
    for (mut e, learner) in &mut batches {
        let learns = learner.is_some();
        if let Some(l) = learner.map(|l| l.into_inner().state()).filter(|l| l.filled == 0) {
            l.remember(e.state());
        }
        let EnvsState { plan, teams, .. } = e.state();
        each(teams, learns, |_, t| t.command(plan));
    }
}

fn observe(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        each(teams, learns, |_, t| {
            t.observe(plan);
            if learns {
                t.observe_for_critic(plan);
            }
        });
    }
}

fn act(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { policy, teams, explore, steady, .. } = e.state();
        each(teams, learns, |i, t| match learns {
            true => t.explore(policy),
            false if *explore => t.wander(policy, steady.filter(|s| s[0] == i).map(|s| (s[1], s[2]))),
            false => t.act(policy),
        });
    }
}

fn step(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        each(teams, learns, |_, t| t.step(plan));
    }
}

fn judge(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { plan, policy, teams, ticks, .. } = e.state();
        each(teams, learns, |_, t| t.judge(plan, policy));
        *ticks += 1;
    }
}

fn reset(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        each(teams, learns, |_, t| t.reset(plan));
    }
}

/// Keeps the tick for the learner.
fn record(mut batches: Query<(&mut Envs, &mut Learner)>) {
    for (mut e, mut l) in &mut batches {
        let (EnvsState { plan, teams, policy, .. }, l) = (e.state(), l.state());
        let t = l.filled;
        l.filled += 1;
        let last = l.filled == l.rollout.horizon;
        let per = size_of(teams);
        let parts = l.rollout.parts(per);
        teams.par_iter_mut().zip(parts).for_each(|(team, mut part)| {
            team.record(&mut part, t);
            if last {
                team.finish(plan, policy, &mut part);
            }
        });
    }
}

/// When a rollout is full: one update.
fn learn(mut batches: Query<(&mut Envs, &mut Learner)>) {
    for (mut e, mut l) in &mut batches {
        let (e, l) = (e.state(), l.state());
        if l.filled == l.rollout.horizon {
            update(e, l);
        }
    }
}

fn update(e: &mut EnvsState, l: &mut LearnerState) {
    let start = Instant::now();
    phase!("advantages", gae(&mut l.rollout, l.ppo.cfg.gamma, l.ppo.cfg.lambda));
    if let Some(mirror) = e.plan.mirror.as_ref().filter(|_| l.ppo.cfg.mirror) {
        reflect(&mut l.rollout, mirror, &e.policy, l.iteration);
    }
    l.ppo.iteration = l.iteration;
    let mirror = e.plan.mirror.as_ref().filter(|_| l.ppo.cfg.mirror_loss > 0.0);
    let lesson = phase!("prepare", prepare(&mut l.rollout, &e.policy, mirror));
    let Some(stats) = lost::update(e, l) else { return };
    l.update = stats;
    lesson.learn(&mut e.policy);
    l.filled = 0;
    l.iteration += 1;
    l.wall[1] += start.elapsed().as_secs_f64();
}

/// One rollout and one update without the schedule's barriers; the same bits as running the schedule.
pub fn learn_fast(e: &mut EnvsState, l: &mut LearnerState) {
    let start = Instant::now();
    phase!("remember", l.remember(e));
    let Some(spent) = lost::rollout(e, l) else { return };
    l.spent = l.spent + spent;
    l.wall[0] += start.elapsed().as_secs_f64();
    update(e, l);
}
