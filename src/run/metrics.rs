//! The numbers of a run: one row per iteration, to `metrics.csv` and to TensorBoard.
//!
//! Names have the form `<group>/<name>`:
//!
//! | group | what |
//! |---|---|
//! | `reward/<term>` | mean of a reward term, per second of simulated time |
//! | `loss/<name>` | what the learner minimised, and its state: `loss/value`, `loss/learning_rate` |
//! | `time/<phase>` | seconds of this session so far: wall time of `rollout` and `learn`; `physics`, `observe`, `judge` and `policy` over all workers |
//! | `termination/<key>` | what ended episodes, as a share of those that ended |
//! | `curriculum/<name>` | where a curriculum's value is |
//! | `terrain/<type>/level`, `…/success` | mean level of a type of ground, and the share of episodes that crossed it |
//! | `episode/<what>` | episodes that ended in this iteration: `episode/reward`, `episode/length` |
//! | `progress/<what>` | seconds and environment steps so far (TensorBoard only: columns of the table) |
//! | `eval/<what>` | the deterministic evaluation, in the iterations that ran one |
//!
//! The first row fixes the order of the columns. A name that comes later gets a column at the end (the file is
//! rewritten once), a missing one an empty cell: nothing that was measured is lost. Every row is handed to the
//! operating system at once, so a killed process loses at most the row it was writing.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::folder::{FileError, failed, write_atomic};
use super::tensorboard::EventWriter;

/// Mean sum of rewards of the episodes that ended, without unit.
pub const EPISODE_REWARD: &str = "episode/reward";
/// Mean length of the episodes that ended, s.
pub const EPISODE_LENGTH: &str = "episode/length";
/// Mean distance of measured from commanded planar velocity, m/s.
pub const TRACKING_ERROR: &str = "episode/tracking_error";
/// Learning rate of the iteration, without unit.
pub const LEARNING_RATE: &str = "loss/learning_rate";
/// Loss of the value function, without unit.
pub const VALUE_LOSS: &str = "loss/value";

/// Where in the training a row belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Step {
    /// Iterations of the learner done, this one included.
    pub iteration: u64,
    /// Environment steps taken so far, over all environments.
    pub env_steps: u64,
    /// Wall time since training began, s; a resumed run goes on counting.
    pub seconds: f64,
}

/// The columns that every row has, before the named ones.
const FIXED: [&str; 3] = ["iteration", "env_steps", "seconds"];

/// Writes the numbers of one run.
#[derive(Debug)]
pub struct Metrics {
    csv: File,
    path: PathBuf,
    columns: Vec<String>,
    events: EventWriter,
    line: String,
}

impl Metrics {
    /// Starts the files of a new run; an earlier `metrics.csv` of the folder is replaced.
    ///
    /// # Errors
    /// When a file cannot be made.
    pub fn create(folder: &Path) -> Result<Self> {
        Self::start(folder, Table::default(), None)
    }

    /// Continues the files of a run at an iteration: rows of that iteration and later ones are cut, in
    /// TensorBoard too, because the resumed run writes them again.
    ///
    /// # Errors
    /// When the old rows cannot be read or a file cannot be written.
    pub fn resume(folder: &Path, iteration: u64) -> Result<Self> {
        let path = folder.join(FILE);
        let mut table = if path.exists() { Table::read(&path)? } else { Table::default() };
        table.rows.retain(|row| row[0].parse().is_ok_and(|earlier: u64| earlier < iteration));
        Self::start(folder, table, Some(iteration))
    }

    fn start(folder: &Path, table: Table, resumed_at: Option<u64>) -> Result<Self> {
        let path = folder.join(FILE);
        write_atomic(&path, table.to_csv().as_bytes())?;
        let csv = append_to(&path)?;
        let events = EventWriter::create(folder, resumed_at)
            .map_err(failed("cannot write TensorBoard events", folder))?;
        Ok(Self { csv, path, columns: table.columns, events, line: String::new() })
    }

    /// Writes one row. Values may be anything, NaN included: a diverged loss is worth seeing.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&mut self, step: Step, values: &[(&str, f64)]) -> Result<()> {
        let known = self.columns.len();
        for (name, _) in values {
            if !self.columns.iter().any(|column| column == name) {
                self.columns.push((*name).to_owned());
            }
        }
        if self.columns.len() > known {
            self.widen()?;
        }
        self.line.clear();
        self.line.push_str(&format!("{},{},{:.3}", step.iteration, step.env_steps, step.seconds));
        for column in &self.columns {
            self.line.push(',');
            if let Some((_, value)) = values.iter().find(|(name, _)| name == column) {
                self.line.push_str(&shortest(*value));
            }
        }
        self.line.push('\n');
        self.csv.write_all(self.line.as_bytes()).map_err(failed("cannot write", &self.path))?;
        let progress = [("progress/seconds", step.seconds), ("progress/env_steps", step.env_steps as f64)];
        self.events
            .scalars(step.iteration, values.iter().copied().chain(progress))
            .and_then(|()| self.events.flush())
            .map_err(failed("cannot write", self.events.path()))?;
        Ok(())
    }

    /// Path of `metrics.csv`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rewrites the file with the columns that have been added.
    fn widen(&mut self) -> Result<()> {
        let mut table = Table::read(&self.path)?;
        table.columns.clone_from(&self.columns);
        write_atomic(&self.path, table.to_csv().as_bytes())?;
        self.csv = append_to(&self.path)?;
        Ok(())
    }
}

/// Name of the table in the run folder.
pub const FILE: &str = "metrics.csv";

fn append_to(path: &Path) -> Result<File, FileError> {
    OpenOptions::new().append(true).open(path).map_err(failed("cannot write", path))
}

/// A number in as few digits as give it back: those of `f32` where that is what it was.
fn shortest(value: f64) -> String {
    let single = value as f32;
    if f64::from(single) == value { single.to_string() } else { value.to_string() }
}

/// `metrics.csv` in memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns after `iteration`, `env_steps` and `seconds`.
    columns: Vec<String>,
    /// Iteration, environment steps, seconds, then the named columns, as text, so that rewriting a table changes
    /// no digit. A row may be shorter than the columns; every cell is empty or a number.
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads a table. A last line that a killed process left unfinished is ignored.
    ///
    /// # Errors
    /// When the file cannot be read, is not such a table or holds something else than numbers.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(failed("cannot read", path))?;
        Self::parse(&text).with_context(|| format!("not a table of metrics: {}", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(whole.as_bytes());
        let header = reader.headers()?.clone();
        if header.is_empty() {
            return Ok(Self::default());
        }
        if header.iter().take(FIXED.len()).ne(FIXED) {
            bail!("the first columns must be {}", FIXED.join(", "));
        }
        let columns = header.iter().skip(FIXED.len()).map(str::to_owned).collect();
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record?;
            let line = index + 2;
            if record.len() < FIXED.len() || record.len() > header.len() {
                bail!("line {line}: {} cells for {} columns", record.len(), header.len());
            }
            if let Some(cell) = record.iter().find(|cell| !cell.is_empty() && cell.parse::<f64>().is_err()) {
                bail!("line {line}: '{cell}' is not a number");
            }
            if let Some(cell) = record.iter().take(2).find(|cell| cell.parse::<u64>().is_err()) {
                bail!("line {line}: '{cell}' does not count iterations or steps");
            }
            rows.push(record.iter().map(str::to_owned).collect());
        }
        Ok(Self { columns, rows })
    }

    /// Names of the columns, `iteration`, `env_steps` and `seconds` first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        FIXED.into_iter().chain(self.columns.iter().map(String::as_str))
    }

    /// All values of a column, NaN where a row has none; `None` when there is no such column.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let index = self.names().position(|column| column == name)?;
        let cell = |row: &Vec<String>| row.get(index).and_then(|cell| cell.parse().ok()).unwrap_or(f64::NAN);
        Some(self.rows.iter().map(cell).collect())
    }

    fn to_csv(&self) -> String {
        let mut text = self.names().collect::<Vec<_>>().join(",");
        text.push('\n');
        let width = FIXED.len() + self.columns.len();
        for row in &self.rows {
            let cells = row.iter().map(String::as_str).chain(std::iter::repeat(""));
            text.push_str(&cells.take(width).collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
#[path = "metrics_tests.rs"]
mod tests;
