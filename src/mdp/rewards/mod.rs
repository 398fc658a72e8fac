//! Reward terms, by what they are about. The task gives each a weight; negative weights make penalties.
mod effort;
mod gait;
mod posture;
mod stepping;
mod tracking;

use super::{Term, TickView};
use crate::lane::Wide;

/// A bound reward term: one unweighted value per environment.
pub type Reward = Box<dyn Fn(&TickView<'_>) -> Wide + Send + Sync>;

/// All reward terms.
pub fn terms() -> impl Iterator<Item = &'static Term<Reward>> + Clone {
    [tracking::TERMS, posture::TERMS, effort::TERMS, gait::TERMS, stepping::TERMS].into_iter().flatten()
}

#[cfg(test)]
mod tests;
