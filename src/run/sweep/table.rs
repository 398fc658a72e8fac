//! What the runs of a sweep say about its settings: the best first.
use super::asked::Asked;
use super::score::Score;
use super::space::{self, Knob, Setting, Values, shown};
use super::store::{Row, Sweep};
use crate::run::plots::{SweepAxis, SweepLine, SweepPlot, SweepRun};
use std::fmt;

/// Lines of the printed table.
const SHOWN: usize = 20;

/// A setting and its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its number, from 0.
    pub setting: usize,
    /// Values of the knobs.
    pub values: Setting,
    /// Its runs, by seed.
    pub runs: Vec<Row>,
    /// Mean score of the runs that have one; NaN if none has.
    pub score: f64,
    /// Standard deviation of the scores over seeds; none of fewer than two.
    pub spread: Option<f64>,
}

/// Settings of a sweep, the best first.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What was asked.
    pub asked: Asked,
    /// What is varied.
    pub knobs: Vec<Knob>,
    /// A line per setting with at least one run.
    pub lines: Vec<Line>,
}

impl Line {
    fn new(rows: Vec<Row>) -> Self {
        let scores: Vec<f64> = rows.iter().filter_map(|r| r.score).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let score = mean(&scores);
        let squares: f64 = scores.iter().map(|s| (s - score).powi(2)).sum();
        let spread = (scores.len() > 1).then(|| (squares / (scores.len() - 1) as f64).sqrt());
        let first = rows.first();
        Self {
            setting: first.map_or(0, |r| r.setting),
            values: first.map_or(vec![], |r| r.values.clone()),
            runs: rows,
            score,
            spread,
        }
    }

    /// How bad it is: what is sorted by and what the search is told. Infinite where a run failed.
    pub fn cost(&self, score: &Score) -> f64 {
        match self.failed() {
            0 if score.is_higher_better() => -self.score,
            0 => self.score,
            _ => f64::INFINITY,
        }
    }

    /// Runs that passed the task's test.
    pub fn walked(&self) -> usize {
        self.runs.iter().filter(|r| r.walked).count()
    }

    /// Runs without a score.
    pub fn failed(&self) -> usize {
        self.runs.iter().filter(|r| r.score.is_none()).count()
    }

    /// Mean of a number over its runs.
    pub fn mean(&self, of: impl Fn(&Row) -> f64) -> f64 {
        self.runs.iter().map(of).sum::<f64>() / self.runs.len() as f64
    }

    /// Its best run.
    pub fn best(&self, score: &Score) -> Option<&Row> {
        let sign = if score.is_higher_better() { -1.0 } else { 1.0 };
        let cost = |r: &Row| r.score.map_or(f64::INFINITY, |s| sign * s);
        self.runs.iter().min_by(|a, b| cost(a).total_cmp(&cost(b)))
    }
}

impl Table {
    /// Of the runs that have finished so far, in whatever order.
    pub fn new(sweep: &Sweep, rows: &[Row]) -> Self {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|r| (r.setting, r.seed));
        let mut lines: Vec<Line> =
            rows.chunk_by(|a, b| a.setting == b.setting).map(|c| Line::new(c.to_vec())).collect();
        let score = &sweep.asked.score;
        lines.sort_by(|a, b| a.cost(score).total_cmp(&b.cost(score)).then(a.setting.cmp(&b.setting)));
        Self { asked: sweep.asked.clone(), knobs: sweep.knobs.clone(), lines }
    }

    /// Runs that have finished.
    pub fn done(&self) -> usize {
        self.lines.iter().map(|l| l.runs.len()).sum()
    }

    /// Runs in all.
    pub fn total(&self) -> usize {
        self.asked.settings * self.asked.seeds as usize
    }

    /// All runs.
    pub fn runs(&self) -> impl Iterator<Item = &Row> {
        self.lines.iter().flat_map(|l| &l.runs)
    }

    /// What the sweep is, in one line.
    pub fn title(&self) -> String {
        let a = &self.asked;
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        format!(
            "{}: {} of {}, {}",
            a.task,
            count(self.done(), "run"),
            self.total(),
            count(a.settings, "setting")
        )
    }

    /// The score with its spread, and a mark where runs never walked: it is then a lower bound.
    pub fn score_words(&self, line: &Line) -> String {
        if line.failed() > 0 || !line.score.is_finite() {
            return "failed".into();
        }
        let bound = self.asked.score.is_known_when_it_walks() && line.walked() < line.runs.len();
        let spread = line.spread.map(|s| format!(" ± {}", digits(s, line.score))).unwrap_or_default();
        format!("{}{}{spread}", if bound { "> " } else { "" }, digits(line.score, line.score))
    }

    /// What pictures are drawn of.
    pub fn plot(&self) -> SweepPlot {
        let places = |line: &Line| -> Vec<f64> {
            let of = |(knob, value): (&Knob, &serde_json::Value)| match &knob.values {
                Values::List(list) => list.iter().position(|v| v == value).unwrap_or(0) as f64,
                Values::Range { .. } => value.as_f64().unwrap_or(f64::NAN),
            };
            self.knobs.iter().zip(&line.values).map(of).collect()
        };
        let limit = self.asked.score.is_known_when_it_walks();
        let finite = self.lines.iter().filter(|l| l.score.is_finite() && l.failed() == 0);
        let lines = finite.map(|line| SweepLine {
            values: places(line),
            score: line.score,
            runs: line
                .runs
                .iter()
                .filter_map(|r| Some(SweepRun { score: r.score?, is_bound: limit && !r.walked }))
                .collect(),
        });
        SweepPlot {
            title: self.title(),
            score: self.asked.score.words(),
            higher_is_better: self.asked.score.is_higher_better(),
            axes: self.knobs.iter().map(axis).collect(),
            lines: lines.collect(),
        }
    }

    /// Its numbers by key.
    pub fn results(&self) -> Vec<(String, f64)> {
        let key = |k: &str| format!("sweep.{}.{k}", self.asked.task);
        let runs = self.done().max(1) as f64;
        let sum = |of: fn(&Row) -> f64| self.runs().map(of).sum::<f64>();
        let mut out = vec![
            (key("runs"), self.done() as f64),
            (key("failed"), self.lines.iter().map(Line::failed).sum::<usize>() as f64),
            (key("walked"), sum(|r| f64::from(u8::from(r.walked))) / runs),
            (key("processor_seconds_per_run"), sum(|r| r.processor_seconds) / runs),
            (key("env_steps_per_run"), sum(|r| r.env_steps as f64) / runs),
        ];
        for line in self.lines.iter().filter(|l| l.failed() == 0) {
            let setting = |k: &str| key(&format!("setting_{}_{k}", line.setting));
            out.push((setting("score"), line.score));
            out.extend(line.spread.map(|s| (setting("spread"), s)));
            out.push((setting("walked"), line.walked() as f64 / line.runs.len() as f64));
        }
        if let Some(best) = self.lines.first().filter(|l| l.failed() == 0) {
            out.push((key("best_setting"), best.setting as f64));
            out.push((key("best_score"), best.score));
            let values = self.knobs.iter().zip(&best.values);
            let numbers = values.filter_map(|(k, v)| Some((k, v.as_f64()?)));
            out.extend(numbers.map(|(k, v)| (key(&format!("best_{}", k.key.replace('.', "/"))), v)));
        }
        out
    }
}

fn axis(knob: &Knob) -> SweepAxis {
    let name = knob.short().to_owned();
    match &knob.values {
        Values::List(list) => SweepAxis::Names { name, values: list.iter().map(shown).collect() },
        Values::Range { low, high, log, .. } => {
            SweepAxis::Numbers { name, low: *low, high: *high, log: *log }
        }
    }
}

/// A number with so many digits after the point as one of the size of `like` needs for three in all.
pub fn digits(x: f64, like: f64) -> String {
    let size = like.abs().max(1e-9).log10().floor();
    let after = (2.0 - size).clamp(0.0, 6.0) as usize;
    format!("{x:.after$}")
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a = &self.asked;
        let better = if a.score.is_higher_better() { "higher" } else { "lower" };
        writeln!(f, "{} × {} seeds", self.title(), a.seeds)?;
        writeln!(f, "score: {}; {better} is better; ± is the spread over seeds", a.score.words())?;
        let mut rows = vec![["".to_owned(), "score".into(), "walked".into(), "M env-steps".into()].to_vec()];
        rows[0].extend(self.knobs.iter().map(|k| k.short().to_owned()));
        for (i, line) in self.lines.iter().take(SHOWN).enumerate() {
            let mut row = vec![
                format!("{}", i + 1),
                self.score_words(line),
                format!("{}/{}", line.walked(), line.runs.len()),
                format!("{:.2}", line.mean(|r| r.env_steps as f64) / 1e6),
            ];
            row.extend(line.values.iter().map(shown));
            rows.push(row);
        }
        let width = |c: usize| rows.iter().map(|r| r[c].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
        for row in &rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, w)| format!("{cell:>w$}")).collect();
            writeln!(f, "{}", cells.join("  "))?;
        }
        if self.lines.len() > SHOWN {
            writeln!(f, "and {} more settings", self.lines.len() - SHOWN)?;
        }
        if let Some(row) = self.lines.iter().flat_map(|l| &l.runs).find(|r| !r.trouble.is_empty()) {
            writeln!(f, "failed, for example {}: {}", space::words(&self.knobs, &row.values), row.trouble)?;
        }
        Ok(())
    }
}
