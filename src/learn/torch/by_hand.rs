//! The gradient of the [`objective`](super::objective) written out: half as many operations as automatic differentiation needs, and
//! none of its bookkeeping. On a GPU small operations cost their start, not their work.
use super::data::Samples;
use super::objective::{LN_TAU, Parameters, STATS, Shared, mirrored};
use crate::learn::PpoCfg;
use crate::nn::{Activation, ActorCritic, Mlp};
use tch::{Kind, Tensor};

/// Gradient of the loss of some samples with respect to all parameters, in their order, and the statistics as
/// [`objective`](super::objective::objective) gives them; `mean` is one over the samples that count.
pub(super) fn gradient(
    policy: &ActorCritic,
    p: &Parameters,
    samples: &Samples,
    shared: &Shared,
    cfg: &PpoCfg,
    mean: f64,
) -> (Tensor, Tensor) {
    let weight = &samples.weight * mean;
    let actor = outputs(&policy.actor, &p.actor, &samples.obs);
    let critic = outputs(&policy.critic, &p.critic, &samples.critic_obs);
    let means = &actor[actor.len() - 1];
    let value = critic[critic.len() - 1].squeeze_dim(-1);
    let mut stats = Stats::new(&weight);

    let inv_std = (-&p.log_std).exp();
    let z = (&samples.actions - means) * &inv_std;
    let squares = z.square();
    let norm = p.log_std.sum(Kind::Float) + 0.5 * LN_TAU * policy.num_actions() as f64;
    let log_prob = sum_last(&squares) * -0.5 - norm;
    let ratio = (log_prob - &samples.log_prob).exp();
    stats.add(kl(means, &p.log_std, &inv_std, &samples.means, &shared.old_log_std));
    let free = &ratio * &samples.advantage;
    let clipped = ratio.clamp(1.0 - cfg.clip, 1.0 + cfg.clip) * &samples.advantage;
    stats.add(-free.minimum(&clipped));
    // d(-min) / d ln ratio
    let slope = (free.neg() * &weight).masked_fill(&clipped.lt_tensor(&free), 0.0).unsqueeze(-1);
    let mut of_means = &z * &inv_std * &slope;
    let of_log_std = ((squares - 1.0) * slope).sum_dim_intlist(&[0i64][..], false, Kind::Float)
        - weight.sum(Kind::Float) * cfg.entropy;

    let (value_loss, of_value) = value_slope(&value, samples, cfg);
    stats.add(value_loss);
    stats.add((ratio - 1.0).abs().gt(cfg.clip).to_kind(Kind::Float));
    let of_value = (of_value * &weight * cfg.value_coef).unsqueeze(-1);

    let mirror = shared.mirror.as_ref().map(|mirror| {
        let images = outputs(&policy.actor, &p.actor, &samples.mirror_obs);
        let apart = &images[images.len() - 1] - mirrored(means, mirror);
        let share = 1.0 / policy.num_actions() as f64;
        let often = shared.mirror_share(samples);
        stats.add(sum_last(&apart.square()) * share * &often);
        (images, apart * (&weight * often).unsqueeze(-1) * (2.0 * cfg.mirror_loss * share))
    });
    if mirror.is_none() {
        stats.add(weight.zeros_like());
    }
    if cfg.bounds_loss > 0.0 {
        let beyond = means - means.clamp(-cfg.action_bound, cfg.action_bound);
        of_means += &beyond * weight.unsqueeze(-1) * (2.0 * cfg.bounds_loss);
        stats.add(sum_last(&beyond.square()));
    } else {
        stats.add(weight.zeros_like());
    }

    let mut parts = back(&policy.actor, &p.actor, &samples.obs, &actor, of_means);
    if let Some((images, slope)) = mirror {
        let more = back(&policy.actor, &p.actor, &samples.mirror_obs, &images, slope);
        parts = parts.iter().zip(&more).map(|(a, b)| a + b).collect();
    }
    parts.extend(back(&policy.critic, &p.critic, &samples.critic_obs, &critic, of_value));
    parts.push(of_log_std);
    let flat: Vec<Tensor> = parts.iter().map(|t| t.view([-1])).collect();
    (Tensor::cat(&flat, 0), stats.means())
}

/// Output of every layer for inputs `[sample, input]`.
fn outputs(shape: &Mlp, layers: &[(Tensor, Tensor)], x: &Tensor) -> Vec<Tensor> {
    let mut all: Vec<Tensor> = Vec::with_capacity(layers.len());
    for (l, (weights, bias)) in layers.iter().enumerate() {
        let y = Tensor::addmm(bias, all.last().unwrap_or(x), weights);
        all.push(match shape.after(l) {
            None => y,
            Some(Activation::Elu) => y.elu(),
            Some(Activation::Relu) => y.relu(),
            Some(Activation::Tanh) => y.tanh(),
        });
    }
    all
}

/// Gradient of weights and biases, layer by layer, for a slope at the output.
fn back(
    shape: &Mlp,
    layers: &[(Tensor, Tensor)],
    x: &Tensor,
    outputs: &[Tensor],
    slope: Tensor,
) -> Vec<Tensor> {
    let (mut slope, mut parts) = (slope, vec![]);
    for (l, (weights, _)) in layers.iter().enumerate().rev() {
        let input = if l == 0 { x } else { &outputs[l - 1] };
        parts.push(slope.sum_dim_intlist(&[0i64][..], false, Kind::Float));
        parts.push(input.tr().mm(&slope));
        if l > 0 {
            let through = slope.mm(&weights.tr());
            slope = match shape.activation {
                Activation::Elu => Tensor::elu_backward(&through, 1.0, 1.0, 1.0, true, input),
                Activation::Relu => through * input.gt(0.0),
                Activation::Tanh => through * (input.square().neg() + 1.0),
            };
        }
    }
    parts.reverse();
    parts
}

/// Value loss of every sample and its slope.
fn value_slope(value: &Tensor, samples: &Samples, cfg: &PpoCfg) -> (Tensor, Tensor) {
    let error = value - &samples.returns;
    let free = error.square();
    if !cfg.clip_value {
        return (free, error * 2.0);
    }
    let step = (value - &samples.value).clamp(-cfg.clip, cfg.clip);
    let held_error = (&samples.value + &step) - &samples.returns;
    let held = held_error.square();
    // beyond the clip the held value does not move
    let moves = step.abs().lt(cfg.clip);
    let slope = (held_error * moves).where_self(&free.lt_tensor(&held), &error) * 2.0;
    (free.maximum(&held), slope)
}

/// KL divergence of the new Gaussian from the old one, `[sample]`.
fn kl(
    means: &Tensor,
    log_std: &Tensor,
    inv_std: &Tensor,
    old_means: &Tensor,
    old_log_std: &Tensor,
) -> Tensor {
    let wider = (log_std - old_log_std).sum(Kind::Float);
    let ratio = (old_log_std - log_std).exp().square().sum(Kind::Float);
    let apart = sum_last(&((old_means - means) * inv_std).square());
    (apart + ratio) * 0.5 + wider - 0.5 * means.size()[1] as f64
}

fn sum_last(x: &Tensor) -> Tensor {
    x.sum_dim_intlist(&[-1i64][..], false, Kind::Float)
}

/// Numbers of every sample of which the mean is wanted.
struct Stats<'a> {
    weight: &'a Tensor,
    rows: Vec<Tensor>,
}

impl<'a> Stats<'a> {
    fn new(weight: &'a Tensor) -> Self {
        Self { weight, rows: Vec::with_capacity(STATS) }
    }
    fn add(&mut self, row: Tensor) {
        self.rows.push(row);
    }
    /// Means over the samples that count.
    fn means(&self) -> Tensor {
        Tensor::stack(&self.rows, 0).mv(self.weight)
    }
}
