//! The stages as the view reads them: by slot, whatever entity they are on.
use crate::lab::model::ShownEnv;
use crate::lab::{Picked, Stage};
use crate::robot::LinkPose;
use crate::tick::view::{ShownFrames, Telemetry};
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;

/// Stages that can be drawn at once.
pub(in crate::app) const SLOTS: usize = 2;

/// Read access to the stages, the marked robot and the moment between two ticks.
#[derive(SystemParam)]
pub(in crate::app) struct Stages<'w, 's> {
    shown: Query<'w, 's, (Option<&'static Stage>, Ref<'static, ShownFrames>, &'static Telemetry)>,
    picked: Res<'w, Picked>,
    fixed: Res<'w, Time<Fixed>>,
}

/// One stage. Without a `Stage` component a batch of environments is shown on slot 0.
#[derive(Clone, Copy)]
pub(in crate::app) struct Shown<'a> {
    /// What is known about the robots, if anything is.
    pub stage: Option<&'a Stage>,
    /// Poses.
    pub frames: &'a ShownFrames,
    /// The marked robot's telemetry.
    pub telemetry: &'a Telemetry,
    /// Time from the last tick but one to the last, 0 to 1.
    pub share: f32,
    /// The poses are of a new tick.
    pub is_new: bool,
}

impl Shown<'_> {
    /// Number of robots.
    pub fn len(&self) -> usize {
        self.frames.num_robots()
    }
    /// Pose of a link in the world, between the last two ticks.
    pub fn pose(&self, robot: usize, link: usize) -> Transform {
        to_transform(self.frames.link_pose_w(robot, link, self.share))
    }
    /// What is known about a robot.
    pub fn env(&self, robot: usize) -> Option<&ShownEnv> {
        self.stage?.robots.get(robot)
    }
    /// Middle of all bases, m.
    pub fn middle(&self) -> Option<Vec3> {
        let bases = self.frames.current.iter().filter_map(|links| links.first());
        let sum = bases.map(|base| Vec3::from_array(base.pos_w)).sum::<Vec3>();
        (self.len() > 0).then(|| sum / self.len() as f32)
    }
}

impl Stages<'_, '_> {
    /// The stage on a slot.
    pub fn slot(&self, slot: usize) -> Option<Shown<'_>> {
        let share = self.fixed.overstep_fraction();
        self.shown.iter().find(|(stage, ..)| stage.map_or(0, |s| s.slot) == slot).map(
            |(stage, frames, telemetry)| {
                let is_new = frames.is_changed();
                Shown { stage, frames: frames.into_inner(), telemetry, share, is_new }
            },
        )
    }
    /// All stages with their slots.
    pub fn all(&self) -> impl Iterator<Item = (usize, Shown<'_>)> {
        (0..SLOTS).filter_map(|slot| Some((slot, self.slot(slot)?)))
    }
    /// Which robot is marked.
    pub fn picked(&self) -> Picked {
        *self.picked
    }
    /// The marked robot's stage, if the robot is there.
    pub fn picked_stage(&self) -> Option<Shown<'_>> {
        self.slot(self.picked.stage).filter(|shown| self.picked.robot < shown.len())
    }
    /// Pose of the marked robot's base.
    pub fn picked_base(&self) -> Option<Transform> {
        Some(self.picked_stage()?.pose(self.picked.robot, 0))
    }
}

/// Pose as Bevy has it.
pub(super) fn to_transform(pose: LinkPose) -> Transform {
    let [w, x, y, z] = pose.quat;
    Transform::from_translation(Vec3::from_array(pose.pos_w)).with_rotation(Quat::from_xyzw(x, y, z, w))
}
