//! Judging on obstacles: endless tracks, and every tile of the task's terrain.
//!
//! A robot that refuses the stairs never falls, so what counts is the way it makes. Robots walk straight ahead at one speed and
//! hold their heading; deterministic policy, no noise, no pushes, models and starts drawn.
mod tries;

pub use tries::{Host, own};
use tries::{Try, run};

use super::grid::FIRST_ENV;
use super::{EvalCfg, on_terrain};
use crate::mdp::HeadingCfg;
use crate::nn::ActorCritic;
use crate::task::Plan;
use crate::terrain::{TerrainCfg, Track};
use anyhow::Result;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::fmt::{Display, Formatter};

/// How a policy is judged on obstacles.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoughCfg {
    /// Tries per track.
    pub tries: usize,
    /// Length of a try, s.
    pub secs: f64,
    /// Commanded forward velocity, m/s.
    pub speed: f64,
    /// Least way along the track that is a success, m.
    pub way: f64,
    /// Tries per tile of the task's own terrain: a success leaves it.
    pub tries_per_tile: usize,
    /// Tracks by name; `<name>_up` and `<name>_down` also count together, by the worse.
    pub tracks: BTreeMap<String, Track>,
}

/// What became of the tries of one track or tile.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// All of them.
    pub tries: f64,
    /// No fall, and the way was made.
    pub successes: f64,
    /// Falls.
    pub falls: f64,
    /// Sum of the ways made without a fall, m.
    pub way: f64,
}

impl Outcome {
    fn add(&mut self, o: &Self) {
        self.tries += o.tries;
        self.successes += o.successes;
        self.falls += o.falls;
        self.way += o.way;
    }
    /// Share of successes.
    pub fn success(&self) -> f64 {
        self.successes / self.tries.max(1.0)
    }
}

/// The judgement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rough {
    /// Each track.
    pub tracks: Vec<(String, Outcome)>,
    /// Each type of the task's terrain, level by level.
    pub tiles: Vec<(String, Vec<Outcome>)>,
    /// Length of a try, s.
    pub secs: f64,
    /// Least way that is a success, m.
    pub way: f64,
}

/// Whoever simulates the tries of a plan: [`own`], or another engine.
pub type Hosts<'h> = &'h (dyn for<'p> Fn(&'p Plan) -> Result<Box<dyn Host + 'p>> + Sync);

/// Judges on everything; `None` where the task does not ask for it.
///
/// # Errors
/// When a track cannot be built.
pub fn judge_rough(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    hosts: Hosts<'_>,
) -> Result<Option<Rough>> {
    let Some(rough) = &cfg.rough else { return Ok(None) };
    let mut out = Rough { secs: rough.secs, way: rough.way, ..Rough::default() };
    for (name, track) in &rough.tracks {
        let outcome = judge_track(plan, policy, cfg, rough, track, hosts)?;
        out.tracks.push((name.clone(), outcome));
    }
    if let Some(terrain) = plan.env.terrain.as_ref().filter(|_| rough.tries_per_tile > 0) {
        out.tiles = judge_tiles(plan, policy, cfg, rough, terrain, hosts)?;
    }
    Ok(Some(out))
}

/// Judges on one track: its layouts share the tries.
///
/// # Errors
/// When it cannot be built.
pub fn judge_track(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    rough: &RoughCfg,
    track: &Track,
    hosts: Hosts<'_>,
) -> Result<Outcome> {
    let place =
        |i: usize| Try { env: FIRST_ENV + i, level: None, aside: ((i % 41) as f32 / 40.0 - 0.5) * 6.0 };
    let tries: Vec<Try> = (0..rough.tries).map(place).collect();
    let layouts: Vec<Track> = track.each_layout().collect();
    let share = tries.len().div_ceil(layouts.len()).max(1);
    let judged: Vec<Vec<Outcome>> = layouts
        .par_iter()
        .zip(tries.par_chunks(share))
        .map(|(layout, tries)| {
            let mut plan = on_terrain(plan, layout.build().map_err(anyhow::Error::msg)?)?;
            hold_heading(&mut plan);
            let host = hosts(&plan)?;
            run(&plan, &*host, policy, cfg, rough, tries, rough.way as f32)
        })
        .collect::<Result<_>>()?;
    let mut all = Outcome::default();
    judged.iter().flatten().for_each(|o| all.add(o));
    Ok(all)
}

fn judge_tiles(
    plan: &Plan,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    rough: &RoughCfg,
    terrain: &TerrainCfg,
    hosts: Hosts<'_>,
) -> Result<Vec<(String, Vec<Outcome>)>> {
    let mut plan = crate::task::compile_like(plan.doc.clone(), plan)?;
    hold_heading(&mut plan);
    // any heading, whatever the strength of the other disturbances
    plan.env.events.start.yaw = PI / cfg.start_strength.max(0.01);
    let types = terrain.types();
    let columns = terrain.columns as usize;
    let of =
        |kind: usize| -> Vec<usize> { (0..columns).filter(|c| terrain.type_of(*c as u32) == kind).collect() };
    let first = FIRST_ENV.next_multiple_of(columns);
    let (host, mut out) = (hosts(&plan)?, vec![]);
    for (kind, name) in types.into_iter().enumerate() {
        let own = of(kind);
        let place = |i: usize| {
            let (level, n) = (i / rough.tries_per_tile, i % rough.tries_per_tile);
            let env = first + i * columns + own[n % own.len().max(1)];
            Try { env, level: Some(level as u32), aside: 0.0 }
        };
        let n = if own.is_empty() { 0 } else { terrain.levels as usize * rough.tries_per_tile };
        let tries: Vec<Try> = (0..n).map(place).collect();
        let way = terrain.tile as f32 / 2.0 - 0.1;
        let outcomes = run(&plan, &*host, policy, cfg, rough, &tries, way)?;
        let mut levels = vec![Outcome::default(); terrain.levels as usize];
        for (i, o) in outcomes.iter().enumerate() {
            levels[i / rough.tries_per_tile].add(o);
        }
        out.push((name, levels));
    }
    Ok(out)
}

/// Robots that keep their heading, at the rate at which the task lets them turn.
fn hold_heading(plan: &mut Plan) {
    let default = HeadingCfg {
        share: 0.0,
        lin_vel_x: [0.0; 2],
        lin_vel_y: [0.0; 2],
        spread: 0.0,
        gain: 1.5,
        keep: true,
    };
    plan.env.commands.heading.get_or_insert(default);
}

impl Rough {
    /// The numbers by key.
    pub fn results(&self) -> Vec<(String, f64)> {
        let mut out: BTreeMap<String, f64> = BTreeMap::new();
        for (name, o) in &self.tracks {
            out.insert(format!("eval.success_{name}"), o.success());
            out.insert(format!("eval.falls_{name}"), o.falls / o.tries.max(1.0));
            if let Some(both) = name.strip_suffix("_up").or(name.strip_suffix("_down")) {
                let worse = out.entry(format!("eval.success_{both}")).or_insert(1.0);
                *worse = worse.min(o.success());
            }
        }
        let mut out: Vec<_> = out.into_iter().collect();
        if !self.tiles.is_empty() {
            out.push(("eval.terrain_level_share".into(), self.level_share()));
        }
        for (name, levels) in &self.tiles {
            out.extend(
                levels.iter().enumerate().map(|(l, o)| (format!("eval.tile_{name}_{l}"), o.success())),
            );
        }
        out
    }

    /// Mean success over all types and levels.
    pub fn level_share(&self) -> f64 {
        let all: Vec<f64> = self.tiles.iter().flat_map(|(_, levels)| levels).map(Outcome::success).collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    }
}

impl Display for Rough {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if let Some((_, o)) = self.tracks.first() {
            let (way, secs) = (self.way, self.secs);
            writeln!(
                f,
                "endless tracks, {} tries of {secs} s; a success makes {way} m without a fall",
                o.tries
            )?;
            writeln!(f, "{:>22} | {:>8} {:>7} {:>9}", "track", "success", "falls", "way made")?;
        }
        for (name, o) in &self.tracks {
            let [success, falls] = [o.successes, o.falls].map(|n| 100.0 * n / o.tries.max(1.0));
            let way = o.way / (o.tries - o.falls).max(1.0);
            writeln!(f, "{name:>22} | {success:7.1}% {falls:6.1}% {way:7.1} m")?;
        }
        if self.tiles.is_empty() {
            return Ok(());
        }
        let levels = self.tiles.iter().map(|(_, l)| l.len()).max().unwrap_or(0);
        let head: Vec<String> = (0..levels).map(|l| format!("{l:3}")).collect();
        writeln!(f, "tiles left without a fall, % by level; all: {:.3}", self.level_share())?;
        writeln!(f, "{:>22} | {}", "type", head.join(" "))?;
        for (name, levels) in &self.tiles {
            let row: Vec<String> = levels.iter().map(|o| format!("{:3.0}", 100.0 * o.success())).collect();
            writeln!(f, "{name:>22} | {}", row.join(" "))?;
        }
        Ok(())
    }
}
