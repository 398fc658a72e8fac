//! What being watched costs a run, and how soon a knob is felt.
use super::{Numbers, processor_seconds};
use crate::config::{ConfigErrors, Document, Origin};
use crate::run::session::{Event, Order, Session, SessionOptions, Start};
use crate::run::train::LearnerKind;
use crate::run::train::rows::env_steps;
use crate::run::train::setup::Setup;
use crate::tick::learn_fast;
use anyhow::{Result, bail};
use serde_json::json;
use std::time::{Duration, Instant};

/// Turns of measuring with and without an observer, so that a machine's moods meet both.
const TURNS: usize = 4;
/// Changes whose latency is measured.
const CHANGES: usize = 10;

/// Steps, wall time and processor time of a stretch of training.
#[derive(Clone, Copy, Default)]
struct Stretch {
    steps: f64,
    wall: f64,
    processor: f64,
}

impl std::ops::AddAssign for Stretch {
    fn add_assign(&mut self, o: Self) {
        self.steps += o.steps;
        self.wall += o.wall;
        self.processor += o.processor;
    }
}

/// Training beside the same training in a session that publishes, saves and counts failures; and the largest time
/// from asking for a change to the end of the first iteration that used it. Nothing is evaluated.
pub fn session(mut doc: Document, seconds: f64) -> Result<Numbers> {
    for (key, value) in [("train.eval_every", 0u64), ("train.iterations", 1_000_000_000)] {
        doc.set(key, json!(value), Origin::Argument(format!("--{key}={value}")))
            .map_err(ConfigErrors::from)?;
    }
    let part = seconds / TURNS as f64 / 2.0;
    let (mut plain, mut watched, mut latency) = (Stretch::default(), Stretch::default(), 0f64);
    for _ in 0..TURNS {
        plain += train_alone(&doc, part)?;
        let (stretch, felt) = watch(doc.clone(), part)?;
        watched += stretch;
        latency = latency.max(felt);
    }
    let rate = |s: &Stretch| s.steps / s.wall;
    let cost = |s: &Stretch| s.processor / s.steps;
    Ok(vec![
        ("window.train_env_steps_per_s".into(), rate(&plain)),
        ("window.session_env_steps_per_s".into(), rate(&watched)),
        ("window.session_slowdown".into(), 1.0 - rate(&watched) / rate(&plain)),
        ("window.session_processor_overhead".into(), cost(&watched) / cost(&plain) - 1.0),
        ("window.knob_latency_s".into(), latency),
    ])
}

/// Training without an observer, from the first iteration on.
fn train_alone(doc: &Document, seconds: f64) -> Result<Stretch> {
    let Setup { mut envs, mut learner, .. } = Setup::new(doc, 1, &LearnerKind::Native)?;
    let (e, l) = (envs.state(), learner.state());
    (0..5).for_each(|_| learn_fast(e, l));
    let (first, start, processor) = (env_steps(e), Instant::now(), processor_seconds());
    while start.elapsed().as_secs_f64() < seconds {
        learn_fast(e, l);
    }
    Ok(Stretch {
        steps: (env_steps(e) - first) as f64,
        wall: start.elapsed().as_secs_f64(),
        processor: processor_seconds() - processor,
    })
}

fn watch(doc: Document, seconds: f64) -> Result<(Stretch, f64)> {
    let logs = std::env::temp_dir().join(format!("gaitlab_bench_{}", std::process::id()));
    let key =
        doc.value["env"]["rewards"].as_object().and_then(|m| m.keys().next()).cloned().unwrap_or_default();
    let key = format!("env.rewards.{key}.weight");
    let weight = doc.get(&key).as_f64().unwrap_or(0.0);
    let session = Session::start(SessionOptions {
        task: doc,
        seed: 1,
        learner: LearnerKind::Native,
        logs: logs.clone(),
        naming: crate::run::Naming::default(),
        start: Start::Fresh,
        threads: Some(rayon::current_num_threads()),
        changes: vec![],
    });
    let mut latency = 0f64;
    let mut wait = |until: &mut dyn FnMut(&Session) -> bool| -> Result<()> {
        let start = Instant::now();
        while !until(&session) {
            for event in session.events() {
                match event {
                    Event::Felt { latency_s, .. } => latency = latency.max(latency_s),
                    Event::Ended(Err(e)) => bail!("{e}"),
                    Event::Refused { what, why } => bail!("{what}: {why}"),
                    _ => {}
                }
            }
            if start.elapsed().as_secs_f64() > 60.0 + seconds {
                bail!("the session does not come forward");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    };
    let (mut first, mut last) = ((0, 0.0, 0.0), (0, 0.0, 0.0));
    wait(&mut |s| {
        let Some(m) = s.moment().filter(|m| m.iteration >= 5) else { return false };
        first = (m.env_steps, m.seconds, processor_seconds());
        true
    })?;
    wait(&mut |s| {
        let Some(m) = s.moment().filter(|m| m.seconds - first.1 >= seconds) else { return false };
        last = (m.env_steps, m.seconds, processor_seconds());
        true
    })?;
    for i in 0..CHANGES {
        // further apart than the way of a slider
        let at = Instant::now();
        wait(&mut |_| at.elapsed() > Duration::from_millis(60))?;
        let value = json!(weight * (1.0 + 0.01 * (i + 1) as f64));
        session.send(Order::Set { key: key.clone(), value });
    }
    let at = Instant::now();
    wait(&mut |_| at.elapsed() > Duration::from_millis(500))?;
    drop(session);
    // what is left in a temporary folder harms nobody
    let _ = std::fs::remove_dir_all(&logs);
    let stretch =
        Stretch { steps: (last.0 - first.0) as f64, wall: last.1 - first.1, processor: last.2 - first.2 };
    Ok((stretch, latency))
}
