//! What is drawn for a robot and what is done to it, against hand-worked physics or a statistic.
use super::testing::{CALM, block, plan, still, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::Quantity;
use crate::task;

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
