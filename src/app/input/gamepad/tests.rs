//! A virtual pad through Bevy's own input systems, to commands of the lab.
use super::*;
use crate::app::input::drive::Driver;
use bevy::ecs::message::MessageCursor;
use bevy::input::InputPlugin;
use bevy::time::{TimePlugin, TimeUpdateStrategy};
use std::time::Duration;

/// Runs a pad's events and returns everything that was asked, with the time, s.
fn play(events: &str, seconds: f32) -> (App, Vec<(f32, LabCommand)>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pad.ron");
    std::fs::write(&path, format!("(events: [{events}])")).unwrap();
    let mut app = App::new();
    app.add_plugins((TimePlugin, InputPlugin))
        .add_plugins(crate::lab::plugin)
        .init_resource::<bevy_egui::input::EguiWantsInput>()
        .add_plugins(crate::app::input::plugin)
        .insert_resource(VirtualPad::load(&path).unwrap())
        .insert_resource(TimeUpdateStrategy::ManualDuration(Duration::from_millis(20)));
    let mut cursor = MessageCursor::<LabCommand>::default();
    let mut asked = vec![];
    for tick in 0..(seconds * 50.0) as u32 {
        app.update();
        let messages = app.world().resource::<Messages<LabCommand>>();
        asked.extend(cursor.read(messages).map(|c| (tick as f32 * 0.02, c.clone())));
    }
    (app, asked)
}

fn speeds(asked: &[(f32, LabCommand)]) -> Vec<(f32, [f32; 3])> {
    let speeds = asked.iter().filter_map(|(t, c)| match c {
        LabCommand::SetCommand(command) => Some((*t, *command)),
        _ => None,
    });
    speeds.collect()
}

const FORWARD: &str = r#"(at: 0.1, connect: true), (at: 0.2, axis: "left_stick_y", value: 1.0)"#;

#[test]
fn a_stick_drives_with_the_share_of_no_trigger() {
    let (app, asked) = play(FORWARD, 2.0);
    let last = speeds(&asked).last().unwrap().1;
    let limits = &app.world().resource::<Drive>().limits;
    assert!((last[0] - 0.8 * limits.forward).abs() < 1e-4 && last[1] == 0.0 && last[2] == 0.0, "{last:?}");
    assert_eq!(app.world().resource::<Drive>().driver, Driver::Gamepad);
    assert!(app.world().resource::<Drive>().gamepad_connected);
}

#[test]
fn the_slow_trigger_slows_and_a_stick_in_the_dead_zone_says_nothing() {
    let slow = format!(r#"{FORWARD}, (at: 0.3, button: "left_trigger", value: 1.0)"#);
    let (_, asked) = play(&slow, 2.0);
    assert!((speeds(&asked).last().unwrap().1[0] - 0.35).abs() < 1e-3, "{:?}", speeds(&asked).last());
    let still = r#"(at: 0.1, connect: true), (at: 0.2, axis: "right_stick_x", value: 0.11)"#;
    assert!(speeds(&play(still, 1.0).1).is_empty());
}

#[test]
fn a_pad_that_goes_while_it_drives_leaves_a_robot_that_stands() {
    let (app, asked) = play(&format!("{FORWARD}, (at: 1.5, connect: false)"), 2.0);
    let after: Vec<_> = speeds(&asked).into_iter().filter(|(t, _)| *t >= 1.5).collect();
    let stop = after.iter().position(|(_, c)| *c == [0.0; 3]).expect("it is told to stand");
    assert!(after[stop].0 < 1.6, "at once, not by and by: {after:?}");
    assert!(after[stop..].iter().all(|(_, c)| *c == [0.0; 3]));
    let lab = app.world().resource::<Lab>();
    assert!(lab.notes.iter().any(|n| n.text.contains("gamepad is gone")), "{:?}", lab.notes);
    assert!(!app.world().resource::<Drive>().gamepad_connected);
}

#[test]
fn a_pad_may_come_back_and_drive_again() {
    let again = format!(
        r#"{FORWARD}, (at: 0.8, connect: false), (at: 1.0, connect: true), (at: 1.1, axis: "left_stick_y", value: -1.0)"#
    );
    let (_, asked) = play(&again, 2.0);
    assert!(speeds(&asked).last().unwrap().1[0] < -0.3);
}

#[test]
fn buttons_ask_once_for_what_the_mapping_says() {
    let presses = ["south", "west", "north", "start", "east", "select"];
    let events: Vec<String> = presses
        .iter()
        .enumerate()
        .flat_map(|(i, name)| {
            let at = 0.3 + 0.2 * i as f32;
            [
                format!(r#"(at: {at:.2}, button: "{name}", value: 1.0)"#),
                format!(r#"(at: {:.2}, button: "{name}", value: 0.0)"#, at + 0.1),
            ]
        })
        .collect();
    let (_, asked) = play(&format!("(at: 0.1, connect: true), {}", events.join(", ")), 2.0);
    let asked: Vec<LabCommand> = asked.into_iter().map(|(_, c)| c).collect();
    let expected = [
        LabCommand::PushAway,
        LabCommand::Reset,
        LabCommand::NextRobot,
        LabCommand::TogglePause,
        LabCommand::TakeOver,
        LabCommand::StartRecording(RecordSettings::default()),
    ];
    assert_eq!(asked, expected);
}
