use super::super::native::NativeGradient;
use super::super::toy;
use super::*;

/// A back end with a known answer.
struct Fake {
    kl: f64,
    slope: f32,
}
impl Gradient for Fake {
    fn minibatch(
        &mut self,
        _: &ActorCritic,
        _: &Minibatch<'_>,
        _: &PpoCfg,
        g: &mut [f32],
    ) -> Result<GradientStats, DeviceLost> {
        g.fill(self.slope);
        Ok(GradientStats { kl: self.kl, ..GradientStats::default() })
    }
}

fn one_step(kl: f64, slope: f32, cfg: PpoCfg) -> (ActorCritic, ActorCritic, UpdateStats) {
    let (mut policy, rollout, _) = toy::disturbed(2, 3);
    let before = policy.clone();
    let cfg = PpoCfg { epochs: 1, minibatches: 1, ..cfg };
    let stats =
        Ppo::new(cfg, &policy, Box::new(Fake { kl, slope }), 1).update(&mut policy, &rollout).unwrap();
    (before, policy, stats)
}

#[test]
fn the_learning_rate_follows_the_divergence_before_the_step() {
    let (before, after, stats) = one_step(0.021, 1.0, PpoCfg::default());
    assert_eq!(stats.learning_rate, 1e-3 / 1.5);
    // Adam's first step has the length of the learning rate
    assert!((before.params[0] - after.params[0] - 1e-3 / 1.5).abs() < 1e-7);
    assert_eq!(one_step(0.004, 1.0, PpoCfg::default()).2.learning_rate, 1.5e-3);
    assert_eq!(one_step(0.01, 1.0, PpoCfg::default()).2.learning_rate, 1e-3);
    assert_eq!(one_step(0.0, 1.0, PpoCfg::default()).2.learning_rate, 1e-3);
    let fixed = PpoCfg { schedule: Schedule::Fixed, ..PpoCfg::default() };
    assert_eq!(one_step(0.5, 1.0, fixed).2.learning_rate, 1e-3);
    let narrow = PpoCfg { max_learning_rate: 1.2e-3, min_learning_rate: 0.9e-3, ..PpoCfg::default() };
    assert_eq!(one_step(0.5, 1.0, narrow.clone()).2.learning_rate, 0.9e-3);
    assert_eq!(one_step(0.001, 1.0, narrow).2.learning_rate, 1.2e-3);
}

#[test]
fn a_linear_schedule_follows_the_iterations_and_nothing_else() {
    let cfg = PpoCfg { schedule: Schedule::Linear, decay_iterations: 100, ..PpoCfg::default() };
    assert_eq!(one_step(0.5, 1.0, cfg.clone()).2.learning_rate, 1e-3);
    let rates = [0, 50, 100, 900].map(|i| cfg.linear_rate(i));
    assert_eq!(rates, [1e-3, 1e-5 + 0.5 * (1e-3 - 1e-5), 1e-5, 1e-5]);
}

#[test]
fn a_learning_rate_written_by_hand_takes_effect_at_once() {
    let (mut policy, rollout, _) = toy::disturbed(2, 3);
    let cfg = PpoCfg { epochs: 1, minibatches: 1, ..PpoCfg::default() };
    let mut ppo = Ppo::new(cfg, &policy, Box::new(Fake { kl: 0.5, slope: 1.0 }), 1);
    ppo.update(&mut policy, &rollout).unwrap();
    ppo.cfg.learning_rate = 5e-3;
    assert_eq!(ppo.update(&mut policy, &rollout).unwrap().learning_rate, 5e-3);
    assert_eq!(ppo.update(&mut policy, &rollout).unwrap().learning_rate, 5e-3 / 1.5);
}

#[test]
fn the_spread_has_a_floor_and_a_bad_gradient_is_skipped() {
    let (_, after, _) = one_step(0.01, 1.0, PpoCfg { min_std: 2.0, ..PpoCfg::default() });
    assert!(after.log_std().iter().all(|s| *s == 2.0f32.ln()));
    let (before, after, stats) = one_step(0.01, f32::NAN, PpoCfg::default());
    assert_eq!((stats.skipped, before), (1, after));
}

#[test]
fn a_resumed_learner_continues_with_the_same_bits() {
    let (start, rollout, _) = toy::disturbed(4, 6);
    let new = |policy: &ActorCritic, seed| {
        Ppo::new(PpoCfg::default(), policy, Box::new(NativeGradient::new()), seed)
    };
    let mut straight = start.clone();
    let mut ppo = new(&straight, 1);
    ppo.update(&mut straight, &rollout).unwrap();
    let mut checkpoint = Checkpoint::default();
    straight.to_checkpoint(&mut checkpoint);
    ppo.save_state(&mut checkpoint);
    let expected = ppo.update(&mut straight, &rollout).unwrap();

    let mut resumed = ActorCritic::from_checkpoint(&checkpoint, [13, 0, 3]).unwrap();
    let mut ppo = new(&resumed, 99);
    ppo.load_state(&checkpoint).unwrap();
    assert_eq!(ppo.update(&mut resumed, &rollout).unwrap(), expected);
    assert_eq!(resumed, straight);
    checkpoint.tensors.remove("adam.second");
    assert!(ppo.load_state(&checkpoint).unwrap_err().to_string().contains("adam.second: missing"));
}
