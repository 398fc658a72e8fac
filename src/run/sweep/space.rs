//! What a sweep varies: knobs, the values that each may take, and their places between 0 and 1.
use crate::config::{ConfigError, ConfigErrors, Document, Origin, nearest, parse_value};
use serde_json::{Value, json};

/// One key of a task and the values that are tried for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Knob {
    /// Dotted key, `env.rewards.action_rate.weight`.
    pub key: String,
    /// As it was written, `-0.05..-0.005`.
    pub text: String,
    /// What it may be.
    pub values: Values,
}

/// What a knob may be.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// One of these.
    List(Vec<Value>),
    /// Any number from `low` to `high`.
    Range {
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
        /// Whether factors count and not differences; both ends then have one sign.
        log: bool,
        /// Whether it is a whole number.
        whole: bool,
    },
}

/// Values of all knobs, in their order.
pub type Setting = Vec<Value>;

/// Significant digits of a number drawn from a range: what a person would write.
const DIGITS: i32 = 4;

impl Knob {
    /// Reads `KEY=a..b`, `KEY=log:a..b` or `KEY=a,b,c` for a task.
    ///
    /// # Errors
    /// What is wrong with it, with the nearest key of the task.
    pub fn parse(text: &str, task: &Document) -> Result<Self, ConfigError> {
        let place = format!("command line `--over {text}`");
        let fail = |message: String| ConfigError { message, place: place.clone() };
        let Some((key, written)) = text.split_once('=') else {
            return Err(fail("write KEY=a..b for a range or KEY=a,b,c for a list".into()));
        };
        if !["env.", "train."].iter().any(|section| key.starts_with(section)) {
            let hint = match key.split_once('.') {
                Some(("eval", _)) => "what judges all runs alike cannot differ between them".into(),
                Some((section, _)) => nearest(section, ["env", "train"]),
                None => "keys begin with `env.` or `train.`".into(),
            };
            return Err(fail(format!("`{key}` cannot be swept; {hint}")));
        }
        // the document says which keys there are
        task.clone().set(key, Value::Null, Origin::Argument(format!("--over {text}")))?;
        let values = Values::parse(written, &task.get(key)).map_err(fail)?;
        Ok(Self { key: key.to_owned(), text: written.to_owned(), values })
    }

    /// The end of the key that people know it by, `action_rate.weight`.
    pub fn short(&self) -> &str {
        let dots: Vec<usize> = self.key.match_indices('.').map(|(i, _)| i).collect();
        let from = dots.len().checked_sub(2).map_or(0, |i| dots[i] + 1);
        &self.key[from..]
    }

    /// The value at a place between 0 and 1 (1 itself included).
    pub fn at(&self, place: f64) -> Value {
        match &self.values {
            Values::List(list) => {
                list[((place * list.len() as f64) as usize).min(list.len().saturating_sub(1))].clone()
            }
            Values::Range { low, high, log, whole } => {
                let free = match log {
                    false => low + (high - low) * place,
                    true => low * (high / low).powf(place),
                };
                match whole {
                    // every whole number has the same share of the places
                    true if !log => json!((low + ((high - low + 1.0) * place).floor()).min(*high) as i64),
                    true => json!(free.round() as i64),
                    false => json!(rounded(free).clamp(*low, *high)),
                }
            }
        }
    }

    /// The place of a value, in the middle of those that give it; 0 to just below 1.
    pub fn place(&self, value: &Value) -> f64 {
        let place = match &self.values {
            Values::List(list) => {
                let index = list.iter().position(|v| v == value).unwrap_or(0);
                (index as f64 + 0.5) / list.len() as f64
            }
            Values::Range { low, high, log, whole } => {
                let x = value.as_f64().unwrap_or(*low);
                match (log, whole) {
                    (true, _) => (x / low).ln() / (high / low).ln(),
                    (false, true) => (x - low + 0.5) / (high - low + 1.0),
                    (false, false) => (x - low) / (high - low),
                }
            }
        };
        place.clamp(0.0, 1.0 - 1e-9)
    }

    /// All values of a list; so many of a range, both ends among them.
    pub fn steps(&self, count: usize) -> Vec<Value> {
        let mut out = match &self.values {
            Values::List(list) => return list.clone(),
            Values::Range { low, high, log: false, whole: true } => {
                let at = |i: usize| low + (high - low) * i as f64 / (count - 1).max(1) as f64;
                (0..count).map(|i| json!(at(i).round() as i64)).collect::<Vec<_>>()
            }
            Values::Range { .. } => {
                (0..count).map(|i| self.at(i as f64 / (count - 1).max(1) as f64)).collect()
            }
        };
        // a short range of whole numbers has fewer
        out.dedup();
        out
    }

    /// How many values it has; none for a range of real numbers.
    pub fn cardinality(&self) -> Option<usize> {
        match &self.values {
            Values::List(list) => Some(list.len()),
            Values::Range { .. } => None,
        }
    }
}

impl Values {
    /// Reads what stands behind `KEY=`; `now` is the task's own value.
    fn parse(text: &str, now: &Value) -> Result<Self, String> {
        let (log, inner) = match text.strip_prefix("log:") {
            Some(inner) => (true, inner),
            None => (false, text),
        };
        if let Some((low, high)) = inner.split_once("..").filter(|_| !inner.contains(['"', '[', '('])) {
            return Self::range([low, high], log, now);
        }
        if log {
            return Err("`log:` needs a range, log:a..b".into());
        }
        let list: Vec<Value> = split(text)?.into_iter().map(parse_value).collect();
        for (i, value) in list.iter().enumerate() {
            if list[..i].contains(value) {
                return Err(format!("{value} stands there twice"));
            }
        }
        Ok(Self::List(list))
    }

    fn range([low, high]: [&str; 2], log: bool, now: &Value) -> Result<Self, String> {
        let number = |text: &str| {
            let x = text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
            x.ok_or_else(|| format!("`{text}` is no number: a range is written a..b"))
        };
        let is_whole = |text: &str| text.trim().parse::<i64>().is_ok();
        let whole = now.as_f64().is_some() && !now.is_f64() && is_whole(low) && is_whole(high);
        let (low, high) = (number(low)?, number(high)?);
        if low >= high {
            return Err(format!("an empty range: {low} is not below {high}"));
        }
        if log && low * high <= 0.0 {
            return Err(format!("`log:` needs both ends on one side of zero, not {low} and {high}"));
        }
        if now.as_f64().is_none() {
            return Err(format!("a range needs a number, and the task has {now}: give a list, KEY=a,b,c"));
        }
        Ok(Self::Range { low, high, log, whole })
    }
}

/// Parts between commas that stand in no bracket and no quotes.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let (mut parts, mut depth, mut quoted, mut from) = (vec![], 0_i32, false, 0);
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '(' | '{' if !quoted => depth += 1,
            ']' | ')' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(text[from..i].trim());
                from = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[from..].trim());
    if depth != 0 || quoted {
        return Err(format!("`{text}` has a bracket or a quote that does not close"));
    }
    match parts.iter().any(|p| p.is_empty()) {
        true => Err("an empty value: write KEY=a,b,c".into()),
        false => Ok(parts),
    }
}

/// The number with [`DIGITS`] significant digits.
fn rounded(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let digits = (DIGITS - 1 - x.abs().log10().floor() as i32).clamp(-300, 300);
    // by way of text, so that no rest of a multiplication stays
    match digits {
        0.. => format!("{x:.*}", digits as usize).parse().unwrap_or(x),
        _ => {
            let unit = 10_f64.powi(-digits);
            (x / unit).round() * unit
        }
    }
}

/// Reads all knobs; every mistake is reported.
///
/// # Errors
/// All of them.
pub fn knobs(over: &[String], task: &Document) -> Result<Vec<Knob>, ConfigErrors> {
    let (mut knobs, mut errors): (Vec<Knob>, _) = (vec![], ConfigErrors::default());
    for text in over {
        match Knob::parse(text, task) {
            Ok(knob) => {
                let inside = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
                let clash = knobs.iter().find(|k| inside(&k.key, &knob.key) || inside(&knob.key, &k.key));
                if let Some(other) = clash {
                    let message = format!("`{}` is swept already, by `--over {}`", knob.key, other.key);
                    errors.0.push(ConfigError { message, place: format!("command line `--over {text}`") });
                }
                knobs.push(knob);
            }
            Err(e) => errors.0.push(e),
        }
    }
    if errors.0.is_empty() { Ok(knobs) } else { Err(errors) }
}

/// A task with the values of a setting.
///
/// # Errors
/// When a key is not there any more.
pub fn applied(task: &Document, knobs: &[Knob], setting: &[Value]) -> Result<Document, ConfigErrors> {
    let mut task = task.clone();
    for (knob, value) in knobs.iter().zip(setting) {
        let origin = Origin::Argument(format!("--over {}={} at {value}", knob.key, knob.text));
        task.set(&knob.key, value.clone(), origin)?;
    }
    Ok(task)
}

/// A setting in words: `action_rate.weight −0.02, algorithm.epochs 3`.
pub fn words(knobs: &[Knob], setting: &[Value]) -> String {
    let parts = knobs.iter().zip(setting).map(|(k, v)| format!("{} {}", k.short(), shown(v)));
    parts.collect::<Vec<_>>().join(", ")
}

/// A value as a person writes it: a word without quotes.
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "space_tests.rs"]
mod tests;
