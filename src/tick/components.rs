//! What an entity of environments consists of.
use crate::crew;
use crate::env::{Block, Mode, blocks};
use crate::learn::{
    DeviceLost, OnDeviceLoss, Ppo, Rollout, Spent, TEAM, Team, UpdateStats, size_of, team_size, teams,
};
use crate::nn::ActorCritic;
use crate::task::Plan;
use bevy::platform::cell::SyncCell;
use bevy::prelude::Component;
use std::sync::Arc;

/// A batch of environments of one task and the policy that acts in them.
#[derive(Component)]
pub struct Envs(SyncCell<EnvsState>);

/// See [`Envs`].
pub struct EnvsState {
    /// The task.
    pub plan: Arc<Plan>,
    /// The environments, in teams.
    pub teams: Vec<Team>,
    /// The policy.
    pub policy: ActorCritic,
    /// Control ticks so far.
    pub ticks: u64,
    /// Environments that do not learn act with the noise of learning.
    pub explore: bool,
    /// Except this one of them: team, block, lane.
    pub steady: Option<[usize; 3]>,
}

impl Envs {
    /// `num_envs` environments (rounded up to whole blocks) in their first episode, to learn on all threads.
    pub fn new(plan: Arc<Plan>, policy: ActorCritic, num_envs: usize, seed: u64, mode: &Mode) -> Self {
        let blocks = blocks(&plan, num_envs, seed, mode);
        let per = team_size(blocks.len());
        Self::in_teams(plan, policy, blocks, per)
    }
    /// These blocks.
    pub fn of(plan: Arc<Plan>, policy: ActorCritic, blocks: Vec<Block>) -> Self {
        Self::in_teams(plan, policy, blocks, TEAM)
    }
    fn in_teams(plan: Arc<Plan>, policy: ActorCritic, blocks: Vec<Block>, per: usize) -> Self {
        let teams = teams(blocks, per, &plan, &policy);
        Self(SyncCell::new(EnvsState { plan, teams, policy, ticks: 0, explore: false, steady: None }))
    }
    /// The state; needs exclusive access because simulators belong to one thread at a time.
    pub fn state(&mut self) -> &mut EnvsState {
        self.0.get()
    }
}

/// Makes an entity with [`Envs`] learn.
#[derive(Component)]
pub struct Learner(SyncCell<LearnerState>);

/// See [`Learner`].
pub struct LearnerState {
    /// The algorithm.
    pub ppo: Ppo,
    /// What is being collected.
    pub rollout: Rollout,
    /// Ticks of the rollout that are filled.
    pub filled: usize,
    /// Finished updates.
    pub iteration: u64,
    /// The last update.
    pub update: UpdateStats,
    /// Time spent in rollouts, over all workers, s.
    pub spent: Spent,
    /// Wall time of rollouts and of updates, s.
    pub wall: [f64; 2],
    /// Every block as it was when the rollout began.
    pub before: Vec<Vec<f32>>,
    /// What to do when the device that computes gradients is lost.
    pub on_device_loss: OnDeviceLoss,
    /// It was lost in the last iteration; taken by whoever watches the run.
    pub lost: Option<Lost>,
}

impl LearnerState {
    /// Remembers how the rollout at hand begins. With the rollout's actions it reproduces every tick of it exactly:
    /// that is what is kept when a number stops being finite.
    pub fn remember(&mut self, envs: &mut EnvsState) {
        self.before.resize_with(envs.teams.iter().map(|t| t.blocks.len()).sum(), Vec::new);
        let per = size_of(&envs.teams);
        let mut saved: Vec<_> = self.before.chunks_mut(per).zip(&mut envs.teams).collect();
        crew::each_mut(&mut saved, |_, (saved, team)| {
            for (saved, block) in saved.iter_mut().zip(&team.blocks) {
                saved.clear();
                block.snapshot(saved);
            }
        });
    }
}

impl Learner {
    /// A learner that has collected nothing.
    pub fn new(ppo: Ppo, rollout: Rollout) -> Self {
        let (update, spent) = (UpdateStats::default(), Spent::default());
        let (wall, before) = ([0.0; 2], vec![]);
        Self(SyncCell::new(LearnerState {
            ppo,
            rollout,
            filled: 0,
            iteration: 0,
            update,
            spent,
            wall,
            before,
            on_device_loss: OnDeviceLoss::Stop,
            lost: None,
        }))
    }
    /// The state; see [`Envs::state`].
    pub fn state(&mut self) -> &mut LearnerState {
        self.0.get()
    }
}

/// A device was lost in an iteration.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Why.
    pub why: DeviceLost,
    /// The iteration, counted from 1.
    pub iteration: u64,
    /// The native learner took over; otherwise the iteration did not happen.
    pub went_on: bool,
}
