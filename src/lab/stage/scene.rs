//! What is on a stage, and where in memory.
use super::cast::Cast;
use crate::env::Block;
use crate::lab::Stage;
use crate::lane::WIDTH;
use crate::learn::TEAM;
use crate::robot::{LinkPose, Posture, Skeleton};
use crate::run::session::{FailedEpisode, Moment};
use crate::tick::{Envs, EnvsState};
use bevy::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;

/// The stages by slot.
#[derive(Resource, Default)]
pub(in crate::lab) struct Stages(pub [Option<Entity>; 2]);

/// Where what is shown comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lab) enum Kind {
    /// A policy on the robot as written, driven by a person.
    Policy,
    /// A checkpoint of a run that does not learn now.
    Stored,
    /// A run that learns.
    Live,
}

/// What [`Stage`] need not say to anybody outside.
#[derive(Component)]
pub(in crate::lab) struct Scene {
    pub kind: Kind,
    /// The newest moment whose policy or plan was taken over.
    pub moment: Option<Arc<Moment>>,
    /// An older policy of the run is shown.
    pub previews: bool,
    /// Where every shown robot is.
    pub postures: Vec<Posture>,
    /// Where everything around them is, if they can touch it.
    pub props: Vec<LinkPose>,
    /// The marked robot's weighted rewards of the tick.
    pub(in crate::lab::stage) reward_terms: Vec<f32>,
    /// Falls of the marked robot.
    pub falls: u32,
    /// Episodes that failed here lately, while no run keeps them.
    pub failed: VecDeque<FailedEpisode>,
    pub(in crate::lab::stage) skeleton: Skeleton,
    /// Link and centre of every collision point.
    pub(in crate::lab::stage) points: Vec<(usize, [f64; 3])>,
    pub(in crate::lab::stage) cast: Cast,
}

/// Where robot `robot` of a stage is kept: team, block, lane.
pub(in crate::lab) fn spot(robot: usize) -> [usize; 3] {
    [robot / (TEAM * WIDTH), robot / WIDTH % TEAM, robot % WIDTH]
}

/// The block and the lane of a robot.
pub(in crate::lab) fn block_of(state: &mut EnvsState, robot: usize) -> Option<(&mut Block, usize)> {
    let [team, block, lane] = spot(robot);
    Some((state.teams.get_mut(team)?.blocks.get_mut(block)?, lane))
}

/// Works on a stage, if there is one in this slot.
pub(in crate::lab) fn on_stage<R>(
    world: &mut World,
    slot: usize,
    work: impl FnOnce(&mut EnvsState, &mut Stage, &mut Scene) -> R,
) -> Option<R> {
    let entity = (*world.resource::<Stages>().0.get(slot)?)?;
    let mut query = world.query::<(&mut Envs, &mut Stage, &mut Scene)>();
    let (mut envs, mut stage, mut scene) = query.get_mut(world, entity).ok()?;
    Some(work(envs.state(), &mut stage, &mut scene))
}
