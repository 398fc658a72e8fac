//! A run made ready for its first iteration: what training with and without an observer have in common.
use super::TrainCfg;
use super::begin::Beginning;
use super::device::{backend, torch};
use super::memory;
use super::options::LearnerKind;
use crate::config::{self, Document};
use crate::env::Mode;
use crate::learn::{Gradient, Ppo, Rollout};
use crate::nn::ActorCritic;
use crate::run::curricula;
use crate::run::eval::EvalCfg;
use crate::task::{self, Plan};
use crate::tick::{Envs, Learner};
use anyhow::{Result, bail};
use std::sync::Arc;

/// Everything a run consists of, before anything happened.
pub(in crate::run) struct Setup {
    /// The task.
    pub plan: Arc<Plan>,
    /// How it is learned.
    pub cfg: TrainCfg,
    /// How it is judged.
    pub eval: EvalCfg,
    /// Environments in their first episode, and a new policy.
    pub envs: Envs,
    /// A learner that has collected nothing.
    pub learner: Learner,
    /// What a person should know, for example that another back end is used than the one that was asked for.
    pub note: Option<String>,
}

/// Reads how a task is learned and judged.
pub(in crate::run) fn settings(task: &Document) -> Result<(TrainCfg, EvalCfg)> {
    let cfg: TrainCfg = config::typed(task, "train")?;
    let eval: EvalCfg = config::typed(task, "eval")?;
    let mut problems = [cfg.networks.problems(), cfg.algorithm.problems()].concat();
    if cfg.networks.memory.is_some() && (cfg.algorithm.mirror || cfg.algorithm.mirror_loss > 0.0) {
        let text = "mirror images of policies with memory are not learned from: set mirror to false, mirror_loss to 0";
        problems.push(text.into());
    }
    if !problems.is_empty() {
        bail!("{}: {}", task.place("train"), problems.join("; "));
    }
    Ok((cfg, eval))
}

/// Compiles a task and reads how it is learned and judged; see [`Setup::beside`].
fn compile(task: &Document, other: Option<&Plan>) -> Result<(Plan, TrainCfg, EvalCfg)> {
    let (cfg, eval) = settings(task)?;
    let plan = match other {
        Some(other) => task::compile_like(task.clone(), other)?,
        None => task::compile(task.clone())?,
    };
    let (mirror, loss) = (cfg.algorithm.mirror, cfg.algorithm.mirror_loss > 0.0);
    if (mirror || loss) && plan.mirror.is_none() {
        let (key, off) =
            if mirror { ("mirror", "mirror: false") } else { ("mirror_loss", "mirror_loss: 0.0") };
        let key = &format!("train.algorithm.{key}");
        let text = format!("the robot or an observation has no left and right; set `{off}`");
        return Err(config::ConfigErrors(vec![task.error(key, text)]).into());
    }
    Ok((plan, cfg, eval))
}

/// Whether a task can be learned, asked without making environments; its plan.
pub(in crate::run) fn check(task: &Document, learner: &LearnerKind, other: Option<&Plan>) -> Result<Plan> {
    let begun = Beginning::new(task, 0, None, false)?;
    let (plan, cfg, _) = compile(&begun.doc, other)?;
    curricula::check(&begun.curricula, &plan, &cfg)?;
    if cfg.networks.memory.is_some() {
        backend_for_memory(task, learner, cfg.tf32)?;
    }
    Ok(plan)
}

impl Setup {
    /// Compiles a task and makes environments, policy and learner; the same seed makes the same ones.
    pub fn new(task: &Document, seed: u64, learner: &LearnerKind) -> Result<Self> {
        Self::beside(task, seed, learner, None)
    }

    /// As [`Self::new`]; ground like that of a plan that is there already is not built again.
    pub fn beside(task: &Document, seed: u64, learner: &LearnerKind, other: Option<&Plan>) -> Result<Self> {
        let (plan, cfg, eval) = compile(task, other)?;
        let plan = Arc::new(plan);
        let n = plan.env.num_envs;
        memory::check(&plan, &cfg, learner)?;
        let policy = ActorCritic::for_sizes(&cfg.networks, plan.sizes(), seed);
        let (backend, note) = match cfg.networks.memory {
            None => backend(learner, cfg.tf32, cfg.on_device_loss)?,
            Some(_) => (backend_for_memory(task, learner, cfg.tf32)?, None),
        };
        let ppo = Ppo::new(cfg.algorithm.clone(), &policy, backend, seed);
        let rollout = Rollout::for_sizes(n / crate::lane::WIDTH, cfg.horizon, plan.sizes())
            .with_memory(policy.memory_sizes());
        let envs = Envs::new(plan.clone(), policy, n, seed, &Mode::TRAIN);
        let mut learner = Learner::new(ppo, rollout);
        learner.state().on_device_loss = cfg.on_device_loss;
        Ok(Self { plan, cfg, eval, envs, learner, note })
    }
}

/// Gradients through time: libtorch or nothing.
fn backend_for_memory(task: &Document, learner: &LearnerKind, tf32: bool) -> Result<Box<dyn Gradient>> {
    let problem = |key: &str, text: String| config::ConfigErrors(vec![task.error(key, text)]);
    let key = "train.networks.memory";
    match learner {
        LearnerKind::Native => {
            let text = "the native learner has no gradients through time; train with `--learner torch`";
            Err(problem(key, text.into()).into())
        }
        #[cfg(test)]
        LearnerKind::Failing(_) => unreachable!("made for networks without memory"),
        LearnerKind::Torch(device) => torch(device, tf32)
            .map_err(|e| problem(key, format!("a memory is learned by libtorch only: {e:#}")).into()),
    }
}
