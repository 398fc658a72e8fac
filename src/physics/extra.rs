//! What happens to robots within one control tick besides their targets.
use crate::lane::Wide;

/// Each part is optional; without any, a tick is that of [`super::Simulator::step`], bit for bit.
#[derive(Clone, Copy, Default)]
pub struct Extra<'a> {
    /// Targets that change in the middle of the tick.
    pub late: Option<Late<'a>>,
    /// Torques added to the controllers' before the effort limit, `[physics step][joint]`, N m; none if empty.
    pub torques: &'a [Wide],
    /// Force at the base's centre of mass (N) and torque (N m), world; held over the tick.
    pub wrench: Option<&'a [Wide; 6]>,
}

/// The targets of a tick come late: until then, others are followed.
#[derive(Clone, Copy)]
pub struct Late<'a> {
    /// Targets before, rad.
    pub before: &'a [Wide],
    /// Number of the physics step, from zero, from which on the new ones are followed.
    pub from: Wide,
}

impl Extra<'_> {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.late.is_none() && self.torques.is_empty() && self.wrench.is_none()
    }
}
