//! The gradient of a minibatch with libtorch's automatic differentiation, on a CPU or a GPU.
//!
//! On a CPU the minibatch is cut into as many shares as threads were asked for; every share is differentiated by
//! one thread with libtorch's own threading off (on small networks it costs more than it brings), and the
//! gradients are added in the order of the shares. So the bits depend on that setting, but not on who works. On a
//! GPU there is one share.
use super::lost::{DeviceLost, caught};
use super::ppo::{Gradient, GradientStats, Minibatch};
use super::{Gaussian, PpoCfg, Rollout};
use crate::lane::{Lane, WIDTH, Wide};
use crate::nn::torch::{TorchError, device, forward};
use crate::nn::torch_gru::unroll;
use crate::nn::{ActorCritic, Gru, Memory};
use crate::robot::Mirrored;
use rayon::prelude::*;
use tch::{Device, Kind, Tensor, no_grad};

const LN_TAU: f64 = 1.837_877_066_409_345_5;

/// Clipped surrogate objective of every sample, negated so that lower is better (Schulman et al. 2017, eq. 7).
pub fn surrogate(ratio: &Tensor, advantage: &Tensor, clip: f64) -> Tensor {
    let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    -(ratio * advantage).minimum(&clipped)
}

/// Squared error of every value, where a move by more than `clip` from the old value earns nothing.
pub fn clipped_value_loss(value: &Tensor, old_value: &Tensor, target: &Tensor, clip: f64) -> Tensor {
    let held = old_value + (value - old_value).clamp(-clip, clip);
    (value - target).square().maximum(&(held - target).square())
}

/// Log-density of a Gaussian with independent components, `[sample]`.
pub fn log_prob(actions: &Tensor, means: &Tensor, log_std: &Tensor) -> Tensor {
    let z = (actions - means) * (-log_std).exp();
    let norm = log_std.sum(Kind::Float) + 0.5 * LN_TAU * log_std.size()[0] as f64;
    sum_last(&z.square()) * -0.5 - norm
}

/// KL divergence of the new Gaussian from the old one, `[sample]`.
pub fn kl(means: &Tensor, log_std: &Tensor, old_means: &Tensor, old_log_std: &Tensor) -> Tensor {
    let spread = (old_log_std * 2.0).exp() + (old_means - means).square();
    sum_last(&(log_std - old_log_std + spread * (log_std * -2.0).exp() * 0.5 - 0.5))
}

fn sum_last(x: &Tensor) -> Tensor {
    x.sum_dim_intlist(&[-1i64][..], false, Kind::Float)
}

/// Mirror images of actions `[sample, action]`.
fn mirrored(actions: &Tensor, mirror: &[Mirrored]) -> Tensor {
    let from: Vec<i64> = mirror.iter().map(|(from, _)| *from as i64).collect();
    let signs: Vec<f32> = mirror.iter().map(|(_, sign)| *sign).collect();
    let device = actions.device();
    actions.index_select(-1, &Tensor::from_slice(&from).to_device(device))
        * Tensor::from_slice(&signs).to_device(device)
}

/// Numbers that a share gives beside its gradient.
const STATS: usize = 6;

/// The libtorch back end.
pub struct TorchGradient {
    device: Device,
    shares: usize,
    data: Option<Data>,
}

/// A rollout on the device: `[tile, sample in tile, feature]`, or without the last for single numbers.
struct Data {
    obs: Tensor,
    /// The same tensor as `obs` where the critic sees the same.
    critic_obs: Tensor,
    /// Mirror images of `obs`, where they are learned from; otherwise the same tensor.
    mirror_obs: Tensor,
    actions: Tensor,
    means: Tensor,
    log_prob: Tensor,
    value: Tensor,
    advantage: Tensor,
    returns: Tensor,
    weight: Tensor,
    /// 1 where the tick ended an episode.
    done: Tensor,
}

impl Data {
    fn new(rollout: &Rollout, device: Device) -> Self {
        let features = |values: &[Wide], count: usize| {
            let size = [rollout.tiles() as i64, count as i64, WIDTH as i64];
            // SAFETY: `values` are packed f32 and outlive the view, which is copied at once.
            let view = unsafe {
                let strides = [size[1] * size[2], size[2], 1];
                Tensor::from_blob(values.as_ptr().cast(), &size, &strides, Kind::Float, Device::Cpu)
            };
            view.to_device_(device, Kind::Float, false, true).transpose(1, 2).contiguous()
        };
        let numbers = |values: &[Wide]| features(values, 1).squeeze_dim(-1).contiguous();
        let obs = features(&rollout.obs, rollout.num_obs);
        let critic_obs = match rollout.num_critic_obs {
            0 => obs.shallow_clone(),
            count => features(&rollout.critic_obs, count),
        };
        let mirror_obs = match rollout.mirror_obs.is_empty() {
            true => obs.shallow_clone(),
            false => features(&rollout.mirror_obs, rollout.num_obs),
        };
        Self {
            obs,
            critic_obs,
            mirror_obs,
            actions: features(&rollout.actions, rollout.num_actions),
            means: features(&rollout.means, rollout.num_actions),
            log_prob: numbers(&rollout.log_prob),
            value: numbers(&rollout.value),
            advantage: numbers(&rollout.advantage),
            returns: numbers(&rollout.returns),
            weight: numbers(&rollout.sample_weight),
            done: numbers(&ended(rollout)),
        }
    }

    /// The samples of some tiles, tiles and lanes merged.
    fn select(&self, tiles: &Tensor) -> Self {
        let pick = |t: &Tensor| t.index_select(0, tiles).flatten(0, 1);
        self.map(pick)
    }

    fn map(&self, f: impl Fn(&Tensor) -> Tensor) -> Self {
        Self {
            obs: f(&self.obs),
            critic_obs: f(&self.critic_obs),
            mirror_obs: f(&self.mirror_obs),
            actions: f(&self.actions),
            means: f(&self.means),
            log_prob: f(&self.log_prob),
            value: f(&self.value),
            advantage: f(&self.advantage),
            returns: f(&self.returns),
            weight: f(&self.weight),
            done: f(&self.done),
        }
    }
}

/// 1 where a tick ended an episode, `[tile]`.
fn ended(rollout: &Rollout) -> Vec<Wide> {
    rollout.terminated.iter().zip(&rollout.timed_out).map(|(a, b)| a.max(*b)).collect()
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
        Ok(Self { device: device(name)?, shares: threads.max(1), data: None })
    }

    /// What actor and critic see of their memories, `[sample, number]`: unrolled over whole rollouts of blocks.
    fn remembered(
        &self,
        memory: &Memory,
        policy: &ActorCritic,
        params: &Tensor,
        share: &Share,
        samples: &Data,
        rollout: &Rollout,
    ) -> [Tensor; 2] {
        let (ticks, lanes) = (rollout.horizon as i64, WIDTH as i64);
        let blocks: Vec<usize> =
            share.tiles.iter().step_by(rollout.horizon).map(|t| *t as usize / rollout.horizon).collect();
        // `[tile, lane]`, tiles in the order of time, to `[block and lane, tick]`
        let in_time = |x: &Tensor, tail: &[i64]| {
            let size = [&[-1, ticks, lanes], tail].concat();
            x.view(&size[..]).transpose(1, 2).flatten(0, 1)
        };
        let done = in_time(&samples.done, &[]);
        let offsets = policy.memory_offsets();
        let of = |gru: &Gru, offset: usize, obs: &Tensor, held: &[Wide]| {
            let x = in_time(obs, &[gru.inputs as i64]);
            let start = states(held, gru.hidden, &blocks).to_device(self.device);
            let states = unroll(gru, params, offset, &x, &start, &done);
            let hidden = gru.hidden as i64;
            states.view([-1, lanes, ticks, hidden]).transpose(1, 2).reshape([-1, hidden])
        };
        [
            of(&memory.actor, offsets[0], &samples.obs, &rollout.actor_memory),
            of(&memory.critic, offsets[1], &samples.critic_obs, &rollout.critic_memory),
        ]
    }

    fn share(&self, share: &Share, policy: &ActorCritic, batch: &Minibatch<'_>, cfg: &PpoCfg) -> Vec<f32> {
        tch::set_num_threads(1);
        let samples = share.data.select(&Tensor::from_slice(&share.tiles).to_device(self.device));
        let params = Tensor::from_slice(&policy.params).to_device(self.device).set_requires_grad(true);
        let old_log_std = Tensor::from_slice(batch.old_log_std).to_device(self.device);

        let [seen_by_actor, seen_by_critic] = match policy.memory {
            None => [samples.obs.shallow_clone(), samples.critic_obs.shallow_clone()],
            Some(memory) => self.remembered(&memory, policy, &params, share, &samples, batch.rollout),
        };
        let means = forward(&policy.actor, &params, 0, &seen_by_actor);
        let value =
            forward(&policy.critic, &params, policy.actor.num_params(), &seen_by_critic).squeeze_dim(-1);
        let num_actions = policy.num_actions() as i64;
        let log_std = params.narrow(0, policy.num_params() as i64 - num_actions, num_actions);

        let ratio = (log_prob(&samples.actions, &means, &log_std) - &samples.log_prob).exp();
        let mean = 1.0 / batch.weight;
        let mean_of = |x: &Tensor| (x * &samples.weight).sum(Kind::Float) * mean;
        let surrogate = mean_of(&surrogate(&ratio, &samples.advantage, cfg.clip));
        let value_loss = mean_of(&if cfg.clip_value {
            clipped_value_loss(&value, &samples.value, &samples.returns, cfg.clip)
        } else {
            (&value - &samples.returns).square()
        });
        // the same for all samples, so every share takes its part of it
        let entropy = log_std.sum(Kind::Float) * (samples.weight.sum(Kind::Float) * mean);
        let mut loss = &surrogate + &value_loss * cfg.value_coef - entropy * cfg.entropy;
        let mirror_loss = match batch.rollout.mirror_obs.is_empty() || cfg.mirror_loss == 0.0 {
            true => Tensor::from(0f32).to_device(self.device),
            false => {
                let wanted = mirrored(&means.detach(), &batch.rollout.mirror_actions);
                let got = forward(&policy.actor, &params, 0, &samples.mirror_obs);
                mean_of(&(got - wanted).square().mean_dim(&[-1i64][..], false, Kind::Float))
            }
        };
        let beyond = &means - means.clamp(-cfg.action_bound, cfg.action_bound);
        let bounds_loss = mean_of(&sum_last(&beyond.square()));
        if cfg.mirror_loss > 0.0 {
            loss += &mirror_loss * cfg.mirror_loss;
        }
        if cfg.bounds_loss > 0.0 {
            loss += &bounds_loss * cfg.bounds_loss;
        }
        loss.backward();

        let result = no_grad(|| {
            let kl = mean_of(&kl(&means, &log_std, &samples.means, &old_log_std));
            let outside = (&ratio - 1.0).abs().gt(cfg.clip).to_kind(Kind::Float);
            let stats =
                Tensor::stack(&[kl, surrogate, value_loss, mean_of(&outside), mirror_loss, bounds_loss], 0);
            // one transfer for everything
            Tensor::cat(&[params.grad(), stats], 0).to_device(Device::Cpu)
        });
        let mut numbers = vec![0.0; policy.num_params() + STATS];
        let len = numbers.len();
        result.copy_data(&mut numbers, len);
        numbers
    }
}

impl Gradient for TorchGradient {
    fn begin(&mut self, rollout: &Rollout) -> Result<(), DeviceLost> {
        self.data = Some(caught(|| Data::new(rollout, self.device))?);
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
            None => caught(|| Data::new(batch.rollout, self.device))?,
        };
        let shares = if self.device == Device::Cpu { self.shares } else { 1 };
        // what belongs together in time goes to one share
        let together = if policy.memory.is_some() { batch.rollout.horizon.max(1) } else { 1 };
        let per_share = (batch.tiles.len() / together).div_ceil(shares).max(1) * together;
        let work: Vec<Share> = batch
            .tiles
            .chunks(per_share)
            .map(|tiles| Share {
                data: data.map(Tensor::shallow_clone),
                tiles: tiles.iter().map(|t| *t as i64).collect(),
            })
            .collect();
        self.data = Some(data);
        let device = (self.device, self.shares);
        let results: Vec<Result<Vec<f32>, DeviceLost>> = work
            .into_par_iter()
            .with_max_len(1)
            .map(|share| {
                let worker = Self { device: device.0, shares: device.1, data: None };
                caught(|| worker.share(&share, policy, batch, cfg))
            })
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
