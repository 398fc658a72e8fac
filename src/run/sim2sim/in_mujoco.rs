//! The evaluation of `eval` in MuJoCo: the same commands, starts, models, resets and sums, but observation, action and
//! controllers by the exported files alone.
use crate::lane::WIDTH;
use crate::nn::ActorCritic;
use crate::physics::Simulator;
use crate::physics::mujoco::{Found, Mind, Mujoco};
use crate::run::eval::{EvalCfg, Host, Report, Stage, Stand, evaluate_in, judge_by};
use crate::run::export::export_policy;
use crate::task::Plan;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Share of ticks in which exported files and program may be apart by more than rounding; beyond it they say different
/// things.
const ODD_SHARE: f64 = 0.01;

/// Exports the policy and judges it. `say` hears how far it is.
///
/// # Errors
/// When the policy cannot be exported, Python lacks a module or fails, or what is exported acts differently.
pub fn judge_in_mujoco(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    python: PathBuf,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(Report, Found)> {
    judge_by_files(plan, plan, policy, cfg, python, say)
}

/// As [`judge_in_mujoco`], where what is exported comes from another plan.
pub(super) fn judge_by_files(
    plan: &Plan,
    exported: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    python: PathBuf,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(Report, Found)> {
    let scratch = Scratch::new()?;
    let files = export_policy(&scratch.0.join("policy.onnx"), exported, policy, 0)?;
    let (terrain, physics) = (plan.terrain.clone(), &plan.env.physics);
    let mujoco = Mujoco::new(python, &plan.robot, terrain, physics, Some(&files.about));
    let minds = Mutex::new(vec![]);
    let report = judge_by(plan, cfg, |commands, stage| {
        let done = AtomicUsize::new(0);
        let of = ticks(plan, stage);
        let stand = || {
            let mind = Mind::default();
            minds.lock().unwrap_or_else(PoisonError::into_inner).push(mind.clone());
            let sim = Box::new(mujoco.simulator(Some(mind.clone()))?);
            let done = &done;
            let other = mind.clone();
            let follow = Box::new(move |block: &mut crate::env::Block| other.follow(&mut block.track.action));
            let told = Box::new(move |block: &crate::env::Block, seen: &[crate::lane::Wide]| {
                mind.tell(block.command, block.track.phase, seen);
                let before = done.fetch_add(1, Ordering::Relaxed);
                if (before + 1) * 20 / of > before * 20 / of {
                    say(&format!("mujoco {:3} %", 100 * (before + 1) / of));
                }
            });
            Ok::<_, anyhow::Error>(Stand { sim, told: Some(told), follow: Some(follow) })
        };
        let tallies = evaluate_in(plan, policy, cfg, commands, stage, 1, &stand);
        mujoco.trouble().map_or(tallies, Err)
    })?;
    let mut found = Found::default();
    let minds = minds.into_inner().unwrap_or_else(PoisonError::into_inner);
    minds.iter().for_each(|mind| found.add(mind.found()));
    ensure!(
        found.odd as f64 <= ODD_SHARE * found.ticks as f64,
        "the exported files lead to other observations (by up to {}) or joint targets (by up to {} rad) than the program \
         has, in {} of {} ticks",
        found.observation,
        found.target,
        found.odd,
        found.ticks
    );
    Ok((report, found))
}

/// MuJoCo as an engine like others: the policy acts here, on what the program sees of MuJoCo's states.
struct Guest(Arc<Mujoco>);

impl Host for Guest {
    fn simulator(&self) -> Result<Box<dyn Simulator>> {
        Ok(Box::new(self.0.simulator(None)?))
    }
    fn trouble(&self) -> Option<anyhow::Error> {
        self.0.trouble()
    }
    fn together(&self) -> usize {
        1
    }
}

/// MuJoCo with the robot and ground of whatever plan.
pub(super) fn hosts(python: PathBuf) -> impl for<'p> Fn(&'p Plan) -> Result<Box<dyn Host + 'p>> {
    move |plan| {
        let (terrain, physics) = (plan.terrain.clone(), &plan.env.physics);
        Ok(Box::new(Guest(Mujoco::new(python.clone(), &plan.robot, terrain, physics, None))))
    }
}

/// Control ticks of blocks.
fn ticks(plan: &Plan, stage: Stage) -> usize {
    ((stage.secs / f64::from(plan.dt)).round() as usize * stage.tries.div_ceil(WIDTH)).max(1)
}

/// A folder that goes away.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("gaitlab_{}_{number}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}
