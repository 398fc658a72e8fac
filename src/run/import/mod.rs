//! Policies from elsewhere: a checkpoint of rsl_rl or an ONNX file becomes a policy of a task, which `play` and `eval`
//! take. Its joints are found by name, its observations by what they are; scales, offsets and orders are folded into
//! the network, and the result is compared with the foreign network before it is kept.
mod layout;
mod map;
#[cfg(test)]
mod tests;

pub use layout::{Layout, layout};
pub use map::{PolicyMap, Scale, SourceJoint, SourceObservation};

use super::export::make_folder;
use super::train::policy_checkpoint;
use crate::lane::{Lane, Wide};
use crate::nn::dense::Source;
use crate::nn::random::SplitMix;
use crate::nn::torch_file::{self, Foreign};
use crate::nn::{Activations, ActorCritic, Dense, Mlp, Normal, onnx};
use crate::task::Plan;
use anyhow::{Context, Result, bail, ensure};
use std::fmt;
use std::path::{Path, PathBuf};

/// Largest layer; wider ones would take more memory per environment than a machine has.
const MAX_WIDTH: usize = 8192;
/// Spread of the actions where the file says none: for training on.
const STD: f64 = 0.3;

/// A policy that was taken over.
#[derive(Clone, Debug)]
pub struct Imported {
    /// It.
    pub policy: ActorCritic,
    /// Finished iterations of training, as its file says.
    pub iteration: u64,
    /// What was done.
    pub report: Report,
}

/// What was done with a foreign policy.
#[derive(Clone, Debug)]
pub struct Report {
    /// Kind of the file.
    pub kind: &'static str,
    /// Sizes of the network, from input to output, with its activation.
    pub network: String,
    /// Where the interface is known from.
    pub map: String,
    /// What goes where.
    pub mapped: Vec<String>,
    /// What else was found or done.
    pub notes: Vec<String>,
    /// What is different here and may matter.
    pub warnings: Vec<String>,
    /// Random observations tried in both networks.
    pub samples: usize,
    /// Largest difference of a joint target, rad.
    pub difference: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.kind, self.network)?;
        writeln!(f, "interface: {}", self.map)?;
        self.mapped.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        self.notes.iter().try_for_each(|line| writeln!(f, "note: {line}"))?;
        self.warnings.iter().try_for_each(|line| writeln!(f, "warning: {line}"))?;
        writeln!(
            f,
            "check: {} random observations, joint targets differ by at most {:.1e} rad from the file's network",
            self.samples, self.difference
        )
    }
}

/// Reads a policy and makes it one of the task's. Without a map, the JSON beside the file of the same name is taken if
/// there is one, otherwise the task's own interface.
///
/// # Errors
/// When the file is damaged, hostile or no plain network, or does not fit the task: everything found.
pub fn import_policy(path: &Path, plan: &Plan, map: Option<&Path>) -> Result<Imported> {
    let import = || {
        let actions = &plan.env.actions;
        if actions.gait.is_some() || !actions.role_scales.is_empty() {
            let task = &plan.name;
            bail!(
                "task `{task}` adds a gait by the clock or scales its joints apart, which no file of elsewhere knows"
            );
        }
        let (map, told) = find_map(path, plan, map)?;
        let (kind, foreign) = open(path, map.activation.unwrap_or_default())?;
        take_over(kind, foreign, &map, told, plan)
    };
    import().with_context(|| format!("cannot import {}", path.display()))
}

/// Writes what was imported where [`load_policy`](super::train::load_policy) finds it.
///
/// # Errors
/// When the file cannot be written.
pub fn save(imported: &Imported, plan: &Plan, to: &Path) -> Result<()> {
    make_folder(to)?;
    Ok(policy_checkpoint(plan, &imported.policy, imported.iteration).save(to)?)
}

fn find_map(path: &Path, plan: &Plan, map: Option<&Path>) -> Result<(PolicyMap, String)> {
    let beside = path.with_extension("json");
    let file: Option<PathBuf> = map.map(Path::to_owned).or_else(|| beside.is_file().then_some(beside));
    Ok(match file {
        Some(file) => (PolicyMap::read(&file)?, format!("from {}", file.display())),
        None => {
            let told = format!("taken to be that of task {} (no --map, no JSON beside the file)", plan.name);
            (PolicyMap::of_task(plan), told)
        }
    })
}

/// Reads the file; its content says what it is.
fn open(path: &Path, activation: crate::nn::Activation) -> Result<(&'static str, Foreign)> {
    let size = std::fs::metadata(path)?.len();
    let most = torch_file::MAX_FILE as u64;
    ensure!(size <= most, "{size} bytes; policies of at most {most} bytes are read");
    let bytes = std::fs::read(path)?;
    let is_onnx = path.extension().is_some_and(|e| e == "onnx");
    if is_onnx && !bytes.starts_with(b"PK") {
        let actor = onnx::read(&bytes)?;
        return Ok(("ONNX", Foreign { actor, critic: None, std: None, iteration: None, notes: vec![] }));
    }
    if path.extension().is_some_and(|e| e == "safetensors") {
        bail!("a policy of this program: `gaitlab play TASK --policy {}` takes it as it is", path.display());
    }
    Ok(("rsl_rl checkpoint", torch_file::read(&bytes, activation)?))
}

fn take_over(
    kind: &'static str,
    foreign: Foreign,
    map: &PolicyMap,
    told: String,
    plan: &Plan,
) -> Result<Imported> {
    let Foreign { actor, critic, std, iteration, mut notes } = foreign;
    let widest = actor.layers.iter().map(|l| l.inputs.max(l.outputs())).max().unwrap_or(0);
    ensure!(widest <= MAX_WIDTH, "a layer of {widest} numbers; at most {MAX_WIDTH}");
    if let Some((layer, what, value)) = actor.unusable() {
        bail!("its layer {layer} has a {what} of {value}: no number to act with; was the training broken?");
    }
    let impossible = |problems: Vec<String>| {
        anyhow::anyhow!("it does not fit task {}:\n  {}", plan.name, problems.join("\n  "))
    };
    let layout = layout(map, plan).map_err(impossible)?;
    let mut problems = vec![];
    let (inputs, outputs) = (layout.inputs.len(), map.joints.len());
    if inputs != actor.inputs() {
        let found = actor.inputs();
        problems.push(format!(
            "the network takes {found} numbers, its interface ({told}) has {inputs}; give --map"
        ));
    }
    if outputs != actor.outputs() {
        let found = actor.outputs();
        problems.push(format!(
            "the network gives {found} numbers, its interface ({told}) moves {outputs} joints"
        ));
    }
    if !problems.is_empty() {
        return Err(impossible(problems));
    }
    let (num_obs, num_actions) = (plan.num_obs(), plan.num_actions());
    let mut ours = actor.clone();
    ours.fold_input(num_obs, &layout.inputs);
    ours.fold_output(&layout.outputs);
    if let Some((layer, what, value)) = ours.unusable() {
        bail!("with the map's scales, a {what} of layer {layer} becomes {value}");
    }
    let critic = match plan.num_critic_obs() {
        0 => fitting_critic(critic, &actor, &layout.inputs, num_obs, &mut notes),
        own => {
            notes.push(format!("the critic of this task sees {own} numbers of its own: a new one was drawn"));
            None
        }
    };
    let std = std.filter(|s| s.len() == actor.outputs());
    let log_std = layout.outputs.iter().map(|source| {
        let there = std.as_ref().zip(source.index).map(|(std, i)| std[i] * source.factor.abs());
        there.filter(|s| s.is_finite()).unwrap_or(STD).clamp(1e-3, 10.0).ln() as f32
    });
    let (critic_shape, critic_params) = match critic {
        Some(critic) => (critic.shape(), critic.params()),
        None => fresh_critic(if plan.num_critic_obs() > 0 { plan.num_critic_obs() } else { num_obs }, &ours),
    };
    let params = ours.params().into_iter().chain(critic_params).chain(log_std).collect();
    let policy = ActorCritic {
        actor: ours.shape(),
        critic: critic_shape,
        memory: None,
        params,
        normal: Normal::default(),
    };
    debug_assert_eq!(policy.num_actions(), num_actions);
    let (samples, difference, largest) = compare(&actor, &layout, &policy, plan.env.actions.scale);
    ensure!(
        difference <= 1e-5 * largest.max(1.0),
        "the network that was made gives joint targets that differ by {difference} rad from the file's; not taken"
    );
    let sizes: Vec<String> = actor.layers.iter().map(|l| l.outputs().to_string()).collect();
    let network = format!("{} > {}, {}", actor.inputs(), sizes.join(" > "), actor.activation.name());
    let Layout { mapped, warnings, .. } = layout;
    let report = Report { kind, network, map: told, mapped, notes, warnings, samples, difference };
    Ok(Imported { policy, iteration: iteration.unwrap_or(0).max(0) as u64, report })
}

/// The critic, if it judges what the actor sees.
fn fitting_critic(
    critic: Option<Dense>,
    actor: &Dense,
    inputs: &[Source],
    num_obs: usize,
    notes: &mut Vec<String>,
) -> Option<Dense> {
    let Some(mut critic) = critic else {
        notes.push("no critic in the file: a new one was drawn; training on begins with learning it".into());
        return None;
    };
    let widest = critic.layers.iter().map(|l| l.outputs()).max().unwrap_or(0);
    if critic.inputs() != actor.inputs() || widest > MAX_WIDTH {
        let n = critic.inputs();
        notes.push(format!("the critic sees {n} other numbers and was left out; a new one was drawn"));
        return None;
    }
    critic.fold_input(num_obs, inputs);
    if critic.unusable().is_some() {
        notes.push("the critic holds numbers that are none and was left out; a new one was drawn".into());
        return None;
    }
    notes.push("critic and spread of the actions taken over".into());
    Some(critic)
}

fn fresh_critic(num_obs: usize, actor: &Dense) -> (Mlp, Vec<f32>) {
    let shape = Mlp { activation: actor.activation, ..Mlp::new(num_obs, &actor.hidden(), 1) };
    let mut params = vec![0.0; shape.num_params()];
    shape.draw(&mut params, &mut SplitMix::new(1));
    (shape, params)
}

/// Runs both networks on random observations: samples, largest difference and largest action, both in rad.
fn compare(foreign: &Dense, layout: &Layout, policy: &ActorCritic, scale: f64) -> (usize, f64, f64) {
    const SAMPLES: usize = 64;
    let apply = |s: &Source, v: &[f64]| s.index.map_or(0.0, |i| v[i] * s.factor) + s.offset;
    let mut random = SplitMix::new(3);
    let mut work = Activations::new(policy, 1);
    let (mut difference, mut largest) = (0.0f64, 0.0f64);
    for _ in 0..SAMPLES {
        let obs: Vec<f64> = (0..policy.num_obs()).map(|_| f64::from(random.normal() as f32)).collect();
        let inside: Vec<f64> = layout.inputs.iter().map(|s| apply(s, &obs)).collect();
        let theirs = foreign.run(&inside);
        let wide: Vec<Wide> = obs.iter().map(|v| Wide::splat(*v as f32)).collect();
        for (ours, source) in policy.act(&wide, 1, &mut work).iter().zip(&layout.outputs) {
            let theirs = apply(source, &theirs);
            let apart = (f64::from(ours.lanes()[0]) - theirs).abs() * scale;
            difference = if apart.is_nan() { f64::INFINITY } else { difference.max(apart) };
            largest = largest.max(theirs.abs() * scale);
        }
    }
    (SAMPLES, difference, largest)
}
