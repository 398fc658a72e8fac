//! What a block remembers for its policy.
use super::testing::{block, plan, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::task::testing;

/// Joint positions of the last three ticks, with noise; and of the last two without, for the critic.
const HISTORY: &str = r#"history: 3, critic_extra: {"joints": (term: "joint_pos", scale: 1.0, history: 2)},"#;

#[test]
fn a_history_holds_what_was_told_noise_and_all_and_begins_anew_with_each_episode() {
    let short = [(
        "\"base_lin_vel\": (scale: 2.0, noise: 0.1)",
        "\"base_lin_vel\": (scale: 2.0, noise: 0.1, history: 1)",
    )];
    let plan = testing::a1_plan_with(HISTORY, &short).unwrap();
    assert_eq!(plan.sizes(), [3 + 3 * 45, 3 + 3 * 45 + 24, 12]);
    let joints = plan.observations.iter().find(|o| o.key == "joint_pos").unwrap().slice.clone();
    assert_eq!(joints.len(), 36);
    let critic = plan.critic_observations.last().unwrap().slice.clone();
    let mut b = block(&plan, Mode::TRAIN);
    let (mut obs, mut seen) = (vec![Wide::zero(); plan.num_obs()], vec![Wide::zero(); plan.num_critic_obs()]);
    let mut clean = obs.clone();
    let mut told: Vec<Vec<Wide>> = vec![];
    for t in 0..12usize {
        if t == 6 {
            b.ask_reset(3);
            reset(&mut b, &plan);
        }
        observe_clean(&mut b, &plan, &mut clean);
        observe(&mut b, &plan, &mut obs);
        observe_for_critic(&mut b, &plan, &mut seen);
        told.push(obs[joints.end - 12..joints.end].to_vec());
        for lane in [3, 7] {
            let first = if t >= 6 && lane == 3 { 6 } else { 0 };
            let at = |v: &[Wide]| v.iter().map(|x| x.lanes()[lane]).collect::<Vec<_>>();
            for age in 0..3 {
                let wanted = at(&told[t.saturating_sub(age).max(first)]);
                let frame = joints.end - 12 * (age + 1);
                assert_eq!(at(&obs[frame..frame + 12]), wanted, "tick {t}, age {age}, lane {lane}");
                if age > 0 && t > first {
                    assert_eq!(at(&clean[frame..frame + 12]), wanted, "what is only looked at");
                }
            }
            // the truth of this tick, and of the last one
            assert_eq!(at(&seen[critic.end - 12..critic.end]), at(&clean[joints.end - 12..joints.end]));
            if t == first {
                assert_eq!(
                    at(&seen[critic.start..critic.start + 12]),
                    at(&seen[critic.end - 12..critic.end])
                );
            }
        }
        tick(&mut b, &plan, 0.3 * (t % 2) as f32);
    }
}

#[test]
fn a_history_is_part_of_a_block_s_snapshot() {
    let plan = testing::a1_plan_with(HISTORY, &[]).unwrap();
    let mut b = block(&plan, Mode::TRAIN);
    let (mut obs, mut seen) = (vec![Wide::zero(); plan.num_obs()], vec![Wide::zero(); plan.num_critic_obs()]);
    let mut run = |b: &mut Block| {
        for i in 0..8 {
            observe(b, &plan, &mut obs);
            observe_for_critic(b, &plan, &mut seen);
            tick(b, &plan, 0.2 * (i % 3) as f32);
            reset(b, &plan);
        }
        obs.iter().chain(&seen).flat_map(|w| w.lanes().iter().map(|x| x.to_bits())).collect::<Vec<_>>()
    };
    run(&mut b);
    let mut saved = vec![];
    b.snapshot(&mut saved);
    let wanted = run(&mut b);
    let mut again = block(&plan, Mode::TRAIN);
    assert_eq!(again.restore(&saved[..saved.len() - 1]), None);
    assert_eq!(again.restore(&saved), Some(saved.len()));
    assert_eq!(run(&mut again), wanted);
}

#[test]
fn a_memory_ends_exactly_with_its_episode_and_is_part_of_a_snapshot() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::TRAIN);
    b.make_memory([3, 2]);
    b.memory.iter_mut().flatten().for_each(|state| *state = Wide::splat(0.5));
    b.make_memory([3, 2]);
    b.ask_reset(4);
    reset(&mut b, &plan);
    for state in b.memory.iter().flatten() {
        for lane in 0..WIDTH {
            assert_eq!(state.lanes()[lane], if lane == 4 { 0.0 } else { 0.5 });
        }
    }
    let mut saved = vec![];
    b.snapshot(&mut saved);
    let mut again = block(&plan, Mode::TRAIN);
    again.make_memory([3, 2]);
    assert_eq!(again.restore(&saved), Some(saved.len()));
    assert_eq!(again.memory[1][1].lanes(), b.memory[1][1].lanes());
}
