//! What the suite of all engines does not see: draws, lanes, resets, uneven ground, and processes that fail.
use super::*;
use crate::lane::{Lane, Wide};
use crate::physics::suite::rig::{FLAT, cfg, nominal};
use crate::physics::testing::{a1, bumps, python_with};
use crate::physics::{PhysicsCfg, Simulator, batch};
use crate::robot::{JointDraw, ModelDraw, RobotSpec, StartState, Twist};
use crate::terrain::Terrain;
use std::path::PathBuf;
use std::sync::Arc;

fn two(python: PathBuf, spec: &RobotSpec, terrain: Terrain, cfg: &PhysicsCfg) -> [Box<dyn Simulator>; 2] {
    let terrain = Arc::new(terrain);
    let theirs = Mujoco::new(python, spec, terrain.clone(), cfg, None).simulator(None).unwrap();
    let ours = batch::BatchSim::new(Arc::new(batch::Model::compile(spec)), terrain, cfg);
    [Box::new(ours), Box::new(theirs)]
}

fn targets(spec: &RobotSpec) -> Vec<Wide> {
    spec.nominal_joints().into_iter().map(Wide::splat).collect()
}

/// Base height, contact force and torques of a lane.
fn seen(sim: &dyn Simulator, lane: usize) -> Vec<f32> {
    let s = sim.state();
    let force: f32 = s.contact_force.iter().map(|f| f[0].lanes()[lane]).sum();
    let torque = s.joint_torque.iter().map(|t| t.lanes()[lane]);
    [s.base_pos_w.z.lanes()[lane], force / 100.0].into_iter().chain(torque.map(|t| t / 10.0)).collect()
}

#[test]
fn every_lane_is_its_own_robot_with_its_own_model_as_in_our_engine() {
    let Some(python) = python_with("mujoco") else { return };
    let spec = a1();
    let mut both = two(python, &spec, FLAT, &PhysicsCfg { iterations: 30, ..PhysicsCfg::default() });
    let own = |j: usize| JointDraw { mass_factor: 1.5, kp_factor: 0.7 + 0.03 * j as f32, kd_factor: 1.4 };
    let own = (0..12).map(own).collect();
    let draws = [
        ModelDraw { base_mass_offset: 3.0, ..Default::default() },
        ModelDraw { base_com_offset: [0.03, 0.02, 0.0], ..Default::default() },
        ModelDraw { link_mass_factor: 1.3, kp_factor: 0.8, ..Default::default() },
        ModelDraw { kd_factor: 2.0, armature_offset: 0.02, ..Default::default() },
        ModelDraw { damping_offset: 0.5, dry_friction_offset: -0.2, ..Default::default() },
        ModelDraw { effort_factor: 0.12, ..Default::default() },
        ModelDraw { gravity_offset: [1.0, -0.5, 0.7], ..Default::default() },
        ModelDraw { joints: own, ..Default::default() },
    ];
    let mut plain = vec![];
    for sim in &mut both {
        for (lane, draw) in draws.iter().enumerate() {
            sim.randomise(lane, draw);
        }
        (0..16).for_each(|lane| sim.reset(lane, &nominal(&spec, 0.3)));
        (0..20).for_each(|_| sim.step(&targets(&spec)));
        let push = Twist { linear: [0.2, -0.3, 0.1], angular: [0.5, -0.5, 0.3] };
        (0..16).for_each(|lane| sim.push(lane, push));
        (0..2).for_each(|_| sim.step(&targets(&spec)));
        plain.push(seen(sim.as_ref(), 9));
    }
    for lane in 0..draws.len() {
        let [ours, theirs] = [0, 1].map(|i| seen(both[i].as_ref(), lane));
        let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let (error, change) = (apart(&ours, &theirs), apart(&ours, &plain[0]));
        println!("lane {lane}: engines {error:.4} apart, draw changed {change:.4}");
        assert!(error < 0.4 * change && error < 0.05, "lane {lane}: {ours:?} {theirs:?}");
    }
    assert_eq!(seen(both[1].as_ref(), 9), seen(both[1].as_ref(), 12));
}

#[test]
fn feet_and_velocities_are_reported_as_our_engine_reports_them() {
    let Some(python) = python_with("mujoco") else { return };
    let spec = a1();
    let mut both = two(python, &spec, FLAT, &PhysicsCfg::default());
    let start = StartState {
        quat: [0.9, 0.1, 0.3, 0.3],
        twist: Twist { linear: [0.4, 0.1, 0.2], angular: [0.7, -0.9, 0.5] },
        joint_vel: (0..12).map(|j| (j as f32).sin()).collect(),
        ..nominal(&spec, 2.0)
    };
    for sim in &mut both {
        sim.reset(3, &start);
        sim.step(&targets(&spec));
    }
    let [ours, theirs] = [both[0].state(), both[1].state()];
    let at = |w: Wide| w.lanes()[3];
    let rows = |s: &crate::robot::StateView<'_>| -> Vec<f32> {
        let v3 = |v: crate::lane::V3<Wide>| [at(v.x), at(v.y), at(v.z)];
        let base = [s.base_lin_vel_w, s.base_ang_vel_w].into_iter().chain(s.foot_pos_w.iter().copied());
        base.chain(s.foot_vel_w.iter().copied()).flat_map(v3).collect()
    };
    for (a, b) in rows(&ours).iter().zip(rows(&theirs)) {
        assert!((a - b).abs() < 5e-3, "{a} {b}");
    }
}

#[test]
fn bumps_have_the_same_heights_and_a_robot_stands_on_them() {
    let Some(python) = python_with("mujoco") else { return };
    let spec = a1();
    let mut both = two(python, &spec, bumps(), &cfg(0.005));
    // far from the origin, and not on the diagonal: rows and columns would be seen exchanged or turned round
    let place = |lane: usize| [0.4 * lane as f32 - 3.0, 0.25 * lane as f32 + 1.3];
    for sim in &mut both {
        for lane in 0..16 {
            let [x, y] = place(lane);
            let start = nominal(&spec, bumps().height(x, y) + 0.36);
            sim.reset(lane, &StartState { pos_w: [x, y, start.pos_w[2]], ..start });
        }
        (0..300).for_each(|_| sim.step(&targets(&spec)));
    }
    for lane in 0..16 {
        let z = [0, 1].map(|i| both[i].state().base_pos_w.z.lanes()[lane]);
        assert!((z[0] - z[1]).abs() < 0.012, "lane {lane}: {z:?}");
    }
}

#[test]
fn a_state_that_is_no_longer_finite_is_said_and_a_reset_mends_it() {
    let Some(python) = python_with("mujoco") else { return };
    let spec = a1();
    let [_, mut sim] = two(python, &spec, FLAT, &PhysicsCfg::default());
    let wild = StartState { joint_vel: vec![1e9; 12], ..nominal(&spec, 0.3) };
    sim.reset(2, &wild);
    sim.step(&targets(&spec));
    assert_eq!((sim.state().valid.lanes()[2], sim.state().valid.lanes()[3]), (0.0, 1.0));
    sim.reset(2, &nominal(&spec, 0.3));
    sim.step(&targets(&spec));
    assert_eq!(sim.state().valid.lanes()[2], 1.0);
}

#[test]
fn a_python_without_mujoco_is_an_error_that_says_what_is_missing() {
    let spec = a1();
    let try_with = |python: &str| {
        let made = Mujoco::new(python.into(), &spec, Arc::new(FLAT), &PhysicsCfg::default(), None);
        format!("{:#}", made.simulator(None).err().unwrap())
    };
    assert!(try_with("/nowhere/python").contains(PYTHON));
    assert!(try_with("/bin/true").contains("mujoco and onnxruntime"), "{}", try_with("/bin/true"));
}

/// A stand-in that becomes ready and then ends.
#[cfg(unix)]
#[test]
fn a_process_that_ends_is_said_once_and_robots_stand_still() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python");
    std::fs::write(&python, "#!/bin/sh\nprintf '\\000\\000\\000\\000\\000\\000\\360\\077'\nsleep 0.5\n")
        .unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let spec = a1();
    let made = Mujoco::new(python, &spec, Arc::new(FLAT), &PhysicsCfg::default(), None);
    let mut sim = made.simulator(None).unwrap();
    let before = seen(&sim, 0);
    (0..3).for_each(|_| sim.step(&targets(&spec)));
    let trouble = format!("{:#}", made.trouble().unwrap());
    assert!(trouble.contains("MuJoCo's process"), "{trouble}");
    assert!(made.trouble().is_none());
    assert_eq!(seen(&sim, 0), before);
}
