//! One curriculum: from where to where, and what decides how far it is.
use serde_json::Value;

/// A number or a list of numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// One.
    Number(f64),
    /// Several, for example the two ends of a range.
    List(Vec<f64>),
}

impl Span {
    /// `None` for anything else than finite numbers.
    pub fn of(value: &Value) -> Option<Self> {
        let number = |v: &Value| v.as_f64().filter(|x| x.is_finite());
        match value {
            Value::Array(list) => list.iter().map(number).collect::<Option<_>>().map(Self::List),
            v => number(v).map(Self::Number),
        }
    }

    /// Whether two have the same number of numbers.
    pub fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) => a.len() == b.len(),
            (Self::Number(_), Self::Number(_)) => true,
            _ => false,
        }
    }
}

/// What decides how far a curriculum is.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// The iteration: nothing before the first, everything from the second on, and evenly between.
    Iterations([u64; 2]),
    /// A metric.
    When(When),
}

/// See [`How::When`].
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// Name of a column of `metrics.csv`.
    pub metric: String,
    /// What it is compared with.
    pub bound: f64,
    /// Whether it must be above; otherwise below.
    pub above: bool,
    /// Share of the way of each iteration in which it holds.
    pub step: f64,
    /// Share of the way back of each iteration in which it does not.
    pub back: f64,
}

impl When {
    /// Whether a value lets the curriculum go on.
    pub fn holds(&self, value: f64) -> bool {
        if self.above { value > self.bound } else { value < self.bound }
    }

    /// How far it is after an iteration.
    pub fn next(&self, progress: f64, value: f64) -> f64 {
        let step = if self.holds(value) { self.step } else { -self.back };
        (progress + step).clamp(0.0, 1.0)
    }
}

/// One curriculum.
#[derive(Clone, Debug, PartialEq)]
pub struct Curriculum {
    /// Its name in the task.
    pub name: String,
    /// The value that it moves, a dotted key.
    pub key: String,
    /// At first.
    pub from: Span,
    /// At the end.
    pub to: Span,
    /// What decides.
    pub how: How,
    /// Equal steps in which it moves.
    pub steps: u32,
    /// Both ends were written as whole numbers: what is whole in between is so, too.
    pub whole: bool,
}

impl Curriculum {
    /// How far it is, 0 to 1, in whole steps; `progress` counts where a metric decides.
    pub fn share(&self, iteration: u64, progress: f64) -> f64 {
        let share = match self.how {
            How::Iterations([_, end]) if iteration >= end => 1.0,
            How::Iterations([start, _]) if iteration <= start => 0.0,
            How::Iterations([start, end]) => (iteration - start) as f64 / (end - start) as f64,
            How::When(_) => progress,
        };
        let steps = self.steps.max(1) as f64;
        // sums of shares may miss a step by a rounding error
        ((share * steps + 1e-6).floor() / steps).min(1.0)
    }

    /// The value at a share of the way.
    pub fn value(&self, share: f64) -> Value {
        let between = |a: f64, b: f64| -> Value {
            let x = if share >= 1.0 { b } else { a + (b - a) * share };
            if self.whole && x.fract() == 0.0 { (x as i64).into() } else { x.into() }
        };
        match (&self.from, &self.to) {
            (Span::Number(a), Span::Number(b)) => between(*a, *b),
            (Span::List(a), Span::List(b)) => {
                a.iter().zip(b).map(|(a, b)| between(*a, *b)).collect::<Vec<_>>().into()
            }
            // refused when it was read
            (Span::Number(a), Span::List(_)) => (*a).into(),
            (Span::List(a), Span::Number(_)) => a.clone().into(),
        }
    }
}
