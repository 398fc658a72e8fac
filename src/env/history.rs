//! What networks were told in the ticks before, for observation terms with a history.
use crate::lane::{Lane, WIDTH, Wide};
use crate::task::BoundObservation;

/// The last observations of one group's terms with a history, as they were told, noise and all.
#[derive(Clone)]
pub(super) struct History {
    /// Term after term, each oldest first.
    frames: Vec<Wide>,
    /// 1 where the next observation is the first of an episode: there it stands for all that came before it.
    fresh: Wide,
}

impl History {
    /// Nothing was told yet.
    pub fn new(terms: &[BoundObservation]) -> Self {
        let len = terms.iter().filter(|t| t.history > 1).map(|t| t.slice.len()).sum();
        Self { frames: vec![Wide::zero(); len], fresh: Wide::splat(1.0) }
    }

    /// An episode begins in a lane: what was told before it must not be told again.
    pub fn clear(&mut self, lane: usize) {
        self.fresh.lanes_mut()[lane] = 1.0;
    }

    /// Takes the newest frames of an observation and puts the older ones before them.
    pub fn tell(&mut self, terms: &[BoundObservation], out: &mut [Wide]) {
        if self.frames.is_empty() {
            return;
        }
        self.recall(terms, out);
        let mut at = 0;
        for term in terms.iter().filter(|t| t.history > 1) {
            let told = &out[term.slice.clone()];
            self.frames[at..at + told.len()].copy_from_slice(told);
            at += told.len();
        }
        self.fresh = Wide::zero();
    }

    /// Puts the older frames before the newest ones of an observation, without taking those.
    pub fn recall(&self, terms: &[BoundObservation], out: &mut [Wide]) {
        let begins = Wide::zero().lt(self.fresh);
        let begun = Wide::any(begins);
        let mut at = 0;
        for term in terms.iter().filter(|t| t.history > 1) {
            let (len, width) = (term.slice.len(), term.observe.width);
            let (older, newest) = out[term.slice.clone()].split_at_mut(len - width);
            older.copy_from_slice(&self.frames[at + width..at + len]);
            if begun {
                for frame in older.chunks_exact_mut(width) {
                    for (old, new) in frame.iter_mut().zip(&*newest) {
                        *old = Wide::select(begins, *new, *old);
                    }
                }
            }
            at += len;
        }
    }

    /// Appends everything to a snapshot; nothing where no term has a history.
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        if !self.frames.is_empty() {
            self.frames.iter().chain([&self.fresh]).for_each(|w| out.extend_from_slice(w.lanes()));
        }
    }

    /// Takes back what `snapshot` wrote; how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        if self.frames.is_empty() {
            return Some(0);
        }
        let len = (self.frames.len() + 1) * WIDTH;
        let mut rest = data.get(..len)?.chunks_exact(WIDTH);
        for (word, values) in self.frames.iter_mut().chain([&mut self.fresh]).zip(&mut rest) {
            word.lanes_mut().copy_from_slice(values);
        }
        Some(len)
    }
}
