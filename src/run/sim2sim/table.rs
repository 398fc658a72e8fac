//! Engines side by side.
use crate::physics::mujoco::{Found, ODD};
use crate::run::eval::Report;
use std::fmt::{Display, Formatter, Result};

/// What one judge said.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name, and first part of keys.
    pub name: &'static str,
    /// The evaluation.
    pub report: Report,
    /// How far exported files and program were apart, where both acted.
    pub found: Option<Found>,
    /// How long it took, s.
    pub secs: f64,
}

/// What several judges said of one policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// One per judge.
    pub columns: Vec<Column>,
}

impl Comparison {
    /// The numbers by key: those of `eval`, with the judge's name in place of `eval`.
    pub fn results(&self) -> Vec<(String, f64)> {
        let mut out = vec![];
        for column in &self.columns {
            let name = |key: &str| format!("{}.{}", column.name, key.strip_prefix("eval.").unwrap_or(key));
            out.extend(column.report.results().into_iter().map(|(key, value)| (name(&key), value)));
            if let Some(found) = column.found {
                out.push((name("observation_difference"), found.observation.into()));
                out.push((name("target_difference"), found.target.into()));
                out.push((name("odd_ticks"), found.odd as f64 / found.ticks.max(1) as f64));
            }
            out.push((name("seconds"), column.secs));
        }
        out
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Some(first) = self.columns.first() else { return Ok(()) };
        let r = &first.report;
        writeln!(
            f,
            "{} commands, {} tries of {} s each, the same starts and models everywhere",
            r.rows.len(),
            r.tries,
            r.secs
        )?;
        write!(f, "{:28}", "")?;
        self.columns.iter().try_for_each(|c| write!(f, " {:>9}", c.name))?;
        writeln!(f)?;
        for (i, (key, _)) in r.results().iter().enumerate() {
            let key = key.strip_prefix("eval.").unwrap_or(key);
            let unit = crate::run::results::known_key(&format!("eval.{key}")).map_or("", |k| k.unit);
            let unit = if unit == "1" { String::new() } else { format!(", {unit}") };
            write!(f, "{:28}", format!("{key}{unit}"))?;
            for column in &self.columns {
                let value = column.report.results().get(i).map_or(f64::NAN, |(_, v)| *v);
                write!(f, " {value:9.4}")?;
            }
            writeln!(f)?;
        }
        for column in &self.columns {
            if let Some(found) = column.found {
                writeln!(
                    f,
                    "{}: in {} ticks the exported files saw and asked for what the program would have: observations within \
                     {:.1e}, joint targets within {:.1e} rad; beyond {ODD} in {} ticks",
                    column.name, found.ticks, found.observation, found.target, found.odd
                )?;
            }
        }
        Ok(())
    }
}
