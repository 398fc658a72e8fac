use super::*;
use crate::run::RunFolder;
use serde_json::json;

const KEY: &str = "train.algorithm.entropy";
const CURRICULA: &str =
    r#"{"entropy": (key: "train.algorithm.entropy", from: 0.01, to: 0.0, iterations: (0, 50))}"#;

fn entropy(m: &Moment) -> f64 {
    m.plan.doc.get(KEY).as_f64().unwrap()
}

#[test]
fn a_value_set_by_hand_wins_over_its_curriculum_until_it_is_undone() {
    let dir = tempfile::tempdir().unwrap();
    let more = [("train.iterations", "100000"), ("train.curricula", CURRICULA)];
    let mut w = Watched::start(options(dir.path(), &more, Start::Fresh));
    let folder = RunFolder::open(w.started()).unwrap();
    let m = w.moment_where("moved", |m| m.iteration > 60);
    assert_eq!(entropy(&m), 0.0);
    w.set(KEY, json!(0.004));
    let note = w.wait("a note", |e| match e {
        Event::Note(n) => Some(n.clone()),
        _ => None,
    });
    assert!(note.contains("its curriculum `entropy` rests"), "{note}");
    let m = w.moment_where("held", |m| entropy(m) == 0.004);
    let m = w.moment_where("still held", |n| n.iteration > m.iteration + 20);
    assert_eq!(entropy(&m), 0.004);
    // what a person holds is held in a run that goes on without a window, too
    let (iteration, path) = w.saved(1);
    w.session.send(Order::Stop);
    w.ended().unwrap();
    let o = crate::run::train::TrainOptions {
        task: task::open(
            &folder.file("config.ron").display().to_string(),
            &[("train.iterations".into(), (iteration + 5).to_string())],
        )
        .unwrap(),
        seed: 99,
        learner: LearnerKind::Native,
        logs: dir.path().into(),
        naming: crate::run::Naming::default(),
        until_pass: false,
        evaluate: false,
        keep: crate::run::train::Keep::All,
        resume: Some(path),
        beside: None,
        progress: false,
        started: Instant::now(),
        stop: Arc::default(),
    };
    let t = crate::run::train::train(o).unwrap();
    let last = folder.checkpoint_path(iteration + 5);
    let knobs = Checkpoint::load(&last).unwrap().meta["knobs"].clone();
    assert!(knobs.contains("0.004") && t.ended == crate::run::train::Ended::Finished, "{knobs}");

    let mut o = options(dir.path(), &[], Start::Resume(last));
    o.task = task::open(&folder.file("config.ron").display().to_string(), &[]).unwrap();
    o.task.set("train.iterations", json!(100_000), crate::config::Origin::Knob("test".into())).unwrap();
    let mut w = Watched::start(o);
    w.started();
    let id = w.changed().id;
    w.session.send(Order::Undo(id));
    w.moment_where("the curriculum goes on", |m| entropy(m) == 0.0);
}
