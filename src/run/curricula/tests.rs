use super::*;
use crate::run::train::setup::settings;
use crate::task;
use serde_json::json;

/// A small task with these curricula, in RON.
fn doc(curricula: &str, more: &[(&str, &str)]) -> Document {
    let dir = tempfile::tempdir().unwrap();
    let shipped = crate::config::root().join("configs/tasks/a1_flat.ron");
    let text = std::fs::read_to_string(shipped).unwrap();
    let text = text.replace(
        "        horizon: 16,",
        &format!("        curricula: {{{curricula}}},\n        horizon: 8,"),
    );
    let path = dir.path().join("small.ron");
    std::fs::write(&path, text).unwrap();
    let base = [("env.num_envs", "64")];
    let all: Vec<_> = base.iter().chain(more).map(|(k, v)| (k.to_string(), v.to_string())).collect();
    task::open(&path.display().to_string(), &all).unwrap()
}

/// What is said about curricula: an error or notes.
fn checked(curricula: &str, more: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let doc = doc(curricula, more);
    let read = Curricula::read(&doc).map_err(|e| e.to_string())?;
    let (cfg, _) = settings(&doc).unwrap();
    check(&read, &task::compile(doc).unwrap(), &cfg).map_err(|e| e.to_string())
}

const ENTROPY: &str =
    r#""entropy": (key: "train.algorithm.entropy", from: 0.01, to: 0.0, iterations: (100, 200))"#;

#[test]
fn a_value_moves_evenly_between_two_iterations_in_whole_steps() {
    let doc = doc(
        &format!(
            "{ENTROPY}, \"vx\": (key: \"env.commands.lin_vel_x\", from: (0, 1), to: (-1, 2), at: 7, steps: 4)"
        ),
        &[],
    );
    let c = Curricula::read(&doc).unwrap();
    let at = |iteration: u64| {
        let moved = c.moved(&doc, iteration, |_| false).unwrap().unwrap_or_else(|| doc.clone());
        (moved.get("train.algorithm.entropy").as_f64().unwrap(), moved.get("env.commands.lin_vel_x"))
    };
    assert_eq!(at(0), (0.01, json!([0.0, 1.0])));
    assert_eq!(at(6).1, json!([0.0, 1.0]));
    assert_eq!(at(7).1, json!([-1.0, 2.0]), "a step");
    assert_eq!(at(100).0, 0.01);
    assert!((at(150).0 - 0.005).abs() < 1e-12);
    assert_eq!((at(200).0, at(100_000).0), (0.0, 0.0));
    let shares: Vec<f64> = (100..=200).map(|i| at(i).0).collect();
    assert!(shares.is_sorted_by(|a, b| a >= b));
    let held = c.moved(&doc, 150, |key| key == "train.algorithm.entropy").unwrap().unwrap();
    assert_eq!(held.get("train.algorithm.entropy"), json!(0.01), "somebody holds it");
    assert!(c.moved(&held, 150, |key| key.ends_with("entropy")).unwrap().is_none(), "nothing to do");
}

#[test]
fn a_whole_number_jumps_or_moves_by_whole_steps() {
    let with = |how: &str| format!("\"epochs\": (key: \"train.algorithm.epochs\", from: 2, to: 4, {how})");
    for how in ["at: 7", "iterations: (3, 7), steps: 2"] {
        assert_eq!(checked(&with(how), &[]), Ok(vec![]), "{how}");
        let doc = doc(&with(how), &[]);
        let moved = Curricula::read(&doc).unwrap().moved(&doc, 7, |_| false).unwrap().unwrap();
        assert_eq!(settings(&moved).unwrap().0.algorithm.epochs, 4, "{how}");
    }
    let why = checked(&with("iterations: (3, 7)"), &[]).unwrap_err();
    assert!(why.contains("`train.algorithm.epochs` cannot become 2.02"), "{why}");
}

#[test]
fn a_metric_moves_a_value_on_and_back() {
    let doc = doc(
        r#""push": (key: "env.events.push.speed", from: 0.0, to: 2.0, steps: 10,
            when: (metric: "episode/failed_share", below: 0.1, step: 0.1, back: 0.05))"#,
        &[],
    );
    let mut c = Curricula::read(&doc).unwrap();
    let speed = |c: &Curricula| {
        let moved = c.moved(&doc, 5, |_| false).unwrap();
        moved.unwrap_or_else(|| doc.clone()).get("env.events.push.speed").as_f64().unwrap()
    };
    let row = |x: f64| vec![("episode/failed_share".to_owned(), x)];
    c.advance(1, None, None);
    assert_eq!(speed(&c), 0.0, "nothing is known yet");
    c.advance(1, Some(&row(0.05)), None);
    c.advance(1, None, None);
    assert!((speed(&c) - 0.4).abs() < 1e-12, "the newest row counts until the next");
    c.advance(1, Some(&row(f64::NAN)), None);
    assert!((speed(&c) - 0.6).abs() < 1e-12, "no episode ended: the row before counts");
    c.advance(1, Some(&row(0.5)), None);
    assert!((speed(&c) - 0.4).abs() < 1e-12, "half a step back is a whole one down");
    (0..40).for_each(|_| c.advance(1, Some(&row(0.0)), None));
    assert_eq!(speed(&c), 2.0);
    assert_eq!(c.metrics(&doc), [("curriculum/push".to_owned(), 1.0)], "as the document says");
}

#[test]
fn a_curriculum_that_can_never_advance_is_an_error_with_its_place() {
    let one = |rest: &str| format!("\"x\": (key: \"env.events.push.speed\", from: 0.0, to: 1.0, {rest})");
    for (text, why) in [
        (
            r#""x": (key: "env.events.push.sped", from: 0.0, to: 1.0, at: 5)"#.to_owned(),
            "`env.events.push.speed`?",
        ),
        (r#""x": (key: "env.physics.dt", from: 0.005, to: 0.004, at: 5)"#.into(), "new run"),
        (r#""x": (key: "env.events.push.speed", from: 1, to: 1.0, at: 5)"#.into(), "never move anything"),
        (r#""x": (key: "env.commands.lin_vel_x", from: 0.0, to: 1.0, at: 5)"#.into(), "form of the value"),
        (
            r#""x": (key: "env.commands.lin_vel_x", from: (0.0, 1.0), to: (1.0, 0.5), at: 5)"#.into(),
            "above upper",
        ),
        (
            r#""x": (key: "train.algorithm.epochs", from: 2, to: 4, iterations: (5, 9))"#.into(),
            "expected usize",
        ),
        (one("at: 3000"), "ends after 3000"),
        (one("iterations: (2999, 4000)"), "ends after 3000"),
        (one("iterations: (20, 10)"), "before it begins"),
        (one("at: 5, steps: 0"), "`steps`"),
        (one("iterations: (5, 9), at: 5"), "needs one of"),
        (one(r#"when: (metric: "episode/lenght", above: 1.0, step: 0.1)"#), "`episode/length`?"),
        (one(r#"when: (metric: "episode/length", above: 20.0, step: 0.1)"#), "ends at 20"),
        (one(r#"when: (metric: "reward/track_lin_vel", above: 1.5, step: 0.1)"#), "ends at 1.5"),
        (one(r#"when: (metric: "episode/failed_share", below: 0.0, step: 0.1)"#), "ends at 0"),
        (one(r#"when: (metric: "time/learn", below: 1.0, step: 0.1)"#), "from run to run"),
        (one(r#"when: (metric: "episode/length", step: 0.1)"#), "`above` and `below`"),
        (one(r#"when: (metric: "episode/length", above: 1.0, step: 0.0)"#), "share of the way"),
        (one("at: 5") + r#", "y": (key: "env.events.push.speed", from: 0.0, to: 2.0, at: 9)"#, "both move"),
        (one("at: 5, sudden: true"), "unknown key `sudden`"),
    ] {
        let e = checked(&text, &[]).unwrap_err();
        assert!(e.contains(why) && e.contains("small.ron:72:"), "{text}: {e}");
    }
}

#[test]
fn what_is_odd_and_yet_asked_for_is_a_note_or_an_error_on_the_command_line() {
    let short = checked(ENTROPY, &[("train.iterations", "50")]).unwrap();
    assert!(short[0].contains("only 50 were asked for"), "{short:?}");
    assert!(checked(ENTROPY, &[("train.iterations", "150")]).unwrap()[0].contains("training after 150"));
    assert!(checked(ENTROPY, &[]).unwrap().is_empty());
    let e = checked(ENTROPY, &[("train.algorithm.entropy", "0.02")]).unwrap_err();
    assert!(e.contains("no effect") && e.contains("--train.curricula.entropy=off"), "{e}");
    let off = [("train.algorithm.entropy", "0.02"), ("train.curricula.entropy", "off")];
    assert!(checked(ENTROPY, &off).unwrap().is_empty());
}

#[test]
fn every_metric_of_a_row_has_a_name_that_a_curriculum_may_use() {
    let doc = doc("", &[]);
    let setup = crate::run::train::setup::Setup::new(&doc, 1, &crate::run::train::LearnerKind::Native);
    let mut setup = setup.unwrap();
    let mut rows = crate::run::train::rows::Rows::new(0);
    let last = Judgement::default();
    let row = rows.row(setup.envs.state(), setup.learner.state(), Some(&last), 0.0);
    let logged: Vec<String> = row.values.into_iter().map(|(name, _)| name).collect();
    let names = crate::run::train::rows::names(&setup.plan);
    assert!(logged.len() > 13 && logged.iter().all(|l| names.contains(l)), "{logged:?}");
}

const GRID: &str = r#""commands": (grid: (lin_vel_x: (-2.0, 3.0), yaw_rate: (-2.0, 2.0), across: (10, 8), above: (0.8, 0.7), tries: 4))"#;

#[test]
fn a_cell_that_is_followed_opens_its_neighbours() {
    let doc = doc(GRID, &[]);
    let mut c = Curricula::read(&doc).unwrap();
    let mut written = doc.clone();
    c.prepare(&mut written).unwrap();
    let start = written.get("env.commands.cells.open");
    // -1 to 1 m/s are four cells, -1 to 1 rad/s another four
    assert_eq!(start, json!([22, 23, 24, 25, 32, 33, 34, 35, 42, 43, 44, 45, 52, 53, 54, 55]));
    assert!(c.moved(&written, 0, |_| false).unwrap().is_none());
    let found = |cell: usize, sums: [f64; 3]| {
        let mut found = vec![[0.0; 3]; 80];
        found[cell] = sums;
        found
    };
    let grid = c.grid.clone().unwrap();
    grid.gather(&mut c.state.grid, &found(25, [3.0, 2.9, 2.9]));
    grid.gather(&mut c.state.grid, &found(22, [9.0, 8.9, 0.1]));
    c.advance(6, None, None);
    assert!(c.moved(&written, 0, |_| false).unwrap().is_none(), "too few tries, and yaw is not followed");
    grid.gather(&mut c.state.grid, &found(25, [1.0, 0.9, 0.9]));
    c.advance(7, None, None);
    let moved = c.moved(&written, 0, |_| false).unwrap().unwrap();
    let open: Vec<u32> = serde_json::from_value(moved.get("env.commands.cells.open")).unwrap();
    let new: Vec<u32> = open.into_iter().filter(|o| !start.as_array().unwrap().contains(&json!(o))).collect();
    assert_eq!(new, [15, 26]);
    let metrics = c.metrics(&moved);
    assert_eq!(metrics[0], ("curriculum/commands/open_share".into(), 18.0 / 80.0));
    assert_eq!((metrics[1].1, metrics[2].1), (1.5, 1.5));
    let by_hand = c.moved(&moved, 0, |key| key == "env.commands.lin_vel_x").unwrap().unwrap();
    assert!(by_hand.get("env.commands.cells").is_null());
    assert!(c.without(&moved, &doc, |_| false).get("env.commands.cells").is_null());
    assert_eq!(c.of("env.commands.yaw_rate"), Some("commands"));
}

#[test]
fn a_grid_that_can_never_open_anything_is_an_error_with_its_place() {
    for (from, to, why) in [
        ("above: (0.8, 0.7)", "above: (0.8, 1.0)", "never be passed"),
        ("(-2.0, 3.0)", "(3.0, 3.0)", "lower to a higher"),
        ("tries: 4", "tries: 0", "at least one"),
        ("across: (10, 8)", "across: (1, 1)", "from 2 to"),
        (
            "lin_vel_x: (-2.0, 3.0), yaw_rate: (-2.0, 2.0)",
            "lin_vel_x: (-1, 1), yaw_rate: (-1, 1)",
            "widen the grid",
        ),
        ("tries: 4", r#"tries: 4, rewards: ("track_lin_vel", "stand_stil")"#, "`stand_still`?"),
    ] {
        let text = GRID.replace(from, to);
        assert_ne!(text, GRID);
        let mut d = doc(&text, &[]);
        let e = match Curricula::read(&d) {
            Err(e) => e.to_string(),
            Ok(c) => {
                c.prepare(&mut d).unwrap();
                task::compile(d).err().expect(why).to_string()
            }
        };
        assert!(e.contains(why), "{to}: {e}");
    }
}
