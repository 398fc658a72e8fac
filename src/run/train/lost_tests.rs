//! What is left of a run whose device is lost in the middle of an update.
use super::tests::{CURRICULA, options, tensors};
use super::*;
use crate::task;
use std::path::{Path, PathBuf};

/// Trains the task with curricula, so that everything a checkpoint can hold is in it.
fn run(
    folder: &Path,
    learner: LearnerKind,
    iterations: &str,
    on_loss: &str,
    resume: Option<PathBuf>,
) -> anyhow::Result<Trained> {
    let all = [
        ("env.num_envs", "64"),
        ("train.horizon", "8"),
        ("train.eval_every", "5"),
        ("train.iterations", iterations),
        ("train.save_every", "0"),
        ("train.on_device_loss", on_loss),
        ("train.curricula", CURRICULA),
        ("env.events.push.interval_secs", "0.3"),
        ("env.commands.resample_secs", "0.6"),
    ];
    let mut o = options(folder, &[], resume);
    o.task = task::open("a1_bumps", &all.map(|(k, v)| (k.to_owned(), v.to_owned()))).unwrap();
    o.evaluate = true;
    o.learner = learner;
    train(o)
}

fn assert_same(a: &Path, b: &Path) {
    let (a, b) = (tensors(a), tensors(b));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).for_each(|(x, y)| assert!(x == y, "`{}` differs", x.0));
}

#[test]
fn a_lost_device_leaves_the_run_as_it_was_before_and_it_goes_on_to_the_bit() {
    let dir = tempfile::tempdir().unwrap();
    let of = |name: &str| dir.path().join(name);
    let whole = run(&of("whole"), LearnerKind::Native, "20", "\"stop\"", None).unwrap().folder.unwrap();
    let error = run(&of("lost"), LearnerKind::Failing(8), "20", "\"stop\"", None).err().unwrap();
    let message = error.to_string();
    assert!(
        message.starts_with("iteration 8: the device of the learner failed: CUDA out of memory"),
        "{message}"
    );
    assert!(
        message.contains("model_7.safetensors") && message.contains("--on_device_loss fallback"),
        "{message}"
    );
    let folder = crate::run::RunFolder::newest(&of("lost"), "a1_bumps").unwrap();
    let (iteration, path) = folder.newest_checkpoint().unwrap();
    assert_eq!(iteration, 7);
    let before = run(&of("before"), LearnerKind::Native, "7", "\"stop\"", None).unwrap().folder.unwrap();
    assert_same(&before.checkpoint_path(7), &path);
    let on = run(&of("lost"), LearnerKind::Native, "20", "\"stop\"", Some(path)).unwrap().folder.unwrap();
    assert_same(&whole.checkpoint_path(20), &on.checkpoint_path(20));
}

#[test]
fn the_native_learner_takes_over_with_the_same_weights_if_that_was_asked() {
    let dir = tempfile::tempdir().unwrap();
    let of = |name: &str| dir.path().join(name);
    let whole = run(&of("whole"), LearnerKind::Native, "12", "\"fallback\"", None).unwrap().folder.unwrap();
    for (name, lost_in) in [("first", 1), ("later", 8)] {
        let on = run(&of(name), LearnerKind::Failing(lost_in), "12", "\"fallback\"", None).unwrap();
        assert_eq!(on.ended, Ended::Finished);
        assert_same(&whole.checkpoint_path(12), &on.folder.unwrap().checkpoint_path(12));
    }
}

#[test]
fn a_device_that_is_lost_at_once_leaves_a_run_to_go_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let error = run(dir.path(), LearnerKind::Failing(1), "4", "\"stop\"", None).err().unwrap();
    assert!(error.to_string().contains("model_0.safetensors"), "{error}");
}
