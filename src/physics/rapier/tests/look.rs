//! Scratch.
use super::super::*;
use crate::lane::{Lane, Wide};
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::StartState;
use crate::terrain::Terrain;
use std::sync::Arc;

#[test]
fn free_fall() {
    let spec = crate::robot::load("a1").unwrap();
    let cfg = PhysicsCfg { substeps: 1, ..PhysicsCfg::default() };
    let mut sim =
        RapierSim::new(Arc::new(Model::compile(&spec)), Arc::new(Terrain::Plane { height: 0.0 }), &cfg);
    let start = StartState {
        pos_w: [0.0, 0.0, 5.0],
        quat: [1.0, 0.0, 0.0, 0.0],
        joint_pos: spec.nominal_joints(),
        joint_vel: vec![0.0; 12],
        ..Default::default()
    };
    (0..16).for_each(|l| sim.reset(l, &start));
    let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
    for k in 0..400 {
        sim.step(&targets);
        if k % 20 == 19 {
            let s = sim.state();
            let f: Vec<f32> = spec.feet().iter().map(|f| s.contact_force[*f][0].lanes()[3]).collect();
            println!(
                "{k} z {} vz {} q {:?} f {f:?} foot {}",
                s.base_pos_w.z.lanes()[3],
                s.base_lin_vel_w.z.lanes()[3],
                s.joint_pos[1].lanes()[3],
                s.foot_pos_w[0].z.lanes()[3]
            );
        }
    }
}
