//! A lane's numbers depend on nothing but that lane, and everything a block remembers is in its snapshot.
use super::super::*;
use super::rig::*;
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::{PhysicsCfg, SelfCollision, Simulator};
use crate::robot::testing::hopper;
use crate::robot::{JointDraw, ModelDraw, RobotSpec, Twist};
use crate::terrain::Terrain;
use rayon::prelude::*;
use std::sync::Arc;

/// A repeatable number in [-1, 1).
fn noise(a: usize, b: usize, c: usize) -> f32 {
    let mut x = (a as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((b as u64) << 32) ^ c as u64;
    for _ in 0..3 {
        x = (x ^ (x >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    }
    (x >> 40) as f32 / (1 << 23) as f32 - 1.0
}

fn draw(robot: usize) -> ModelDraw {
    let n = |k: usize| noise(robot, 1000, k);
    ModelDraw {
        friction: 0.8 + 0.4 * n(0),
        base_mass_offset: 0.5 * n(1),
        base_com_offset: [0.02 * n(2), 0.02 * n(3), 0.02 * n(4)],
        link_mass_factor: 1.0 + 0.2 * n(5),
        kp_factor: 1.0 + 0.1 * n(6),
        kd_factor: 1.0 + 0.1 * n(7),
        effort_factor: 1.0 + 0.1 * n(8),
        armature_offset: 0.002 * n(9),
        damping_offset: 0.01 + 0.01 * n(10),
        dry_friction_offset: 0.1 * n(11),
        restitution: (0.3 * n(12)).max(0.0),
        gravity_offset: [0.3 * n(13), 0.3 * n(14), 0.2 * n(15)],
        joints: (0..12)
            .map(|j| JointDraw { mass_factor: 1.0 + 0.1 * n(16 + j), ..Default::default() })
            .collect(),
    }
}

struct Block {
    sim: BatchSim,
    /// Which robot lives in each lane.
    robots: Vec<usize>,
    nominal: Vec<f32>,
    tick: usize,
}

impl Block {
    fn new(spec: &RobotSpec, terrain: &Terrain, backend: Backend, robots: Vec<usize>) -> Block {
        // among boxes they hit themselves as well
        let own = if terrain.boxes.is_empty() { SelfCollision::Off } else { SelfCollision::All };
        let model = Arc::new(Model::colliding(spec, own));
        let mut sim =
            BatchSim::with_backend(model, Arc::new(terrain.clone()), &PhysicsCfg::default(), backend);
        for (lane, &robot) in robots.iter().enumerate() {
            sim.randomise(lane, &draw(robot));
            let mut start = nominal(spec, spec.nominal.height as f32 + 0.1 + 0.05 * noise(robot, 0, 0));
            start.pos_w[0] = noise(robot, 0, 1);
            start.twist.linear[1] = 0.3 * noise(robot, 0, 2);
            sim.reset(lane, &start);
        }
        Block { sim, robots, nominal: spec.nominal_joints(), tick: 0 }
    }
    fn step(&mut self, amplitude: f32) {
        let (tick, robots) = (self.tick, &self.robots);
        let target = |j: usize, q: &f32| Wide::from_fn(|l| q + amplitude * noise(robots[l], tick + 1, j));
        let targets: Vec<Wide> = self.nominal.iter().enumerate().map(|(j, q)| target(j, q)).collect();
        self.sim.step(&targets);
        self.tick += 1;
    }
    /// All bits of one lane.
    fn bits(&self, lane: usize) -> Vec<u32> {
        let mut all = vec![];
        self.sim.snapshot(&mut all);
        all.chunks_exact(WIDTH).map(|w| w[lane].to_bits()).collect()
    }
}

#[test]
fn a_lane_has_the_same_bits_wherever_it_is_and_whoever_is_beside_it() {
    for backend in Backend::supported() {
        for (spec, terrain) in
            [(a1(), FLAT), (a1(), bumps()), (a1(), yard()), (hopper(), FLAT), (hopper(), yard())]
        {
            let mut a = Block::new(&spec, &terrain, backend, (0..WIDTH).collect());
            let mut b = Block::new(&spec, &terrain, backend, (0..WIDTH).map(|l| (l * 5 + 3) % 23).collect());
            for _ in 0..60 {
                a.step(0.5);
                b.step(0.5);
            }
            let mut shared = 0;
            for (lane, robot) in b.robots.iter().enumerate().filter(|(_, r)| **r < WIDTH) {
                shared += 1;
                assert_eq!(a.bits(*robot), b.bits(lane), "{backend:?}: robot {robot}");
            }
            assert!(shared >= 8);
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let run = |threads: usize| -> Vec<u32> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let spec = a1();
        let blocks = (0..6).map(|k| (k * WIDTH..(k + 1) * WIDTH).collect());
        let mut blocks: Vec<Block> =
            blocks.map(|robots| Block::new(&spec, &FLAT, Backend::supported()[0], robots)).collect();
        pool.install(|| (0..40).for_each(|_| blocks.par_iter_mut().for_each(|b| b.step(0.4))));
        blocks.iter().flat_map(|b| (0..WIDTH).flat_map(|l| b.bits(l))).collect()
    };
    assert_eq!(run(1), run(4));
}

#[test]
fn a_restored_block_goes_on_bit_for_bit() {
    for (backend, ground) in Backend::supported().into_iter().flat_map(|b| [(b, bumps()), (b, yard())]) {
        let mut a = Block::new(&a1(), &ground, backend, (0..WIDTH).collect());
        (0..30).for_each(|_| a.step(0.4));
        let mut kept = vec![];
        a.sim.snapshot(&mut kept);
        let mut b = Block::new(&a1(), &ground, backend, (0..WIDTH).collect());
        kept.push(1.5);
        assert_eq!(b.sim.restore(&kept), Some(kept.len() - 1));
        assert_eq!(b.sim.restore(&kept[..100]), None);
        b.tick = a.tick;
        for _ in 0..30 {
            a.step(0.4);
            b.step(0.4);
        }
        (0..WIDTH).for_each(|l| assert_eq!(a.bits(l), b.bits(l)));
    }
}

#[test]
fn a_lane_that_is_not_finite_leaves_the_others_alone_and_is_reported() {
    for backend in Backend::supported() {
        for terrain in [FLAT, bumps(), yard()] {
            let mut a = Block::new(&a1(), &terrain, backend, (0..WIDTH).collect());
            let mut b = Block::new(&a1(), &terrain, backend, (0..WIDTH).collect());
            for k in 0..40 {
                if k == 10 {
                    b.sim.push(4, Twist { linear: [f32::NAN, 0.0, 0.0], angular: [0.0; 3] });
                    b.sim.push(11, Twist { linear: [0.0; 3], angular: [f32::INFINITY, 0.0, 0.0] });
                    b.sim.push(13, Twist { linear: [3e30, 0.0, 0.0], angular: [0.0, 1e20, 0.0] });
                }
                a.step(0.4);
                b.step(0.4);
            }
            let valid = b.sim.state().valid;
            for lane in 0..WIDTH {
                if [4, 11, 13].contains(&lane) {
                    assert_eq!(valid.lanes()[lane], 0.0, "{backend:?} lane {lane}");
                } else {
                    assert_eq!(valid.lanes()[lane], 1.0);
                    assert_eq!(a.bits(lane), b.bits(lane), "{backend:?} lane {lane}");
                }
            }
            // a reset brings the lane back
            b.sim.reset(4, &nominal(&a1(), 0.4));
            b.step(0.4);
            assert_eq!(b.sim.state().valid.lanes()[4], 1.0);
        }
    }
}

#[test]
fn thrashing_robots_stay_finite_and_out_of_the_ground() {
    for (spec, terrain) in [(a1(), FLAT), (a1(), bumps()), (a1(), yard())] {
        let mut block = Block::new(&spec, &terrain, Backend::supported()[0], (100..100 + WIDTH).collect());
        for _ in 0..500 {
            block.step(0.6);
            let s = block.sim.state();
            for lane in 0..WIDTH {
                assert_eq!(s.valid.lanes()[lane], 1.0, "tick {}", block.tick);
                let speed = s.joint_vel.iter().map(|v| v.lanes()[lane].abs()).fold(0.0, f32::max);
                assert!(speed < 120.0, "tick {}: joint speed {speed} rad/s", block.tick);
                assert!(s.base_lin_vel_w.z.lanes()[lane].abs() < 10.0);
                for (foot, ground) in s.foot_pos_w.iter().zip(s.foot_ground_w) {
                    let depth = ground.lanes()[lane] - foot.z.lanes()[lane];
                    assert!(depth < 0.12, "tick {}: a foot is {depth} m in the ground", block.tick);
                }
            }
        }
    }
}
