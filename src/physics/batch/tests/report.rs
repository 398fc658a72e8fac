//! Feet, scans and poses: what the engine reports besides its state.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, Wide};
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::{StartState, Twist};
use crate::terrain::Terrain;

#[test]
fn feet_after_a_tick_are_where_forward_kinematics_puts_them() {
    let spec = crate::robot::load("a1").unwrap();
    for backend in Backend::supported() {
        let mut rig = BatchRig::new(&spec, FLAT, &PhysicsCfg { substeps: 4, ..cfg(0.005) }, backend);
        let twist = Twist { linear: [0.5, 0.1, 1.0], angular: [1.0, 2.0, -1.0] };
        rig.reset(&StartState { twist, ..rig.nominal(0.6) });
        for _ in 0..20 {
            rig.step(&[0.5; 12]);
            let s = rig.sim.state();
            let (feet, vels) = (s.foot_pos_w.to_vec(), s.foot_vel_w.to_vec());
            let mut pose = kinematics::Pose::default();
            rig.sim.read_pose(3, &mut pose);
            pose.feet(&Model::compile(&spec), |f| {
                let (p, v) = (feet[f.leg], vels[f.leg]);
                for (k, (p, v)) in [(p.x, v.x), (p.y, v.y), (p.z, v.z)].into_iter().enumerate() {
                    let (p, v) = (p.lanes()[3] as f64, v.lanes()[3] as f64);
                    assert!((p - f.pos[k]).abs() < 1e-5, "{backend:?} {k}: at {p}, expected {}", f.pos[k]);
                    assert!((v - f.vel[k]).abs() < 1e-4, "{backend:?} {k}: {v} m/s, expected {}", f.vel[k]);
                }
            });
        }
    }
}

#[test]
fn link_poses_place_the_nominal_feet_on_the_ground() {
    let spec = crate::robot::load("a1").unwrap();
    let rig = BatchRig::new(&spec, FLAT, &PhysicsCfg::default(), Backend::Portable);
    let mut poses = vec![];
    rig.sim.link_poses(7, &mut poses);
    assert_eq!(poses.len(), 13);
    assert!((poses[0].pos_w[2] - 0.29).abs() < 1e-6);
    let foot = rig.sim.state().foot_pos_w[0];
    // hip, thigh and calf of the front left leg: the thigh is below the hip, the calf behind the thigh
    assert!((poses[1].pos_w[0] - 0.183).abs() < 1e-6 && poses[3].pos_w[2] < poses[2].pos_w[2]);
    assert!(foot.z.lanes()[0].abs() < 0.02, "{}", foot.z.lanes()[0]);
}

#[test]
fn scans_turn_with_the_robot() {
    let spec = crate::robot::load("a1").unwrap();
    for backend in Backend::supported() {
        let fall = -0.2f64.tan() as f32;
        let mut rig = BatchRig::new(&spec, slope(0.2), &PhysicsCfg::default(), backend);
        // turned left by 90 degrees: its forward direction is the world's y
        let quat = [0.5f32.sqrt(), 0.0, 0.0, 0.5f32.sqrt()];
        rig.reset(&StartState { quat, pos_w: [2.0, 1.0, 0.5], ..rig.nominal(0.5) });
        let mut out = vec![Wide::zero(); 3];
        rig.sim.height_scan(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], &mut out);
        let got: Vec<f32> = out.iter().map(|o| o.lanes()[4]).collect();
        for (got, want) in got.iter().zip([2.0 * fall, 2.0 * fall, 1.0 * fall]) {
            assert!((got - want).abs() < 1e-4, "{backend:?}: {got} {want}");
        }
        let mut flat = BatchRig::new(&spec, Terrain::plane(0.25), &PhysicsCfg::default(), backend);
        flat.sim.height_scan(&[[0.3, 0.1]], &mut out[..1]);
        assert_eq!(out[0].lanes(), [0.25; 16]);
        flat.reset(&flat.nominal(1.0));
        assert_eq!(flat.sim.state().foot_ground_w[2].lanes(), [0.25; 16]);
    }
}
