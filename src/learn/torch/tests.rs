use super::super::native::NativeGradient;
use super::super::{Ppo, gae, toy};
use super::objective::LN_TAU;
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
    let a = NativeGradient::new().minibatch(&policy, &batch, cfg, &mut ours).unwrap();
    let b = other.minibatch(&policy, &batch, cfg, &mut theirs).unwrap();
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
fn the_gradient_through_time_is_the_derivative_of_the_loss_of_what_the_native_passes_did() {
    let (policy, rollout, old_log_std) = toy::disturbed_remembering(4, 6);
    let tiles: Vec<u32> = [2u32, 0, 3].iter().flat_map(|b| (0..6).map(move |t| b * 6 + t)).collect();
    let batch = Minibatch::new(&rollout, &tiles, &old_log_std);
    let cfg = PpoCfg::default();
    let mut gradient = vec![0.0; policy.num_params()];
    let stats = torch(2).minibatch(&policy, &batch, &cfg, &mut gradient).unwrap();
    let loss = stats.surrogate + cfg.value_coef * stats.value_loss - cfg.entropy * stats.entropy;
    let plain = toy::plain_loss(&policy, &policy, &batch, &cfg);
    assert!((loss - plain).abs() < 1e-5 * plain.abs(), "{loss}, expected {plain}");
    let (mut wrong, mut length) = (0.0, 0.0);
    for i in (0..policy.num_params()).step_by(3) {
        let moved = |step: f32| {
            let mut p = policy.clone();
            p.params[i] += step;
            toy::plain_loss(&p, &policy, &batch, &cfg)
        };
        let step = 1.0 / 1024.0;
        let want = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
        wrong += (f64::from(gradient[i]) - want).powi(2);
        length += want * want;
    }
    // finite differences cross the kinks of both clips, so not exact
    assert!(wrong.sqrt() < 2e-2 * length.sqrt(), "{} of {}", wrong.sqrt(), length.sqrt());
}

#[test]
fn a_memory_learns_to_recall_a_cue_and_a_policy_without_one_cannot() {
    let with = toy::learn_to_recall(Box::new(torch(2)), true);
    let without = toy::learn_to_recall(Box::new(torch(2)), false);
    // a cue of ± 1 that is guessed costs 1
    assert!(with < 0.35, "{with}");
    assert!(without > 0.9, "{without}");
}

#[test]
fn what_libtorch_refuses_is_an_error_of_one_line() {
    let t = |x: &[f32]| Tensor::from_slice(x);
    let why = caught(|| t(&[1.0, 2.0]).dot(&t(&[1.0, 2.0, 3.0]))).unwrap_err().0;
    assert!(why.contains("same number of elements"), "{why}");
    assert!(!why.contains("\\n") && !why.contains("Exception raised") && why.len() < 300, "{why}");
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
            let stats = Ppo::new(PpoCfg::default(), &policy, Box::new(torch(3)), 1)
                .update(&mut policy, &rollout)
                .unwrap();
            (policy, stats)
        })
    };
    let one = learn(1);
    assert!(one.1.grad_norm > 0.0);
    assert_eq!(one, learn(2));
}

/// On the processor, but as on a GPU.
fn whole() -> TorchGradient {
    TorchGradient { whole: true, ..torch(1) }
}

fn whole_update(other: TorchGradient, cfg: &PpoCfg) {
    let (start, mut rollout, _) = toy::disturbed_mirrored(5, 7);
    gae(&mut rollout, 0.99, 0.95);
    // one sample is left out
    rollout.sample_weight[3] = Wide::from_fn(|lane| if lane == 5 { 0.0 } else { 1.0 });
    let learn = |backend: Box<dyn Gradient>| {
        let mut policy = start.clone();
        let mut ppo = Ppo::new(cfg.clone(), &policy, backend, 1);
        let stats = [0, 1].map(|_| ppo.update(&mut policy, &rollout).unwrap());
        let mut state = crate::nn::Checkpoint::default();
        ppo.save_state(&mut state);
        (policy, stats, state)
    };
    let (ours, a, state) = learn(Box::new(NativeGradient::new()));
    let (theirs, b, other_state) = learn(Box::new(other));
    let length = |p: &[f32], q: &[f32]| p.iter().zip(q).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt();
    let moved = length(&ours.params, &start.params);
    let apart = length(&ours.params, &theirs.params);
    assert!(moved > 0.03 && apart < 2e-3 * moved, "moved {moved}, apart {apart}");
    for (a, b) in a.iter().zip(&b) {
        assert!((a.learning_rate - b.learning_rate).abs() < 1e-9 && a.skipped == b.skipped, "{a:?}, {b:?}");
        for (x, y) in [
            (a.kl, b.kl),
            (a.surrogate, b.surrogate),
            (a.value_loss, b.value_loss),
            (a.entropy, b.entropy),
            (a.clip_fraction, b.clip_fraction),
            (a.mirror_loss, b.mirror_loss),
            (a.bounds_loss, b.bounds_loss),
            (a.grad_norm, b.grad_norm),
        ] {
            assert!((x - y).abs() < 5e-3 * y.abs().max(1e-2), "{a:?}, {b:?}");
        }
    }
    // steps and the order of samples
    let numbers = |c: &crate::nn::Checkpoint| c.integers("ppo.state", 4).unwrap()[..2].to_vec();
    assert_eq!(numbers(&state), numbers(&other_state));
}

#[test]
fn an_update_that_stays_on_the_device_makes_the_steps_that_ppo_makes() {
    for cfg in [
        PpoCfg::default(),
        toy::losses(),
        PpoCfg { schedule: super::super::Schedule::Fixed, ..PpoCfg::default() },
    ] {
        whole_update(whole(), &cfg);
        if let Some(gpu) = gpu() {
            whole_update(gpu, &cfg);
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_changes_nothing_on_the_device() {
    let (start, mut rollout, _) = toy::disturbed(5, 7);
    gae(&mut rollout, 0.99, 0.95);
    rollout.returns[0] = Wide::splat(f32::NAN);
    let mut policy = start.clone();
    let cfg = PpoCfg { epochs: 1, minibatches: 1, ..PpoCfg::default() };
    let stats = Ppo::new(cfg, &policy, Box::new(whole()), 1).update(&mut policy, &rollout).unwrap();
    assert!(stats.skipped == 1 && policy == start);
}

#[test]
fn networks_on_the_device_say_what_the_native_ones_say() {
    for (policy, rollout, _) in [toy::disturbed(3, 4), toy::disturbed_apart(3, 4, 19)] {
        let mut backends = vec![whole()];
        backends.extend(gpu());
        for mut backend in backends {
            let networks = backend.networks(&policy, &rollout).unwrap().unwrap();
            let (no, nc, na) = (rollout.num_obs, rollout.num_critic_obs, rollout.num_actions);
            let (obs, critic_obs, _) = networks.memory();
            obs.copy_from_slice(&rollout.obs[..3 * no]);
            critic_obs.copy_from_slice(&rollout.critic_obs[..3 * nc]);
            networks.forward().unwrap();
            let said = networks.memory().2;
            let mut work = crate::nn::Activations::new(&policy, 3);
            let seen = if nc == 0 { &rollout.obs[..3 * no] } else { &rollout.critic_obs[..3 * nc] };
            let values = policy.value(seen, 3, &mut work).to_vec();
            let means = policy.act(&rollout.obs[..3 * no], 3, &mut work);
            for block in 0..3 {
                let want = means[block * na..][..na].iter().chain(&values[block..=block]);
                for (x, y) in said[block * (na + 1)..][..na + 1].iter().zip(want) {
                    assert!((0..16).all(|l| (x.lanes()[l] - y.lanes()[l]).abs() < 2e-3 * y.lanes()[l].abs().max(1.0)));
                }
            }
        }
    }
}
