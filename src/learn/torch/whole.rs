//! A whole update on a device: parameters, moments and learning rate stay there from the first step to the last, and nothing waits
//! for a result in between.
use super::data::{Data, Ways};
use super::objective::{Parameters, STATS, Shared, objective};
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
        taken: Tensor::from(steps.adam.steps as f64).to_device(device),
        rate: Tensor::from(steps.rate).to_device(device),
        sums: Tensor::zeros([STATS as i64 + 3], (Kind::Double, device)),
    };
    let leaves = state.leaves(policy);
    let mut start = 0;
    for (minibatch, weight) in steps.minibatches.iter().zip(&steps.weights) {
        let count = minibatch.len() as i64;
        let chosen = tiles.narrow(0, start, count);
        start += count;
        if *weight <= 0.0 {
            continue;
        }
        let samples = data.select(&chosen);
        let seen = [&samples.obs, &samples.critic_obs];
        let (loss, stats) = objective(policy, &leaves, &samples, seen, &shared, steps.cfg, 1.0 / weight);
        let gradient = Tensor::run_backward(&[loss], &leaves.all(), false, false);
        let flat: Vec<Tensor> = gradient.iter().map(|g| g.flatten(0, -1)).collect();
        no_grad(|| state.step(&Tensor::cat(&flat, 0), &stats, steps, policy.num_actions()));
    }
    state.take_back(policy, steps)
}

/// What a learner has on the device.
struct State {
    params: Tensor,
    first: Tensor,
    second: Tensor,
    /// Steps of Adam.
    taken: Tensor,
    rate: Tensor,
    /// Sums of the statistics of all steps, then of log-std, of gradient lengths, and how many they were.
    sums: Tensor,
}

impl State {
    /// Parameters that a loss can be differentiated by; they share memory with `params`.
    fn leaves(&self, policy: &ActorCritic) -> Parameters {
        let leaf = |t: &Tensor| t.detach().set_requires_grad(true);
        let layers = |views: Vec<(Tensor, Tensor)>| views.iter().map(|(w, b)| (leaf(w), leaf(b))).collect();
        let views = Parameters::of(policy, &self.params);
        Parameters { actor: layers(views.actor), critic: layers(views.critic), log_std: leaf(&views.log_std) }
    }

    /// As `Ppo::step`, without looking at a number: a gradient that is not finite changes nothing.
    fn step(&mut self, gradient: &Tensor, stats: &Tensor, steps: &Steps<'_>, num_actions: usize) {
        let cfg = steps.cfg;
        let num_actions = num_actions as i64;
        let mut log_std = self.params.narrow(0, self.params.size()[0] - num_actions, num_actions);
        let length = gradient.norm().to_kind(Kind::Double);
        let sound = length.isfinite();
        let row = [
            stats.to_kind(Kind::Double),
            log_std.sum(Kind::Double).view([1]),
            length.view([1]),
            sound.to_kind(Kind::Double).view([1]),
        ];
        let row = Tensor::cat(&row, 0);
        self.sums += row.where_self(&sound, &row.zeros_like());
        if steps.adaptive {
            let kl = stats.get(0).to_kind(Kind::Double);
            let slower = (&self.rate / 1.5).clamp_min(cfg.min_learning_rate);
            let faster = (&self.rate * 1.5).clamp_max(cfg.max_learning_rate);
            let little = kl.gt(0.0).logical_and(&kl.lt(0.5 * cfg.desired_kl)).logical_and(&sound);
            let much = kl.gt(2.0 * cfg.desired_kl).logical_and(&sound);
            self.rate = slower.where_self(&much, &faster.where_self(&little, &self.rate));
        }
        let scale = ((&length + 1e-6).reciprocal() * cfg.max_grad_norm).clamp_max(1.0).to_kind(Kind::Float);
        let g = gradient * scale;
        let first = &self.first * DECAY.0 + &g * (1.0 - DECAY.0);
        let second = &self.second * DECAY.1 + g.square() * (1.0 - DECAY.1);
        // a product with zero would leave what is not finite
        self.first = first.where_self(&sound, &self.first);
        self.second = second.where_self(&sound, &self.second);
        self.taken += sound.to_kind(Kind::Double);
        let corrected = |decay: f64| (&self.taken * decay.ln()).exp().neg() + 1.0;
        let rate = (&self.rate / corrected(DECAY.0)).to_kind(Kind::Float);
        let spread = corrected(DECAY.1).reciprocal().to_kind(Kind::Float);
        let change = &self.first / ((&self.second * spread).sqrt() + f64::from(EPSILON)) * rate;
        self.params -= change.where_self(&sound, &change.zeros_like());
        let _ = log_std.clamp_min_(cfg.min_std.ln());
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
        steps.adam.steps = self.taken.double_value(&[]) as u64;
        steps.rate = self.rate.double_value(&[]);
        let mut sums = [0.0f64; STATS + 3];
        self.sums.to_device(Device::Cpu).copy_data(&mut sums, STATS + 3);
        let [kl, surrogate, value_loss, clip_fraction, mirror_loss, bounds_loss, log_std, grad_norm, taken] =
            sums;
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
