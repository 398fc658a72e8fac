//! What a run folder tells.
use super::super::eval;
use crate::config::{self, Document};
use crate::nn::Checkpoint;
use crate::run::change::{AT_START, Change, changes_in, parent_of};
use crate::run::metrics::{self, Table};
use crate::run::{RunFolder, train};
use crate::task::{self, Plan};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// See the module.
pub struct Source {
    pub folder: RunFolder,
    pub run: String,
    /// Date and time.
    pub began: Option<String>,
    pub task: String,
    pub about: String,
    pub note: Option<String>,
    pub parent: Option<(String, u64)>,
    /// Description of the newest checkpoint.
    pub meta: BTreeMap<String, String>,
    pub iteration: u64,
    pub table: Table,
    pub changes: Vec<Change>,
    /// The task at the start.
    pub doc: Document,
    /// Compiled, where it still can be.
    pub plan: Option<Plan>,
    /// Key and number of the closing evaluation.
    pub results: Vec<(String, f64)>,
    /// The machine that trained.
    pub machine: Option<Value>,
}

impl Source {
    /// Reads a folder.
    pub fn read(folder: &RunFolder) -> Result<Self> {
        let path = folder.path();
        let start = folder.file(AT_START);
        let config = if start.exists() { start } else { folder.file("config.ron") };
        let doc = config::load(&config).with_context(|| format!("not a run folder: {}", path.display()))?;
        let csv = folder.file(metrics::FILE);
        let table = if csv.exists() { Table::read(&csv)? } else { Table::default() };
        let newest = folder.checkpoints()?.pop();
        let meta = newest.as_ref().and_then(|(_, path)| Checkpoint::load(path).ok()).map(|c| c.meta);
        let text = |key: &str| doc.get(key).as_str().unwrap_or_default().to_owned();
        let evaluation = json(folder, "evaluation.json").unwrap_or(Value::Null);
        let results = evaluation.get("results").and_then(Value::as_object).into_iter().flatten();
        let run = folder.name();
        Ok(Self {
            began: began(&run),
            task: text("name"),
            about: text("about"),
            note: folder.note(),
            parent: parent_of(path),
            iteration: newest.map_or(0, |(i, _)| i),
            meta: meta.into_iter().flatten().collect(),
            table,
            changes: changes_in(path)?,
            plan: task::compile(doc.clone()).ok(),
            doc,
            results: results.filter_map(|(k, v)| Some((k.clone(), v.as_f64()?))).collect(),
            machine: json(folder, train::MACHINE).or_else(|| evaluation.get("machine").cloned()),
            run,
            folder: folder.clone(),
        })
    }

    /// Values of a column; empty where there is none.
    pub fn column(&self, name: &str) -> Vec<f64> {
        self.table.column(name).unwrap_or_default()
    }

    /// The last finite value of a column.
    pub fn last(&self, name: &str) -> f64 {
        self.column(name).into_iter().rev().find(|x| x.is_finite()).unwrap_or(f64::NAN)
    }

    /// Names of columns that begin so.
    pub fn names(&self, group: &str) -> Vec<String> {
        self.table.names().filter(|n| n.starts_with(group)).map(str::to_owned).collect()
    }

    /// Whether anybody looked if it walks.
    pub fn has_looked(&self) -> bool {
        self.last("episode/fall_rate").is_finite()
    }

    /// A text of the folder; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.file(name)).unwrap_or_default()
    }

    /// What a policy must reach to walk.
    pub fn passes(&self) -> Option<eval::EvalCfg> {
        config::typed(&self.doc, "eval").ok()
    }
}

fn json(folder: &RunFolder, name: &str) -> Option<Value> {
    serde_json::from_str(&std::fs::read_to_string(folder.file(name)).ok()?).ok()
}

/// `20260131_235959…` as people write it.
fn began(name: &str) -> Option<String> {
    let part = |range| name.get(range).filter(|p: &&str| p.bytes().all(|b| b.is_ascii_digit()));
    let (y, m, d) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (h, min) = (part(9..11)?, part(11..13)?);
    Some(format!("{y}-{m}-{d} {h}:{min}"))
}
