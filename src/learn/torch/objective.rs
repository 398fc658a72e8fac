//! The loss of a minibatch and what is said of it.
use super::super::{Minibatch, PpoCfg, Rollout};
use super::data::Samples;
use crate::lane::WIDTH;
use crate::nn::ActorCritic;
use crate::nn::torch::{forward, layers};
use crate::robot::Mirrored;
use tch::{Device, Kind, Tensor, no_grad};

pub(super) const LN_TAU: f64 = 1.837_877_066_409_345_5;

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
pub(super) fn mirrored(actions: &Tensor, [from, signs]: &[Tensor; 2]) -> Tensor {
    actions.index_select(-1, from) * signs
}

/// Numbers that come with a gradient.
pub(super) const STATS: usize = 6;

/// Parameters as the networks take them.
pub(super) struct Parameters {
    pub actor: Vec<(Tensor, Tensor)>,
    pub critic: Vec<(Tensor, Tensor)>,
    pub log_std: Tensor,
}

impl Parameters {
    /// Views of the flat tensor of a policy's parameters.
    pub fn of(policy: &ActorCritic, flat: &Tensor) -> Self {
        let num_actions = policy.num_actions() as i64;
        Self {
            actor: layers(&policy.actor, flat, 0),
            critic: layers(&policy.critic, flat, policy.actor.num_params()),
            log_std: flat.narrow(0, policy.num_params() as i64 - num_actions, num_actions),
        }
    }
}

/// What all minibatches of an update share.
pub(super) struct Shared {
    pub old_log_std: Tensor,
    /// Where each number of a mirrored action comes from, and its sign; none where mirror images are not learned from.
    pub mirror: Option<[Tensor; 2]>,
    /// See `PpoCfg::mirror_share`.
    mirror_every: i64,
}

impl Shared {
    pub fn new(rollout: &Rollout, old_log_std: &[f32], cfg: &PpoCfg, device: Device) -> Self {
        let tensors = |mirror: &[Mirrored]| {
            let from: Vec<i64> = mirror.iter().map(|(from, _)| *from as i64).collect();
            let signs: Vec<f32> = mirror.iter().map(|(_, sign)| *sign).collect();
            [Tensor::from_slice(&from).to_device(device), Tensor::from_slice(&signs).to_device(device)]
        };
        let mirrors = cfg.mirror_loss > 0.0 && !rollout.mirror_obs.is_empty();
        Self {
            old_log_std: Tensor::from_slice(old_log_std).to_device(device),
            mirror: mirrors.then(|| tensors(&rollout.mirror_actions)),
            mirror_every: cfg.mirror_every as i64,
        }
    }
    /// How often the mirror loss of each sample counts.
    pub fn mirror_share(&self, samples: &Samples) -> Tensor {
        let share = samples.tiles.remainder(self.mirror_every).eq(0).to_kind(Kind::Float);
        (share * self.mirror_every as f64).repeat_interleave_self_int(WIDTH as i64, 0, None)
    }
    /// For one minibatch alone.
    pub fn of(batch: &Minibatch<'_>, cfg: &PpoCfg, device: Device) -> Self {
        Self::new(batch.rollout, batch.old_log_std, cfg, device)
    }
}

/// Loss of some samples, and KL divergence, surrogate loss, value loss, share of cut ratios, mirror loss and bounds loss,
/// `[STATS]`; `mean` is one over the samples of the minibatch that count, and `seen` what actor and critic see.
pub(super) fn objective(
    policy: &ActorCritic,
    p: &Parameters,
    samples: &Samples,
    seen: [&Tensor; 2],
    shared: &Shared,
    cfg: &PpoCfg,
    mean: f64,
) -> (Tensor, Tensor) {
    let means = forward(&policy.actor, &p.actor, seen[0]);
    let value = forward(&policy.critic, &p.critic, seen[1]).squeeze_dim(-1);
    let log_std = &p.log_std;
    let ratio = (log_prob(&samples.actions, &means, log_std) - &samples.log_prob).exp();
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
    let nothing = || Tensor::zeros([], (Kind::Float, means.device()));
    let mirror_loss = match &shared.mirror {
        None => nothing(),
        Some(mirror) => {
            let wanted = mirrored(&means.detach(), mirror);
            let got = forward(&policy.actor, &p.actor, &samples.mirror_obs);
            let apart = (got - wanted).square().mean_dim(&[-1i64][..], false, Kind::Float);
            mean_of(&(apart * shared.mirror_share(samples)))
        }
    };
    if shared.mirror.is_some() {
        loss += &mirror_loss * cfg.mirror_loss;
    }
    let bounds_loss = match cfg.bounds_loss > 0.0 {
        false => nothing(),
        true => {
            let beyond = &means - means.clamp(-cfg.action_bound, cfg.action_bound);
            mean_of(&sum_last(&beyond.square()))
        }
    };
    if cfg.bounds_loss > 0.0 {
        loss += &bounds_loss * cfg.bounds_loss;
    }
    let stats = no_grad(|| {
        let kl = mean_of(&kl(&means, log_std, &samples.means, &shared.old_log_std));
        let outside = (&ratio - 1.0).abs().gt(cfg.clip).to_kind(Kind::Float);
        Tensor::stack(&[kl, surrogate, value_loss, mean_of(&outside), mirror_loss, bounds_loss], 0)
    });
    (loss, stats)
}
