//! What learning costs the processor; so a window can tell what it costs itself.
use super::Training;
use bevy::prelude::*;

/// Processor time of all threads that learn, since the start, s. Never falls.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct LearningTime(pub f64);

pub(super) fn count(mut training: ResMut<Training>, mut total: ResMut<LearningTime>) {
    for live in training.all() {
        let now = live.session.cpu_seconds();
        // threads that end take their clocks with them
        total.0 += (now - live.counted_s).max(0.0);
        live.counted_s = now;
    }
}
