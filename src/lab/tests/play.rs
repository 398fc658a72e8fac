//! Playing with a policy that does not learn.
use super::*;
use crate::lab::command::ShowOrder;
use crate::robot::link_poses;

fn shipped(ticks_per_update: u32) -> App {
    let mut app = lab(Path::new("/nonexistent"), ticks_per_update);
    send(&mut app, LabCommand::ChooseTask("a1_flat".into()));
    app.update();
    assert!(app.world().resource::<Lab>().notes.is_empty(), "{:?}", app.world().resource::<Lab>().notes);
    app
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn a_chosen_task_is_shown_with_its_policy_and_walks_where_it_is_told() {
    let mut app = shipped(10);
    assert_eq!(app.world().resource::<Lab>().task, "a1_flat");
    let before = base(&mut app, 0, 0);
    assert!(before[0].abs() < 0.05 && before[1].abs() < 0.05, "{before:?}");
    send(&mut app, LabCommand::SetCommand([0.8, 0.0, 0.0]));
    (0..10).for_each(|_| app.update());
    let t = telemetry(&mut app, 0);
    assert!(t.driven && app.world().resource::<Picked>().driven);
    assert_eq!(t.command, [0.8, 0.0, 0.0]);
    assert!(base(&mut app, 0, 0)[0] > before[0] + 0.5, "{:?}", base(&mut app, 0, 0));
    // given back, a single robot waits
    send(&mut app, LabCommand::GiveBack);
    app.update();
    assert_eq!(telemetry(&mut app, 0).command, [0.0; 3]);
    assert!(!app.world().resource::<Picked>().driven);
}

#[test]
fn telemetry_of_the_marked_robot_is_complete_and_agrees_with_itself() {
    let mut app = shipped(25);
    (0..3).for_each(|_| app.update());
    let (t, plan) = (telemetry(&mut app, 0), app.world().resource::<Lab>().plan.clone().unwrap());
    assert_eq!([t.joint_pos.len(), t.joint_vel.len(), t.joint_torque.len(), t.joint_target.len()], [12; 4]);
    assert_eq!((t.foot_force.len(), t.reward_terms.len()), (4, plan.rewards.len()));
    assert_eq!(t.point_pos_w.len(), plan.robot.points().count());
    let weight = plan.robot.mass() as f32 * 9.81;
    let carried: f32 = t.point_force_w.iter().map(|f| f[2]).sum();
    assert!((carried / weight - 1.0).abs() < 0.1, "{carried} N of {weight} N");
    let sum: f32 = t.reward_terms.iter().sum::<f32>().max(0.0);
    assert!((sum - t.reward).abs() < 1e-5, "{sum} {}", t.reward);
    // the centre of mass of a standing robot is above its feet
    let feet: Vec<_> = plan.robot.feet().iter().map(|&p| t.point_pos_w[p]).collect();
    let reach = |i: usize| feet.iter().fold([f32::MAX, f32::MIN], |r, f| [r[0].min(f[i]), r[1].max(f[i])]);
    assert!((0..2).all(|i| reach(i)[0] < t.com_w[i] && t.com_w[i] < reach(i)[1]), "{:?} {feet:?}", t.com_w);
    assert!(feet.iter().all(|f| f[2].abs() < 0.05));
}

#[test]
fn link_poses_from_a_posture_are_those_of_the_simulator() {
    use crate::env::{Mode, blocks};
    let plan = plan(&[]);
    let block = blocks(&plan, 16, 5, &Mode { stagger: false, ..Mode::TRAIN }).remove(0);
    for lane in 0..4 {
        let view = block.sim.state();
        let at = |v: &crate::lane::Wide| crate::lane::Lane::lanes(v)[lane];
        let posture = crate::robot::Posture {
            pos_w: [at(&view.base_pos_w.x), at(&view.base_pos_w.y), at(&view.base_pos_w.z)],
            quat: std::array::from_fn(|i| at(&view.base_quat[i])),
            joint_pos: view.joint_pos.iter().map(at).collect(),
        };
        let mut expected = vec![];
        block.sim.link_poses(lane, &mut expected);
        for (a, b) in link_poses(&plan.robot, &posture).iter().zip(&expected) {
            assert!((0..3).all(|i| (a.pos_w[i] - b.pos_w[i]).abs() < 1e-5), "{a:?} {b:?}");
            assert!((0..4).all(|i| (a.quat[i] - b.quat[i]).abs() < 1e-5), "{a:?} {b:?}");
        }
    }
}

#[test]
fn as_many_robots_as_asked_stand_on_a_grid_and_those_that_stay_go_on() {
    let mut app = shipped(1);
    send(&mut app, LabCommand::SetCommand([0.5, 0.0, 0.0]));
    (0..30).for_each(|_| app.update());
    let walked = base(&mut app, 0, 0);
    send(&mut app, LabCommand::ShowRobots { count: 40, order: ShowOrder::Best });
    app.update();
    let shown = frames(&mut app, 0);
    assert_eq!(shown.num_robots(), 40);
    assert_eq!(stage_of(&mut app, 0).unwrap().robots.len(), 40);
    let places: Vec<_> = shown.current.iter().skip(1).map(|l| l[0].pos_w).collect();
    for (i, a) in places.iter().enumerate() {
        assert!(places[..i].iter().all(|b| distance(*a, *b) > 1.4), "robot {i}");
    }
    send(&mut app, LabCommand::ShowRobots { count: 1, order: ShowOrder::Random });
    app.update();
    assert_eq!(frames(&mut app, 0).num_robots(), 1);
    assert!(walked[0] > 0.01);
    send(&mut app, LabCommand::ShowRobots { count: 1000, order: ShowOrder::Random });
    app.update();
    assert_eq!(frames(&mut app, 0).num_robots(), 256);
    assert_eq!(app.world().resource::<Lab>().notes.len(), 1);
}

#[test]
fn marks_pushes_and_resets_concern_the_marked_robot() {
    let mut app = shipped(1);
    send(&mut app, LabCommand::ShowRobots { count: 4, order: ShowOrder::Random });
    (0..20).for_each(|_| app.update());
    send(&mut app, LabCommand::NextRobot);
    send(&mut app, LabCommand::NextRobot);
    app.update();
    assert_eq!(*app.world().resource::<Picked>(), Picked { stage: 0, robot: 2, driven: false });
    assert_eq!(telemetry(&mut app, 0).env, stage_of(&mut app, 0).unwrap().robots[2].env);
    let before = telemetry(&mut app, 0).measured;
    send(&mut app, LabCommand::Push([0.0, 1.0]));
    app.update();
    assert!(telemetry(&mut app, 0).measured[1] > before[1] + 0.3);
    app.world_mut().resource_mut::<Viewer>().away = [-1.0, 0.0];
    let before = telemetry(&mut app, 0).measured;
    send(&mut app, LabCommand::PushAway);
    app.update();
    assert!(telemetry(&mut app, 0).measured[0] < before[0] - 0.3);
    send(&mut app, LabCommand::Pick { stage: 0, robot: 9 });
    send(&mut app, LabCommand::Pick { stage: 1, robot: 0 });
    app.update();
    assert_eq!(app.world().resource::<Picked>().robot, 2, "no such robot");
    (0..40).for_each(|_| app.update());
    send(&mut app, LabCommand::Reset);
    app.update();
    let start = base(&mut app, 0, 2);
    assert!(distance(start, [-0.8, 0.8, 0.0]) < 0.02, "{start:?}");
    send(&mut app, LabCommand::PushAll);
    let before: Vec<_> = (0..4).map(|r| base(&mut app, 0, r)).collect();
    (0..5).for_each(|_| app.update());
    for (r, b) in before.iter().enumerate() {
        assert!(distance(base(&mut app, 0, r), *b) > 0.03, "robot {r}");
    }
    send(&mut app, LabCommand::ResetAll);
    app.update();
    let places = [[0.8, 0.8], [0.8, -0.8], [-0.8, 0.8], [-0.8, -0.8]];
    for (r, [x, y]) in places.into_iter().enumerate() {
        assert!(distance(base(&mut app, 0, r), [x, y, 0.0]) < 0.02, "robot {r}");
    }
}

#[test]
fn a_dragged_robot_moves_as_long_as_it_is_held() {
    let mut app = shipped(1);
    (0..30).for_each(|_| app.update());
    let before = base(&mut app, 0, 0);
    send(&mut app, LabCommand::Drag { stage: 0, robot: 0, force_w: Some([0.0, 60.0, 0.0]) });
    (0..25).for_each(|_| app.update());
    let pulled = base(&mut app, 0, 0);
    assert!(pulled[1] > before[1] + 0.1, "{before:?} {pulled:?}");
    send(&mut app, LabCommand::Drag { stage: 0, robot: 0, force_w: None });
    (0..100).for_each(|_| app.update());
    let let_go = base(&mut app, 0, 0);
    (0..25).for_each(|_| app.update());
    assert!(distance(base(&mut app, 0, 0), let_go) < 0.05);
}

#[test]
fn a_held_command_outlasts_a_new_episode() {
    let mut app = shipped(1);
    send(&mut app, LabCommand::ShowRobots { count: 2, order: ShowOrder::Random });
    send(&mut app, LabCommand::SetCommand([0.3, 0.1, 0.2]));
    app.update();
    send(&mut app, LabCommand::ResetAll);
    app.update();
    assert_eq!(telemetry(&mut app, 0).command, [0.3, 0.1, 0.2]);
    send(&mut app, LabCommand::SetCommand([f32::NAN, 0.0, 0.0]));
    app.update();
    assert_eq!(telemetry(&mut app, 0).command, [0.3, 0.1, 0.2]);
    send(&mut app, LabCommand::Dismiss);
    app.update();
    assert!(!telemetry(&mut app, 0).driven);
}

#[test]
fn rewinding_shows_the_past_and_playing_on_returns_to_now() {
    let mut app = shipped(1);
    send(&mut app, LabCommand::SetCommand([0.8, 0.0, 0.0]));
    let mut path = vec![];
    for _ in 0..100 {
        app.update();
        path.push((telemetry(&mut app, 0).time_s, frames(&mut app, 0).current[0].clone()));
    }
    let (now, links_now) = path.last().cloned().unwrap();
    send(&mut app, LabCommand::Rewind(Some(1.0)));
    app.update();
    let (then, links_then) = &path[49];
    assert!((telemetry(&mut app, 0).time_s - then).abs() < 1e-6);
    let shown = frames(&mut app, 0).current[0].clone();
    assert!(shown.iter().zip(links_then).all(|(a, b)| distance(a.pos_w, b.pos_w) < 1e-5));
    assert!(distance(shown[0].pos_w, links_now[0].pos_w) > 0.2);
    (0..5).for_each(|_| app.update());
    assert_eq!(frames(&mut app, 0).current[0], shown, "the clock stands");
    assert!((app.world().resource::<timeline::Timeline>().now_s() - then).abs() < 1e-6);
    // further back than there is: the oldest
    send(&mut app, LabCommand::Rewind(Some(1e3)));
    app.update();
    assert!(telemetry(&mut app, 0).time_s <= path[1].0);
    send(&mut app, LabCommand::Rewind(None));
    app.update();
    assert_eq!(frames(&mut app, 0).current[0], links_now);
    send(&mut app, LabCommand::Rewind(Some(0.5)));
    app.update();
    send(&mut app, LabCommand::Pause(false));
    app.update();
    app.update();
    assert!(telemetry(&mut app, 0).time_s > now);
    assert!(app.world().resource::<timeline::Timeline>().rewind_s.is_none());
}

#[test]
fn command_scripts_are_followed_stopped_and_noted() {
    let mut app = shipped(5);
    send(&mut app, LabCommand::PlayCommands("scenes/commands/speed_steps.ron".into()));
    (0..24).for_each(|_| app.update());
    assert_eq!(telemetry(&mut app, 0).command, [0.25, 0.0, 0.0]);
    let lab = app.world().resource::<Lab>();
    assert!(lab.scripts.files.len() >= 3 && lab.scripts.playing.as_ref().is_some_and(|(_, at)| *at > 2.0));
    send(&mut app, LabCommand::StopCommands);
    app.update();
    assert_eq!(telemetry(&mut app, 0).command, [0.0; 3]);
    assert!(app.world().resource::<Lab>().scripts.playing.is_none());
    send(&mut app, LabCommand::PlayCommands("scenes/commands/nothing.ron".into()));
    app.update();
    assert!(app.world().resource::<Lab>().notes[0].text.contains("nothing.ron"));
}

#[test]
fn tasks_that_do_not_compile_and_runs_that_do_not_exist_are_said_and_change_nothing() {
    let mut app = shipped(1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("broken.ron");
    let text = std::fs::read_to_string(crate::config::root().join("configs/tasks/a1_flat.ron")).unwrap();
    std::fs::write(&path, text.replace("\"trot\"", "\"trott\"")).unwrap();
    send(&mut app, LabCommand::ChooseTask(path.display().to_string()));
    send(&mut app, LabCommand::LoadRun { run: "a1_flat/20200101_000000".into(), iteration: None });
    send(&mut app, LabCommand::PauseTraining(true));
    app.update();
    let lab = app.world().resource::<Lab>();
    assert_eq!(lab.task, "a1_flat");
    let texts: Vec<_> = lab.notes.iter().map(|n| n.text.clone()).collect();
    assert!(texts[0].contains("broken.ron:") && texts[0].contains("did you mean `trot`"), "{texts:?}");
    assert!(texts[1].contains("no run folder"), "{texts:?}");
    assert!(texts[2].contains("no learning run"), "{texts:?}");
    let ids: Vec<u64> = lab.notes.iter().map(|n| n.id).collect();
    send(&mut app, LabCommand::DismissNote(ids[0]));
    app.update();
    assert_eq!(app.world().resource::<Lab>().notes.len(), 2);
    assert!(stage_of(&mut app, 0).is_some());
}

/// Prints what a control tick of the lab costs. `cargo test --release what_a_tick_costs -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn what_a_tick_costs() {
    for count in [1, 64, 256] {
        let mut app = shipped(1);
        send(&mut app, LabCommand::ShowRobots { count, order: ShowOrder::Random });
        (0..1100).for_each(|_| app.update());
        let fastest = (0..200)
            .map(|_| {
                let start = std::time::Instant::now();
                app.update();
                start.elapsed().as_secs_f64() * 1e3
            })
            .fold(f64::MAX, f64::min);
        println!("{count} robots: {fastest:.3} ms per control tick");
    }
}
