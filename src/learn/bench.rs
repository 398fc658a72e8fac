//! How fast the learner is on this machine.
use super::{DeviceLost, Gradient, Minibatch, Ppo, PpoCfg, Rollout, gae};
use crate::lane::{Lane, Wide};
use crate::nn::random::SplitMix;
use crate::nn::{Activations, ActorCritic, NetworkCfg};
use std::time::Instant;

/// Sizes of a measurement.
#[derive(Clone, Debug)]
pub struct BenchSize {
    /// Networks.
    pub network: NetworkCfg,
    /// Numbers in an observation.
    pub num_obs: usize,
    /// Numbers in the critic's own observation; 0 where it sees the same.
    pub num_critic_obs: usize,
    /// Numbers in an action.
    pub num_actions: usize,
    /// Blocks of sixteen environments.
    pub blocks: usize,
    /// Control ticks per rollout.
    pub horizon: usize,
}

impl Default for BenchSize {
    /// The fast recipe for a quadruped.
    fn default() -> Self {
        Self {
            network: NetworkCfg::default(),
            num_obs: 48,
            num_critic_obs: 0,
            num_actions: 12,
            blocks: 32,
            horizon: 16,
        }
    }
}

/// Rates in samples per second; a sample counts once per epoch.
#[derive(Clone, Copy, Debug)]
pub struct BenchResult {
    /// Whole updates.
    pub samples_per_second: f64,
    /// Gradients only: no norm, optimiser or shuffle.
    pub gradient: f64,
    /// Advantages.
    pub advantages: f64,
    /// Actor and critic forward on one thread, four tiles at a time, as in a rollout.
    pub inference: f64,
}

/// Measures updates on made-up data with one back end for about `seconds`.
///
/// # Errors
/// When the device of the back end is lost.
pub fn bench_update(
    size: &BenchSize,
    cfg: &PpoCfg,
    mut backend: Box<dyn Gradient>,
    seconds: f64,
) -> Result<BenchResult, DeviceLost> {
    let sizes = [size.num_obs, size.num_critic_obs, size.num_actions];
    let mut policy = ActorCritic::for_sizes(&size.network, sizes, 1);
    let mut rollout = made_up_rollout(&policy, size.blocks, size.horizon, 2);
    let samples = rollout.samples() as f64;
    let share = seconds / 4.0;

    let advantages = samples
        * rate(share, || {
            gae(&mut rollout, cfg.gamma, cfg.lambda);
            Ok(())
        })?;

    let mut work = Activations::new(&policy, 4);
    let inference = samples
        * rate(share, || {
            let (seen, count) = rollout.seen_by_critic();
            for (obs, seen) in rollout.obs.chunks(4 * size.num_obs).zip(seen.chunks(4 * count)) {
                let tiles = obs.len() / size.num_obs;
                std::hint::black_box(policy.act(obs, tiles, &mut work));
                std::hint::black_box(policy.value(seen, tiles, &mut work));
            }
            Ok(())
        })?;

    let tiles: Vec<u32> = (0..rollout.tiles() as u32).collect();
    let per = tiles.len().div_ceil(cfg.minibatches.max(1));
    let old_log_std = policy.log_std().to_vec();
    let mut values = vec![0.0; policy.num_params()];
    let gradient = samples
        * rate(share, || {
            backend.begin(&rollout)?;
            for tiles in tiles.chunks(per) {
                backend.minibatch(
                    &policy,
                    &Minibatch::new(&rollout, tiles, &old_log_std),
                    cfg,
                    &mut values,
                )?;
            }
            Ok(())
        })?;

    let mut ppo = Ppo::new(cfg.clone(), &policy, backend, 3);
    let updates = rate(share, || ppo.update(&mut policy, &rollout).map(|_| ()))?;
    let samples_per_second = updates * samples * cfg.epochs as f64;
    Ok(BenchResult { samples_per_second, gradient, advantages, inference })
}

/// Calls per second, over at least `seconds` after one call that does not count.
fn rate(seconds: f64, mut call: impl FnMut() -> Result<(), DeviceLost>) -> Result<f64, DeviceLost> {
    call()?;
    let start = Instant::now();
    let mut calls = 0.0;
    loop {
        call()?;
        calls += 1.0;
        let elapsed = start.elapsed().as_secs_f64();
        if elapsed >= seconds {
            return Ok(calls / elapsed);
        }
    }
}

/// Random observations (the critic's own where it sees another number of them) and rewards, actions drawn from the policy; some episodes end.
pub fn made_up_rollout(policy: &ActorCritic, blocks: usize, horizon: usize, seed: u64) -> Rollout {
    let mut random = SplitMix::new(seed);
    let (num_obs, num_actions) = (policy.num_obs(), policy.num_actions());
    let own = Some(policy.num_critic_obs()).filter(|n| *n != num_obs).unwrap_or(0);
    let mut rollout =
        Rollout::for_sizes(blocks, horizon, [num_obs, own, num_actions]).with_memory(policy.memory_sizes());
    let [mut of_actor, mut of_critic] = policy.memory_sizes().map(|size| vec![Wide::zero(); size]);
    for held in rollout.actor_memory.iter_mut().chain(&mut rollout.critic_memory) {
        *held = Wide::from_fn(|_| 0.5 * random.normal() as f32);
    }
    let gaussian = super::Gaussian::new(policy.log_std());
    let mut work = Activations::new(policy, 1);
    for tile in 0..rollout.tiles() {
        if tile % horizon == 0 {
            let held = |all: &[Wide], states: &mut [Wide]| {
                let size = states.len();
                states.copy_from_slice(&all[tile / horizon * size..][..size]);
            };
            held(&rollout.actor_memory, &mut of_actor);
            held(&rollout.critic_memory, &mut of_critic);
        }
        let obs = &mut rollout.obs[tile * num_obs..][..num_obs];
        obs.fill_with(|| Wide::from_fn(|_| random.normal() as f32));
        let means = policy.act_on(obs, 1, &mut of_actor, &mut work);
        rollout.means[tile * num_actions..][..num_actions].copy_from_slice(means);
        let actions = &mut rollout.actions[tile * num_actions..][..num_actions];
        for (j, (action, mean)) in actions.iter_mut().zip(means).enumerate() {
            *action = *mean + Wide::from_fn(|_| gaussian.std[j] * random.normal() as f32);
        }
        rollout.log_prob[tile] = gaussian.log_prob(actions, means);
        let seen = match own {
            0 => &*obs,
            count => {
                let seen = &mut rollout.critic_obs[tile * count..][..count];
                seen.fill_with(|| Wide::from_fn(|_| random.normal() as f32));
                seen
            }
        };
        rollout.value[tile] = policy.value_on(seen, 1, &mut of_critic, &mut work)[0];
        rollout.reward[tile] = Wide::from_fn(|_| random.normal() as f32);
        rollout.terminated[tile] = Wide::from_fn(|_| f32::from(random.uniform() < 0.02));
        rollout.timed_out[tile] = Wide::from_fn(|_| f32::from(random.uniform() < 0.01));
        rollout.terminal_value[tile] = rollout.value[tile];
        let goes_on = Wide::splat(1.0) - rollout.terminated[tile].max(rollout.timed_out[tile]);
        of_actor.iter_mut().chain(&mut of_critic).for_each(|state| *state *= goes_on);
    }
    rollout
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::native::NativeGradient;

    #[test]
    fn every_rate_is_measured() {
        let size = BenchSize { blocks: 2, horizon: 4, ..BenchSize::default() };
        let result = bench_update(&size, &PpoCfg::default(), Box::new(NativeGradient::new()), 0.02).unwrap();
        for rate in [result.samples_per_second, result.gradient, result.advantages, result.inference] {
            assert!(rate.is_finite() && rate > 0.0, "{result:?}");
        }
    }

    /// Processor time of this process, in seconds: what counts on a machine that others use too.
    fn processor_seconds() -> f64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: writes one timespec.
        unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
        time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
    }

    #[test]
    #[ignore = "a measurement, not a test"]
    fn print_rates() {
        for hidden in [vec![64, 64], vec![128, 64], vec![512, 256, 128]] {
            let network = NetworkCfg {
                actor: hidden.clone(),
                critic: hidden.clone(),
                init_std: 1.0,
                ..NetworkCfg::default()
            };
            let size = BenchSize { network, ..BenchSize::default() };
            for threads in [1, 2] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let result = pool.install(|| {
                    bench_update(&size, &PpoCfg::default(), Box::new(NativeGradient::new()), 1.0).unwrap()
                });
                println!("{hidden:?} {threads} threads: {result:.3?}");
            }
            let mut policy = ActorCritic::new(&size.network, size.num_obs, size.num_actions, 1);
            let rollout = made_up_rollout(&policy, size.blocks, size.horizon, 2);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
            pool.install(|| {
                let mut backend = NativeGradient::new();
                let tiles: Vec<u32> = (0..rollout.tiles() as u32 / 2).collect();
                let mut values = vec![0.0; policy.num_params()];
                let log_std = policy.log_std().to_vec();
                let per_second = |call: &mut dyn FnMut(), samples: usize| {
                    call();
                    let (wall, start, mut calls) = (Instant::now(), processor_seconds(), 0.0);
                    while wall.elapsed().as_secs_f64() < 1.0 {
                        call();
                        calls += 1.0;
                    }
                    calls * samples as f64 / (processor_seconds() - start) / 1e6
                };
                let batch = Minibatch::new(&rollout, &tiles, &log_std);
                let cfg = PpoCfg::default();
                let gradient = per_second(
                    &mut || {
                        backend.minibatch(&policy, &batch, &cfg, &mut values).unwrap();
                    },
                    tiles.len() * 16,
                );
                let mut work = Activations::new(&policy, 4);
                let forward = per_second(
                    &mut || {
                        for obs in rollout.obs.chunks(4 * size.num_obs) {
                            std::hint::black_box(policy.act(obs, 4, &mut work));
                            std::hint::black_box(policy.value(obs, 4, &mut work));
                        }
                    },
                    rollout.samples(),
                );
                let mut ppo = Ppo::new(cfg, &policy.clone(), Box::new(NativeGradient::new()), 1);
                let update = per_second(
                    &mut || {
                        ppo.update(&mut policy, &rollout).unwrap();
                    },
                    3 * rollout.samples(),
                );
                println!("{hidden:?} threads 1, M samples per processor second: gradient {gradient:.3} forward {forward:.3} update {update:.3}");
            });
        }
    }
}
