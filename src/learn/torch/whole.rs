//! A whole update on a device: parameters, moments and learning rate stay there from the first step to the last, and nothing waits
//! for a result in between.
use super::by_hand;
use super::data::{Data, Ways};
use super::objective::{Parameters, STATS, Shared};
use crate::learn::Gaussian;
use crate::learn::adam::{DECAY, EPSILON};
use crate::learn::ppo::{Steps, UpdateStats};
use crate::nn::ActorCritic;
use tch::{Device, Kind, Tensor, no_grad};

/// Makes all steps. Fails by panics of tch; the caller has what it was given once more.
pub(super) fn update(
    policy: &mut ActorCritic,
    steps: &mut Steps<'_>,
    ways: &mut Ways,
    device: Device,
) -> UpdateStats {
    let there = |values: &[f32]| Tensor::from_slice(values).to_device(device);
    let data = Data::new(steps.rollout, device, ways);
    let shared = Shared::new(steps.rollout, steps.old_log_std, steps.cfg, device);
    let tiles: Vec<i64> = steps.minibatches.iter().flatten().map(|t| i64::from(*t)).collect();
    let tiles = Tensor::from_slice(&tiles).to_device(device);
    let mut state = State {
        params: there(&policy.params),
        first: there(&steps.adam.first),
        second: there(&steps.adam.second),
        rate: Tensor::from(steps.rate as f32).to_device(device),
        sums: Tensor::zeros([STATS as i64 + 3], (Kind::Float, device)),
    };
    let views = Parameters::of(policy, &state.params);
    let mut start = 0;
    no_grad(|| {
        for (i, (minibatch, weight)) in steps.minibatches.iter().zip(&steps.weights).enumerate() {
            let count = minibatch.len() as i64;
            let chosen = tiles.narrow(0, start, count);
            start += count;
            if *weight > 0.0 {
                let samples = data.select(&chosen);
                let (gradient, stats) =
                    by_hand::gradient(policy, &views, &samples, &shared, steps.cfg, 1.0 / weight);
                state.step(&gradient, &stats, steps, i as u64, &views.log_std);
            }
        }
    });
    state.take_back(policy, steps)
}

/// What a learner has on the device.
struct State {
    params: Tensor,
    first: Tensor,
    second: Tensor,
    rate: Tensor,
    /// Sums of the statistics of all steps, then of log-std, of gradient lengths, and how many they were.
    sums: Tensor,
}

impl State {
    /// Step `i` of the update as `Ppo::step` makes it, without looking at a number: a gradient that is not finite changes nothing,
    /// but that it counts in Adam's correction of the steps after it in the same update.
    fn step(&mut self, gradient: &Tensor, stats: &Tensor, steps: &Steps<'_>, i: u64, log_std: &Tensor) {
        let cfg = steps.cfg;
        let length = gradient.norm();
        let sound = length.isfinite().to_kind(Kind::Float);
        let row = Tensor::cat(&[stats.view([-1]), log_std.sum(Kind::Float).view([1]), length.view([1])], 0);
        let row = Tensor::cat(&[row.nan_to_num(0.0, 0.0, 0.0) * &sound, sound.view([1])], 0);
        self.sums += row;
        if steps.adaptive {
            let kl = stats.get(0);
            let faster = kl.gt(0.0).logical_and(&kl.lt(0.5 * cfg.desired_kl)).to_kind(Kind::Float);
            let slower = kl.gt(2.0 * cfg.desired_kl).to_kind(Kind::Float);
            let turns = (faster - slower) * &sound * 1.5f64.ln();
            self.rate = (&self.rate * turns.exp()).clamp(cfg.min_learning_rate, cfg.max_learning_rate);
        }
        let scale = ((&length + 1e-6).reciprocal() * cfg.max_grad_norm).clamp_max(1.0);
        let g = (gradient * scale).nan_to_num(0.0, 0.0, 0.0);
        let _ = self.first.lerp_tensor_(&g, &(&sound * (1.0 - DECAY.0)));
        let _ = self.second.lerp_tensor_(&g.square(), &(&sound * (1.0 - DECAY.1)));
        let taken = (steps.adam.steps + i + 1).min(1 << 20) as i32;
        let corrected = |decay: f64| 1.0 / (1.0 - decay.powi(taken));
        let spread = (&self.second * corrected(DECAY.1)).sqrt() + f64::from(EPSILON);
        let rate = &self.rate * &sound * corrected(DECAY.0);
        self.params -= &self.first / spread * rate;
        let _ = log_std.shallow_clone().clamp_min_(cfg.min_std.ln());
    }

    /// Waits for the device and takes what it has learned.
    fn take_back(self, policy: &mut ActorCritic, steps: &mut Steps<'_>) -> UpdateStats {
        let here = |t: &Tensor, out: &mut [f32]| {
            let len = out.len();
            t.to_device(Device::Cpu).copy_data(out, len);
        };
        let mut params = vec![0.0; policy.num_params()];
        here(&self.params, &mut params);
        here(&self.first, &mut steps.adam.first);
        here(&self.second, &mut steps.adam.second);
        policy.params = params;
        steps.rate = self.rate.double_value(&[]);
        let mut sums = [0.0f32; STATS + 3];
        here(&self.sums, &mut sums);
        let [kl, surrogate, value_loss, clip_fraction, mirror_loss, bounds_loss, log_std, grad_norm, taken] =
            sums.map(f64::from);
        steps.adam.steps += taken as u64;
        let mean = 1.0 / taken.max(1.0);
        let zero = Gaussian::new(&vec![0.0; policy.num_actions()]).entropy();
        UpdateStats {
            kl: kl * mean,
            surrogate: surrogate * mean,
            value_loss: value_loss * mean,
            entropy: log_std * mean + f64::from(zero) * taken.min(1.0),
            clip_fraction: clip_fraction * mean,
            mirror_loss: mirror_loss * mean,
            bounds_loss: bounds_loss * mean,
            grad_norm: grad_norm * mean,
            learning_rate: steps.rate,
            skipped: steps.minibatches.len() - taken as usize,
        }
    }
}
