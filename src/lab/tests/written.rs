//! Everything that can be asked can be written down, and a script says how it went.
use super::*;
use crate::lab::command::*;
use crate::lab::script_player::{Script, ScriptPlayer, Step, When};
use crate::physics::Engine;
use serde_json::json;

fn every_command() -> Vec<LabCommand> {
    use LabCommand as C;
    let run = || "a1_flat/20260131_235959_x".to_owned();
    let mut all = vec![
        C::ChooseTask("a1_flat".into()),
        C::Train { seed: 1 },
        C::PauseTraining(true),
        C::StopTraining,
        C::Branch { name: "b".into(), change: Some(("env.rewards.trot.weight".into(), json!(0.5))) },
        C::Branch { name: "b".into(), change: None },
        C::GoBack { iteration: 10 },
        C::Preview(Some(10)),
        C::Preview(None),
        C::LoadRun { run: run(), iteration: Some(5) },
        C::LoadPolicy("a.safetensors".into()),
        C::ResumeRun { run: run(), iteration: None },
        C::Compare { run: run(), on: true },
        C::CloseBeside,
        C::SetKnob { key: "env.rewards.trot.weight".into(), value: json!(-1e-4) },
        C::SetKnob { key: "env.commands.lin_vel_x".into(), value: json!([0.0, 1.5]) },
        C::SetKnob { key: "train.algorithm.epochs".into(), value: json!(3) },
        C::SetKnob { key: "train.algorithm.schedule".into(), value: json!("adaptive") },
        C::UndoChange(3),
        C::SaveVariant { name: "mine".into() },
        C::PushAll,
        C::ResetAll,
        C::ShowRobots { count: 16, order: ShowOrder::Level },
        C::ShowExploration(false),
        C::Pick { stage: 1, robot: 2 },
        C::NextRobot,
        C::TakeOver,
        C::GiveBack,
        C::SetCommand([0.8, 0.0, -0.25]),
        C::PlayCommands("scenes/commands/figure_eight.ron".into()),
        C::StopCommands,
        C::NoteCommands(true),
        C::Reset,
        C::Push([0.5, -0.5]),
        C::PushAway,
        C::Drag { stage: 0, robot: 1, force_w: Some([1.0, 2.0, 3.0]) },
        C::Drag { stage: 0, robot: 1, force_w: None },
        C::Pause(true),
        C::TogglePause,
        C::SingleStep,
        C::SetSpeed(0.5),
        C::Rewind(Some(2.0)),
        C::Rewind(None),
        C::ShowFailure { termination: Some("tilt".into()), reward: None, tile: Some([1, 2]) },
        C::EndReplay,
        C::ResetLayout,
        C::ToggleFollow,
        C::ToggleHelp,
        C::Dismiss,
        C::DragProp { prop: 1, grip: [0.1, 0.0, 0.2], target_w: Some([1.0, 2.0, 0.5]) },
        C::PushProp { prop: 0, at_w: [0.0; 3], impulse_w: [1.0, 0.0, 0.0] },
        C::PutBackProps,
        C::DismissNote(4),
        C::Quit,
        C::Screenshot("a b.png".into()),
        C::StartRecording(RecordSettings::default()),
        C::StopRecording,
        C::AddCameraKey,
        C::ClearCameraPath,
        C::ExportPolicy("p.safetensors".into()),
        C::ExportCheckpoint("c.safetensors".into()),
        C::SavePlot { panel: Panel::Gait, path: "gait.csv".into() },
    ];
    all.extend(Panel::ALL.map(C::ShowPanel));
    all.extend(Panel::ALL.map(C::ClosePanel));
    all.extend([Zone::Left, Zone::Right, Zone::Bottom, Zone::All].map(C::ToggleZone));
    all.extend([Theme::Dark, Theme::Light].map(C::SetTheme));
    let modes =
        [CameraMode::Orbit, CameraMode::Chase, CameraMode::Top, CameraMode::FirstPerson, CameraMode::Path];
    all.extend(modes.map(C::SetCamera));
    all.extend([Engine::Batch, Engine::Rapier].map(C::SetEngine));
    all.extend(Mark::ALL.map(|m| C::ShowMark(m, true)));
    all
}

#[test]
fn every_command_can_be_written_down_and_read_again() {
    for command in every_command() {
        let text = ron::to_string(&command).unwrap();
        assert_eq!(ron::from_str::<LabCommand>(&text).unwrap(), command, "{text}");
        let script = Script {
            about: "all".into(),
            steps: vec![Step { at: Some(1.0), action: Some(command.clone()), ..Step::default() }],
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.ron");
        std::fs::write(&path, ron::to_string(&script).unwrap()).unwrap();
        assert_eq!(Script::read(&path).unwrap(), script);
    }
}

#[test]
fn no_command_can_harm_an_empty_lab() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = lab(dir.path(), 1);
    for command in every_command() {
        let ends =
            matches!(command, LabCommand::Train { .. } | LabCommand::Quit | LabCommand::NoteCommands(_));
        let writes = matches!(command, LabCommand::ExportPolicy(_) | LabCommand::ExportCheckpoint(_));
        if !ends && !writes {
            send(&mut app, command);
            app.update();
        }
    }
    assert!(app.world().resource::<Lab>().notes.len() > 3);
}

fn played(text: &str, ticks_per_update: u32, updates: usize) -> App {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.ron");
    std::fs::write(&path, text).unwrap();
    let mut app = lab(dir.path(), ticks_per_update);
    app.add_plugins(script_player::plugin)
        .insert_resource(ScriptPlayer::new(Script::read(&path).unwrap(), true));
    (0..updates).find(|_| {
        app.update();
        app.should_exit().is_some()
    });
    app
}

#[test]
fn a_script_drives_waits_and_reports() {
    let text = r#"script(about: "walk", steps: [
        (do: ChooseTask("a1_flat")),
        (after: 0.2, do: SetCommand((0.8, 0.0, 0.0))),
        (when: Moved(0.5), within: 10.0),
        (do: SetCommand((0.0, 0.0, 0.0))),
    ])"#;
    let app = played(text, 5, 40);
    let player = app.world().resource::<ScriptPlayer>();
    assert!(player.is_done() && player.failed.is_none(), "{player:?}");
    assert_eq!(player.report.len(), 4);
    assert_eq!(app.should_exit(), Some(bevy::app::AppExit::Success));
}

#[test]
fn what_does_not_happen_in_time_fails_with_what_was_seen() {
    let text = r#"script(steps: [
        (do: ChooseTask("a1_flat")),
        (when: Iteration(3), within: 1.0, do: StopTraining),
    ])"#;
    let app = played(text, 5, 30);
    let player = app.world().resource::<ScriptPlayer>();
    let failed = player.failed.clone().unwrap();
    assert!(
        failed.contains("step 2") && failed.contains("Iteration(3)") && failed.contains("no run"),
        "{failed}"
    );
    assert!(app.should_exit().is_some_and(|e| e.is_error()));
}

#[test]
fn a_file_that_is_no_script_is_refused_with_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.ron");
    std::fs::write(&path, "script(steps: [(do: Fly)])").unwrap();
    let e = format!("{:#}", Script::read(&path).unwrap_err());
    assert!(e.contains("s.ron") && e.contains("Fly"), "{e}");
    let when: When = ron::from_str("Walks").unwrap();
    assert_eq!(when, When::Walks);
}

#[test]
fn commands_given_by_hand_are_noted_and_can_be_followed_again() {
    // noted files belong to the person: this one is taken away again
    let mut app = lab(Path::new("/nonexistent"), 5);
    send(&mut app, LabCommand::ChooseTask("a1_flat".into()));
    send(&mut app, LabCommand::NoteCommands(true));
    send(&mut app, LabCommand::SetCommand([0.5, 0.0, 0.0]));
    (0..10).for_each(|_| app.update());
    send(&mut app, LabCommand::SetCommand([0.0, 0.25, 0.0]));
    (0..5).for_each(|_| app.update());
    let before = app.world().resource::<Lab>().scripts.files.clone();
    assert!(app.world().resource::<Lab>().scripts.noting_s.is_some_and(|s| s > 1.0));
    send(&mut app, LabCommand::NoteCommands(false));
    app.update();
    let lab = app.world().resource::<Lab>();
    let new: Vec<_> = lab.scripts.files.iter().filter(|f| !before.contains(f)).cloned().collect();
    let [path] = &new[..] else { panic!("{new:?} {:?}", lab.notes) };
    let script = crate::lab::scripts::CommandScript::read(path);
    std::fs::remove_file(path).unwrap();
    let script = script.unwrap();
    assert_eq!(script.command_at(0.5), Some([0.5, 0.0, 0.0]));
    assert_eq!(script.command_at(1.3), Some([0.0, 0.25, 0.0]));
}
