//! What a run folder remembers of knobs: `changes.csv`, and the values that each checkpoint was made with.
use super::Change;
use super::value::{differences, same, with};
use crate::config::Document;
use crate::nn::Checkpoint;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;

/// Name of the log of changes in a run folder.
pub const CHANGES: &str = "changes.csv";
/// The task as it was when the run began, in the folder of a run whose knobs were turned.
pub const AT_START: &str = "config_at_start.ron";
/// Where a branch comes from: the parent's name, then the iteration.
pub const PARENT: &str = "parent.txt";

/// Keys in a checkpoint's description.
const KNOBS: &str = "knobs";
const LOG: &str = "changes";

/// The log as a table. Values are JSON.
pub(in crate::run) fn to_csv(changes: &[Change]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(["id", "key", "old", "new", "iteration", "seconds", "undone"])?;
    for c in changes {
        let cells = [
            c.id.to_string(),
            c.key.clone(),
            c.old.to_string(),
            c.new.to_string(),
            c.iteration.to_string(),
            format!("{:.3}", c.seconds),
            c.undone.to_string(),
        ];
        writer.write_record(&cells)?;
    }
    writer.into_inner().map_err(|e| anyhow::anyhow!("{e}"))
}

/// The changes of a run, the oldest first; none where there is no log.
///
/// # Errors
/// When there is a log that cannot be read.
pub fn changes_in(folder: &Path) -> Result<Vec<Change>> {
    let path = folder.join(CHANGES);
    if !path.exists() {
        return Ok(vec![]);
    }
    let read = || -> Result<Vec<Change>> {
        let mut changes = vec![];
        for record in csv::Reader::from_path(&path)?.records() {
            let record = record?;
            let cell = |i: usize| record.get(i).unwrap_or_default();
            changes.push(Change {
                id: cell(0).parse()?,
                key: cell(1).to_owned(),
                old: serde_json::from_str(cell(2))?,
                new: serde_json::from_str(cell(3))?,
                iteration: cell(4).parse()?,
                seconds: cell(5).parse()?,
                undone: cell(6).parse()?,
            });
        }
        Ok(changes)
    };
    read().with_context(|| format!("cannot read the changes of knobs: {}", path.display()))
}

/// The run and iteration from which a run was branched.
pub fn parent_of(folder: &Path) -> Option<(String, u64)> {
    let text = std::fs::read_to_string(folder.join(PARENT)).ok()?;
    let mut lines = text.lines();
    Some((lines.next()?.to_owned(), lines.next()?.trim().parse().ok()?))
}

/// What a checkpoint says about knobs.
pub(in crate::run) fn facts(
    written: &Document,
    now: &Document,
    changes: &[Change],
) -> Vec<(&'static str, String)> {
    let values: serde_json::Map<String, Value> = differences(written, now).into_iter().collect();
    let log = serde_json::to_string(changes).unwrap_or_default();
    vec![(KNOBS, Value::Object(values).to_string()), (LOG, log)]
}

/// The task with the knobs as they were when a checkpoint was made, and the log up to there. Checkpoints of runs
/// without an observer say nothing: their task is as written.
pub(in crate::run) fn recorded(c: &Checkpoint, written: &Document) -> Result<(Document, Vec<Change>)> {
    let values: serde_json::Map<String, Value> = match c.meta.get(KNOBS) {
        Some(text) => serde_json::from_str(text).context("the knobs of the checkpoint")?,
        None => return Ok((written.clone(), vec![])),
    };
    let log = match c.meta.get(LOG) {
        Some(text) => serde_json::from_str(text).context("the changes of the checkpoint")?,
        None => vec![],
    };
    let values: Vec<(String, Value)> = values.into_iter().collect();
    Ok((with(written, &values).map_err(anyhow::Error::msg)?, log))
}

/// For a run that begins at a checkpoint: the task as first written, and as it was at the checkpoint. For a run that
/// is resumed, what `asked` changes about the `config.ron` beside the checkpoint (from a command line) counts for
/// both; a branch is exactly what its parent was. A checkpoint outside of a run folder belongs to the task that is
/// `asked` for.
pub(in crate::run) fn documents(
    c: &Checkpoint,
    path: &Path,
    asked: &Document,
    branch: bool,
) -> Result<(Document, Document)> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let open = |name: &str| folder.join(name).exists().then(|| crate::task::load(&folder.join(name)));
    let Some(newest) = open("config.ron") else {
        let (doc, _) = recorded(c, asked)?;
        return Ok((asked.clone(), doc));
    };
    let newest = newest?;
    let first = open(AT_START).transpose()?.unwrap_or_else(|| newest.clone());
    if newest.get("name") != asked.get("name") {
        let (doc, _) = recorded(c, asked)?;
        return Ok((asked.clone(), doc));
    }
    let mut overrides = if branch { vec![] } else { differences(&newest, asked) };
    // what the folder was changed to by hand is not something that was asked for now
    overrides.retain(|(key, value)| !same(&first.get(key), value));
    let (doc, _) = recorded(c, &first)?;
    let fail = anyhow::Error::msg;
    Ok((with(&first, &overrides).map_err(fail)?, with(&doc, &overrides).map_err(fail)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_log_of_changes_survives_a_round_trip() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(changes_in(dir.path()).unwrap(), vec![]);
        let changes = vec![
            Change {
                id: 1,
                key: "a.b".into(),
                old: json!(1.5),
                new: json!(-2e-7),
                iteration: 3,
                seconds: 0.25,
                undone: true,
            },
            Change {
                id: 2,
                key: "c".into(),
                old: json!([0.5, 1.0]),
                new: json!([0.0, 1.0]),
                ..Change::clone(&first())
            },
        ];
        std::fs::write(dir.path().join(CHANGES), to_csv(&changes).unwrap()).unwrap();
        assert_eq!(changes_in(dir.path()).unwrap(), changes);
        std::fs::write(dir.path().join(CHANGES), "id,key\nx,y\n").unwrap();
        assert!(changes_in(dir.path()).is_err());
    }

    fn first() -> Change {
        Change {
            id: 0,
            key: String::new(),
            old: json!(0),
            new: json!(0),
            iteration: 0,
            seconds: 0.0,
            undone: false,
        }
    }

    #[test]
    fn a_branch_names_its_parent() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(parent_of(dir.path()), None);
        std::fs::write(dir.path().join(PARENT), "a1_flat/20260101_000000\n120\n").unwrap();
        assert_eq!(parent_of(dir.path()), Some(("a1_flat/20260101_000000".into(), 120)));
    }
}
