//! Boxes: against MuJoCo, against numbers by hand, and against looking at every box.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::suite::scenes::*;
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::{StartState, Twist, simple};
use crate::terrain::{Obstacle, OrientedBox, Steps, Track};

fn everywhere(test: impl Fn(Backend)) {
    Backend::supported().into_iter().for_each(test);
}

fn rig(name: &str, backend: Backend) -> BatchRig {
    let scene = scene(name).unwrap();
    BatchRig::new(&scene.spec, scene.terrain.clone(), &scene.cfg(), backend)
}

/// Largest distance of base and joint positions from a reference's rows; `torque` at every step.
fn off_by(rig: &mut BatchRig, name: &str, torque: &[f32]) -> (f64, Vec<f64>) {
    let (_, rows) = reference(name);
    let (joints, mut worst, mut step) = (rig.spec.num_joints(), 0.0f64, 0);
    for row in &rows {
        while f64::from(step) * rig.dt < row[0] - 1e-9 {
            rig.step(torque);
            step += 1;
        }
        let ours = rig.row(3);
        let places = (0..3).chain(7..7 + joints);
        worst = worst.max(places.map(|k| (ours[k] - row[1 + k]).abs()).fold(0.0, f64::max));
    }
    // forces are those of the step that begins
    rig.step(torque);
    (worst, rows.last().unwrap()[1 + 7 + 6 + 2 * joints..].to_vec())
}

/// World forces per point, N.
fn forces(rig: &BatchRig) -> Vec<[f64; 3]> {
    let at = |f: &Wide| f64::from(f.lanes()[3]);
    rig.sim.state().contact_force.iter().map(|[n, x, y]| [at(x), at(y), at(n)]).collect()
}

#[test]
fn a_ball_rolls_off_a_box_as_mujocos_does() {
    everywhere(|backend| {
        let mut rig = rig("scene_ball", backend);
        let twist = Twist { linear: [0.4, 0.1, 0.0], angular: [0.0; 3] };
        rig.reset(&StartState { twist, ..rig.nominal(0.2502) });
        let (worst, _) = off_by(&mut rig, "scene_ball", &[]);
        println!("{backend:?}: ball within {worst:.4} m, ends at {:?}", &rig.row(3)[..3]);
        assert!(worst < 1e-3, "{backend:?}: {worst} m");
    });
}

#[test]
fn a_block_tips_over_an_edge_as_mujocos_does() {
    everywhere(|backend| {
        let mut rig = rig("scene_block", backend);
        rig.reset(&rig.nominal(0.25));
        let (worst, _) = off_by(&mut rig, "scene_block", &[]);
        println!("{backend:?}: block within {worst:.4} m, ends at {:?}", &rig.row(3)[..3]);
        assert!(worst < 4e-3, "{backend:?}: {worst} m");
    });
}

#[test]
fn a_robot_stands_on_boxes_as_mujocos_does() {
    everywhere(|backend| {
        let mut rig = rig("scene_a1", backend).gains(40.0, 1.0, 1.0);
        rig.reset(&rig.nominal(0.36));
        let (_, theirs) = off_by(&mut rig, "scene_a1", &[0.0; 12]);
        let (_, rows) = reference("scene_a1");
        let (height, last) = (rig.row(3)[2], rows.last().unwrap());
        let weight = 9.81 * rig.spec.mass();
        let ours = forces(&rig);
        println!("{backend:?}: height {height}, mujoco {}", last[3]);
        assert!((height - last[3]).abs() < 1e-3, "{backend:?}: height {height}, mujoco {}", last[3]);
        assert!((ours.iter().map(|f| f[2]).sum::<f64>() / weight - 1.0).abs() < 5e-3);
        for f in rig.spec.feet() {
            println!("{backend:?} foot {:?} N, mujoco {:?}", ours[f], &theirs[3 * f..3 * f + 3]);
            for k in 0..3 {
                let (ours, theirs) = (ours[f][k], theirs[3 * f + k]);
                assert!((ours - theirs).abs() < 0.015 * weight, "{backend:?}: {ours} N, mujoco {theirs} N");
            }
        }
        // the boxes count as ground
        let ground = rig.sim.state().foot_ground_w;
        assert!((ground[0].lanes()[3] - 0.06).abs() < 1e-5, "{}", ground[0].lanes()[3]);
        assert!((ground[1].lanes()[3] - 0.06).abs() < 0.02 && ground[1].lanes()[3] != ground[0].lanes()[3]);
    });
}

#[test]
fn a_rod_presses_a_vertical_face_and_an_underside_with_what_levers_say() {
    everywhere(|backend| {
        // the rod weighs 9.81 N half-way down; its end is 1 m from the hinge, and its ball 5 cm
        let wall = |angle: f64| (-8.0 - 4.905 * angle.sin()).abs() / angle.cos();
        let mut rig = self::rig("scene_wall", backend).motors();
        rig.reset(&rig.nominal(1.5));
        let (worst, theirs) = off_by(&mut rig, "scene_wall", &[-8.0, 0.0]);
        let (angle, force) = (rig.row(3)[7], forces(&rig)[4]);
        println!(
            "{backend:?}: angle {angle:.4} within {worst:.4}, force {force:?}, mujoco {:?}",
            &theirs[12..15]
        );
        // 15 cm to the wall
        assert!((angle + 0.15f64.asin()).abs() < 4e-3 && worst < 4e-3, "{backend:?}: {angle} {worst}");
        assert!((force[0] + wall(angle)).abs() < 0.06, "{backend:?}: {force:?}, by hand {}", wall(angle));
        assert!((force[0] - theirs[12]).abs() < 0.02, "{backend:?}: {force:?}, mujoco {:?}", &theirs[12..15]);

        let mut rig = self::rig("scene_bar", backend).motors();
        rig.reset(&StartState { joint_pos: vec![-1.2, 0.0], ..rig.nominal(1.5) });
        let (worst, theirs) = off_by(&mut rig, "scene_bar", &[-12.0, 0.0]);
        let (angle, force) = (rig.row(3)[7], forces(&rig)[4]);
        println!(
            "{backend:?}: angle {angle:.4} within {worst:.4}, force {force:?}, mujoco {:?}",
            &theirs[12..15]
        );
        // the underside is 40 cm above the hinge: the ball stops 35 cm above it
        let rise = -(-angle).cos();
        assert!((rise - 0.35).abs() < 6e-3 && worst < 6e-3, "{backend:?}: {rise} m, {worst}");
        let lever = (12.0 - 4.905 * (-angle).sin()) / (-angle).sin();
        assert!((force[2] + lever).abs() < 0.05, "{backend:?}: {force:?}, by hand {lever}");
        assert!((force[2] - theirs[14]).abs() < 0.05, "{backend:?}: {force:?}, mujoco {:?}", &theirs[12..15]);
    });
}

#[test]
fn lanes_see_the_heights_that_one_sees_at_every_box() {
    let spec = a1();
    everywhere(|backend| {
        let terrain = yard();
        let points: Vec<[f32; 2]> =
            (0..400).map(|i| [(i % 20) as f32 * 0.19 - 1.9, (i / 20) as f32 * 0.17 - 1.7]).collect();
        let mut rig = BatchRig::new(&spec, terrain.clone(), &PhysicsCfg::default(), backend);
        let (sin, cos) = 0.3f32.sin_cos();
        let start = StartState {
            quat: [0.15f32.cos(), 0.0, 0.0, 0.15f32.sin()],
            pos_w: [0.2, -0.1, 0.6],
            ..rig.nominal(0.6)
        };
        rig.reset(&start);
        let mut out = vec![Wide::zero(); points.len()];
        rig.sim.height_scan(&points, &mut out);
        let mut different = 0;
        for ([px, py], o) in points.iter().zip(&out) {
            let (x, y) = (0.2 + cos * px - sin * py, -0.1 + sin * px + cos * py);
            let crate::terrain::Surface::Field(f) = &terrain.surface else { panic!("the yard is bumpy") };
            // at the nearest sample
            let index = |v: f32, k: usize| ((v - f.origin[k]) / f.cell).round() as usize;
            let surface = f.data[index(y, 1) * f.nx + index(x, 0)];
            let [x, y] = [(x, 0), (y, 1)].map(|(v, k)| f.origin[k] + index(v, k) as f32 * f.cell);
            let all = terrain.boxes.list().iter().filter_map(|b| b.span(x, y)).map(|s| s[1]);
            let want = all.fold(surface, f32::max);
            // within rounding of an edge both are right
            different += usize::from((o.lanes()[7] - want).abs() > 1e-4);
        }
        assert!(different <= 4, "{backend:?}: {different} heights");
    });
}

#[test]
fn spheres_sink_into_boxes_as_far_as_the_distance_to_every_box_says() {
    // who falls freely through boxes touches them if and only if it overlaps one
    let spec = simple::ball();
    let terrain = yard();
    let cfg = PhysicsCfg { gravity: 0.0, ..cfg(0.001) };
    everywhere(|backend| {
        let mut rig = BatchRig::new(&spec, terrain.clone(), &cfg, backend);
        let (mut touching, mut single) = (0, 0);
        for k in 0..40 {
            let place = |l: usize| {
                let i = k * WIDTH + l;
                [(i % 29) as f32 * 0.13 - 1.8, (i / 29) as f32 * 0.14 - 1.5, 0.04 + 0.004 * (i % 31) as f32]
            };
            for l in 0..WIDTH {
                rig.sim.reset(l, &StartState { pos_w: place(l), ..nominal(&spec, 0.0) });
            }
            rig.step(&[]);
            for l in 0..WIDTH {
                let at = place(l);
                let near = terrain.boxes.list().iter().map(|b| b.distance(at).0).fold(f32::MAX, f32::min);
                let Some(field) = (match &terrain.surface {
                    crate::terrain::Surface::Field(f) => Some(f),
                    crate::terrain::Surface::Plane { .. } => None,
                }) else {
                    panic!("the yard is bumpy")
                };
                let (ground, normal) = super::field::nearest(field, at);
                let depth = near.min(ground) - 0.05;
                let force = rig.sim.state().contact_force[0].map(|f| f.lanes()[l]);
                let pushed = force.iter().any(|f| *f != 0.0);
                let boxes = terrain.boxes.list().iter().map(|b| b.distance(at));
                let touched: Vec<_> =
                    boxes.chain([(ground, normal)]).filter(|(distance, _)| *distance < 0.05).collect();
                if let [(distance, normal)] = touched[..] {
                    // at rest and without weight nothing but the normal pushes
                    let world = [force[1], force[2], force[0]];
                    let along: f32 = (0..3).map(|k| world[k] * normal[k]).sum();
                    let all = (0..3).map(|k| world[k].powi(2)).sum::<f32>().sqrt();
                    if distance < 0.0499 {
                        assert!(along > 0.999 * all, "{backend:?} at {at:?}: {force:?} N, normal {normal:?}");
                        single += 1;
                    }
                }
                if depth.abs() > 1e-5 {
                    assert_eq!(pushed, depth < 0.0, "{backend:?} at {at:?}: {depth} m, {force:?}");
                }
                touching += usize::from(pushed);
            }
        }
        assert!((100..600).contains(&touching) && single > 50, "{touching} {single}");
    });
}

#[test]
fn a_ball_rolls_over_a_seam_of_flush_boxes_as_over_one_box() {
    everywhere(|backend| {
        let roll = |boxes: Vec<OrientedBox>| {
            let terrain = FLAT.with_boxes(boxes).unwrap();
            let mut rig = BatchRig::new(&simple::ball(), terrain, &cfg(0.002), backend);
            let twist = Twist { linear: [1.0, 0.0, 0.0], angular: [0.0, 20.0, 0.0] };
            rig.reset(&StartState { twist, pos_w: [-0.4, 0.0, 0.1495], ..rig.nominal(0.0) });
            rig.rest(0.8);
            rig.row(9)
        };
        let one = roll(vec![OrientedBox::new([0.0, 0.0, 0.05], [1.0, 0.3, 0.05])]);
        let tiles = (0..20).map(|i| OrientedBox::new([-0.95 + 0.1 * i as f32, 0.0, 0.05], [0.05, 0.3, 0.05]));
        let many = roll(tiles.collect());
        for k in [0, 1, 2, 7, 9] {
            assert!((one[k] - many[k]).abs() < 1e-3, "{backend:?} {k}: {} {}", one[k], many[k]);
        }
        assert!((many[0] - 0.4).abs() < 5e-3, "{}", many[0]);
    });
}

#[test]
fn what_sinks_in_beside_a_riser_comes_out_on_the_tread() {
    let stairs = Track { steps: Steps::Boxes, ..Track::new(Obstacle::StairsDown, 0.2) };
    let ground = stairs.build().unwrap();
    everywhere(|backend| {
        // the first riser is at x = 1 m; the centre is deeper below the tread than it is far from the riser
        let mut rig = BatchRig::new(&simple::ball(), ground.clone(), &cfg(0.002), backend);
        rig.reset(&StartState { pos_w: [1.005, 0.0, -0.22], ..rig.nominal(0.0) });
        rig.rest(0.15);
        let at = rig.row(9);
        assert!(at[2] > -0.155 && at[0] > 1.045, "{backend:?}: x {} z {}", at[0], at[2]);
    });
}

#[test]
fn boxes_come_and_go_with_the_ground() {
    let spec = a1();
    let boxes = vec![OrientedBox::new([0.0, 0.0, 0.05], [1.0, 1.0, 0.05])];
    everywhere(|backend| {
        let mut rig = BatchRig::new(&spec, FLAT, &PhysicsCfg::default(), backend);
        let stand = |rig: &mut BatchRig, height| {
            rig.reset(&rig.nominal(height));
            (0..100).for_each(|_| rig.step(&[0.0; 12]));
            rig.row(2)[2]
        };
        let flat = stand(&mut rig, 0.3);
        rig.sim.set_terrain(std::sync::Arc::new(FLAT.with_boxes(boxes.clone()).unwrap()));
        let high = stand(&mut rig, 0.4);
        rig.sim.set_terrain(std::sync::Arc::new(FLAT));
        assert!((high - flat - 0.1).abs() < 2e-3, "{backend:?}: {high} m, {flat} m");
        assert_eq!(stand(&mut rig, 0.3), flat);
    });
}
