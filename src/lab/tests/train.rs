//! Runs that learn, watched without a window.
use super::*;
use crate::lab::command::ShowOrder;
use crate::run::session::{KnobValue, RunState};
use serde_json::json;
use std::time::{Duration, Instant};

/// A task that is small enough for a test, as a file.
pub(super) fn small(dir: &Path, changes: &[(&str, &str)]) -> String {
    let all: String = [
        ("env.num_envs", "64"),
        ("train.horizon", "16"),
        ("train.save_every", "10"),
        ("train.eval_every", "1000"),
        ("train.networks.actor", "[32]"),
        ("train.networks.critic", "[32]"),
    ]
    .iter()
    .chain(changes)
    .map(|(k, v)| format!("\"{k}\": {v}, "))
    .collect();
    let base = crate::config::root().join("configs/tasks/a1_flat.ron");
    std::fs::copy(base, dir.join("a1_flat.ron")).unwrap();
    let path = dir.join("small.ron");
    let text =
        format!("variant(name: \"small\", about: \"for tests\", extends: \"a1_flat\", patch: {{ {all} }})");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Updates until something holds; panics with what the lab says when it never does.
pub(super) fn until(app: &mut App, what: &str, mut holds: impl FnMut(&mut App) -> bool) {
    let start = Instant::now();
    while !holds(app) {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: {}", told(app));
        app.update();
        std::thread::sleep(Duration::from_millis(1));
    }
}

pub(super) fn told(app: &App) -> String {
    let lab = app.world().resource::<Lab>();
    let runs: Vec<_> = lab.runs.iter().map(|r| (&r.id, &r.state, r.iteration)).collect();
    format!("{runs:?} {:?}", lab.notes)
}

pub(super) fn shown(app: &App, slot: usize) -> Option<model::Run> {
    let lab = app.world().resource::<Lab>();
    let id = lab.shown[slot].as_ref()?;
    lab.runs.iter().find(|r| r.id == *id).cloned()
}

pub(super) fn iteration(app: &App, slot: usize) -> u64 {
    shown(app, slot).map_or(0, |r| r.iteration)
}

#[test]
fn a_whole_story_train_turn_a_knob_branch_drive_go_back_stop() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let mut app = lab(&logs, 1);
    send(&mut app, LabCommand::ChooseTask(small(dir.path(), &[])));
    send(&mut app, LabCommand::ShowRobots { count: 20, order: ShowOrder::Best });
    send(&mut app, LabCommand::Train { seed: 3 });
    until(&mut app, "a stage of the run", |app| iteration(app, 0) > 2 && stage_of(app, 0).is_some());
    let run = shown(&app, 0).unwrap();
    assert!(run.id.starts_with("small/") && run.folder.starts_with(&logs), "{run:?}");
    assert_eq!(run.state, RunState::Learning);
    until(&mut app, "the stage shows the run", |app| frames(app, 0).num_robots() == 20);
    assert!(app.world().resource::<Lab>().knobs_live);
    assert!(stage_of(&mut app, 0).unwrap().robots.iter().all(|r| r.env < 64));

    // the stage follows the policy
    let policy =
        |app: &mut App| stage::on_stage(app.world_mut(), 0, |s, _, _| s.policy.params.clone()).unwrap();
    let before = policy(&mut app);
    until(&mut app, "a newer policy", |app| policy(app) != before);

    // a knob
    let key = "env.rewards.trot.weight".to_owned();
    send(&mut app, LabCommand::SetKnob { key: key.clone(), value: json!(0.9) });
    until(&mut app, "a change", |app| shown(app, 0).is_some_and(|r| r.changes.len() == 1));
    let change = shown(&app, 0).unwrap().changes[0].clone();
    assert_eq!((change.key.as_str(), &change.old, &change.new), (key.as_str(), &json!(0.3), &json!(0.9)));
    until(&mut app, "the stage has the knob", |app| {
        let weight =
            |s: &mut crate::tick::EnvsState| s.plan.rewards.iter().find(|r| r.key == "trot").unwrap().weight;
        stage::on_stage(app.world_mut(), 0, |s, _, _| weight(s)).unwrap() == 0.9
    });
    let ticks = stage::on_stage(app.world_mut(), 0, |s, _, _| s.ticks).unwrap();
    assert!(ticks > 0, "the robots go on");
    let lab = app.world().resource::<Lab>();
    assert_eq!(lab.knobs.iter().find(|k| k.key == key).unwrap().value, KnobValue::Number(0.9));
    send(&mut app, LabCommand::SetKnob { key: key.clone(), value: json!("much") });
    until(&mut app, "a refusal", |app| !app.world().resource::<Lab>().notes.is_empty());
    send(&mut app, LabCommand::UndoChange(change.id));
    until(&mut app, "undone", |app| shown(app, 0).unwrap().changes.iter().any(|c| c.undone));

    // a branch beside it
    let change = Some(("env.commands.lin_vel_x".to_owned(), json!([0.0, 0.5])));
    send(&mut app, LabCommand::Branch { name: "slow".into(), change });
    until(&mut app, "two stages", |app| stage_of(app, 1).is_some() && iteration(app, 1) > 0);
    let (first, second) = (shown(&app, 0).unwrap(), shown(&app, 1).unwrap());
    assert_eq!(second.parent.as_ref().unwrap().0, first.id);
    assert!(second.compared && second.folder != first.folder);
    let places =
        |app: &mut App, slot| frames(app, slot).current.iter().map(|l| l[0].pos_w[0]).collect::<Vec<_>>();
    let foremost = places(&mut app, 0).into_iter().fold(f32::MIN, f32::max);
    assert!(places(&mut app, 1).iter().all(|x| *x > foremost - 1.0), "beside each other");

    // driving
    send(&mut app, LabCommand::Pick { stage: 1, robot: 3 });
    send(&mut app, LabCommand::SetCommand([0.4, 0.0, 0.0]));
    app.update();
    app.update();
    let t = telemetry(&mut app, 1);
    assert!(t.driven);
    assert_eq!((t.command, t.env), ([0.4, 0.0, 0.0], stage_of(&mut app, 1).unwrap().robots[3].env));
    send(&mut app, LabCommand::CloseBeside);
    until(&mut app, "one stage", |app| stage_of(app, 1).is_none());
    assert_eq!(*app.world().resource::<Picked>(), Picked::default());

    // the past
    until(&mut app, "a checkpoint", |app| shown(app, 0).is_some_and(|r| !r.checkpoints.is_empty()));
    let at = shown(&app, 0).unwrap().checkpoints[0];
    send(&mut app, LabCommand::Preview(Some(at)));
    until(&mut app, "a preview", |app| stage::on_stage(app.world_mut(), 0, |_, _, s| s.previews).unwrap());
    let old = policy(&mut app);
    let now = iteration(&app, 0);
    until(&mut app, "later", |app| iteration(app, 0) > now + 1);
    assert_eq!(policy(&mut app), old, "the preview stays");
    send(&mut app, LabCommand::Preview(None));
    until(&mut app, "the newest", |app| policy(app) != old);
    send(&mut app, LabCommand::PauseTraining(true));
    until(&mut app, "a pause", |app| shown(app, 0).is_some_and(|r| r.state == RunState::Paused));
    let paused = iteration(&app, 0);
    send(&mut app, LabCommand::GoBack { iteration: at });
    until(&mut app, "back", |app| iteration(app, 0) == at);
    assert!(paused > at && shown(&app, 0).unwrap().curves.iteration.iter().all(|i| *i <= at as f64));
    send(&mut app, LabCommand::PauseTraining(false));
    until(&mut app, "on again", |app| iteration(app, 0) > at + 2);

    // the end
    let export = dir.path().join("out/mine.safetensors");
    send(&mut app, LabCommand::ExportPolicy(export.clone()));
    let copy = dir.path().join("out/all.safetensors");
    send(&mut app, LabCommand::ExportCheckpoint(copy.clone()));
    until(&mut app, "exports", |_| export.exists() && copy.exists());
    let plan = app.world().resource::<Lab>().plan.clone().unwrap();
    crate::run::train::load_policy(&export, &plan).unwrap();
    assert!(std::fs::read_to_string(export.with_extension("json")).unwrap().contains("small"));
    send(&mut app, LabCommand::LoadPolicy(export.clone()));
    app.update();
    assert!(stage_of(&mut app, 0).unwrap().title.contains("mine"), "{}", told(&app));
    assert_eq!(shown(&app, 0).map(|r| r.id), None);
    send(&mut app, LabCommand::LoadRun { run: first.id.clone(), iteration: None });
    until(&mut app, "the run again", |app| {
        stage_of(app, 0).is_some_and(|s| s.title == crate::lab::names::title(&first.id))
    });
    send(&mut app, LabCommand::StopTraining);
    until(&mut app, "the end", |app| shown(app, 0).is_some_and(|r| r.state == RunState::Stopped));
    assert!(!app.world().resource::<Lab>().knobs_live);
    // the branch goes on learning by itself
    assert_eq!(app.world().resource::<Lab>().runs.len(), 2, "{}", told(&app));
    assert!(stage_of(&mut app, 0).is_some(), "what was shown stays");
    // what was stopped can be resumed, and the branch can be shown in its place
    let id = shown(&app, 0).unwrap().id;
    let at = iteration(&app, 0);
    send(&mut app, LabCommand::ResumeRun { run: id.clone(), iteration: None });
    until(&mut app, "resumed", |app| iteration(app, 0) > at);
    assert_eq!(shown(&app, 0).unwrap().id, id);
    send(&mut app, LabCommand::LoadRun { run: second.id.clone(), iteration: None });
    until(&mut app, "the other run", |app| {
        stage_of(app, 0).is_some_and(|s| s.title == crate::lab::names::title(&second.id))
    });
}
