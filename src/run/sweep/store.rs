//! The folder of a sweep: what was asked (`sweep.json`, `config.ron`), a row per finished run (`runs.csv`), and a run
//! folder for each of them.
use super::asked::{Asked, Checked, VERSION};
use super::space::{self, Knob, Setting};
use crate::config::Document;
use crate::run::folder::failed;
use crate::run::{RunFolder, local_time, write_atomic};
use crate::task;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What was asked.
pub const ASKED: &str = "sweep.json";
/// A row per finished run.
pub const ROWS: &str = "runs.csv";
/// What names of folders of sweeps begin with.
pub const PREFIX: &str = "sweep_";

/// Columns before those of the knobs.
const FIXED: [&str; 11] = [
    "setting",
    "seed",
    "score",
    "walked",
    "steps_to_walk",
    "env_steps",
    "seconds",
    "processor_seconds",
    "reward",
    "folder",
    "trouble",
];

/// A finished run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Number of its setting, from 0.
    pub setting: usize,
    /// Seed that it was trained with.
    pub seed: u64,
    /// None where it failed.
    pub score: Option<f64>,
    /// Whether it passed the task's test.
    pub walked: bool,
    /// Environment steps until then; of the whole run if it never did.
    pub steps_to_walk: u64,
    /// Environment steps of the whole run.
    pub env_steps: u64,
    /// Wall time, s.
    pub seconds: f64,
    /// Processor time, s.
    pub processor_seconds: f64,
    /// Mean reward at the end; NaN where no episode ended.
    pub reward: f64,
    /// Name of its folder, in that of the sweep.
    pub folder: String,
    /// Why it has no score.
    pub trouble: String,
    /// Values of the knobs.
    pub values: Setting,
}

/// A sweep and its folder.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Its folder.
    pub folder: PathBuf,
    /// What it does.
    pub asked: Asked,
    /// What it varies.
    pub knobs: Vec<Knob>,
    /// The task before anything is varied.
    pub task: Document,
}

impl Sweep {
    /// Makes `logs/<task>/sweep_<date>_<time>_<name>/`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(logs: &Path, name: &str, checked: &Checked, task: &Document) -> Result<Self> {
        let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
        ensure!(plain, "the name of a sweep must be a plain folder name, not '{name}'");
        let parent = logs.join(&checked.asked.task);
        fs::create_dir_all(&parent).map_err(failed("cannot make the folder of the experiment", &parent))?;
        let stamp = local_time::stamp(SystemTime::now());
        let first = format!("{PREFIX}{stamp}{}{name}", if name.is_empty() { "" } else { "_" });
        let names = std::iter::once(first.clone()).chain((2..100).map(|i| format!("{first}_{i}")));
        let folder = names.map(|n| parent.join(n)).find(|path| fs::create_dir(path).is_ok());
        let folder =
            folder.with_context(|| format!("cannot make the folder {}", parent.join(&first).display()))?;
        let sweep =
            Self { folder, asked: checked.asked.clone(), knobs: checked.knobs.clone(), task: task.clone() };
        let run = RunFolder::open(&sweep.folder)?;
        run.write_config(&task.to_ron())?;
        run.write_git(&crate::config::root())?;
        let mut text = serde_json::to_string_pretty(&sweep.asked).context("the sweep as JSON")?;
        text.push('\n');
        write_atomic(&sweep.folder.join(ASKED), text.as_bytes())?;
        write_atomic(&sweep.folder.join(ROWS), line(&sweep.header()).as_bytes())?;
        Ok(sweep)
    }

    /// Opens the folder of a sweep.
    ///
    /// # Errors
    /// When it is none, or one of another version of the program.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(ASKED);
        let text = fs::read_to_string(&path).with_context(|| {
            format!("this is no folder of a sweep, it has no {ASKED}: {}", folder.display())
        })?;
        let value: Value =
            serde_json::from_str(&text).with_context(|| format!("not readable: {}", path.display()))?;
        match value.get("version").and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(other) => bail!(
                "the sweep is of version {other}, this program knows version {VERSION}: {}",
                path.display()
            ),
            None => bail!("the sweep does not say its version: {}", path.display()),
        }
        let asked: Asked =
            serde_json::from_value(value).with_context(|| format!("not readable: {}", path.display()))?;
        let task = task::open(&folder.join("config.ron").display().to_string(), &[])?;
        let knobs = space::knobs(&asked.over, &task)?;
        Ok(Self { folder: folder.to_owned(), asked, knobs, task })
    }

    /// Its name, that of its folder.
    pub fn name(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn header(&self) -> Vec<String> {
        let keys = self.knobs.iter().map(|k| k.key.clone());
        FIXED.iter().map(|c| (*c).to_owned()).chain(keys).collect()
    }

    /// All finished runs. A last line that a killed process left unfinished is not there.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn rows(&self) -> Result<Vec<Row>> {
        let path = self.folder.join(ROWS);
        let text = fs::read_to_string(&path).map_err(failed("cannot read", &path))?;
        self.parse(&text).with_context(|| format!("not a table of runs: {}", path.display()))
    }

    fn parse(&self, text: &str) -> Result<Vec<Row>> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let mut reader = csv::ReaderBuilder::new().from_reader(whole.as_bytes());
        let header: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        ensure!(header == self.header(), "the columns must be {}", self.header().join(","));
        let mut rows: Vec<Row> = vec![];
        for record in reader.records() {
            let row = row(&record?)?;
            // two processes on one folder: the first result counts
            if !rows.iter().any(|r| (r.setting, r.seed) == (row.setting, row.seed)) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Opens the table to write to its end; cuts off a line that was left unfinished.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn appender(&self) -> Result<Appender> {
        let path = self.folder.join(ROWS);
        let text = fs::read(&path).map_err(failed("cannot read", &path))?;
        let whole = text.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        let file = OpenOptions::new().append(true).open(&path).map_err(failed("cannot write", &path))?;
        if whole < text.len() {
            file.set_len(whole as u64).map_err(failed("cannot write", &path))?;
        }
        Ok(Appender { file, path })
    }

    /// Removes folders of runs that did not finish.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn tidy(&self, rows: &[Row]) -> Result<()> {
        for run in RunFolder::list(self.folder.parent().unwrap_or(Path::new(".")), &self.name())? {
            if !rows.iter().any(|r| r.folder == run.name()) {
                // what cannot be removed is in nobody's way
                let _ = fs::remove_dir_all(run.path());
            }
        }
        Ok(())
    }
}

/// Writes rows.
pub struct Appender {
    file: File,
    path: PathBuf,
}

impl Appender {
    /// Adds a row, at once and whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        let text = line(&cells(row));
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        Ok(written.map_err(failed("cannot write", &self.path))?)
    }
}

fn cells(r: &Row) -> Vec<String> {
    let number = |x: f64| if x.is_finite() { x.to_string() } else { String::new() };
    let fixed = [
        r.setting.to_string(),
        r.seed.to_string(),
        r.score.map(number).unwrap_or_default(),
        r.walked.to_string(),
        r.steps_to_walk.to_string(),
        r.env_steps.to_string(),
        format!("{:.3}", r.seconds),
        format!("{:.3}", r.processor_seconds),
        number(r.reward),
        r.folder.clone(),
        r.trouble.replace('\n', "; "),
    ];
    fixed.into_iter().chain(r.values.iter().map(Value::to_string)).collect()
}

fn row(record: &csv::StringRecord) -> Result<Row> {
    let cell = |i: usize| record.get(i).unwrap_or_default();
    let bad = |i: usize| format!("'{}' in column {}", cell(i), FIXED[i]);
    let number = |i: usize| match cell(i) {
        "" => Ok(f64::NAN),
        text => text.parse::<f64>().with_context(|| bad(i)),
    };
    let count = |i: usize| cell(i).parse::<u64>().with_context(|| bad(i));
    let values = record.iter().skip(FIXED.len());
    Ok(Row {
        setting: count(0)? as usize,
        seed: count(1)?,
        score: Some(number(2)?).filter(|s| s.is_finite()),
        walked: cell(3) == "true",
        steps_to_walk: count(4)?,
        env_steps: count(5)?,
        seconds: number(6)?,
        processor_seconds: number(7)?,
        reward: number(8)?,
        folder: cell(9).to_owned(),
        trouble: cell(10).to_owned(),
        values: values
            .map(|v| serde_json::from_str(v).with_context(|| format!("'{v}' is no value")))
            .collect::<Result<_>>()?,
    })
}

/// One line of a table, cells quoted where needed.
fn line(cells: &[String]) -> String {
    let cell = |text: &String| match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.clone(),
    };
    let mut out = cells.iter().map(cell).collect::<Vec<_>>().join(",");
    out.push('\n');
    out
}

/// Folders of all sweeps of an experiment, oldest first.
pub fn list(logs: &Path, experiment: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(logs.join(experiment)).into_iter().flatten().flatten().map(|e| e.path());
    let mut found: Vec<PathBuf> = entries
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX)))
        .filter(|p| p.join(ASKED).is_file())
        .collect();
    found.sort();
    found
}
