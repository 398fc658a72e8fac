use super::*;

#[test]
fn a_task_that_does_not_compile_ends_with_its_errors() {
    let dir = tempfile::tempdir().unwrap();
    let mut w =
        Watched::start(options(dir.path(), &[("env.commands.lin_vel_x", "[1.0, -1.0]")], Start::Fresh));
    let e = w.ended().unwrap_err();
    assert!(e.contains("lower bound above upper") && e.contains("command line"), "{e}");
    let mut w = Watched::start(options(dir.path(), &[], Start::Resume(dir.path().join("none.safetensors"))));
    assert!(w.ended().unwrap_err().contains("cannot read the checkpoint"));
}

#[test]
fn a_run_whose_folder_is_removed_goes_on_and_makes_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    let folder = w.started();
    w.moment_where("learning", |m| m.iteration > 12);
    // a checkpoint that is being written may come in between
    while std::fs::remove_dir_all(&folder).is_err() || folder.exists() {}
    let note = w.wait("a note", |e| match e {
        Event::Note(n) => Some(n.clone()),
        _ => None,
    });
    assert!(note.contains("removed"), "{note}");
    let m = w.session.moment().unwrap();
    w.moment_where("goes on", |n| n.iteration > m.iteration + 20);
    let (_, path) = w.saved(3);
    assert!(path.exists() && folder.join("config.ron").exists());
    w.session.send(Order::Stop);
    w.ended().unwrap();
}

#[test]
fn a_run_that_cannot_save_says_so_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    let folder = w.started();
    w.moment_where("learning", |m| m.iteration > 12);
    // a file where the folder was: neither can the folder be made again nor anything be written
    w.pause();
    w.saved(1);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, b"").unwrap();
    w.session.send(Order::Pause(false));
    w.session.send(Order::Save { copy: None, ticket: 2 });
    let note = w.wait("a note", |e| match e {
        Event::Note(n) => Some(n.clone()),
        _ => None,
    });
    assert!(note.contains("without saving"), "{note}");
    let m = w.session.moment().unwrap();
    w.moment_where("goes on", |n| n.iteration > m.iteration + 20);
    w.session.send(Order::GoBack(0));
    assert!(w.refused().contains("go back"));
    w.session.send(Order::Stop);
    w.ended().unwrap();
}

#[test]
fn a_lost_device_ends_the_session_with_the_run_saved_as_it_was_before() {
    let dir = tempfile::tempdir().unwrap();
    let mut o = options(dir.path(), &[("train.iterations", "1000000")], Start::Fresh);
    o.learner = LearnerKind::Failing(7);
    let mut s = Watched::start(o);
    let folder = s.started();
    let why = s.ended().unwrap_err();
    assert!(why.contains("iteration 7: ") && why.contains("CUDA out of memory"), "{why}");
    assert!(matches!(s.session.moment().unwrap().state, RunState::Failed(_)));
    let saved = Checkpoint::load(&folder.join("model_6.safetensors")).unwrap();
    assert_eq!(saved.meta["iteration"], "6");
}

#[test]
fn a_session_goes_on_without_a_lost_device_if_that_was_asked() {
    let dir = tempfile::tempdir().unwrap();
    let over = [("train.iterations", "12"), ("train.on_device_loss", "\"fallback\"")];
    let mut o = options(dir.path(), &over, Start::Fresh);
    o.learner = LearnerKind::Failing(7);
    let mut s = Watched::start(o);
    s.started();
    let note = s.wait("a note", |e| match e {
        Event::Note(text) if text.contains("iteration 7") => Some(text.clone()),
        _ => None,
    });
    assert!(note.ends_with("going on with the native learner on the processor"), "{note}");
    s.ended().unwrap();
    assert_eq!(s.session.moment().unwrap().iteration, 12);
}
