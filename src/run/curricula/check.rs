//! Curricula that can never advance are found before the first step.
use super::Curricula;
use super::mistake::mistake;
use super::way::{Curriculum, How, When};
use crate::config::{ConfigErrors, Document, Origin, nearest};
use crate::run::change::{put, recompile};
use crate::run::train::TrainCfg;
use crate::run::train::rows::names;
use crate::task::Plan;

/// Checks curricula against a compiled task: metrics that do not exist, bounds that cannot be reached, iterations
/// that do not come, values that the task refuses. Returns sentences for what is strange and yet possible.
pub fn check(curricula: &Curricula, plan: &Plan, cfg: &TrainCfg) -> Result<Vec<String>, ConfigErrors> {
    let (mut errors, mut notes) = (ConfigErrors::default(), vec![]);
    for c in curricula.iter() {
        let place = format!("train.curricula.{}", c.name);
        let mut wrong = |at: &str, message: String| {
            errors.0.push(mistake(&plan.doc, &place, &c.name, at, message));
        };
        match &c.how {
            How::Iterations(iterations) => iterated(c, *iterations, plan, cfg, &mut wrong, &mut notes),
            How::When(when) => {
                if let Some((at, why)) = never(when, plan, cfg) {
                    wrong(at, why);
                }
            }
        }
        for (at, share) in [("from", 0.0), ("steps", 1.0 / c.steps as f64), ("to", 1.0)] {
            if let Err(why) = compiles(c, share, plan, cfg) {
                let value = c.value(share);
                wrong(at, format!("`{}` cannot become {value}: {why}", c.key));
                break;
            }
        }
    }
    if let Some((grid, (at, why))) = curricula.grid.as_ref().and_then(|g| Some((g, g.check(plan)?))) {
        let place = format!("train.curricula.{}", grid.name);
        errors.0.push(mistake(&plan.doc, &place, &grid.name, at, why));
    }
    if errors.0.is_empty() { Ok(notes) } else { Err(errors) }
}

fn iterated(
    c: &Curriculum,
    [start, end]: [u64; 2],
    plan: &Plan,
    cfg: &TrainCfg,
    wrong: &mut impl FnMut(&str, String),
    notes: &mut Vec<String>,
) {
    let n = cfg.iterations;
    let at =
        if plan.doc.get(&format!("train.curricula.{}.at", c.name)).is_null() { "iterations" } else { "at" };
    // in iteration `start` itself only a step moves anything
    let never = if start == end { start >= n } else { start + 1 >= n };
    if never && is_argument(&plan.doc, "train.iterations") {
        notes.push(format!(
            "curriculum `{}` begins at iteration {start}, and only {n} were asked for: `{}` stays as it begins",
            c.name, c.key
        ));
    } else if never {
        wrong(
            at,
            format!("it begins at iteration {start}, but training ends after {n} (`train.iterations`)"),
        );
    } else if end > n {
        notes.push(format!("curriculum `{}` ends at iteration {end}, training after {n}", c.name));
    }
}

fn is_argument(doc: &Document, key: &str) -> bool {
    matches!(doc.origin(key), Origin::Argument(_) | Origin::Knob(_))
}

/// Whether the task can have the value at a share of the way.
fn compiles(c: &Curriculum, share: f64, plan: &Plan, cfg: &TrainCfg) -> Result<(), String> {
    let mut doc = plan.doc.clone();
    put(&mut doc, &c.key, &c.value(share), Origin::Curriculum)?;
    recompile(doc, plan, cfg).map(|_| ())
}

/// Why a metric can never let a curriculum go on, and at which key that is written.
fn never(when: &When, plan: &Plan, cfg: &TrainCfg) -> Option<(&'static str, String)> {
    let metric = &when.metric;
    if metric.starts_with("time/") {
        let why = format!("`{metric}` differs from run to run; runs that follow it could not be repeated");
        return Some(("when.metric", why));
    }
    let known = names(plan);
    if !known.iter().any(|n| n == metric) {
        let hint = nearest(metric, known.iter().map(String::as_str).filter(|n| !n.starts_with("time/")));
        return Some(("when.metric", format!("there is no metric `{metric}`; {hint}")));
    }
    let [low, high] = reach(metric, plan, cfg);
    let (key, word, end) =
        if when.above { ("when.above", "above", high) } else { ("when.below", "below", low) };
    let reachable = if when.above { when.bound < high } else { when.bound > low };
    (!reachable).then(|| (key, format!("`{metric}` is never {word} {}: it ends at {end}", when.bound)))
}

/// Between what a metric lies, as far as that is known.
fn reach(metric: &str, plan: &Plan, cfg: &TrainCfg) -> [f64; 2] {
    let [any, upwards, share] = [[f64::NEG_INFINITY, f64::INFINITY], [0.0, f64::INFINITY], [0.0, 1.0]];
    let (group, name) = metric.split_once('/').unwrap_or(("", metric));
    match (group, name) {
        ("episode", "length") => {
            let ticks =
                if plan.episode_ticks == u32::MAX { f64::INFINITY } else { plan.episode_ticks as f64 };
            // the control period is a short number: `0.02`, not what is nearest to it in half as many bits
            [0.0, (ticks * plan.dt as f64 * 1e5).round() / 1e5]
        }
        ("episode", "failed_share" | "fall_rate") | ("loss", "clip_fraction") => share,
        ("episode", "tracking_error" | "yaw_rate_error" | "invalid") | ("termination", _) => upwards,
        ("loss", "learning_rate") => {
            let a = &cfg.algorithm;
            [a.min_learning_rate.min(a.learning_rate), a.max_learning_rate.max(a.learning_rate)]
        }
        ("reward", key) => match plan.rewards.iter().find(|r| r.key == key) {
            // following terms are kernels: 1 is perfect
            Some(r) if key.starts_with("track_") && r.weight > 0.0 => [0.0, r.weight],
            Some(r) if r.weight == 0.0 => [0.0, 0.0],
            _ => any,
        },
        ("terrain", name) if name.ends_with("/success") => share,
        _ => any,
    }
}
