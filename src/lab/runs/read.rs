//! From the files of a run folder to what panels show.
use crate::config;
use crate::lab::model::{Curves, Run};
use crate::run::RunFolder;
use crate::run::metrics::Table;
use crate::run::session::{RunState, changes_in, parent_of};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Reads a run folder; what cannot be read is said in `trouble`.
pub(super) fn run(experiment: &str, folder: &RunFolder) -> Run {
    let mut run = Run {
        id: format!("{experiment}/{}", folder.name()),
        task: experiment.to_owned(),
        name: crate::lab::names::short_name(&folder.name()),
        folder: folder.path().to_owned(),
        state: RunState::Stored,
        env_steps_per_s: f64::NAN,
        ..Run::default()
    };
    let metrics = folder.file("metrics.csv");
    match metrics.exists().then(|| Table::read(&metrics)).transpose() {
        Ok(table) => run.curves = table.map(|t| curves(&t)).unwrap_or_default(),
        Err(e) => run.trouble = Some(format!("{e:#}")),
    }
    let last = |v: &[f64]| v.last().copied().unwrap_or(0.0);
    run.iteration = last(&run.curves.iteration) as u64;
    run.env_steps = last(&run.curves.env_steps) as u64;
    run.seconds = last(&run.curves.seconds);
    run.iterations = iterations(folder).unwrap_or(run.iteration);
    match changes_in(folder.path()) {
        Ok(changes) => run.changes = changes,
        Err(e) => run.trouble = Some(format!("{e:#}")),
    }
    match folder.checkpoints() {
        Ok(list) => {
            run.checkpoints = list.iter().map(|(i, _)| *i).collect();
            if let Some((newest, path)) = list.last() {
                run.iteration = run.iteration.max(*newest);
                let meta = checkpoint_texts(path);
                run.walks_after_s = meta.get("walks_after").and_then(|w| w.parse().ok());
            }
        }
        Err(e) => run.trouble = Some(format!("{e:#}")),
    }
    run.note = folder.note();
    run.parent = parent_of(folder.path());
    run
}

fn curves(table: &Table) -> Curves {
    let column = |name: &str| table.column(name).unwrap_or_default();
    let named = table.names().skip(3).map(|n| (n.to_owned(), column(n))).collect();
    Curves {
        iteration: column("iteration"),
        seconds: column("seconds"),
        env_steps: column("env_steps"),
        columns: named,
    }
}

fn iterations(folder: &RunFolder) -> Option<u64> {
    config::load(&folder.file("config.ron")).ok()?.get("train.iterations").as_u64()
}

/// Texts of a checkpoint, from its first bytes: the rest is megabytes.
fn checkpoint_texts(path: &Path) -> BTreeMap<String, String> {
    let read = || -> Option<BTreeMap<String, String>> {
        let mut file = std::fs::File::open(path).ok()?;
        let mut length = [0; 8];
        file.read_exact(&mut length).ok()?;
        let length = usize::try_from(u64::from_le_bytes(length)).ok().filter(|n| *n < 1 << 22)?;
        let mut header = vec![0; length];
        file.read_exact(&mut header).ok()?;
        let header: serde_json::Value = serde_json::from_slice(&header).ok()?;
        let texts = header.get("__metadata__")?.as_object()?;
        Some(texts.iter().filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned()))).collect())
    };
    read().unwrap_or_default()
}
