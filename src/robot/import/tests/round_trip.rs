//! What is exported is imported again as it was.
use super::shared::close;
use crate::robot::export::{Format, robot as export};
use crate::robot::import::math::unit_quat;
use crate::robot::import::{Options, import_text, to_ron};
use crate::robot::{RobotSpec, testing};

/// The robot with all orientations and axes of length one, which is how exports write them, and without what neither
/// format has a place for: soles of several points and pairs of points.
fn tidy(mut spec: RobotSpec) -> RobotSpec {
    spec.pairs.clear();
    spec.roles.legs.iter_mut().for_each(|leg| leg.sole.clear());
    for link in &mut spec.links {
        for visual in &mut link.visuals {
            visual.rotation = unit_quat(visual.rotation).unwrap();
        }
        if let Some(j) = &mut link.joint {
            j.rotation = unit_quat(j.rotation).unwrap();
            j.axis = crate::robot::import::math::unit(j.axis).unwrap();
        }
    }
    spec
}

fn same_turn(a: &mut [f64; 4], b: &[f64; 4]) {
    if a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() < 0.0 {
        *a = a.map(|v| -v);
    }
    assert!(close(a, b, 1e-12), "{a:?} {b:?}");
    *a = *b;
}

/// Equal but for the last bits of rotations, which URDF writes as angles.
fn assert_same(mut found: RobotSpec, wanted: RobotSpec) {
    for (f, w) in found.links.iter_mut().zip(&wanted.links) {
        if let (Some(f), Some(w)) = (&mut f.joint, &w.joint) {
            same_turn(&mut f.rotation, &w.rotation);
            assert!(close(&f.axis, &w.axis, 1e-12));
            f.axis = w.axis;
        }
        assert_eq!(f.visuals.len(), w.visuals.len(), "{}", w.name);
        for (f, w) in f.visuals.iter_mut().zip(&w.visuals) {
            same_turn(&mut f.rotation, &w.rotation);
        }
        assert!(close(&f.inertia, &w.inertia, 1e-15), "{:?} {:?}", f.inertia, w.inertia);
        f.inertia = w.inertia;
        assert!(close(&f.com, &w.com, 1e-15));
        f.com = w.com;
    }
    assert_eq!(found, wanted);
}

fn back(spec: &RobotSpec, format: Format) -> RobotSpec {
    let text = export(spec, format);
    let options = Options::named(&spec.name);
    import_text(&text, &options).unwrap_or_else(|e| panic!("{} as {format:?}: {e}", spec.name)).spec
}

#[test]
fn every_shipped_robot_comes_back_from_both_formats_as_it_was() {
    for name in crate::config::names_in(&crate::config::root().join("assets/robots")) {
        let spec = crate::robot::load(&name).unwrap();
        for format in [Format::Mjcf, Format::Urdf] {
            assert_same(back(&spec, format), tidy(spec.clone()));
        }
    }
}

#[test]
fn small_robots_and_hard_names_come_back_too() {
    let mut odd = testing::hopper();
    odd.name = "odd".into();
    odd.source = "made of <brass> & \"tin\" — 'quoted'".into();
    odd.links[1].name = "a&b <thigh>".into();
    odd.links[2].joint.as_mut().unwrap().parent = "a&b <thigh>".into();
    odd.links[2].joint.as_mut().unwrap().rotation = [0.5, -0.5, 0.5, 0.5];
    for spec in [testing::hopper(), testing::pendulum(), odd] {
        for format in [Format::Mjcf, Format::Urdf] {
            assert_same(back(&spec, format), tidy(spec.clone()));
        }
    }
}

#[test]
fn the_written_robot_file_is_read_as_it_was() {
    let spec = crate::robot::load("a1").unwrap();
    let text = to_ron(&spec, "two lines\nabove it");
    let document = crate::config::Document::from_text(&text, "a1.ron").unwrap();
    assert_eq!(crate::robot::from_document(&document).unwrap(), spec);
}
