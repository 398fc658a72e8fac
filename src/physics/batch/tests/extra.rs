//! What few robots have: restitution, gravity that differs, wrenches, motors with a no-load speed, late targets.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, Wide};
use crate::physics::{Engine, Extra, Late, MotorCfg, PhysicsCfg, Simulator};
use crate::robot::simple::{ball, pendulum};
use crate::robot::{JointDraw, ModelDraw, StartState, Twist};

/// Highest place of a ball after it was dropped from `height` (of its lowest point) and hit the ground, m.
fn rebound(engine: Engine, restitution: f32, height: f32) -> f32 {
    let mut rig = Rig::of(engine, &ball(), FLAT, &cfg(0.0005));
    rig.randomise(&ModelDraw { restitution, ..Default::default() });
    rig.reset(&StartState { pos_w: [0.0, 0.0, 0.05 + height], ..rig.nominal(0.05) });
    let (mut last, mut hit, mut top) = (0.0, false, 0.0f32);
    for _ in 0..2400 {
        rig.step(&[]);
        let z = rig.sim.state().base_pos_w.z.lanes()[3] - 0.05;
        hit |= z > last && z < 0.5 * height;
        if hit {
            top = top.max(z);
            if z < last {
                break;
            }
        }
        last = z;
    }
    top
}

#[test]
fn a_dropped_ball_comes_back_to_e_squared_of_its_height() {
    for (e, height) in [(0.3f32, 0.5f32), (0.5, 0.5), (0.8, 0.3)] {
        let want = e * e * height;
        let got = rebound(Engine::Batch, e, height);
        // it is caught up to a step's way inside of the ground
        assert!((got - want).abs() < 0.03 * want + 0.001, "e {e}: {got} m, expected {want}");
    }
    assert!(rebound(Engine::Batch, 0.0, 0.5) < 0.005);
}

#[test]
fn restitution_of_a_neighbour_changes_no_bit_of_who_has_none() {
    for terrain in [FLAT, bumps(), yard()] {
        let run = |bouncy: bool| {
            let spec = a1();
            let mut rig =
                BatchRig::new(&spec, terrain.clone(), &PhysicsCfg::default(), Backend::supported()[0]);
            if bouncy {
                rig.sim.randomise(4, &ModelDraw { restitution: 0.6, ..Default::default() });
            }
            rig.reset(&rig.nominal(0.6));
            let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
            (0..60).for_each(|_| rig.sim.step(&targets));
            rig
        };
        let (plain, bouncy) = (run(false), run(true));
        assert_eq!(plain.row(3), bouncy.row(3));
        assert_ne!(plain.row(4), bouncy.row(4));
    }
}

#[test]
fn a_robot_that_stands_on_bouncy_ground_stands_still() {
    let spec = a1();
    let mut rig = BatchRig::new(&spec, FLAT, &PhysicsCfg::default(), Backend::supported()[0]);
    rig.randomise(&ModelDraw { restitution: 0.5, ..Default::default() });
    rig.reset(&rig.nominal(0.3));
    let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
    (0..150).for_each(|_| rig.sim.step(&targets));
    let v = rig.sim.state().base_lin_vel_w.z.lanes()[0];
    let weight: f64 = rig.normal_forces(0).iter().sum();
    assert!(v.abs() < 0.01 && (weight / (spec.mass() * 9.81) - 1.0).abs() < 0.03, "{v} m/s, {weight} N");
}

#[test]
fn a_wrench_accelerates_a_ball_by_newtons_and_eulers_laws() {
    for engine in ENGINES {
        let mut rig = Rig::of(engine, &ball(), ABYSS, &cfg(0.005));
        rig.reset(&rig.nominal(1.0));
        let wrench = [2.0, 0.0, 9.81, 0.0, 0.003, 0.0].map(Wide::splat);
        (0..40).for_each(|_| rig.sim.step_with(&[], &Extra { wrench: Some(&wrench), ..Default::default() }));
        let s = rig.sim.state();
        let at = |v: Wide| v.lanes()[2];
        let (v, w) = (s.base_lin_vel_w, s.base_ang_vel_w);
        // 1 kg and 0.001 kg m² for 0.2 s
        assert!((at(v.x) - 0.4).abs() < 1e-3 && at(v.z).abs() < 1e-3, "{engine:?}: {} {}", at(v.x), at(v.z));
        assert!((at(w.y) - 0.6).abs() < 2e-3, "{engine:?}: {}", at(w.y));
        // it ends with its tick
        (0..2).for_each(|_| rig.sim.step(&[]));
        assert!((at(rig.sim.state().base_lin_vel_w.x) - 0.4).abs() < 1e-3, "{engine:?}");
    }
}

#[test]
fn engines_agree_on_a_wrench_gravity_and_masses_of_a_robot_in_the_air() {
    let spec = unlimited(a1());
    let wrench = [20.0, -10.0, 30.0, 1.0, -2.0, 1.5].map(Wide::splat);
    let own =
        (0..12).map(|j| JointDraw { mass_factor: 1.0 + 0.02 * j as f32, ..Default::default() }).collect();
    let draw = ModelDraw {
        gravity_offset: [1.0, -0.5, 0.7],
        kp_factor: 0.0,
        kd_factor: 0.0,
        dry_friction_offset: -9.0,
        joints: own,
        ..Default::default()
    };
    let rows = ENGINES.map(|engine| {
        let mut rig = Rig::of(engine, &spec, ABYSS, &cfg(0.001));
        rig.randomise(&draw);
        rig.reset(&flight(&spec));
        let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
        let extra = Extra { wrench: Some(&wrench), ..Default::default() };
        (0..60).for_each(|_| rig.sim.step_with(&targets, &extra));
        rig.row(2)
    });
    let apart = rows[0].iter().zip(&rows[1]).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let mut plain = Rig::of(Engine::Batch, &spec, ABYSS, &cfg(0.001));
    plain.randomise(&ModelDraw { gravity_offset: [0.0; 3], joints: vec![], ..draw });
    plain.reset(&flight(&spec));
    plain.rest(0.06);
    let moved = rows[0].iter().zip(plain.row(2)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 0.02 * moved, "{apart} apart, {moved} moved");
}

#[test]
fn a_motor_reaches_its_no_load_speed_and_no_more() {
    let mut spec = unlimited(pendulum());
    let hinge = spec.links[1].joint.as_mut().unwrap();
    (hinge.effort, hinge.velocity) = (30.0, 20.0);
    for engine in ENGINES {
        let speed = |motors: Option<MotorCfg>| {
            let still = PhysicsCfg { gravity: 0.0, motors, ..cfg(0.001) };
            let mut rig = Rig::of(engine, &spec, ABYSS, &still);
            rig.reset(&rig.nominal(1.5));
            (0..1500).for_each(|_| rig.step(&[10.0]));
            f64::from(rig.sim.state().joint_vel[0].lanes()[5])
        };
        // 10 N m of 30 are left at 12 rad/s; from there on the speed approaches 16 rad/s with 1/3 kg m² over 2.5 N m s/rad
        let limited = speed(Some(MotorCfg { corner: 0.2, no_load: 0.8 }));
        assert!(limited > 15.8 && limited < 16.01, "{engine:?}: {limited} rad/s");
        assert!(speed(None) > 30.0, "{engine:?}: {} rad/s", speed(None));
    }
}

#[test]
fn late_targets_and_added_torques_are_those_of_each_physics_step_in_every_engine() {
    let spec = a1();
    let four = PhysicsCfg { iterations: 20, ..PhysicsCfg::default() };
    let one = PhysicsCfg { substeps: 1, ..four.clone() };
    let nominal: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
    let bent: Vec<Wide> = nominal.iter().map(|q| *q + Wide::splat(0.1)).collect();
    let torques: Vec<Wide> = (0..48).map(|i| Wide::splat((i as f32).sin())).collect();
    let from = Wide::splat(3.0);
    let [mut whole, mut fine] = [&four, &one].map(|cfg| Rig::of(Engine::Batch, &spec, FLAT, cfg));
    for rig in [&mut whole, &mut fine] {
        rig.reset(&rig.nominal(0.3));
    }
    let late = Some(Late { before: &nominal, from });
    whole.sim.step_with(&bent, &Extra { late, torques: &torques, wrench: None });
    for step in 0..4 {
        let targets = if step < 3 { &nominal } else { &bent };
        let torques = &torques[12 * step..][..12];
        fine.sim.step_with(targets, &Extra { torques, ..Default::default() });
    }
    assert_eq!(whole.row(1), fine.row(1));
    let mut rapier = Rig::of(Engine::Rapier, &spec, FLAT, &four);
    rapier.reset(&rapier.nominal(0.3));
    rapier.sim.step_with(&bent, &Extra { late, torques: &torques, wrench: None });
    let torque = |rig: &Rig| rig.sim.state().joint_torque[4].lanes()[1];
    assert!((torque(&rapier) - torque(&whole)).abs() < 0.2, "{} {}", torque(&rapier), torque(&whole));
}

#[test]
fn what_was_drawn_outlives_a_snapshot() {
    let spec = a1();
    let new = || BatchRig::new(&spec, FLAT, &PhysicsCfg::default(), Backend::supported()[0]);
    let (mut a, mut b) = (new(), new());
    a.randomise(&ModelDraw { restitution: 0.4, gravity_offset: [0.3, 0.0, 0.1], ..Default::default() });
    let start = StartState { twist: Twist { linear: [0.3, 0.0, -1.0], angular: [0.0; 3] }, ..a.nominal(0.4) };
    a.reset(&start);
    let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
    let mut kept = vec![];
    a.sim.snapshot(&mut kept);
    b.sim.restore(&kept).unwrap();
    for rig in [&mut a, &mut b] {
        (0..30).for_each(|_| rig.sim.step(&targets));
    }
    assert_eq!(a.row(7), b.row(7));
}
