//! Watching a block: which termination ended an episode, what each reward term cost in it, and where every robot was
//! in the last two seconds. Nothing here is read by the environment, so watching cannot change what happens.
use crate::lane::{Lane, WIDTH, Wide};
use crate::robot::{Posture, StateView};
use crate::task::Plan;

/// Seconds of postures that are kept.
pub const KEPT_SECS: f32 = 2.0;

/// No termination has fired.
const NONE: u16 = u16::MAX;

/// An episode that ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndedEpisode {
    /// Lane of the block.
    pub lane: usize,
    /// Which termination ended it; `None`: its numbers stopped being finite.
    pub termination: Option<u16>,
    /// It failed; otherwise its time was up.
    pub failed: bool,
    /// The reward term that cost most over the episode.
    pub costliest: u16,
    /// Length, ticks.
    pub ticks: u32,
    /// Command at the end: forward m/s, left m/s, yaw rate rad/s.
    pub command: [f32; 3],
    /// Where the base was, world, m.
    pub place: [f32; 2],
    /// Ticks that had been witnessed then.
    at: u64,
}

/// What is remembered of one block while it is watched.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Episodes that ended since they were last taken.
    pub ended: Vec<EndedEpisode>,
    /// Mean reward per second of each lane's last finished episode; NaN before.
    pub scores: [f32; WIDTH],
    /// Weighted sum of each reward term over the running episode.
    pub(super) terms: Vec<Wide>,
    total: Wide,
    by: [u16; WIDTH],
    began: [u64; WIDTH],
    ticks: u64,
    dt: f32,
    width: usize,
    ring: Vec<Wide>,
    kept: usize,
}

impl Witness {
    /// For a block of a plan. Postures stay for two seconds and `slack` ticks more, so that whoever looks only once
    /// in that time still finds the last two seconds of everything that ended.
    pub fn new(plan: &Plan, slack: usize) -> Self {
        let kept = (KEPT_SECS / plan.dt).round() as usize + slack;
        let width = 7 + plan.robot.num_joints();
        Self {
            ended: Vec::with_capacity(4 * WIDTH),
            scores: [f32::NAN; WIDTH],
            terms: vec![Wide::zero(); plan.rewards.len()],
            total: Wide::zero(),
            by: [NONE; WIDTH],
            began: [0; WIDTH],
            ticks: 0,
            dt: plan.dt,
            width,
            ring: vec![Wide::zero(); kept * width],
            kept,
        }
    }

    /// Forgets all running episodes: the block's state was replaced.
    pub fn restart(&mut self) {
        self.ended.clear();
        (0..WIDTH).for_each(|lane| self.begin(lane));
    }

    /// A termination fired in the lanes where `ends` is one; the first counts.
    #[inline(never)]
    pub(super) fn fired(&mut self, termination: usize, ends: Wide) {
        for (by, e) in self.by.iter_mut().zip(ends.lanes()) {
            if *e > 0.0 && *by == NONE {
                *by = termination as u16;
            }
        }
    }

    /// A tick went by.
    #[inline]
    pub(super) fn tick(&mut self, state: &StateView<'_>, reward: Wide) {
        self.total += reward;
        let row = (self.ticks % self.kept as u64) as usize * self.width;
        let row = &mut self.ring[row..row + self.width];
        let p = state.base_pos_w;
        row[..3].copy_from_slice(&[p.x, p.y, p.z]);
        row[3..7].copy_from_slice(&state.base_quat);
        row[7..].copy_from_slice(state.joint_pos);
        self.ticks += 1;
    }

    /// An episode ends.
    pub(super) fn end(&mut self, lane: usize, failed: bool, command: [f32; 3]) {
        let ticks = self.ticks - self.began[lane];
        let cost = |i: &usize| self.terms[*i].lanes()[lane];
        let costliest = (0..self.terms.len()).min_by(|a, b| cost(a).total_cmp(&cost(b)));
        self.scores[lane] = self.total.lanes()[lane] / (ticks.max(1) as f32 * self.dt);
        let last = (self.ticks.wrapping_sub(1) % self.kept as u64) as usize * self.width;
        let place = [0, 1].map(|i| self.ring[last + i].lanes()[lane]);
        self.ended.push(EndedEpisode {
            lane,
            termination: Some(self.by[lane]).filter(|by| *by != NONE),
            failed,
            costliest: costliest.unwrap_or(0) as u16,
            ticks: ticks as u32,
            command,
            place,
            at: self.ticks,
        });
    }

    /// An episode begins.
    pub(super) fn begin(&mut self, lane: usize) {
        self.terms.iter_mut().for_each(|t| t.lanes_mut()[lane] = 0.0);
        self.total.lanes_mut()[lane] = 0.0;
        self.by[lane] = NONE;
        self.began[lane] = self.ticks;
    }

    /// The last two seconds of an episode that ended, or what is left of them, the oldest first.
    pub fn postures(&self, e: &EndedEpisode) -> Vec<Posture> {
        let longest = ((KEPT_SECS / self.dt).round() as u64).min(e.ticks as u64);
        let first = (e.at - longest).max(self.ticks.saturating_sub(self.kept as u64));
        (first..e.at)
            .map(|tick| {
                let row = (tick % self.kept as u64) as usize * self.width;
                let at = |i: usize| self.ring[row + i].lanes()[e.lane];
                Posture {
                    pos_w: std::array::from_fn(at),
                    quat: std::array::from_fn(|k| at(3 + k)),
                    joint_pos: (7..self.width).map(at).collect(),
                }
            })
            .collect()
    }
}
