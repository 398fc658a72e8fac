//! What is between policy and robot — delays, smoothing, random torques — against hand-worked physics or a statistic.
use super::testing::{CALM, bits, block, plan, still, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::Quantity;
use rayon::prelude::*;

fn joints(b: &Block) -> Vec<u32> {
    b.sim.state().joint_pos.iter().flat_map(|q| q.lanes().to_vec()).map(f32::to_bits).collect()
}

/// Everything at once.
fn everything() -> Plan {
    plan(&[
        ("env.events.model.restitution", "(0.0, 0.3)"),
        ("env.events.model.base_com_x", "(-0.02, 0.03)"),
        ("env.events.model.link_mass", "(0.9, 1.1)"),
        ("env.events.model.armature", "(0.0, 0.01)"),
        ("env.events.model.joint_kp", "(0.9, 1.1)"),
        ("env.events.model.strength", "(0.9, 1.1)"),
        ("env.events.model.target_strength", "(0.9, 1.1)"),
        ("env.events.model.zero_offset", "(-0.02, 0.02)"),
        ("env.events.model.gravity_xy", "(-0.5, 0.5)"),
        ("env.events.model.redraw", "episode"),
        ("env.events.start.tilt", "0.1"),
        ("env.events.start.joint_vel", "1.0"),
        ("env.events.push.interval_secs", "0.3"),
        ("env.events.push.timing", "together"),
        ("env.events.wrench", "(force: 20.0, torque: 2.0, interval_secs: 0.4, duration_secs: 0.2)"),
        ("env.actions.beta", "0.8"),
        ("env.actions.delay", "(secs: (0.0, 0.03), resample_secs: 0.3)"),
        ("env.actions.torque_noise", "(share: 0.05, bias: 0.02)"),
        ("env.sensors.delay", "(secs: (0.0, 0.06), resample_secs: 0.2)"),
        ("env.sensors.bias", "{\"projected_gravity\": 0.05, \"joint_pos\": 0.01}"),
        ("env.physics.motors", "(corner: 0.4, no_load: 1.0)"),
    ])
}

fn run(b: &mut Block, plan: &Plan, ticks: usize) -> Vec<Wide> {
    let mut obs = vec![Wide::zero(); plan.num_obs()];
    for i in 0..ticks {
        command(b, plan);
        observe(b, plan, &mut obs);
        step(b, plan, &vec![Wide::splat(0.4 * (i % 3) as f32); plan.num_actions()]);
        judge(b, plan);
        reset(b, plan);
    }
    obs
}

#[test]
fn everything_at_once_is_restored_bit_for_bit_and_does_not_depend_on_threads() {
    let plan = everything();
    let mut b = block(&plan, Mode::TRAIN);
    run(&mut b, &plan, 33);
    let mut saved = vec![];
    b.snapshot(&mut saved);
    let told = run(&mut b, &plan, 40);
    let mut again = block(&plan, Mode::TRAIN);
    assert_eq!(again.restore(&saved), Some(saved.len()));
    let told_again = run(&mut again, &plan, 40);
    assert_eq!(bits(&again), bits(&b));
    let numbers =
        |obs: &[Wide]| obs.iter().flat_map(|v| v.lanes().to_vec()).map(f32::to_bits).collect::<Vec<_>>();
    assert_eq!(numbers(&told), numbers(&told_again));
    assert_eq!(block(&plan, Mode::TRAIN).restore(&saved[..saved.len() - 1]), None);

    let threads = |n: usize| -> Vec<u32> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        let mut all = blocks(&plan, 5 * WIDTH, 3, &Mode::TRAIN);
        pool.install(|| all.par_iter_mut().with_max_len(1).for_each(|b| drop(run(b, &plan, 25))));
        all.iter().flat_map(bits).collect()
    };
    assert_eq!(threads(1), threads(4));
}

#[test]
fn a_lane_does_not_feel_that_its_neighbour_begins_anew() {
    let plan = everything();
    let [mut a, mut b] = [(); 2].map(|()| block(&plan, Mode::TRAIN));
    for t in 0..30 {
        if t == 9 {
            b.ask_reset(5);
        }
        run(&mut a, &plan, 1);
        run(&mut b, &plan, 1);
    }
    let lane = |b: &Block, l: usize| b.sim.state().joint_pos.iter().map(|q| q.lanes()[l]).collect::<Vec<_>>();
    assert!((0..WIDTH).filter(|l| *l != 5).all(|l| lane(&a, l) == lane(&b, l)));
    assert_ne!(lane(&a, 5), lane(&b, 5));
}

#[test]
fn a_delayed_action_is_felt_that_many_physics_steps_later() {
    // with one physics step per tick, a tick is a step
    let one = ("env.physics.substeps", "1");
    for (secs, steps) in [("0.0", 0), ("0.005", 1), ("0.015", 3), ("0.04", 8)] {
        let delay = format!("({secs}, {secs})");
        let plan = still(&[one, ("env.actions.delay.secs", &delay)]);
        let mut b = block(&plan, CALM);
        (0..20).for_each(|_| tick(&mut b, &plan, 0.0));
        let [mut late, mut never] = [(); 2].map(|()| {
            let (mut copy, mut data) = (block(&plan, CALM), vec![]);
            b.snapshot(&mut data);
            copy.restore(&data).unwrap();
            copy
        });
        let mut felt = None;
        for t in 0..12 {
            tick(&mut late, &plan, 1.0);
            tick(&mut never, &plan, 0.0);
            let torque = |b: &Block| b.sim.state().joint_torque[1].lanes()[4];
            if torque(&late) != torque(&never) {
                felt = felt.or(Some(t));
            }
        }
        assert_eq!(felt, Some(steps), "{secs} s");
        assert_eq!(late.track.drawn.of(Quantity::ActionDelay)[0].lanes()[3], steps as f32);
    }
}

#[test]
fn a_delay_of_two_physics_steps_changes_targets_in_the_middle_of_a_tick() {
    // four ticks of one step with a delay of two ticks are one tick of four steps with a delay of two steps
    let delay = ("env.actions.delay.secs", "(0.01, 0.01)");
    let (whole, fine) = (still(&[delay]), still(&[delay, ("env.physics.substeps", "1")]));
    let (mut a, mut b) = (block(&whole, CALM), block(&fine, CALM));
    for t in 0..10 {
        let action = 0.5 * (t % 3) as f32;
        tick(&mut a, &whole, action);
        (0..4).for_each(|_| tick(&mut b, &fine, action));
        assert_eq!(joints(&a), joints(&b), "tick {t}");
    }
}

#[test]
fn a_new_episode_knows_no_action_of_the_last_one() {
    let plan =
        still(&[("env.actions.delay.secs", "(0.06, 0.06)"), ("env.sensors.delay.secs", "(0.06, 0.06)")]);
    let (mut used, mut new) = (block(&plan, CALM), block(&plan, CALM));
    run(&mut used, &plan, 20);
    used.ask_reset(5);
    reset(&mut used, &plan);
    new.ask_reset(5);
    reset(&mut new, &plan);
    for _ in 0..5 {
        let (a, b) = (run(&mut used, &plan, 1), run(&mut new, &plan, 1));
        let lane = |b: &Block| b.sim.state().joint_pos.iter().map(|q| q.lanes()[5]).collect::<Vec<_>>();
        assert_eq!(lane(&used), lane(&new));
        assert!(a.iter().zip(&b).all(|(a, b)| a.lanes()[5] == b.lanes()[5]));
    }
}

#[test]
fn late_measurements_are_those_of_that_many_ticks_ago_and_commands_are_not_late() {
    let (plain, late) = (still(&[]), still(&[("env.sensors.delay.secs", "(0.04, 0.04)")]));
    let (mut a, mut b) = (block(&plain, CALM), block(&late, CALM));
    let mut seen = vec![];
    for t in 0..12 {
        let (mut now, mut told, mut peeked) =
            (vec![Wide::zero(); 48], vec![Wide::zero(); 48], vec![Wide::zero(); 48]);
        let c = t as f32 / 10.0;
        a.set_command(2, [c, 0.0, 0.0]);
        b.set_command(2, [c, 0.0, 0.0]);
        observe(&mut a, &plain, &mut now);
        observe_clean(&mut b, &late, &mut peeked);
        observe(&mut b, &late, &mut told);
        // who looks twice sees the same
        let mut twice = told.clone();
        observe(&mut b, &late, &mut twice);
        let at = |row: &[Wide], i: usize| row[i].lanes()[2];
        seen.push(now.clone());
        let old = &seen[t.max(2) - 2];
        for i in 0..48 {
            let command_or_action = (9..12).contains(&i) || i >= 36;
            let expected = if command_or_action { at(&now, i) } else { at(old, i) };
            assert_eq!(at(&told, i), expected, "tick {t}, number {i}");
            assert_eq!([at(&twice, i), at(&peeked, i)], [expected; 2], "tick {t}, number {i}");
        }
        tick(&mut a, &plain, 0.3 * (t % 4) as f32);
        tick(&mut b, &late, 0.3 * (t % 4) as f32);
    }
}

#[test]
fn delays_are_drawn_again_when_it_is_time() {
    let plan = plan(&[("env.sensors.delay", "(secs: (0.0, 0.2), resample_secs: 0.1)")]);
    let mut b = block(&plan, Mode { stagger: false, ..Mode::TRAIN });
    let delays = |b: &Block| b.track.drawn.of(Quantity::SensorDelay)[0].lanes().to_vec();
    let first = delays(&b);
    run(&mut b, &plan, 5);
    assert_eq!(delays(&b), first);
    run(&mut b, &plan, 1);
    assert_ne!(delays(&b), first);
    assert!(delays(&b).iter().all(|d| (0.0..=10.0).contains(d) && d.fract() == 0.0));
}

#[test]
fn smoothed_actions_approach_a_step_by_beta() {
    let plan = still(&[("env.actions.beta", "0.25")]);
    let mut b = block(&plan, CALM);
    for t in 1..=5 {
        tick(&mut b, &plan, 1.0);
        let expected = 1.0 - 0.75f32.powi(t);
        assert!((b.track.action[3].lanes()[0] - expected).abs() < 1e-6, "tick {t}");
        let target = plan.actions.nominal[3] + 0.25 * expected;
        assert!((b.targets[3].lanes()[0] - target).abs() < 1e-6);
    }
}

#[test]
fn random_torques_have_mean_zero_and_keep_their_bound() {
    let no_gains = [("env.events.model.kp", "(0.0, 0.0)"), ("env.events.model.kd", "(0.0, 0.0)")];
    let torques = |noise: &str, ticks: usize| -> Vec<Vec<f32>> {
        let plan = still(&[&no_gains[..], &[("env.actions.torque_noise", noise)]].concat());
        let mut b = block(&plan, Mode { noise: true, ..CALM });
        let one = |b: &mut Block| {
            tick(b, &plan, 0.0);
            b.sim.state().joint_torque.iter().flat_map(|t| t.lanes().to_vec()).collect()
        };
        (0..ticks).map(|_| one(&mut b)).collect()
    };
    let limit = 0.05 * still(&[]).wiring.effort[0];
    let all = torques("(share: 0.05)", 60).concat();
    let n = all.len() as f32;
    let (mean, largest) = (all.iter().sum::<f32>() / n, all.iter().fold(0.0f32, |m, t| m.max(t.abs())));
    let spread = (all.iter().map(|t| t * t).sum::<f32>() / n).sqrt();
    assert!(largest <= limit && largest > 0.98 * limit, "{largest} of {limit}");
    assert!(mean.abs() < 4.0 * limit / (3.0 * n).sqrt(), "{mean}");
    assert!((spread / limit * 3.0f32.sqrt() - 1.0).abs() < 0.03, "{spread}");
    let stays = torques("(share: 0.0, bias: 0.05)", 3);
    assert!(stays[0] == stays[1] && stays[1] == stays[2] && stays[0][0] != stays[0][40]);
    let normal = torques("(share: 0.05, normal: true, every: \"tick\")", 40).concat();
    let spread = (normal.iter().map(|t| t * t).sum::<f32>() / normal.len() as f32).sqrt();
    assert!((spread / limit - 1.0).abs() < 0.04, "{spread} of {limit}");
}

#[test]
fn torques_of_every_tick_hold_through_it_and_those_of_every_step_do_not() {
    let sent = |every: &str| {
        let noise = format!("(share: 0.05, every: {every:?})");
        let plan = still(&[("env.actions.torque_noise", &noise)]);
        let mut b = block(&plan, Mode { noise: true, ..CALM });
        tick(&mut b, &plan, 0.0);
        b.wiring.torques.chunks(12).map(|row| row[3].lanes()[3]).collect::<Vec<_>>()
    };
    let (tick, step) = (sent("tick"), sent("substep"));
    assert!(tick.len() == 4 && tick.iter().all(|t| *t == tick[0]));
    assert!(step.windows(2).all(|w| w[0] != w[1]));
}
