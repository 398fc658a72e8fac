use super::testing::{bits, block, plan, tick};
use super::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::robot::Twist;
use crate::task;

#[test]
fn a_robot_that_is_told_its_nominal_pose_stands() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::PLAY);
    for _ in 0..100 {
        tick(&mut b, &plan, 0.0);
        reset(&mut b, &plan);
    }
    let (_, measured) = tracking(&b, 0);
    assert_eq!(b.episodes.failed, 0.0);
    assert!(measured.iter().all(|v| v.abs() < 0.05), "{measured:?}");
    let s = b.sim.state();
    let weight: f32 = s.contact_force.iter().map(|f| f[0].lanes()[0]).sum();
    assert!((weight / (plan.robot.mass() as f32 * 9.81) - 1.0).abs() < 0.05, "{weight} N");
    assert!(b.track.contact.iter().all(|c| c.lanes()[0] == 1.0));
}

#[test]
fn time_out_is_not_failure_and_failure_is_not_time_out() {
    let plan = plan(&[("env.terminations.time_out.secs", "0.2")]);
    let mut b = block(&plan, Mode { stagger: false, pushes: false, start_strength: 0.0, ..Mode::TRAIN });
    for _ in 0..10 {
        tick(&mut b, &plan, 0.0);
    }
    assert_eq!((b.timed_out.sum(), b.terminated.sum()), (16.0, 0.0));
    reset(&mut b, &plan);
    assert_eq!((b.episodes.ended, b.episodes.failed, b.episodes.ticks), (16.0, 0.0, 160.0));

    // a robot thrown on its back fails, even in the tick in which its time is up
    b.sim.push(3, Twist { linear: [0.0; 3], angular: [60.0, 0.0, 0.0] });
    for _ in 0..10 {
        tick(&mut b, &plan, 0.0);
        if b.terminated.lanes()[3] > 0.0 {
            break;
        }
    }
    assert_eq!(b.terminated.lanes()[3], 1.0, "it did not fall");
    assert_eq!(b.timed_out.lanes()[3], 0.0);
    assert_eq!(b.reward.lanes()[3], 0.0);
}

#[test]
fn a_new_episode_remembers_nothing_and_differs_from_the_last() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::TRAIN);
    for _ in 0..20 {
        tick(&mut b, &plan, 0.3);
        reset(&mut b, &plan);
    }
    let before = b.sim.state().joint_pos[4].lanes()[5];
    b.ask_reset(5);
    reset(&mut b, &plan);
    let t = &b.track;
    assert!(t.action.iter().chain(&t.last_action).chain(&t.joint_vel).all(|v| v.lanes()[5] == 0.0));
    assert_eq!((t.ticks.lanes()[5], t.push_ticks.lanes()[5], t.episode_return.lanes()[5]), (0.0, 0.0, 0.0));
    assert!(t.ticks.lanes()[6] > 0.0, "the neighbour goes on");
    assert_ne!(b.sim.state().joint_pos[4].lanes()[5], before);
    assert!(b.sim.state().contact_force.iter().all(|f| f[0].lanes()[5] == 0.0));
}

#[test]
fn a_non_finite_environment_ends_is_counted_and_harms_no_other() {
    let plan = plan(&[]);
    let (mut sick, mut well) = (block(&plan, Mode::TRAIN), block(&plan, Mode::TRAIN));
    sick.sim.push(2, Twist { linear: [f32::NAN, 0.0, 0.0], angular: [0.0; 3] });
    for b in [&mut sick, &mut well] {
        tick(b, &plan, 0.1);
    }
    assert_eq!((sick.terminated.lanes()[2], sick.episodes.invalid), (1.0, 1.0));
    assert_eq!(well.episodes.invalid, 0.0);
    assert!(
        sick.reward.lanes().iter().all(|r| r.is_finite())
            && sick.episodes.terms.iter().all(|r| r.is_finite())
    );
    for b in [&mut sick, &mut well] {
        reset(b, &plan);
        for _ in 0..5 {
            tick(b, &plan, 0.1);
            reset(b, &plan);
        }
    }
    for lane in (0..WIDTH).filter(|l| *l != 2) {
        let pos =
            |b: &Block| b.sim.state().joint_pos.iter().map(|q| q.lanes()[lane].to_bits()).collect::<Vec<_>>();
        assert_eq!(pos(&sick), pos(&well), "lane {lane}");
    }
    assert!(sick.sim.state().valid.lanes()[2] == 1.0, "it began again");
}

#[test]
fn a_restored_block_goes_on_with_the_same_bits() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::TRAIN);
    let mut obs = vec![Wide::zero(); plan.num_obs()];
    let run = |b: &mut Block, obs: &mut [Wide]| {
        for i in 0..30 {
            observe(b, &plan, obs);
            tick(b, &plan, 0.2 * (i % 3) as f32);
            reset(b, &plan);
        }
    };
    run(&mut b, &mut obs);
    let mut saved = vec![];
    b.snapshot(&mut saved);
    run(&mut b, &mut obs);
    let expected = (bits(&b), obs[0].lanes()[0].to_bits());

    let mut again = block(&plan, Mode::TRAIN);
    assert_eq!(again.restore(&saved), Some(saved.len()));
    assert_eq!(again.restore(&saved[..saved.len() - 1]), None);
    let mut again = block(&plan, Mode::TRAIN);
    again.restore(&saved).unwrap();
    run(&mut again, &mut obs);
    assert_eq!(expected, (bits(&again), obs[0].lanes()[0].to_bits()));
}

#[test]
fn noise_has_the_size_that_was_written() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::TRAIN);
    let (mut noisy, mut clean) = (vec![Wide::zero(); 48], vec![Wide::zero(); 48]);
    let mut largest = [0f32; 48];
    for _ in 0..200 {
        observe(&mut b, &plan, &mut noisy);
        observe_clean(&mut b, &plan, &mut clean);
        for (l, (n, c)) in largest.iter_mut().zip(noisy.iter().zip(&clean)) {
            *l = n.lanes().iter().zip(c.lanes()).fold(*l, |m, (a, b)| m.max((a - b).abs()));
        }
    }
    for o in &plan.observations {
        let reach = o.noise * o.scale;
        for i in o.slice.clone() {
            assert!(
                largest[i] <= reach * 1.001 && largest[i] >= reach * 0.95,
                "{} {i}: {}",
                o.key,
                largest[i]
            );
        }
    }
}

#[test]
fn pushes_come_when_they_are_due() {
    let plan = plan(&[("env.events.push.interval_secs", "0.1"), ("env.events.push.speed", "2.0")]);
    let mut b = block(&plan, Mode { stagger: false, start_strength: 0.0, ..Mode::TRAIN });
    let speed =
        |b: &Block| b.sim.state().base_lin_vel_w.x.lanes().iter().map(|v| v.abs()).sum::<f32>() / 16.0;
    for _ in 0..5 {
        tick(&mut b, &plan, 0.0);
    }
    let before = speed(&b);
    command(&mut b, &plan);
    assert!(speed(&b) > before + 0.5, "{} after {before}", speed(&b));
    assert!(b.track.push_ticks.lanes().iter().all(|t| *t == 0.0));
}

#[test]
fn models_are_drawn_from_their_ranges() {
    let plan = plan(&[]);
    let fall = |mode: &Mode| {
        let mut b = block(&plan, mode.clone());
        for _ in 0..50 {
            tick(&mut b, &plan, 0.0);
        }
        b.sim.state().base_pos_w.z.lanes().to_vec()
    };
    let same = fall(&Mode { start_strength: 0.0, ..Mode::PLAY });
    assert!(same.iter().all(|z| *z == same[0]));
    let drawn = fall(&Mode { start_strength: 0.0, randomise: true, ..Mode::PLAY });
    assert!(drawn.iter().any(|z| (z - drawn[0]).abs() > 1e-4), "{drawn:?}");
}

#[test]
fn robots_start_on_their_tiles_above_the_ground_and_new_ground_begins_new_episodes() {
    let bumps = task::compile(task::open("a1_bumps", &[]).unwrap()).unwrap();
    let terrain = bumps.env.terrain.clone().unwrap();
    let mut b = block(&bumps, Mode { start_strength: 0.0, ..Mode::TRAIN });
    let starts: Vec<_> = (0..WIDTH)
        .map(|l| {
            let p = b.sim.state().base_pos_w;
            [p.x.lanes()[l], p.y.lanes()[l], p.z.lanes()[l]]
        })
        .collect();
    for (lane, [x, y, z]) in starts.iter().enumerate() {
        assert_eq!(terrain.tile_at([*x, *y]), [terrain.start_level(lane as u64), 0]);
        assert!(z - bumps.terrain.height(*x, *y) >= 0.33 - 1e-4);
    }
    for _ in 0..50 {
        tick(&mut b, &bumps, 0.0);
    }
    let view = crate::mdp::TickView::new(b.sim.state(), b.command, &b.track);
    assert!(view.base_height().lanes().iter().all(|h| (0.2..0.4).contains(h)), "{:?}", view.base_height());

    let flat = plan(&[]);
    b.set_terrain(&flat);
    tick(&mut b, &flat, 0.0);
    reset(&mut b, &flat);
    for _ in 0..50 {
        tick(&mut b, &flat, 0.0);
    }
    assert!(b.sim.state().foot_ground_w.iter().all(|g| g.lanes().iter().all(|h| *h == 0.0)));
}

fn watched(plan: &Plan, mode: Mode, slack: usize) -> Block {
    let mut b = block(plan, mode);
    b.witness = Some(Box::new(Witness::new(plan, slack)));
    b
}

#[test]
fn watching_and_driving_another_lane_change_no_bit() {
    let plan = plan(&[]);
    let run = |prepare: &dyn Fn(&mut Block)| {
        let mut b = block(&plan, Mode::TRAIN);
        prepare(&mut b);
        for i in 0..60 {
            tick(&mut b, &plan, 0.5 * (i % 3) as f32);
            reset(&mut b, &plan);
        }
        b
    };
    let plain = bits(&run(&|_| {}));
    assert_eq!(bits(&run(&|b| b.witness = Some(Box::new(Witness::new(&plan, 4))))), plain);
    let mut driven = run(&|b| b.drive(&plan, 5, Some([0.7, 0.1, -0.2])));
    assert_eq!(driven.command.map(|c| c.lanes()[5]), [0.7, 0.1, -0.2], "kept over resets");
    assert_eq!(driven.weight.lanes()[5], 0.0);
    let lanes = |b: &Block| {
        let s = b.sim.state();
        (0..WIDTH)
            .map(|l| s.joint_pos.iter().map(|q| q.lanes()[l].to_bits()).collect())
            .collect::<Vec<Vec<_>>>()
    };
    let (a, b) = (lanes(&run(&|_| {})), lanes(&driven));
    assert!((0..WIDTH).filter(|l| *l != 5).all(|l| a[l] == b[l]));
    driven.drive(&plan, 5, None);
    assert_eq!(driven.weight.lanes()[5], 1.0);
    assert_ne!(driven.command.map(|c| c.lanes()[5]), [0.7, 0.1, -0.2]);
}

#[test]
fn no_time_out_takes_a_robot_from_its_driver() {
    let plan = plan(&[("env.terminations.time_out.secs", "0.2")]);
    let mut b = block(&plan, Mode { stagger: false, ..Mode::PLAY });
    b.mode.time_outs = true;
    b.drive(&plan, 5, Some([0.0; 3]));
    let [others, driven] = [b.episode[4], b.episode[5]];
    for _ in 0..30 {
        tick(&mut b, &plan, 0.0);
        assert_eq!(b.timed_out.lanes()[5], 0.0);
        reset(&mut b, &plan);
    }
    assert_eq!(b.episode[5], driven);
    assert!(b.episode[4] > others, "the others start anew");
}

#[test]
fn a_witness_knows_what_ended_an_episode_what_it_cost_and_where_the_robot_was() {
    let plan = plan(&[("env.terminations.time_out.secs", "1.0")]);
    let mut b = watched(&plan, Mode { stagger: false, pushes: false, start_strength: 0.0, ..Mode::TRAIN }, 8);
    for i in 0..50 {
        if i == 10 {
            b.sim.push(3, Twist { linear: [0.0; 3], angular: [60.0, 0.0, 0.0] });
        }
        tick(&mut b, &plan, 0.0);
        let before = b.sim.state().base_pos_w.z.lanes()[3];
        reset(&mut b, &plan);
        let w = b.witness.as_ref().unwrap();
        if let Some(e) = w.ended.iter().find(|e| e.lane == 3 && e.failed && e.ticks == i + 1) {
            let key = &plan.terminations[e.termination.unwrap() as usize].key;
            assert!(["contact", "tilt", "base_height", "joint_speed"].contains(&key.as_str()), "{key}");
            let postures = w.postures(e);
            assert_eq!(postures.len(), i as usize + 1);
            assert_eq!(postures[i as usize].pos_w[2], before);
            assert!((postures[0].pos_w[2] - 0.33).abs() < 0.05);
        }
    }
    let w = b.witness.as_ref().unwrap();
    let failed: Vec<_> = w.ended.iter().filter(|e| e.failed).map(|e| e.lane).collect();
    assert!(!failed.is_empty() && failed.iter().all(|l| *l == 3), "{failed:?}");
    let in_time: Vec<_> = w.ended.iter().filter(|e| !e.failed).collect();
    assert_eq!(in_time.len(), WIDTH - 1);
    assert!(
        in_time.iter().all(|e| plan.terminations[e.termination.unwrap() as usize].time_out && e.ticks == 50)
    );
    assert!(in_time.iter().all(|e| w.postures(e).len() == 50));
    assert!(w.scores.iter().all(|s| s.is_finite()) && w.scores[0] > w.scores[3], "{:?}", w.scores);
    // lanes that stood: their cost is that of a term that punishes
    assert!(in_time.iter().all(|e| plan.rewards[e.costliest as usize].weight < 0.0));
}

#[test]
fn what_somebody_asks_to_begin_anew_is_cut_off_and_not_failed() {
    let plan = plan(&[]);
    let mut b = block(&plan, Mode::TRAIN);
    b.ask_reset(4);
    tick(&mut b, &plan, 0.0);
    assert_eq!((b.timed_out.lanes()[4], b.terminated.lanes()[4]), (1.0, 0.0));
    reset(&mut b, &plan);
    assert_eq!(b.track.ticks.lanes()[4], 0.0);
}

#[test]
fn models_are_drawn_again_with_the_same_random_numbers() {
    let (plan, stiff) = (plan(&[]), plan(&[("env.events.model.kp", "[1.4, 1.5]")]));
    let mode = Mode { start_strength: 0.0, ..Mode::TRAIN };
    let run = |b: &mut Block, plan: &Plan| {
        (0..5).for_each(|_| tick(b, plan, 0.3));
        b.sim.state().joint_torque[1].lanes().to_vec()
    };
    let mut turned = block(&plan, mode.clone());
    turned.redraw_models(&stiff);
    let expected = run(&mut block(&stiff, mode.clone()), &stiff);
    assert_eq!(run(&mut turned, &stiff), expected);
    assert_ne!(run(&mut block(&plan, mode), &plan), expected);
}
