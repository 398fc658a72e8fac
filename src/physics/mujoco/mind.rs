//! What a simulator whose other end acts by itself must be told, and how far apart both were.
use crate::lane::{Lane, Wide};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How far apart the program and the other end were, over ticks and environments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Found {
    /// Control ticks of single environments.
    pub ticks: u64,
    /// Largest difference of a number of the observation, as the network sees it.
    pub observation: f32,
    /// Largest difference of a joint target, rad.
    pub target: f32,
    /// Ticks of single environments in which either was above [`ODD`].
    pub odd: u64,
}

/// Differences beyond this are no rounding: two feet of almost the same height took turns in being the lower one, or the files
/// say something else than the program does.
pub const ODD: f32 = 1e-3;

impl Found {
    /// Takes another's in.
    pub fn add(&mut self, other: Self) {
        self.ticks += other.ticks;
        self.observation = self.observation.max(other.observation);
        self.target = self.target.max(other.target);
        self.odd += other.odd;
    }
}

#[derive(Default)]
pub(super) struct Told {
    pub command: [Wide; 3],
    pub phase: Wide,
    pub observation: Vec<Wide>,
    /// What the other end's network gave in the last step.
    pub action: Vec<Wide>,
    pub found: Found,
}

impl Told {
    /// Compares what both saw and asked for in a lane. Numbers that are none are left out.
    pub fn compare(&mut self, lane: usize, seen: &[f64], wanted: &[f64], targets: &[Wide]) {
        let apart = |theirs: &[f64], ours: &[Wide]| {
            let differences = theirs.iter().zip(ours).map(|(t, o)| (*t as f32 - o.lanes()[lane]).abs());
            differences.filter(|d| d.is_finite()).fold(0.0, f32::max)
        };
        let (observation, target) = (apart(seen, &self.observation), apart(wanted, targets));
        let odd = u64::from(observation.max(target) > ODD);
        self.found.add(Found { ticks: 1, observation, target, odd });
    }
}

/// Shared with one simulator.
#[derive(Clone, Default)]
pub struct Mind(Arc<Mutex<Told>>);

impl Mind {
    /// Says what holds for the next step: commands, the gait's clock (0 to 1), and what the program sees.
    pub fn tell(&self, command: [Wide; 3], phase: Wide, observation: &[Wide]) {
        let mut told = self.lock();
        (told.command, told.phase) = (command, phase);
        told.observation.clear();
        told.observation.extend_from_slice(observation);
    }
    /// Puts what the other end's network gave in the last step in place of the program's own action: policies that use their last
    /// action as a memory would drift apart by rounding, and then every tick would be another one.
    pub fn follow(&self, action: &mut [Wide]) {
        let told = self.lock();
        if told.action.len() == action.len() {
            action.copy_from_slice(&told.action);
        }
    }
    /// How far apart both were.
    pub fn found(&self) -> Found {
        self.lock().found
    }
    pub(super) fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
