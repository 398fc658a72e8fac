//! The run folder: `logs/<experiment>/<YYYYmmdd_HHMMSS>_<run name>/`, self-contained.
//!
//! Invariant: a file in it is either whole or absent. Everything is written to a temporary file beside its
//! target, flushed to the disk and renamed ([`write_atomic`]), so a full disk or a killed process leaves the
//! previous version in place and a run can always be resumed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::local_time;
use super::naming::{NOTE, Naming};

/// A failed operation on a file: what was tried, why it failed, and last the path.
#[derive(Debug, thiserror::Error)]
#[error("{action}: {cause}: {}", path.display())]
pub struct FileError {
    /// What was tried, for example `cannot save`.
    pub action: &'static str,
    /// Why it failed. Not a `source`, because the message already says it.
    pub cause: io::Error,
    /// The file or folder.
    pub path: PathBuf,
}

/// Whether an operation failed because a file or its folder is not there: somebody removed it meanwhile.
pub fn is_gone(error: &anyhow::Error) -> bool {
    error.downcast_ref::<FileError>().is_some_and(|e| e.cause.kind() == io::ErrorKind::NotFound)
}

/// Adds what was tried and the path to an [`io::Error`].
pub(super) fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + 'a {
    move |cause| FileError { action, cause, path: path.to_owned() }
}

/// Replaces a file in one step: afterwards it holds `bytes`, or after an error still what it held before.
///
/// # Errors
/// When the folder is missing, not writable or the disk is full; the temporary file is removed.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = folder.join(name);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if let Err(cause) = written {
        // The half-written file may be what fills the disk. There may be none; then there is nothing to do.
        let _ = fs::remove_file(&temporary);
        return Err(FileError { action: "cannot save", cause, path: path.to_owned() });
    }
    // The rename itself is only on the disk once the folder is. Some file systems refuse this; the data is
    // complete either way, so that is not worth ending a run.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// One run's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes `root/<experiment>/<date>_<time>_<run name>/`; an empty run name leaves the last part out.
    /// Two runs that start in the same second get different folders (`…_2`).
    ///
    /// # Errors
    /// When a name is not a plain folder name or the folder cannot be made.
    pub fn create(root: &Path, experiment: &str, run_name: &str) -> Result<Self> {
        Self::create_at(root, experiment, run_name, SystemTime::now())
    }

    fn create_at(root: &Path, experiment: &str, run_name: &str, at: SystemTime) -> Result<Self> {
        check_name("experiment", experiment)?;
        let mut name = local_time::stamp(at);
        if !run_name.is_empty() {
            check_name("run", run_name)?;
            name = format!("{name}_{run_name}");
        }
        let parent = root.join(experiment);
        fs::create_dir_all(&parent).map_err(failed("cannot make the folder of the experiment", &parent))?;
        for attempt in 1.. {
            let path = match attempt {
                1 => parent.join(&name),
                _ => parent.join(format!("{name}_{attempt}")),
            };
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed("cannot make the run folder", &path)(error).into()),
            }
        }
        bail!("every name for the run folder is taken: {}", parent.join(&name).display())
    }

    /// Makes the folder of a new run of a task, with its note; see [`Self::create`].
    ///
    /// # Errors
    /// Those of [`Self::create`], and when the note cannot be saved.
    pub fn of(root: &Path, task: &str, naming: &Naming) -> Result<Self> {
        let folder = Self::create(root, naming.experiment.as_deref().unwrap_or(task), &naming.run)?;
        if let Some(note) = naming.note.as_deref().map(str::trim).filter(|note| !note.is_empty()) {
            folder.write(NOTE, format!("{note}\n"))?;
        }
        Ok(folder)
    }

    /// What somebody noted about the run.
    pub fn note(&self) -> Option<String> {
        let text = fs::read_to_string(self.file(NOTE)).ok()?;
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Opens the folder of an earlier run.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        if !path.is_dir() {
            bail!("there is no run folder here: {}", path.display());
        }
        Ok(Self { path })
    }

    /// All runs of an experiment, oldest first.
    ///
    /// # Errors
    /// When the folder exists but cannot be read; no folder means no runs.
    pub fn list(root: &Path, experiment: &str) -> Result<Vec<Self>> {
        check_name("experiment", experiment)?;
        let parent = root.join(experiment);
        let mut runs = Vec::new();
        for path in entries(&parent)? {
            let stamped = path.file_name().is_some_and(|name| is_stamped(&name.to_string_lossy()));
            if stamped && path.is_dir() {
                runs.push(Self { path });
            }
        }
        // Runs of the same second, whatever their names, in the order in which they were last written to.
        runs.sort_by_cached_key(|run| {
            let stamp: String = run.name().chars().take(STAMP).collect();
            let changed = fs::metadata(&run.path).and_then(|data| data.modified()).ok();
            (stamp, changed, run.name().len(), run.name())
        });
        Ok(runs)
    }

    /// The newest run of an experiment whose folder is called so, in full or without date and time.
    ///
    /// # Errors
    /// When there is none; lists those that there are.
    pub fn named(root: &Path, experiment: &str, name: &str) -> Result<Self> {
        let runs = Self::list(root, experiment)?;
        let is_meant = |run: &&Self| {
            let full = run.name();
            full == name || full.get(STAMP + 1..).is_some_and(|short| short == name)
        };
        if let Some(run) = runs.iter().rev().find(is_meant) {
            return Ok(run.clone());
        }
        let there: Vec<String> = runs.iter().rev().take(8).map(Self::name).collect();
        bail!(
            "no run of '{experiment}' is called '{name}'; the newest are: {}",
            if there.is_empty() { "none yet".into() } else { there.join(", ") }
        )
    }

    /// The newest run of an experiment, whether or not it saved anything.
    ///
    /// # Errors
    /// When there is none.
    pub fn newest(root: &Path, experiment: &str) -> Result<Self> {
        let runs = Self::list(root, experiment)?;
        runs.into_iter().next_back().with_context(|| {
            format!("no run of '{experiment}' yet (train one first): {}", root.join(experiment).display())
        })
    }

    /// The newest run of an experiment that has a checkpoint: what `--resume` and `play` want.
    ///
    /// # Errors
    /// When no run has one.
    pub fn newest_with_checkpoint(root: &Path, experiment: &str) -> Result<Self> {
        for run in Self::list(root, experiment)?.into_iter().rev() {
            if !run.checkpoints()?.is_empty() {
                return Ok(run);
            }
        }
        bail!(
            "no run of '{experiment}' has saved a checkpoint yet (train one first): {}",
            root.join(experiment).display()
        )
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder's own name, `20260131_235959_run_name`.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Path of a file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Replaces a file of the folder in one step.
    ///
    /// # Errors
    /// See [`write_atomic`].
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<(), FileError> {
        write_atomic(&self.file(name), bytes.as_ref())
    }

    /// Writes the resolved configuration, from which the run can be resumed: `config.ron`.
    ///
    /// # Errors
    /// See [`write_atomic`].
    pub fn write_config(&self, ron: &str) -> Result<(), FileError> {
        self.write("config.ron", ron)
    }

    /// Writes the compiled plan as people read it: `plan.txt`.
    ///
    /// # Errors
    /// See [`write_atomic`].
    pub fn write_plan(&self, text: &str) -> Result<(), FileError> {
        self.write("plan.txt", text)
    }

    /// Writes the parameters for other programs: `params.json`.
    ///
    /// # Errors
    /// When the parameters have no JSON form or cannot be saved.
    pub fn write_params(&self, parameters: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string_pretty(parameters).context("parameters as JSON")?;
        text.push('\n');
        Ok(self.write("params.json", text)?)
    }

    /// Writes commit and uncommitted changes of the program's source to `git.txt`; without the git command or
    /// outside a repository the file says so.
    ///
    /// # Errors
    /// See [`write_atomic`].
    pub fn write_git(&self, repository: &Path) -> Result<(), FileError> {
        self.write("git.txt", describe_git(repository))
    }

    /// Where the checkpoint of an iteration belongs: `model_<iteration>.safetensors`.
    pub fn checkpoint_path(&self, iteration: u64) -> PathBuf {
        self.file(&format!("model_{iteration}.safetensors"))
    }

    /// All checkpoints with their iteration, in the order of training.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn checkpoints(&self) -> Result<Vec<(u64, PathBuf)>> {
        let mut found = Vec::new();
        for path in entries(&self.path)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let number = name.strip_prefix("model_").and_then(|rest| rest.strip_suffix(".safetensors"));
            if let Some(iteration) = number.and_then(|digits| digits.parse().ok()) {
                found.push((iteration, path));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The checkpoint with the highest iteration.
    ///
    /// # Errors
    /// When the run has not saved one.
    pub fn newest_checkpoint(&self) -> Result<(u64, PathBuf)> {
        self.checkpoints()?
            .pop()
            .with_context(|| format!("this run has no checkpoint yet: {}", self.path.display()))
    }

    /// The folder for exported policies and robots, made on first use: `export/`.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn export(&self) -> Result<PathBuf, FileError> {
        let path = self.file("export");
        fs::create_dir_all(&path).map_err(failed("cannot make the export folder", &path))?;
        Ok(path)
    }
}

/// Characters of the date and time at the start of a run folder's name.
const STAMP: usize = "20260131_235959".len();

/// Whether a folder's name starts with a date and a time.
fn is_stamped(name: &str) -> bool {
    name.len() >= STAMP
        && name
            .bytes()
            .take(STAMP)
            .enumerate()
            .all(|(i, b)| if i == 8 { b == b'_' } else { b.is_ascii_digit() })
}

/// Everything in a folder; nothing when there is no such folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let list = match fs::read_dir(folder) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("cannot list", folder)(error)),
    };
    let paths: Result<Vec<_>, _> = list.map(|entry| entry.map(|entry| entry.path())).collect();
    paths.map_err(failed("cannot list", folder))
}

/// Refuses what would be another folder than the one meant.
fn check_name(what: &str, name: &str) -> Result<()> {
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        bail!(
            "the name of the {what} must be a plain folder name without '/', '\\' or a leading dot: '{name}'"
        );
    }
    Ok(())
}

/// Uncommitted changes longer than this are cut: somebody's data file must not fill the run folder.
const LONGEST_DIFF: usize = 1 << 20;

fn describe_git(repository: &Path) -> String {
    let git = |arguments: &[&str]| -> Option<String> {
        let output = Command::new("git").arg("-C").arg(repository).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(commit) = git(&["rev-parse", "HEAD"]) else {
        return format!("no git commit known for {}\n", repository.display());
    };
    let status = git(&["status", "--porcelain"]).unwrap_or_default();
    let mut diff = git(&["diff", "HEAD"]).unwrap_or_default();
    if diff.len() > LONGEST_DIFF {
        let cut = diff.floor_char_boundary(LONGEST_DIFF);
        diff.truncate(cut);
        diff.push_str("\n… cut: the uncommitted changes are longer than 1 MiB\n");
    }
    let state = if status.is_empty() { "no uncommitted changes\n" } else { "uncommitted changes:\n" };
    format!("commit {commit}{state}{status}{diff}")
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
