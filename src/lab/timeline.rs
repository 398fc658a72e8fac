//! The last twenty seconds of what was shown.
use crate::robot::{LinkPose, Posture};
use crate::tick::view::Telemetry;
use bevy::prelude::*;
use std::collections::VecDeque;

/// Control ticks that are kept: 20 s.
pub const CAPACITY: usize = 1000;

/// The marked robot's telemetry and every shown robot's posture, one per control tick, the oldest first. Telemetry
/// starts afresh when another robot is marked; postures go on, and both end with the newest tick.
#[derive(Resource, Clone, Debug, Default)]
pub struct Timeline {
    /// Of the marked robot.
    pub samples: VecDeque<Telemetry>,
    /// Of the robots of each stage, `[tick][stage][robot]`.
    pub postures: VecDeque<[Vec<Posture>; 2]>,
    /// Of the things around the robots of stage 0, as many ticks as `postures`.
    pub props: VecDeque<Vec<LinkPose>>,
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

    /// Keeps a tick; memory of the oldest one is used again.
    pub(super) fn push(&mut self, telemetry: &Telemetry, postures: [&[Posture]; 2], props: &[LinkPose]) {
        if self.samples.back().is_some_and(|last| last.time_s > telemetry.time_s) {
            self.samples.clear();
        }
        let mut sample =
            if self.samples.len() == CAPACITY { self.samples.pop_front() } else { None }.unwrap_or_default();
        sample.clone_from(telemetry);
        self.samples.push_back(sample);
        let mut kept = if self.postures.len() == CAPACITY { self.postures.pop_front() } else { None }
            .unwrap_or_default();
        for (to, from) in kept.iter_mut().zip(postures) {
            to.resize_with(from.len(), Posture::default);
            for (to, from) in to.iter_mut().zip(from) {
                (to.pos_w, to.quat) = (from.pos_w, from.quat);
                to.joint_pos.clone_from(&from.joint_pos);
            }
        }
        self.postures.push_back(kept);
        let mut kept =
            if self.props.len() == CAPACITY { self.props.pop_front() } else { None }.unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(props);
        self.props.push_back(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_tick_goes_first_and_an_earlier_one_starts_afresh() {
        let mut timeline = Timeline::default();
        let at = |tick: usize| Telemetry { time_s: tick as f64 * 0.02, ..Telemetry::default() };
        let posture = [Posture::default()];
        for tick in 0..CAPACITY + 3 {
            timeline.push(&at(tick), [&posture, &[]], &[]);
        }
        assert_eq!((timeline.samples.len(), timeline.postures.len()), (CAPACITY, CAPACITY));
        assert!((timeline.samples[0].time_s - 0.06).abs() < 1e-9);
        timeline.rewind_s = Some(1.0);
        assert!(
            (timeline.shown().unwrap().time_s - (timeline.samples.back().unwrap().time_s - 1.0)).abs() < 1e-6
        );
        timeline.push(&at(1), [&posture, &[]], &[]);
        assert_eq!(timeline.samples.len(), 1);
    }
}
