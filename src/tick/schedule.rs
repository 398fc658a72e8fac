//! The control tick: its sets, in order. This order is the contract of the program.
use bevy::ecs::schedule::{ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};
use bevy::prelude::*;

/// One control tick of every batch of environments. The window runs it in its fixed update, training as fast as it
/// can.
#[derive(ScheduleLabel, Clone, Debug, PartialEq, Eq, Hash)]
pub struct ControlTick;

/// The parts of a control tick.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TickSystems {
    /// What a person or a script asks of robots: commands, pushes, new starts.
    Drive,
    /// Sample the commands that nobody gives by hand; push robots when it is due.
    Command,
    /// Build observations with noise.
    Observe,
    /// The policy turns observations into actions.
    Act,
    /// Physics, with the actuator law inside every substep.
    Step,
    /// Trackers, terminations and rewards; failed and timed out are told apart.
    Judge,
    /// What a person watches is noted before failures are gone.
    Watch,
    /// Start new episodes where one ended; the terminal observation has been used before.
    Reset,
    /// Rollout, telemetry, frames for the viewer.
    Record,
    /// When a rollout is full: update, log, save.
    Learn,
}

/// Adds the schedule; systems inside one set run one after the other, each over all teams in parallel.
pub(super) fn plugin(app: &mut App) {
    let mut schedule = Schedule::new(ControlTick);
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: bevy::ecs::schedule::LogLevel::Error,
        ..default()
    });
    use TickSystems::*;
    schedule.configure_sets((Drive, Command, Observe, Act, Step, Judge, Watch, Reset, Record, Learn).chain());
    app.add_schedule(schedule);
}
