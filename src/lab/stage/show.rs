//! What a control tick leaves behind for the window: where robots are, and everything about the marked one.
use super::{Scene, Stage, block_of};
use crate::env;
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, Picked, Viewer};
use crate::lane::{Lane, Wide};
use crate::mdp::TickView;
use crate::robot::{LinkPose, Posture, centre_of_mass, point_w};
use crate::tick::view::{ShownFrames, ShownProps, Telemetry};
use crate::tick::{Envs, EnvsState, Learner};
use bevy::prelude::*;

/// Before failures are gone: the rewards of the marked robot, and who fell.
pub(super) fn watch(
    picked: Res<Picked>,
    mut stages: Query<(&mut Envs, &mut Stage, &mut Scene), Without<Learner>>,
) {
    for (mut envs, mut stage, mut scene) in &mut stages {
        let state = envs.state();
        let dt = state.plan.dt;
        let marked = (picked.stage == stage.slot).then_some(picked.robot);
        for (robot, shown) in stage.robots.iter_mut().enumerate() {
            let Some((block, lane)) = block_of(state, robot) else { break };
            let fell = block.terminated.lanes()[lane] > 0.0;
            shown.fell_s = if fell { 0.0 } else { shown.fell_s + dt };
            scene.falls += u32::from(fell && marked == Some(robot));
        }
        if let Some(robot) = marked {
            reward_terms(state, robot, &mut scene.reward_terms);
        }
    }
}

fn reward_terms(state: &mut EnvsState, robot: usize, out: &mut Vec<f32>) {
    out.clear();
    let plan = state.plan.clone();
    let Some((block, lane)) = block_of(state, robot) else { return };
    let view = TickView::new(block.sim.state(), block.command, &block.track);
    let lives = block.terminated.lanes()[lane] == 0.0;
    out.extend(plan.rewards.iter().map(|r| match r.per_tick {
        w if w != 0.0 && lives => ((r.reward)(&view) * Wide::splat(w)).lanes()[lane],
        _ => 0.0,
    }));
}

/// After episodes began: other environments where the cast changed, then poses and telemetry.
pub(super) fn show(
    picked: Res<Picked>,
    mut stages: Query<
        (&mut Envs, &mut Stage, &mut Scene, &mut Telemetry, &mut ShownFrames, &mut ShownProps),
        Without<Learner>,
    >,
) {
    for (mut envs, mut stage, mut scene, mut telemetry, mut frames, mut shown) in &mut stages {
        let state = envs.state();
        let marked = (picked.stage == stage.slot).then_some(picked.robot);
        recast(state, &mut stage, &scene, marked.filter(|_| picked.driven));
        state.teams.iter_mut().flat_map(|t| &mut t.blocks).for_each(|b| b.episodes.forget());
        super::failed::gather(state, &mut scene);
        poses(state, &stage, &mut scene, &mut frames);
        things(state, &mut scene, &mut shown);
        match marked {
            Some(robot) => report(state, robot, picked.driven, &scene, &frames, &mut telemetry),
            None => {
                let (tick, dt) = (state.ticks, state.plan.dt);
                *telemetry = Telemetry { tick, time_s: tick as f64 * dt as f64, ..Telemetry::default() };
            }
        }
    }
}

/// Collects what the engines see, in every frame in which somebody wants that; of the past it is not known.
pub(super) fn see(
    (viewer, lab, timeline): (Res<Viewer>, Res<Lab>, Res<Timeline>),
    mut stages: Query<(&mut Envs, &mut ShownProps), Without<Learner>>,
) {
    let is_now = timeline.rewind_s.is_none() && lab.replay.is_none();
    for (mut envs, mut shown) in &mut stages {
        if !shown.lines.is_empty() {
            shown.lines.clear();
        }
        if viewer.debug_lines && is_now {
            let blocks = envs.state().teams.iter_mut().flat_map(|t| &mut t.blocks);
            blocks.for_each(|b| b.sim.debug_lines(&mut shown.lines));
        }
    }
}

/// Robots whose episode ended become environments that are wanted more.
fn recast(state: &mut EnvsState, stage: &mut Stage, scene: &Scene, driven: Option<usize>) {
    let plan = state.plan.clone();
    let mut shown: Option<Vec<usize>> = None;
    for robot in 0..stage.robots.len() {
        let Some((block, lane)) = block_of(state, robot) else { return };
        let ended = block.terminated.lanes()[lane] + block.timed_out.lanes()[lane] > 0.0;
        if !ended || driven == Some(robot) {
            continue;
        }
        let shown = shown.get_or_insert_with(|| stage.robots.iter().map(|r| r.env).collect());
        if let Some(env) = scene.cast.replacement(shown[robot], shown) {
            block.become_env(&plan, lane, env);
            shown[robot] = env;
            stage.robots[robot].fell_s = f32::INFINITY;
        }
    }
    if shown.is_some() {
        let count = stage.robots.len();
        super::list(state, stage, scene, count);
    }
}

/// Reads where robots are and places their links.
pub(super) fn poses(state: &mut EnvsState, stage: &Stage, scene: &mut Scene, frames: &mut ShownFrames) {
    let count = stage.robots.len();
    scene.postures.resize_with(count, Posture::default);
    for robot in 0..count {
        let Some((block, lane)) = block_of(state, robot) else { break };
        posture(block, lane, &mut scene.postures[robot]);
    }
    frames.advance_into(count, |robot, links| scene.skeleton.place(&scene.postures[robot], links));
}

/// Reads where the things around the robots are.
pub(super) fn things(state: &mut EnvsState, scene: &mut Scene, shown: &mut ShownProps) {
    let block = state.teams.first_mut().and_then(|t| t.blocks.first_mut());
    let Some(world) = block.and_then(|b| b.sim.play_world()) else { return };
    scene.props.clear();
    scene.props.extend(world.poses());
    let ShownProps { previous, current, pull, .. } = shown;
    std::mem::swap(previous, current);
    current.clone_from(&scene.props);
    *pull = world.pull_force();
}

/// Where a lane's robot is.
fn posture(block: &env::Block, lane: usize, out: &mut Posture) {
    let view = block.sim.state();
    let at = |v: &Wide| v.lanes()[lane];
    let p = &view.base_pos_w;
    out.pos_w = [at(&p.x), at(&p.y), at(&p.z)];
    out.quat = std::array::from_fn(|i| at(&view.base_quat[i]));
    out.joint_pos.clear();
    out.joint_pos.extend(view.joint_pos.iter().map(at));
}

/// Everything about the marked robot.
fn report(
    state: &mut EnvsState,
    robot: usize,
    driven: bool,
    scene: &Scene,
    frames: &ShownFrames,
    out: &mut Telemetry,
) {
    let (plan, tick) = (state.plan.clone(), state.ticks);
    let Some((block, lane)) = block_of(state, robot) else { return };
    let view = block.sim.state();
    let all = |to: &mut Vec<f32>, from: &[Wide]| {
        to.clear();
        to.extend(from.iter().map(|v| v.lanes()[lane]));
    };
    (out.tick, out.time_s) = (tick, tick as f64 * plan.dt as f64);
    (out.command, out.measured) = env::tracking(block, lane);
    all(&mut out.joint_pos, view.joint_pos);
    all(&mut out.joint_vel, view.joint_vel);
    all(&mut out.joint_torque, view.joint_torque);
    all(&mut out.joint_target, &block.targets);
    let none: &[LinkPose] = &[];
    let links = frames.current.get(robot).map_or(none, |l| &l[..]);
    out.point_pos_w.clear();
    out.point_force_w.clear();
    for ((link, centre), force) in scene.points.iter().zip(view.contact_force) {
        let Some(link) = links.get(*link) else { break };
        let at = point_w(link, *centre);
        let [up, x, y] = force.map(|f| f.lanes()[lane]);
        out.point_pos_w.push(at);
        out.point_force_w.push([x, y, up]);
    }
    out.foot_force.clear();
    out.foot_force.extend(
        plan.tracking
            .soles
            .iter()
            .map(|sole| sole.iter().map(|&point| view.contact_force[point][0].lanes()[lane]).sum::<f32>()),
    );
    out.com_w = if links.is_empty() { [0.0; 3] } else { centre_of_mass(&plan.robot, links) };
    out.reward = block.reward.lanes()[lane];
    out.reward_terms.clone_from(&scene.reward_terms);
    out.env = block.env(lane) as usize;
    out.driven = driven;
    out.falls = scene.falls;
}

/// Draws robots in these postures, without a past.
pub(in crate::lab) fn place_all(scene: &Scene, postures: &[Posture], frames: &mut ShownFrames) {
    frames.advance_into(postures.len(), |robot, links| scene.skeleton.place(&postures[robot], links));
    frames.previous.clone_from(&frames.current);
}
