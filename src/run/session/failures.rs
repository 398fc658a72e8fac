//! Gathers what ends episodes, and keeps the last seconds of some that failed.
use super::{FailedEpisode, FailureRow, FailureTable};
use crate::env::EndedEpisode;
use crate::task::Plan;
use crate::tick::EnvsState;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Ended episodes that the table speaks of.
const RECENT: usize = 2000;
/// Failed episodes kept per cause.
const PER_CAUSE: usize = 8;
/// Failed episodes kept in all.
const KEPT: usize = 256;
/// Failed episodes kept per iteration: copying postures takes time.
const PER_ITERATION: usize = 2;
/// Time between tables.
const TABLE_EVERY: Duration = Duration::from_millis(100);

/// Termination (`None`: not finite), costliest reward term, tile.
type Cause = (Option<u16>, u16, [u32; 2]);

/// See the module.
#[derive(Default)]
pub(super) struct Failures {
    /// Cause of failure and length in ticks; `None` for time-outs.
    recent: VecDeque<(Option<Cause>, u32)>,
    counts: BTreeMap<Cause, (u32, u64)>,
    kept: VecDeque<(Cause, Arc<FailedEpisode>)>,
    kept_per_cause: BTreeMap<Cause, usize>,
    table: Arc<FailureTable>,
    made: Option<Instant>,
}

/// Where an episode ended.
fn tile_of(plan: &Plan, e: &EndedEpisode) -> [u32; 2] {
    plan.env.terrain.as_ref().map_or([0; 2], |t| t.tile_at(e.place))
}

impl Failures {
    /// Takes what ended in an iteration.
    pub fn take(&mut self, envs: &mut EnvsState, iteration: u64) {
        let plan = envs.plan.clone();
        let mut candidates: Vec<(usize, Cause, usize, EndedEpisode)> = vec![];
        for (b, block) in envs.teams.iter_mut().flat_map(|t| &mut t.blocks).enumerate() {
            let Some(w) = &mut block.witness else { continue };
            for e in w.ended.drain(..) {
                let cause: Cause = (e.termination, e.costliest, tile_of(&plan, &e));
                self.count(e.failed.then_some(cause), e.ticks);
                if e.failed {
                    let have = self.kept_per_cause.get(&cause).copied().unwrap_or(0);
                    candidates.push((have, cause, b, e));
                }
            }
        }
        // rare causes first; among equals another block every time
        let n = candidates.len().max(1);
        candidates.rotate_left(iteration as usize * 7 % n);
        candidates.sort_by_key(|c| c.0);
        for (_, cause, b, e) in candidates.into_iter().take(PER_ITERATION) {
            let Some(block) = envs.teams.iter().flat_map(|t| &t.blocks).nth(b) else { continue };
            let Some(w) = &block.witness else { continue };
            let (termination, costliest) = names(&envs.plan, &cause);
            let episode = FailedEpisode {
                env: block.env(e.lane) as usize,
                iteration,
                termination,
                costliest,
                tile: cause.2,
                command: e.command,
                length_s: e.ticks as f32 * envs.plan.dt,
                postures: w.postures(&e),
                dt: envs.plan.dt,
            };
            self.keep(cause, episode);
        }
        if self.made.is_none_or(|t| t.elapsed() >= TABLE_EVERY) {
            self.made = Some(Instant::now());
            self.table = Arc::new(self.tabulate(&envs.plan));
        }
    }

    fn count(&mut self, cause: Option<Cause>, ticks: u32) {
        self.recent.push_back((cause, ticks));
        if let Some(cause) = cause {
            let c = self.counts.entry(cause).or_default();
            (c.0, c.1) = (c.0 + 1, c.1 + ticks as u64);
        }
        while self.recent.len() > RECENT {
            let Some((Some(cause), ticks)) = self.recent.pop_front() else { continue };
            if let Some(c) = self.counts.get_mut(&cause) {
                (c.0, c.1) = (c.0 - 1, c.1 - ticks as u64);
                if c.0 == 0 {
                    self.counts.remove(&cause);
                }
            }
        }
    }

    fn keep(&mut self, cause: Cause, episode: FailedEpisode) {
        self.kept.push_back((cause, Arc::new(episode)));
        *self.kept_per_cause.entry(cause).or_default() += 1;
        let full = self.kept_per_cause[&cause] > PER_CAUSE;
        let drop = if full { self.kept.iter().position(|(c, _)| *c == cause) } else { None };
        let drop = drop.or((self.kept.len() > KEPT).then_some(0));
        if let Some((old, _)) = drop.and_then(|i| self.kept.remove(i))
            && let Some(n) = self.kept_per_cause.get_mut(&old)
        {
            *n -= 1;
        }
    }

    fn tabulate(&self, plan: &Plan) -> FailureTable {
        let ended = self.recent.len() as u32;
        let mut rows: Vec<FailureRow> = self
            .counts
            .iter()
            .map(|(cause, (episodes, ticks))| {
                let (termination, costliest) = names(plan, cause);
                FailureRow {
                    termination,
                    costliest,
                    tile: cause.2,
                    episodes: *episodes,
                    share: *episodes as f64 / ended.max(1) as f64,
                    mean_length_s: *ticks as f64 / *episodes as f64 * plan.dt as f64,
                }
            })
            .collect();
        rows.sort_by_key(|r| std::cmp::Reverse(r.episodes));
        FailureTable { ended, rows }
    }

    /// The newest table.
    pub fn table(&self) -> Arc<FailureTable> {
        self.table.clone()
    }

    /// The newest failed episode that fits.
    pub fn find(
        &self,
        termination: Option<&str>,
        reward: Option<&str>,
        tile: Option<[u32; 2]>,
    ) -> Option<Arc<FailedEpisode>> {
        let fits = |e: &FailedEpisode| {
            termination.is_none_or(|t| t == e.termination)
                && reward.is_none_or(|r| r == e.costliest)
                && tile.is_none_or(|t| t == e.tile)
        };
        self.kept.iter().rev().map(|(_, e)| e).find(|e| fits(e)).cloned()
    }
}

fn names(plan: &Plan, (termination, costliest, _): &Cause) -> (String, String) {
    let termination = termination.and_then(|t| plan.terminations.get(t as usize)).map(|t| t.key.clone());
    let costliest = plan.rewards.get(*costliest as usize).map(|r| r.key.clone());
    (termination.unwrap_or_else(|| "not_finite".into()), costliest.unwrap_or_default())
}
