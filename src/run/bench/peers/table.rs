//! What was found: a table of words and numbers.
use super::run::{Answer, Measured, Setting};
use super::{Kind, Numbers, Peer, PeersCfg};
use crate::run::machine::Machine;
use crate::task::Plan;
use std::collections::BTreeMap;
use std::fmt;

/// One line of the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What its number counts.
    pub kind: Kind,
    /// Part of the keys of its numbers.
    pub key: String,
    /// As tables and pictures name it.
    pub name: String,
    /// A number, or why there is none.
    pub outcome: Outcome,
}

/// What came of a peer.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It ran.
    Rate {
        /// Steps of one robot per second: physics steps or control steps.
        per_s: f64,
        /// Robots.
        envs: usize,
        /// How it was set.
        setting: String,
        /// What it ran on.
        device: String,
    },
    /// It is not installed, or lacks hardware: `in short: the reason`.
    Missing(String),
    /// It is there and did not give a number.
    Failed(String),
}

impl Outcome {
    /// Steps per second, where it ran.
    pub fn rate(&self) -> Option<f64> {
        if let Self::Rate { per_s, .. } = self { Some(*per_s) } else { None }
    }
}

/// Everybody on one machine.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The task.
    pub task: String,
    /// Physics step, s.
    pub dt: f64,
    /// Physics steps per control step.
    pub substeps: usize,
    /// Length of a measurement, s.
    pub seconds: f64,
    /// Threads of those that run on processors.
    pub threads: usize,
    /// The machine.
    pub machine: Machine,
    /// Versions of packages, by name.
    pub versions: BTreeMap<String, String>,
    /// One per peer and setting, ours first.
    pub rows: Vec<Row>,
}

impl Comparison {
    /// Without anybody in it.
    pub(super) fn new(plan: &Plan, cfg: &PeersCfg, machine: Machine) -> Self {
        Self {
            task: plan.name.clone(),
            dt: plan.env.physics.dt,
            substeps: plan.env.physics.substeps,
            seconds: cfg.seconds,
            threads: rayon::current_num_threads(),
            machine,
            versions: [("gaitlab".to_owned(), env!("CARGO_PKG_VERSION").to_owned())].into(),
            rows: vec![],
        }
    }

    /// Notes what came of a peer.
    pub(super) fn take(&mut self, peer: &Peer, answer: Result<Answer, String>) {
        let key = peer.key.replace("{threads}", &self.threads.to_string());
        let mut add = |name: String, key: String, outcome: Outcome| {
            self.rows.push(Row { kind: peer.kind, key, name, outcome });
        };
        match answer {
            Err(why) => add(peer.name.into(), key, Outcome::Failed(why)),
            Ok(Answer::Missing { missing }) => add(peer.name.into(), key, Outcome::Missing(missing)),
            Ok(Answer::Measured { versions, device, results }) => {
                for (setting, key, name) in [
                    (Setting::Fast, key.clone(), format!("{}, fast", peer.name)),
                    (Setting::Accurate, format!("{key}_accurate"), format!("{}, accurate", peer.name)),
                    (Setting::Training, key, peer.name.to_owned()),
                ] {
                    if let Some(best) = fastest(&results, setting) {
                        let Measured { setting, envs, rate, .. } = best.clone();
                        add(name, key, Outcome::Rate { per_s: rate, envs, setting, device: device.clone() });
                    }
                }
                self.versions.extend(versions);
            }
        }
    }

    /// Rows of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |r| r.kind == kind)
    }

    /// Our own rate of a kind.
    pub fn ours(&self, kind: Kind) -> Option<f64> {
        self.of(kind).next().and_then(|r| r.outcome.rate())
    }

    /// Rates, numbers of robots, and ours over theirs.
    pub fn results(&self) -> Numbers {
        let mut out = vec![];
        for (kind, unit) in [(Kind::Physics, "steps_per_s"), (Kind::Training, "env_steps_per_s")] {
            for (i, row) in self.of(kind).enumerate() {
                let Outcome::Rate { per_s, envs, .. } = &row.outcome else { continue };
                let key = |what: &str| format!("peers.{}.{}.{what}", self.task, row.key);
                out.push((key(unit), *per_s));
                out.push((key("envs"), *envs as f64));
                if let Some(ours) = self.ours(kind).filter(|_| i > 0) {
                    out.push((key("ratio"), ours / per_s));
                }
            }
        }
        out
    }
}

/// The best of the numbers for a purpose.
fn fastest(results: &[Measured], setting: Setting) -> Option<&Measured> {
    results.iter().filter(|r| r.kind == setting).max_by(|a, b| a.rate.total_cmp(&b.rate))
}

/// `61.5 M`: three digits and a unit.
pub(crate) fn amount(value: f64) -> String {
    let (scaled, unit) = match value {
        v if v >= 1e9 => (v / 1e9, " G"),
        v if v >= 1e6 => (v / 1e6, " M"),
        v if v >= 1e3 => (v / 1e3, " k"),
        v => (v, ""),
    };
    let digits = match scaled {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        _ => 2,
    };
    format!("{scaled:.digits$}{unit}")
}

/// How often theirs goes into ours: `45 ×`.
pub(crate) fn times(ratio: f64) -> String {
    if ratio >= 9.95 { format!("{ratio:.0} ×") } else { format!("{ratio:.2} ×") }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = &self.machine;
        let gpu = m.gpu.as_deref().unwrap_or("no GPU");
        writeln!(f, "{}: {}, {} hardware threads ({} used), {gpu}", self.task, m.cpu, m.cores, self.threads)?;
        let versions: Vec<String> = self.versions.iter().map(|(name, v)| format!("{name} {v}")).collect();
        writeln!(f, "{}; {:.3} s per measurement, wall time", versions.join(", "), self.seconds)?;
        for (kind, what) in [
            (
                Kind::Physics,
                format!(
                    "Physics: steps of {} ms per second, {} per control tick, random joint targets",
                    1e3 * self.dt,
                    self.substeps
                ),
            ),
            (
                Kind::Training,
                "Training: control steps per second, rollouts and updates, no evaluation".to_owned(),
            ),
        ] {
            writeln!(f, "\n{what}")?;
            let wide = self.of(kind).map(|r| r.name.chars().count()).max().unwrap_or(0);
            for (i, row) in self.of(kind).enumerate() {
                let name = &row.name;
                match &row.outcome {
                    Outcome::Missing(why) => writeln!(f, "  {name:wide$}  {why}")?,
                    Outcome::Failed(why) => writeln!(f, "  {name:wide$}  failed: {why}")?,
                    Outcome::Rate { per_s, envs, setting, device } => {
                        let rate = amount(*per_s);
                        let ours = self.ours(kind).filter(|_| i > 0).map(|ours| times(ours / per_s));
                        let ours = ours.unwrap_or_default();
                        writeln!(
                            f,
                            "  {name:wide$}  {rate:>7}  {ours:>7}  {envs} robots, {setting}; {device}"
                        )?;
                    }
                }
            }
        }
        writeln!(f, "\n× is our rate over theirs.")
    }
}
