//! Robots and things in one world that stays.
use super::super::{Model, PlayWorld, RapierSim};
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::testing::*;
use crate::physics::{PhysicsCfg, PropBody, PropPull, PropShape, Simulator};
use crate::robot::simple::block;
use crate::robot::{LinkPose, RobotSpec, StartState, Twist, centre_of_mass};
use crate::terrain::Terrain;
use std::sync::Arc;

fn thing(shape: PropShape, pos_w: [f32; 3], mass: impl Into<Option<f32>>) -> PropBody {
    PropBody { shape, pose: LinkPose { pos_w, quat: [1.0, 0.0, 0.0, 0.0] }, mass: mass.into(), friction: 0.6 }
}

fn cube(edge: f32, pos_w: [f32; 3], mass: impl Into<Option<f32>>) -> PropBody {
    thing(PropShape::Box([edge; 3]), pos_w, mass)
}

/// Robots among things, and where they want their joints.
struct Play {
    sim: RapierSim,
    spec: RobotSpec,
    targets: Vec<Wide>,
}

impl Play {
    fn new(spec: RobotSpec, terrain: Terrain, cfg: &PhysicsCfg, robots: usize, props: &[PropBody]) -> Self {
        let sim = RapierSim::new(Arc::new(Model::compile(&spec)), Arc::new(terrain), cfg);
        let mut sim = sim.with_props(props);
        sim.attend(robots);
        let targets = spec.nominal_joints().into_iter().map(Wide::splat).collect();
        Self { sim, spec, targets }
    }
    /// An A1 that stands far away from everything.
    fn alone(props: &[PropBody]) -> Self {
        let mut play = Self::new(a1(), FLAT, &PhysicsCfg::default(), 1, props);
        play.start(0, [-9.0, 0.0, 0.3], [0.0; 3]);
        play
    }
    fn start(&mut self, lane: usize, pos_w: [f32; 3], linear: [f32; 3]) {
        let twist = Twist { linear, angular: [0.0; 3] };
        self.sim.reset(lane, &StartState { pos_w, twist, ..nominal(&self.spec, 0.3) });
    }
    fn run(&mut self, ticks: usize) {
        (0..ticks).for_each(|_| self.sim.step(&self.targets));
    }
    fn world(&mut self) -> &mut PlayWorld {
        self.sim.play_world().unwrap()
    }
    fn at(&mut self, prop: usize) -> [f32; 3] {
        self.world().poses().nth(prop).unwrap().pos_w
    }
    /// Centre of mass of a robot, m.
    fn com(&self, lane: usize) -> [f32; 3] {
        let mut links = vec![];
        self.sim.link_poses(lane, &mut links);
        centre_of_mass(&self.spec, &links)
    }
}

fn apart(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

#[test]
fn a_pile_of_boxes_lies_still_and_a_ball_rolls_down_a_ramp() {
    let ramp = thing(PropShape::Wedge([2.0, 1.0, 0.5]), [5.0, 0.0, 0.25], None);
    let ball = thing(PropShape::Ball(0.1), [5.5, 0.0, 0.6], 0.5);
    let stairs = thing(PropShape::Stairs([1.0, 1.0, 0.4], 4), [0.0, 5.0, 0.2], None);
    let on_step = cube(0.1, [0.125, 5.0, 0.37], 0.2);
    let mut props = vec![ramp, ball, stairs, on_step];
    props.extend((0..3).map(|i| cube(0.2, [0.0, 0.0, 0.1 + 0.2 * i as f32], 1.0)));
    let mut play = Play::alone(&props);
    play.run(150);
    let place = [0.0, 0.0, 0.0];
    for i in 0..3 {
        let want = [place[0], place[1], 0.1 + 0.2 * i as f32];
        let at = play.at(4 + i);
        assert!(apart(at, want) < 0.01, "box {i} is at {at:?}");
        assert!(play.world().velocity(4 + i).unwrap().iter().all(|v| v.abs() < 0.02), "box {i} moves");
    }
    assert!(play.at(1)[0] < 4.2, "the ball is at {:?}", play.at(1));
    // the third of four steps is 0.3 m high
    let at = play.at(3);
    assert!((at[2] - 0.35).abs() < 0.005 && (at[0] - 0.125).abs() < 0.02, "{at:?}");
    assert_eq!(play.at(0), [5.0, 0.0, 0.25], "what has no mass stays");
}

#[test]
fn momentum_goes_both_ways() {
    let cfg = PhysicsCfg { gravity: 0.0, ..PhysicsCfg::default() };
    let robot_mass = |spec: &RobotSpec| spec.mass() as f32;
    for (spec, mass) in [(block(), 1.0), (block(), 8.0), (a1(), 2.0), (a1(), 40.0)] {
        let what = format!("{} against {mass} kg", spec.name);
        let mut play = Play::new(spec, ABYSS, &cfg, 1, &[cube(0.5, [0.8, 0.0, 1.0], mass)]);
        play.start(0, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
        play.run(1);
        let before = play.com(0);
        play.run(60);
        let (from, m) = (play.com(0), robot_mass(&play.spec));
        play.run(50);
        let speed = (play.com(0)[0] - from[0]) / 1.0;
        let pushed = play.world().velocity(0).unwrap()[0];
        println!("{what}: robot 1.00 -> {speed:.3} m/s, box 0 -> {pushed:.3} m/s");
        assert!(apart(before, from) > 0.1);
        assert!(pushed > 0.05 && speed < 0.95, "{what}: they did not meet ({speed}, {pushed})");
        let sum = m * speed + mass * pushed;
        assert!((sum / m - 1.0).abs() < 0.03, "{what}: momentum {sum}, before {m}");
    }
}

#[test]
fn without_things_a_robot_stands_as_in_a_world_of_its_own() {
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 1, &[]);
    let mut alone =
        RapierSim::new(Arc::new(Model::compile(&play.spec)), Arc::new(FLAT), &PhysicsCfg::default());
    play.start(0, [0.0, 0.0, 0.3], [0.0; 3]);
    alone.reset(0, &nominal(&play.spec, 0.3));
    for _ in 0..100 {
        play.run(1);
        alone.step(&play.targets);
    }
    let height = |sim: &RapierSim| sim.state().base_pos_w.z.lanes()[0];
    assert!((height(&play.sim) - height(&alone)).abs() < 1e-3, "{} {}", height(&play.sim), height(&alone));
    let load = |sim: &RapierSim| sim.state().contact_force.iter().map(|f| f[0].lanes()[0]).sum::<f32>();
    let (here, there) = (load(&play.sim), load(&alone));
    println!("load {here} N here, {there} N alone; weight {} N", play.spec.mass() * 9.81);
    assert!((here / there - 1.0).abs() < 0.01, "{here} N, alone {there} N");
}

#[test]
fn a_pull_carries_a_thing_to_where_it_is_wanted_and_lets_it_fall() {
    let mut play = Play::alone(&[cube(0.3, [0.0, 0.0, 0.15], 4.0), cube(0.3, [3.0, 0.0, 0.15], None)]);
    let pull = |prop, target_w| Some(PropPull { prop, grip: [0.0, 0.0, 0.15], target_w });
    play.run(5);
    assert!(play.world().pull(pull(0, [1.0, 0.5, 1.0])));
    let mut strongest = 0.0f32;
    for _ in 0..200 {
        play.run(1);
        let force = play.world().pull_force().unwrap();
        strongest = strongest.max(force.force_w.iter().map(|f| f * f).sum::<f32>().sqrt());
    }
    let sag = 4.0 * 9.81 / (4.0 * (std::f32::consts::TAU * super::super::play::SPRING).powi(2));
    let want = [1.0, 0.5, 0.85 - sag];
    assert!(apart(play.at(0), want) < 0.03, "{:?}, expected {want:?}", play.at(0));
    assert!(strongest > 39.0 && strongest < super::super::play::STRONGEST * 1.01, "{strongest} N");
    play.world().pull(None);
    play.run(60);
    assert!((play.at(0)[2] - 0.15).abs() < 0.01 && play.world().pull_force().is_none(), "{:?}", play.at(0));
    for wrong in [pull(1, [0.0; 3]), pull(9, [0.0; 3]), pull(0, [f32::NAN, 0.0, 0.0])] {
        assert!(!play.world().pull(wrong), "{wrong:?}");
    }
}

#[test]
fn a_push_is_momentum() {
    let mut play = Play::new(
        block(),
        ABYSS,
        &PhysicsCfg { gravity: 0.0, ..Default::default() },
        1,
        &[thing(PropShape::Ball(0.2), [5.0, 0.0, 0.0], 2.0), cube(0.2, [8.0, 0.0, 0.0], None)],
    );
    play.run(1);
    assert!(play.world().push(0, [5.0, 0.0, 0.0], [0.0, 3.0, 0.0]));
    play.run(50);
    assert!((play.at(0)[1] - 1.5).abs() < 0.01, "{:?}", play.at(0));
    assert!(
        !play.world().push(1, [8.0, 0.0, 0.0], [1.0; 3])
            && !play.world().push(0, [0.0; 3], [f32::INFINITY; 3])
    );
}

#[test]
fn things_stay_when_a_robot_begins_anew_unless_they_are_asked_to_go_back() {
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 2, &[cube(0.3, [2.0, 0.0, 0.15], 1.0)]);
    let begin = |play: &mut Play, lane: usize| play.start(lane, [0.0, lane as f32, 0.3], [0.0; 3]);
    (0..2).for_each(|lane| begin(&mut play, lane));
    play.run(2);
    play.world().push(0, [2.0, 0.0, 0.15], [0.0, 2.0, 0.0]);
    play.run(40);
    let moved = play.at(0);
    assert!(moved[1] > 0.1, "{moved:?}");
    (0..2).for_each(|lane| begin(&mut play, lane));
    play.run(1);
    assert!(apart(play.at(0), moved) < 0.02, "{:?}", play.at(0));
    play.world().put_back_at_start();
    play.run(2);
    assert!(apart(play.at(0), moved) < 0.02, "not before somebody begins: {:?}", play.at(0));
    begin(&mut play, 1);
    play.run(1);
    assert!(apart(play.at(0), [2.0, 0.0, 0.15]) < 2e-3, "{:?}", play.at(0));
}

#[test]
fn whatever_stands_where_a_robot_begins_goes_back_to_its_own_place() {
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 2, &[cube(0.3, [2.0, 0.0, 0.15], 1.0)]);
    (0..2).for_each(|lane| play.start(lane, [0.0, 2.0 * lane as f32, 0.3], [0.0; 3]));
    play.run(1);
    play.world().pull(Some(PropPull { prop: 0, grip: [0.0; 3], target_w: [0.2, 0.0, 0.6] }));
    play.run(100);
    play.world().pull(None);
    assert!(apart(play.at(0), [0.2, 0.0, 0.6]) < 0.3, "{:?}", play.at(0));
    play.start(0, [0.0, 0.0, 0.3], [0.0; 3]);
    play.run(1);
    assert!(apart(play.at(0), [2.0, 0.0, 0.15]) < 2e-3, "{:?}", play.at(0));
}

#[test]
fn a_restored_world_has_the_same_state_and_goes_on_from_it() {
    let props = [cube(0.3, [0.45, 0.0, 0.15], 1.0), thing(PropShape::Ball(0.1), [0.0, 2.0, 0.5], 1.0)];
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 1, &props);
    play.start(0, [0.0, 0.0, 0.3], [0.5, 0.0, 0.0]);
    play.run(12);
    let mut kept = vec![];
    play.sim.snapshot(&mut kept);
    let then: Vec<LinkPose> = play.world().poses().collect();
    let on = |play: &mut Play| {
        play.run(10);
        (play.com(0), play.at(0), play.at(1))
    };
    let first = on(&mut play);
    play.run(30);
    assert_eq!(play.sim.restore(&kept[..kept.len() - 1]), None, "too short");
    kept.push(7.0);
    assert_eq!(play.sim.restore(&kept), Some(kept.len() - 1));
    assert_eq!(play.world().poses().collect::<Vec<_>>(), then);
    let again = on(&mut play);
    for (a, b) in [(first.0, again.0), (first.1, again.1), (first.2, again.2)] {
        assert!(apart(a, b) < 0.01, "{a:?} {b:?}");
    }
}

#[test]
fn rays_from_above_meet_things_too() {
    let ramp = thing(PropShape::Wedge([1.0, 1.0, 0.5]), [2.0, 0.0, 0.25], None);
    let mut play =
        Play::new(a1(), FLAT, &PhysicsCfg::default(), 1, &[cube(0.3, [1.0, 0.0, 0.15], 1.0), ramp]);
    play.start(0, [0.0, 0.0, 0.3], [0.0; 3]);
    play.run(10);
    let points = [[0.5, 0.0], [1.0, 0.0], [1.1, 0.1], [1.0, 0.2], [1.75, 0.3], [2.25, 0.0]];
    let mut heights = [Wide::zero(); 6];
    play.sim.height_scan(&points, &mut heights);
    for (height, want) in heights.iter().zip([0.0, 0.3, 0.3, 0.0, 0.125, 0.375]) {
        assert!((height.lanes()[0] - want).abs() < 0.02, "{:?}", heights.map(|h| h.lanes()[0]));
    }
}

#[test]
fn what_is_no_number_ends_its_own_robot_only() {
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 3, &[cube(0.3, [2.0, 0.0, 0.15], 1.0)]);
    (0..3).for_each(|lane| play.start(lane, [0.0, 2.0 * lane as f32, 0.3], [0.0; 3]));
    play.run(5);
    play.sim.push(1, Twist { linear: [f32::NAN, 0.0, 0.0], angular: [0.0; 3] });
    play.run(3);
    let valid = |play: &Play| play.sim.state().valid.lanes()[..3].to_vec();
    assert_eq!(valid(&play), [1.0, 0.0, 1.0]);
    play.start(1, [0.0, 2.0, 0.3], [0.0; 3]);
    play.run(20);
    assert_eq!(valid(&play), [1.0; 3]);
    assert!(apart(play.at(0), [2.0, 0.0, 0.15]) < 5e-3, "{:?}", play.at(0));
    assert!((0..3).all(|lane| play.com(lane)[2] > 0.2));
}

#[test]
fn who_is_not_looked_at_stands_still_and_more_can_join() {
    let mut play = Play::new(a1(), FLAT, &PhysicsCfg::default(), 1, &[cube(0.3, [2.0, 0.0, 0.15], 1.0)]);
    (0..WIDTH).for_each(|lane| play.start(lane, [0.0, 2.0 * lane as f32, 0.5], [0.0; 3]));
    play.run(10);
    let height = |play: &Play, lane: usize| play.sim.state().base_pos_w.z.lanes()[lane];
    assert!(height(&play, 0) < 0.45 && height(&play, 3) == 0.5);
    play.world().push(0, [2.0, 0.0, 0.15], [1.0, 0.0, 0.0]);
    play.run(20);
    let moved = play.at(0);
    play.sim.attend(4);
    play.run(10);
    assert!(height(&play, 3) < 0.45 && height(&play, 5) == 0.5);
    assert!(apart(play.at(0), moved) < 0.1 && moved[0] > 2.02, "{moved:?}");
}

#[test]
fn lines_show_robots_and_things_but_not_the_ground() {
    let lines = |sim: &mut RapierSim| {
        let mut out = vec![];
        sim.debug_lines(&mut out);
        assert!(out.iter().all(|l| l.ends_w.as_flattened().iter().all(|v| v.abs() < 20.0)));
        out
    };
    let mut play = Play::alone(&[cube(0.5, [3.0, 0.0, 0.25], 1.0)]);
    play.run(3);
    let around = |lines: &[crate::physics::DebugLine], x: f32| {
        lines.iter().filter(|l| l.ends_w.iter().all(|e| (e[0] - x).abs() < 0.5)).count()
    };
    let all = lines(&mut play.sim);
    assert!(around(&all, 3.0) >= 12, "the edges of the box");
    assert!(around(&all, -9.0) > 300, "balls and joints of the robot");
    // contacts of the box with the ground go up or down from it
    assert!(
        all.iter().any(|l| l.ends_w[0][2].abs() < 0.02 && (l.ends_w[1][2] - l.ends_w[0][2]).abs() > 0.05)
    );
    let mut own = RapierSim::new(Arc::new(Model::compile(&a1())), Arc::new(bumps()), &PhysicsCfg::default());
    own.attend(2);
    let (two, one) = (lines(&mut own).len(), {
        own.attend(1);
        lines(&mut own).len()
    });
    assert_eq!(two, 2 * one);
}
