//! The last seconds of telemetry, one sample per control tick, for the plots.
use crate::lab::LabSystems;
use crate::tick::view::Telemetry;
use bevy::prelude::*;
use std::collections::VecDeque;

/// Control ticks that are kept: 10 s.
pub(super) const CAPACITY: usize = 500;
/// A foot that carries more than this is on the ground, N.
const CONTACT_FORCE: f32 = 2.0;

/// What the plots show of one control tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    /// s.
    pub time_s: f64,
    /// Forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// As `command`.
    pub measured: [f32; 3],
    /// Which feet are on the ground, by leg.
    pub contact: [bool; 4],
}

/// Samples, the oldest first, at most [`CAPACITY`].
#[derive(Resource, Clone, Debug, Default)]
pub(super) struct History {
    samples: VecDeque<Sample>,
}

impl History {
    /// Keeps a tick. One that was kept already is ignored; one from before the newest starts afresh.
    pub fn push(&mut self, now: &Telemetry) {
        match self.samples.back() {
            Some(last) if last.time_s == now.time_s => return,
            Some(last) if last.time_s > now.time_s => self.samples.clear(),
            _ => {}
        }
        if self.samples.len() == CAPACITY {
            self.samples.pop_front();
        }
        self.samples.push_back(sample(now));
    }

    /// All samples, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Sample> + Clone {
        self.samples.iter()
    }

    /// Time of the newest sample, s.
    pub fn now(&self) -> f64 {
        self.samples.back().map_or(0.0, |s| s.time_s)
    }
}

fn sample(now: &Telemetry) -> Sample {
    let contact = std::array::from_fn(|leg| now.foot_force.get(leg).is_some_and(|&f| f > CONTACT_FORCE));
    Sample { time_s: now.time_s, command: now.command, measured: now.measured, contact }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<History>().add_systems(FixedPostUpdate, keep.in_set(LabSystems::Gather));
}

fn keep(shown: Option<Single<&Telemetry>>, mut history: ResMut<History>) {
    if let Some(now) = shown {
        history.push(&now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time_s: f64) -> Telemetry {
        Telemetry { time_s, foot_force: vec![30.0, 0.0, 1.0, 2.5], ..Telemetry::default() }
    }

    #[test]
    fn the_oldest_sample_goes_first() {
        let mut history = History::default();
        for tick in 0..CAPACITY + 3 {
            history.push(&at(tick as f64 * 0.02));
        }
        assert_eq!(history.iter().count(), CAPACITY);
        assert!((history.iter().next().unwrap().time_s - 0.06).abs() < 1e-9);
    }

    #[test]
    fn the_same_tick_is_kept_once_and_an_earlier_one_starts_afresh() {
        let mut history = History::default();
        history.push(&at(1.0));
        history.push(&at(1.0));
        assert_eq!(history.iter().count(), 1);
        history.push(&at(0.02));
        assert_eq!(history.iter().count(), 1);
        assert_eq!(history.now(), 0.02);
    }

    #[test]
    fn a_foot_is_on_the_ground_when_it_carries_load() {
        assert_eq!(sample(&at(0.0)).contact, [true, false, false, true]);
    }
}
