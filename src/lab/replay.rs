//! Replays of failed episodes on stage 0.
use super::rewind;
use super::stage::{self, Scene};
use super::timeline::Timeline;
use super::training::Training;
use super::{Lab, LabCommand, LabSystems, Picked, Stage, drive};
use crate::robot::Posture;
use crate::run::session::{FailedEpisode, Order};
use crate::tick::view::{ShownFrames, Telemetry};
use bevy::prelude::*;
use std::sync::Arc;

/// How long the last moment stands before the replay begins again, s.
const HOLD: f32 = 0.6;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(FixedPostUpdate, play.in_set(LabSystems::Gather));
}

/// Who was marked before.
#[derive(Resource)]
struct Before(Picked);

/// Obeys what concerns replays.
pub(super) fn obey(world: &mut World, command: &LabCommand) {
    match command {
        LabCommand::EndReplay => end(world),
        LabCommand::ShowFailure { termination, reward, tile } => {
            if stage::on_stage(world, 0, |_, _, scene| !scene.props.is_empty()) == Some(true) {
                let text = "A fall among things cannot be replayed: only the robot's part of it is kept. Go back in the \
                            panel Timeline instead, which shows both.";
                return world.resource_mut::<Lab>().warn(text);
            }
            let id = world.resource::<Lab>().shown[0].clone();
            let (termination, reward, tile) = (termination.clone(), reward.clone(), *tile);
            let order = Order::ShowFailure { termination, reward, tile };
            let asked = id.is_some_and(|id| world.resource_mut::<Training>().send(&id, order));
            if !asked {
                match kept_here(world, command) {
                    Some(episode) => begin(world, episode),
                    None => world.resource_mut::<Lab>().warn(
                        "No such failure has been seen here. Show more robots, push them, or let a run learn, and ask again.",
                    ),
                }
            }
        }
        _ => {}
    }
}

/// The last fitting episode that failed on stage 0.
fn kept_here(world: &mut World, command: &LabCommand) -> Option<FailedEpisode> {
    let LabCommand::ShowFailure { termination, reward, tile } = command else { return None };
    let fits = |e: &&FailedEpisode| {
        termination.as_ref().is_none_or(|t| *t == e.termination)
            && reward.as_ref().is_none_or(|r| *r == e.costliest)
            && tile.is_none_or(|t| t == e.tile)
    };
    stage::on_stage(world, 0, |_, _, scene| scene.failed.iter().rev().find(fits).cloned())?
}

/// Shows an episode again and again.
pub(super) fn begin(world: &mut World, episode: FailedEpisode) {
    if episode.postures.is_empty() {
        world.resource_mut::<Lab>().warn("That episode was too short to be shown; ask for another one.");
        return;
    }
    rewind::back_to_now(world);
    if world.resource::<Lab>().replay.is_none() {
        drive::release(world);
        let picked = *world.resource::<Picked>();
        world.insert_resource(Before(picked));
        *world.resource_mut::<Picked>() = Picked::default();
    }
    world.resource_mut::<Lab>().replay = Some((Arc::new(episode), 0.0));
    world.resource_mut::<Time<Virtual>>().unpause();
}

/// Shows what is there now.
pub(super) fn end(world: &mut World) {
    if world.resource_mut::<Lab>().replay.take().is_none() {
        return;
    }
    if let Some(Before(picked)) = world.remove_resource() {
        *world.resource_mut::<Picked>() = picked;
    }
    stage::relist(world);
    let last = world.resource::<Timeline>().samples.back().cloned();
    rewind::restore(world, last);
}

/// Mean joint velocities between the first and the last of neighbouring ticks, rad/s; none for a single one.
fn velocities(postures: &[Posture], dt: f32) -> Vec<f32> {
    let [before, now] = postures else { return vec![] };
    now.joint_pos.iter().zip(&before.joint_pos).map(|(now, before)| (now - before) / dt).collect()
}

/// Moves a replay on by one tick; only its robot is shown.
fn play(mut lab: ResMut<Lab>, mut stages: Query<(&mut Stage, &Scene, &mut ShownFrames, &mut Telemetry)>) {
    let Some((episode, at)) = &mut lab.replay else { return };
    *at += episode.dt;
    let length = episode.postures.len() as f32 * episode.dt;
    if *at > length + HOLD {
        *at = 0.0;
    }
    let index = ((*at / episode.dt) as usize).min(episode.postures.len() - 1);
    let Some((mut stage, scene, mut frames, mut telemetry)) = stages.iter_mut().find(|s| s.0.slot == 0)
    else {
        return;
    };
    let first = &episode.postures[0].pos_w;
    let shift = [stage.origin[0] - first[0], stage.origin[1] - first[1]];
    let mut posture: Posture = episode.postures[index].clone();
    (posture.pos_w[0], posture.pos_w[1]) = (posture.pos_w[0] + shift[0], posture.pos_w[1] + shift[1]);
    stage.robots.truncate(1);
    if let Some(robot) = stage.robots.first_mut() {
        robot.env = episode.env;
        // red at the moment of failure and while it is held
        robot.fell_s = if *at >= length { *at - length } else { f32::INFINITY };
    }
    let (tick, time_s) = (telemetry.tick, telemetry.time_s);
    *telemetry = Telemetry {
        tick,
        time_s,
        command: episode.command,
        joint_pos: posture.joint_pos.clone(),
        // a replay knows where the joints were at each tick, and nothing of torques
        joint_vel: velocities(&episode.postures[index.saturating_sub(1)..=index], episode.dt),
        env: episode.env,
        ..Telemetry::default()
    };
    // the stage has just put its own robot there; before that stood the last tick of the replay
    let before = frames.previous.first().cloned();
    stage::place_all(scene, &[posture], &mut frames);
    // smooth between ticks, except where it begins again
    if let (Some(before), true) = (before, index > 0) {
        frames.previous = vec![before];
    }
}
