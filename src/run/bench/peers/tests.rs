use super::run::{Answer, read, run};
use super::*;
use crate::run::results::known_key;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

const GOOD: &str = r#"Module x load on device 'cpu' took 3 ms
gaitlab-peer: {"versions": {"mujoco": "4.0.0"}, "device": "16 threads", "results": [
"#;

fn ended(code: i32) -> Option<ExitStatus> {
    Some(ExitStatus::from_raw(code << 8))
}

/// A line as a script writes it.
fn line(results: &str) -> String {
    let head = r#"chatter
gaitlab-peer: {"versions": {"mujoco": "4.0.0"}, "device": "16 threads", "results": ["#;
    format!("{head}{results}]}}\nmore chatter\n")
}

fn rate(kind: &str, rate: f64) -> String {
    format!(r#"{{"kind": "{kind}", "setting": "Newton", "envs": 4096, "rate": {rate}}}"#)
}

fn empty() -> Comparison {
    let plan = crate::task::compile(crate::task::open("a1_flat", &[]).unwrap()).unwrap();
    let cfg = PeersCfg::default();
    let mut found = Comparison::new(&plan, &cfg, Machine::this());
    found.threads = 16;
    let ours = |kind, key: &str, per_s| Row {
        kind,
        key: key.into(),
        name: "gaitlab".into(),
        outcome: Outcome::Rate { per_s, envs: 4096, setting: "batch".into(), device: "16 threads".into() },
    };
    found.rows.push(ours(Kind::Physics, "gaitlab", 61.5e6));
    found.rows.push(ours(Kind::Training, "gaitlab_training", 2.1e6));
    found
}

/// What a whole machine might say.
pub(in crate::run) fn example() -> Comparison {
    let mut found = empty();
    let two = format!("{}, {}", rate("fast", 1.11e6), rate("accurate", 0.94e6));
    found.take(&PEERS[0], read(ended(0), &line(&two), ""));
    let two = format!("{}, {}", rate("fast", 9.8e6), rate("accurate", 4.7e6));
    let on_gpu = |results: &str| line(results).replace("16 threads", "NVIDIA H200");
    found.take(&PEERS[1], read(ended(0), &on_gpu(&two), ""));
    found.take(&PEERS[2], Ok(Answer::Missing { missing: "not installed: No module named 'jax'".into() }));
    found.take(&PEERS[3], read(ended(0), &on_gpu(&rate("training", 0.31e6)), ""));
    found.take(
        &PEERS[4],
        Err("Brax PPO + MJX: it failed (exit status: 1); it said last: out of memory".into()),
    );
    found
}

#[test]
fn numbers_of_peers_come_under_keys_of_the_contract_with_the_best_of_every_purpose() {
    let mut found = empty();
    let three = [("fast", 1e6), ("fast", 1.23e6), ("accurate", 0.9e6)].map(|(k, r)| rate(k, r)).join(", ");
    found.take(&PEERS[0], read(ended(0), &line(&three), ""));
    let results: std::collections::BTreeMap<_, _> = found.results().into_iter().collect();
    assert_eq!(results["peers.a1_flat.gaitlab.steps_per_s"], 61.5e6);
    assert_eq!(results["peers.a1_flat.mujoco_c_16_threads.steps_per_s"], 1.23e6);
    assert_eq!(results["peers.a1_flat.mujoco_c_16_threads_accurate.steps_per_s"], 0.9e6);
    assert_eq!(results["peers.a1_flat.mujoco_c_16_threads.ratio"], 50.0);
    assert_eq!(results["peers.a1_flat.gaitlab_training.env_steps_per_s"], 2.1e6);
    assert!(!results.contains_key("peers.a1_flat.gaitlab.ratio"));
    assert!(results.keys().all(|key| known_key(key).is_some()), "{results:?}");
    assert_eq!(found.versions["mujoco"], "4.0.0");
}

#[test]
fn the_table_has_machine_versions_settings_and_reasons() {
    let text = example().to_string();
    for part in [
        "a1_flat: ",
        "(16 used)",
        "mujoco 4.0.0",
        "gaitlab 0.1.0",
        "steps of 5 ms per second, 4 per control tick",
        "61.5 M",
        "55 ×  4096 robots, Newton; 16 threads",
        "MJX                    not installed: No module named 'jax'",
        "failed: Brax PPO + MJX: it failed",
        "6.77 ×",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn what_a_peer_says_wrongly_is_said_clearly() {
    let strange = line(&rate("wild", 1.0));
    let (nothing, negative) = (line(""), line(&rate("fast", -1.0)));
    for (status, out, err, why) in [
        (ended(0), "hello\n", "", "it ended without an answer; it said last: hello"),
        (ended(0), "", "", "it ended without an answer; it said nothing"),
        (ended(1), "hello\n", "a\nb\nc\nd\nNameError: x\n", "it said last: b / c / d / NameError: x"),
        (ended(0), GOOD, "", "its answer is not one that can be used: {\"versions\""),
        (ended(0), &*strange, "", "its answer is not one that can be used"),
        (ended(0), &*nothing, "", "its answer has no numbers"),
        (ended(0), &*negative, "", "its rate with \"Newton\" is -1"),
        (None, "hello\n", "", "it took too long and was ended"),
    ] {
        let found = read(status, out, err).unwrap_err();
        assert!(found.contains(why), "{found}");
    }
    let missing = read(ended(0), "gaitlab-peer: {\"missing\": \"no jax\"}\n", "").unwrap();
    assert_eq!(missing, Answer::Missing { missing: "no jax".into() });
}

/// A peer that is made up, run by a shell in the place of Python.
fn made_up(script: &'static str, patience: f64) -> Result<Answer, String> {
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python");
    std::fs::write(&python, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let peer = Peer { name: "Other", key: "other", kind: Kind::Physics, script: "" };
    let cfg = PeersCfg { seconds: 0.01, patience, python, ..PeersCfg::default() };
    run(&peer, &json!({}), folder.path(), &cfg)
}

#[test]
fn a_peer_that_fails_hangs_or_babbles_is_named() {
    let of = |script, patience| made_up(script, patience).unwrap_err();
    let failed = of("echo Traceback >&2; exit 3", 20.0);
    assert!(
        failed.starts_with("Other: it failed (exit status: 3)") && failed.contains("Traceback"),
        "{failed}"
    );
    let hung = of("exec sleep 60", 0.2);
    assert!(hung.starts_with("Other: it took too long"), "{hung}");
    let babbling = of("head -c 300000 /dev/zero | tr '\\0' x", 20.0);
    assert!(babbling.starts_with("Other: it ended without an answer"), "{babbling}");
    assert!(babbling.len() < 1000, "{}", babbling.len());
}

#[test]
fn some_of_the_peers_can_be_chosen() {
    let ids = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        chosen(&names).map(|list| list.iter().map(|p| p.id()).collect::<Vec<_>>())
    };
    let all = ["mujoco_c", "mujoco_warp", "mjx", "rsl_rl_mujoco_warp", "brax_mjx"];
    assert_eq!(ids(&[]).unwrap(), all);
    assert_eq!(ids(&["mjx", "mujoco_c"]).unwrap(), ["mujoco_c", "mjx"]);
    let why = ids(&["bullet"]).unwrap_err().to_string();
    assert!(why.contains("--only bullet") && why.contains("mujoco_c, mujoco_warp, mjx"), "{why}");
}

#[test]
fn without_python_a_peer_is_not_installed() {
    let folder = tempfile::tempdir().unwrap();
    let cfg = PeersCfg { python: "/nowhere/python3".into(), ..PeersCfg::default() };
    let Ok(Answer::Missing { missing }) = run(&PEERS[0], &json!({}), folder.path(), &cfg) else { panic!() };
    assert!(missing.contains("/nowhere/python3"), "{missing}");
}

#[test]
fn mujoco_is_measured_on_our_robot() {
    let Some(python) = crate::physics::testing::python_with("mujoco") else {
        println!("skipped: no Python with mujoco");
        return;
    };
    let doc = crate::task::open("a1_flat", &[("env.num_envs".into(), "64".into())]).unwrap();
    let cfg = PeersCfg { peers: vec![&PEERS[0]], envs: 64, seconds: 0.2, python, ..PeersCfg::default() };
    let found = peers(&doc, &cfg, &|_| {}).unwrap();
    println!("{found}");
    let failed = found.rows.iter().find(|r| matches!(r.outcome, Outcome::Failed(_)));
    assert!(failed.is_none(), "{failed:?}");
    let c: Vec<_> = found.rows.iter().filter(|r| r.key.starts_with("mujoco_c_")).collect();
    assert_eq!(c.len(), 2);
    assert!(c.iter().all(|r| r.outcome.rate().is_some_and(|rate| rate > 1e3)), "{c:?}");
}
