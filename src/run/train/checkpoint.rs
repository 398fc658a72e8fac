//! What a checkpoint of a run holds: the policy; and to go on exactly, the learner and every environment.
use crate::nn::{ActorCritic, Checkpoint, TensorData};
use crate::task::Plan;
use crate::tick::{EnvsState, LearnerState};
use anyhow::{Context, Result, anyhow, bail};
use std::path::Path;

const ENVS: &str = "environments";

/// What a checkpoint says about its run besides the state of everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::run) struct Facts {
    /// Seconds of the run.
    pub seconds: f64,
    /// When it first passed the evaluation, s.
    pub walks_after: Option<f64>,
    /// Seed of everything random.
    pub seed: u64,
    /// More, by name.
    pub more: Vec<(&'static str, String)>,
}

/// A run caught between two iterations: quick to take, and turned into a checkpoint later, on any thread.
pub(in crate::run) struct Caught {
    checkpoint: Checkpoint,
    environments: Vec<f32>,
}

/// Catches everything needed to go on bit for bit.
pub(in crate::run) fn catch(envs: &EnvsState, learner: &LearnerState, facts: &Facts) -> Caught {
    let mut c = described(envs, learner, facts);
    learner.ppo.save_state(&mut c);
    let mut environments = vec![];
    for (i, block) in envs.teams.iter().flat_map(|t| &t.blocks).enumerate() {
        block.snapshot(&mut environments);
        if i == 0 {
            environments.reserve(environments.len() * envs.plan.env.num_envs / crate::lane::WIDTH);
        }
    }
    Caught { checkpoint: c, environments }
}

/// The policy of a run and what is said about the run: enough to look at it, not to go on.
pub(in crate::run) fn described(envs: &EnvsState, learner: &LearnerState, facts: &Facts) -> Checkpoint {
    let mut c = slim(&envs.plan, &envs.policy, learner.iteration);
    let mut say = |key: &str, value: String| c.meta.insert(key.into(), value);
    say("ticks", envs.ticks.to_string());
    say("seconds", facts.seconds.to_string());
    say("seed", facts.seed.to_string());
    if let Some(w) = facts.walks_after {
        say("walks_after", w.to_string());
    }
    for (key, value) in &facts.more {
        say(key, value.clone());
    }
    c
}

impl Caught {
    /// As a file holds it.
    pub fn checkpoint(self) -> Checkpoint {
        let mut c = self.checkpoint;
        let mut bytes = Vec::with_capacity(self.environments.len() * 4);
        self.environments.iter().for_each(|x| bytes.extend_from_slice(&x.to_bits().to_le_bytes()));
        c.tensors.insert(ENVS.into(), TensorData::Bytes(bytes));
        c
    }
}

/// The policy alone, with what it expects around it.
pub fn slim(plan: &Plan, policy: &ActorCritic, iteration: u64) -> Checkpoint {
    let mut c = Checkpoint::default();
    policy.to_checkpoint(&mut c);
    c.meta.insert("task".into(), plan.name.clone());
    c.meta.insert("robot".into(), plan.robot.name.clone());
    c.meta.insert("interface".into(), plan.interface());
    c.meta.insert("iteration".into(), iteration.to_string());
    c
}

/// A number of a checkpoint's description.
pub(in crate::run) fn number(c: &Checkpoint, key: &str) -> Result<f64> {
    let text = c
        .meta
        .get(key)
        .ok_or_else(|| anyhow!("the checkpoint lacks `{key}`: it holds a policy, not a run"))?;
    text.parse().with_context(|| format!("`{key}` of the checkpoint is `{text}`, not a number"))
}

/// Puts a run back to where a checkpoint left it.
pub(in crate::run) fn restore(
    c: &Checkpoint,
    envs: &mut EnvsState,
    learner: &mut LearnerState,
) -> Result<()> {
    check_interface(c, &envs.plan)?;
    let policy = ActorCritic::from_checkpoint(c, envs.plan.sizes())?;
    check_normal(&policy, &envs.policy)?;
    envs.policy = policy;
    learner.ppo.load_state(c)?;
    learner.iteration = number(c, "iteration")? as u64;
    envs.ticks = number(c, "ticks")? as u64;
    let Some(TensorData::Bytes(bytes)) = c.tensors.get(ENVS) else {
        bail!("the checkpoint lacks the environments")
    };
    let data: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_bits(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect();
    let mut rest = &data[..];
    for block in envs.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        let used = block
            .restore(rest)
            .ok_or_else(|| anyhow!("the checkpoint has fewer environments than the task"))?;
        rest = &rest[used..];
    }
    if !rest.is_empty() {
        bail!("the checkpoint has more environments than the task");
    }
    Ok(())
}

/// Refuses a checkpoint whose policy normalises otherwise than the run is set to.
fn check_normal(theirs: &ActorCritic, ours: &ActorCritic) -> Result<()> {
    let (theirs, ours) = (theirs.normal.has(), ours.normal.has());
    for (key, i) in [("normalise_observations", 0), ("normalise_values", 2)] {
        if theirs[i] != ours[i] {
            bail!(
                "the checkpoint was trained with `{key}: {}`; go on with `--train.networks.{key}={}`",
                theirs[i],
                theirs[i]
            );
        }
    }
    Ok(())
}

/// Gives the actions of a resumed run another spread, where the settings ask for that.
pub(in crate::run) fn reinit_std(envs: &mut EnvsState, learner: &LearnerState) {
    if let Some(std) = learner.ppo.cfg.reinit_std {
        envs.policy.log_std_mut().fill(std.ln() as f32);
    }
}

/// Refuses a checkpoint whose policy expects something else, and shows the difference.
fn check_interface(c: &Checkpoint, plan: &Plan) -> Result<()> {
    let (theirs, ours) = (c.meta.get("interface").cloned().unwrap_or_default(), plan.interface());
    if theirs == ours {
        return Ok(());
    }
    let only = |a: &str, b: &str, sign: &str| -> String {
        a.lines().filter(|l| !b.lines().any(|m| m == *l)).map(|l| format!("\n  {sign} {l}")).collect()
    };
    let diff = only(&theirs, &ours, "checkpoint:") + &only(&ours, &theirs, "task:      ");
    bail!("the checkpoint was made for another interface than task `{}`:{diff}", plan.name)
}

/// Reads a policy and checks that it fits the task.
pub fn load_policy(path: &Path, plan: &Plan) -> Result<ActorCritic> {
    let read = || -> Result<ActorCritic> {
        let c = Checkpoint::load(path)?;
        check_interface(&c, plan)?;
        Ok(ActorCritic::from_checkpoint(&c, plan.sizes())?)
    };
    read().with_context(|| format!("cannot use checkpoint {}", path.display()))
}
