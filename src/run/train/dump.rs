//! What is kept of numbers that stopped being finite.
use crate::lane::Lane;
use crate::nn::{Checkpoint, TensorData};
use crate::run::RunFolder;
use crate::tick::LearnerState;
use anyhow::Result;

/// Dumps of non-finite environments per run: the first ones tell the story.
pub(in crate::run) const MOST_DUMPS: u32 = 5;

/// Keeps what is needed to see again how a number stopped being finite: the block when the rollout began, and the
/// actions since. The environment itself has ended and begun anew. Returns a sentence for the person.
pub(in crate::run) fn dump(folder: &RunFolder, block: usize, l: &LearnerState) -> Result<String> {
    let r = &l.rollout;
    let tile = r.tile(block, 0) * r.num_actions;
    let actions = r.actions[tile..tile + r.horizon * r.num_actions].iter().flat_map(|a| a.lanes()).copied();
    let bytes = l.before[block].iter().flat_map(|x| x.to_bits().to_le_bytes()).collect();
    let mut c = Checkpoint::default();
    c.tensors.insert("block".into(), TensorData::Bytes(bytes));
    let shape = vec![r.horizon, r.num_actions, crate::lane::WIDTH];
    c.tensors.insert("actions".into(), TensorData::F32 { shape, values: actions.collect() });
    c.meta.insert("iteration".into(), l.iteration.to_string());
    let name = format!("not_finite_{}_{block}.safetensors", l.iteration);
    c.save(&folder.file(&name))?;
    Ok(format!("a state stopped being finite; its environment began anew, its last ticks are in {name}"))
}
