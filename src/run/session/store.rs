//! The run folder of a session: whatever happens to it, training goes on, and the person is told once.
use super::saver::{Job, Saver};
use super::shared::Shared;
use super::{Event, Row};
use crate::run::folder::is_gone;
use crate::run::{Metrics, RunFolder, Step};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// See the module.
pub(super) struct Store {
    /// The run folder.
    pub folder: RunFolder,
    /// Writes everything but rows.
    pub saver: Saver,
    metrics: Option<Metrics>,
    out: Sender<Event>,
    failing: bool,
}

impl Store {
    /// A folder that exists. `kept` are iterations whose checkpoints are never removed.
    pub fn new(
        folder: RunFolder,
        kept: BTreeSet<u64>,
        out: Sender<Event>,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let saver = Saver::start(folder.clone(), out.clone(), kept, shared)?;
        Ok(Self { folder, saver, metrics: None, out, failing: false })
    }

    /// Goes on with the table of metrics after an iteration; later rows are cut.
    pub fn continue_rows(&mut self, iteration: u64) -> Result<()> {
        self.metrics = None;
        let path = self.folder.path();
        let there = path.join(crate::run::metrics::FILE).exists();
        let metrics = if there { Metrics::resume(path, iteration + 1) } else { Metrics::create(path) };
        self.metrics = Some(metrics.context("the table of metrics")?);
        Ok(())
    }

    /// Writes a row to `metrics.csv` and says it.
    pub fn row(&mut self, step: Step, values: Vec<(String, f64)>) {
        match self.write(step, &values) {
            Ok(()) => self.failing = false,
            // removed at this very moment: as if it had been removed before
            Err(e) if is_gone(&e) => self.metrics = None,
            Err(e) => {
                self.metrics = None;
                if !self.failing {
                    self.failing = true;
                    self.note(format!(
                        "{e:#}. Training goes on; curves are shown but not saved until there is room again"
                    ));
                }
            }
        }
        let Step { iteration, env_steps, seconds } = step;
        // nobody listens any more: then nobody needs to know
        let _ = self.out.send(Event::Row(Row { iteration, env_steps, seconds, values }));
    }

    fn write(&mut self, step: Step, values: &[(String, f64)]) -> Result<()> {
        if !self.folder.path().is_dir() {
            // removed by somebody; whoever writes the next checkpoint says so and makes it again
            self.metrics = None;
            return Ok(());
        }
        if self.metrics.as_ref().is_none_or(|m| !m.path().exists()) {
            self.continue_rows(step.iteration.saturating_sub(1))?;
        }
        let values: Vec<(&str, f64)> = values.iter().map(|(k, v)| (k.as_str(), *v)).collect();
        self.metrics.as_mut().map_or(Ok(()), |m| m.write(step, &values))
    }

    /// Says something worth knowing that stops nothing.
    pub fn note(&self, text: impl Into<String>) {
        let _ = self.out.send(Event::Note(text.into()));
    }

    /// Writes a text of the run folder.
    pub fn text(&self, name: &'static str, text: impl Into<Vec<u8>>) {
        self.saver.send(Job::Text(name, text.into()));
    }

    /// Moves checkpoints after an iteration to `left_at_<now>/`, with a copy of the curves: nothing is lost.
    pub fn set_aside(&self, after: u64, now: u64) -> Result<()> {
        let later: Vec<_> = self.folder.checkpoints()?.into_iter().filter(|(i, _)| *i > after).collect();
        if later.is_empty() {
            return Ok(());
        }
        let free = |n: u32| match n {
            1 => self.folder.file(&format!("left_at_{now}")),
            n => self.folder.file(&format!("left_at_{now}_{n}")),
        };
        let Some(aside) = (1..).map(free).find(|p| !p.exists()) else { return Ok(()) };
        std::fs::create_dir(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
        for (iteration, path) in later {
            let to = aside.join(path.file_name().unwrap_or_default());
            std::fs::rename(&path, &to)
                .with_context(|| format!("cannot set checkpoint {iteration} aside"))?;
        }
        let curves = self.folder.file(crate::run::metrics::FILE);
        if curves.exists() {
            std::fs::copy(&curves, aside.join(crate::run::metrics::FILE))
                .context("cannot copy the curves")?;
        }
        Ok(())
    }
}
