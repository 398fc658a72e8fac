//! The last twenty seconds of what was shown.
use crate::robot::Posture;
use crate::tick::view::Telemetry;
use bevy::prelude::*;
use std::collections::VecDeque;

/// Control ticks that are kept: 20 s.
pub const CAPACITY: usize = 1000;

/// The marked robot's telemetry and every shown robot's posture, one per control tick, the oldest first. Starts afresh
/// when another robot is marked.
#[derive(Resource, Clone, Debug, Default)]
pub struct Timeline {
    /// Of the marked robot.
    pub samples: VecDeque<Telemetry>,
    /// Of the robots of each stage, `[tick][stage][robot]`.
    pub postures: VecDeque<[Vec<Posture>; 2]>,
    /// How many seconds ago is shown; `None` is now.
    pub rewind_s: Option<f32>,
}

impl Timeline {
    /// What the plots show: all samples up to the moment that is shown.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = &Telemetry> + Clone {
        let until = self.now_s() + 1e-6;
        self.samples.iter().filter(move |s| s.time_s <= until)
    }
    /// Simulated time that is shown, s.
    pub fn now_s(&self) -> f64 {
        self.samples.back().map_or(0.0, |s| s.time_s) - f64::from(self.rewind_s.unwrap_or(0.0))
    }
    /// The sample that is shown.
    pub fn shown(&self) -> Option<&Telemetry> {
        self.samples().next_back()
    }
}
