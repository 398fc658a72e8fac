//! How fast the window draws and the simulation runs, and what that costs, over the last half second of wall time.
use crate::lab::{LabSystems, LearningTime};
use crate::run::cpu_time;
use crate::tick::view::Telemetry;
use bevy::prelude::*;

/// Wall time over which is counted, s.
const WINDOW_SECS: f64 = 0.5;

/// Events per second of wall time.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rates {
    /// Frames drawn.
    pub frames: f64,
    /// Control ticks run.
    pub ticks: f64,
    /// Processor time of everything but learning, as a share of all cores, 0 to 1.
    pub window_share: f64,
}

/// What was counted since the window began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    since: f64,
    frames: u32,
    tick: u64,
    spent: f64,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Rates>().add_systems(Update, measure.in_set(LabSystems::Overlay));
}

fn measure(
    time: Res<Time<Real>>,
    shown: Query<&Telemetry>,
    learning: Res<LearningTime>,
    mut rates: ResMut<Rates>,
    mut count: Local<Count>,
) {
    let tick = shown.iter().map(|now| now.tick).max().unwrap_or(0);
    if let Some(new) = count.advance(time.elapsed_secs_f64(), tick, cpu_time::process() - learning.0) {
        *rates = new;
    }
}

impl Count {
    /// Counts a frame; says the rates at the end of each window. `spent`: processor time of everything but learning,
    /// s.
    fn advance(&mut self, now: f64, tick: u64, spent: f64) -> Option<Rates> {
        self.frames += 1;
        let elapsed = now - self.since;
        if elapsed < WINDOW_SECS {
            return None;
        }
        let ticks = tick.saturating_sub(self.tick) as f64;
        let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
        let window_share = ((spent - self.spent) / (elapsed * cores)).clamp(0.0, 1.0);
        let rates = Rates { frames: f64::from(self.frames) / elapsed, ticks: ticks / elapsed, window_share };
        *self = Self { since: now, frames: 0, tick, spent };
        Some(rates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_frames_and_fifty_ticks_per_second_are_seen_as_such() {
        let mut count = Count::default();
        let seen: Vec<Rates> =
            (1..=120).filter_map(|i| count.advance(f64::from(i) / 60.0, (i * 50 / 60) as u64, 0.0)).collect();
        assert!(seen.len() >= 3);
        for rates in seen {
            assert_eq!(rates.window_share, 0.0);
            assert!((rates.frames - 60.0).abs() < 2.0 && (rates.ticks - 50.0).abs() < 3.0, "{rates:?}");
        }
    }
}
