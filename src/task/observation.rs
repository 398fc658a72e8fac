//! Groups of observations as they will run: what the actor is told, and what the critic is told where it knows more.
use super::wiring::Told;
use crate::mdp::Observe;
use crate::robot::{self, Mirrored, RobotSpec};
use std::ops::Range;
use std::panic::Location;

/// An observation term of a plan.
pub struct BoundObservation {
    /// Key in the task.
    pub key: String,
    /// Name of the term.
    pub term: &'static str,
    /// The term's sentence.
    pub doc: &'static str,
    /// Where the term is written.
    pub place: &'static Location<'static>,
    /// Its numbers in the observation: `history` frames, oldest first.
    pub slice: Range<usize>,
    /// How many of its last values are told; 1: only the present one.
    pub history: usize,
    /// See [`ObservationCfg::scale`](super::ObservationCfg::scale).
    pub scale: f32,
    /// See [`ObservationCfg::noise`](super::ObservationCfg::noise).
    pub noise: f32,
    /// Writes the numbers.
    pub observe: Observe,
}

impl BoundObservation {
    /// What a network must know to take it: the same line, the same meaning.
    pub(super) fn line(&self) -> String {
        let line = format!("{} {:?} scale {}", self.key, self.slice, self.scale);
        if self.history > 1 { format!("{line} history {}", self.history) } else { line }
    }

    /// Its numbers of the present tick.
    pub fn newest(&self) -> Range<usize> {
        self.slice.end - self.observe.width..self.slice.end
    }
    pub(super) fn told(&self) -> Told<'_> {
        Told { key: &self.key, term: self.term, slice: self.newest(), scale: self.scale }
    }
}

/// Numbers in a group.
pub(super) fn width(group: &[BoundObservation]) -> usize {
    group.last().map_or(0, |o| o.slice.end)
}

/// A reflection at the plane of x and z: where each number comes from, and its sign.
#[derive(Clone, Debug, PartialEq)]
pub struct Mirror {
    /// Of an observation.
    pub obs: Vec<Mirrored>,
    /// Of the critic's own observation; empty where it sees what the actor sees.
    pub critic_obs: Vec<Mirrored>,
    /// Of an action.
    pub actions: Vec<Mirrored>,
}

impl Mirror {
    pub(super) fn of(
        actor: &[BoundObservation],
        critic: &[BoundObservation],
        robot: &RobotSpec,
    ) -> Option<Self> {
        let of_group = |group: &[BoundObservation]| {
            let mut all = vec![];
            for o in group {
                let mirror = o.observe.mirror.as_ref()?;
                for start in o.slice.clone().step_by(o.observe.width.max(1)) {
                    all.extend(mirror.iter().map(|(from, sign)| (start + from, *sign)));
                }
            }
            Some(all)
        };
        let (obs, critic_obs) = (of_group(actor)?, of_group(critic)?);
        Some(Self { obs, critic_obs, actions: robot::mirrored_joints(robot)? })
    }
}
