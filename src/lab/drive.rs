//! A person at a robot: driving, pushing, pulling, marking.
use super::stage::scene::{Kind, block_of, on_stage, spot};
use super::timeline::Timeline;
use super::training::Training;
use super::{Lab, LabCommand, Picked, Viewer};
use crate::robot::Twist;
use crate::run::session::Order;
use crate::tick::{ControlTick, TickSystems};
use bevy::prelude::*;

/// Change of velocity of a push by key, m/s.
const PUSH: f32 = 0.8;
/// Pushes when the task has none, m/s.
const PUSH_ALL: f32 = 1.0;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Hands>().add_systems(ControlTick, pull.in_set(TickSystems::Drive));
}

/// What hands are on.
#[derive(Resource, Default)]
pub(super) struct Hands {
    /// The robot that is driven.
    pub driven: Option<Driven>,
    /// Robots that are pulled at: stage, robot, force in the world frame, N.
    drags: Vec<(usize, usize, [f32; 3])>,
    /// Pushes of all robots so far: each goes another way.
    pushes: u32,
}

/// A driven robot.
pub(super) struct Driven {
    pub stage: usize,
    pub robot: usize,
    pub env: usize,
    pub command: [f32; 3],
    /// The run whose environment it is.
    run: Option<String>,
    /// What the run was told last.
    told: Option<[f32; 3]>,
}

/// Obeys what concerns the marked robot.
pub(super) fn obey(world: &mut World, command: &LabCommand) {
    let Picked { stage, robot, .. } = *world.resource::<Picked>();
    match *command {
        LabCommand::Pick { stage, robot } => pick(world, stage, robot),
        LabCommand::NextRobot => next(world),
        LabCommand::TakeOver => take_over(world, None),
        LabCommand::SetCommand(c) => take_over(world, Some(c)),
        LabCommand::GiveBack | LabCommand::Dismiss => release(world),
        LabCommand::Reset => {
            on_stage(world, stage, |state, stage, _| {
                if let Some((block, lane)) = block_of(state, robot) {
                    block.ask_reset(lane);
                    // who plays alone begins everything anew
                    if let Some(world) = block.sim.play_world().filter(|_| stage.robots.len() == 1) {
                        world.put_back_at_start();
                    }
                }
            });
        }
        LabCommand::Push(change) => push(world, stage, robot, change),
        LabCommand::PushAway => {
            let away = world.resource::<Viewer>().away;
            push(world, stage, robot, away.map(|x| x * PUSH));
        }
        LabCommand::Drag { stage, robot, force_w } => {
            let drags = &mut world.resource_mut::<Hands>().drags;
            drags.retain(|d| (d.0, d.1) != (stage, robot));
            drags.extend(force_w.filter(|f| f.iter().all(|v| v.is_finite())).map(|f| (stage, robot, f)));
        }
        LabCommand::PushAll => push_all(world),
        LabCommand::ResetAll => reset_all(world),
        _ => {}
    }
}

fn pick(world: &mut World, stage: usize, robot: usize) {
    let exists = on_stage(world, stage, |_, stage, _| robot < stage.robots.len()).unwrap_or(false);
    let now = *world.resource::<Picked>();
    if !exists || (now.stage, now.robot) == (stage, robot) {
        return;
    }
    release(world);
    *world.resource_mut::<Picked>() = Picked { stage, robot, driven: false };
    world.resource_mut::<Timeline>().samples.clear();
    for slot in 0..2 {
        on_stage(world, slot, |_, _, scene| scene.falls = 0);
    }
}

/// The next robot of the stage, after the last one the first of the other stage.
fn next(world: &mut World) {
    let Picked { stage, robot, .. } = *world.resource::<Picked>();
    let count = |world: &mut World, slot| on_stage(world, slot, |_, s, _| s.robots.len()).unwrap_or(0);
    if robot + 1 < count(world, stage) {
        pick(world, stage, robot + 1);
    } else if count(world, 1 - stage.min(1)) > 0 {
        pick(world, 1 - stage.min(1), 0);
    } else {
        pick(world, stage, 0);
    }
}

/// Takes the marked robot over, or goes on driving it.
fn take_over(world: &mut World, command: Option<[f32; 3]>) {
    if command.is_some_and(|c| c.iter().any(|v| !v.is_finite())) {
        world.resource_mut::<Lab>().warn("A command must be made of numbers; the robot keeps its last one.");
        return;
    }
    let Picked { stage, robot, .. } = *world.resource::<Picked>();
    let Some(Some((env, command, kind))) = on_stage(world, stage, |state, _, scene| {
        state.steady = Some(spot(robot));
        let plan = state.plan.clone();
        let (block, lane) = block_of(state, robot)?;
        let command = command.unwrap_or(block.command.map(|c| crate::lane::Lane::lanes(&c)[lane]));
        block.drive(&plan, lane, Some(command));
        Some((block.env(lane) as usize, command, scene.kind))
    }) else {
        return;
    };
    // what the stage shows may not be the run that is about to be shown
    let run = world.resource::<Lab>().shown.get(stage).cloned().flatten().filter(|_| kind == Kind::Live);
    let mut hands = world.resource_mut::<Hands>();
    match &mut hands.driven {
        Some(d) => d.command = command,
        None => hands.driven = Some(Driven { stage, robot, env, command, run, told: None }),
    }
    world.resource_mut::<Picked>().driven = true;
}

/// Gives the driven robot back.
pub(super) fn release(world: &mut World) {
    world.resource_mut::<Picked>().driven = false;
    let Some(driven) = world.resource_mut::<Hands>().driven.take() else { return };
    on_stage(world, driven.stage, |state, _, scene| {
        state.steady = None;
        let plan = state.plan.clone();
        if let Some((block, lane)) = block_of(state, driven.robot) {
            block.drive(&plan, lane, None);
            if scene.kind == Kind::Policy && !block.mode.commands {
                block.set_command(lane, [0.0; 3]);
            }
        }
    });
    if driven.told.is_some() {
        tell(world, driven.run.as_deref(), driven.env, None);
    }
}

/// Gives back whatever is driven or pulled at on a stage from robot `from` on: it is about to change.
pub(super) fn leave(world: &mut World, slot: usize, from: usize) {
    if world.resource::<Hands>().driven.as_ref().is_some_and(|d| d.stage == slot && d.robot >= from) {
        release(world);
    }
    world.resource_mut::<Hands>().drags.retain(|d| d.0 != slot || d.1 < from);
}

fn tell(world: &mut World, run: Option<&str>, env: usize, command: Option<[f32; 3]>) {
    if let Some(id) = run {
        world.resource_mut::<Training>().send(id, Order::Drive { env, command });
    }
}

/// Tells the run what is driven, when that changed.
pub(super) fn tell_run(world: &mut World) {
    let mut hands = world.resource_mut::<Hands>();
    let Some(d) = hands.driven.as_mut().filter(|d| d.told != Some(d.command)) else { return };
    d.told = Some(d.command);
    let (run, env, command) = (d.run.clone(), d.env, d.command);
    tell(world, run.as_deref(), env, Some(command));
}

fn push(world: &mut World, stage: usize, robot: usize, [x, y]: [f32; 2]) {
    if x.is_finite() && y.is_finite() {
        on_stage(world, stage, |state, _, _| {
            if let Some((block, lane)) = block_of(state, robot) {
                block.sim.push(lane, Twist { linear: [x, y, 0.0], angular: [0.0; 3] });
            }
        });
    }
}

/// Pushes every shown robot, each another way, and tells the runs to do the same.
fn push_all(world: &mut World) {
    let mut hands = world.resource_mut::<Hands>();
    hands.pushes += 1;
    let turn = hands.pushes as f32;
    for slot in 0..2 {
        on_stage(world, slot, |state, stage, _| {
            let speed = match state.plan.env.events.push.speed as f32 {
                s if s > 0.0 => s,
                _ => PUSH_ALL,
            };
            for robot in 0..stage.robots.len() {
                // the golden angle spreads directions evenly
                let (sin, cos) = (2.399_963 * robot as f32 + turn).sin_cos();
                if let Some((block, lane)) = block_of(state, robot) {
                    let change = Twist { linear: [speed * cos, speed * sin, 0.0], angular: [0.0; 3] };
                    block.sim.push(lane, change);
                }
            }
        });
        tell_all(world, slot, Order::PushAll);
    }
}

fn reset_all(world: &mut World) {
    for slot in 0..2 {
        on_stage(world, slot, |state, stage, _| {
            for robot in 0..stage.robots.len() {
                if let Some((block, lane)) = block_of(state, robot) {
                    block.ask_reset(lane);
                    if let Some(world) = block.sim.play_world() {
                        world.put_back_at_start();
                    }
                }
            }
        });
        tell_all(world, slot, Order::ResetAll);
    }
}

fn tell_all(world: &mut World, slot: usize, order: Order) {
    if let Some(id) = world.resource::<Lab>().shown[slot].clone() {
        world.resource_mut::<Training>().send(&id, order);
    }
}

/// Pulls at robots for one tick: the change of velocity that the force makes in that time.
pub(super) fn pull(world: &mut World) {
    let drags = std::mem::take(&mut world.resource_mut::<Hands>().drags);
    for &(slot, robot, force) in &drags {
        on_stage(world, slot, |state, _, _| {
            let share = state.plan.dt / state.plan.robot.mass() as f32;
            if let Some((block, lane)) = block_of(state, robot) {
                block.sim.push(lane, Twist { linear: force.map(|f| f * share), angular: [0.0; 3] });
            }
        });
    }
    world.resource_mut::<Hands>().drags = drags;
}
