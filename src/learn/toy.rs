//! Problems small enough for tests: what every gradient back end must solve.
use super::bench::made_up_rollout;
use super::*;
use crate::lane::{Lane, Wide};
#[cfg(feature = "torch")]
use crate::nn::MemoryKind;
use crate::nn::random::SplitMix;
use crate::nn::{Activations, ActorCritic, NetworkCfg};

/// A policy with awkward sizes and a rollout it could have collected a few steps ago, so that ratios differ from 1
/// and both clips are active; one sample in eight is left out.
pub fn disturbed(blocks: usize, horizon: usize) -> (ActorCritic, Rollout, Vec<f32>) {
    disturbed_apart(blocks, horizon, 0)
}

/// As [`disturbed`], with a critic that sees this many numbers of its own.
pub fn disturbed_apart(
    blocks: usize,
    horizon: usize,
    num_critic_obs: usize,
) -> (ActorCritic, Rollout, Vec<f32>) {
    disturbed_of(&NetworkCfg::default(), blocks, horizon, num_critic_obs)
}

/// As [`disturbed_apart`], with a memory.
#[cfg(feature = "torch")]
pub fn disturbed_remembering(blocks: usize, horizon: usize) -> (ActorCritic, Rollout, Vec<f32>) {
    let cfg = NetworkCfg { memory: Some(MemoryKind::Gru), hidden: 9, ..NetworkCfg::default() };
    disturbed_of(&cfg, blocks, horizon, 19)
}

fn disturbed_of(
    cfg: &NetworkCfg,
    blocks: usize,
    horizon: usize,
    num_critic_obs: usize,
) -> (ActorCritic, Rollout, Vec<f32>) {
    let cfg = NetworkCfg { actor: vec![21, 18], critic: vec![34], init_std: 0.8, ..cfg.clone() };
    let mut policy = ActorCritic::for_sizes(&cfg, [13, num_critic_obs, 3], 5);
    let mut rollout = made_up_rollout(&policy, blocks, horizon, 6);
    gae(&mut rollout, 0.99, 0.95);
    let mut random = SplitMix::new(9);
    for weight in &mut rollout.sample_weight {
        *weight = Wide::from_fn(|_| f32::from(random.below(8) > 0));
    }
    let old_log_std = policy.log_std().to_vec();
    policy.params.iter_mut().for_each(|p| *p += 0.03 * random.normal() as f32);
    (policy, rollout, old_log_std)
}

/// As [`disturbed`], with mirror images beside what the actor saw.
pub fn disturbed_mirrored(blocks: usize, horizon: usize) -> (ActorCritic, Rollout, Vec<f32>) {
    let (policy, mut rollout, old_log_std) = disturbed(blocks, horizon);
    let sign = |i: usize| if i.is_multiple_of(3) { -1.0 } else { 1.0 };
    let mirror = |n: usize| (0..n).map(|i| (n - 1 - i, sign(i))).collect::<Vec<_>>();
    let mirror = crate::task::Mirror { obs: mirror(13), critic_obs: vec![], actions: mirror(3) };
    prepare(&mut rollout, &policy, Some(&mirror));
    (policy, rollout, old_log_std)
}

/// Settings with every loss there is.
pub fn losses() -> PpoCfg {
    PpoCfg { mirror_loss: 0.6, mirror_every: 3, bounds_loss: 0.4, action_bound: 0.05, ..PpoCfg::default() }
}

/// All tiles of a rollout in an order that is not theirs.
pub fn mixed_tiles(rollout: &Rollout) -> Vec<u32> {
    let mut tiles: Vec<u32> = (0..rollout.tiles() as u32).collect();
    SplitMix::new(4).shuffle(&mut tiles);
    tiles
}

/// Mean reward before and after `updates` updates on a problem of one tick: the action must be (x, -y / 2) of the
/// observation (x, y), the reward is minus the squared distance.
pub fn learn_to_point(backend: Box<dyn Gradient>, updates: usize) -> (f64, f64) {
    let cfg = NetworkCfg { actor: vec![16], critic: vec![16], init_std: 0.5, ..NetworkCfg::default() };
    let mut policy = ActorCritic::new(&cfg, 2, 2, 1);
    let cfg = PpoCfg { entropy: 0.0, epochs: 4, minibatches: 2, learning_rate: 3e-3, ..PpoCfg::default() };
    let mut ppo = Ppo::new(cfg, &policy, backend, 2);
    let mut random = SplitMix::new(3);
    let mut history = Vec::new();
    for _ in 0..updates {
        let mut rollout = made_up_rollout(&policy, 8, 4, random.bits());
        let mut sum = 0.0;
        for tile in 0..rollout.tiles() {
            let (obs, action) = (&rollout.obs[tile * 2..][..2], &rollout.actions[tile * 2..][..2]);
            let errors = (action[0] - obs[0], action[1] + obs[1] * Wide::splat(0.5));
            rollout.reward[tile] = -(errors.0.sq() + errors.1.sq());
            rollout.terminated[tile] = Wide::splat(1.0);
            sum += rollout.reward[tile].sum() as f64;
        }
        history.push(sum / rollout.samples() as f64);
        gae(&mut rollout, 0.99, 0.95);
        ppo.update(&mut policy, &rollout).unwrap();
    }
    (history[0], history[history.len() - 1])
}

/// Mean squared distance after learning to point where observations come in units and around a middle that no network
/// likes, and rewards are large.
pub fn learn_to_point_far_away(backend: Box<dyn Gradient>, normalise: bool) -> f64 {
    let cfg = NetworkCfg {
        actor: vec![16],
        critic: vec![16],
        init_std: 0.5,
        normalise_observations: normalise,
        normalise_values: normalise,
        ..NetworkCfg::default()
    };
    let mut policy = ActorCritic::new(&cfg, 2, 2, 1);
    let cfg = PpoCfg { entropy: 0.0, epochs: 4, minibatches: 2, learning_rate: 3e-3, ..PpoCfg::default() };
    let mut ppo = Ppo::new(cfg, &policy, backend, 2);
    let (mut random, mut work) = (SplitMix::new(3), Activations::new(&policy, 1));
    let mut last = 0.0;
    for _ in 0..60 {
        let mut rollout = Rollout::new(8, 4, 2, 2);
        let spread = Gaussian::new(policy.log_std());
        let mut sum = 0.0;
        for tile in 0..rollout.tiles() {
            let mut draw = || Wide::from_fn(|_| random.normal() as f32);
            let (place, noise) = ([draw(), draw()], [draw(), draw()]);
            let obs =
                [place[0].mul_add(Wide::splat(300.0), Wide::splat(2000.0)), place[1] * Wide::splat(0.05)];
            rollout.obs[2 * tile..][..2].copy_from_slice(&obs);
            let means = policy.act(&obs, 1, &mut work).to_vec();
            let actions = [0, 1].map(|j| noise[j].mul_add(Wide::splat(spread.std[j]), means[j]));
            rollout.means[2 * tile..][..2].copy_from_slice(&means);
            rollout.actions[2 * tile..][..2].copy_from_slice(&actions);
            rollout.log_prob[tile] = spread.log_prob(&actions, &means);
            rollout.value[tile] = policy.value(&obs, 1, &mut work)[0];
            let distance = (actions[0] - place[0]).sq() + (actions[1] + place[1] * Wide::splat(0.5)).sq();
            rollout.reward[tile] = distance * Wide::splat(-100.0);
            rollout.terminated[tile] = Wide::splat(1.0);
            sum += f64::from(distance.sum());
        }
        last = sum / rollout.samples() as f64;
        gae(&mut rollout, 0.99, 0.95);
        let lesson = prepare(&mut rollout, &policy, None);
        ppo.update(&mut policy, &rollout).unwrap();
        lesson.learn(&mut policy);
    }
    last
}

/// Value loss and mean squared distance after learning to point where each reward contains luck (variance 9), which
/// the critic sees if it is told. One tick per episode.
pub fn learn_under_luck(backend: Box<dyn Gradient>, told: bool) -> (f64, f64) {
    let cfg = NetworkCfg { actor: vec![16], critic: vec![16], init_std: 0.5, ..NetworkCfg::default() };
    let mut policy = ActorCritic::for_sizes(&cfg, [2, 3, 2], 1);
    let cfg = PpoCfg { entropy: 0.0, epochs: 4, learning_rate: 3e-3, clip_value: false, ..PpoCfg::default() };
    let mut ppo = Ppo::new(cfg, &policy, backend, 2);
    let mut random = SplitMix::new(3);
    let mut work = Activations::new(&policy, 1);
    let mut last = (0.0, 0.0);
    for _ in 0..60 {
        let mut rollout = made_up_rollout(&policy, 4, 2, random.bits());
        let mut sum = 0.0;
        for tile in 0..rollout.tiles() {
            let (obs, action) = (&rollout.obs[tile * 2..][..2], &rollout.actions[tile * 2..][..2]);
            let distance = (action[0] - obs[0]).sq() + (action[1] + obs[1] * Wide::splat(0.5)).sq();
            let seen = &mut rollout.critic_obs[tile * 3..][..3];
            seen[..2].copy_from_slice(obs);
            rollout.reward[tile] = seen[2] * Wide::splat(3.0) - distance;
            if !told {
                seen[2] = Wide::zero();
            }
            rollout.value[tile] = policy.value(seen, 1, &mut work)[0];
            rollout.terminated[tile] = Wide::splat(1.0);
            sum += distance.sum() as f64;
        }
        gae(&mut rollout, 0.99, 0.95);
        last = (ppo.update(&mut policy, &rollout).unwrap().value_loss, sum / rollout.samples() as f64);
    }
    last
}

/// Mean squared error of recalling, after learning it, a cue of ± 1 that is seen in the first of five ticks and asked for in
/// the last one.
#[cfg(feature = "torch")]
pub fn learn_to_recall(backend: Box<dyn Gradient>, remembers: bool) -> f64 {
    const TICKS: usize = 5;
    let memory = remembers.then_some(MemoryKind::Gru);
    let cfg = NetworkCfg {
        actor: vec![16],
        critic: vec![16],
        init_std: 0.4,
        memory,
        hidden: 16,
        ..NetworkCfg::default()
    };
    // what is seen: the cue in the first tick, and how late it is
    let mut policy = ActorCritic::new(&cfg, 2, 1, 1);
    let cfg = PpoCfg { entropy: 0.0, epochs: 4, minibatches: 2, learning_rate: 3e-3, ..PpoCfg::default() };
    let mut ppo = Ppo::new(cfg, &policy, backend, 2);
    let (mut random, mut work) = (SplitMix::new(3), Activations::new(&policy, 1));
    let mut last = 0.0;
    for _ in 0..120 {
        let mut rollout = Rollout::new(8, TICKS, 2, 1).with_memory(policy.memory_sizes());
        let spread = Gaussian::new(policy.log_std());
        let mut error = 0.0;
        for block in 0..8 {
            let mut states = policy.memory_sizes().map(|size| vec![Wide::zero(); size]);
            let cue = Wide::from_fn(|_| if random.uniform() < 0.5 { -1.0 } else { 1.0 });
            for t in 0..TICKS {
                let tile = rollout.tile(block, t);
                let obs = [if t == 0 { cue } else { Wide::zero() }, Wide::splat(t as f32 * 0.25)];
                rollout.obs[2 * tile..][..2].copy_from_slice(&obs);
                let mean = policy.act_on(&obs, 1, &mut states[0], &mut work)[0];
                let noise = Wide::from_fn(|_| random.normal() as f32) * Wide::splat(spread.std[0]);
                (rollout.means[tile], rollout.actions[tile]) = (mean, mean + noise);
                rollout.log_prob[tile] = spread.log_prob(&[mean + noise], &[mean]);
                rollout.value[tile] = policy.value_on(&obs, 1, &mut states[1], &mut work)[0];
                if t + 1 == TICKS {
                    rollout.reward[tile] = -(mean + noise - cue).sq();
                    rollout.terminated[tile] = Wide::splat(1.0);
                    error += f64::from((mean - cue).sq().sum());
                }
            }
        }
        gae(&mut rollout, 0.99, 0.95);
        ppo.update(&mut policy, &rollout).unwrap();
        last = error / (8.0 * Wide::LANES as f64);
    }
    last
}

/// The loss of a minibatch in f64, straight from its definition. The mirror loss compares with the actions of `still`.
pub fn plain_loss(policy: &ActorCritic, still: &ActorCritic, batch: &Minibatch<'_>, cfg: &PpoCfg) -> f64 {
    let (rollout, count) = (batch.rollout, policy.num_actions());
    let mut work = Activations::new(policy, 1);
    let mut sum = 0.0;
    // tiles of policies with memory come block by block in the order of time
    let mut states = [vec![], vec![]];
    for tile in batch.tiles.iter().map(|t| *t as usize) {
        if tile.is_multiple_of(rollout.horizon) {
            let held = |all: &[Wide], size: usize| all[tile / rollout.horizon * size..][..size].to_vec();
            let sizes = policy.memory_sizes();
            states = [held(&rollout.actor_memory, sizes[0]), held(&rollout.critic_memory, sizes[1])];
        }
        let obs = &rollout.obs[tile * rollout.num_obs..][..rollout.num_obs];
        let means = policy.act_on(obs, 1, &mut states[0], &mut work).to_vec();
        let (seen, num_seen) = rollout.seen_by_critic();
        let (mut mirrored, mut wanted) = (vec![], vec![]);
        if cfg.mirror_loss > 0.0 {
            let obs = &rollout.mirror_obs[tile * rollout.num_obs..][..rollout.num_obs];
            mirrored = policy.act(obs, 1, &mut work).to_vec();
            wanted =
                still.act(&rollout.obs[tile * rollout.num_obs..][..rollout.num_obs], 1, &mut work).to_vec();
        }
        let seen = &seen[tile * num_seen..][..num_seen];
        let value = policy.value_on(seen, 1, &mut states[1], &mut work)[0];
        let goes_on = Wide::splat(1.0) - rollout.terminated[tile].max(rollout.timed_out[tile]);
        states.iter_mut().flatten().for_each(|state| *state *= goes_on);
        for lane in 0..16 {
            let at = |v: Wide| v.lanes()[lane] as f64;
            let mut log_prob = 0.0;
            for j in 0..count {
                let log_std = policy.log_std()[j] as f64;
                let z = (at(rollout.actions[tile * count + j]) - at(means[j])) / log_std.exp();
                log_prob -= 0.5 * z * z + log_std + 0.5 * std::f64::consts::TAU.ln();
            }
            let ratio = (log_prob - at(rollout.log_prob[tile])).exp();
            let a = at(rollout.advantage[tile]);
            let surrogate = -(ratio * a).min(ratio.clamp(1.0 - cfg.clip, 1.0 + cfg.clip) * a);
            let (v, old, target) = (at(value), at(rollout.value[tile]), at(rollout.returns[tile]));
            let held = old + (v - old).clamp(-cfg.clip, cfg.clip);
            let value_loss = (v - target).powi(2).max((held - target).powi(2));
            let beyond = |m: &Wide| (at(*m).abs() - cfg.action_bound).max(0.0).powi(2);
            let bounds = cfg.bounds_loss * means.iter().map(beyond).sum::<f64>();
            let apart = mirrored
                .iter()
                .zip(&rollout.mirror_actions)
                .map(|(m, (from, sign))| (at(*m) - at(wanted[*from]) * f64::from(*sign)).powi(2));
            let mirror = cfg.mirror_loss * f64::from(cfg.mirror_share(tile as u32)) * apart.sum::<f64>()
                / count as f64;
            let loss = surrogate + cfg.value_coef * value_loss + bounds + mirror;
            sum += at(rollout.sample_weight[tile]) * loss;
        }
    }
    let entropy: f64 =
        policy.log_std().iter().map(|s| *s as f64 + 0.5 * (1.0 + std::f64::consts::TAU.ln())).sum();
    sum / batch.weight - cfg.entropy * entropy
}
