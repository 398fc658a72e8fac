//! What a person sees while a robot learns: a bar on a terminal, now and then a line anywhere else.
//!
//! Everything goes to standard error, so that standard output stays free for tables and data. Numbers have fixed
//! widths, so that they do not dance.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Without a terminal at most one line in this time: a log of an hour stays readable.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// What is told after an iteration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Iterations done.
    pub iteration: u64,
    /// Environment steps per second of wall time, over the last iterations.
    pub env_steps_per_s: f64,
    /// Mean reward of the episodes that ended; NaN before the first did.
    pub reward: f64,
    /// Mean length of the episodes that ended, s; NaN before the first did.
    pub episode_length: f64,
    /// The evaluation so far in a few words, `vx 0.31 m/s off, 12 % fall`; empty before the first.
    pub evaluation: String,
}

impl Report {
    fn words(&self) -> String {
        let number = |value: f64, digits: usize, width: usize| match value.is_finite() {
            true => format!("{value:width$.digits$}"),
            false => format!("{:>width$}", "–"),
        };
        let mut text = format!(
            "{} steps/s · reward {} · episode {} s",
            thousands(self.env_steps_per_s),
            number(self.reward, 2, 7),
            number(self.episode_length, 1, 4)
        );
        if !self.evaluation.is_empty() {
            text.push_str(" · ");
            text.push_str(&self.evaluation);
        }
        text
    }
}

/// `  342 k`, `1.25 M`: always six characters.
fn thousands(value: f64) -> String {
    match value {
        v if !v.is_finite() || v < 0.0 => "     –".to_owned(),
        v if v < 999.5 => format!("{v:6.0}"),
        v if v < 999_500.0 => format!("{:4.0} k", v / 1e3),
        v if v < 99.95e6 => format!("{:4.1} M", v / 1e6),
        v => format!("{:4.0} M", v / 1e6),
    }
}

/// Progress of one training run.
pub struct Progress {
    total: u64,
    started: Instant,
    first: u64,
    way: Way,
}

enum Way {
    Bar(ProgressBar),
    Lines { out: Box<dyn Write + Send>, last: Option<Instant> },
}

impl Progress {
    /// Starts to show a run of `total` iterations of which `done` are already behind it (a resumed run). The
    /// title is short: the task, or the run's name.
    pub fn new(title: impl Into<Cow<'static, str>>, done: u64, total: u64) -> Self {
        let way = if io::stderr().is_terminal() {
            Way::Bar(bar(title.into(), done, total))
        } else {
            Way::Lines { out: Box::new(io::stderr()), last: None }
        };
        Self { total, started: Instant::now(), first: done, way }
    }

    /// Shows the state after an iteration.
    pub fn report(&mut self, report: &Report) {
        let (first, started, total) = (self.first, self.started, self.total);
        match &mut self.way {
            Way::Bar(bar) => {
                bar.set_message(format!(
                    "{} · {} left",
                    report.words(),
                    left(report.iteration, first, total, started.elapsed())
                ));
                bar.set_position(report.iteration);
            }
            Way::Lines { out, last } => {
                let now = Instant::now();
                let due = last.is_none_or(|last| now - last >= LINE_EVERY) || report.iteration >= total;
                if due {
                    *last = Some(now);
                    let width = total.to_string().len();
                    let left = left(report.iteration, first, total, started.elapsed());
                    say(
                        out,
                        &format!("{:>width$}/{total} · {} · {left} left", report.iteration, report.words()),
                    );
                }
            }
        }
    }

    /// Prints a line above the bar, at once: `walks after 6.1 s`.
    pub fn note(&mut self, line: &str) {
        match &mut self.way {
            Way::Bar(bar) => bar.suspend(|| say(&mut io::stderr(), line)),
            Way::Lines { out, .. } => say(out, line),
        }
    }

    /// Ends the bar; its last state stays on the screen.
    pub fn finish(self) {
        if let Way::Bar(bar) = self.way {
            bar.abandon();
        }
    }
}

/// A closed standard error is no reason to stop training.
fn say(out: &mut dyn Write, line: &str) {
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn bar(title: Cow<'static, str>, done: u64, total: u64) -> ProgressBar {
    // Ten pictures a second cost nothing next to training.
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(10));
    bar.set_position(done);
    bar.set_prefix(title);
    let template = "{prefix:.bold} {bar:24.green/dim} {pos:>4}/{len} · {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

/// Time to the end at the mean rate so far.
fn left(iteration: u64, first: u64, total: u64, elapsed: Duration) -> String {
    let done = iteration.saturating_sub(first);
    if done == 0 {
        return "–".to_owned();
    }
    let seconds = elapsed.as_secs_f64() / done as f64 * total.saturating_sub(iteration) as f64;
    match seconds.round() as u64 {
        s if s < 60 => format!("{s} s"),
        s if s < 3600 => format!("{}:{:02} min", s / 60, s % 60),
        s => format!("{}:{:02} h", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
