//! What else happens to a robot in a tick.
use crate::lane::{Lane, Wide};

/// One lane of [`crate::physics::Extra`].
#[derive(Clone, Debug, Default)]
pub(super) struct Extra {
    /// Targets until physics step `from`; none where they do not change within the tick.
    pub before: Vec<f32>,
    pub from: f32,
    /// `[physics step][joint]`
    pub torques: Vec<f32>,
    /// On the base, world, N and N m.
    pub wrench: Option<[f32; 6]>,
    /// There was one in the tick before, which bodies that stay from tick to tick remember.
    pub was_pulled: bool,
}

impl Extra {
    /// Takes one lane's in.
    pub fn set(&mut self, lane: usize, from: &crate::physics::Extra<'_>) {
        let copy = |to: &mut Vec<f32>, from: &[Wide]| {
            to.clear();
            to.extend(from.iter().map(|v| v.lanes()[lane]));
        };
        copy(&mut self.before, from.late.map_or(&[][..], |late| late.before));
        self.from = from.late.map_or(0.0, |late| late.from.lanes()[lane]);
        copy(&mut self.torques, from.torques);
        self.was_pulled = self.wrench.is_some();
        self.wrench = from.wrench.map(|w| w.map(|v| v.lanes()[lane]));
    }
}
