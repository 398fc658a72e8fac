//! Curricula as they are written, and what is wrong with them at first sight.
use super::grid::Grid;
use super::mistake::mistake;
use super::way::{Curriculum, How, Span, When};
use crate::config::{self, ConfigErrors, Document, Origin};
use crate::run::change::{same, unknown};
use serde::Deserialize;
use serde_json::Value;

/// Where they stand in a task.
const SECTION: &str = "train.curricula";
/// More steps than this would be a recompilation in every iteration.
const MOST_STEPS: u32 = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cfg {
    key: String,
    from: Value,
    to: Value,
    #[serde(default)]
    iterations: Option<[u64; 2]>,
    #[serde(default)]
    at: Option<u64>,
    #[serde(default)]
    when: Option<WhenCfg>,
    #[serde(default = "hundred")]
    steps: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhenCfg {
    metric: String,
    #[serde(default)]
    above: Option<f64>,
    #[serde(default)]
    below: Option<f64>,
    step: f64,
    #[serde(default)]
    back: f64,
}

fn hundred() -> u32 {
    100
}

/// Reads all curricula of a task; one that is `None` or `off` is none.
pub fn read(doc: &Document) -> Result<(Vec<Curriculum>, Option<Grid>), ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let (mut list, mut grid): (Vec<Curriculum>, Option<Grid>) = (vec![], None);
    let section = doc.get(SECTION);
    for (name, value) in section.as_object().into_iter().flatten() {
        let place = format!("{SECTION}.{name}");
        if value.is_null() || value == "off" {
            continue;
        }
        if name.contains('.') {
            errors.0.push(
                doc.error(SECTION, format!("a curriculum cannot be named `{name}`: leave out the dot")),
            );
            continue;
        }
        if value.get("grid").is_some() {
            match Grid::read(doc, name, &place) {
                Ok(g) if grid.is_none() => grid = Some(g),
                Ok(_) => errors.0.push(doc.error(&place, "a second grid of commands; keep one")),
                Err(e) => errors.0.extend(e.0),
            }
            continue;
        }
        match one(doc, name, &place) {
            Ok(c) => {
                if let Some(other) = list.iter().find(|o| o.key == c.key) {
                    let message =
                        format!("curricula `{}` and `{name}` both move `{}`; keep one", other.name, c.key);
                    errors.0.push(doc.error(&format!("{place}.key"), message));
                }
                list.push(c);
            }
            Err(e) => errors.0.extend(e.0),
        }
    }
    if errors.0.is_empty() { Ok((list, grid)) } else { Err(errors) }
}

fn is_whole(value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().all(is_whole),
        v => v.is_i64(),
    }
}

fn one(doc: &Document, name: &str, place: &str) -> Result<Curriculum, ConfigErrors> {
    let cfg: Cfg = config::typed(doc, place)?;
    let mut errors = vec![];
    let mut wrong = |at: &str, message: String| errors.push(mistake(doc, place, name, at, message));
    if let Some(why) = unknown(doc, &cfg.key) {
        wrong("key", why);
    } else if let Origin::Argument(a) = doc.origin(&cfg.key) {
        wrong(
            "key",
            format!(
                "`{a}` would have no effect, because this moves the value; change its `from` and `to`, or switch it off with --{place}=off"
            ),
        );
    }
    let now = Span::of(&doc.get(&cfg.key));
    let mut span = |at: &str, value: &Value| match (Span::of(value), &now) {
        (Some(span), Some(now)) if !span.fits(now) => {
            wrong(at, format!("`{at}` must have the form of the value that it moves, {}", doc.get(&cfg.key)));
            None
        }
        (Some(span), _) => Some(span),
        (None, _) => {
            wrong(at, format!("`{at}` must be a finite number or a list of such, not {value}"));
            None
        }
    };
    let (from, to) = (span("from", &cfg.from), span("to", &cfg.to));
    if same(&cfg.from, &cfg.to) {
        wrong("to", "`from` and `to` are the same: it could never move anything".into());
    }
    if !(1..=MOST_STEPS).contains(&cfg.steps) {
        wrong("steps", format!("`steps` must be from 1 to {MOST_STEPS}, not {}", cfg.steps));
    }
    let how = how(&cfg, &mut wrong);
    match (from, to, how) {
        (Some(from), Some(to), Some(how)) if errors.is_empty() => {
            let whole = is_whole(&cfg.from) && is_whole(&cfg.to);
            // a jump has nothing in between
            let steps =
                if matches!(how, How::Iterations([start, end]) if start >= end) { 1 } else { cfg.steps };
            Ok(Curriculum { name: name.into(), key: cfg.key, from, to, how, steps, whole })
        }
        _ => Err(ConfigErrors(errors)),
    }
}

fn how(cfg: &Cfg, wrong: &mut impl FnMut(&str, String)) -> Option<How> {
    match (cfg.iterations, cfg.at, &cfg.when) {
        (Some([start, end]), None, None) if start <= end => Some(How::Iterations([start, end])),
        (Some([start, end]), None, None) => {
            wrong("iterations", format!("it would end ({end}) before it begins ({start})"));
            None
        }
        (None, Some(at), None) => Some(How::Iterations([at, at])),
        (None, None, Some(when)) => self::when(when, wrong),
        _ => {
            wrong("", "it needs one of `iterations: (first, last)`, `at: iteration` and `when: (…)`".into());
            None
        }
    }
}

fn when(w: &WhenCfg, wrong: &mut impl FnMut(&str, String)) -> Option<How> {
    let (bound, above) = match (w.above, w.below) {
        (Some(x), None) => (x, true),
        (None, Some(x)) => (x, false),
        _ => {
            wrong("when", "it needs one of `above` and `below`".into());
            return None;
        }
    };
    let shares = (w.step > 0.0 && w.step <= 1.0, (0.0..=1.0).contains(&w.back));
    if !shares.0 {
        wrong("when.step", format!("`step` is a share of the way, above 0 and up to 1, not {}", w.step));
    }
    if !shares.1 {
        wrong("when.back", format!("`back` is a share of the way, 0 to 1, not {}", w.back));
    }
    if !bound.is_finite() {
        wrong("when", format!("the bound must be finite, not {bound}"));
    }
    let when = When { metric: w.metric.clone(), bound, above, step: w.step, back: w.back };
    (shares == (true, true) && bound.is_finite()).then_some(How::When(when))
}
