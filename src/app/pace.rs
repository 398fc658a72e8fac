//! How often the window draws while a run learns on the same processor. Learning comes first: everything the window
//! does (panels, shown robots, drawing) may cost only a small share of the machine, so each frame waits until it has
//! been earned. Where a graphics card draws, that share is a few per cent and hardly ever felt; where the processor
//! itself draws, it is larger and the frame rate falls.
use crate::lab::{LabSystems, LearningTime};
use crate::run::cpu_time;
use bevy::prelude::*;
use std::time::{Duration, Instant};

/// Share of all cores that the window may use where a graphics card draws.
const SHARE_CARD: f64 = 0.025;
/// As [`SHARE_CARD`], where the processor draws.
const SHARE_SOFTWARE: f64 = 0.20;
/// The window draws at least that often, per second, or one could not stop anything any more.
const LEAST_RATE: f64 = 1.0;
/// Share of a new measurement in the running mean of a frame's cost.
const NEWEST: f64 = 0.15;

/// Paces the window.
#[derive(Resource, Debug)]
pub(super) struct Pace {
    /// Share of all cores that the window may use; none: draw as often as the screen wants.
    pub share: Option<f64>,
    /// Processor time of a frame, all threads but those that learn, s; running mean.
    pub frame_cost: f64,
    cores: f64,
    last: Option<(Instant, f64)>,
}

impl Pace {
    /// For a window whose frames are drawn by a graphics card, or by the processor.
    pub fn new(drawn_by_processor: bool) -> Self {
        let share = if drawn_by_processor { SHARE_SOFTWARE } else { SHARE_CARD };
        let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
        Self { share: Some(share), frame_cost: 0.0, cores, last: None }
    }

    /// Shortest time between frames that keeps the share, s.
    pub fn period(&self) -> f64 {
        let Some(share) = self.share else { return 0.0 };
        (self.frame_cost / (share * self.cores)).min(1.0 / LEAST_RATE)
    }

    /// Takes the cost of the frame that ended, and says how long to wait before the next, s. `spent`: processor time
    /// of everything but learning since the start, s.
    fn wait(&mut self, now: Instant, spent: f64) -> f64 {
        let Some((then, before)) = self.last.replace((now, spent)) else { return 0.0 };
        let cost = (spent - before).max(0.0);
        self.frame_cost += (cost - self.frame_cost) * if self.frame_cost == 0.0 { 1.0 } else { NEWEST };
        (self.period() - (now - then).as_secs_f64()).max(0.0)
    }
}

/// Waits at the end of frames while something learns.
pub(super) fn plugin(app: &mut App) {
    app.add_systems(Last, hold_back.after(LabSystems::Count).run_if(resource_exists::<Pace>));
}

fn hold_back(mut pace: ResMut<Pace>, learning: Res<LearningTime>, mut before: Local<f64>) {
    let learns = learning.0 > *before;
    *before = learning.0;
    let wait = pace.wait(Instant::now(), cpu_time::process() - learning.0);
    if learns && wait > 0.0 {
        std::thread::sleep(Duration::from_secs_f64(wait));
        // the wait is part of this frame, not of the next
        let spent = cpu_time::process() - learning.0;
        pace.last = Some((Instant::now(), pace.last.map_or(spent, |(_, s)| s)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(cores: f64) -> Pace {
        Pace { cores, ..Pace::new(false) }
    }

    #[test]
    fn a_cheap_frame_waits_for_nothing_on_many_cores_and_for_its_share_on_two() {
        let run = |cores: f64| {
            let mut pace = pace(cores);
            let start = Instant::now();
            (0..20)
                .map(|i| pace.wait(start + Duration::from_millis(16 * i), 0.004 * i as f64))
                .last()
                .unwrap()
        };
        assert_eq!(run(16.0), 0.0);
        // 4 ms at 2.5 % of two cores is a frame every 80 ms, of which 16 have passed
        assert!((run(2.0) - (0.080 - 0.016)).abs() < 1e-6, "{}", run(2.0));
    }

    #[test]
    fn the_window_never_stands_still() {
        let mut pace = pace(1.0);
        let start = Instant::now();
        pace.wait(start, 0.0);
        assert!(pace.wait(start, 100.0) <= 1.0 / LEAST_RATE);
    }
}
