//! What a foreign policy is told and what its numbers mean: a small RON or JSON file, or the description that this
//! program writes beside its own policies.
use crate::nn::Activation;
use crate::run::export::ObservationKind;
use crate::run::export::about::{ActionAbout, PolicyAbout};
use crate::task::Plan;
use anyhow::{Context, Result, bail, ensure};
use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Largest map that is read, bytes.
const MAX_FILE: u64 = 1 << 20;
/// Largest number of joints, and of parts of an observation.
const MAX_LIST: usize = 256;

/// `here: "FL_hip"` and not `here: Some("FL_hip")`, though that is taken too.
fn ron_options() -> ron::Options {
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME)
}

/// The interface of a foreign policy, in its own order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyMap {
    /// Joints in the order of its actions and of its observations of joints.
    pub joints: Vec<SourceJoint>,
    /// What it is told, in order.
    pub observation: Vec<SourceObservation>,
    /// `target = nominal + action_scale · action`, rad.
    pub action_scale: f64,
    /// After its hidden layers, where the file does not say; ELU without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// Actions per second it was trained with; compared with the task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_hz: Option<f64>,
}

/// A joint of the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceJoint {
    /// Its name there: found here with or without `_joint` at its end.
    pub name: String,
    /// Its name here, where it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<String>,
    /// Position of a zero action and a zero observation there, rad.
    pub nominal: f64,
    /// -1 where positive means the other way round there.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub sign: f64,
    /// Stiffness there, N m/rad; compared with the robot's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kp: Option<f64>,
    /// Damping there, N m s/rad; compared with the robot's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kd: Option<f64>,
}

fn one() -> f64 {
    1.0
}
fn is_one(x: &f64) -> bool {
    *x == 1.0
}

/// A part of the source's observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceObservation {
    /// What it is: an [`ObservationKind`], `command` (vx, vy and yaw rate), or `constant`.
    pub kind: String,
    /// The network sees `scale · value`: one number for all, or one for each.
    #[serde(default)]
    pub scale: Scale,
    /// How many of its last values it is told, oldest first; 1 without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<usize>,
    /// How many numbers a `constant` has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    /// What a `constant` is; 0 without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Factors of an observation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scale {
    /// The same for all its numbers.
    All(f64),
    /// One for each.
    Each(Vec<f64>),
}

impl Default for Scale {
    fn default() -> Self {
        Self::All(1.0)
    }
}

impl Scale {
    /// The factor of number `i`.
    pub fn at(&self, i: usize) -> Option<f64> {
        match self {
            Self::All(scale) => Some(*scale),
            Self::Each(scales) => scales.get(i).copied(),
        }
    }
}

impl PolicyMap {
    /// The task's own interface: for policies that were trained with the same observations, scales and joints.
    pub fn of_task(plan: &Plan) -> Self {
        let joints = plan.robot.joints().zip(&plan.actions.nominal).zip(plan.robot.joint_gains());
        Self {
            joints: joints
                .map(|((joint, nominal), gains)| SourceJoint {
                    name: joint.name.clone(),
                    here: None,
                    nominal: decimal(*nominal),
                    sign: 1.0,
                    kp: Some(gains.kp),
                    kd: Some(gains.kd),
                })
                .collect(),
            observation: plan.observations.iter().map(|o| part(o.term, o.scale, o.history)).collect(),
            action_scale: plan.env.actions.scale,
            activation: None,
            control_hz: Some(1.0 / f64::from(plan.dt)),
        }
    }

    /// The map as a file of this name has it: JSON, otherwise RON.
    ///
    /// # Errors
    /// Never for a map of a task.
    pub fn to_text(&self, path: &Path) -> Result<String> {
        let pretty = PrettyConfig::default().extensions(Extensions::IMPLICIT_SOME).depth_limit(2);
        Ok(match path.extension().is_some_and(|e| e == "json") {
            true => serde_json::to_string_pretty(self)?,
            false => ron_options().to_string_pretty(self, pretty)?,
        })
    }

    /// Reads a map: `.json` or `.ron`.
    ///
    /// # Errors
    /// When it cannot be read, has entries that mean nothing, or numbers that are none.
    pub fn read(path: &Path) -> Result<Self> {
        let read = || {
            let size = std::fs::metadata(path)?.len();
            ensure!(size <= MAX_FILE, "{size} bytes are no map of a policy");
            let text = std::fs::read_to_string(path)?;
            let map = match path.extension().is_some_and(|e| e == "json") {
                true => Self::from_json(&text)?,
                false => ron_options().from_str(&text)?,
            };
            map.check()?;
            Ok(map)
        };
        read().with_context(|| format!("cannot use the map {}", path.display()))
    }

    fn from_json(text: &str) -> Result<Self> {
        let value: serde_json::Value = serde_json::from_str(text)?;
        match value.get("format") {
            None => Ok(serde_path_to_error::deserialize(value)?),
            Some(_) => {
                let about: PolicyAbout = serde_path_to_error::deserialize(value)?;
                Ok(Self::from(about))
            }
        }
    }

    /// Refuses numbers that no layout can be made of.
    fn check(&self) -> Result<()> {
        let (joints, parts) = (self.joints.len(), self.observation.len());
        ensure!(
            joints <= MAX_LIST && parts <= MAX_LIST,
            "{joints} joints and {parts} observations; at most {MAX_LIST}"
        );
        ensure!(
            self.action_scale.is_finite() && self.action_scale != 0.0,
            "action_scale is {}: a policy without effect",
            self.action_scale
        );
        for joint in &self.joints {
            ensure!(joint.sign.abs() == 1.0, "joint `{}`: sign {} must be 1 or -1", joint.name, joint.sign);
            ensure!(joint.nominal.is_finite(), "joint `{}`: nominal {} rad", joint.name, joint.nominal);
        }
        for part in &self.observation {
            let kind = &part.kind;
            let is_constant = kind == "constant";
            let names = ObservationKind::ALL.map(ObservationKind::name);
            if !is_constant && kind != "command" && ObservationKind::named(kind).is_none() {
                let hint = crate::config::nearest(kind, names.into_iter().chain(["command", "constant"]));
                bail!("unknown kind of observation `{kind}`; {hint}");
            }
            ensure!(
                is_constant == part.width.is_some() && (is_constant || part.value.is_none()),
                "observation `{kind}`: `width` and `value` belong to a `constant`, which needs a `width`"
            );
            ensure!(part.width.is_none_or(|w| w <= 65536), "observation `{kind}`: {:?} numbers", part.width);
            ensure!(
                part.history.is_none_or(|n| (1..=MAX_LIST).contains(&n) && !is_constant),
                "observation `{kind}`: history {:?}; 1 to {MAX_LIST}, and none of a `constant`",
                part.history
            );
            ensure!(part.value.is_none_or(f64::is_finite), "observation `{kind}`: value {:?}", part.value);
            let scales = match &part.scale {
                Scale::All(scale) => std::slice::from_ref(scale),
                Scale::Each(scales) => scales,
            };
            ensure!(scales.iter().all(|s| s.is_finite()), "observation `{kind}`: scales {scales:?}");
        }
        Ok(())
    }
}

/// The decimal number that was written, not its neighbour among the floats.
fn decimal(x: f32) -> f64 {
    x.to_string().parse().unwrap_or_else(|_| f64::from(x))
}

fn part(kind: &str, scale: f32, history: usize) -> SourceObservation {
    let history = Some(history).filter(|n| *n > 1);
    SourceObservation {
        kind: kind.into(),
        scale: Scale::All(decimal(scale)),
        history,
        width: None,
        value: None,
    }
}

impl From<PolicyAbout> for PolicyMap {
    fn from(about: PolicyAbout) -> Self {
        let ActionAbout::JointTargets { scale, .. } = about.action;
        let joints = about.joints.into_iter().map(|joint| SourceJoint {
            name: joint.name,
            here: None,
            nominal: decimal(joint.nominal),
            sign: 1.0,
            kp: Some(joint.kp),
            kd: Some(joint.kd),
        });
        Self {
            joints: joints.collect(),
            observation: about.observation.iter().map(|o| part(o.kind.name(), o.scale, o.history)).collect(),
            action_scale: decimal(scale),
            activation: Some(about.network.activation),
            control_hz: Some(about.rates.control_hz),
        }
    }
}
