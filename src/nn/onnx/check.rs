//! A written file, run by tract and compared with the network of this program.
use super::write::INPUT;
use crate::lane::{Lane, WIDTH, Wide};
use crate::nn::random::SplitMix;
use crate::nn::{Activations, ActorCritic};
use tract_onnx::prelude::*;

/// How well two ways to run a policy agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Random inputs tried.
    pub samples: usize,
    /// Largest difference of an output.
    pub difference: f32,
    /// Largest output.
    pub largest: f32,
}

impl Agreement {
    /// Compares actions `[sample][action]` with those of a policy for the inputs of [`inputs`].
    pub(crate) fn of(policy: &ActorCritic, tiles: usize, theirs: &[f32]) -> Self {
        let (num_obs, num_actions) = (policy.num_obs(), policy.num_actions());
        let rows = inputs(num_obs, tiles);
        let mut work = Activations::new(policy, 1);
        let (mut difference, mut largest) = (0.0f32, 0.0f32);
        for tile in 0..tiles {
            let sample = |i: usize, lane: usize| rows[(tile * WIDTH + lane) * num_obs + i];
            let obs: Vec<Wide> = (0..num_obs).map(|i| Wide::from_fn(|lane| sample(i, lane))).collect();
            for (o, ours) in policy.act(&obs, 1, &mut work).iter().enumerate() {
                for (lane, a) in ours.lanes().iter().enumerate() {
                    let b = theirs.get((tile * WIDTH + lane) * num_actions + o).copied();
                    let apart = (a - b.unwrap_or(f32::NAN)).abs();
                    // NaN is as far apart as can be
                    difference = if apart.is_nan() { f32::INFINITY } else { difference.max(apart) };
                    largest = largest.max(a.abs());
                }
            }
        }
        Self { samples: tiles * WIDTH, difference, largest }
    }

    /// At most 1e-5, or 1e-5 of the largest output where that is above one.
    pub fn is_good(&self) -> bool {
        self.difference <= 1e-5 * self.largest.max(1.0)
    }
}

/// The random inputs of the comparison, `[sample][input]`: most of them like observations, some far out.
pub(crate) fn inputs(num_obs: usize, tiles: usize) -> Vec<f32> {
    let mut random = SplitMix::new(17);
    let spread = |sample: usize| if sample % 8 == 7 { 4.0 } else { 1.0 };
    (0..tiles * WIDTH * num_obs).map(|i| (spread(i / num_obs) * random.normal()) as f32).collect()
}

/// Runs an ONNX file on random inputs and compares what it gives with `policy`.
///
/// # Errors
/// When tract cannot read or run the file, or it has another interface.
pub fn agreement(file: &[u8], policy: &ActorCritic) -> TractResult<Agreement> {
    const TILES: usize = 16;
    let samples = TILES * WIDTH;
    let (num_obs, num_actions) = (policy.num_obs(), policy.num_actions());
    let model = tract_onnx::onnx().model_for_read(&mut std::io::Cursor::new(file))?;
    ensure(model.node(model.input_outlets()?[0].node).name == INPUT, "its input has another name")?;
    let runnable =
        model.with_input_fact(0, f32::fact([samples, num_obs]).into())?.into_optimized()?.into_runnable()?;
    let input = Tensor::from_shape(&[samples, num_obs], &inputs(num_obs, TILES))?;
    let outputs = runnable.run(tvec!(input.into_tvalue()))?;
    ensure(
        outputs.len() == 1 && outputs[0].shape() == [samples, num_actions],
        "its output has another shape",
    )?;
    let theirs = outputs[0].to_plain_array_view::<f32>()?;
    let theirs: Vec<f32> = theirs.iter().copied().collect();
    Ok(Agreement::of(policy, TILES, &theirs))
}

fn ensure(holds: bool, otherwise: &str) -> TractResult<()> {
    if holds { Ok(()) } else { Err(TractError::msg(otherwise.to_owned())) }
}
