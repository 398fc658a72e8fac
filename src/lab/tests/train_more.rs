//! More about runs that learn: what they need not know, and what can go wrong.
use super::train::{iteration, shown, small, told, until};
use super::*;
use crate::lab::command::ShowOrder;
use crate::run::session::RunState;
use serde_json::json;

/// Bits of a finished run's policy.
fn bits(app: &App) -> Vec<u32> {
    let run = shown(app, 0).unwrap();
    let path = run.folder.join(format!("model_{}.safetensors", run.iteration));
    let plan = app.world().resource::<Lab>().plan.clone().unwrap();
    let policy = crate::run::train::load_policy(&path, &plan).unwrap();
    policy.params.iter().map(|p| p.to_bits()).collect()
}

/// Trains 12 iterations while `watch` looks on.
fn trained(watch: impl Fn(&mut App, u64)) -> Vec<u32> {
    let dir = tempfile::tempdir().unwrap();
    let mut app = lab(&dir.path().join("logs"), 2);
    send(&mut app, LabCommand::ChooseTask(small(dir.path(), &[("train.iterations", "12")])));
    send(&mut app, LabCommand::Train { seed: 5 });
    let mut frame = 0;
    until(&mut app, "the end", |app| {
        frame += 1;
        watch(app, frame);
        shown(app, 0).is_some_and(|r| r.state == RunState::Finished)
    });
    bits(&app)
}

#[test]
fn nothing_that_a_viewer_does_changes_what_is_learned() {
    let alone = trained(|_, _| {});
    let watched = trained(|app, frame| {
        let command = match frame % 9 {
            0 => LabCommand::ShowRobots { count: 1 + frame as usize % 40, order: ShowOrder::Worst },
            1 => LabCommand::NextRobot,
            2 => LabCommand::Push([1.0, 0.5]),
            3 => LabCommand::ShowExploration(frame % 2 == 0),
            4 => LabCommand::Drag { stage: 0, robot: 0, force_w: Some([30.0, 0.0, 0.0]) },
            5 => LabCommand::Rewind(Some(0.2)),
            6 => LabCommand::Pause(false),
            7 => LabCommand::Preview((frame % 2 == 0).then_some(2)),
            _ => LabCommand::Reset,
        };
        send(app, command);
    });
    assert_eq!(alone, watched);
}

#[test]
fn rewards_rise_while_somebody_watches() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = lab(&dir.path().join("logs"), 1);
    let task = small(dir.path(), &[("env.num_envs", "256"), ("train.iterations", "80")]);
    send(&mut app, LabCommand::ChooseTask(task));
    send(&mut app, LabCommand::Train { seed: 1 });
    until(&mut app, "the end", |app| shown(app, 0).is_some_and(|r| r.state == RunState::Finished));
    let run = shown(&app, 0).unwrap();
    let rewards: Vec<f64> = run.curves.column("episode/reward").unwrap().to_vec();
    let finite: Vec<f64> = rewards.into_iter().filter(|r| r.is_finite()).collect();
    assert!(*finite.last().unwrap() > 1.0 + 3.0 * finite[0], "{finite:?}");
    assert!(run.phases.physics > 0.0 && !run.failures.rows.is_empty());
    let scored = stage_of(&mut app, 0).unwrap().robots.iter().filter(|r| r.score.is_finite()).count();
    assert!(scored > 0);
    // a failure is shown again until that is enough
    let picked = *app.world().resource::<Picked>();
    send(&mut app, LabCommand::ShowFailure { termination: None, reward: None, tile: None });
    app.update();
    app.update();
    if app.world().resource::<Lab>().replay.is_none() {
        // the run has ended and keeps nothing: the stage has not seen one either
        assert!(app.world().resource::<Lab>().notes.iter().any(|n| n.text.contains("ask again")));
    }
    send(&mut app, LabCommand::EndReplay);
    app.update();
    assert_eq!(*app.world().resource::<Picked>(), picked);
}

#[test]
fn a_failure_of_a_run_is_replayed_in_a_loop_and_then_all_robots_are_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut app = lab(&dir.path().join("logs"), 5);
    send(&mut app, LabCommand::ChooseTask(small(dir.path(), &[])));
    send(&mut app, LabCommand::ShowRobots { count: 6, order: ShowOrder::Random });
    send(&mut app, LabCommand::Train { seed: 2 });
    until(&mut app, "failures", |app| shown(app, 0).is_some_and(|r| !r.failures.rows.is_empty()));
    until(&mut app, "the stage", |app| stage_of(app, 0).is_some_and(|s| s.robots.len() == 6));
    let row = shown(&app, 0).unwrap().failures.rows[0].clone();
    let ask =
        LabCommand::ShowFailure { termination: Some(row.termination.clone()), reward: None, tile: None };
    send(&mut app, ask);
    until(&mut app, "a replay", |app| app.world().resource::<Lab>().replay.is_some());
    app.update();
    let episode = app.world().resource::<Lab>().replay.clone().unwrap().0;
    assert_eq!(episode.termination, row.termination);
    assert_eq!((frames(&mut app, 0).num_robots(), telemetry(&mut app, 0).env), (1, episode.env));
    let last = episode.postures.last().unwrap().clone();
    let mut seen = false;
    let mut times = vec![];
    for _ in 0..60 {
        app.update();
        times.push(app.world().resource::<Lab>().replay.as_ref().unwrap().1);
        seen |= telemetry(&mut app, 0).joint_pos == last.joint_pos;
    }
    assert!(seen && times.windows(2).any(|w| w[1] < w[0]), "{times:?}");
    send(&mut app, LabCommand::EndReplay);
    app.update();
    app.update();
    assert!(app.world().resource::<Lab>().replay.is_none());
    assert_eq!(frames(&mut app, 0).num_robots(), 6);
}

#[test]
fn stored_runs_are_listed_compared_and_shown_and_one_whose_folder_is_gone_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let task = small(dir.path(), &[("train.iterations", "12")]);
    let id = {
        let mut app = lab(&logs, 1);
        send(&mut app, LabCommand::ChooseTask(task));
        send(&mut app, LabCommand::Train { seed: 5 });
        until(&mut app, "a run", |app| iteration(app, 0) > 0);
        send(&mut app, LabCommand::SetKnob { key: "env.rewards.trot.weight".into(), value: json!(0.5) });
        until(&mut app, "the end", |app| shown(app, 0).is_some_and(|r| r.state == RunState::Finished));
        shown(&app, 0).unwrap().id
    };
    let mut app = lab(&logs, 1);
    until(&mut app, "the list", |app| !app.world().resource::<Lab>().runs.is_empty());
    let run = app.world().resource::<Lab>().runs[0].clone();
    assert_eq!((run.id.as_str(), &run.state, run.iteration), (id.as_str(), &RunState::Stored, 12));
    assert_eq!(run.checkpoints, [0, 10, 12]);
    assert!(!run.curves.is_empty() && run.changes.len() <= 1);
    send(&mut app, LabCommand::Compare { run: id.clone(), on: true });
    send(&mut app, LabCommand::LoadRun { run: id.clone(), iteration: Some(11) });
    app.update();
    assert_eq!(shown(&app, 0).unwrap().id, id);
    assert!(stage_of(&mut app, 0).unwrap().title.contains("iteration 10"), "{}", told(&app));
    assert!(!app.world().resource::<Lab>().knobs.is_empty() && !app.world().resource::<Lab>().knobs_live);
    std::fs::remove_dir_all(&run.folder).unwrap();
    until(&mut app, "trouble", |app| app.world().resource::<Lab>().runs[0].trouble.is_some());
    assert!(app.world().resource::<Lab>().notes.iter().any(|n| n.text.contains("is gone")));
    assert!(stage_of(&mut app, 0).is_some());
}

#[test]
fn a_checkpoint_for_another_interface_is_said_with_the_difference_and_nothing_changes() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let mut app = lab(&logs, 1);
    send(&mut app, LabCommand::ChooseTask(small(dir.path(), &[("train.iterations", "2")])));
    send(&mut app, LabCommand::Train { seed: 5 });
    until(&mut app, "the end", |app| shown(app, 0).is_some_and(|r| r.state == RunState::Finished));
    let run = shown(&app, 0).unwrap();
    let config = run.folder.join("config.ron");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("\"scale\": 0.25"), "{text}");
    std::fs::write(&config, text.replacen("\"scale\": 0.25", "\"scale\": 0.5", 1)).unwrap();
    let title = stage_of(&mut app, 0).unwrap().title;
    send(&mut app, LabCommand::LoadRun { run: run.id, iteration: None });
    app.update();
    let notes = &app.world().resource::<Lab>().notes;
    assert!(
        notes.iter().any(|n| n.text.contains("another interface") && n.text.contains("0.5")),
        "{notes:?}"
    );
    assert_eq!(stage_of(&mut app, 0).unwrap().title, title);
}
