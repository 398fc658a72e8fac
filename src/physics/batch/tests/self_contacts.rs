//! Robots that hit themselves.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, WIDTH};
use crate::physics::suite::scenes::*;
use crate::physics::{PhysicsCfg, SelfCollision, Simulator};
use crate::robot::{StartState, Twist, colliding_pairs, simple::gripper};

#[test]
fn two_rods_press_each_other_as_mujocos_do_and_levers_say() {
    for backend in Backend::supported() {
        let scene = scene("scene_pinch").unwrap();
        let mut rig = BatchRig::new(&scene.spec, scene.terrain.clone(), &scene.cfg(), backend).motors();
        rig.reset(&rig.nominal(1.5));
        for _ in 0..1501 {
            rig.step(&[-6.0, 6.0]);
        }
        let (_, rows) = reference("scene_pinch");
        let (row, last) = (rig.row(6), rows.last().unwrap());
        let theirs = *last.last().unwrap();
        let force = f64::from(rig.sim.state().self_force.lanes()[6]);
        let angle = row[7];
        let lever = (6.0 - 4.905 * angle.sin().abs()) / angle.cos();
        println!(
            "{backend:?}: angles {:?}, mujoco {:?}; force {force}, mujoco {theirs}, by hand {lever}",
            &row[7..9],
            &last[8..10]
        );
        // 20 cm to the middle
        assert!(
            (angle + 0.2f64.asin()).abs() < 4e-3 && (row[8] + angle).abs() < 1e-3,
            "{backend:?}: {angle}"
        );
        assert!((row[7] - last[8]).abs() < 2e-3, "{backend:?}: {angle}, mujoco {}", last[8]);
        assert!((force - lever).abs() < 0.03 && (force - theirs).abs() < 0.06, "{backend:?}: {force} N");
        // off: they pass through each other
        let mut rig = BatchRig::new(&gripper(), FLAT, &cfg(0.002), backend).motors();
        rig.reset(&rig.nominal(1.5));
        (0..1500).for_each(|_| rig.step(&[-6.0, 6.0]));
        assert!(rig.row(6)[7] < -0.5 && rig.sim.state().self_force.lanes()[6] == 0.0);
    }
}

#[test]
fn a_robot_that_hits_itself_in_flight_keeps_its_momentum() {
    for backend in Backend::supported() {
        let spec = gripper();
        let cfg = PhysicsCfg { gravity: 0.0, self_collision: SelfCollision::All, ..cfg(0.001) };
        let mut rig = BatchRig::new(&spec, ABYSS, &cfg, backend).motors();
        rig.reset(&StartState {
            twist: Twist { linear: [0.1, 0.2, -0.1], angular: [0.02, 0.01, 0.03] },
            ..rig.nominal(5.0)
        });
        // of the centre of mass; the rods' mean velocities follow from where they are before and after a step
        let com = |rig: &BatchRig| {
            let r = rig.row(0);
            let posture = crate::robot::Posture {
                pos_w: [0, 1, 2].map(|k| r[k] as f32),
                quat: [3, 4, 5, 6].map(|k| r[k] as f32),
                joint_pos: r[7..9].iter().map(|v| *v as f32).collect(),
            };
            crate::robot::centre_of_mass(&spec, &crate::robot::link_poses(&spec, &posture))
        };
        let speed = |rig: &mut BatchRig| {
            let before = com(rig);
            (0..100).for_each(|_| rig.step(&[-6.0, 5.0]));
            let after = com(rig);
            [0, 1, 2].map(|k| (after[k] - before[k]) / 0.1)
        };
        let early = speed(&mut rig);
        let mut hit = 0.0f32;
        for _ in 0..400 {
            rig.step(&[-6.0, 5.0]);
            hit = hit.max(rig.sim.state().self_force.lanes()[0]);
        }
        let late = speed(&mut rig);
        assert!(hit > 10.0, "{backend:?}: {hit} N");
        for k in 0..3 {
            assert!((early[k] - late[k]).abs() < 2e-4, "{backend:?}: {early:?} {late:?}");
        }
    }
}

#[test]
fn who_never_touches_itself_moves_as_without_pairs() {
    let spec = a1();
    let run = |own| {
        let cfg = PhysicsCfg { self_collision: own, ..PhysicsCfg::default() };
        let mut rig = BatchRig::new(&spec, FLAT, &cfg, Backend::supported()[0]);
        rig.reset(&rig.nominal(0.32));
        (0..50).for_each(|_| rig.step(&[0.3; 12]));
        rig.row(1)
    };
    assert!(!colliding_pairs(&spec).is_empty());
    assert_eq!(run(SelfCollision::Off), run(SelfCollision::All));
    // the A1's file lists none
    assert_eq!(run(SelfCollision::Off), run(SelfCollision::Listed));
}

#[test]
fn legs_that_are_driven_into_each_other_stay_apart() {
    let spec = a1();
    let cross = |own| {
        let cfg = PhysicsCfg { self_collision: own, ..PhysicsCfg::default() };
        let mut rig =
            BatchRig::new(&spec, ABYSS, &PhysicsCfg { gravity: 0.0, ..cfg }, Backend::supported()[0]);
        rig.reset(&rig.nominal(1.0));
        // hips inwards
        let mut targets = spec.nominal_joints();
        for (leg, sign) in [(0, -1.0), (1, 1.0)] {
            targets[3 * leg] = 0.8 * sign;
        }
        let targets: Vec<_> = targets.into_iter().map(crate::lane::Wide::splat).collect();
        (0..50).for_each(|_| rig.sim.step(&targets));
        let feet = rig.sim.state().foot_pos_w;
        let apart = feet[0].y - feet[1].y;
        assert!((0..WIDTH).all(|l| apart.lanes()[l] == apart.lanes()[0]));
        (apart.lanes()[0], rig.sim.state().self_force.lanes()[2])
    };
    let ((off, none), (on, force)) = (cross(SelfCollision::Off), cross(SelfCollision::All));
    println!("feet {off} m apart, with collisions {on} m and {force} N");
    assert!(off < -0.1 && none == 0.0 && on > 0.03 && force > 1.0, "{off} {on} {force}");
}
