//! Numbers that stop being finite are found at once, named, and kept from the learner.
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::task;

fn plan() -> Plan {
    task::compile(task::open("a1_flat", &[]).unwrap()).unwrap()
}

fn run(plan: &Plan, ticks: usize) -> (Block, Vec<Wide>) {
    let mut b = blocks(plan, WIDTH, 7, &Mode { stagger: false, ..Mode::TRAIN }).remove(0);
    let mut obs = vec![Wide::zero(); plan.num_obs()];
    for t in 0..ticks {
        command(&mut b, plan);
        observe(&mut b, plan, &mut obs);
        step(&mut b, plan, &[Wide::splat(0.2); 12]);
        judge(&mut b, plan);
        if t + 1 < ticks {
            reset(&mut b, plan);
        }
    }
    (b, obs)
}

/// NaN in lane 3 from the fifth tick on.
fn spoil(ticks: Wide, value: Wide) -> Wide {
    let late = |l: usize| l == 3 && ticks.lanes()[l] > 4.0;
    Wide::from_fn(|l| if late(l) { f32::NAN } else { value.lanes()[l] })
}

#[test]
fn a_reward_term_that_is_no_number_is_named_and_ends_its_environment() {
    let mut plan = plan();
    let at = plan.rewards.iter().position(|r| r.key == "torques").unwrap();
    plan.rewards[at].reward = Box::new(|t| spoil(t.track.ticks, Wide::splat(1.0)));
    let (mut b, _) = run(&plan, 5);
    let seen = b.troubles.take();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!((seen[0].source, seen[0].lane, seen[0].env, seen[0].ticks), (Source::Reward(at), 3, 3, 5));
    let text = seen[0].text(&plan);
    assert!(text.contains("`torques` became NaN in environment 3, 5 ticks after"), "{text}");
    assert_eq!((b.terminated.lanes()[3], b.reward.lanes()[3], b.episodes.invalid), (1.0, 0.0, 1.0));
    assert!(b.reward.lanes().iter().all(|r| r.is_finite()));
    assert!(b.episodes.terms.iter().all(|t| t.is_finite()));
    assert_eq!(b.terminated.lanes()[4], 0.0);
    assert!(b.troubles.take().is_empty());
}

#[test]
fn an_infinite_reward_is_found_where_negative_sums_are_cut_off() {
    let mut plan = plan();
    assert!(plan.env.clip_negative_sum);
    plan.rewards[0].per_tick = 3e38;
    plan.rewards[0].reward = Box::new(|t| spoil(t.track.ticks, Wide::zero()).max(Wide::splat(-9.0)));
    let (mut b, _) = run(&plan, 5);
    assert!(b.troubles.take().iter().any(|t| t.source == Source::Reward(0) && t.value == f32::NEG_INFINITY));
}

#[test]
fn an_observation_that_is_no_number_is_named_and_never_reaches_the_policy() {
    let mut plan = plan();
    plan.observations[2].observe.write = Box::new(|t, out| {
        out.fill(Wide::splat(0.5));
        out[1] = spoil(t.track.ticks, out[1]);
    });
    let (mut b, obs) = run(&plan, 6);
    assert!(obs.iter().all(|v| v.lanes().iter().all(|x| x.is_finite())));
    let seen = b.troubles.take();
    assert_eq!((seen[0].source, seen[0].lane), (Source::Observation(2), 3));
    assert!(seen[0].text(&plan).contains("`projected_gravity` became NaN"), "{}", seen[0].text(&plan));
    assert_eq!((b.terminated.lanes()[3], b.terminated.lanes()[2]), (1.0, 0.0));
}
