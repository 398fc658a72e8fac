use super::*;
use crate::run::RunFolder;
use crate::run::metrics::Table;
use crate::run::train::{Keep, TrainOptions, train};
use std::sync::atomic::AtomicBool;

fn trained(logs: &Path, overrides: &[(&str, &str)]) -> RunFolder {
    let t = train(TrainOptions {
        task: small(overrides),
        seed: 3,
        learner: LearnerKind::Native,
        logs: logs.into(),
        naming: crate::run::Naming::run("plain"),
        until_pass: false,
        evaluate: true,
        keep: Keep::All,
        resume: None,
        beside: None,
        progress: false,
        started: Instant::now(),
        stop: Arc::new(AtomicBool::new(false)),
    });
    t.unwrap().folder.unwrap()
}

#[test]
fn watching_pausing_and_publishing_change_no_bit() {
    let dir = tempfile::tempdir().unwrap();
    let task = [("train.iterations", "30"), ("train.eval_every", "7")];
    let plain = trained(dir.path(), &task);
    let mut w = Watched::start(options(dir.path(), &task, Start::Fresh));
    let folder = RunFolder::open(w.started()).unwrap();
    for _ in 0..3 {
        w.session.send(Order::Pause(true));
        w.session.send(Order::Save { copy: None, ticket: 1 });
        w.session.send(Order::ShowFailure { termination: None, reward: None, tile: None });
        w.session.send(Order::Pause(false));
        let seen = w.session.moment().map_or(0, |m| m.iteration);
        w.moment_where("learning", |m| m.iteration >= seen.min(29));
    }
    w.ended().unwrap();
    assert_same_tensors(&plain.checkpoint_path(30), &folder.checkpoint_path(30));
    let (a, b) =
        (Table::read(&plain.file("metrics.csv")).unwrap(), Table::read(&folder.file("metrics.csv")).unwrap());
    assert_eq!(a.column("iteration").unwrap(), [10.0, 20.0, 30.0]);
    for name in
        ["iteration", "env_steps", "episode/reward", "loss/kl", "reward/trot", "episode/tracking_error"]
    {
        let bits = |t: &Table| t.column(name).unwrap().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&a), bits(&b), "{name}");
    }
    assert!(folder.file("export/policy.safetensors").exists());
    assert!(!folder.file("config_at_start.ron").exists(), "nothing was turned");
}

#[test]
fn a_run_says_its_rows_and_shows_its_moments() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    w.started();
    let row = w.wait("a row", |e| match e {
        Event::Row(r) if r.iteration >= 40 => Some(r.clone()),
        _ => None,
    });
    assert_eq!(row.env_steps, row.iteration * 8 * 64);
    assert!(row.values.iter().any(|(k, v)| k == "reward/track_lin_vel" && v.is_finite()));
    let m = w.moment_where("scores", |m| m.iteration > 200 && m.scores.iter().all(|s| s.is_finite()));
    assert_eq!((m.scores.len(), m.levels.len(), m.seed, m.iterations), (64, 64, 3, 100_000));
    assert!(m.env_steps_per_s > 0.0 && m.state == RunState::Learning);
    let p = m.phases;
    let sum = p.physics + p.observe + p.judge + p.policy + p.learn + p.other;
    assert!((sum - 1.0).abs() < 1e-6 && p.physics > 0.0 && p.learn > 0.0, "{p:?}");
    let shares: f64 = m.knobs.iter().filter_map(|k| k.share).map(f64::abs).sum();
    assert!((shares - 1.0).abs() < 1e-6);
    let table = &m.failures;
    assert!(table.ended > 0 && !table.rows.is_empty());
    assert!(table.rows.windows(2).all(|r| r[0].episodes >= r[1].episodes));
    let first = table.rows[0].clone();
    assert!(first.share > 0.0 && first.mean_length_s > 0.0);
    w.session.send(Order::ShowFailure {
        termination: Some(first.termination.clone()),
        reward: Some(first.costliest.clone()),
        tile: Some(first.tile),
    });
    let f = w.wait("failure", |e| match e {
        Event::Failure(f) => Some(f.clone()),
        Event::Refused { why, .. } => panic!("{why}"),
        _ => None,
    });
    assert_eq!((&f.termination, &f.costliest), (&first.termination, &first.costliest));
    let ticks = (f.length_s / f.dt).round() as usize;
    assert_eq!(f.postures.len(), ticks.min(100));
    let last = f.postures.last().unwrap();
    assert_eq!(last.joint_pos.len(), 12);
    assert!((last.quat.iter().map(|q| q * q).sum::<f32>() - 1.0).abs() < 1e-3);
    w.session.send(Order::ShowFailure { termination: Some("no such".into()), reward: None, tile: None });
    assert!(w.refused().contains("is kept"));
    let (a, b) = (w.session.policy_at(100).unwrap(), w.session.policy_at(199).unwrap());
    assert!(a != b && w.session.policy_at(109).unwrap() == a);
    w.session.send(Order::Stop);
    w.ended().unwrap();
    assert_eq!(w.session.moment().unwrap().state, RunState::Stopped);
}

#[test]
fn a_paused_run_waits_and_still_obeys() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    w.started();
    w.moment_where("learning", |m| m.iteration > 5);
    let m = w.pause();
    assert!(m.env_steps_per_s.is_nan());
    w.set("env.rewards.trot.weight", serde_json::json!(2.0));
    let c = w.changed();
    assert_eq!(c.iteration, m.iteration);
    let new = w.moment_where("new plan", |n| n.plan.doc.get(&c.key) == serde_json::json!(2.0));
    assert_eq!((new.iteration, &new.state), (m.iteration, &RunState::Paused));
    assert_eq!(w.session.moment().unwrap().seconds, m.seconds, "waiting does not count");
    w.session.send(Order::Pause(false));
    w.moment_where("on", |n| n.iteration > m.iteration);
    drop(w.session);
}

#[test]
fn two_sessions_at_once_do_not_disturb_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let task = [("train.iterations", "20")];
    let mut both: Vec<Watched> =
        (0..2).map(|_| Watched::start(options(dir.path(), &task, Start::Fresh))).collect();
    let ends: Vec<_> = both
        .iter_mut()
        .map(|w| {
            let folder = RunFolder::open(w.started()).unwrap();
            w.ended().unwrap();
            folder.checkpoint_path(20)
        })
        .collect();
    assert_ne!(ends[0], ends[1]);
    assert_same_tensors(&ends[0], &ends[1]);
}

#[test]
fn a_driven_environment_is_left_out_of_learning_while_it_is_driven() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    w.started();
    w.session.send(Order::Drive { env: 64, command: Some([0.0; 3]) });
    assert!(w.refused().contains("has 64"));
    w.session.send(Order::Drive { env: 3, command: Some([f32::NAN, 0.0, 0.0]) });
    assert!(w.refused().contains("finite"));
    w.session.send(Order::Drive { env: 3, command: Some([0.5, 0.0, 0.0]) });
    w.session.send(Order::PushAll);
    w.session.send(Order::ResetAll);
    w.session.send(Order::Drive { env: 3, command: None });
    let m = w.pause();
    w.session.send(Order::Pause(false));
    w.moment_where("on", |n| n.iteration > m.iteration + 3);
}
