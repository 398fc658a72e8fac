//! Writes files of a run on a thread of its own: training never waits for a disk. What cannot be written is said once
//! and training goes on.
use super::Event;
use super::shared::Shared;
use super::thin::thin;
use crate::run::folder::is_gone;
use crate::run::train::checkpoint::Caught;
use crate::run::{RunFolder, write_atomic};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Something to write.
pub(super) enum Job {
    /// A checkpoint of an iteration.
    Checkpoint {
        /// The run at the end of the iteration.
        caught: Box<Caught>,
        /// Finished iterations.
        iteration: u64,
        /// Written to here too.
        copy: Option<PathBuf>,
        /// Given back; 0 when nobody asked.
        ticket: u64,
        /// Never removed to save space.
        keep: bool,
    },
    /// The policy alone, for use elsewhere.
    Export(Box<crate::nn::Checkpoint>),
    /// A text file of the run folder.
    Text(&'static str, Vec<u8>),
    /// A text file of the run folder, kept as it was first written.
    FirstText(&'static str, Vec<u8>),
    /// The state of the program's source.
    Git,
    /// Answers when everything before is done.
    Flush(Sender<()>),
}

/// The handle of the thread. Dropping it waits until everything is written.
pub(super) struct Saver {
    jobs: Option<Sender<Job>>,
    waiting: Arc<AtomicUsize>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Saver {
    /// Starts the thread, whose work counts as learning. `kept` are iterations whose checkpoints are never removed.
    pub fn start(
        folder: RunFolder,
        out: Sender<Event>,
        kept: BTreeSet<u64>,
        shared: Arc<Shared>,
    ) -> std::io::Result<Self> {
        let (jobs, inbox) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let worker =
            Worker { folder, out, kept, texts: BTreeMap::new(), failing: false, waiting: waiting.clone() };
        let thread = std::thread::Builder::new().name("save".into()).spawn(move || {
            shared.count_this_thread();
            worker.run(inbox);
        })?;
        Ok(Self { jobs: Some(jobs), waiting, thread: Some(thread) })
    }
    /// Takes a job.
    pub fn send(&self, job: Job) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Some(jobs) = &self.jobs {
            // the thread ends only when this handle does
            let _ = jobs.send(job);
        }
    }
    /// Jobs that are not done yet.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
    /// Waits until everything is written.
    pub fn flush(&self) {
        let (done, answer) = channel();
        self.send(Job::Flush(done));
        let _ = answer.recv();
    }
}

impl Drop for Saver {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    folder: RunFolder,
    out: Sender<Event>,
    kept: BTreeSet<u64>,
    /// Newest content of every text, to write it again should the folder vanish.
    texts: BTreeMap<&'static str, Vec<u8>>,
    failing: bool,
    waiting: Arc<AtomicUsize>,
}

impl Worker {
    fn run(mut self, inbox: Receiver<Job>) {
        for job in inbox {
            let done = match self.folder_again() {
                Ok(()) => self.work(job),
                Err(e) => Err(e),
            };
            match done {
                Ok(()) => self.failing = false,
                // removed at this very moment: said when it is made again
                Err(e) if is_gone(&e) || !self.folder.path().exists() => {}
                Err(e) if !self.failing => {
                    self.failing = true;
                    self.say(Event::Note(format!(
                        "{e:#}. Training goes on without saving; make room, or stop and start with another logs folder"
                    )));
                }
                Err(_) => {}
            }
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn say(&self, event: Event) {
        // nobody listens any more: then nobody needs to know
        let _ = self.out.send(event);
    }

    /// Makes the folder again if somebody removed it.
    fn folder_again(&self) -> anyhow::Result<()> {
        if self.folder.path().is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(self.folder.path()).map_err(|e| {
            anyhow::anyhow!("cannot make the run folder again: {e}: {}", self.folder.path().display())
        })?;
        for (name, bytes) in &self.texts {
            self.folder.write(name, bytes)?;
        }
        self.say(Event::Note(format!(
            "the run folder was removed, so it was made again: {}. Training goes on; earlier curves and checkpoints are lost",
            self.folder.path().display()
        )));
        Ok(())
    }

    fn work(&mut self, job: Job) -> anyhow::Result<()> {
        match job {
            Job::Checkpoint { caught, iteration, copy, ticket, keep } => {
                let path = self.folder.checkpoint_path(iteration);
                let checkpoint = caught.checkpoint();
                let saved = checkpoint.save(&path);
                // a copy is worth having even if the run folder is full
                let copied = copy.as_deref().map_or(Ok(()), |to| self.copy(&checkpoint, to));
                if ticket != 0 && (saved.is_err() || copied.is_err()) {
                    let why = [
                        saved.as_ref().err().map(ToString::to_string),
                        copied.err().map(|e| format!("{e:#}")),
                    ];
                    let why = why.into_iter().flatten().collect::<Vec<_>>().join("; ");
                    self.say(Event::Refused { what: "save a checkpoint".into(), why });
                }
                saved?;
                if keep {
                    self.kept.insert(iteration);
                }
                let path = copy.unwrap_or(path);
                self.say(Event::Saved { ticket, iteration, path });
                thin(&self.folder, iteration, &self.kept)
            }
            Job::Export(policy) => Ok(policy.save(&self.folder.export()?.join("policy.safetensors"))?),
            Job::Text(name, bytes) => {
                self.folder.write(name, &bytes)?;
                self.texts.insert(name, bytes);
                Ok(())
            }
            Job::FirstText(name, bytes) => {
                if !self.folder.file(name).exists() {
                    self.folder.write(name, &bytes)?;
                }
                self.texts.entry(name).or_insert(bytes);
                Ok(())
            }
            Job::Git => Ok(self.folder.write_git(&crate::config::root())?),
            Job::Flush(done) => {
                let _ = done.send(());
                Ok(())
            }
        }
    }

    fn copy(&self, checkpoint: &crate::nn::Checkpoint, to: &Path) -> anyhow::Result<()> {
        if let Some(parent) = to.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(parent)?;
        }
        Ok(write_atomic(to, &checkpoint.to_bytes())?)
    }
}
