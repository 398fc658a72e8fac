//! What ended since somebody last asked.
use serde::{Deserialize, Serialize};

/// Sums over finished episodes and over ticks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episodes {
    /// Finished episodes.
    pub ended: f64,
    /// Episodes that ended in failure.
    pub failed: f64,
    /// Sum of their lengths, ticks.
    pub ticks: f64,
    /// Sum of their returns.
    pub returns: f64,
    /// Environments whose state stopped being finite.
    pub invalid: f64,
    /// Sum of each reward term's weighted value over all environments and ticks.
    pub terms: Vec<f64>,
    /// How often each termination fired.
    pub terminations: Vec<f64>,
    /// Environment steps.
    pub steps: f64,
}

impl Episodes {
    /// Adds another's sums.
    pub fn add(&mut self, o: &Self) {
        self.ended += o.ended;
        self.failed += o.failed;
        self.ticks += o.ticks;
        self.returns += o.returns;
        self.invalid += o.invalid;
        self.steps += o.steps;
        for (a, b) in [(&mut self.terms, &o.terms), (&mut self.terminations, &o.terminations)] {
            a.resize(b.len().max(a.len()), 0.0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
    }
    /// Starts again from zero; nobody wants the sums.
    pub fn forget(&mut self) {
        let terms = std::mem::take(&mut self.terms);
        let terminations = std::mem::take(&mut self.terminations);
        *self = Self { terms, terminations, ..Self::default() };
        self.terms.fill(0.0);
        self.terminations.fill(0.0);
    }
    /// Hands out the sums and starts again from zero.
    pub fn take(&mut self) -> Self {
        let mut empty = Self::default();
        empty.terms.resize(self.terms.len(), 0.0);
        empty.terminations.resize(self.terminations.len(), 0.0);
        std::mem::replace(self, empty)
    }
}
