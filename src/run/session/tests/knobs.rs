use super::*;
use serde_json::json;

fn endless(logs: &Path) -> Watched {
    let mut w = Watched::start(options(logs, &[("train.iterations", "100000")], Start::Fresh));
    w.started();
    w
}

#[test]
fn a_knob_is_felt_in_the_very_next_iteration() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = endless(dir.path());
    let m = w.moment_where("learning", |m| m.iteration > 3);
    let w0 = m.plan.rewards.iter().find(|r| r.key == "trot").unwrap().weight;
    w.set("env.rewards.trot.weight", json!(5));
    let c = w.changed();
    assert_eq!((c.id, c.old.clone(), c.new.clone(), c.undone), (1, json!(w0), json!(5.0), false));
    let latency = w.wait("felt", |e| match e {
        Event::Felt { id: 1, latency_s } => Some(*latency_s),
        _ => None,
    });
    assert!(latency > 0.0);
    let m = w.moment_where("felt", |m| m.iteration > c.iteration);
    let knob = m.knobs.iter().find(|k| k.key == c.key).unwrap();
    assert_eq!((knob.value, knob.written), (KnobValue::Number(5.0), KnobValue::Number(w0)));
    // the learner's settings too
    w.set("train.algorithm.learning_rate", json!(5e-3));
    assert_eq!(w.changed().id, 2);
    // undo, and nothing can be undone twice
    w.session.send(Order::Undo(1));
    let c = w.changed();
    assert_eq!((c.id, c.undone), (1, true));
    w.moment_where("put back", |m| m.plan.doc.get("env.rewards.trot.weight") == json!(w0));
    w.session.send(Order::Undo(1));
    assert!(w.refused().contains("already"));
    w.session.send(Order::Undo(9));
    assert!(w.refused().contains("no such change"));
}

#[test]
fn the_first_iteration_after_a_change_is_that_of_a_run_which_always_had_it() {
    // a change before the first iteration is the task written so
    let dir = tempfile::tempdir().unwrap();
    let keys = [
        ("env.rewards.trot.weight", json!(2.0)),
        ("env.rewards.track_lin_vel.variance", json!(0.5)),
        ("env.events.model.friction", json!([0.2, 0.3])),
        ("train.algorithm.entropy", json!(0.02)),
    ];
    let mut o = options(dir.path(), &[("train.iterations", "5")], Start::Fresh);
    o.changes = keys.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    let mut turned = Watched::start(o);
    let a = turned.started();
    turned.ended().unwrap();
    let texts: Vec<(String, String)> = keys.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let mut all: Vec<(&str, &str)> = texts.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    all.push(("train.iterations", "5"));
    let mut written = Watched::start(options(dir.path(), &all, Start::Fresh));
    let b = written.started();
    written.ended().unwrap();
    let policy = |folder: &Path| {
        tensors(&folder.join("model_5.safetensors"))
            .into_iter()
            .find(|(k, _)| k.starts_with("actor"))
            .unwrap()
    };
    assert_eq!(policy(&a), policy(&b));
}

#[test]
fn nonsense_is_refused_and_training_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = endless(dir.path());
    for (key, value, why) in [
        ("env.rewards.trot.weight", json!(f64::INFINITY), "finite"),
        ("env.rewards.trt.weight", json!(1.0), "did you mean"),
        ("env.events.model.friction", json!([1.0, 0.5]), "above upper"),
        ("env.events.model.friction", json!([-1.0, 0.5]), "negative"),
        ("env.num_envs", json!(128), "new run"),
        ("train.algorithm.clip", json!(0.0), "above 0"),
        ("train.iterations", json!(1), "iterations already"),
    ] {
        w.moment_where("a second iteration", |m| m.iteration > 2);
        w.set(key, value);
        let e = w.refused();
        assert!(e.contains(why), "{key}: {e}");
    }
    let m = w.session.moment().unwrap();
    w.moment_where("goes on", |n| n.iteration > m.iteration);
    assert!(m.knobs.iter().all(|k| k.value == k.written));
}

#[test]
fn the_way_of_a_slider_is_one_change() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = endless(dir.path());
    w.pause();
    for x in [1.0, 2.0, 3.0] {
        w.set("env.rewards.trot.weight", json!(x));
    }
    w.set("env.rewards.torques.weight", json!(-1e-3));
    w.set("env.rewards.trot.weight", json!(4.0));
    let last = w.wait("three changes", |e| match e {
        Event::Changed(c) if c.id == 3 => Some(c.clone()),
        _ => None,
    });
    assert_eq!((last.old, last.new), (json!(3.0), json!(4.0)));
    w.session.send(Order::Undo(1));
    // the later change of the same key goes with it
    assert_eq!([w.changed(), w.changed()].map(|c| (c.id, c.undone)), [(1, true), (3, true)]);
    w.moment_where("put back", |m| m.plan.doc.get("env.rewards.trot.weight") == json!(0.3));
}

#[test]
fn changes_are_logged_and_a_resumed_run_goes_on_with_them() {
    let dir = tempfile::tempdir().unwrap();
    let mut w = endless(dir.path());
    w.set("env.rewards.trot.weight", json!(1.0));
    w.changed();
    w.moment_where("used", |m| m.iteration > 5);
    w.set("env.commands.lin_vel_x", json!([0.0, 2.0]));
    let second = w.changed();
    w.session.send(Order::Undo(1));
    w.changed();
    let (iteration, path) = w.saved(7);
    w.session.send(Order::Stop);
    w.ended().unwrap();
    let folder = path.parent().unwrap();
    let log = changes_in(folder).unwrap();
    assert_eq!(log.iter().map(|c| (c.id, c.undone)).collect::<Vec<_>>(), [(1, true), (2, false)]);
    assert_eq!(log[1].key, second.key);
    let open = |name: &str| task::open(&folder.join(name).display().to_string(), &[]).unwrap();
    assert_eq!(open("config.ron").get(&second.key), json!([0.0, 2.0]));
    assert_eq!(open(AT_START).get(&second.key), json!([-1.0, 1.0]));

    let mut o = options(dir.path(), &[], Start::Resume(path.clone()));
    o.task = open("config.ron");
    let mut w = Watched::start(o);
    assert_eq!(w.started(), folder);
    assert_eq!([w.changed(), w.changed()], [log[0].clone(), log[1].clone()]);
    let m = w.moment_where("resumed", |m| m.iteration > iteration);
    let knob = m.knobs.iter().find(|k| k.key == second.key).unwrap();
    assert_eq!((knob.value, knob.written), (KnobValue::Range([0.0, 2.0]), KnobValue::Range([-1.0, 1.0])));
}

#[test]
fn commands_outside_a_new_range_are_drawn_again_at_once() {
    let plan = task::compile(small(&[])).unwrap();
    let doc = small(&[("env.commands.lin_vel_x", "[0.4, 0.5]"), ("env.commands.zero_share", "0.0")]);
    let new = task::compile(doc).unwrap();
    let mut block = crate::env::blocks(&plan, 16, 1, &crate::env::Mode::TRAIN).remove(0);
    block.drive(&plan, 2, Some([9.0, 0.0, 0.0]));
    block.fit_commands(&new);
    use crate::lane::Lane;
    for (lane, x) in block.command[0].lanes().iter().enumerate() {
        assert!(if lane == 2 { *x == 9.0 } else { (0.4..=0.5).contains(x) }, "{lane}: {x}");
    }
    block.drive(&new, 2, None);
    assert!((0.4..=0.5).contains(&block.command[0].lanes()[2]));
}

#[test]
fn other_ground_is_felt_at_once_and_failures_know_their_tile() {
    let dir = tempfile::tempdir().unwrap();
    let mut o = options(dir.path(), &[], Start::Fresh);
    let small = [("env.num_envs", "64"), ("train.horizon", "8"), ("train.eval_every", "0")];
    let small: Vec<_> = small.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    o.task = task::open("a1_bumps", &small).unwrap();
    let mut w = Watched::start(o);
    w.started();
    let m = w.moment_where("failures", |m| m.failures.rows.iter().any(|r| r.tile != [0, 0]));
    assert_eq!((m.levels[0], m.levels[13]), (0, 1));
    w.set("env.terrain.start_levels", json!([9, 9]));
    w.changed();
    let m = w.moment_where("new levels", |m| m.levels.iter().all(|l| *l == 9));
    w.set("env.terrain.mix.types.0.height", json!([0.0, 0.02]));
    w.changed();
    w.moment_where("goes on", |n| n.iteration > m.iteration + 20);
    w.set("env.terrain.mix.types.0.height", json!([0.0, 5.0]));
    assert!(w.refused().contains("must be 0 to 0.5 m"));
    let (then, _) = w.saved(1);
    w.moment_where("on", |n| n.iteration > then + 3);
    w.session.send(Order::GoBack(then));
    w.wait("went back", |e| matches!(e, Event::WentBack(_)).then_some(()));
}
