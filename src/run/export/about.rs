//! The description beside a policy: everything that a program must know to run it, without any of our code. SI units
//! and radians; base frame x forward, y left, z up.
use super::terms::ObservationKind;
use crate::nn::Activation;
use crate::nn::onnx::Agreement;
use serde::{Deserialize, Serialize};

/// Value of [`PolicyAbout::format`].
pub const FORMAT: &str = "gaitlab policy 3";
/// Value of [`PolicyAbout::format`] where an observation has a history: what reads the older format must not take it for
/// one without.
pub const FORMAT_HISTORY: &str = "gaitlab policy 4";

/// What a program that uses the policy must know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyAbout {
    /// Name and version of this description: [`FORMAT`] or [`FORMAT_HISTORY`].
    pub format: String,
    /// The program that wrote it.
    pub program: String,
    /// Name of the task.
    pub task: String,
    /// The task in one sentence.
    pub about: String,
    /// Robot by name.
    pub robot: String,
    /// The policy's file, beside this one.
    pub weights: String,
    /// Finished iterations of training.
    pub iteration: u64,
    /// Fingerprints.
    pub hashes: HashesAbout,
    /// The network that acts.
    pub network: NetworkAbout,
    /// What the network is told, in order.
    pub observation: Vec<ObservationAbout>,
    /// What its numbers mean.
    pub action: ActionAbout,
    /// What the joints' motors do with it, in every physics step.
    pub controller: ControllerAbout,
    /// Joints in the order of every list here.
    pub joints: Vec<JointAbout>,
    /// Feet in the order of the robot's legs: what `leg_odometry` is about.
    pub legs: Vec<LegAbout>,
    /// How often.
    pub rates: RatesAbout,
    /// Bounds of what goes in and out.
    pub clip: ClipAbout,
    /// What it learned to follow.
    pub commands: CommandsAbout,
    /// How an episode of training began.
    pub start: StartAbout,
    /// How well the file agrees with the network of this program; absent where the file is that network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<VerifiedAbout>,
}

/// FNV-1a, 64 bits, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashesAbout {
    /// Of the parameters of the network that acts (layer by layer, weights `[input][output]`, then biases, f32 little
    /// endian): equal for the same policy in other kinds of file.
    pub policy: String,
    /// Of the policy's file.
    pub file: String,
    /// Of observation, action and rate: equal for policies that can replace each other.
    pub interface: String,
    /// Of the whole task as resolved.
    pub plan: String,
}

/// The network that acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkAbout {
    /// Kind of the file: `onnx`, `torchscript` or `safetensors` (tensors `actor.<layer>.weight` `[output, input]` and
    /// `actor.<layer>.bias`).
    pub format: String,
    /// Name of the input, `[batch, inputs]`, f32: the observation.
    pub input: String,
    /// Name of the output, `[batch, outputs]`, f32: the mean action, used as it is.
    pub output: String,
    /// Numbers in.
    pub inputs: usize,
    /// Hidden sizes.
    pub hidden: Vec<usize>,
    /// Numbers out.
    pub outputs: usize,
    /// After every layer but the last.
    pub activation: Activation,
    /// What else happens to the observation outside of the network: nothing beyond `scale`.
    pub normalisation: String,
}

/// A part of the observation: `obs[slice[0] .. slice[1]] = scale · value`, without noise; with a history, as many values
/// one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservationAbout {
    /// Key in the task.
    pub name: String,
    /// What it is.
    pub kind: ObservationKind,
    /// Sentence with the unit.
    pub about: String,
    /// How the value is computed.
    pub value: String,
    /// First number and the one after the last.
    pub slice: [usize; 2],
    /// The network sees `scale · value`.
    pub scale: f32,
    /// How many of its last values are told, oldest first, the present one last: `slice` holds so many frames. In the first
    /// tick the present one stands for all of them. 1 where absent.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub history: usize,
    /// Largest uniform noise that it was trained with, in the value's unit. Nothing to add when it is used.
    pub noise: f32,
}

fn one() -> usize {
    1
}
fn is_one(n: &usize) -> bool {
    *n == 1
}

/// From the network's numbers to what motors are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ActionAbout {
    /// Positions that the joints' controllers hold: `target[j] = joints[j].nominal + joints[j].scale · action[j]`, rad,
    /// plus the gait by the clock where there is one.
    JointTargets {
        /// The formula.
        formula: String,
        /// rad per unit, of joints that have no scale of their own.
        scale: f32,
        /// Actions beyond this count as this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<f64>,
        /// What is done is `beta * action + (1 - beta) * what was done before`, after the clip and beginning with zero; that is
        /// the `last_action` of the observation, too. Absent: the action itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beta: Option<f64>,
        /// Steps by the clock that are added while the command asks to move.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gait: Option<GaitAbout>,
    },
}

/// Steps by the clock, added to the targets while the command asks to move (its norm is above 0.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaitAbout {
    /// What every entry of `joints` adds.
    pub formula: String,
    /// Time from one step of a leg to its next, s.
    pub period: f64,
    /// Share of the period in which a foot stands.
    pub duty: f64,
    /// What moves.
    pub joints: Vec<GaitJointAbout>,
}

/// What the gait does to one joint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaitJointAbout {
    /// Name of the joint.
    pub name: String,
    /// Whose swing moves it: 0 or 1.
    pub leg: usize,
    /// rad
    pub lift: f64,
    /// rad per m/s, m/s and rad/s.
    pub sweep: [f64; 3],
}

/// A foot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegAbout {
    /// Name of the leg.
    pub name: String,
    /// Link that carries the sole.
    pub link: String,
    /// Middle of the sole's collision spheres in the link frame, m.
    pub sole: [f64; 3],
    /// Radius of those spheres: the sole is this far below their middle, m.
    pub radius: f64,
}

/// From targets to torques.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ControllerAbout {
    /// `torque[j] = clamp(kp[j] · (target[j] - q[j]) - kd[j] · dq[j], -effort[j], effort[j])`, N m.
    Pd {
        /// The formula.
        formula: String,
    },
}

/// A joint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointAbout {
    /// Name in the robot file.
    pub name: String,
    /// Position of a zero action and of a zero `joint_pos`, rad.
    pub nominal: f32,
    /// rad per unit of action.
    pub scale: f32,
    /// Stiffness of the position controller, N m/rad.
    pub kp: f64,
    /// Damping of the position controller, N m s/rad.
    pub kd: f64,
    /// Largest torque, N m.
    pub effort: f64,
    /// Largest speed, rad/s.
    pub velocity: f64,
    /// Lower and upper position, rad.
    pub limits: [f64; 2],
    /// Axis of positive rotation, in the frame of the link it moves.
    pub axis: [f64; 3],
}

/// How often things happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatesAbout {
    /// New actions per second.
    pub control_hz: f64,
    /// Physics steps, and evaluations of the controller, per second in training.
    pub physics_hz: f64,
    /// Physics steps per action.
    pub substeps: usize,
}

/// Bounds; null means none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClipAbout {
    /// On every number of the observation, after `scale`: within ± this.
    pub observation: Option<f32>,
    /// On every number that the network gives: within ± this.
    pub action: Option<f32>,
}

/// Ranges of commands in training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandsAbout {
    /// Forward, m/s.
    pub lin_vel_x: [f64; 2],
    /// To the left, m/s.
    pub lin_vel_y: [f64; 2],
    /// To the left, rad/s.
    pub yaw_rate: [f64; 2],
}

/// How an episode begins: level, at rest, joints nominal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartAbout {
    /// Height of the base frame's origin above the ground, m.
    pub height: f64,
}

/// What a try of the written file said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifiedAbout {
    /// What ran it.
    pub runtime: String,
    /// Random inputs.
    pub samples: usize,
    /// Largest difference of an output.
    pub largest_difference: f32,
    /// Largest output.
    pub largest_output: f32,
}

impl VerifiedAbout {
    /// What this runtime found.
    pub fn new(runtime: &str, found: Agreement) -> Self {
        Self {
            runtime: runtime.into(),
            samples: found.samples,
            largest_difference: found.difference,
            largest_output: found.largest,
        }
    }
}
