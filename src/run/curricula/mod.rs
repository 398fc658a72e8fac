//! Curricula: values of a task that move while it trains, written as `train.curricula` of the task.
//!
//! ```ron
//! curricula: {
//!     "entropy": (key: "train.algorithm.entropy", from: 0.01, to: 0.0, iterations: (300, 500)),
//!     "stuck": (key: "env.terminations.stuck.limit", from: -1.0, to: 0.15, at: 400),
//!     "pushes": (key: "env.events.push.speed", from: 0.0, to: 1.0,
//!         when: (metric: "episode/failed_share", below: 0.2, step: 0.02, back: 0.01)),
//! }
//! ```
//!
//! A value is decided by the iteration, or by a metric that is looked at with every row of `metrics.csv`: in each
//! iteration in which the newest row says so, the value goes a `step` of its way. Values move in at most `steps` (100)
//! equal steps, because a task is compiled anew for each; that takes less than a millisecond. What is not decided by
//! the iteration is part of every checkpoint, and a resumed run is the uninterrupted one to the bit. A value that a
//! person changed stays as it is until that change is undone.
mod cfg;
mod check;
mod grid;
mod mistake;
mod state;
mod way;

pub use check::check;
use way::{Curriculum, How, Span};

use crate::config::{ConfigErrors, Document, Origin};
use crate::run::change::{self, Change, apply, recompile, same};
use crate::run::eval::{EvalCfg, Judgement};
use crate::run::plots::command_grid;
use crate::run::train::TrainCfg;
use crate::run::train::rows::judged;
use crate::tick::{EnvsState, LearnerState};
use anyhow::Result as Done;
use grid::{Grid, GridState, RANGES};
use serde_json::Value;
use state::State;
use std::path::Path;

/// All curricula of a run.
#[derive(Clone, Debug, Default)]
pub struct Curricula {
    list: Vec<Curriculum>,
    grid: Option<Grid>,
    state: State,
}

/// The map of commands in a run folder.
pub const PICTURE: &str = "commands.png";

/// Which keys a person holds: the newest word on them is theirs.
pub fn held(changes: &[Change]) -> impl Fn(&str) -> bool + '_ {
    |key| changes.iter().any(|c| c.key == key && !c.undone)
}

impl Curricula {
    /// Reads the curricula of a task. Reports everything that is wrong with how they are written.
    pub fn read(doc: &Document) -> Result<Self, ConfigErrors> {
        let (list, grid) = cfg::read(doc)?;
        Ok(Self { list, grid, state: State::default() })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.grid.is_none()
    }

    /// Name of the curriculum that moves a key.
    pub fn of(&self, key: &str) -> Option<&str> {
        let grid = self.grid.iter().filter(|_| RANGES.contains(&key)).map(|g| &*g.name);
        self.list.iter().filter(|c| c.key == key).map(|c| &*c.name).chain(grid).next()
    }

    /// Writes what a task must have from the start, so that later values are changes of it.
    pub fn prepare(&self, doc: &mut Document) -> Result<(), ConfigErrors> {
        if let Some(grid) = self.grid.as_ref().filter(|_| doc.get(grid::KEY).is_null()) {
            doc.set(grid::KEY, grid.value(&GridState::default()), Origin::Curriculum(grid.name.clone()))?;
        }
        Ok(())
    }

    /// Takes in the commands that ended; nobody else wants to know.
    pub fn gather(&mut self, envs: &mut EnvsState) {
        if let Some(grid) = &self.grid {
            for block in envs.teams.iter_mut().flat_map(|t| &mut t.blocks) {
                grid.gather(&mut self.state.grid, &block.follow.found);
                block.follow.found.clear();
            }
        }
    }

    /// Every curriculum.
    pub fn iter(&self) -> impl Iterator<Item = &Curriculum> {
        self.list.iter()
    }

    /// Takes in what an iteration showed: its row of metrics if it wrote one, and the last look whether it walks.
    pub fn advance(&mut self, iteration: u64, row: Option<&[(String, f64)]>, last: Option<&Judgement>) {
        if let Some(grid) = &self.grid {
            grid.advance(&mut self.state.grid, iteration);
        }
        let looked = last.map(judged);
        let shown = row.into_iter().flatten().chain(looked.iter().flatten());
        let used =
            |metric: &str| self.list.iter().any(|c| matches!(&c.how, How::When(w) if w.metric == metric));
        for (name, value) in shown.filter(|(name, value)| value.is_finite() && used(name)) {
            self.state.seen.insert(name.clone(), *value);
        }
        for c in &self.list {
            let How::When(when) = &c.how else { continue };
            if let Some(value) = self.state.seen.get(&when.metric) {
                let progress = self.state.progress.entry(c.name.clone()).or_insert(0.0);
                *progress = when.next(*progress, *value);
            }
        }
    }

    /// How far a curriculum is in an iteration, 0 to 1.
    fn share(&self, c: &Curriculum, iteration: u64) -> f64 {
        c.share(iteration, self.state.progress.get(&c.name).copied().unwrap_or(0.0))
    }

    /// The task as it is in an iteration, `None` if that is `doc` already. Keys that somebody holds stay.
    pub fn moved(
        &self,
        doc: &Document,
        iteration: u64,
        held: impl Fn(&str) -> bool,
    ) -> Result<Option<Document>, String> {
        let mut moved = None;
        if let Some(grid) = &self.grid {
            let by_hand = RANGES.iter().any(|key| held(key));
            let value = if by_hand { Value::Null } else { grid.value(&self.state.grid) };
            if doc.get(grid::KEY) != value {
                let origin = Origin::Curriculum(grid.name.clone());
                moved
                    .get_or_insert_with(|| doc.clone())
                    .set(grid::KEY, value, origin)
                    .map_err(|e| e.to_string())?;
            }
        }
        for c in self.list.iter().filter(|c| !held(&c.key)) {
            let value = c.value(self.share(c, iteration));
            if !same(&doc.get(&c.key), &value) {
                let doc = moved.get_or_insert_with(|| doc.clone());
                change::put(doc, &c.key, &value, Origin::Curriculum)
                    .map_err(|e| format!("curriculum `{}`: {e}", c.name))?;
            }
        }
        Ok(moved)
    }

    /// Lets the values of the next iteration take effect in a running task.
    pub fn turn(
        &self,
        held: impl Fn(&str) -> bool,
        cfg: &mut TrainCfg,
        eval: &mut EvalCfg,
        envs: &mut EnvsState,
        l: &mut LearnerState,
    ) -> Result<(), String> {
        if let Some(doc) = self.moved(&envs.plan.doc, l.iteration, held)? {
            let new =
                recompile(doc, &envs.plan, cfg).map_err(|e| format!("a curriculum cannot go on: {e}"))?;
            apply(&new, envs, l);
            (*cfg, *eval) = (new.cfg, new.eval);
        }
        Ok(())
    }

    /// The values as they are now, for `metrics.csv`: `curriculum/<name>`, of lists `curriculum/<name>/<index>`.
    pub fn metrics(&self, doc: &Document) -> Vec<(String, f64)> {
        let mut out = self.grid.as_ref().map_or(vec![], |g| g.metrics(&self.state.grid));
        for c in &self.list {
            match Span::of(&doc.get(&c.key)) {
                Some(Span::Number(x)) => out.push((format!("curriculum/{}", c.name), x)),
                Some(Span::List(list)) => {
                    let cells = list.iter().enumerate();
                    out.extend(cells.map(|(i, x)| (format!("curriculum/{}/{i}", c.name), *x)));
                }
                None => {}
            }
        }
        out
    }

    /// The map of commands at the end of a run, where a curriculum went over a grid of them.
    pub fn picture(&self, folder: &Path) -> Done<()> {
        match &self.grid {
            Some(grid) => command_grid(&grid.picture(&self.state.grid), &folder.join(PICTURE)),
            None => Ok(()),
        }
    }

    /// A task without what curricula moved: their values are as `written`, but for those that somebody holds.
    pub fn without(&self, doc: &Document, written: &Document, held: impl Fn(&str) -> bool) -> Document {
        let mut doc = doc.clone();
        if let Some(grid) = &self.grid {
            let _ = doc.set(grid::KEY, Value::Null, Origin::Curriculum(grid.name.clone()));
        }
        for c in self.list.iter().filter(|c| !held(&c.key)) {
            // what was written there once can be written there again
            let _ = doc.set(&c.key, written.get(&c.key), written.origin(&c.key));
        }
        doc
    }
}

#[cfg(test)]
mod tests;
