//! Proximal policy optimisation (Schulman et al. 2017) with the refinements of rsl_rl (Rudin et al. 2022): clipped
//! value loss, advantages normalised over the rollout, learning rate steered by the KL divergence.
//!
//! The loss of a minibatch, over the samples that count:
//! L = mean surrogate + value_coef · mean value loss - entropy · H + mirror_loss · mean mirror loss + bounds_loss · mean
//! bounds loss; the last two are off unless asked for. How it becomes a gradient is a [`Gradient`]'s
//! business; everything else is here, once.
use super::adam::{Adam, norm};
use super::collect::Forward;
use super::lost::caught;
use super::{DeviceLost, PpoCfg, Rollout, Schedule};
use crate::lane::Lane;
use crate::nn::random::SplitMix;
use crate::nn::{ActorCritic, Checkpoint, CheckpointError, TensorData};
use crate::phase::phase;

/// Some tiles of a rollout: what one gradient step learns from.
pub struct Minibatch<'a> {
    /// Where the samples lie.
    pub rollout: &'a Rollout,
    /// Tiles that belong to the minibatch.
    pub tiles: &'a [u32],
    /// Spread of the policy that collected the rollout.
    pub old_log_std: &'a [f32],
    /// Samples that count: sum of their weights.
    pub weight: f64,
}

impl<'a> Minibatch<'a> {
    /// The given tiles of a rollout.
    pub fn new(rollout: &'a Rollout, tiles: &'a [u32], old_log_std: &'a [f32]) -> Self {
        let weight = tiles.iter().map(|t| rollout.sample_weight[*t as usize].sum() as f64).sum();
        Self { rollout, tiles, old_log_std, weight }
    }
}

/// Means over the samples of a minibatch that count.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GradientStats {
    /// KL divergence of the policy from the one that collected the rollout.
    pub kl: f64,
    /// Surrogate loss.
    pub surrogate: f64,
    /// Value loss, without its weight.
    pub value_loss: f64,
    /// Entropy of the action distribution.
    pub entropy: f64,
    /// Share of samples whose ratio was cut.
    pub clip_fraction: f64,
    /// Mirror loss, without its weight.
    pub mirror_loss: f64,
    /// Bounds loss, without its weight.
    pub bounds_loss: f64,
}

/// How a minibatch becomes a gradient. The result must not depend on the number of threads. An error means that the device
/// that computes is lost; nothing comes from it any more.
pub trait Gradient: Send {
    /// Whether there is a device to lose.
    fn can_be_lost(&self) -> bool {
        true
    }

    /// The networks where they see all environments at once, for a rollout of this policy; `None` where every worker asks them
    /// for its own. They stay as they are now.
    fn networks(
        &mut self,
        _policy: &ActorCritic,
        _rollout: &Rollout,
    ) -> Result<Option<&mut dyn Forward>, DeviceLost> {
        Ok(None)
    }

    /// Whether updates of this policy are made by [`steps`](Self::steps) instead of minibatch by minibatch.
    fn is_whole(&self, _policy: &ActorCritic) -> bool {
        false
    }

    /// Makes all steps of an update, as `Ppo` would.
    fn steps(
        &mut self,
        _policy: &mut ActorCritic,
        _steps: &mut Steps<'_>,
    ) -> Result<UpdateStats, DeviceLost> {
        Err(DeviceLost("it makes no whole updates".into()))
    }

    /// Told once per update, before its minibatches: the rollout they come from.
    fn begin(&mut self, _rollout: &Rollout) -> Result<(), DeviceLost> {
        Ok(())
    }

    /// Writes the gradient of the loss with respect to `policy.params` to `gradient` (same order).
    fn minibatch(
        &mut self,
        policy: &ActorCritic,
        batch: &Minibatch<'_>,
        cfg: &PpoCfg,
        gradient: &mut [f32],
    ) -> Result<GradientStats, DeviceLost>;
}

/// An update that a device makes by itself.
pub struct Steps<'a> {
    /// What it learns from.
    pub rollout: &'a Rollout,
    /// Tiles of each step, in their order.
    pub minibatches: Vec<Vec<u32>>,
    /// Samples that count in each: sums of their weights.
    pub weights: Vec<f64>,
    /// Spread of the policy that collected the rollout.
    pub old_log_std: &'a [f32],
    /// Settings of this iteration.
    pub cfg: &'a PpoCfg,
    /// What the optimiser remembers.
    pub adam: &'a mut Adam,
    /// Learning rate, before and after.
    pub rate: f64,
    /// Whether the divergence steers the learning rate.
    pub adaptive: bool,
}

/// Means over the minibatches of an update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UpdateStats {
    /// KL divergence from the policy that collected the rollout.
    pub kl: f64,
    /// Surrogate loss.
    pub surrogate: f64,
    /// Value loss, without its weight.
    pub value_loss: f64,
    /// Entropy of the action distribution.
    pub entropy: f64,
    /// Share of samples whose ratio was cut.
    pub clip_fraction: f64,
    /// Mirror loss, without its weight.
    pub mirror_loss: f64,
    /// Bounds loss, without its weight.
    pub bounds_loss: f64,
    /// Learning rate after the update.
    pub learning_rate: f64,
    /// Length of the gradient before it is clipped.
    pub grad_norm: f64,
    /// Minibatches without a step: nothing counted in them, or their gradient was not finite.
    pub skipped: usize,
}

/// The learner.
pub struct Ppo {
    /// Settings; may change between updates.
    pub cfg: PpoCfg,
    /// Finished iterations, for settings that change with them.
    pub iteration: u64,
    backend: Box<dyn Gradient>,
    adam: Adam,
    random: SplitMix,
    learning_rate: f64,
    /// `cfg.learning_rate` when it was last looked at: a change by hand restarts the adaptive schedule there.
    written_learning_rate: f64,
    gradient: Vec<f32>,
    order: Vec<u32>,
}

impl Ppo {
    /// A learner for this policy. `seed` decides the order of the samples.
    pub fn new(cfg: PpoCfg, policy: &ActorCritic, backend: Box<dyn Gradient>, seed: u64) -> Self {
        Self {
            iteration: 0,
            backend,
            adam: Adam::new(policy.num_params()),
            random: SplitMix::new(seed),
            learning_rate: cfg.learning_rate,
            written_learning_rate: cfg.learning_rate,
            gradient: vec![0.0; policy.num_params()],
            order: Vec::new(),
            cfg,
        }
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Whether the back end computes on a device that may be lost.
    pub fn can_be_lost(&self) -> bool {
        self.backend.can_be_lost()
    }

    /// Computes gradients with another back end from now on.
    pub fn set_backend(&mut self, backend: Box<dyn Gradient>) {
        let old = std::mem::replace(&mut self.backend, backend);
        // what a lost device says of memory that it is given back helps nobody
        let _ = caught(|| drop(old));
    }

    /// Improves the policy with a rollout whose advantages are computed.
    ///
    /// # Errors
    /// When the device of the back end is lost; some steps may have been made then.
    pub fn update(&mut self, policy: &mut ActorCritic, rollout: &Rollout) -> Result<UpdateStats, DeviceLost> {
        let now = self.cfg.entropy_at(self.iteration);
        let written = std::mem::replace(&mut self.cfg.entropy, now);
        let stats = self.all_epochs(policy, rollout);
        self.cfg.entropy = written;
        stats
    }

    fn all_epochs(&mut self, policy: &mut ActorCritic, rollout: &Rollout) -> Result<UpdateStats, DeviceLost> {
        if self.backend.is_whole(policy) {
            return self.whole(policy, rollout);
        }
        let old_log_std = policy.log_std().to_vec();
        // with a memory, what belongs together in time stays together: whole blocks are dealt
        let together = if policy.memory.is_some() { rollout.horizon } else { 1 };
        let units = rollout.tiles() / together.max(1);
        let per_minibatch = units.div_ceil(self.cfg.minibatches.max(1));
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..units as u32);
        let mut in_time = vec![];
        self.backend.begin(rollout)?;
        let mut stats = UpdateStats::default();
        let mut steps = 0.0;
        for _ in 0..self.cfg.epochs {
            phase!("shuffle", self.random.shuffle(&mut order));
            for units in order.chunks(per_minibatch) {
                let tiles = if together == 1 { units } else { spread(units, together, &mut in_time) };
                let batch = phase!("shuffle", Minibatch::new(rollout, tiles, &old_log_std));
                match self.step(policy, &batch)? {
                    Some((batch, grad_norm)) => {
                        steps += 1.0;
                        stats.kl += batch.kl;
                        stats.surrogate += batch.surrogate;
                        stats.value_loss += batch.value_loss;
                        stats.entropy += batch.entropy;
                        stats.clip_fraction += batch.clip_fraction;
                        stats.mirror_loss += batch.mirror_loss;
                        stats.bounds_loss += batch.bounds_loss;
                        stats.grad_norm += grad_norm;
                    }
                    None => stats.skipped += 1,
                }
            }
        }
        self.order = order;
        let mean = 1.0 / f64::max(steps, 1.0);
        Ok(UpdateStats {
            kl: stats.kl * mean,
            surrogate: stats.surrogate * mean,
            value_loss: stats.value_loss * mean,
            entropy: stats.entropy * mean,
            clip_fraction: stats.clip_fraction * mean,
            mirror_loss: stats.mirror_loss * mean,
            bounds_loss: stats.bounds_loss * mean,
            grad_norm: stats.grad_norm * mean,
            learning_rate: self.learning_rate,
            skipped: stats.skipped,
        })
    }

    /// An update that the back end makes by itself.
    fn whole(&mut self, policy: &mut ActorCritic, rollout: &Rollout) -> Result<UpdateStats, DeviceLost> {
        let old_log_std = policy.log_std().to_vec();
        let mut order: Vec<u32> = (0..rollout.tiles() as u32).collect();
        let per_minibatch = order.len().div_ceil(self.cfg.minibatches.max(1));
        let mut minibatches = vec![];
        for _ in 0..self.cfg.epochs {
            self.random.shuffle(&mut order);
            minibatches.extend(order.chunks(per_minibatch).map(<[u32]>::to_vec));
        }
        let weights = minibatches.iter().map(|tiles| Minibatch::new(rollout, tiles, &old_log_std).weight);
        let weights = weights.collect();
        let adaptive =
            self.cfg.schedule == Schedule::Adaptive && self.cfg.learning_rate == self.written_learning_rate;
        if !adaptive {
            self.adapt_learning_rate(f64::NAN);
        }
        let mut steps = Steps {
            rollout,
            minibatches,
            weights,
            old_log_std: &old_log_std,
            cfg: &self.cfg,
            adam: &mut self.adam,
            rate: self.learning_rate,
            adaptive,
        };
        let stats = self.backend.steps(policy, &mut steps)?;
        self.learning_rate = steps.rate;
        Ok(stats)
    }

    /// The networks of the back end's device, where rollouts ask those: see [`Gradient::networks`].
    ///
    /// # Errors
    /// When the device is lost.
    pub fn networks(
        &mut self,
        policy: &ActorCritic,
        rollout: &Rollout,
    ) -> Result<Option<&mut dyn Forward>, DeviceLost> {
        self.backend.networks(policy, rollout)
    }

    /// One gradient step; `None` if there was nothing usable to learn from. The second value is the length of the
    /// gradient.
    fn step(
        &mut self,
        policy: &mut ActorCritic,
        batch: &Minibatch<'_>,
    ) -> Result<Option<(GradientStats, f64)>, DeviceLost> {
        if batch.weight <= 0.0 {
            return Ok(None);
        }
        let stats = self.backend.minibatch(policy, batch, &self.cfg, &mut self.gradient)?;
        let length = phase!("optimise", norm(&self.gradient));
        if !length.is_finite() {
            return Ok(None);
        }
        self.adapt_learning_rate(stats.kl);
        let scale = (self.cfg.max_grad_norm / (length + 1e-6)).min(1.0) as f32;
        phase!("optimise", self.adam.step(&mut policy.params, &self.gradient, scale, self.learning_rate));
        let floor = self.cfg.min_std.ln() as f32;
        for log_std in policy.log_std_mut() {
            *log_std = log_std.max(floor);
        }
        Ok(Some((stats, length)))
    }

    /// Slower when the policy moved too far from where it was, faster when it hardly moved; before the step.
    fn adapt_learning_rate(&mut self, kl: f64) {
        let cfg = &self.cfg;
        if cfg.schedule == Schedule::Linear {
            self.learning_rate = cfg.linear_rate(self.iteration);
        } else if cfg.schedule == Schedule::Fixed || cfg.learning_rate != self.written_learning_rate {
            self.learning_rate = cfg.learning_rate;
            self.written_learning_rate = cfg.learning_rate;
        } else if kl > 2.0 * cfg.desired_kl {
            self.learning_rate = (self.learning_rate / 1.5).max(cfg.min_learning_rate);
        } else if kl > 0.0 && kl < 0.5 * cfg.desired_kl {
            self.learning_rate = (self.learning_rate * 1.5).min(cfg.max_learning_rate);
        }
    }

    /// Writes everything an exact continuation needs: `adam.first`, `adam.second` and `ppo.state` (Adam's steps,
    /// state of the shuffle, bits of the two learning rates).
    pub fn save_state(&self, checkpoint: &mut Checkpoint) {
        let state = vec![
            self.adam.steps,
            self.random.state,
            self.learning_rate.to_bits(),
            self.written_learning_rate.to_bits(),
        ];
        checkpoint.tensors.insert("adam.first".into(), TensorData::vector(self.adam.first.clone()));
        checkpoint.tensors.insert("adam.second".into(), TensorData::vector(self.adam.second.clone()));
        checkpoint.tensors.insert("ppo.state".into(), TensorData::U64(state));
    }

    /// Takes back what [`save_state`](Self::save_state) wrote; changes nothing on an error.
    pub fn load_state(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let first = checkpoint.vector("adam.first", self.adam.first.len())?;
        let second = checkpoint.vector("adam.second", self.adam.second.len())?;
        let state = checkpoint.integers("ppo.state", 4)?;
        self.adam = Adam { first: first.to_vec(), second: second.to_vec(), steps: state[0] };
        self.random = SplitMix { state: state[1] };
        self.learning_rate = f64::from_bits(state[2]);
        self.written_learning_rate = f64::from_bits(state[3]);
        Ok(())
    }
}

/// The tiles of some blocks, block by block in the order of time.
fn spread<'a>(blocks: &[u32], horizon: usize, tiles: &'a mut Vec<u32>) -> &'a [u32] {
    tiles.clear();
    tiles.extend(blocks.iter().flat_map(|b| (0..horizon as u32).map(move |t| b * horizon as u32 + t)));
    tiles
}

#[cfg(test)]
mod tests;
