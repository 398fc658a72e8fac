//! Policies for use elsewhere: the weights as safetensors, and beside them a JSON file with everything that a program
//! on a robot must know to use them: which numbers go in, in which order and scale, and what the numbers that come
//! out mean.
use super::train::policy_checkpoint;
use super::write_atomic;
use crate::nn::{ActorCritic, Mlp};
use crate::task::Plan;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The weights.
    pub policy: PathBuf,
    /// The description.
    pub about: PathBuf,
}

/// What a program that uses the policy must know. SI units and radians.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyAbout {
    /// Name of the task.
    pub task: String,
    /// The task in one sentence.
    pub about: String,
    /// Robot by name.
    pub robot: String,
    /// The weights, beside this file.
    pub weights: String,
    /// Finished iterations of training.
    pub iteration: u64,
    /// Hash of the interface below (FNV-1a, 64 bits): equal for policies that can replace each other.
    pub interface_hash: String,
    /// Hash of the weights' file (FNV-1a, 64 bits).
    pub weights_hash: String,
    /// The network that acts.
    pub network: NetworkAbout,
    /// What the network is told, in order.
    pub observation: Vec<ObservationAbout>,
    /// What its numbers mean.
    pub action: ActionAbout,
    /// Joints in the order of every list here.
    pub joints: Vec<JointAbout>,
    /// How often.
    pub rates: RatesAbout,
    /// What it learned to follow.
    pub commands: CommandsAbout,
}

/// The network that acts: tensors `actor.<layer>.weight` `[output, input]` and `actor.<layer>.bias`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkAbout {
    /// Numbers in.
    pub inputs: usize,
    /// Hidden sizes.
    pub hidden: Vec<usize>,
    /// Numbers out: the mean action, used as it is.
    pub outputs: usize,
    /// After every layer but the last.
    pub activation: String,
}

/// A part of the observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObservationAbout {
    /// Key in the task.
    pub name: String,
    /// Sentence with the unit.
    pub about: String,
    /// First number and the one after the last.
    pub slice: [usize; 2],
    /// The network sees `scale · value`.
    pub scale: f32,
    /// Largest uniform noise that it was trained with, in the value's unit.
    pub noise: f32,
}

/// From the network's numbers to what motors do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionAbout {
    /// Formula.
    pub meaning: String,
    /// rad per unit.
    pub scale: f32,
}

/// A joint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointAbout {
    /// Name in the robot file.
    pub name: String,
    /// Position of a zero action, rad.
    pub nominal: f32,
    /// Stiffness of the position controller, N m/rad.
    pub kp: f64,
    /// Damping of the position controller, N m s/rad.
    pub kd: f64,
    /// Largest torque, N m.
    pub effort: f64,
    /// Lower and upper position, rad.
    pub limits: [f64; 2],
}

/// How often things happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatesAbout {
    /// New actions per second.
    pub control_hz: f64,
    /// Physics steps per second in training.
    pub physics_hz: f64,
}

/// Ranges of commands in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandsAbout {
    /// Forward, m/s.
    pub lin_vel_x: [f64; 2],
    /// To the left, m/s.
    pub lin_vel_y: [f64; 2],
    /// To the left, rad/s.
    pub yaw_rate: [f64; 2],
}

/// Writes the policy to `path` (`.safetensors`) and its description beside it (`.json`). An older file of the same
/// name stays whole if this fails.
///
/// # Errors
/// When the name has another ending or a file cannot be written.
pub fn export_policy(
    path: &Path,
    plan: &Plan,
    policy: &ActorCritic,
    iteration: u64,
) -> anyhow::Result<Exported> {
    let exported = names(path)?;
    make_folder(path)?;
    policy_checkpoint(plan, policy, iteration).save(&exported.policy)?;
    let weights = std::fs::read(&exported.policy)
        .with_context(|| format!("reading {} again", exported.policy.display()))?;
    let about = describe(plan, policy, iteration, &exported.policy, &weights);
    write_atomic(&exported.about, serde_json::to_string_pretty(&about)?.as_bytes())?;
    Ok(exported)
}

/// Copies a checkpoint of a stored run.
///
/// # Errors
/// When it cannot be read or the copy cannot be written; half a copy is taken away.
pub fn export_checkpoint(from: &Path, to: &Path) -> anyhow::Result<u64> {
    make_folder(to)?;
    let bytes = std::fs::read(from).with_context(|| format!("reading {}", from.display()))?;
    write_atomic(to, &bytes).with_context(|| format!("writing {}", to.display()))?;
    Ok(bytes.len() as u64)
}

/// The files that an export to `path` writes; a name without ending gets one.
pub fn names(path: &Path) -> anyhow::Result<Exported> {
    anyhow::ensure!(path.file_name().is_some(), "a policy needs a file name, for example walk.safetensors");
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    anyhow::ensure!(
        matches!(ending, "" | "safetensors"),
        "`{}`: policies are written as .safetensors, with a .json beside; choose such a name",
        path.display()
    );
    Ok(Exported { policy: path.with_extension("safetensors"), about: path.with_extension("json") })
}

fn make_folder(path: &Path) -> anyhow::Result<()> {
    match path.parent().filter(|p| !p.as_os_str().is_empty()) {
        Some(parent) => {
            std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))
        }
        None => Ok(()),
    }
}

fn describe(plan: &Plan, policy: &ActorCritic, iteration: u64, file: &Path, weights: &[u8]) -> PolicyAbout {
    let (physics, commands) = (&plan.env.physics, &plan.env.commands);
    PolicyAbout {
        task: plan.name.clone(),
        about: plan.about.clone(),
        robot: plan.robot.name.clone(),
        weights: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        iteration,
        interface_hash: hash(plan.interface().as_bytes()),
        weights_hash: hash(weights),
        network: network(&policy.actor),
        observation: plan
            .observations
            .iter()
            .map(|o| ObservationAbout {
                name: o.key.clone(),
                about: o.doc.to_owned(),
                slice: [o.slice.start, o.slice.end],
                scale: o.scale,
                noise: o.noise,
            })
            .collect(),
        action: ActionAbout {
            meaning: "joint position target (rad) = nominal + scale * action; torque = \
                      kp * (target - position) - kd * velocity, within the effort"
                .into(),
            scale: plan.env.actions.scale as f32,
        },
        joints: joints(plan),
        rates: RatesAbout {
            control_hz: 1.0 / (physics.dt * physics.substeps as f64),
            physics_hz: 1.0 / physics.dt,
        },
        commands: CommandsAbout {
            lin_vel_x: commands.lin_vel_x,
            lin_vel_y: commands.lin_vel_y,
            yaw_rate: commands.yaw_rate,
        },
    }
}

fn network(actor: &Mlp) -> NetworkAbout {
    let outputs: Vec<usize> = actor.layers.iter().map(|l| l.outputs).collect();
    let hidden = outputs[..outputs.len().saturating_sub(1)].to_vec();
    NetworkAbout { inputs: actor.inputs(), hidden, outputs: actor.outputs(), activation: "elu".into() }
}

fn joints(plan: &Plan) -> Vec<JointAbout> {
    let (gains, nominal) = (plan.robot.joint_gains(), &plan.actions.nominal);
    let joints = plan.robot.joints().zip(gains).zip(nominal);
    joints
        .map(|((joint, gains), nominal)| JointAbout {
            name: joint.name.clone(),
            nominal: *nominal,
            kp: gains.kp,
            kd: gains.kd,
            effort: joint.effort,
            limits: joint.limits,
        })
        .collect()
}

/// FNV-1a over bytes, 64 bits, in hexadecimal.
fn hash(bytes: &[u8]) -> String {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    format!("{:016x}", bytes.iter().fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::{Lane, Wide};
    use crate::nn::{Activations, NetworkCfg};
    use crate::run::train::load_policy;
    use crate::task;

    fn plan_and_policy() -> (Plan, ActorCritic) {
        let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
        let cfg = NetworkCfg { actor: vec![24, 16], critic: vec![8], init_std: 1.0 };
        let policy = ActorCritic::new(&cfg, plan.num_obs(), plan.num_actions(), 5);
        (plan, policy)
    }

    fn actions(policy: &ActorCritic) -> Vec<f32> {
        let obs: Vec<Wide> = (0..policy.num_obs()).map(|i| Wide::splat((i as f32 * 0.7).sin())).collect();
        let mut work = Activations::new(policy, 1);
        policy.act(&obs, 1, &mut work).iter().map(|a| a.lanes()[3]).collect()
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
    }

    #[test]
    fn the_description_says_all_that_a_robot_needs() {
        let (plan, policy) = plan_and_policy();
        let folder = tempfile::tempdir().unwrap();
        let files = export_policy(&folder.path().join("walk.safetensors"), &plan, &policy, 40).unwrap();
        let text = std::fs::read_to_string(&files.about).unwrap();
        let about: PolicyAbout = serde_json::from_str(&text).unwrap();
        assert_eq!((about.task.as_str(), about.robot.as_str(), about.iteration), ("a1_flat", "a1", 40));
        assert_eq!(about.weights, "walk.safetensors");
        assert_eq!((about.network.inputs, about.network.outputs), (plan.num_obs(), 12));
        assert_eq!(about.network.hidden, [24, 16]);
        assert_eq!(about.observation.last().unwrap().slice[1], plan.num_obs());
        let names: Vec<&str> = about.joints.iter().map(|j| j.name.as_str()).collect();
        assert_eq!(names, plan.robot.joints().map(|j| j.name.as_str()).collect::<Vec<_>>());
        assert!(about.joints.iter().all(|j| j.kp > 0.0 && j.kd > 0.0 && j.effort > 0.0));
        assert_eq!(about.joints[2].nominal, plan.actions.nominal[2]);
        assert!((about.rates.control_hz - 50.0).abs() < 1e-6, "{}", about.rates.control_hz);
        assert_eq!(about.weights_hash, hash(&std::fs::read(&files.policy).unwrap()));
    }

    #[test]
    fn the_hash_tells_interfaces_apart_and_is_the_published_one() {
        assert_eq!(hash(b""), "cbf29ce484222325");
        assert_eq!(hash(b"foobar"), "85944171f73967e8");
        let (plan, _) = plan_and_policy();
        let changed = [("env.actions.scale".to_owned(), "0.3".to_owned())];
        let other = task::compile(task::open("a1_flat", &changed).unwrap()).unwrap();
        assert_ne!(hash(plan.interface().as_bytes()), hash(other.interface().as_bytes()));
    }

    #[test]
    fn names_of_other_kinds_and_places_that_cannot_be_written_are_refused() {
        let (plan, policy) = plan_and_policy();
        let folder = tempfile::tempdir().unwrap();
        let onnx = export_policy(&folder.path().join("walk.onnx"), &plan, &policy, 1).unwrap_err();
        assert!(onnx.to_string().contains(".safetensors"), "{onnx}");
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(export_policy(&file.join("walk"), &plan, &policy, 1).is_err());
        assert!(export_checkpoint(&folder.path().join("missing"), &folder.path().join("copy")).is_err());
        assert!(!folder.path().join("copy").exists());
    }

    #[test]
    fn a_copied_checkpoint_has_the_same_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a.safetensors"), folder.path().join("new/b.safetensors"));
        std::fs::write(&from, [1, 2, 3]).unwrap();
        assert_eq!(export_checkpoint(&from, &to).unwrap(), 3);
        assert_eq!(std::fs::read(to).unwrap(), [1, 2, 3]);
    }
}
