use super::*;
use crate::lane::{Lane, Wide};
use crate::physics::{PhysicsCfg, Simulator};
use crate::terrain::Terrain;
use std::sync::Arc;

#[test]
fn the_a1_stands_on_its_feet_on_every_back_end() {
    let spec = crate::robot::load("a1").unwrap();
    let model = Arc::new(Model::compile(&spec));
    let terrain = Arc::new(Terrain::Plane { height: 0.0 });
    for backend in Backend::supported() {
        let mut sim = BatchSim::with_backend(model.clone(), terrain.clone(), &PhysicsCfg::default(), backend);
        let targets: Vec<Wide> = spec.nominal_joints().into_iter().map(Wide::splat).collect();
        for _ in 0..100 {
            sim.step(&targets);
        }
        let s = sim.state();
        let weight: f32 = s.contact_force.iter().map(|f| f[0].lanes()[3]).sum();
        println!("{backend:?} {weight} {} {:?}", s.base_pos_w.z.lanes()[3], s.foot_pos_w[0].z.lanes()[3]);
        assert!((weight / (9.81 * spec.mass() as f32) - 1.0).abs() < 0.01, "{backend:?}: {weight} N");
        assert!(s.valid.lanes().iter().all(|v| *v == 1.0));
        assert!((0.2..0.32).contains(&s.base_pos_w.z.lanes()[7]));
    }
}
