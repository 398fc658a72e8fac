use super::super::export::export_policy;
use super::super::train::load_policy;
use super::*;
use crate::nn::{Activation, NetworkCfg};
use crate::task;

fn plan() -> Plan {
    task::compile(task::open("a1_flat", &[]).unwrap()).unwrap()
}

fn fixture(name: &str) -> PathBuf {
    crate::config::root().join("tests/fixtures/rsl_rl").join(name)
}

fn acts(policy: &ActorCritic, obs: &[f64]) -> Vec<f64> {
    let wide: Vec<Wide> = obs.iter().map(|v| Wide::splat(*v as f32)).collect();
    let mut work = Activations::new(policy, 1);
    policy.act(&wide, 1, &mut work).iter().map(|a| f64::from(a.lanes()[7])).collect()
}

#[test]
fn a_checkpoint_with_the_tasks_own_interface_acts_as_pytorch_says_and_can_be_played() {
    let plan = plan();
    let text = std::fs::read_to_string(fixture("expected.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = |v: &serde_json::Value| serde_json::from_value::<Vec<Vec<f64>>>(v.clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["v1", "v3", "v4"] {
        // the map beside the fixtures would be expected.json for a file of that name only
        let imported = import_policy(&fixture(&format!("{name}.pt")), &plan, None).unwrap();
        let path = folder.path().join("new").join(name).with_extension("safetensors");
        save(&imported, &plan, &path).unwrap();
        let policy = load_policy(&path, &plan).unwrap();
        for (obs, wanted) in rows(&json["observations"]).iter().zip(rows(&json[name]["actions"])) {
            for (a, b) in acts(&policy, obs).iter().zip(wanted) {
                assert!((a - b).abs() < 1e-5, "{name}: {a} {b}");
            }
        }
        let report = imported.report.to_string();
        assert!(report.contains("48 > 8 > 6 > 12, elu") && report.contains("no --map"), "{report}");
        assert!(report.contains("critic and spread of the actions taken over"), "{report}");
    }
}

/// Another program's habits: joints by kind, right before left, other scales, other zero, one joint the other way.
fn foreign_map(plan: &Plan) -> PolicyMap {
    let mut joints = vec![];
    for part in ["hip", "thigh", "calf"] {
        for leg in ["FR", "FL", "RR", "RL"] {
            let sign = if part == "hip" && leg.ends_with('R') { -1.0 } else { 1.0 };
            let nominal = match part {
                "hip" => 0.05,
                "thigh" => 0.7,
                _ => -1.4,
            };
            let name = format!("{leg}_{part}_joint");
            joints.push(SourceJoint { name, here: None, nominal, sign, kp: Some(30.0), kd: None });
        }
    }
    let part = |kind: &str, scale| SourceObservation {
        kind: kind.into(),
        scale,
        history: None,
        width: None,
        value: None,
    };
    let height = SourceObservation { width: Some(2), value: Some(0.5), ..part("constant", Scale::All(4.0)) };
    let observation = vec![
        part("base_ang_vel", Scale::All(1.0)),
        part("projected_gravity", Scale::All(1.0)),
        part("command", Scale::Each(vec![2.0, 1.0, 0.5])),
        height,
        part("joint_pos", Scale::All(0.5)),
        part("joint_vel", Scale::All(0.1)),
        part("last_action", Scale::All(3.0)),
    ];
    let control_hz = Some(1.0 / f64::from(plan.dt));
    PolicyMap { joints, observation, action_scale: 0.5, activation: None, control_hz }
}

/// A robot's state as both programs see it.
struct World {
    gravity: [f64; 3],
    spin: [f64; 3],
    speed: [f64; 3],
    command: [f64; 3],
    /// By name here.
    q: Vec<f64>,
    dq: Vec<f64>,
    /// Joint targets of the tick before, by name here.
    target: Vec<f64>,
}

#[test]
fn a_policy_of_other_habits_moves_the_same_joints_to_the_same_places() {
    let plan = plan();
    let map = foreign_map(&plan);
    let inputs = 3 + 3 + 3 + 2 + 36;
    let mut random = SplitMix::new(5);
    let shape = Mlp::new(inputs, &[16, 8], 12);
    let mut params = vec![0.0; shape.num_params()];
    shape.draw(&mut params, &mut random);
    params.iter_mut().enumerate().for_each(|(i, p)| *p += 0.1 * (i as f32).sin());
    let source = ActorCritic {
        actor: shape,
        critic: Mlp::new(inputs, &[4], 1),
        params,
        memory: None,
        normal: Default::default(),
    };
    let source = ActorCritic {
        params: source.params.iter().copied().chain(vec![0.0; source.critic.num_params() + 12]).collect(),
        ..source
    };
    let net = Dense::actor(&source);
    let foreign = Foreign { actor: net.clone(), critic: None, std: None, iteration: Some(3), notes: vec![] };
    let imported = take_over("test", foreign, &map, "a test".into(), &plan).unwrap();

    let mut draw = |n: usize| (0..n).map(|_| 0.5 * random.normal()).collect::<Vec<f64>>();
    let three = |v: Vec<f64>| [v[0], v[1], v[2]];
    let world = World {
        gravity: three(draw(3)),
        spin: three(draw(3)),
        speed: three(draw(3)),
        command: three(draw(3)),
        q: draw(12),
        dq: draw(12),
        target: draw(12),
    };
    // what the foreign program would do
    let here: Vec<usize> = map
        .joints
        .iter()
        .map(|j| plan.robot.joints().position(|o| j.name == format!("{}_joint", o.name)).unwrap())
        .collect();
    let signed = |v: &[f64], j: usize| map.joints[j].sign * v[here[j]];
    let mut theirs: Vec<f64> = world.spin.to_vec();
    theirs.extend(world.gravity);
    theirs.extend([2.0 * world.command[0], world.command[1], 0.5 * world.command[2], 2.0, 2.0]);
    theirs.extend((0..12).map(|j| 0.5 * (signed(&world.q, j) - map.joints[j].nominal)));
    theirs.extend((0..12).map(|j| 0.1 * signed(&world.dq, j)));
    theirs.extend((0..12).map(|j| 3.0 * (signed(&world.target, j) - map.joints[j].nominal) / 0.5));
    let actions = net.run(&theirs);
    let wanted: Vec<f64> =
        (0..12).map(|j| map.joints[j].sign * (map.joints[j].nominal + 0.5 * actions[j])).collect();
    // what this program does
    let nominal: Vec<f64> = plan.actions.nominal.iter().map(|n| f64::from(*n)).collect();
    let scale = plan.env.actions.scale;
    let mut ours = vec![0.0; plan.num_obs()];
    for o in &plan.observations {
        let values: Vec<f64> = match o.term {
            "base_lin_vel" => world.speed.to_vec(),
            "base_ang_vel" => world.spin.to_vec(),
            "projected_gravity" => world.gravity.to_vec(),
            "command_lin_vel" => world.command[..2].to_vec(),
            "command_yaw_rate" => world.command[2..].to_vec(),
            "joint_pos" => world.q.iter().zip(&nominal).map(|(q, n)| q - n).collect(),
            "joint_vel" => world.dq.clone(),
            _ => world.target.iter().zip(&nominal).map(|(t, n)| (t - n) / scale).collect(),
        };
        ours[o.slice.clone()].iter_mut().zip(values).for_each(|(to, v)| *to = v * f64::from(o.scale));
    }
    let actions = acts(&imported.policy, &ours);
    for (j, wanted) in wanted.iter().enumerate() {
        let target = nominal[here[j]] + scale * actions[here[j]];
        assert!((target - wanted).abs() < 1e-5, "{}: {target} {wanted}", map.joints[j].name);
    }
    let report = imported.report.to_string();
    for part in
        ["base_lin_vel", "kp 30", "always 0.5", "a new one was drawn", "output 0..12 moves FR_hip_joint"]
    {
        assert!(report.contains(part), "{part} not in {report}");
    }
    assert_eq!(imported.iteration, 3);
}

#[test]
fn an_exported_onnx_file_comes_back_through_the_description_beside_it() {
    let plan = plan();
    let cfg = NetworkCfg { actor: vec![12], critic: vec![8], init_std: 1.0, ..NetworkCfg::default() };
    let mut policy = ActorCritic::new(&cfg, plan.num_obs(), 12, 5);
    policy.actor.activation = Activation::Tanh;
    let folder = tempfile::tempdir().unwrap();
    let files = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 1).unwrap();
    let imported = import_policy(&files.policy, &plan, None).unwrap();
    assert_eq!(imported.policy.actor, policy.actor);
    let obs: Vec<f64> = (0..plan.num_obs()).map(|i| (i as f64).cos()).collect();
    for (a, b) in acts(&imported.policy, &obs).iter().zip(acts(&policy, &obs)) {
        assert!((a - b).abs() < 1e-6);
    }
    assert!(imported.report.map.contains("walk.json"), "{}", imported.report.map);
    assert!(imported.report.warnings.is_empty(), "{:?}", imported.report.warnings);
}

#[test]
fn what_does_not_fit_is_listed_at_once() {
    let plan = plan();
    let folder = tempfile::tempdir().unwrap();
    let error = |map: &str, name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, map).unwrap();
        format!("{:#}", import_policy(&fixture("v1.pt"), &plan, Some(&path)).unwrap_err())
    };
    let joints = r#"(joints: [(name: "FL_hip", nominal: 0.0), (name: "left_knee", nominal: 0.0), (name: "FL_hip_joint", nominal: 0.1)], observation: [], action_scale: 0.25)"#;
    let text = error(joints, "joints.ron");
    for part in ["`left_knee`", "taken already", "here: \"name\"", "v1.pt"] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    let few = r#"{"joints": [{"name": "FL_hip", "nominal": 0.1}], "observation": [{"kind": "joint_pos"}], "action_scale": 0.25}"#;
    let text = error(few, "few.json");
    assert!(text.contains("takes 48 numbers") && text.contains("gives 12 numbers"), "{text}");
    let unknown = few.replace("joint_pos", "joint_posn");
    assert!(error(&unknown, "unknown.json").contains("did you mean `joint_pos`"));
    assert!(error(&few.replace("0.25", "0"), "zero.json").contains("action_scale"));
    assert!(error("(joints: 3)", "no.ron").contains("no.ron"));
    let absent = task::compile(
        task::open("a1_flat", &[("env.observations.base_lin_vel.scale".into(), "0".into())]).unwrap(),
    );
    let text = format!("{:#}", import_policy(&fixture("v1.pt"), &absent.unwrap(), None).unwrap_err());
    assert!(text.contains("base_lin_vel") && text.contains("does not tell"), "{text}");
}

#[test]
fn the_maps_that_people_start_from_are_valid() {
    let plan = plan();
    let folder = tempfile::tempdir().unwrap();
    for name in ["map.ron", "map.json"] {
        for map in [PolicyMap::of_task(&plan), foreign_map(&plan)] {
            let path = folder.path().join(name);
            let text = map.to_text(&path).unwrap();
            std::fs::write(&path, &text).unwrap();
            assert_eq!(PolicyMap::read(&path).unwrap(), map, "{text}");
        }
    }
    // as one writes it by hand
    let path = folder.path().join("hand.ron");
    let text = r#"(
        joints: [(name: "left hip", here: "FL_hip", nominal: 0, sign: -1)],
        observation: [(kind: "command", scale: [2, 2, 0.25]), (kind: "constant", width: 3)],
        action_scale: 0.5, activation: tanh,
    )"#;
    std::fs::write(&path, text).unwrap();
    let map = PolicyMap::read(&path).unwrap();
    assert_eq!((map.joints[0].here.as_deref(), map.activation), (Some("FL_hip"), Some(Activation::Tanh)));
    assert_eq!(map.observation[0].scale, Scale::Each(vec![2.0, 2.0, 0.25]));
}

#[test]
fn files_of_other_kinds_and_broken_policies_are_refused() {
    let plan = plan();
    let folder = tempfile::tempdir().unwrap();
    let error = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        format!("{:#}", import_policy(&path, &plan, None).unwrap_err())
    };
    assert!(error("a.safetensors", b"{}").contains("gaitlab play"));
    assert!(error("a.pt", b"hello").contains("zip archive"));
    assert!(error("a.onnx", b"hello").contains("ONNX"));
    let mut policy = ActorCritic::new(&NetworkCfg::default(), plan.num_obs(), 12, 1);
    policy.params[3] = f32::INFINITY;
    assert!(
        error("b.onnx", &onnx::to_bytes(&Dense::actor(&policy), &[])).contains("layer 0 has a weight of inf")
    );
    let wide = NetworkCfg { actor: vec![9000], critic: vec![1], init_std: 1.0, ..NetworkCfg::default() };
    let wide = ActorCritic::new(&wide, plan.num_obs(), 12, 1);
    assert!(error("c.onnx", &onnx::to_bytes(&Dense::actor(&wide), &[])).contains("9000"));
    let missing = import_policy(&folder.path().join("none.pt"), &plan, None).unwrap_err();
    assert!(format!("{missing:#}").contains("none.pt"));
}

#[test]
fn histories_are_matched_from_the_present_backwards() {
    let plan = crate::task::testing::a1_plan_with("history: 3,", &[]).unwrap();
    let own = PolicyMap::of_task(&plan);
    let sources = layout(&own, &plan).unwrap().inputs;
    let from: Vec<_> = sources.iter().map(|s| s.index.unwrap()).collect();
    assert_eq!(from, (0..plan.num_obs()).collect::<Vec<_>>());
    let part = |history| SourceObservation { history, scale: Scale::All(0.25), ..own.observation[4].clone() };
    let inputs = |history| {
        let map = PolicyMap { observation: vec![part(history)], ..own.clone() };
        layout(&map, &plan).map(|l| l.inputs.iter().map(|s| s.index.unwrap()).collect::<Vec<_>>())
    };
    let slice = plan.observations[4].slice.clone();
    assert_eq!((plan.observations[4].key.as_str(), slice.len()), ("command_yaw_rate", 3));
    assert_eq!(inputs(None).unwrap(), [slice.end - 1]);
    assert_eq!(inputs(Some(2)).unwrap(), [slice.end - 2, slice.end - 1]);
    let problems = inputs(Some(4)).unwrap_err();
    assert!(problems[0].contains("its last 4 values, only 3"), "{problems:?}");
}
