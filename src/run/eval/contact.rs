//! The same policy on the same steps made of different things: cells of several lengths, and boxes.
use super::{EvalCfg, Outcome, judge_track, own};
use crate::nn::ActorCritic;
use crate::task::Plan;
use crate::terrain::{Obstacle, Steps, Track};
use anyhow::{Context, Result};
use std::fmt::{Display, Formatter};

/// Lengths of cells, m, and what they are called.
const CELLS: [(f64, &str); 3] = [(0.01, "1cm"), (0.025, "2_5cm"), (0.05, "5cm")];

/// Success by track and ground.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Names of the grounds.
    pub grounds: Vec<&'static str>,
    /// Name of each track, and what became of it on each ground.
    pub rows: Vec<(String, Vec<Outcome>)>,
}

/// Judges on every track of the task that has vertical faces.
///
/// # Errors
/// When the task has no tracks, or one cannot be built.
pub fn contact(plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg) -> Result<Contact> {
    let rough = cfg.rough.as_ref().context("the task has no tracks: write some under `eval.rough`")?;
    let stepped = |t: &Track| {
        let steps = [Obstacle::StairsUp, Obstacle::StairsDown, Obstacle::Boxes, Obstacle::BoxesAndPits];
        steps.contains(&t.obstacle)
    };
    let mut rows = vec![];
    for (name, track) in rough.tracks.iter().filter(|(_, t)| stepped(t)) {
        let cells = CELLS.iter().map(|(cell, _)| Track { cell: *cell, steps: Steps::Field, ..track.clone() });
        let boxes = Track { steps: Steps::Boxes, ..track.clone() };
        let judged = cells.chain([boxes]).map(|track| judge_track(plan, policy, cfg, rough, &track, &own));
        rows.push((name.clone(), judged.collect::<Result<_>>()?));
    }
    let grounds = CELLS.iter().map(|(_, name)| *name).chain(["boxes"]).collect();
    Ok(Contact { grounds, rows })
}

impl Contact {
    /// The numbers by key.
    pub fn results(&self) -> Vec<(String, f64)> {
        let each = |(name, outcomes): &(String, Vec<Outcome>)| -> Vec<_> {
            let key = |ground: &&str| format!("contact.{ground}.success_{name}");
            self.grounds.iter().map(key).zip(outcomes.iter().map(Outcome::success)).collect()
        };
        self.rows.iter().flat_map(each).collect()
    }
}

impl Display for Contact {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "success, %, of the same policy{:2}", "")?;
        self.grounds.iter().try_for_each(|g| write!(f, " {:>7}", g.replace('_', ".")))?;
        writeln!(f)?;
        for (name, outcomes) in &self.rows {
            write!(f, "{name:>30} ")?;
            outcomes.iter().try_for_each(|o| write!(f, " {:7.1}", 100.0 * o.success()))?;
            writeln!(f)?;
        }
        Ok(())
    }
}
