//! What is remembered of what lies between the policy's actions and the robot: smoothing, strength and zero offsets of motors,
//! delay, random torques and wrenches.
use super::ring::Ring;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::{Drawn, Every, Quantity};
use crate::rng::{LaneRng, Purpose};
use crate::task::Plan;

/// What a block remembers of it.
#[derive(Clone, Debug)]
pub(super) struct Wiring {
    pub smoothed: Vec<Wide>,
    /// What joints are sent.
    pub sent: Vec<Wide>,
    /// What was sent in the last ticks.
    pub ring: Option<Ring>,
    pub before: Vec<Wide>,
    pub torques: Vec<Wide>,
    pub torque_rng: LaneRng,
    pub wrench_rng: LaneRng,
    /// Ticks until the next wrench.
    pub wrench_due: Wide,
    /// Which ways are taken.
    pub ways: Ways,
}

/// Which parts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    pub strength: bool,
    pub zeros: bool,
    pub bias: bool,
    pub wrench: bool,
}

impl Wiring {
    pub fn new(plan: &Plan, randomise: bool, seed: u64, first_env: u64) -> Self {
        let (n, ticks) = (plan.num_actions(), plan.wiring.action_ticks);
        let zeros = vec![Wide::zero(); n];
        Self {
            smoothed: zeros.clone(),
            sent: zeros.clone(),
            // targets that come late within a tick are one tick older before that
            ring: (randomise && ticks > 0).then(|| Ring::new(n, ticks)),
            before: zeros,
            torques: vec![],
            torque_rng: LaneRng::new(seed, first_env, Purpose::Torque),
            wrench_rng: LaneRng::new(seed, first_env, Purpose::Wrench),
            wrench_due: Wide::zero(),
            ways: Ways::default(),
        }
    }

    /// Looks which ways the drawn numbers ask for.
    pub fn look(&mut self, drawn: &Drawn) {
        self.ways = Ways {
            strength: drawn.any(Quantity::TargetStrength),
            zeros: drawn.any(Quantity::ZeroOffset),
            bias: drawn.any(Quantity::TorqueBias),
            wrench: drawn.any(Quantity::ExternalWrench),
        };
    }

    /// Appends everything that outlives a tick; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        let words = [&self.torque_rng.0, &self.wrench_rng.0];
        words.into_iter().flatten().for_each(|w| out.push(f32::from_bits(*w)));
        out.extend_from_slice(self.wrench_due.lanes());
        if let Some(ring) = &self.ring {
            ring.snapshot(out);
        }
    }

    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let (words, rest) = data.split_at_checked(2 * WIDTH)?;
        let due = rest.get(..WIDTH)?;
        let all = self.torque_rng.0.iter_mut().chain(&mut self.wrench_rng.0);
        all.zip(words).for_each(|(to, from)| *to = from.to_bits());
        self.wrench_due.lanes_mut().copy_from_slice(due);
        let used = 3 * WIDTH;
        Some(used + self.ring.as_mut().map_or(Some(0), |ring| ring.restore(&data[used..]))?)
    }

    /// Random torques of all physics steps of a tick, on top of those that stay.
    pub fn draw_torques(&mut self, plan: &Plan, noisy: bool, drawn: &Drawn) {
        let w = self;
        let (cfg, joints) = (&plan.env.actions.torque_noise, plan.num_actions());
        w.torques.resize(joints * plan.env.physics.substeps, Wide::zero());
        for (row, torques) in w.torques.chunks_exact_mut(joints).enumerate() {
            torques.copy_from_slice(drawn.of(Quantity::TorqueBias));
            if !noisy || (row > 0 && cfg.every == Every::Tick) {
                continue;
            }
            for (pair, effort) in torques.chunks_mut(2).zip(plan.wiring.effort.chunks(2)) {
                let (a, b) = if cfg.normal {
                    w.torque_rng.normal2()
                } else {
                    let one = Wide::splat(1.0);
                    (w.torque_rng.symmetric(one), w.torque_rng.symmetric(one))
                };
                for ((t, x), effort) in pair.iter_mut().zip([a, b]).zip(effort) {
                    *t = x.mul_add(Wide::splat(cfg.share as f32 * effort), *t);
                }
            }
        }
        if noisy && cfg.every == Every::Tick {
            let (first, others) = w.torques.split_at_mut(joints);
            others.chunks_exact_mut(joints).for_each(|row| row.copy_from_slice(first));
        }
    }
}
