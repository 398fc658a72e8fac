//! Every randomisation between policy and robot, and of the robot itself, against hand-worked physics or a statistic.
use super::testing::{bits, block, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::Quantity;
use crate::task;
use rayon::prelude::*;

fn plan(overrides: &[(&str, &str)]) -> Plan {
    let owned: Vec<_> = overrides.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    task::compile(task::open("a1_flat", &owned).unwrap()).unwrap_or_else(|e| panic!("{e}"))
}

/// a1_flat as written, all of whose own ranges are switched off.
fn still(overrides: &[(&str, &str)]) -> Plan {
    let off = [
        ("env.events.model.friction", "(1.0, 1.0)"),
        ("env.events.model.base_mass", "(0.0, 0.0)"),
        ("env.events.model.kp", "(1.0, 1.0)"),
        ("env.events.model.kd", "(1.0, 1.0)"),
        ("env.events.model.joint_damping", "(0.0, 0.0)"),
        ("env.events.model.joint_friction", "(0.0, 0.0)"),
    ];
    plan(&[&off[..], overrides].concat())
}

/// Draws, but nothing else that is random.
const CALM: Mode = Mode { randomise: true, start_strength: 0.0, ..Mode::PLAY };

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

#[test]
fn a_biased_gravity_is_a_steady_acceleration() {
    let plan = still(&[
        ("env.events.model.gravity_xy", "(0.5, 0.5)"),
        ("env.events.model.gravity_z", "(-0.3, -0.3)"),
        ("env.events.start.height", "30.0"),
    ]);
    let mut b = block(&plan, CALM);
    (0..10).for_each(|_| tick(&mut b, &plan, 0.0));
    let v = b.sim.state().base_lin_vel_w;
    let v = [v.x, v.y, v.z].map(|v| v.lanes()[6]);
    for (v, g) in v.iter().zip([0.5, 0.5, -9.81 - 0.3]) {
        assert!((v - g * 0.2).abs() < 2e-3, "{v} m/s after 0.2 s of {g} m/s²");
    }
}

/// Sum of the contact forces and the joint positions of a robot that stands.
fn stands(plan: &Plan) -> (f32, Vec<f32>) {
    let mut b = block(plan, CALM);
    (0..150).for_each(|_| tick(&mut b, plan, 0.0));
    let s = b.sim.state();
    let weight = s.contact_force.iter().map(|f| f[0].lanes()[2]).sum();
    (weight, s.joint_pos.iter().map(|q| q.lanes()[2]).collect())
}

#[test]
fn added_mass_is_in_the_standing_force() {
    let mass = still(&[]).robot.mass() as f32;
    let (plain, _) = stands(&still(&[]));
    assert!((plain - mass * 9.81).abs() < 0.5, "{plain} N");
    let (heavy, _) = stands(&still(&[("env.events.model.base_mass", "(3.0, 3.0)")]));
    assert!((heavy - (mass + 3.0) * 9.81).abs() < 0.5, "{heavy} N");
    let base = still(&[]).robot.links[0].mass as f32;
    let (legs, _) = stands(&still(&[("env.events.model.link_mass", "(1.2, 1.2)")]));
    assert!((legs - (mass + 0.2 * (mass - base)) * 9.81).abs() < 0.5, "{legs} N");
}

#[test]
fn a_zero_offset_shifts_the_standing_pose_and_the_encoder_does_not_see_it() {
    let (_, plain) = stands(&still(&[]));
    let zero = ("env.events.model.zero_offset", "(0.05, 0.05)");
    let plan = still(&[zero]);
    let mut b = block(&plan, CALM);
    (0..150).for_each(|_| tick(&mut b, &plan, 0.0));
    let now: Vec<f32> = b.sim.state().joint_pos.iter().map(|q| q.lanes()[2]).collect();
    // feet that stick and weight that shifts share it out among the joints
    let shift = now.iter().zip(&plain).map(|(a, b)| a - b).sum::<f32>() / 12.0;
    assert!((0.03..0.12).contains(&shift), "{shift} rad: {now:?} {plain:?}");
    // without load every joint is off by just that
    let flying = still(&[zero, ("env.events.start.height", "100.0"), ("env.physics.gravity", "0.0")]);
    let mut free = block(&flying, CALM);
    (0..150).for_each(|_| tick(&mut free, &flying, 0.0));
    for (q, nominal) in free.sim.state().joint_pos.iter().zip(&flying.actions.nominal) {
        // dry friction holds a little of it
        assert!((q.lanes()[2] - nominal - 0.05).abs() < 0.012, "{} {nominal}", q.lanes()[2]);
    }
    let mut obs = vec![Wide::zero(); 48];
    observe(&mut b, &plan, &mut obs);
    for j in 0..12 {
        let read = now[j] - 0.05 - plan.actions.nominal[j];
        assert!((obs[12 + j].lanes()[2] - read).abs() < 1e-6);
    }
}

#[test]
fn a_weak_target_moves_less_from_the_nominal_pose() {
    let plan = still(&[("env.events.model.target_strength", "(0.8, 0.8)")]);
    let mut b = block(&plan, CALM);
    tick(&mut b, &plan, 1.0);
    let (asked, sent) = (b.targets[3].lanes()[1], b.wiring.sent[3].lanes()[1]);
    let nominal = plan.actions.nominal[3];
    assert!(((sent - nominal) - 0.8 * (asked - nominal)).abs() < 1e-6);
}

#[test]
fn biases_of_sensors_stay_for_an_episode_and_keep_their_bound() {
    let (plain, plan) = (still(&[]), still(&[("env.sensors.bias", "{\"projected_gravity\": 0.05}")]));
    let (mut a, mut b) = (block(&plain, CALM), block(&plan, CALM));
    let mut off = |b: &mut Block| -> Vec<f32> {
        let (mut told, mut truth) = (vec![Wide::zero(); 48], vec![Wide::zero(); 48]);
        observe(b, &plan, &mut told);
        observe(&mut a, &plain, &mut truth);
        assert!(told[..6].iter().zip(&truth).all(|(x, y)| x.lanes() == y.lanes()));
        (0..3).map(|k| told[6 + k].lanes()[4] - truth[6 + k].lanes()[4]).collect()
    };
    let first = off(&mut b);
    assert!(first.iter().all(|x| x.abs() <= 0.0501 && *x != 0.0), "{first:?}");
    let drawn: Vec<f32> = b.track.drawn.of(Quantity::SensorBias).iter().map(|v| v.lanes()[4]).collect();
    assert!(first.iter().zip(&drawn).all(|(a, b)| (a - b).abs() < 1e-5));
    b.ask_reset(4);
    reset(&mut b, &plan);
    assert_ne!(off(&mut b), first);
}

#[test]
fn pushes_come_all_at_once_or_each_in_its_own_time_and_may_be_of_one_strength() {
    let when = |timing: &str| {
        let plan = still(&[
            ("env.events.push.interval_secs", "0.4"),
            ("env.events.push.speed", "0.5"),
            ("env.events.push.timing", timing),
        ]);
        let mut b = block(&plan, Mode { pushes: true, stagger: true, ..CALM });
        let mut times = vec![vec![]; WIDTH];
        for t in 0..60 {
            command(&mut b, &plan);
            for (lane, list) in times.iter_mut().enumerate() {
                if t > 0 && b.track.push_ticks.lanes()[lane] == 0.0 {
                    list.push(t);
                }
            }
            step(&mut b, &plan, &[Wide::zero(); 12]);
        }
        times
    };
    let together = when("together");
    assert!(together.iter().all(|t| *t == [20, 40]), "{together:?}");
    let own = when("independent");
    assert!(own.iter().all(|t| t.windows(2).all(|w| w[1] - w[0] == 20)), "{own:?}");
    assert!(own.iter().any(|t| t[0] != own[0][0]));

    let plan = still(&[
        ("env.events.push.interval_secs", "0.02"),
        ("env.events.push.speed", "0.5"),
        ("env.events.push.exact", "true"),
    ]);
    let mut b = block(&plan, Mode { pushes: true, ..CALM });
    step(&mut b, &plan, &[Wide::zero(); 12]);
    let speed = |b: &Block| {
        let v = b.sim.state().base_lin_vel_w;
        [v.x.lanes().to_vec(), v.y.lanes().to_vec()]
    };
    let before = speed(&b);
    command(&mut b, &plan);
    let after = speed(&b);
    for lane in 0..WIDTH {
        let [dx, dy] = [0, 1].map(|k| after[k][lane] - before[k][lane]);
        assert!((dx.hypot(dy) - 0.5).abs() < 1e-4);
    }
}

#[test]
fn wrenches_begin_and_end_and_keep_their_bounds() {
    let plan =
        still(&[("env.events.wrench", "(force: 20.0, torque: 2.0, interval_secs: 0.4, duration_secs: 0.1)")]);
    let mut b = block(&plan, Mode { pushes: true, ..CALM });
    let mut pulled = vec![0; WIDTH];
    for _ in 0..100 {
        tick(&mut b, &plan, 0.0);
        let w = b.track.drawn.of(Quantity::ExternalWrench);
        for (lane, n) in pulled.iter_mut().enumerate() {
            let at = |k: usize| w[k].lanes()[lane].abs();
            assert!((0..3).all(|k| at(k) <= 20.0 && at(3 + k) <= 2.0));
            *n += usize::from(at(0) > 0.0);
        }
    }
    // five ticks of twenty
    assert!(pulled.iter().all(|n| (20..=30).contains(n)), "{pulled:?}");
    let mut quiet = block(&plan, CALM);
    (0..50).for_each(|_| tick(&mut quiet, &plan, 0.0));
    assert!(!quiet.track.drawn.any(Quantity::ExternalWrench));
}

#[test]
fn a_critic_may_be_told_what_was_drawn() {
    let path = crate::config::root().join("configs/tasks/a1_flat.ron");
    let text = std::fs::read_to_string(path).unwrap();
    let one = "(scale: 1.0, noise: 0.0)";
    let more = format!(
        "\"last_action\": {one}, \"friction\": {one}, \"mass_offset\": {one}, \"motor_strength\": {one},"
    );
    let text = text.replace("\"last_action\": (scale: 1.0, noise: 0.0),", &more);
    let doc = crate::config::Document::from_text(&text, "t.ron").unwrap();
    let plan = task::compile(doc).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(plan.num_obs(), 48 + 14);
    let mut b = block(&plan, Mode::TRAIN);
    let mut obs = vec![Wide::zero(); plan.num_obs()];
    observe(&mut b, &plan, &mut obs);
    let friction = obs[48].lanes().to_vec();
    assert!(friction.iter().all(|f| (0.5..=1.25).contains(f)) && friction[0] != friction[1]);
    assert!(obs[49].lanes().iter().all(|m| (-1.0..=1.0).contains(m)));
    assert!(obs[50..].iter().all(|s| s.lanes().iter().all(|s| *s == 1.0)));
    let mut written = block(&plan, Mode::PLAY);
    observe(&mut written, &plan, &mut obs);
    assert!(obs[48].lanes().iter().all(|f| *f == 1.0));
}

#[test]
fn models_are_drawn_anew_with_every_episode_where_a_task_says_so() {
    for (redraw, changes) in [("once", false), ("episode", true)] {
        let plan = plan(&[("env.events.model.redraw", redraw)]);
        let mut b = block(&plan, Mode::TRAIN);
        let friction = |b: &Block| b.track.drawn.of(Quantity::Friction)[0].lanes().to_vec();
        let before = friction(&b);
        b.ask_reset(3);
        reset(&mut b, &plan);
        assert_eq!(friction(&b)[3] != before[3], changes);
        assert_eq!(friction(&b)[4], before[4]);
    }
}
