use super::*;
use crate::run::RunFolder;
use serde_json::json;

#[test]
fn a_branch_without_a_change_is_its_parent_to_the_bit_and_one_with_a_change_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let task = [("train.iterations", "40")];
    let mut parent = Watched::start(options(dir.path(), &task, Start::Fresh));
    let parent_folder = RunFolder::open(parent.started()).unwrap();
    parent.set("env.rewards.trot.weight", json!(0.6));
    parent.changed();
    let (iteration, path) = parent.saved(1);
    parent.ended().unwrap();
    assert!(iteration < 40);
    let branch = |change: Option<f64>| {
        let start = Start::Branch { parent: "a1_flat/parent".into(), checkpoint: path.clone() };
        let mut o = options(dir.path(), &[], start);
        o.seed = 99;
        o.changes = change.into_iter().map(|x| ("env.rewards.trot.weight".to_string(), json!(x))).collect();
        let mut w = Watched::start(o);
        let folder = RunFolder::open(w.started()).unwrap();
        w.ended().unwrap();
        folder
    };
    let same = branch(None);
    assert_ne!(same.path(), parent_folder.path());
    assert_same_tensors(&parent_folder.checkpoint_path(40), &same.checkpoint_path(40));
    assert_eq!(parent_of(same.path()), Some(("a1_flat/parent".into(), iteration)));
    assert!(same.checkpoint_path(iteration).exists(), "a branch can be put back to where it began");
    let other = branch(Some(3.0));
    assert!(tensors(&other.checkpoint_path(40)) != tensors(&same.checkpoint_path(40)));
    let log = changes_in(other.path()).unwrap();
    assert_eq!(
        log.iter().map(|c| (c.id, c.new.clone())).collect::<Vec<_>>(),
        [(1, json!(0.6)), (2, json!(3.0))]
    );
}

#[test]
fn going_back_restores_everything_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = Watched::start(options(dir.path(), &[("train.iterations", "100000")], Start::Fresh));
    let folder = RunFolder::open(w.started()).unwrap();
    w.moment_where("learning", |m| m.iteration > 30);
    w.set("env.rewards.trot.weight", json!(1.0));
    w.changed();
    w.pause();
    let (then, path) = w.saved(1);
    let kept = std::fs::read(&path).unwrap();
    w.session.send(Order::Undo(1));
    w.changed();
    w.set("env.rewards.torques.weight", json!(-1e-3));
    w.changed();
    w.session.send(Order::Pause(false));
    w.moment_where("on", |m| m.iteration > then + 25);
    let left = w.pause();
    w.session.send(Order::GoBack(then + 3));
    let mut changed = vec![];
    let back = w.wait("went back", |e| match e {
        Event::WentBack(i) => Some(*i),
        Event::Changed(c) => {
            changed.push((c.id, c.undone));
            None
        }
        Event::Refused { why, .. } => panic!("{why}"),
        _ => None,
    });
    assert_eq!(back, then);
    changed.sort();
    changed.dedup();
    assert_eq!(changed, [(1, false), (2, true)], "the knobs are those of that time");
    let m = w.moment_where("back", |m| m.iteration == then);
    assert_eq!(m.plan.doc.get("env.rewards.trot.weight"), json!(1.0));
    assert_eq!(m.plan.doc.get("env.rewards.torques.weight"), json!(-1e-4));
    assert_eq!(m.state, RunState::Paused);
    // saved again at once, it is the same state to the bit
    let copy = dir.path().join("copy.safetensors");
    w.session.send(Order::Save { copy: Some(copy.clone()), ticket: 2 });
    w.wait("saved", |e| matches!(e, Event::Saved { ticket: 2, .. }).then_some(()));
    std::fs::write(dir.path().join("before.safetensors"), kept).unwrap();
    assert_same_tensors(&copy, &dir.path().join("before.safetensors"));
    let aside = folder.file(&format!("left_at_{}", left.iteration));
    assert!(aside.join(format!("model_{}.safetensors", left.iteration)).exists());
    assert!(aside.join("metrics.csv").exists());
    assert!(folder.checkpoints().unwrap().iter().all(|(i, _)| *i <= then));
    let table = crate::run::metrics::Table::read(&folder.file("metrics.csv")).unwrap();
    assert!(table.column("iteration").unwrap().iter().all(|i| *i <= then as f64));
    w.session.send(Order::Pause(false));
    w.moment_where("on", |m| m.iteration > then + 10);
    w.session.send(Order::GoBack(1_000_000));
    assert!(w.refused().contains("earlier"));
}

#[test]
fn a_resumed_run_puts_later_checkpoints_aside() {
    let dir = tempfile::tempdir().unwrap();
    let task = [("train.iterations", "30"), ("train.save_every", "10")];
    let mut w = Watched::start(options(dir.path(), &task, Start::Fresh));
    let folder = RunFolder::open(w.started()).unwrap();
    w.ended().unwrap();
    let mut o = options(dir.path(), &[], Start::Resume(folder.checkpoint_path(10)));
    o.task = task::open(&folder.file("config.ron").display().to_string(), &[]).unwrap();
    let mut w = Watched::start(o);
    w.started();
    w.ended().unwrap();
    let aside = folder.file("left_at_30");
    assert_same_tensors(&aside.join("model_30.safetensors"), &folder.checkpoint_path(30));
}
