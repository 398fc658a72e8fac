//! Stages: entities whose environments are shown and driven. They live at the pace of the viewer's clock, with the
//! newest policy and knobs of the run they show; nothing on them reaches a rollout.
mod cast;
mod failed;
mod follow;
mod furniture;
mod place;
pub(super) mod scene;
mod show;

pub(super) use follow::{preview, show_policy, update};
pub(super) use furniture::Furniture;
pub(super) use scene::{Kind, Scene, Stages, block_of, on_stage};
pub(super) use show::place_all;

use super::Lab;
use super::model::{MOST_SHOWN, Show, ShownEnv, Stage};
use crate::env::{Block, Mode, SimFactory};
use crate::lane::WIDTH;
use crate::learn::{TEAM, teams};
use crate::nn::ActorCritic;
use crate::physics::PropBody;
use crate::robot::Skeleton;
use crate::run::session::Moment;
use crate::task::Plan;
use crate::tick::view::{ShownFrames, ShownProps, ShownRobot, Telemetry};
use crate::tick::{ControlTick, Envs, EnvsState, TickSystems};
use bevy::prelude::*;
use cast::Cast;
use std::collections::VecDeque;
use std::sync::Arc;

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Stages>().init_resource::<Furniture>().add_systems(
        ControlTick,
        (show::watch.in_set(TickSystems::Watch), show::show.in_set(TickSystems::Record)),
    );
    app.add_systems(RunFixedMainLoop, show::see.in_set(RunFixedMainLoopSystems::AfterFixedMainLoop));
    follow::plugin(app);
}

/// What is put on a stage.
#[derive(Clone)]
pub(super) struct Play {
    /// The task.
    pub plan: Arc<Plan>,
    /// The policy.
    pub policy: Arc<ActorCritic>,
    /// Seed of the run, so that environments are those of the run.
    pub seed: u64,
    /// Where it comes from.
    pub kind: Kind,
    /// For people.
    pub title: String,
    /// What the run published last.
    pub moment: Option<Arc<Moment>>,
}

/// How environments are run to show this.
fn mode(kind: Kind, count: usize) -> Mode {
    match kind {
        Kind::Live => Mode { stagger: false, ..Mode::TRAIN },
        Kind::Stored => Mode { commands: true, time_outs: true, ..Mode::EVALUATE },
        // a single robot waits for its driver, a crowd has something to do
        Kind::Policy => Mode { commands: count > 1, ..Mode::PLAY },
    }
}

/// How many robots this shows, as asked or as many as there can be.
fn count(show: &Show, kind: Kind, plan: &Plan, around: &[PropBody]) -> usize {
    let most = match kind {
        Kind::Live => plan.env.num_envs,
        // those of one block share a world
        _ if !around.is_empty() => WIDTH,
        _ => MOST_SHOWN,
    };
    show.count.clamp(1, most.min(MOST_SHOWN))
}

/// Blocks of what is shown.
struct Builder<'a> {
    plan: &'a Plan,
    kind: Kind,
    seed: u64,
    mode: Mode,
    around: &'a [PropBody],
}

impl Builder<'_> {
    /// Makes `blocks` as many as robots need, and lets them know who is looked at.
    fn resize(&self, blocks: &mut Vec<Block>, count: usize) {
        let wanted = count.div_ceil(WIDTH);
        blocks.truncate(wanted);
        blocks.iter_mut().for_each(|b| b.mode = self.mode.clone());
        let factory = SimFactory::new(self.plan);
        while blocks.len() < wanted {
            let first = blocks.len() * WIDTH;
            let sim = match self.kind {
                Kind::Policy => factory.play(self.plan, self.around),
                _ => factory.simulator(self.plan),
            };
            blocks.push(Block::new(self.plan, sim, self.seed, first, self.mode.clone()));
        }
        for (i, block) in blocks.iter_mut().enumerate() {
            block.sim.attend((count - i * WIDTH).min(WIDTH));
        }
    }
}

/// Puts something on a stage; what was there goes.
pub(super) fn raise(world: &mut World, slot: usize, play: Play) {
    strike(world, slot);
    let show = world.resource::<Lab>().show;
    let plan = play.plan.clone();
    let around = furniture::around(world, slot, play.kind, &plan);
    let count = count(&show, play.kind, &plan, &around);
    let mode = mode(play.kind, count);
    let mut blocks = vec![];
    let builder = Builder { plan: &plan, kind: play.kind, seed: play.seed, mode, around: &around };
    builder.resize(&mut blocks, count);
    let mut envs = Envs::of(plan.clone(), (*play.policy).clone(), blocks);
    let mut cast = Cast::new(show.order, plan.env.num_envs.max(count), play.seed);
    cast.update(play.moment.as_deref());
    let state = envs.state();
    state.explore = show.explore && play.kind == Kind::Live;
    let origin = place::origin(world, slot, count);
    failed::attend(state, play.kind);
    fill(state, &cast, 0, count, origin);
    if slot == 0 {
        furniture::tell(world, play.kind, &plan);
    }
    let stage = Stage { slot, title: play.title, robots: vec![], origin };
    let mut scene = Scene {
        kind: play.kind,
        moment: play.moment,
        previews: false,
        postures: vec![],
        props: vec![],
        reward_terms: vec![],
        falls: 0,
        failed: VecDeque::new(),
        skeleton: Skeleton::new(&plan.robot),
        points: plan.robot.points().map(|(link, p)| (link, p.center)).collect(),
        cast,
    };
    let (mut stage, mut frames, mut shown) = (stage, ShownFrames::default(), ShownProps::default());
    list(state, &mut stage, &scene, count);
    show::poses(state, &stage, &mut scene, &mut frames);
    show::things(state, &mut scene, &mut shown);
    let mut timeline = world.resource_mut::<super::timeline::Timeline>();
    timeline.samples.clear();
    timeline.postures.clear();
    timeline.props.clear();
    let entity = world.spawn((envs, stage, scene, Telemetry::default(), frames, shown)).id();
    world.resource_mut::<Stages>().0[slot] = Some(entity);
    if slot == 0 {
        world.resource_mut::<Lab>().plan = Some(plan.clone());
    }
    let mut picked = world.resource_mut::<super::Picked>();
    if picked.stage == slot && picked.robot >= count {
        picked.robot = 0;
    }
    if world.get_resource::<ShownRobot>().is_none_or(|r| *r.0 != *plan.robot) {
        world.insert_resource(ShownRobot(plan.robot.clone()));
    }
}

/// Takes away what a stage shows; whoever drove there gives the robot back.
pub(super) fn strike(world: &mut World, slot: usize) {
    super::drive::leave(world, slot, 0);
    if let Some(entity) = world.resource_mut::<Stages>().0[slot].take() {
        world.despawn(entity);
    }
}

/// Lets the robots from `from` on be environments that the cast names and that are not there yet, in the places of a
/// crowd of `count`.
fn fill(state: &mut EnvsState, cast: &Cast, from: usize, count: usize, origin: [f32; 2]) {
    let plan = state.plan.clone();
    let mut shown: Vec<usize> =
        (0..from).filter_map(|r| block_of(state, r).map(|(b, lane)| b.env(lane) as usize)).collect();
    let lanes = state.teams.iter().map(|t| t.blocks.len() * WIDTH).sum();
    for robot in 0..lanes {
        let Some((block, lane)) = block_of(state, robot) else { return };
        block.start_at[lane] = place::place(robot, count, origin);
        if robot >= from {
            let env = cast.next(&shown).unwrap_or(robot);
            shown.push(env);
            block.become_env(&plan, lane, env);
        }
    }
}

/// Writes the list of robots that panels read.
fn list(state: &mut EnvsState, stage: &mut Stage, scene: &Scene, count: usize) {
    stage.robots.truncate(count);
    for robot in 0..count {
        let Some((block, lane)) = block_of(state, robot) else { return };
        let env = block.env(lane) as usize;
        let m = scene.moment.as_deref();
        let level = m.and_then(|m| m.levels.get(env)).copied().unwrap_or(0);
        let score = m.and_then(|m| m.scores.get(env)).copied().unwrap_or(f32::NAN);
        match stage.robots.get_mut(robot) {
            Some(r) => (r.env, r.level, r.score) = (env, level, score),
            None => stage.robots.push(ShownEnv { env, level, score, fell_s: f32::INFINITY }),
        }
    }
}

/// Shows as many robots as asked, in the order that is asked: those that stay go on, the others begin.
pub(super) fn recount(world: &mut World, order_changed: bool) {
    let show = world.resource::<Lab>().show;
    for slot in 0..2 {
        let origin = |world: &World, count| place::origin(world, slot, count);
        let Some((kind, plan)) = on_stage(world, slot, |s, _, scene| (scene.kind, s.plan.clone())) else {
            continue;
        };
        let around = furniture::around(world, slot, kind, &plan);
        let count = count(&show, kind, &plan, &around);
        if count < show.count && !around.is_empty() {
            let text = format!("Up to {WIDTH} robots can be among the things of a scene.");
            world.resource_mut::<Lab>().warn(text);
        }
        let origin = origin(world, count);
        let before = on_stage(world, slot, |_, stage, _| stage.robots.len()).unwrap_or(0);
        let kept = if order_changed { 0 } else { before.min(count) };
        super::drive::leave(world, slot, kept);
        on_stage(world, slot, |state, stage, scene| {
            resize(state, scene.kind, count, &around);
            scene.cast.ask(show.order);
            stage.origin = origin;
            fill(state, &scene.cast, kept, count, origin);
            list(state, stage, scene, count);
        });
    }
    let picked = *world.resource::<super::Picked>();
    let last = on_stage(world, picked.stage, |_, stage, _| stage.robots.len()).unwrap_or(1).max(1) - 1;
    if picked.robot > last {
        world.resource_mut::<super::Picked>().robot = last;
        world.resource_mut::<super::timeline::Timeline>().samples.clear();
    }
}

/// Adds or removes blocks.
fn resize(state: &mut EnvsState, kind: Kind, count: usize, around: &[PropBody]) {
    let plan = state.plan.clone();
    let mut blocks: Vec<Block> =
        std::mem::take(&mut state.teams).into_iter().flat_map(|t| t.blocks).collect();
    let seed = blocks.first().map_or(0, Block::seed);
    Builder { plan: &plan, kind, seed, mode: mode(kind, count), around }.resize(&mut blocks, count);
    state.teams = teams(blocks, TEAM, &plan, &state.policy);
    failed::attend(state, kind);
}

/// Lists all robots of stage 0 again after a replay showed only one.
pub(super) fn relist(world: &mut World) {
    let show = world.resource::<Lab>().show;
    on_stage(world, 0, |state, stage, scene| {
        let lanes: usize = state.teams.iter().map(|t| t.blocks.len() * WIDTH).sum();
        list(state, stage, scene, show.count.min(lanes));
    });
}
