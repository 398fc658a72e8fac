//! The gradient of a minibatch with libtorch's automatic differentiation, on a CPU or a GPU.
//!
//! On a CPU the minibatch is cut into as many shares as threads were asked for; every share is differentiated by
//! one thread with libtorch's own threading off (on small networks it costs more than it brings), and the
//! gradients are added in the order of the shares. So the bits depend on that setting, but not on who works. On a
//! GPU a whole update is made without waiting for it in between ([`whole`]), and rollouts ask its networks ([`networks`]).
mod by_hand;
mod data;
mod networks;
mod objective;
mod whole;

use super::collect::Forward;
use super::lost::{DeviceLost, caught};
use super::ppo::{Gradient, GradientStats, Minibatch, Steps, UpdateStats};
use super::{Gaussian, PpoCfg, Rollout};
use crate::lane::{Lane, WIDTH, Wide};
use crate::nn::torch::{Tf32, TorchError, device};
use crate::nn::torch_gru::unroll;
use crate::nn::{ActorCritic, Gru, Memory};
use data::{Data, Samples, Ways};
use networks::Networks;
use objective::{Parameters, STATS, Shared, objective};
use rayon::prelude::*;
use tch::{Device, Tensor, no_grad};

pub use objective::{clipped_value_loss, kl, log_prob, surrogate};

/// The libtorch back end.
pub struct TorchGradient {
    device: Device,
    shares: usize,
    data: Option<Data>,
    ways: Ways,
    networks: Option<Networks>,
    /// The switch for TensorFloat-32 and how it shall stand; none where there is nothing to switch.
    tf32: Option<(Tf32, bool)>,
    /// Whole updates and rollouts on the device: where it is another than the processor, and in tests.
    whole: bool,
}

/// What memories held before the first tick of some blocks, `[block, lane, number]`.
fn states(all: &[Wide], size: usize, blocks: &[usize]) -> Tensor {
    let mut numbers = Vec::with_capacity(blocks.len() * WIDTH * size);
    for block in blocks {
        let of_block = &all[block * size..][..size];
        numbers.extend((0..WIDTH).flat_map(|lane| of_block.iter().map(move |w| w.lanes()[lane])));
    }
    Tensor::from_slice(&numbers).view([-1, size as i64])
}

/// One part of a minibatch, on its way to a thread.
struct Share {
    data: Data,
    tiles: Vec<i64>,
}

impl TorchGradient {
    /// Uses the device with this name; `threads` is the number of shares on a CPU.
    pub fn new(name: &str, threads: usize) -> Result<Self, TorchError> {
        let (device, shares) = (device(name)?, threads.max(1));
        let whole = device != Device::Cpu;
        Ok(Self { device, shares, data: None, ways: Ways::default(), networks: None, tf32: None, whole })
    }

    /// Whether factors of matrix products may be rounded to TensorFloat-32 on a GPU.
    ///
    /// # Errors
    /// When they may and this libtorch cannot be told.
    pub fn with_tf32(self, on: bool) -> Result<Self, TorchError> {
        let tf32 = match (self.device, Tf32::find()) {
            (Device::Cpu, _) => None,
            (_, Ok(switch)) => Some((switch, on)),
            (_, Err(error)) if on => return Err(error),
            _ => None,
        };
        Ok(Self { tf32, ..self })
    }

    /// The switch is one for the process, and another run may have moved it.
    fn set_precision(&self) {
        if let Some((switch, on)) = &self.tf32 {
            switch.allow(*on);
        }
    }
}

/// What actor and critic see of their memories, `[sample, number]`: unrolled over whole rollouts of blocks.
fn remembered(
    memory: &Memory,
    policy: &ActorCritic,
    params: &Tensor,
    share: &Share,
    samples: &Samples,
    rollout: &Rollout,
) -> [Tensor; 2] {
    let (ticks, lanes) = (rollout.horizon as i64, WIDTH as i64);
    let blocks: Vec<usize> =
        share.tiles.iter().step_by(rollout.horizon).map(|t| *t as usize / rollout.horizon).collect();
    // `[tile, lane]`, tiles in the order of time, to `[block and lane, tick]`
    let in_time = |x: &Tensor, tail: &[i64]| {
        let size = [&[-1, ticks, lanes], tail].concat();
        x.reshape(&size[..]).transpose(1, 2).flatten(0, 1)
    };
    let done = in_time(&samples.done, &[]);
    let offsets = policy.memory_offsets();
    let of = |gru: &Gru, offset: usize, obs: &Tensor, held: &[Wide]| {
        let x = in_time(obs, &[gru.inputs as i64]);
        let start = states(held, gru.hidden, &blocks).to_device(params.device());
        let states = unroll(gru, params, offset, &x, &start, &done);
        let hidden = gru.hidden as i64;
        states.view([-1, lanes, ticks, hidden]).transpose(1, 2).reshape([-1, hidden])
    };
    [
        of(&memory.actor, offsets[0], &samples.obs, &rollout.actor_memory),
        of(&memory.critic, offsets[1], &samples.critic_obs, &rollout.critic_memory),
    ]
}

/// Gradient and sums of a share.
fn differentiate(
    device: Device,
    share: &Share,
    policy: &ActorCritic,
    batch: &Minibatch<'_>,
    cfg: &PpoCfg,
) -> Vec<f32> {
    tch::set_num_threads(1);
    let samples = share.data.select(&Tensor::from_slice(&share.tiles).to_device(device));
    let params = Tensor::from_slice(&policy.params).to_device(device).set_requires_grad(true);
    let seen = match policy.memory {
        None => [samples.obs.shallow_clone(), samples.critic_obs.shallow_clone()],
        Some(memory) => remembered(&memory, policy, &params, share, &samples, batch.rollout),
    };
    let shared = Shared::of(batch, cfg, device);
    let views = Parameters::of(policy, &params);
    let (loss, stats) =
        objective(policy, &views, &samples, seen.each_ref(), &shared, cfg, 1.0 / batch.weight);
    loss.backward();
    // one transfer for everything
    let result = no_grad(|| Tensor::cat(&[params.grad(), stats], 0).to_device(Device::Cpu));
    let mut numbers = vec![0.0; policy.num_params() + STATS];
    let len = numbers.len();
    result.copy_data(&mut numbers, len);
    numbers
}

impl Gradient for TorchGradient {
    fn networks(
        &mut self,
        policy: &ActorCritic,
        rollout: &Rollout,
    ) -> Result<Option<&mut dyn Forward>, DeviceLost> {
        if !self.whole || !Networks::can(policy) {
            return Ok(None);
        }
        self.set_precision();
        let (device, old) = (self.device, self.networks.take());
        let networks = caught(|| Networks::new(policy, rollout, device, old))?;
        Ok(Some(self.networks.insert(networks)))
    }

    fn is_whole(&self, policy: &ActorCritic) -> bool {
        self.whole && policy.memory.is_none()
    }

    fn steps(&mut self, policy: &mut ActorCritic, steps: &mut Steps<'_>) -> Result<UpdateStats, DeviceLost> {
        self.set_precision();
        caught(|| whole::update(policy, steps, &mut self.ways, self.device))
    }

    fn begin(&mut self, rollout: &Rollout) -> Result<(), DeviceLost> {
        self.set_precision();
        self.data = Some(caught(|| Data::new(rollout, self.device, &mut self.ways))?);
        Ok(())
    }

    fn minibatch(
        &mut self,
        policy: &ActorCritic,
        batch: &Minibatch<'_>,
        cfg: &PpoCfg,
        gradient: &mut [f32],
    ) -> Result<GradientStats, DeviceLost> {
        let data = match self.data.take() {
            Some(data) => data,
            None => caught(|| Data::new(batch.rollout, self.device, &mut self.ways))?,
        };
        let shares = if self.device == Device::Cpu { self.shares } else { 1 };
        // what belongs together in time goes to one share
        let together = if policy.memory.is_some() { batch.rollout.horizon.max(1) } else { 1 };
        let per_share = (batch.tiles.len() / together).div_ceil(shares).max(1) * together;
        let work: Vec<Share> = batch
            .tiles
            .chunks(per_share)
            .map(|tiles| Share { data: data.share(), tiles: tiles.iter().map(|t| *t as i64).collect() })
            .collect();
        self.data = Some(data);
        let device = self.device;
        let results: Vec<Result<Vec<f32>, DeviceLost>> = work
            .into_par_iter()
            .with_max_len(1)
            .map(|share| caught(|| differentiate(device, &share, policy, batch, cfg)))
            .collect();
        // the same error whichever share met it first
        let results: Vec<Vec<f32>> = results.into_iter().collect::<Result<_, _>>()?;
        let mut stats = [0.0; STATS];
        gradient.fill(0.0);
        for result in &results {
            let (slopes, sums) = result.split_at(gradient.len());
            gradient.iter_mut().zip(slopes).for_each(|(g, s)| *g += s);
            stats.iter_mut().zip(sums).for_each(|(a, b)| *a += *b as f64);
        }
        Ok(GradientStats {
            kl: stats[0],
            surrogate: stats[1],
            value_loss: stats[2],
            clip_fraction: stats[3],
            mirror_loss: stats[4],
            bounds_loss: if cfg.bounds_loss > 0.0 { stats[5] } else { 0.0 },
            entropy: Gaussian::new(policy.log_std()).entropy() as f64,
        })
    }
}

#[cfg(test)]
mod tests;
