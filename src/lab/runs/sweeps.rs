//! Sweeps among the folders of runs.
use crate::lab::model::SweepShown;
use crate::run::sweep::{self, ROWS, Sweep, Table};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Sweeps as they were when their tables were read last, by folder.
#[derive(Default)]
pub(super) struct KnownSweeps(Vec<(PathBuf, Stamp, SweepShown)>);

/// When a table changed, and its length: rows may come in the same tick of the clock.
type Stamp = Option<(SystemTime, u64)>;

impl KnownSweeps {
    /// All sweeps below the logs folder, the newest first; none if nothing changed.
    pub fn scan(&mut self, logs: &Path, experiments: &[String]) -> Option<Vec<SweepShown>> {
        let folders: Vec<(String, PathBuf)> = experiments
            .iter()
            .flat_map(|e| sweep::list(logs, e).into_iter().map(move |f| (e.clone(), f)))
            .collect();
        let mut changed = folders.len() != self.0.len();
        let mut now: Vec<(PathBuf, Stamp, SweepShown)> = folders
            .into_iter()
            .map(|(experiment, folder)| {
                let stamp = stamp(&folder);
                match self.0.iter().find(|known| known.0 == folder && known.1 == stamp) {
                    Some(known) => known.clone(),
                    None => {
                        changed = true;
                        let shown = shown(&experiment, &folder);
                        (folder, stamp, shown)
                    }
                }
            })
            .collect();
        now.sort_by(|a, b| b.0.file_name().cmp(&a.0.file_name()));
        self.0 = now;
        changed.then(|| self.0.iter().map(|known| known.2.clone()).collect())
    }
}

fn stamp(folder: &Path) -> Stamp {
    let data = std::fs::metadata(folder.join(ROWS)).ok()?;
    Some((data.modified().ok()?, data.len()))
}

fn shown(experiment: &str, folder: &Path) -> SweepShown {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = || -> Result<Table> {
        let sweep = Sweep::open(folder)?;
        Ok(Table::new(&sweep, &sweep.rows()?))
    };
    let (table, trouble) = match read() {
        Ok(table) => (Some(table), None),
        Err(e) => (None, Some(format!("{e:#}"))),
    };
    SweepShown {
        id: format!("{experiment}/{name}"),
        name: crate::lab::names::short_name(name.trim_start_matches(sweep::PREFIX)),
        task: experiment.to_owned(),
        plot: table.as_ref().map(|t| Arc::new(t.plot())).unwrap_or_default(),
        table: table.map(Arc::new),
        trouble,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sweep_is_shown_with_its_trouble_and_read_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a1_flat/sweep_20261122_062847_soft");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(sweep::ASKED), "{\"version\": 9}").unwrap();
        let (mut known, experiments) = (KnownSweeps::default(), ["a1_flat".to_owned()]);
        let found = known.scan(dir.path(), &experiments).unwrap();
        assert_eq!((found.len(), found[0].name.as_str()), (1, "soft 06:28"));
        assert!(found[0].trouble.as_ref().unwrap().contains("version 9"));
        assert!(known.scan(dir.path(), &experiments).is_none());
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(known.scan(dir.path(), &experiments), Some(vec![]));
    }
}
