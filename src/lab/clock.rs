//! Obeys the commands about time by setting Bevy's virtual clock, which the fixed loop of the simulation follows.
//! Results cannot depend on it: a control tick is the same at any speed.
use super::LabCommand;
use super::LabSystems;
use bevy::app::AppExit;
use bevy::prelude::*;
use std::time::Duration;

/// Slowest and fastest play, simulated seconds per second.
pub const SPEED_RANGE: [f32; 2] = [0.1, 16.0];
/// Most simulated time per frame, s: a computer that is too slow for the speed falls behind instead of stopping.
const MOST_PER_FRAME: f32 = 0.5;
/// Most wall time that a frame is taken to have lasted, s.
const LONGEST_FRAME: f32 = 0.25;
/// Control ticks per simulated second.
pub(super) const CONTROL_HZ: f64 = 50.0;

pub(super) fn plugin(app: &mut App) {
    app.insert_resource(Time::<Fixed>::from_hz(CONTROL_HZ))
        .add_systems(RunFixedMainLoop, obey.in_set(LabSystems::Clock));
}

fn obey(
    mut commands: MessageReader<LabCommand>,
    mut clock: ResMut<Time<Virtual>>,
    fixed: Res<Time<Fixed>>,
    mut exit: MessageWriter<AppExit>,
) {
    for command in commands.read() {
        match command {
            LabCommand::Pause(true) => clock.pause(),
            LabCommand::Pause(false) => clock.unpause(),
            LabCommand::TogglePause if clock.is_paused() => clock.unpause(),
            LabCommand::TogglePause => clock.pause(),
            LabCommand::SingleStep => step_once(&mut clock, fixed.timestep()),
            LabCommand::SetSpeed(speed) if speed.is_finite() => {
                let speed = speed.clamp(SPEED_RANGE[0], SPEED_RANGE[1]);
                clock.set_relative_speed(speed);
                clock.set_max_delta(Duration::from_secs_f32(LONGEST_FRAME.min(MOST_PER_FRAME / speed)));
            }
            LabCommand::Quit => {
                exit.write(AppExit::Success);
            }
            _ => {}
        }
    }
}

/// Gives the fixed loop of this frame exactly one timestep, then stands still.
fn step_once(clock: &mut Time<Virtual>, timestep: Duration) {
    clock.pause();
    clock.advance_by(timestep);
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy::time::{TimePlugin, TimeUpdateStrategy};

    #[derive(Resource, Default)]
    struct Ticks(u32);

    fn clocked_app() -> App {
        let mut app = App::new();
        app.add_plugins((TimePlugin, crate::lab::plugin)).init_resource::<Ticks>();
        app.insert_resource(TimeUpdateStrategy::FixedTimesteps(4));
        app.add_systems(FixedUpdate, |mut ticks: ResMut<Ticks>| ticks.0 += 1);
        app.update(); // the first update has no time yet
        app.world_mut().resource_mut::<Ticks>().0 = 0;
        app
    }

    fn ticks_after(app: &mut App, command: LabCommand) -> u32 {
        app.world_mut().write_message(command);
        app.world_mut().resource_mut::<Ticks>().0 = 0;
        app.update();
        app.update();
        app.world().resource::<Ticks>().0
    }

    #[test]
    fn a_single_step_is_one_tick_and_then_none() {
        let mut app = clocked_app();
        ticks_after(&mut app, LabCommand::Pause(true));
        assert_eq!(ticks_after(&mut app, LabCommand::SingleStep), 1);
        app.update();
        assert_eq!(app.world().resource::<Ticks>().0, 1);
    }

    #[test]
    fn half_speed_runs_half_the_ticks() {
        let mut app = clocked_app();
        ticks_after(&mut app, LabCommand::SetSpeed(0.5));
        app.world_mut().resource_mut::<Ticks>().0 = 0;
        app.update();
        assert_eq!(app.world().resource::<Ticks>().0, 2);
    }

    #[test]
    fn pause_stops_and_toggle_goes_on() {
        let mut app = clocked_app();
        ticks_after(&mut app, LabCommand::TogglePause);
        app.world_mut().resource_mut::<Ticks>().0 = 0;
        app.update();
        assert_eq!(app.world().resource::<Ticks>().0, 0);
        assert!(ticks_after(&mut app, LabCommand::TogglePause) >= 4);
    }
}
