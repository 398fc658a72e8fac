//! The gradient of a minibatch with our own SIMD passes.
//!
//! The tiles are dealt to a fixed number of shards; each has its own sums, which are added in the order of the
//! shards. So the number of threads decides only who works, not what is added to what: the same bits for any.
use super::loss::{self, Gaussian};
use super::ppo::{Gradient, GradientStats, Minibatch};
use super::prepare::turn;
use super::{DeviceLost, PpoCfg};
use crate::crew;
use crate::lane::{Lane, WIDTH, Wide};
use crate::nn::kernels::{registers, to_rows};
use crate::nn::{ActorCritic, Tape};
use crate::phase::phase;
use std::cell::RefCell;

/// Fewest and most parts a minibatch is dealt to. Many: processors are never equally fast, and who is done helps.
pub const SHARDS: [usize; 2] = [16, 64];
/// Tiles that go through the networks together: their activations stay in the second-level cache.
pub const CHUNK: usize = 16;
/// Tiles are dealt in multiples of what the kernels process at once.
const DEAL: usize = 4;

/// The default back end: no libraries, any number of threads of the current rayon pool.
#[derive(Default)]
pub struct NativeGradient {
    shards: Vec<Shard>,
}

thread_local! {
    /// Memory of the threads; what it holds never matters.
    static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
}

impl NativeGradient {
    /// Memory is taken at the first minibatch.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Sums over the tiles of one shard.
struct Shard {
    actor: Vec<Wide>,
    critic: Vec<Wide>,
    /// Slope of each log-std, without the entropy.
    log_std: Vec<Wide>,
    sums: Sums,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    kl: Wide,
    surrogate: Wide,
    value_loss: Wide,
    clipped: Wide,
    mirror: Wide,
    bounds: Wide,
}

impl Shard {
    fn new(policy: &ActorCritic) -> Self {
        let zeros = |len: usize| vec![Wide::zero(); len];
        Self {
            actor: zeros(policy.actor.gradient_len()),
            critic: zeros(policy.critic.gradient_len()),
            log_std: zeros(policy.num_actions()),
            sums: Sums::default(),
        }
    }

    fn clear(&mut self) {
        self.actor.fill(Wide::zero());
        self.critic.fill(Wide::zero());
        self.log_std.fill(Wide::zero());
        self.sums = Sums::default();
    }

    fn fits(&self, policy: &ActorCritic) -> bool {
        self.actor.len() == policy.actor.gradient_len()
            && self.critic.len() == policy.critic.gradient_len()
            && self.log_std.len() == policy.num_actions()
    }
}

/// Memory of one thread for one chunk.
struct Scratch {
    obs: Vec<Wide>,
    obs_rows: Vec<Wide>,
    /// The critic's own; empty where it sees the same.
    critic_obs: Vec<Wide>,
    critic_rows: Vec<Wide>,
    rows: Vec<Wide>,
    /// Mirror images of the mean actions.
    mirrored: Vec<Wide>,
    actor: Tape,
    critic: Tape,
}

impl Scratch {
    fn new(policy: &ActorCritic, num_critic_obs: usize) -> Self {
        let widest = policy.actor.widest_input().max(policy.critic.widest_input());
        Self {
            obs: vec![Wide::zero(); CHUNK * policy.num_obs()],
            obs_rows: vec![Wide::zero(); CHUNK * WIDTH * registers(policy.num_obs())],
            critic_obs: vec![Wide::zero(); CHUNK * num_critic_obs],
            critic_rows: vec![Wide::zero(); CHUNK * WIDTH * registers(num_critic_obs)],
            rows: vec![Wide::zero(); CHUNK * WIDTH * registers(widest)],
            mirrored: vec![Wide::zero(); CHUNK * policy.num_actions()],
            actor: Tape::new(&policy.actor, CHUNK),
            critic: Tape::new(&policy.critic, CHUNK),
        }
    }
}

impl Scratch {
    fn fits(&self, policy: &ActorCritic, num_critic_obs: usize) -> bool {
        self.critic_obs.len() == CHUNK * num_critic_obs
            && self.obs.len() == CHUNK * policy.num_obs()
            && self.actor.fits(&policy.actor, CHUNK)
            && self.critic.fits(&policy.critic, CHUNK)
    }
}

/// What all chunks of a minibatch share.
struct Job<'a> {
    policy: &'a ActorCritic,
    batch: &'a Minibatch<'a>,
    cfg: &'a PpoCfg,
    old: Gaussian,
    new: Gaussian,
    /// One over the samples that count.
    mean: f32,
    shards: usize,
}

impl Gradient for NativeGradient {
    fn can_be_lost(&self) -> bool {
        false
    }

    fn minibatch(
        &mut self,
        policy: &ActorCritic,
        batch: &Minibatch<'_>,
        cfg: &PpoCfg,
        gradient: &mut [f32],
    ) -> Result<GradientStats, DeviceLost> {
        let shards = (batch.tiles.len() / CHUNK).clamp(SHARDS[0], SHARDS[1]);
        if !self.shards.first().is_some_and(|s| s.fits(policy)) {
            self.shards.clear();
        }
        self.shards.resize_with(shards.max(self.shards.len()), || Shard::new(policy));
        let job = Job {
            policy,
            batch,
            cfg,
            old: Gaussian::new(batch.old_log_std),
            new: Gaussian::new(policy.log_std()),
            mean: (1.0 / batch.weight) as f32,
            shards,
        };
        crew::each_mut(&mut self.shards[..shards], |i, shard| {
            SCRATCH.with_borrow_mut(|scratch| {
                let num_critic_obs = batch.rollout.num_critic_obs;
                let kept = scratch.take().filter(|s| s.fits(policy, num_critic_obs));
                let scratch = scratch.insert(kept.unwrap_or_else(|| Scratch::new(policy, num_critic_obs)));
                phase!("gradient", {
                    shard.clear();
                    for tiles in job.tiles_of(i).chunks(CHUNK) {
                        job.chunk(tiles, shard, scratch);
                    }
                });
            });
        });
        Ok(self.collect(&job, gradient))
    }
}

impl NativeGradient {
    /// Adds up the shards in their order and writes one number per parameter.
    fn collect(&self, job: &Job<'_>, gradient: &mut [f32]) -> GradientStats {
        let (policy, shards) = (job.policy, &self.shards[..job.shards]);
        let (actor, others) = gradient.split_at_mut(policy.actor.num_params());
        let (critic, log_std) = others.split_at_mut(policy.critic.num_params());
        let of = |field: fn(&Shard) -> &Vec<Wide>| -> Vec<&[Wide]> {
            shards.iter().map(|s| field(s).as_slice()).collect()
        };
        let (of_actor, of_critic) = (of(|s| &s.actor), of(|s| &s.critic));
        let mut strips: Vec<_> = policy.actor.strips(actor).into_iter().map(|s| (s, &of_actor)).collect();
        strips.extend(policy.critic.strips(critic).into_iter().map(|s| (s, &of_critic)));
        crew::each_mut(&mut strips, |_, (strip, parts)| phase!("sum", strip.add_up(parts)));
        for (j, out) in log_std.iter_mut().enumerate() {
            let sum = shards.iter().fold(Wide::zero(), |sum, s| sum + s.log_std[j]);
            // the entropy grows by one with every log-std
            *out = sum.sum() - job.cfg.entropy as f32;
        }
        let mean = |field: fn(&Sums) -> Wide| {
            let sum = shards.iter().fold(Wide::zero(), |sum, s| sum + field(&s.sums));
            sum.sum() as f64 / job.batch.weight
        };
        GradientStats {
            kl: mean(|s| s.kl),
            surrogate: mean(|s| s.surrogate),
            value_loss: mean(|s| s.value_loss),
            entropy: job.new.entropy() as f64,
            clip_fraction: mean(|s| s.clipped),
            mirror_loss: mean(|s| s.mirror),
            bounds_loss: mean(|s| s.bounds),
        }
    }
}

/// Takes the observations of some tiles, as tiles and as rows.
fn gather(all: &[Wide], count: usize, tiles: &[u32], obs: &mut [Wide], rows: &mut [Wide]) {
    for (out, tile) in obs.chunks_exact_mut(count).zip(tiles) {
        out.copy_from_slice(&all[*tile as usize * count..][..count]);
    }
    to_rows(obs, count, tiles.len(), rows);
}

impl Job<'_> {
    /// The tiles of one shard: a contiguous part, the same for any number of threads.
    fn tiles_of(&self, shard: usize) -> &[u32] {
        let tiles = self.batch.tiles;
        let groups = tiles.len().div_ceil(DEAL);
        let edge = |i: usize| (groups * i / self.shards * DEAL).min(tiles.len());
        &tiles[edge(shard)..edge(shard + 1)]
    }

    /// Forward, loss and backward for up to [`CHUNK`] tiles.
    fn chunk(&self, tiles: &[u32], shard: &mut Shard, scratch: &mut Scratch) {
        let (policy, rollout) = (self.policy, self.batch.rollout);
        let (n, num_obs) = (tiles.len(), rollout.num_obs);
        gather(&rollout.obs, num_obs, tiles, &mut scratch.obs, &mut scratch.obs_rows);

        policy.actor.forward(policy.actor_params(), &scratch.obs, n, &mut scratch.actor);
        let mut mirrored = [0; CHUNK];
        let mirrored = self.mirror_means(tiles, scratch, &mut mirrored);
        self.policy_slopes(tiles, shard, &mut scratch.actor);
        let (tape, rows) = (&mut scratch.actor, &mut scratch.rows);
        policy.actor.backward(policy.actor_params(), &scratch.obs_rows, n, tape, rows, &mut shard.actor);

        let (obs, obs_rows) = match rollout.num_critic_obs {
            0 => (&scratch.obs, &scratch.obs_rows),
            count => {
                let (obs, rows) = (&mut scratch.critic_obs, &mut scratch.critic_rows);
                gather(&rollout.critic_obs, count, tiles, obs, rows);
                (&*obs, &*rows)
            }
        };
        policy.critic.forward(policy.critic_params(), obs, n, &mut scratch.critic);
        self.value_slopes(tiles, shard, &mut scratch.critic);
        let (tape, rows) = (&mut scratch.critic, &mut scratch.rows);
        policy.critic.backward(policy.critic_params(), obs_rows, n, tape, rows, &mut shard.critic);

        if !mirrored.is_empty() {
            let n = mirrored.len();
            gather(&rollout.mirror_obs, num_obs, mirrored, &mut scratch.obs, &mut scratch.obs_rows);
            policy.actor.forward(policy.actor_params(), &scratch.obs, n, &mut scratch.actor);
            self.mirror_slopes(mirrored, shard, &scratch.mirrored, &mut scratch.actor);
            let (tape, rows) = (&mut scratch.actor, &mut scratch.rows);
            policy.actor.backward(policy.actor_params(), &scratch.obs_rows, n, tape, rows, &mut shard.actor);
        }
    }

    /// Which of the tiles bear the mirror loss; keeps the mirror images of their mean actions.
    fn mirror_means<'a>(&self, tiles: &[u32], scratch: &mut Scratch, chosen: &'a mut [u32]) -> &'a [u32] {
        let (rollout, count) = (self.batch.rollout, self.policy.num_actions());
        if self.cfg.mirror_loss == 0.0 || rollout.mirror_obs.is_empty() {
            return &[];
        }
        let Scratch { actor, mirrored, .. } = scratch;
        let means = actor.outputs[actor.outputs.len() - 1].chunks_exact(count);
        let bearing = tiles.iter().zip(means).filter(|(tile, _)| self.cfg.mirror_share(**tile) > 0.0);
        let mut n = 0;
        for (((tile, means), out), to) in bearing.zip(mirrored.chunks_exact_mut(count)).zip(&mut *chosen) {
            turn(means, &rollout.mirror_actions, out);
            *to = *tile;
            n += 1;
        }
        &chosen[..n]
    }

    /// Surrogate loss and KL divergence; slopes at the actor's output and of the log-std.
    fn policy_slopes(&self, tiles: &[u32], shard: &mut Shard, tape: &mut Tape) {
        let (rollout, count) = (self.batch.rollout, self.policy.num_actions());
        let last = tape.outputs.len() - 1;
        let sums = &mut shard.sums;
        for (i, tile) in tiles.iter().enumerate() {
            let tile = *tile as usize;
            let means = &tape.outputs[last][i * count..][..count];
            let slopes = &mut tape.slopes[last][i * count..][..count];
            let actions = &rollout.actions[tile * count..][..count];
            let old_means = &rollout.means[tile * count..][..count];
            let weight = rollout.sample_weight[tile];
            sums.kl += weight * self.new.kl_from(means, &self.old, old_means);
            let ratio = loss::ratio(self.new.log_prob(actions, means), rollout.log_prob[tile]);
            let clip = self.cfg.clip as f32;
            let surrogate = loss::surrogate(ratio, rollout.advantage[tile], clip);
            sums.surrogate += weight * surrogate.value;
            let outside = Wide::splat(clip).lt((ratio - Wide::splat(1.0)).abs());
            sums.clipped += weight * Wide::one_if(outside);
            // d ln p / d mean = z / σ, d ln p / d ln σ = z² - 1
            let slope = weight * surrogate.slope * Wide::splat(self.mean);
            for j in 0..count {
                let inv_std = Wide::splat(self.new.inv_std[j]);
                let z = (actions[j] - means[j]) * inv_std;
                slopes[j] = slope * z * inv_std;
                shard.log_std[j] += slope * z.mul_add(z, Wide::splat(-1.0));
            }
            if self.cfg.bounds_loss > 0.0 {
                self.bounds_slopes(weight, means, slopes, sums);
            }
        }
    }

    /// Bounds loss; adds to the slopes at the actor's output.
    fn bounds_slopes(&self, weight: Wide, means: &[Wide], slopes: &mut [Wide], sums: &mut Sums) {
        let scale = weight * Wide::splat(self.cfg.bounds_loss as f32 * self.mean);
        for (mean, slope) in means.iter().zip(slopes) {
            let loss = loss::bounds_loss(*mean, self.cfg.action_bound as f32);
            sums.bounds += weight * loss.value;
            *slope += scale * loss.slope;
        }
    }

    /// Mirror loss; slopes at the actor's output for the mirror images. `wanted` are the mirrored mean actions.
    fn mirror_slopes(&self, tiles: &[u32], shard: &mut Shard, wanted: &[Wide], tape: &mut Tape) {
        let count = self.policy.num_actions();
        let last = tape.outputs.len() - 1;
        let share = Wide::splat(1.0 / count as f32);
        let scale = Wide::splat(2.0 * self.cfg.mirror_loss as f32 * self.mean) * share;
        for (i, tile) in tiles.iter().enumerate() {
            let often = Wide::splat(self.cfg.mirror_share(*tile));
            let weight = self.batch.rollout.sample_weight[*tile as usize] * often;
            for j in i * count..(i + 1) * count {
                let apart = tape.outputs[last][j] - wanted[j];
                shard.sums.mirror += weight * apart * apart * share;
                tape.slopes[last][j] = weight * apart * scale;
            }
        }
    }

    /// Value loss; slopes at the critic's output.
    fn value_slopes(&self, tiles: &[u32], shard: &mut Shard, tape: &mut Tape) {
        let (rollout, cfg) = (self.batch.rollout, self.cfg);
        let last = tape.outputs.len() - 1;
        let scale = Wide::splat(cfg.value_coef as f32 * self.mean);
        for (i, tile) in tiles.iter().enumerate() {
            let tile = *tile as usize;
            let (value, target) = (tape.outputs[last][i], rollout.returns[tile]);
            let loss = if cfg.clip_value {
                loss::clipped_value_loss(value, rollout.value[tile], target, cfg.clip as f32)
            } else {
                loss::value_loss(value, target)
            };
            let weight = rollout.sample_weight[tile];
            shard.sums.value_loss += weight * loss.value;
            tape.slopes[last][i] = weight * loss.slope * scale;
        }
    }
}

#[cfg(test)]
mod tests;
