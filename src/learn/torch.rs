//! The gradient of a minibatch with libtorch's automatic differentiation, on a CPU or a GPU.
//!
//! On a CPU the minibatch is cut into as many shares as threads were asked for; every share is differentiated by
//! one thread with libtorch's own threading off (on small networks it costs more than it brings), and the
//! gradients are added in the order of the shares. So the bits depend on that setting, but not on who works. On a
//! GPU there is one share.
use super::ppo::{Gradient, GradientStats, Minibatch};
use super::{Gaussian, PpoCfg, Rollout};
use crate::lane::{WIDTH, Wide};
use crate::nn::ActorCritic;
use crate::nn::torch::{TorchError, device, forward};
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
        }
    }
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

    fn share(&self, share: &Share, policy: &ActorCritic, batch: &Minibatch<'_>, cfg: &PpoCfg) -> Vec<f32> {
        tch::set_num_threads(1);
        let samples = share.data.select(&Tensor::from_slice(&share.tiles).to_device(self.device));
        let params = Tensor::from_slice(&policy.params).to_device(self.device).set_requires_grad(true);
        let old_log_std = Tensor::from_slice(batch.old_log_std).to_device(self.device);

        let means = forward(&policy.actor, &params, 0, &samples.obs);
        let value =
            forward(&policy.critic, &params, policy.actor.num_params(), &samples.critic_obs).squeeze_dim(-1);
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
    fn begin(&mut self, rollout: &Rollout) {
        self.data = Some(Data::new(rollout, self.device));
    }

    fn minibatch(
        &mut self,
        policy: &ActorCritic,
        batch: &Minibatch<'_>,
        cfg: &PpoCfg,
        gradient: &mut [f32],
    ) -> GradientStats {
        let data = self.data.take().unwrap_or_else(|| Data::new(batch.rollout, self.device));
        let shares = if self.device == Device::Cpu { self.shares } else { 1 };
        let per_share = batch.tiles.len().div_ceil(shares).max(1);
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
        let results: Vec<Vec<f32>> = work
            .into_par_iter()
            .with_max_len(1)
            .map(|share| {
                let worker = Self { device: device.0, shares: device.1, data: None };
                worker.share(&share, policy, batch, cfg)
            })
            .collect();
        let mut stats = [0.0; STATS];
        gradient.fill(0.0);
        for result in &results {
            let (slopes, sums) = result.split_at(gradient.len());
            gradient.iter_mut().zip(slopes).for_each(|(g, s)| *g += s);
            stats.iter_mut().zip(sums).for_each(|(a, b)| *a += *b as f64);
        }
        GradientStats {
            kl: stats[0],
            surrogate: stats[1],
            value_loss: stats[2],
            clip_fraction: stats[3],
            mirror_loss: stats[4],
            bounds_loss: if cfg.bounds_loss > 0.0 { stats[5] } else { 0.0 },
            entropy: Gaussian::new(policy.log_std()).entropy() as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::native::NativeGradient;
    use super::super::{Ppo, gae, toy};
    use super::*;

    fn torch(shares: usize) -> TorchGradient {
        TorchGradient::new("cpu", shares).unwrap()
    }

    /// A GPU back end, if this machine has what it takes.
    fn gpu() -> Option<TorchGradient> {
        match TorchGradient::new("cuda", 1) {
            Ok(gradient) => Some(gradient),
            Err(error) => {
                println!("skipped on the GPU: {error}");
                None
            }
        }
    }

    /// Both back ends on one disturbed minibatch.
    fn compare(other: TorchGradient, cfg: &PpoCfg) {
        compare_on(other, cfg, toy::disturbed(5, 7));
    }

    fn compare_on(
        mut other: TorchGradient,
        cfg: &PpoCfg,
        (policy, rollout, old_log_std): (ActorCritic, Rollout, Vec<f32>),
    ) {
        let tiles = toy::mixed_tiles(&rollout);
        let batch = Minibatch::new(&rollout, &tiles, &old_log_std);
        let (mut ours, mut theirs) = (vec![0.0; policy.num_params()], vec![0.0; policy.num_params()]);
        let a = NativeGradient::new().minibatch(&policy, &batch, cfg, &mut ours);
        let b = other.minibatch(&policy, &batch, cfg, &mut theirs);
        let length = theirs.iter().map(|x| x * x).sum::<f32>().sqrt();
        let largest = theirs.iter().fold(0.0f32, |m, x| m.max(x.abs()));
        let distance = ours.iter().zip(&theirs).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt();
        assert!(length > 0.1 && distance < 1e-4 * length, "distance {distance}, length {length}");
        for (i, (x, y)) in ours.iter().zip(&theirs).enumerate() {
            assert!((x - y).abs() < 1e-4 * y.abs().max(0.1 * largest), "parameter {i}: {x}, {y}");
        }
        for (x, y) in [
            (a.kl, b.kl),
            (a.surrogate, b.surrogate),
            (a.value_loss, b.value_loss),
            (a.entropy, b.entropy),
            (a.clip_fraction, b.clip_fraction),
            (a.mirror_loss, b.mirror_loss),
            (a.bounds_loss, b.bounds_loss),
        ] {
            assert!((x - y).abs() < 1e-4 * y.abs().max(1e-2), "{a:?}, {b:?}");
        }
    }

    #[test]
    fn libtorch_and_our_own_passes_give_the_same_gradient() {
        compare(torch(1), &PpoCfg::default());
        compare(torch(3), &PpoCfg { clip_value: false, value_coef: 0.5, ..PpoCfg::default() });
        if let Some(gpu) = gpu() {
            compare(gpu, &PpoCfg::default());
        }
    }

    #[test]
    fn they_agree_where_the_critic_sees_something_else() {
        compare_on(torch(2), &PpoCfg::default(), toy::disturbed_apart(5, 7, 19));
        if let Some(gpu) = gpu() {
            compare_on(gpu, &PpoCfg::default(), toy::disturbed_apart(5, 7, 19));
        }
    }

    #[test]
    fn they_agree_on_the_mirror_loss_and_the_bounds_loss() {
        compare_on(torch(2), &toy::losses(), toy::disturbed_mirrored(5, 7));
    }

    #[test]
    fn losses_agree_with_numbers_worked_by_hand() {
        let t = |x: &[f32]| Tensor::from_slice(x);
        let numbers = |x: Tensor| Vec::<f32>::try_from(x).unwrap();
        // min(1.5, 1.2) = 1.2; min(0.5 * -1, 0.8 * -1) = -0.8; min(1.5 * -2, 1.2 * -2) = -3
        let loss = surrogate(&t(&[1.5, 0.5, 1.5]), &t(&[1.0, -1.0, -2.0]), 0.2);
        assert_eq!(numbers(loss), [-1.2, 0.8, 3.0]);
        // as in the native back end: held at 1.2, free
        let loss = clipped_value_loss(&t(&[2.0, 0.0]), &t(&[1.0, 1.0]), &t(&[3.0, 3.0]), 0.2);
        assert!((numbers(loss)[0] - 3.24).abs() < 1e-6);
        let row = |x: &[f32]| t(x).view([1, 2]);
        let (new, old) = (t(&[0.0, std::f32::consts::LN_2]), t(&[0.0, 0.0]));
        let got = numbers(kl(&row(&[1.0, 0.0]), &new, &row(&[0.0, 2.0]), &old))[0];
        assert!((got - 0.625 - std::f32::consts::LN_2).abs() < 1e-6);
        let got = numbers(log_prob(&row(&[1.0, 4.0]), &row(&[0.0, 1.0]), &new))[0];
        assert!((got + 1.625 + std::f32::consts::LN_2 + LN_TAU as f32).abs() < 1e-6);
    }

    #[test]
    fn the_learner_solves_a_toy_problem_with_libtorch() {
        let (before, after) = toy::learn_to_point(Box::new(torch(2)), 80);
        assert!(before < -1.2 && after > -0.25, "{before} to {after}");
        if let Some(gpu) = gpu() {
            let (before, after) = toy::learn_to_point(Box::new(gpu), 80);
            assert!(before < -1.2 && after > -0.25, "{before} to {after} on the GPU");
        }
    }

    #[test]
    fn the_number_of_workers_does_not_change_the_bits() {
        let learn = |workers: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build().unwrap();
            pool.install(|| {
                let (mut policy, mut rollout, _) = toy::disturbed(4, 6);
                gae(&mut rollout, 0.99, 0.95);
                let stats =
                    Ppo::new(PpoCfg::default(), &policy, Box::new(torch(3)), 1).update(&mut policy, &rollout);
                (policy, stats)
            })
        };
        let one = learn(1);
        assert!(one.1.grad_norm > 0.0);
        assert_eq!(one, learn(2));
    }
}
