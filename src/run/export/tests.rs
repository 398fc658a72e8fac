use super::about::{ActionAbout, FORMAT};
use super::*;
use crate::lane::{Lane, Wide};
use crate::nn::{Activation, Activations, NetworkCfg};
use crate::run::train::load_policy;
use crate::task;

fn plan_and_policy() -> (Plan, ActorCritic) {
    let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
    let cfg = NetworkCfg { actor: vec![24, 16], critic: vec![8], init_std: 1.0, ..NetworkCfg::default() };
    let mut policy = ActorCritic::new(&cfg, plan.num_obs(), plan.num_actions(), 5);
    // biases that are not zero, actions that are not small
    policy.params.iter_mut().enumerate().for_each(|(i, p)| *p += 0.1 * (i as f32 * 0.7).sin());
    (plan, policy)
}

fn actions(policy: &ActorCritic) -> Vec<f32> {
    let obs: Vec<Wide> = (0..policy.num_obs()).map(|i| Wide::splat((i as f32 * 0.7).sin())).collect();
    let mut work = Activations::new(policy, 1);
    policy.act(&obs, 1, &mut work).iter().map(|a| a.lanes()[3]).collect()
}

fn about(files: &Exported) -> PolicyAbout {
    serde_json::from_str(&std::fs::read_to_string(&files.about).unwrap()).unwrap()
}

#[test]
fn a_policy_that_was_exported_and_read_again_acts_the_same() {
    let (plan, policy) = plan_and_policy();
    let folder = tempfile::tempdir().unwrap();
    let files = export_policy(&folder.path().join("new/walk"), &plan, &policy, 40).unwrap();
    assert_eq!(files.policy, folder.path().join("new/walk.safetensors"));
    let again = load_policy(&files.policy, &plan).unwrap();
    assert_eq!(actions(&again), actions(&policy));
    assert!(actions(&policy).iter().any(|a| *a != 0.0));
    assert_eq!((files.agreement, about(&files).verified), (None, None));
}

#[test]
fn an_onnx_file_acts_as_the_policy_in_another_runtime_and_says_how_closely() {
    for activation in Activation::ALL {
        let (plan, mut policy) = plan_and_policy();
        policy.actor.activation = activation;
        let folder = tempfile::tempdir().unwrap();
        let files = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 40).unwrap();
        let found = files.agreement.unwrap();
        assert!(found.samples >= 256 && found.difference <= 1e-5 && found.largest > 0.1, "{found:?}");
        let about = about(&files);
        assert_eq!(about.weights, "walk.onnx");
        assert_eq!((about.network.format.as_str(), about.network.activation), ("onnx", activation));
        let verified = about.verified.unwrap();
        assert_eq!((verified.runtime.as_str(), verified.largest_difference), ("tract", found.difference));
        // and it can be read back to the bit
        let net = onnx::read(&std::fs::read(&files.policy).unwrap()).unwrap();
        assert_eq!((net.params().as_slice(), net.activation), (policy.actor_params(), activation));
    }
}

#[test]
fn the_description_says_all_that_a_robot_needs() {
    let (plan, policy) = plan_and_policy();
    let folder = tempfile::tempdir().unwrap();
    let files = export_policy(&folder.path().join("walk.safetensors"), &plan, &policy, 40).unwrap();
    let about = about(&files);
    assert_eq!((about.task.as_str(), about.robot.as_str(), about.iteration), ("a1_flat", "a1", 40));
    assert_eq!((about.format.as_str(), about.weights.as_str()), (FORMAT, "walk.safetensors"));
    assert_eq!((about.network.inputs, about.network.outputs), (plan.num_obs(), 12));
    assert_eq!(about.network.hidden, [24, 16]);
    let names: Vec<&str> = about.joints.iter().map(|j| j.name.as_str()).collect();
    assert_eq!(names, plan.robot.joints().map(|j| j.name.as_str()).collect::<Vec<_>>());
    assert!(about.joints.iter().all(|j| j.kp > 0.0 && j.kd > 0.0 && j.effort > 0.0 && j.velocity > 0.0));
    assert_eq!(about.joints[2].nominal, plan.actions.nominal[2]);
    let ActionAbout::JointTargets { scale, .. } = about.action;
    assert_eq!(scale, plan.actions.scales[0]);
    assert!((about.rates.control_hz - 50.0).abs() < 1e-6, "{}", about.rates.control_hz);
    assert_eq!((about.rates.physics_hz, about.rates.substeps), (200.0, 4));
    assert_eq!(about.hashes.file, hash(&std::fs::read(&files.policy).unwrap()));
    assert_eq!(about.hashes.interface, hash(plan.interface().as_bytes()));
}

#[test]
fn observations_rebuilt_from_the_description_are_those_that_the_program_makes() {
    let (plan, policy) = plan_and_policy();
    let about = describe(&plan, &policy, 1, PolicyFormat::Onnx).unwrap();
    let mut end = 0;
    for (told, bound) in about.observation.iter().zip(&plan.observations) {
        assert_eq!(told.slice, [end, end + told.kind.width(about.joints.len())], "{}", told.name);
        assert_eq!((told.kind.name(), told.scale, told.noise), (bound.term, bound.scale, bound.noise));
        end = told.slice[1];
    }
    assert_eq!(end, plan.num_obs());
}

#[test]
fn normalisation_is_folded_into_what_is_written_and_memories_are_refused() {
    let (plan, _) = plan_and_policy();
    let cfg = NetworkCfg { normalise_observations: true, ..NetworkCfg::default() };
    let mut policy = ActorCritic::for_sizes(&cfg, plan.sizes(), 5);
    let obs: Vec<Wide> = (0..48).map(|i| Wide::from_fn(|l| i as f32 + 3.0 * (l as f32).sin())).collect();
    let batch = policy.normal.obs.as_ref().unwrap().batch(&obs, &[Wide::splat(1.0)]);
    policy.learn_normal(vec![batch], vec![], vec![]);
    let folder = tempfile::tempdir().unwrap();
    // a file that did not agree with the policy would not be written
    let files = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 40).unwrap();
    assert!(files.agreement.unwrap().difference < 1e-4);
    assert_eq!(about(&files).hashes.policy, policy_hash(&policy.folded()));
    let written = onnx::read(&std::fs::read(&files.policy).unwrap()).unwrap();
    let x: Vec<f64> = obs.iter().map(|v| f64::from(v.lanes()[3])).collect();
    let mut work = Activations::new(&policy, 1);
    for (a, b) in policy.act(&obs, 1, &mut work).iter().zip(written.run(&x)) {
        assert!((f64::from(a.lanes()[3]) - b).abs() < 1e-4, "{a:?} {b}");
    }
    let cfg = NetworkCfg { memory: Some(crate::nn::MemoryKind::Gru), ..cfg };
    let policy = ActorCritic::for_sizes(&cfg, plan.sizes(), 5);
    let error = export_policy(&folder.path().join("gru.onnx"), &plan, &policy, 40).unwrap_err();
    assert!(error.to_string().contains("policies with memory are not exported"), "{error}");
}

#[test]
fn hashes_tell_interfaces_policies_and_plans_apart() {
    assert_eq!(hash(b""), "cbf29ce484222325");
    assert_eq!(hash(b"foobar"), "85944171f73967e8");
    let (plan, mut policy) = plan_and_policy();
    let changed = [("env.actions.scale".to_owned(), "0.3".to_owned())];
    let other = task::compile(task::open("a1_flat", &changed).unwrap()).unwrap();
    let hashes = |plan, policy: &ActorCritic| describe(plan, policy, 1, PolicyFormat::Onnx).unwrap().hashes;
    let (first, second) = (hashes(&plan, &policy), hashes(&other, &policy));
    assert!(first.interface != second.interface && first.plan != second.plan);
    assert_eq!(first.policy, second.policy);
    let critic = policy.actor.num_params();
    policy.params[critic] += 1.0;
    assert_eq!(hashes(&plan, &policy).policy, first.policy, "the critic does not act");
    policy.params[0] += 1.0;
    assert_ne!(hashes(&plan, &policy).policy, first.policy);
}

#[test]
fn names_of_other_kinds_and_places_that_cannot_be_written_are_refused() {
    let (plan, policy) = plan_and_policy();
    let folder = tempfile::tempdir().unwrap();
    let other = export_policy(&folder.path().join("walk.tflite"), &plan, &policy, 1).unwrap_err();
    assert!(other.to_string().contains(".onnx"), "{other}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(export_policy(&file.join("walk"), &plan, &policy, 1).is_err());
    assert!(export_checkpoint(&folder.path().join("missing"), &folder.path().join("copy")).is_err());
    assert!(!folder.path().join("copy").exists());
}

#[test]
fn a_policy_that_gives_no_numbers_is_not_written() {
    let (plan, mut policy) = plan_and_policy();
    policy.params[7] = f32::NAN;
    let folder = tempfile::tempdir().unwrap();
    let error = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 1).unwrap_err().to_string();
    assert!(error.contains("differ"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(not(feature = "torch"))]
#[test]
fn without_libtorch_torchscript_is_refused_with_another_way() {
    let (plan, policy) = plan_and_policy();
    let folder = tempfile::tempdir().unwrap();
    let error = export_policy(&folder.path().join("walk.pt"), &plan, &policy, 1).unwrap_err().to_string();
    assert!(error.contains("--features torch") && error.contains(".onnx"), "{error}");
}

#[cfg(feature = "torch")]
#[test]
fn a_torchscript_module_acts_as_the_policy_when_it_is_loaded_again() {
    let (plan, policy) = plan_and_policy();
    let folder = tempfile::tempdir().unwrap();
    let files = export_policy(&folder.path().join("walk.pt"), &plan, &policy, 1).unwrap();
    let found = files.agreement.unwrap();
    assert!(found.samples >= 256 && found.difference <= 1e-5 && found.largest > 0.1, "{found:?}");
    assert_eq!(about(&files).verified.unwrap().runtime, "libtorch");
}

#[cfg(feature = "torch")]
#[test]
fn an_onnx_file_acts_as_the_torch_network() {
    use tract_onnx::prelude::*;
    let (_, policy) = plan_and_policy();
    let file = onnx::to_bytes(&Dense::actor(&policy), &[]);
    let (num_obs, samples) = (policy.num_obs(), 256);
    let rows = onnx::inputs(num_obs, samples / crate::lane::WIDTH);
    let model = tract_onnx::onnx().model_for_read(&mut std::io::Cursor::new(file)).unwrap();
    let model = model.with_input_fact(0, f32::fact([samples, num_obs]).into()).unwrap();
    let model = model.into_optimized().unwrap().into_runnable().unwrap();
    let input = Tensor::from_shape(&[samples, num_obs], &rows).unwrap();
    let outputs = model.run(tvec!(input.into_tvalue())).unwrap();
    let theirs: Vec<f32> = outputs[0].to_plain_array_view::<f32>().unwrap().iter().copied().collect();
    let params = tch::Tensor::from_slice(policy.actor_params());
    let x = tch::Tensor::from_slice(&rows).view([-1, num_obs as i64]);
    let ours = {
        let layers = crate::nn::torch::layers(&policy.actor, &params, 0);
        crate::nn::torch::forward(&policy.actor, &layers, &x).view([-1])
    };
    let ours: Vec<f32> = Vec::try_from(&ours).unwrap();
    let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(ours.len() == theirs.len() && apart <= 1e-5, "{apart}");
}

#[test]
fn a_copied_checkpoint_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.safetensors"), folder.path().join("new/b.safetensors"));
    std::fs::write(&from, [1, 2, 3]).unwrap();
    assert_eq!(export_checkpoint(&from, &to).unwrap(), 3);
    assert_eq!(std::fs::read(to).unwrap(), [1, 2, 3]);
}
