//! Each test says what rapier does by itself, and that the engine does not.
use super::super::RapierSim;
use super::super::build::multibody;
use super::super::model::Model;
use super::super::world::Agent;
use crate::lane::{Lane, Wide};
use crate::physics::testing::*;
use crate::physics::{Engine, GroundShape, PhysicsCfg, Simulator};
use crate::robot::simple::{block, pendulum};
use crate::robot::{ModelDraw, RobotSpec, StartState, Twist};
use bevy_rapier3d::rapier::prelude::*;
use std::sync::Arc;

fn sim(spec: &RobotSpec, cfg: &PhysicsCfg) -> RapierSim {
    RapierSim::new(Arc::new(Model::compile(spec)), Arc::new(FLAT), cfg)
}

fn weightless(dt: f64) -> PhysicsCfg {
    PhysicsCfg { gravity: 0.0, ..cfg(dt) }
}

/// Runs one tick of the first robot and looks into its world.
fn look<T>(
    sim: &mut RapierSim,
    spec: &RobotSpec,
    substeps: usize,
    see: impl FnOnce(&PhysicsWorld, Agent) -> T,
) -> T {
    let (model, mut options) = (Model::compile(spec), sim.options.clone());
    options.substeps = substeps;
    let (tick, motion) = sim.robots[0].tick(&model, &options);
    see(&tick.run(motion).expect("the robot is sane"), tick.agent)
}

/// Speed of a weightless pendulum's hinge after some time, rad/s.
fn coast(draw: &ModelDraw, torque: f32, speed: f32, mass: f64, secs: f64) -> f64 {
    let mut spec = pendulum();
    let rod = &mut spec.links[1];
    rod.mass *= mass;
    rod.inertia = rod.inertia.map(|i| i * mass);
    let spec = unlimited(spec);
    let mut rig = Rig::of(Engine::Rapier, &spec, ABYSS, &weightless(0.002));
    rig.randomise(draw);
    rig.reset(&StartState { joint_vel: vec![speed], ..rig.nominal(1.5) });
    for _ in 0..(secs / 0.002) as usize {
        rig.step(&[torque]);
    }
    *rig.row(3).last().unwrap()
}

#[test]
fn joints_have_the_damping_that_is_written_and_no_other() {
    let (mut bodies, mut joints) = (RigidBodySet::new(), MultibodyJointSet::new());
    let [a, b] = [0, 1].map(|_| bodies.insert(RigidBodyBuilder::dynamic()));
    joints.insert(a, b, RevoluteJoint::new(Vector::X), true);
    assert_eq!(multibody(&joints, a).unwrap().damping()[6], 0.1, "rapier's own default has changed");

    let sim = sim(&a1(), &cfg(0.005));
    let parts = &sim.robots[0].parts;
    assert!(multibody(&parts.joints, parts.names.links[0]).unwrap().damping().iter().all(|d| *d == 0.0));
    let free = coast(&ModelDraw::default(), 0.0, 2.0, 1.0, 2.0);
    // rapier's would leave 1.1 rad/s
    assert!((free - 2.0).abs() < 0.05, "{free} rad/s");
    // a rod of 1 m and 1 kg about its end has 1/3 kg m²
    let damped = coast(&ModelDraw { damping_offset: 0.1, ..Default::default() }, 0.0, 2.0, 1.0, 2.0);
    let want = 2.0 * (-0.1 * 3.0 * 2.0f64).exp();
    assert!((damped / want - 1.0).abs() < 0.04, "{damped} rad/s, expected {want}");
}

#[test]
fn torques_are_newton_metres_whatever_they_move() {
    // rapier's motors scale their gains with the mass by default: both rods would get the same speed
    let sim = sim(&a1(), &cfg(0.005));
    let parts = &sim.robots[0].parts;
    let robot = multibody(&parts.joints, parts.names.links[0]).unwrap();
    assert!(robot.links().all(|l| l.joint().data.motor_axes.is_empty()));
    for mass in [1.0, 4.0] {
        let speed = coast(&ModelDraw::default(), 1.0, 0.0, mass, 0.1);
        let want = 1.0 * 0.1 * 3.0 / mass;
        assert!((speed / want - 1.0).abs() < 0.03, "{mass} kg: {speed} rad/s, expected {want}");
    }
    let heavy = coast(&ModelDraw { armature_offset: 1.0 / 3.0, ..Default::default() }, 1.0, 0.0, 1.0, 0.1);
    assert!((heavy / 0.15 - 1.0).abs() < 0.03, "with armature: {heavy} rad/s");
}

#[test]
fn a_standing_robot_weighs_what_it_weighs_though_rapier_counts_one_iteration_twice() {
    let spec = a1();
    let weight = spec.mass() * 9.81;
    for iterations in [1, 2, 4] {
        let mut sim = sim(&spec, &PhysicsCfg { substeps: 1, ..PhysicsCfg::default() });
        sim.options.integration.num_solver_iterations = iterations;
        // stiff enough to be at rest soon
        sim.randomise(0, &ModelDraw { kp_factor: 2.0, kd_factor: 2.0, ..Default::default() });
        sim.reset(0, &nominal(&spec, 0.3));
        let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
        (0..600).for_each(|_| sim.step(&targets));
        // one tick of many steps: a step that follows another starts with its impulses
        let (ours, theirs) = look(&mut sim, &spec, 20, |world, agent| {
            let balls = &agent.names.balls;
            let ours: f32 = balls.iter().map(|b| agent.force_on(world, *b).z).sum();
            let pairs = world.narrow_phase.contact_pairs();
            let theirs: f32 = pairs.map(|p| p.total_impulse().z.abs()).sum::<f32>() / 0.005;
            (f64::from(ours), f64::from(theirs))
        });
        assert!((ours / weight - 1.0).abs() < 0.01, "{iterations}: {ours} N, weight {weight} N");
        let counted = (iterations as f64 + 1.0) / iterations as f64;
        assert!(
            (theirs / weight / counted - 1.0).abs() < 0.02,
            "{iterations}: rapier's own sum is {theirs} N; if it has become right, use it"
        );
    }
}

#[test]
fn what_is_no_number_ends_its_own_environment_only() {
    let spec = a1();
    let [mut a, mut b] = [0, 1].map(|_| sim(&spec, &PhysicsCfg::default()));
    let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
    for tick in 0..10 {
        if tick == 4 {
            b.push(9, Twist { linear: [f32::INFINITY, 0.0, 0.0], angular: [0.0; 3] });
            b.push(12, Twist { linear: [0.0; 3], angular: [0.0, 1e20, f32::NAN] });
        }
        a.step(&targets);
        b.step(&targets);
    }
    for lane in 0..16 {
        let spoilt = [9, 12].contains(&lane);
        assert_eq!(b.state().valid.lanes()[lane], f32::from(!spoilt), "lane {lane}");
        if !spoilt {
            assert_eq!(a.state().base_pos_w.z.lanes()[lane], b.state().base_pos_w.z.lanes()[lane]);
        }
    }
    [9, 12].into_iter().for_each(|l| b.reset(l, &nominal(&spec, 0.35)));
    b.step(&targets);
    assert_eq!(b.state().valid.lanes(), [1.0; 16]);
}

#[test]
fn a_robot_that_rapier_would_let_go_limp_is_invalid() {
    // rapier rolls back and disables a body that stops being finite, and goes on without it
    let spec = a1();
    let model = Model::compile(&spec);
    let mut sim = sim(&spec, &PhysicsCfg::default());
    let mut options = sim.options.clone();
    options.gravity = Vector::new(0.0, f32::NAN, 0.0);
    let (tick, motion) = sim.robots[0].tick(&model, &options);
    let disabled = tick.run(motion).map(|world| world.bodies.iter().filter(|(_, b)| !b.is_enabled()).count());
    assert!(disabled.is_some_and(|n| n > 0), "{disabled:?}");
    assert!(!motion.valid);
}

#[test]
fn robots_do_not_fall_asleep() {
    let spec = a1();
    let mut sim = sim(&spec, &PhysicsCfg::default());
    sim.reset(0, &nominal(&spec, 0.3));
    // rapier puts to sleep what rests for half a second; a tick of four seconds rests for three
    let awake = look(&mut sim, &spec, 800, |world, _| world.bodies.iter().all(|(_, b)| !b.is_sleeping()));
    assert!(awake);
}

#[test]
fn contacts_are_where_the_ball_is_now() {
    // with recycling and clustering, which are rapier's defaults, they may be where it was
    let spec = block();
    let mut sim = sim(&spec, &cfg(0.005));
    let integration = &sim.options.integration;
    assert!(!integration.contact_recycling && !integration.contact_clustering);
    sim.randomise(0, &ModelDraw { friction: 0.0, ..Default::default() });
    let twist = Twist { linear: [0.1, 0.0, 0.0], angular: [0.0; 3] };
    sim.reset(0, &StartState { twist, ..nominal(&spec, 0.0999) });
    let off = look(&mut sim, &spec, 60, |world, _| {
        let pairs = world.narrow_phase.contact_pairs().filter(|p| p.has_any_active_contact());
        let off = |p: &ContactPair| {
            let [one, two] = [p.collider1, p.collider2].map(|c| &world.colliders[c]);
            let point = &p.manifolds[0].points[0];
            let on_one = one.position().transform_point(point.local_p1);
            let on_two = two.position().transform_point(point.local_p2);
            let (ball, at) = if one.shape().as_ball().is_some() { (one, on_two) } else { (two, on_one) };
            (at.x - ball.translation().x).abs()
        };
        pairs.map(off).collect::<Vec<_>>()
    });
    // what it slid in the last step
    assert!(off.len() == 4 && off.iter().all(|d| *d < 6e-4), "{off:?} m");
}

#[test]
fn a_body_turns_about_its_centre_of_mass() {
    // rapier turns the free root of a multibody about the origin of its frame
    let mut spec = pendulum();
    spec.links[0].com = [0.2, 0.1, 0.0];
    (spec.links[0].mass, spec.links[0].inertia) = (2.0, [0.4, 0.4, 0.4, 0.0, 0.0, 0.0]);
    spec.links[1].mass = 1e-3;
    spec.links[1].inertia = [1e-5, 1e-5, 1e-5, 0.0, 0.0, 0.0];
    let mut rig = Rig::of(Engine::Rapier, &spec, ABYSS, &weightless(0.001));
    let com = |rig: &Rig| {
        let mut poses = vec![];
        rig.sim.link_poses(0, &mut poses);
        crate::robot::point_w(&poses[0], spec.links[0].com)
    };
    // the centre of mass rests: the origin moves with the opposite of spin x arm
    let twist = Twist { linear: [0.3, -0.6, 0.0], angular: [0.0, 0.0, 3.0] };
    rig.reset(&StartState { twist, ..rig.nominal(1.5) });
    let before = com(&rig);
    rig.rest(1.5);
    let after = com(&rig);
    let moved = (0..3).map(|k| (after[k] - before[k]).powi(2)).sum::<f32>().sqrt();
    assert!(moved < 5e-3, "the centre of mass moved by {moved} m");
}

#[test]
fn both_engines_fly_the_same_flight_as_the_step_shrinks() {
    let spec = unlimited(a1());
    let apart = |dt: f64| {
        let rows = ENGINES.map(|engine| {
            let mut rig = Rig::of(engine, &spec, ABYSS, &cfg(dt)).motors();
            rig.reset(&flight(&spec));
            (0..(0.15 / dt) as usize).for_each(|k| rig.step(&flight_torques(k as f64 * dt)));
            rig.row(0)
        });
        (0..19).map(|k| (rows[0][k] - rows[1][k]).abs()).fold(0.0, f64::max)
    };
    let (coarse, fine) = (apart(0.002), apart(0.0005));
    println!("apart by {coarse:.2e} at 2 ms, {fine:.2e} at 0.5 ms");
    assert!(fine < 3e-3 && fine < 0.35 * coarse, "{coarse} {fine}");
}

#[test]
fn a_standing_robot_stands_on_every_shape_of_ground() {
    let spec = a1();
    let mut heights = vec![];
    for shape in [GroundShape::Field, GroundShape::Mesh] {
        let mut rig = Rig::of(Engine::Rapier, &spec, bumps(), &PhysicsCfg { ground: shape, ..cfg(0.005) })
            .gains(40.0, 1.0, 1.0);
        rig.reset(&rig.nominal(0.36));
        rig.rest(1.5);
        let load: f64 = rig.normal_forces(0).iter().sum();
        assert!((load / (spec.mass() * 9.81) - 1.0).abs() < 0.05, "{shape:?}: {load} N");
        heights.push(rig.row(0)[2]);
    }
    assert!((heights[0] - heights[1]).abs() < 2e-3, "{heights:?}");
}
