use super::*;
use crate::physics::mujoco::{Mind, Mujoco};
use crate::physics::testing::python_with;
use crate::run::eval::{Stage, Stand, evaluate_in};
use crate::run::export::export_policy;
use crate::run::train::load_policy;

fn shipped(task: &str) -> (Plan, EvalCfg, ActorCritic) {
    let plan = task::compile(task::open(task, &[]).unwrap()).unwrap();
    let cfg = crate::config::typed(&plan.doc, "eval").unwrap();
    let path = crate::config::root().join("assets/policies").join(task).join("policy.safetensors");
    let policy = load_policy(&path, &plan).unwrap();
    (plan, cfg, policy)
}

/// Every kind of observation that is shipped, the clocked gait, arms with other scales, and standing still.
#[test]
fn exported_files_lead_to_the_observations_and_targets_of_the_program() {
    let Some(python) = python_with("mujoco, onnxruntime") else { return };
    for task in ["a1_flat", "g1_29_flat", "g1_23_flat"] {
        check(task, python.clone(), shipped(task));
    }
}

#[test]
fn histories_are_rebuilt_from_the_description() {
    let Some(python) = python_with("mujoco, onnxruntime") else { return };
    let (_, cfg, _) = shipped("a1_flat");
    let some = [(
        "\"joint_vel\": (scale: 0.05, noise: 1.5)",
        "\"joint_vel\": (scale: 0.05, noise: 1.5, history: 5)",
    )];
    let plan = task::testing::a1_plan_with("history: 3,", &some).unwrap();
    let policy = ActorCritic::for_sizes(&crate::nn::NetworkCfg::default(), plan.sizes(), 1);
    check("a history", python, (plan, cfg, policy));
}

fn check(task: &str, python: std::path::PathBuf, (plan, cfg, policy): (Plan, EvalCfg, ActorCritic)) {
    let folder = tempfile::tempdir().unwrap();
    let files = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 1).unwrap();
    let physics = &plan.env.physics;
    let terrain = plan.terrain.clone();
    let mujoco = Mujoco::new(python.clone(), &plan.robot, terrain, physics, Some(&files.about));
    let mind = Mind::default();
    let stand = || {
        let (sim, mind) = (Box::new(mujoco.simulator(Some(mind.clone()))?), mind.clone());
        let told = Box::new(move |block: &crate::env::Block, seen: &[crate::lane::Wide]| {
            mind.tell(block.command, block.track.phase, seen);
        });
        Ok::<_, anyhow::Error>(Stand { sim, told: Some(told), follow: None })
    };
    let commands = [[0.5, 0.3, -0.6], [0.0; 3], [-0.3, 0.0, 0.2]];
    let stage = Stage { tries: 16, secs: 0.3 };
    let cfg = EvalCfg { start_strength: 1.0, ..cfg };
    evaluate_in(&plan, &policy, &cfg, &commands, stage, 1, &stand).unwrap();
    assert!(mujoco.trouble().is_none());
    let found = mind.found();
    println!("{task}: {found:?}");
    assert_eq!(found.ticks, 16 * 15);
    assert!(found.observation <= 1e-5 && found.target <= 1e-5, "{task}: {found:?}");
}

#[test]
fn a_description_that_says_something_else_is_noticed() {
    let Some(python) = python_with("mujoco, onnxruntime") else { return };
    let (plan, cfg, mut policy) = shipped("a1_flat");
    let cfg = EvalCfg { envs_per_command: 2, secs: 0.4, settle_secs: 0.1, ..cfg };
    // the description holds another nominal pose than the plan that judges
    let mut other = shipped("a1_flat").0;
    other.actions.nominal[4] += 0.1;
    let error = in_mujoco::judge_by_files(&plan, &other, &policy, &cfg, python.clone(), &|_| {});
    assert!(error.unwrap_err().to_string().contains("joint targets"));
    policy.params[0] = f32::NAN;
    assert!(judge_in_mujoco(&plan, &policy, &cfg, python, &|_| {}).is_err());
}

#[test]
fn the_shipped_policy_walks_in_mujoco_as_it_walks_in_the_engine_it_learned_in() {
    let Some(python) = python_with("mujoco, onnxruntime") else { return };
    let (plan, _, policy) = shipped("a1_flat");
    let doc = {
        let mut doc = plan.doc.clone();
        let origin = || crate::config::Origin::Argument("--eval.secs=4".into());
        doc.set("eval.secs", 4.0.into(), origin()).unwrap();
        doc
    };
    let judges = [Judge::ALL[0], Judge::Mujoco];
    let told = std::sync::Mutex::new(vec![]);
    let say = |text: &str| told.lock().unwrap().push(text.to_owned());
    let comparison = compare(&doc, &policy, &judges, 4, Some(python), &say).unwrap();
    println!("{comparison}");
    assert!(told.lock().unwrap().iter().any(|line| line == "mujoco 100 %"));
    let results = comparison.results();
    let at = |key: &str| results.iter().find(|(k, _)| k == key).unwrap().1;
    assert!(at("mujoco.vx_error") < at("batch.vx_error") + 0.05 && at("mujoco.fall_rate") <= 0.02);
    assert!(at("mujoco.vy_error") < at("batch.vy_error") + 0.05);
    assert!(at("mujoco.yaw_rate_error") < at("batch.yaw_rate_error") + 0.05);
    assert_ne!(at("mujoco.vx_error"), at("batch.vx_error"));
    let unknown: Vec<_> =
        results.iter().filter(|(k, _)| crate::run::results::known_key(k).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert_eq!(comparison.to_string().lines().filter(|l| l.starts_with("vx_error, m/s")).count(), 1);
}

#[test]
fn without_python_it_is_said_how_to_get_one() {
    let (plan, _, policy) = shipped("a1_flat");
    let error = compare(&plan.doc, &policy, &[Judge::Mujoco], 1, None, &|_| {}).unwrap_err().to_string();
    assert!(error.contains("./lab sim2sim"), "{error}");
}
