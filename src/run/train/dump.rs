//! What is kept of numbers that stopped being finite.
use crate::env::{Block, Trouble};
use crate::lane::Lane;
use crate::nn::{Checkpoint, TensorData};
use crate::run::RunFolder;
use crate::task::Plan;
use crate::tick::LearnerState;
use anyhow::Result;

/// Dumps of non-finite environments per run: the first ones tell the story.
pub(in crate::run) const MOST_DUMPS: u32 = 5;

/// Keeps what is needed to see again how a number stopped being finite: the task, the block when the rollout began, and the
/// actions since. The environment itself has ended and begun anew. Returns a sentence for the person.
///
/// `number` is the block's in the run.
pub(in crate::run) fn dump(
    folder: &RunFolder,
    plan: &Plan,
    (number, block): (usize, &Block),
    troubles: &[Trouble],
    l: &LearnerState,
) -> Result<String> {
    let r = &l.rollout;
    let tile = r.tile(number, 0) * r.num_actions;
    let actions = r.actions[tile..tile + r.horizon * r.num_actions].iter().flat_map(|a| a.lanes()).copied();
    let bytes = l.before[number].iter().flat_map(|x| x.to_bits().to_le_bytes()).collect();
    let mut c = Checkpoint::default();
    c.tensors.insert("block".into(), TensorData::Bytes(bytes));
    let shape = vec![r.horizon, r.num_actions, crate::lane::WIDTH];
    c.tensors.insert("actions".into(), TensorData::F32 { shape, values: actions.collect() });
    let first = troubles.first().map_or("a state stopped being finite".to_owned(), |t| t.text(plan));
    for (key, value) in [
        ("iteration", l.iteration.to_string()),
        ("task", plan.doc.to_ron()),
        ("seed", block.seed().to_string()),
        ("env", block.env(0).to_string()),
        ("horizon", r.horizon.to_string()),
        ("trouble", first.clone()),
    ] {
        c.meta.insert(key.into(), value);
    }
    let path = folder.file(&format!("not_finite_{}_{number}.safetensors", l.iteration));
    c.save(&path)?;
    let (iteration, path) = (l.iteration, path.display());
    Ok(format!(
        "{first} (iteration {iteration}); it ended there and began anew. Its state and actions are in {path}: see them again \
         with `gaitlab replay {path}`"
    ))
}
