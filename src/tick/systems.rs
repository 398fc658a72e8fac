//! The systems of the control tick: gather, call plain functions on all teams in parallel, scatter.
use super::components::{Envs, EnvsState, Learner, LearnerState};
use super::schedule::{ControlTick, TickSystems};
use super::view::{ShownFrames, Telemetry};
use crate::env;
use crate::lane::Lane;
use crate::learn::{TEAM, collect, gae};
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
            (record, show).chain().in_set(TickSystems::Record),
            learn.in_set(TickSystems::Learn),
        ),
    );
}

fn command(mut batches: Query<(&mut Envs, Option<&mut Learner>)>) {
    for (mut e, learner) in &mut batches {
        if let Some(l) = learner.map(|l| l.into_inner().state()).filter(|l| l.filled == 0) {
            l.remember(e.state());
        }
        let EnvsState { plan, teams, .. } = e.state();
        teams.par_iter_mut().for_each(|t| t.command(plan));
    }
}

fn observe(mut batches: Query<&mut Envs>) {
    for mut e in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        teams.par_iter_mut().for_each(|t| t.observe(plan));
    }
}

fn act(mut batches: Query<(&mut Envs, Has<Learner>)>) {
    for (mut e, learns) in &mut batches {
        let EnvsState { policy, teams, .. } = e.state();
        teams.par_iter_mut().for_each(|t| if learns { t.explore(policy) } else { t.act(policy) });
    }
}

fn step(mut batches: Query<&mut Envs>) {
    for mut e in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        teams.par_iter_mut().for_each(|t| t.step(plan));
    }
}

fn judge(mut batches: Query<&mut Envs>) {
    for mut e in &mut batches {
        let EnvsState { plan, policy, teams, ticks } = e.state();
        teams.par_iter_mut().for_each(|t| t.judge(plan, policy));
        *ticks += 1;
    }
}

fn reset(mut batches: Query<&mut Envs>) {
    for mut e in &mut batches {
        let EnvsState { plan, teams, .. } = e.state();
        teams.par_iter_mut().for_each(|t| t.reset(plan));
    }
}

/// Keeps the tick for the learner.
fn record(mut batches: Query<(&mut Envs, &mut Learner)>) {
    for (mut e, mut l) in &mut batches {
        let (EnvsState { plan, teams, policy, .. }, l) = (e.state(), l.state());
        let t = l.filled;
        l.filled += 1;
        let last = l.filled == l.rollout.horizon;
        teams.par_iter_mut().zip(l.rollout.blocks_mut(TEAM)).for_each(|(team, mut part)| {
            team.record(&mut part, t);
            if last {
                team.finish(plan, policy, &mut part);
            }
        });
    }
}

/// Leaves behind what the window shows of lane 0.
fn show(mut batches: Query<(&mut Envs, &mut Telemetry, &mut ShownFrames)>) {
    for (mut e, mut telemetry, mut frames) in &mut batches {
        let state = e.state();
        let (ticks, dt) = (state.ticks, state.plan.dt);
        let feet = state.plan.feet.clone();
        let Some(block) = state.teams.first_mut().and_then(|t| t.blocks.first_mut()) else { continue };
        let mut poses = vec![];
        block.sim.link_poses(0, &mut poses);
        frames.advance(vec![poses]);
        let (command, measured) = env::tracking(block, 0);
        let ended = block.episodes.take();
        let view = block.sim.state();
        let all = |v: &[crate::lane::Wide]| v.iter().map(|x| x.lanes()[0]).collect();
        *telemetry = Telemetry {
            tick: ticks,
            time_s: ticks as f64 * dt as f64,
            command,
            measured,
            joint_pos: all(view.joint_pos),
            joint_vel: all(view.joint_vel),
            joint_torque: all(view.joint_torque),
            foot_force: feet.iter().map(|&p| view.contact_force[p][0].lanes()[0]).collect(),
            reward: block.reward.lanes()[0],
            falls: telemetry.falls + (ended.failed > 0.0 && block.track.ticks.lanes()[0] == 0.0) as u32,
            ..Telemetry::default()
        };
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
    gae(&mut l.rollout, l.ppo.cfg.gamma, l.ppo.cfg.lambda);
    l.update = l.ppo.update(&mut e.policy, &l.rollout);
    l.filled = 0;
    l.iteration += 1;
    l.wall[1] += start.elapsed().as_secs_f64();
}

/// One rollout and one update without the schedule's barriers; the same bits as running the schedule.
pub fn learn_fast(e: &mut EnvsState, l: &mut LearnerState) {
    let start = Instant::now();
    l.remember(e);
    let spent = collect(&mut e.teams, &e.plan, &e.policy, &mut l.rollout);
    l.spent = l.spent + spent;
    e.ticks += l.rollout.horizon as u64;
    l.filled = l.rollout.horizon;
    l.wall[0] += start.elapsed().as_secs_f64();
    update(e, l);
}
