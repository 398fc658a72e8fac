//! Where the time of training goes: phase by phase and thread by thread, with what moves and what is computed.
use super::Numbers;
use super::listen::{Listener, Thread};
use super::loops::train_for;
use crate::config::{self, Document};
use crate::lane::{Lane, Wide};
use crate::nn::Mlp;
use crate::run::train::{LearnerKind, Trained};
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::path::Path;
use std::time::Instant;
use tracing_subscriber::prelude::*;

/// What a profile found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phases {
    /// Name of the task.
    pub task: String,
    /// Wall time of rollouts and updates, s.
    pub wall: f64,
    /// Every thread that did something.
    pub threads: Vec<Thread>,
    /// Worker threads.
    pub workers: usize,
    /// Environment steps.
    pub env_steps: f64,
    /// Bytes that rollouts and learner read and write, without what stays in caches: rollouts once, once more per epoch.
    pub bytes: f64,
    /// Floating-point operations of the networks, by phase.
    pub flops: BTreeMap<&'static str, f64>,
    /// Floating-point operations per second of all workers together in a loop of nothing else.
    pub peak: f64,
}

/// Trains for some seconds and listens; with `trace`, also writes all phases as a Chrome trace.
///
/// # Errors
/// When the training fails, or somebody listens already.
pub fn phases(doc: &Document, seconds: f64, trace: Option<&Path>) -> Result<Phases> {
    let listener = Listener::default();
    let chrome = trace.map(|path| tracing_chrome::ChromeLayerBuilder::new().file(path).build());
    let (chrome, guard) = chrome.unzip();
    tracing_subscriber::registry()
        .with(listener.clone())
        .with(chrome)
        .try_init()
        .context("somebody profiles this process already")?;
    let peak = peak();
    let trained = train_for(doc, seconds, LearnerKind::Native)?;
    let wall = trained.wall.iter().sum();
    drop(guard);
    let threads = listener.threads();
    let (bytes, flops) = work(&trained)?;
    Ok(Phases {
        task: trained.plan.name.clone(),
        wall,
        threads,
        workers: rayon::current_num_threads(),
        env_steps: trained.env_steps as f64,
        bytes,
        flops,
        peak,
    })
}

/// Bytes and operations of a finished training.
fn work(trained: &Trained) -> Result<(f64, BTreeMap<&'static str, f64>)> {
    let (plan, policy) = (&trained.plan, &trained.policy);
    let ppo: crate::learn::PpoCfg = config::typed(&plan.doc, "train.algorithm")?;
    let [obs, critic_obs, actions] = plan.sizes();
    // observations, actions, means; log-probability, value, reward, two ends, terminal value, weight, advantage, return
    let sample = 4.0 * (obs + critic_obs + 2 * actions + 9) as f64;
    let epochs = ppo.epochs as f64;
    let bytes = trained.env_steps as f64 * sample * (1.0 + epochs);
    let products = |net: &Mlp| net.layers.iter().map(|l| (l.inputs * l.outputs) as f64).sum::<f64>();
    let first = |net: &Mlp| net.layers.first().map_or(0.0, |l| (l.inputs * l.outputs) as f64);
    let forward = |net: &Mlp| 2.0 * products(net);
    // slopes of the weights, and of the inputs of all layers but the first
    let backward = |net: &Mlp| 2.0 * (2.0 * products(net) - first(net));
    let nets = [&policy.actor, &policy.critic];
    let mirrored = if ppo.mirror_loss > 0.0 { 1.0 } else { 0.0 };
    let act = nets.map(forward).iter().sum::<f64>();
    let both = |net: &Mlp| forward(net) + backward(net);
    let learn = nets.map(both).iter().sum::<f64>() + mirrored * both(&policy.actor);
    let steps = trained.env_steps as f64;
    Ok((bytes, [("act", act * steps), ("gradient", learn * steps * epochs)].into()))
}

/// Operations per second of all workers in fused multiply-adds on registers.
fn peak() -> f64 {
    const CHAINS: usize = 16;
    const TURNS: usize = 2_000_000;
    let workers = rayon::current_num_threads();
    let spin = |_: usize| {
        let (x, mut sums) = (Wide::splat(0.999), [Wide::splat(1.0); CHAINS]);
        let start = Instant::now();
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = sum.mul_add(x, x);
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        std::hint::black_box(sums);
        (2 * CHAINS * Wide::LANES * TURNS) as f64 / seconds
    };
    (0..workers).into_par_iter().with_max_len(1).map(spin).sum()
}

impl Phases {
    /// Seconds of all threads by phase, the longest first.
    pub fn totals(&self) -> Vec<(&'static str, f64)> {
        let mut sums: BTreeMap<&'static str, f64> = BTreeMap::new();
        for (name, time) in self.threads.iter().flat_map(|t| &t.phases) {
            *sums.entry(name).or_default() += time;
        }
        let mut list: Vec<_> = sums.into_iter().collect();
        list.sort_by(|a, b| b.1.total_cmp(&a.1));
        list
    }

    /// Share of the workers' time in which nothing was done.
    pub fn idle(&self) -> f64 {
        let busy: f64 = self.totals().iter().map(|(_, time)| time).sum();
        1.0 - busy / (self.wall * self.workers as f64)
    }

    /// The numbers by key.
    pub fn results(&self) -> Numbers {
        let key = |k: &str| format!("phases.{}.{k}", self.task);
        let whole = self.wall * self.workers as f64;
        let mut out = vec![
            (key("env_steps_per_s"), self.env_steps / self.wall),
            (key("idle_share"), self.idle()),
            (key("gigabytes_per_s"), self.bytes / self.wall / 1e9),
            (key("peak_gflops"), self.peak / 1e9),
        ];
        let totals = self.totals();
        out.extend(totals.iter().map(|(name, time)| (key(&format!("share.{name}")), time / whole)));
        out.extend(totals.iter().filter_map(|(name, time)| {
            let share = self.flops.get(name)? / time / (self.peak / self.workers as f64);
            Some((key(&format!("peak_share.{name}")), share))
        }));
        out
    }
}

impl Display for Phases {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "{}: {:.2} s on {} threads, {:.2} million environment steps/s, {:.1} GB/s to and from memory",
            self.task,
            self.wall,
            self.workers,
            self.env_steps / self.wall / 1e6,
            self.bytes / self.wall / 1e9
        )?;
        writeln!(
            f,
            "{:>12} | {:>7} | {:>8} {:>8} {:>8} | {:>14}",
            "phase", "share", "least, s", "mean, s", "most, s", "of peak FLOP/s"
        )?;
        let whole = self.wall * self.workers as f64;
        for (name, total) in self.totals() {
            let times = || self.threads.iter().filter_map(|t| t.phases.get(name).copied());
            let [least, most] = [times().fold(f64::MAX, f64::min), times().fold(0.0, f64::max)];
            let of_peak = self.flops.get(name).map_or(String::new(), |flops| {
                format!("{:.1} %", 100.0 * flops / total / (self.peak / self.workers as f64))
            });
            writeln!(
                f,
                "{name:>12} | {:6.1}% | {least:8.3} {:8.3} {most:8.3} | {of_peak:>14}",
                100.0 * total / whole,
                total / times().count().max(1) as f64
            )?;
        }
        writeln!(f, "{:>12} | {:6.1}% |", "idle", 100.0 * self.idle())?;
        writeln!(f, "peak: {:.0} GFLOP/s of multiply-adds, all threads together", self.peak / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_idle_time_make_a_whole() {
        let thread = |name: &str, phases: &[(&'static str, f64)]| Thread {
            name: name.into(),
            phases: phases.iter().copied().collect(),
        };
        let found = Phases {
            task: "t".into(),
            wall: 2.0,
            workers: 2,
            threads: vec![thread("a", &[("physics", 1.0), ("act", 0.5)]), thread("b", &[("physics", 1.5)])],
            env_steps: 4e6,
            bytes: 6e9,
            flops: [("act", 1e9)].into(),
            peak: 8e9,
        };
        assert_eq!(found.totals(), [("physics", 2.5), ("act", 0.5)]);
        assert_eq!(found.idle(), 0.25);
        let results: BTreeMap<String, f64> = found.results().into_iter().collect();
        assert_eq!(results["phases.t.share.physics"], 0.625);
        assert_eq!(results["phases.t.gigabytes_per_s"], 3.0);
        // 1e9 operations in half a second, of 4e9 per second and thread
        assert_eq!(results["phases.t.peak_share.act"], 0.5);
        assert!(found.to_string().contains("idle |   25.0%"), "{found}");
    }
}
