//! Seeing again how a number stopped being finite: the same block from the same state under the same actions.
use crate::config::Document;
use crate::env::{self, Block, Mode, SimFactory, Trouble};
use crate::lane::{Lane, WIDTH, Wide};
use crate::nn::{Checkpoint, TensorData};
use crate::task::{self, Plan};
use anyhow::{Context, Result, bail};
use std::fmt::{Display, Formatter};
use std::path::Path;

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// What the dump was made of, in words.
    pub told: String,
    /// Ticks that were run.
    pub ticks: usize,
    /// What was not finite in the last of them, in words; none if everything stayed finite.
    pub troubles: Vec<(Trouble, String)>,
    /// Of the first trouble's environment, one row per tick: base position (m), joint positions (rad), reward.
    pub rows: Vec<Vec<f32>>,
}

/// Reads a dump and runs it up to the first number that is not finite.
///
/// # Errors
/// When the file is no dump.
pub fn replay(path: &Path) -> Result<Replay> {
    let dump = Checkpoint::load(path)?;
    let text =
        dump.meta.get("task").with_context(|| format!("{} is no dump: it has no task", path.display()))?;
    let plan = task::compile(Document::from_text(text, "the task in the dump")?)?;
    replay_in(&plan, &dump).with_context(|| format!("cannot replay {}", path.display()))
}

/// As [`replay`], in a plan of somebody's own.
///
/// # Errors
/// When the dump does not fit.
pub fn replay_in(plan: &Plan, dump: &Checkpoint) -> Result<Replay> {
    let number = |key: &str| -> Result<u64> {
        if !dump.tensors.contains_key("block") {
            bail!("it is no dump: it holds no block of environments");
        }
        let text = dump.meta.get(key).with_context(|| format!("it has no `{key}`"))?;
        text.parse().with_context(|| format!("`{key}` is no number: {text}"))
    };
    let (seed, env, horizon) = (number("seed")?, number("env")?, number("horizon")? as usize);
    let Some(TensorData::Bytes(bytes)) = dump.tensors.get("block") else { bail!("it has no `block`") };
    let state: Vec<f32> =
        bytes.as_chunks::<4>().0.iter().map(|b| f32::from_bits(u32::from_le_bytes(*b))).collect();
    let width = plan.num_actions();
    let actions = dump.vector("actions", horizon * width * WIDTH)?;
    let mut block = Block::new(plan, SimFactory::new(plan).simulator(plan), seed, env as usize, Mode::TRAIN);
    if block.restore(&state) != Some(state.len()) {
        bail!("its state is not one of this task, or of another version of the program");
    }
    let mut obs = vec![Wide::zero(); plan.num_obs()];
    let mut history = vec![];
    for (t, actions) in actions.chunks_exact(width * WIDTH).enumerate() {
        let actions: Vec<Wide> = actions.chunks_exact(WIDTH).map(|a| Wide::from_fn(|l| a[l])).collect();
        env::command(&mut block, plan);
        env::observe(&mut block, plan, &mut obs);
        env::step(&mut block, plan, &actions);
        env::judge(&mut block, plan);
        history.push(look(&block));
        let troubles = block.troubles.take();
        if let Some(first) = troubles.first() {
            let rows =
                history.iter().map(|row| row.iter().map(|v| v.lanes()[first.lane]).collect()).collect();
            let troubles = troubles.iter().map(|t| (*t, t.text(plan))).collect();
            return Ok(Replay { told: told(dump), ticks: t + 1, troubles, rows });
        }
        env::reset(&mut block, plan);
    }
    Ok(Replay { told: told(dump), ticks: horizon, troubles: vec![], rows: vec![] })
}

fn told(dump: &Checkpoint) -> String {
    let iteration = dump.meta.get("iteration").map_or("?", |i| i);
    format!("{} (iteration {iteration})", dump.meta.get("trouble").map_or("", |t| t))
}

fn look(block: &Block) -> Vec<Wide> {
    let s = block.sim.state();
    let base = [s.base_pos_w.x, s.base_pos_w.y, s.base_pos_w.z];
    base.into_iter().chain(s.joint_pos.iter().copied()).chain([block.reward]).collect()
}

impl Display for Replay {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "then: {}", self.told)?;
        if self.troubles.is_empty() {
            return writeln!(f, "now: everything stayed finite for {} ticks", self.ticks);
        }
        writeln!(f, "now, in tick {} of the rollout:", self.ticks)?;
        self.troubles.iter().try_for_each(|(_, text)| writeln!(f, "  {text}"))?;
        writeln!(f, "its last ticks: base x y z m | joints rad | reward")?;
        for row in self.rows.iter().rev().take(10).rev() {
            let (base, rest) = row.split_at(3.min(row.len()));
            let (joints, reward) = rest.split_at(rest.len().saturating_sub(1));
            let numbers = |v: &[f32]| v.iter().map(|x| format!("{x:7.3}")).collect::<Vec<_>>().join(" ");
            writeln!(f, "  {} | {} | {}", numbers(base), numbers(joints), numbers(reward))?;
        }
        Ok(())
    }
}
