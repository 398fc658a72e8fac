use super::super::toy;
use super::super::{Ppo, Rollout, gae};
use super::*;

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

#[test]
fn the_gradient_is_the_derivative_of_the_loss() {
    check_gradient(toy::disturbed(3, 7), PpoCfg::default(), 5e-3);
}

#[test]
fn it_is_so_too_for_a_critic_that_sees_something_else() {
    check_gradient(toy::disturbed_apart(3, 7, 19), PpoCfg::default(), 2e-2);
}

#[test]
fn it_is_so_too_with_the_mirror_loss_and_the_bounds_loss() {
    check_gradient(toy::disturbed_mirrored(3, 7), toy::losses(), 5e-3);
    check_gradient(toy::disturbed_mirrored(3, 7), PpoCfg { mirror_every: 1, ..toy::losses() }, 5e-3);
}

fn check_gradient((policy, rollout, old_log_std): (ActorCritic, Rollout, Vec<f32>), cfg: PpoCfg, kinks: f64) {
    let tiles = toy::mixed_tiles(&rollout);
    let batch = Minibatch::new(&rollout, &tiles, &old_log_std);
    let cfg = PpoCfg { value_coef: 0.7, ..cfg };
    let mut gradient = vec![0.0; policy.num_params()];
    let stats = NativeGradient::new().minibatch(&policy, &batch, &cfg, &mut gradient).unwrap();
    assert!(stats.clip_fraction > 0.05, "the clip is not tested: {stats:?}");
    let more = cfg.mirror_loss * stats.mirror_loss + cfg.bounds_loss * stats.bounds_loss;
    assert!(cfg.mirror_loss == 0.0 || stats.mirror_loss > 0.01 && stats.bounds_loss > 0.001, "{stats:?}");
    let loss = stats.surrogate + 0.7 * stats.value_loss - cfg.entropy * stats.entropy + more;
    let plain = toy::plain_loss(&policy, &policy, &batch, &cfg);
    assert!((loss - plain).abs() < 1e-5 * plain.abs(), "{loss}, expected {plain}");
    let moved = |i: usize, step: f32| {
        let mut p = policy.clone();
        p.params[i] += step;
        toy::plain_loss(&p, &policy, &batch, &cfg)
    };
    let (mut wrong, mut length) = (0.0, 0.0);
    for i in 0..policy.num_params() {
        let step = 1.0 / 1024.0;
        let want = (moved(i, step) - moved(i, -step)) / (2.0 * step as f64);
        wrong += (gradient[i] as f64 - want).powi(2);
        length += want * want;
        assert!((gradient[i] as f64 - want).abs() < 0.02, "parameter {i}: {}, expected {want}", gradient[i]);
    }
    // finite differences cross the kinks of both clips, so not exact
    assert!(wrong.sqrt() < kinks * length.sqrt(), "{} of {}", wrong.sqrt(), length.sqrt());
}

#[test]
fn one_two_and_five_threads_give_the_same_bits() {
    let learn = |threads: usize| {
        pool(threads).install(|| {
            let (mut policy, mut rollout, _) = toy::disturbed(9, 11);
            gae(&mut rollout, 0.99, 0.95);
            let mut ppo = Ppo::new(PpoCfg::default(), &policy, Box::new(NativeGradient::new()), 1);
            let stats = ppo.update(&mut policy, &rollout).unwrap();
            let bits: Vec<u32> = policy.params.iter().map(|p| p.to_bits()).collect();
            (bits, stats)
        })
    };
    let one = learn(1);
    assert!(one.1.skipped == 0 && one.1.grad_norm > 0.0);
    assert!(learn(2) == one, "two threads differ from one");
    assert!(learn(5) == one, "five threads differ from one");
}

#[test]
fn samples_without_weight_change_nothing() {
    let (policy, mut rollout, old_log_std) = toy::disturbed(2, 5);
    let tiles = toy::mixed_tiles(&rollout);
    let cfg = PpoCfg::default();
    let gradient = |rollout: &Rollout| {
        let mut g = vec![0.0; policy.num_params()];
        NativeGradient::new()
            .minibatch(&policy, &Minibatch::new(rollout, &tiles, &old_log_std), &cfg, &mut g)
            .unwrap();
        g
    };
    let before = gradient(&rollout);
    for (weight, advantage) in rollout.sample_weight.iter().zip(&mut rollout.advantage) {
        *advantage = Wide::select(weight.lt(Wide::splat(0.5)), Wide::splat(50.0), *advantage);
    }
    assert_eq!(before, gradient(&rollout));
    rollout.advantage[0] = Wide::splat(50.0);
    assert_ne!(before, gradient(&rollout));
}

#[test]
fn the_learner_solves_a_toy_problem() {
    let (before, after) = toy::learn_to_point(Box::new(NativeGradient::new()), 80);
    assert!(before < -1.2, "{before}");
    assert!(after > -0.25, "{before} to {after}");
}

#[test]
fn a_critic_that_sees_what_the_actor_cannot_explains_the_reward_by_it() {
    let told = toy::learn_under_luck(Box::new(NativeGradient::new()), true);
    let blind = toy::learn_under_luck(Box::new(NativeGradient::new()), false);
    // luck has a variance of 9: nobody who does not see it can do better
    assert!(blind.0 > 8.0 && told.0 < 0.9, "value losses: told {}, blind {}", told.0, blind.0);
    assert!(told.1 < 0.7 * blind.1, "distances: told {}, blind {}", told.1, blind.1);
}

#[test]
fn normalisation_makes_a_badly_scaled_problem_learnable() {
    let with = toy::learn_to_point_far_away(Box::new(NativeGradient::new()), true);
    let without = toy::learn_to_point_far_away(Box::new(NativeGradient::new()), false);
    assert!(with < 0.35 && with < 0.4 * without, "{with}, without {without}");
}
