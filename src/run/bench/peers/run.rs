//! A peer's process: started, waited for, and its answer read.
use super::{Peer, PeersCfg};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What all scripts share.
const COMMON: &str = include_str!("python/common.py");
/// Begins the line with the answer; as in `python/common.py`.
const MARK: &str = "gaitlab-peer: ";
/// Lines of what a peer said last, for the message when it failed.
const LAST_LINES: usize = 4;
/// And most characters of them.
const MOST_SAID: usize = 500;
/// Measurements that a peer may make, for the time it gets.
const MEASUREMENTS: f64 = 8.0;

/// What a peer says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    /// It cannot run here.
    Missing {
        /// `in short: the reason`.
        missing: String,
    },
    /// Its numbers.
    Measured {
        /// Of the packages it consists of.
        versions: BTreeMap<String, String>,
        /// What it ran on.
        device: String,
        /// One per setting.
        results: Vec<Measured>,
    },
}

/// One number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Measured {
    /// Which of the settings it counts for.
    pub kind: Setting,
    /// In words.
    pub setting: String,
    /// Robots.
    pub envs: usize,
    /// Steps of one robot per second.
    pub rate: f64,
}

/// What a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Setting {
    /// As fast as it goes and still walks.
    Fast,
    /// Solved to the end.
    Accurate,
    /// End to end.
    Training,
}

/// Runs a peer; the error is a sentence that names it.
pub(super) fn run(peer: &Peer, settings: &Value, folder: &Path, cfg: &PeersCfg) -> Result<Answer, String> {
    let whose = |what: String| format!("{}: {what}", peer.name);
    let [script, told, out, err] = ["peer.py", "settings.json", "out.txt", "err.txt"].map(|f| folder.join(f));
    let files = || -> std::io::Result<[File; 2]> {
        // a file, not `-c`: kernels are compiled from their source
        std::fs::write(&script, format!("{COMMON}\n{}", peer.script))?;
        std::fs::write(&told, settings.to_string())?;
        Ok([File::create(&out)?, File::create(&err)?])
    };
    let [stdout, stderr] = files().map_err(|e| whose(format!("cannot write its files: {e}")))?;
    let started = Command::new(&cfg.python)
        .args([&script, &told])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(e) => {
            return Ok(Answer::Missing {
                missing: format!("not installed: no Python ({}: {e})", cfg.python.display()),
            });
        }
    };
    let limit = Duration::try_from_secs_f64(cfg.patience + MEASUREMENTS * cfg.seconds);
    let status = wait(&mut child, limit.unwrap_or(Duration::MAX))
        .map_err(|e| whose(format!("cannot wait for it: {e}")))?;
    let text = |path: &Path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned();
    read(status, &text(&out), &text(&err)).map_err(whose)
}

/// How a process ended; `None` when it was ended because its time was up.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begin.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The answer in what a process said.
pub(super) fn read(status: Option<ExitStatus>, out: &str, err: &str) -> Result<Answer, String> {
    let last = || {
        let said: Vec<&str> = if err.trim().is_empty() { out } else { err }.lines().collect();
        let said = ending(&said[said.len().saturating_sub(LAST_LINES)..].join(" / "));
        if said.is_empty() { "it said nothing".to_owned() } else { format!("it said last: {said}") }
    };
    let Some(status) = status else { return Err(format!("it took too long and was ended; {}", last())) };
    if !status.success() {
        return Err(format!("it failed ({status}); {}", last()));
    }
    let Some(line) = out.lines().rev().find_map(|line| line.strip_prefix(MARK)) else {
        return Err(format!("it ended without an answer; {}", last()));
    };
    let answer: Answer = serde_json::from_str(line)
        .map_err(|_| format!("its answer is not one that can be used: {}", shortened(line)))?;
    if let Answer::Measured { results, .. } = &answer {
        let odd = results.iter().find(|r| !(r.rate.is_finite() && r.rate > 0.0));
        if let Some(odd) = odd {
            return Err(format!("its rate with \"{}\" is {}", odd.setting, odd.rate));
        }
        if results.is_empty() {
            return Err("its answer has no numbers".into());
        }
    }
    Ok(answer)
}

/// The end of a text that may be long.
fn ending(text: &str) -> String {
    let skipped = text.chars().count().saturating_sub(MOST_SAID);
    if skipped == 0 {
        text.to_owned()
    } else {
        format!("… {}", text.chars().skip(skipped).collect::<String>())
    }
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(200).collect();
    if short.len() < text.len() { format!("{short} …") } else { short }
}
