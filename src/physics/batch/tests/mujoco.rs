//! The engine against trajectories of MuJoCo (`tools/mujoco_reference.py`), on every back end.
use super::super::*;
use super::rig::*;
use crate::robot::mjcf::{Actuators, MjcfOptions, export};
use crate::robot::simple::{block, pendulum};
use crate::robot::{ModelDraw, RobotSpec, StartState};

fn everywhere(test: impl Fn(Backend)) {
    Backend::supported().into_iter().for_each(test);
}

#[test]
fn the_exported_models_are_those_the_references_were_made_from() {
    let options = MjcfOptions { actuators: Actuators::Motor, ..Default::default() };
    for spec in [a1(), pendulum(), block()] {
        let (path, text) = (data().join(format!("{}.xml", spec.name)), export(&spec, &options));
        if std::env::var("GAITLAB_WRITE_DATA").is_ok() {
            std::fs::write(&path, &text).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert_eq!(stored, text, "write {} anew and run tools/mujoco_reference.py", path.display());
    }
}

#[test]
fn a_flight_under_torques_is_mujocos() {
    everywhere(|backend| {
        for (name, dt, tolerance) in [("torques_5ms", 0.005, 4e-5), ("torques_1ms", 0.001, 1e-4)] {
            let spec = unlimited(a1());
            let mut rig = BatchRig::new(&spec, ABYSS, &cfg(dt), backend).motors();
            rig.reset(&flight(&spec));
            let (dq, dv) = rig.follow(name, flight_torques);
            assert!(dq < tolerance && dv < 6e-4, "{backend:?} {name}: {dq} {dv}");
        }
    });
}

#[test]
fn a_flight_without_torques_keeps_its_energy_as_mujocos_does() {
    everywhere(|backend| {
        for (name, dt) in [("coast_5ms", 0.005), ("coast_1ms", 0.001)] {
            let mut spec = unlimited(a1());
            spec.links.iter_mut().filter_map(|l| l.joint.as_mut()).for_each(|j| j.damping = 0.0);
            let mut rig = BatchRig::new(&spec, ABYSS, &cfg(dt), backend).motors();
            rig.reset(&flight(&spec));
            let (dq, dv) = rig.follow(name, |_| vec![0.0; 12]);
            assert!(dq < 4e-5 && dv < 4e-4, "{backend:?} {name}: {dq} {dv}");
        }
    });
}

#[test]
fn a_pendulum_swings_with_mujoco_and_with_its_textbook_period() {
    everywhere(|backend| {
        let spec = pendulum();
        let mut rig = BatchRig::new(&spec, FLAT, &cfg(0.005), backend).motors();
        rig.reset(&StartState { joint_pos: vec![1.2], ..rig.nominal(1.5) });
        let (dq, _) = rig.follow("swing", |_| vec![0.0]);
        assert!(dq < 3e-3, "{backend:?}: {dq}");

        let mut rig = BatchRig::new(&spec, FLAT, &cfg(0.001), backend).motors();
        rig.reset(&StartState { joint_pos: vec![0.1], ..rig.nominal(1.5) });
        let mut crossings = vec![];
        let mut before = 0.1;
        for k in 0..4000 {
            rig.step(&[0.0]);
            let angle = rig.row(0)[7];
            if before > 0.0 && angle <= 0.0 {
                crossings.push((k as f64 + before / (before - angle)) * 0.001);
            }
            before = angle;
        }
        // a rod about its end: 2 pi sqrt(2 l / 3 g), times 1 + angle² / 16
        let textbook = std::f64::consts::TAU * (2.0f64 / 3.0 / 9.81).sqrt() * (1.0 + 0.01 / 16.0);
        let period = crossings[1] - crossings[0];
        assert!((period / textbook - 1.0).abs() < 5e-3, "{backend:?}: {period} s, textbook {textbook} s");
    });
}

#[test]
fn standing_feet_carry_what_mujocos_feet_carry() {
    everywhere(|backend| {
        for iterations in [4, 6, 20] {
            let spec = a1();
            let cfg = crate::physics::PhysicsCfg { iterations, ..cfg(0.005) };
            let mut rig = BatchRig::new(&spec, FLAT, &cfg, backend).gains(40.0, 1.0, 1.0);
            rig.reset(&rig.nominal(0.3));
            for _ in 0..600 {
                rig.step(&[0.0; 12]);
            }
            let (_, rows) = reference("stand");
            let last = rows.last().unwrap();
            let (ours, theirs) = (rig.normal_forces(2), &last[last.len() - ours_len(&spec)..]);
            let height = rig.row(2)[2];
            let weight = 9.81 * spec.mass();
            println!("{backend:?} height {height} mujoco {}", last[3]);
            assert!((height - last[3]).abs() < 1e-3, "{backend:?}: height {height}, mujoco {}", last[3]);
            assert!((ours.iter().sum::<f64>() / weight - 1.0).abs() < 2e-3);
            for f in spec.feet() {
                println!("{backend:?} foot {} N, mujoco {}", ours[f], theirs[f]);
                assert!(
                    (ours[f] - theirs[f]).abs() < 0.01 * weight,
                    "{backend:?}: {} {}",
                    ours[f],
                    theirs[f]
                );
            }
        }
    });
}

fn ours_len(spec: &RobotSpec) -> usize {
    spec.points().count()
}

#[test]
fn a_slope_holds_inside_the_friction_cone_and_slides_by_coulombs_law_outside() {
    let angle = 15f64.to_radians();
    everywhere(|backend| {
        for friction in [0.22, 0.25, 0.29, 0.5] {
            let mut rig =
                BatchRig::new(&a1(), slope(angle), &cfg(0.005), backend).gains(80.0, 2.0, friction as f32);
            let half = (angle / 2.0) as f32;
            let quat = [half.cos(), 0.0, half.sin(), 0.0];
            rig.reset(&StartState { quat, ..rig.nominal(0.32) });
            let along = |row: &[f64]| row[19] * angle.cos() - row[21] * angle.sin();
            let mut speeds = vec![];
            for k in 0..=600 {
                if k % 200 == 0 {
                    speeds.push(along(&rig.row(9)));
                }
                rig.step(&[0.0; 12]);
            }
            let (_, rows) = reference(&format!("slope_{friction}"));
            let theirs: Vec<f64> = rows
                .iter()
                .filter(|r| [1.0, 3.0].iter().any(|t| (r[0] - t).abs() < 1e-6))
                .map(|r| along(&r[1..]))
                .collect();
            let (ours, theirs) = ((speeds[3] - speeds[1]) / 2.0, (theirs[1] - theirs[0]) / 2.0);
            let coulomb = (9.81 * (angle.sin() - friction * angle.cos())).max(0.0);
            println!(
                "{backend:?} friction {friction}: {ours:.4} m/s², mujoco {theirs:.4}, theory {coulomb:.4}; speed {:.4}",
                speeds[3]
            );
            assert!((ours - coulomb).abs() < 0.01, "{backend:?} {friction}: {ours} m/s², Coulomb {coulomb}");
            assert!((ours - theirs).abs() < 0.025, "{backend:?} {friction}: {ours} m/s², mujoco {theirs}");
            if coulomb == 0.0 {
                assert!(speeds[3] < 0.012, "{backend:?} {friction}: creeps at {} m/s", speeds[3]);
            }
        }
    });
}

#[test]
fn a_drop_ends_as_mujocos_does() {
    everywhere(|backend| {
        let mut rig = BatchRig::new(&a1(), FLAT, &cfg(0.005), backend).gains(40.0, 1.0, 1.0);
        rig.reset(&rig.nominal(0.6));
        let (comment, rows) = reference("drop");
        let their_peak: f64 = comment.rsplit(' ').next().unwrap().parse().unwrap();
        let (mut worst, mut peak) = (0.0f64, 0.0f64);
        for k in 0..=200 {
            if k % 5 == 0 {
                worst = worst.max((rig.row(1)[2] - rows[k / 5][3]).abs());
            }
            rig.step(&[0.0; 12]);
            peak = peak.max(rig.normal_forces(1).iter().sum());
        }
        println!("{backend:?}: height within {worst:.4} m, peak {peak:.1} N, mujoco {their_peak:.1} N");
        assert!(worst < 0.006, "{backend:?}: {worst} m");
        assert!((peak / their_peak - 1.0).abs() < 0.05, "{backend:?}: {peak} N, mujoco {their_peak} N");
    });
}

#[test]
fn a_joint_limit_gives_way_as_far_as_mujocos() {
    everywhere(|backend| {
        let mut rig = BatchRig::new(&pendulum(), FLAT, &cfg(0.005), backend).motors();
        rig.reset(&rig.nominal(1.5));
        let (_, rows) = reference("limit");
        let theirs = rows.iter().map(|r| r[8]).fold(f64::MIN, f64::max) - 1.5;
        let mut ours = f64::MIN;
        for k in 0..300 {
            rig.step(&[12.0]);
            if k % 5 == 4 {
                ours = ours.max(rig.row(0)[7] - 1.5);
            }
        }
        println!("{backend:?}: over-travel {ours:.4}, mujoco {theirs:.4}");
        assert!(
            ours > 0.0 && (ours - theirs).abs() < 0.15 * theirs,
            "{backend:?}: {ours} rad, mujoco {theirs} rad"
        );
    });
}

#[test]
fn dry_friction_damps_a_swing_as_mujocos_frictionloss_does() {
    everywhere(|backend| {
        let mut rig = BatchRig::new(&pendulum(), FLAT, &cfg(0.005), backend);
        rig.randomise(&ModelDraw { dry_friction_offset: 0.4, ..Default::default() });
        rig.reset(&StartState { joint_pos: vec![1.0], ..rig.nominal(1.5) });
        let (_, rows) = reference("decay");
        let mut worst = 0.0f64;
        for k in 0..=1200 {
            if k % 20 == 0 {
                let (ours, theirs) = (rig.row(0)[7], rows[k / 20][8]);
                worst = worst.max((ours - theirs).abs());
            }
            rig.step(&[0.0]);
        }
        println!(
            "{backend:?}: decay within {worst:.4} rad; at rest at {:.4}, mujoco {:.4}",
            rig.row(0)[7],
            rows[60][8]
        );
        assert!(worst < 0.03, "{backend:?}: {worst} rad");
    });
}

#[test]
fn dry_friction_holds_a_load_below_its_threshold() {
    everywhere(|backend| {
        let mut rig = BatchRig::new(&pendulum(), FLAT, &cfg(0.005), backend);
        rig.randomise(&ModelDraw { dry_friction_offset: 0.4, ..Default::default() });
        // gravity pulls with 0.245 N m, friction resists up to 0.4
        rig.reset(&StartState { joint_pos: vec![0.05], ..rig.nominal(1.5) });
        let (_, rows) = reference("hold");
        for _ in 0..400 {
            rig.step(&[0.0]);
        }
        let (ours, theirs) = (0.05 - rig.row(0)[7], 0.05 - rows[20][8]);
        println!("{backend:?}: slips by {ours:.4} rad in 2 s, mujoco by {theirs:.4} rad");
        assert!((0.0..0.004).contains(&ours), "{backend:?}: slips by {ours} rad, mujoco by {theirs} rad");
    });
}
