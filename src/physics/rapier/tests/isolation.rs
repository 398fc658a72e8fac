//! A lane's numbers depend on nothing but that lane, and everything a block remembers is in its snapshot.
use super::super::{Model, RapierSim};
use crate::lane::{Lane, WIDTH, Wide};
use crate::physics::testing::*;
use crate::physics::{PhysicsCfg, Simulator};
use crate::robot::ModelDraw;
use crate::terrain::Terrain;
use std::sync::Arc;

/// A repeatable number in [-1, 1).
fn noise(a: usize, b: usize, c: usize) -> f32 {
    let mut x = (a as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ ((b as u64) << 32) ^ c as u64;
    for _ in 0..3 {
        x = (x ^ (x >> 31)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    }
    (x >> 40) as f32 / (1 << 23) as f32 - 1.0
}

struct Block {
    sim: RapierSim,
    /// Which robot lives in each lane.
    robots: Vec<usize>,
    nominal: Vec<f32>,
    tick: usize,
}

impl Block {
    fn new(terrain: &Terrain, robots: Vec<usize>) -> Block {
        let spec = a1();
        let (model, terrain) = (Arc::new(Model::compile(&spec)), Arc::new(terrain.clone()));
        let mut sim = RapierSim::new(model, terrain, &PhysicsCfg::default());
        for (lane, &robot) in robots.iter().enumerate() {
            let n = |k: usize| noise(robot, 1000, k);
            sim.randomise(
                lane,
                &ModelDraw {
                    friction: 0.8 + 0.4 * n(0),
                    base_mass_offset: 0.5 * n(1),
                    base_com_offset: [0.02 * n(2), 0.02 * n(3), 0.02 * n(4)],
                    kp_factor: 1.0 + 0.1 * n(6),
                    damping_offset: 0.01 + 0.01 * n(10),
                    ..Default::default()
                },
            );
            let mut start = nominal(&spec, 0.4 + 0.05 * noise(robot, 0, 0));
            start.pos_w[0] = noise(robot, 0, 1);
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
        all.chunks_exact(all.len() / WIDTH).nth(lane).unwrap().iter().map(|v| v.to_bits()).collect()
    }
}

#[test]
fn a_lane_has_the_same_bits_wherever_it_is_and_however_many_threads_there_are() {
    for terrain in [FLAT, bumps()] {
        let run = |threads: usize, robots: Vec<usize>| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut block = Block::new(&terrain, robots);
            pool.install(|| (0..30).for_each(|_| block.step(0.4)));
            block
        };
        let a = run(1, (0..WIDTH).collect());
        let b = run(3, (0..WIDTH).rev().collect());
        (0..WIDTH).for_each(|l| assert_eq!(a.bits(l), b.bits(WIDTH - 1 - l), "lane {l}"));
        assert_ne!(a.bits(0), a.bits(1));
    }
}

#[test]
fn a_restored_block_goes_on_bit_for_bit() {
    let mut a = Block::new(&bumps(), (0..WIDTH).collect());
    (0..20).for_each(|_| a.step(0.4));
    let mut kept = vec![];
    a.sim.snapshot(&mut kept);
    let mut b = Block::new(&bumps(), (40..40 + WIDTH).collect());
    (0..3).for_each(|_| b.step(0.4));
    kept.push(1.5);
    assert_eq!(b.sim.restore(&kept[..100]), None);
    assert_eq!(b.sim.restore(&kept), Some(kept.len() - 1));
    (b.tick, b.robots) = (a.tick, a.robots.clone());
    for _ in 0..15 {
        a.step(0.4);
        b.step(0.4);
    }
    (0..WIDTH).for_each(|l| assert_eq!(a.bits(l), b.bits(l)));
    let height = |s: &RapierSim| s.state().base_pos_w.z.lanes().to_vec();
    assert_eq!(height(&a.sim), height(&b.sim));
}

#[test]
fn thrashing_robots_stay_finite_and_out_of_the_ground() {
    for terrain in [FLAT, bumps()] {
        let mut block = Block::new(&terrain, (100..100 + WIDTH).collect());
        let (mut deepest, mut fastest) = (0.0f32, 0.0f32);
        for _ in 0..150 {
            block.step(0.6);
            let s = block.sim.state();
            assert_eq!(s.valid.lanes(), [1.0; WIDTH], "tick {}", block.tick);
            for lane in 0..WIDTH {
                let speed = s.joint_vel.iter().map(|v| v.lanes()[lane].abs()).fold(0.0, f32::max);
                fastest = fastest.max(speed);
                for (foot, ground) in s.foot_pos_w.iter().zip(s.foot_ground_w) {
                    deepest = deepest.max(ground.lanes()[lane] - foot.z.lanes()[lane]);
                }
            }
        }
        println!("deepest {deepest} m, fastest joint {fastest} rad/s");
        assert!(deepest < 0.05, "a foot was {deepest} m in the ground");
        assert!(fastest < 120.0, "a joint turned with {fastest} rad/s");
    }
}
