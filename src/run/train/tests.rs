use super::*;
use crate::nn::Checkpoint;
use crate::run::RunFolder;
use crate::task;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

pub(super) fn options(logs: &Path, overrides: &[(&str, &str)], resume: Option<PathBuf>) -> TrainOptions {
    let small = [
        ("env.num_envs", "64"),
        ("train.horizon", "8"),
        ("train.save_every", "4"),
        ("train.eval_every", "5"),
    ];
    let all = small.iter().chain(overrides).map(|(k, v)| (k.to_string(), v.to_string())).collect::<Vec<_>>();
    TrainOptions {
        task: task::open("a1_flat", &all).unwrap(),
        seed: 3,
        learner: LearnerKind::Native,
        logs: logs.into(),
        naming: crate::run::Naming::run("test"),
        until_pass: false,
        evaluate: false,
        keep: Keep::All,
        resume,
        beside: None,
        progress: false,
        started: Instant::now(),
        stop: Arc::new(AtomicBool::new(false)),
    }
}

pub(super) fn tensors(path: &Path) -> Vec<(String, crate::nn::TensorData)> {
    Checkpoint::load(path).unwrap().tensors.into_iter().collect()
}

#[test]
fn a_resumed_run_is_the_uninterrupted_run_to_the_bit() {
    check_resume(None);
}

#[test]
fn it_is_so_too_with_histories_and_a_critic_that_is_told_more() {
    let normal = [("init_std: 1.0", "init_std: 1.0, normalise_observations: true, normalise_values: true")];
    let more = format!("history: 3, critic_history: 2, {}", task::testing::CRITIC_EXTRA);
    check_resume(Some(task::testing::a1_flat_with(&more, &normal)));
}

/// Trains a task (the flat one if none) in one go and in two.
fn check_resume(task: Option<crate::config::Document>) {
    let dir = tempfile::tempdir().unwrap();
    let of = |folder: &str, iterations: &str, resume| {
        let mut options = options(&dir.path().join(folder), &[("train.iterations", iterations)], resume);
        if let Some(task) = &task {
            let mut task = task.clone();
            for key in
                ["env.num_envs", "train.horizon", "train.save_every", "train.eval_every", "train.iterations"]
            {
                let origin = crate::config::Origin::Argument(key.into());
                task.set(key, options.task.get(key), origin).unwrap();
            }
            options.task = task;
        }
        options
    };
    let whole = train(of("a", "8", None)).unwrap();
    let first = train(of("b", "4", None)).unwrap();
    let path = first.folder.unwrap().checkpoint_path(4);
    let second = train(of("b", "8", Some(path))).unwrap();
    assert_eq!(second.env_steps, 4 * 8 * 64);
    let (a, b) = (whole.folder.unwrap(), second.folder.unwrap());
    let (a, b) = (tensors(&a.checkpoint_path(8)), tensors(&b.checkpoint_path(8)));
    assert_eq!(a.len(), b.len());
    for (x, y) in a.iter().zip(&b) {
        assert!(x == y, "`{}` differs", x.0);
    }
}

/// Curricula of every kind; those by performance move in the first iterations.
pub(super) const CURRICULA: &str = r#"{
    "entropy": (key: "train.algorithm.entropy", from: 0.01, to: 0.0, iterations: (3, 30)),
    "rate": (key: "train.algorithm.learning_rate", from: 1e-3, to: 5e-4, at: 14),
    "vy": (key: "env.commands.lin_vel_y", from: (0.0, 0.5), to: (-1.0, 1.0), iterations: (2, 40), steps: 9),
    "grid": (grid: (lin_vel_x: (-2, 2), yaw_rate: (-2, 2), across: (6, 6), above: (0.0, 0.0), tries: 2)),
    "ground": (key: "env.terrain.mix.types.0.height", from: (0.0, 0.01), to: (0.0, 0.08), at: 17),
    "strength": (key: "env.events.model.intensity", from: 0.0, to: 1.0,
        when: (metric: "episode/length", above: 0.01, step: 0.07, back: 0.2)),
    "push": (key: "env.events.push.speed", from: 0.0, to: 2.0,
        when: (metric: "reward/track_lin_vel", above: 0.05, step: 0.02, back: 0.03)),
    "torques": (key: "env.rewards.torques.weight", from: -1e-5, to: -1e-4,
        when: (metric: "episode/tracking_error", below: 9.0, step: 0.05)),
}"#;

#[test]
fn a_run_with_curricula_goes_on_to_the_bit_wherever_it_stopped_and_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let run = |name: &str, iterations: &str, resume: Option<PathBuf>| {
        let all = [
            ("env.num_envs", "64"),
            ("train.horizon", "8"),
            ("train.eval_every", "5"),
            ("train.iterations", iterations),
            ("train.save_every", "0"),
            ("train.curricula", CURRICULA),
            ("env.events.push.interval_secs", "0.3"),
            ("env.commands.resample_secs", "0.6"),
        ];
        let mut o = options(&dir.path().join(name), &[], resume);
        o.task = task::open("a1_bumps", &all.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
        o.evaluate = true;
        train(o).unwrap().folder.unwrap()
    };
    let whole = run("whole", "33", None);
    let mut path = None;
    // between rows, and just when values move
    for stop in ["14", "17", "33"] {
        path = Some(run("parts", stop, path).newest_checkpoint().unwrap().1);
    }
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = one.install(|| run("alone", "33", None));
    let expected = tensors(&whole.checkpoint_path(33));
    for other in [path.unwrap(), alone.checkpoint_path(33)] {
        let found = tensors(&other);
        assert_eq!(expected.len(), found.len());
        expected.iter().zip(&found).for_each(|(x, y)| assert!(x == y, "`{}` differs", x.0));
    }
    assert!(whole.file("commands.png").exists());
    let table = crate::run::metrics::Table::read(&whole.file("metrics.csv")).unwrap();
    for name in ["entropy", "vy/0", "vy/1", "grid/open_share", "ground/1", "strength", "push", "torques"] {
        let column = table.column(&format!("curriculum/{name}")).unwrap_or_else(|| panic!("no {name}"));
        assert!(column[0] != column[2], "{name} never moved: {column:?}");
    }
}

#[test]
fn a_run_folder_holds_everything_of_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let t = train(options(dir.path(), &[("train.iterations", "20")], None)).unwrap();
    let folder = t.folder.unwrap();
    for name in ["config.ron", "plan.txt", "params.json", "metrics.csv", "git.txt", "model_20.safetensors"] {
        assert!(folder.file(name).exists(), "no {name}");
    }
    assert!(folder.file("export/policy.safetensors").exists());
    let metrics = std::fs::read_to_string(folder.file("metrics.csv")).unwrap();
    assert!(metrics.starts_with("iteration,env_steps,seconds") && metrics.contains("reward/track_lin_vel"));
    assert_eq!(metrics.lines().count(), 3, "{metrics}");
    // the resolved task of the folder compiles again, to the same plan
    let again =
        task::compile(task::open(&folder.file("config.ron").display().to_string(), &[]).unwrap()).unwrap();
    assert_eq!(again.to_string(), t.plan.to_string());
    let policy = load_policy(&folder.checkpoint_path(20), &again).unwrap();
    assert_eq!(policy, t.policy);
    assert_eq!(RunFolder::newest_with_checkpoint(dir.path(), "a1_flat").unwrap().path(), folder.path());
}

#[test]
fn a_checkpoint_for_another_interface_is_refused_with_the_difference() {
    let dir = tempfile::tempdir().unwrap();
    let t = train(options(dir.path(), &[("train.iterations", "1")], None)).unwrap();
    let path = t.folder.unwrap().checkpoint_path(1);
    let other = task::open("a1_flat", &[("env.actions.scale".into(), "0.5".into())]).unwrap();
    let e = format!("{:#}", load_policy(&path, &task::compile(other).unwrap()).unwrap_err());
    assert!(e.contains("checkpoint: joint targets of a1 scale 0.25"), "{e}");
    assert!(e.contains("task:       joint targets of a1 scale 0.5"), "{e}");
    std::fs::write(&path, b"not a checkpoint").unwrap();
    assert!(load_policy(&path, &t.plan).is_err());
}

#[test]
fn a_request_to_stop_saves_and_ends() {
    let dir = tempfile::tempdir().unwrap();
    let mut o = options(dir.path(), &[], None);
    o.stop = Arc::new(AtomicBool::new(true));
    let t = train(o).unwrap();
    assert_eq!((t.ended, t.env_steps), (Ended::Stopped, 8 * 64));
    assert!(t.folder.unwrap().newest_checkpoint().is_ok());
}

#[test]
fn nonsense_settings_are_named_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    let Err(e) = train(options(dir.path(), &[("train.algorithm.gamma", "1.5")], None)) else {
        panic!("accepted")
    };
    assert!(e.to_string().contains("gamma must be between 0 and 1"), "{e}");
    let Err(e) = train(options(dir.path(), &[("train.algorithm.epochs", "many")], None)) else {
        panic!("accepted")
    };
    assert!(e.to_string().contains("--train.algorithm.epochs=many"), "{e}");
}

#[test]
fn a_few_seconds_of_training_raise_the_reward() {
    let dir = tempfile::tempdir().unwrap();
    let mut o = options(
        dir.path(),
        &[("env.num_envs", "512"), ("train.horizon", "16"), ("train.iterations", "150")],
        None,
    );
    o.keep = Keep::All;
    let t = train(o).unwrap();
    let table = crate::run::metrics::Table::read(&t.folder.unwrap().file("metrics.csv")).unwrap();
    let tracking = table.column("reward/track_lin_vel").unwrap();
    let (first, last) = (tracking[0], tracking[tracking.len() - 1]);
    assert!(last > first + 0.3, "tracking reward went from {first} to {last} per second");
}

#[test]
fn a_reward_that_overflows_is_named_with_the_state_to_see_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let changes = [("train.iterations", "1"), ("env.rewards.torques.weight", "-1e38")];
    let folder = train(options(dir.path(), &changes, None)).unwrap().folder.unwrap();
    let files = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path());
    let dumps: Vec<PathBuf> = files
        .filter(|f| f.file_name().is_some_and(|n| n.to_string_lossy().starts_with("not_finite_1_")))
        .collect();
    assert!((1..=5).contains(&dumps.len()), "{dumps:?}");
    let seen = crate::run::replay::replay(&dumps[0]).unwrap();
    assert!(seen.told.contains("reward term `torques` became -inf in environment"), "{}", seen.told);
    let (trouble, text) = &seen.troubles[0];
    assert!(seen.told.starts_with(text.as_str()), "{text}: {}", seen.told);
    assert_eq!(seen.rows.len(), seen.ticks);
    assert!(trouble.value == f32::NEG_INFINITY && seen.to_string().contains("its last ticks"));
    assert!(
        format!("{:#}", crate::run::replay::replay(&folder.checkpoint_path(1)).unwrap_err())
            .contains("no dump")
    );
}

#[test]
fn what_was_drawn_for_every_environment_is_in_the_run_folder() {
    let dir = tempfile::tempdir().unwrap();
    let changes = [("train.iterations", "1"), ("env.events.model.zero_offset", "(-0.02, 0.02)")];
    let folder = train(options(dir.path(), &changes, None)).unwrap().folder.unwrap();
    let text = std::fs::read_to_string(folder.file("draws.csv")).unwrap();
    let mut lines = text.lines().map(|l| l.split(',').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 64);
    let column = |name: &str| {
        let at =
            names.iter().position(|n| *n == name).unwrap_or_else(|| panic!("{name} is not in {names:?}"));
        rows.iter().map(|r| r[at].parse().unwrap()).collect::<Vec<f64>>()
    };
    assert_eq!(column("env"), (0..64).map(f64::from).collect::<Vec<_>>());
    assert!(column("friction").iter().all(|f| (0.5..=1.25).contains(f)));
    assert!(column("zero_offset.FL_hip").iter().all(|f| f.abs() <= 0.02));
    assert!(!names.contains(&"restitution"), "what is the same everywhere is left out");
}

#[test]
fn a_memory_is_refused_by_the_native_learner_and_normalisation_by_other_checkpoints() {
    let dir = tempfile::tempdir().unwrap();
    let message = |o: TrainOptions| format!("{:#}", train(o).err().unwrap());
    let text = message(options(dir.path(), &[("train.networks.memory", "\"gru\"")], None));
    assert!(text.contains("train with `--learner torch`"), "{text}");
    let both = [("train.networks.memory", "\"gru\""), ("train.algorithm.mirror", "true")];
    let text = message(options(dir.path(), &both, None));
    assert!(text.contains("mirror images of policies with memory"), "{text}");
    let normal = ("train.networks.normalise_observations", "true");
    let first = train(options(dir.path(), &[normal, ("train.iterations", "4")], None)).unwrap();
    assert!(first.policy.normal.obs.is_some());
    let export = first.folder.as_ref().unwrap().file("export/policy.safetensors");
    let exported = load_policy(&export, &first.plan).unwrap();
    assert_eq!(exported, first.policy.folded());
    let path = first.folder.unwrap().checkpoint_path(4);
    let text = message(options(dir.path(), &[], Some(path.clone())));
    assert!(text.contains("--train.networks.normalise_observations=true"), "{text}");
    let std = ("train.algorithm.reinit_std", "0.25");
    let again = train(options(dir.path(), &[normal, std, ("train.iterations", "4")], Some(path))).unwrap();
    let near = |s: &f32| (s - 0.25f32.ln()).abs() < 0.1;
    assert!(again.policy.log_std().iter().all(near), "{:?}", again.policy.log_std());
}
