//! The last twenty seconds of what was shown.
use super::stage::{self, Scene};
use super::{Lab, LabCommand, LabSystems, Picked, Stage};
use crate::robot::Posture;
use crate::tick::view::{ShownFrames, Telemetry};
use bevy::prelude::*;
use std::collections::VecDeque;

/// Control ticks that are kept: 20 s.
pub const CAPACITY: usize = 1000;

/// The marked robot's telemetry and every shown robot's posture, one per control tick, the oldest first. Telemetry
/// starts afresh when another robot is marked; postures go on, and both end with the newest tick.
#[derive(Resource, Clone, Debug, Default)]
pub struct Timeline {
    /// Of the marked robot.
    pub samples: VecDeque<Telemetry>,
    /// Of the robots of each stage, `[tick][stage][robot]`.
    pub postures: VecDeque<[Vec<Posture>; 2]>,
    /// How many seconds ago is shown; `None` is now.
    pub rewind_s: Option<f32>,
}

impl Timeline {
    /// What the plots show: all samples up to the moment that is shown.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = &Telemetry> + Clone {
        let until = self.now_s() + 1e-6;
        self.samples.iter().filter(move |s| s.time_s <= until)
    }
    /// Simulated time that is shown, s.
    pub fn now_s(&self) -> f64 {
        self.samples.back().map_or(0.0, |s| s.time_s) - f64::from(self.rewind_s.unwrap_or(0.0))
    }
    /// The sample that is shown.
    pub fn shown(&self) -> Option<&Telemetry> {
        self.samples().next_back()
    }

    /// Keeps a tick; memory of the oldest one is used again.
    fn push(&mut self, telemetry: &Telemetry, postures: [&[Posture]; 2]) {
        if self.samples.back().is_some_and(|last| last.time_s > telemetry.time_s) {
            self.samples.clear();
        }
        let mut sample =
            if self.samples.len() == CAPACITY { self.samples.pop_front() } else { None }.unwrap_or_default();
        sample.clone_from(telemetry);
        self.samples.push_back(sample);
        let mut kept = if self.postures.len() == CAPACITY { self.postures.pop_front() } else { None }
            .unwrap_or_default();
        for (to, from) in kept.iter_mut().zip(postures) {
            to.resize_with(from.len(), Posture::default);
            for (to, from) in to.iter_mut().zip(from) {
                (to.pos_w, to.quat) = (from.pos_w, from.quat);
                to.joint_pos.clone_from(&from.joint_pos);
            }
        }
        self.postures.push_back(kept);
    }
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Timeline>().add_systems(FixedPostUpdate, keep.in_set(LabSystems::Gather));
}

/// Keeps what the tick left behind.
fn keep(
    stages: Query<(&Stage, &Scene, &Telemetry)>,
    picked: Res<Picked>,
    lab: Res<Lab>,
    mut timeline: ResMut<Timeline>,
) {
    if lab.replay.is_some() {
        return;
    }
    let mut postures: [&[Posture]; 2] = [&[], &[]];
    let mut marked = None;
    for (stage, scene, telemetry) in &stages {
        postures[stage.slot] = &scene.postures;
        marked = marked.or((stage.slot == picked.stage).then_some(telemetry));
    }
    if let Some(telemetry) = marked {
        timeline.push(telemetry, postures);
    }
}

/// Shows what was, or what is.
pub(super) fn obey(world: &mut World, command: &LabCommand) {
    match command {
        LabCommand::Rewind(Some(ago)) if ago.is_finite() => {
            let mut clock = world.resource_mut::<Time<Virtual>>();
            clock.pause();
            // the time of this frame must not move what is shown
            clock.advance_by(std::time::Duration::ZERO);
            let mut timeline = world.resource_mut::<Timeline>();
            let reach = timeline.postures.len().saturating_sub(1) as f32 / super::clock::CONTROL_HZ as f32;
            timeline.rewind_s = Some(ago.clamp(0.0, reach));
            show_past(world);
        }
        LabCommand::Rewind(_) => back_to_now(world),
        _ => {}
    }
}

/// A clock that runs shows what is.
pub(super) fn return_to_now(world: &mut World) {
    let rewound = world.resource::<Timeline>().rewind_s.is_some();
    if rewound && !world.resource::<Time<Virtual>>().is_paused() {
        back_to_now(world);
    }
}

/// Shows what is.
pub(super) fn back_to_now(world: &mut World) {
    if world.resource_mut::<Timeline>().rewind_s.take().is_some() {
        let last = world.resource::<Timeline>().samples.back().cloned();
        restore(world, last);
    }
}

/// Puts the robots where they are now.
pub(super) fn restore(world: &mut World, telemetry: Option<Telemetry>) {
    let picked = *world.resource::<Picked>();
    let mut stages = world.query::<(&Stage, &Scene, &mut ShownFrames, &mut Telemetry)>();
    for (stage, scene, mut frames, mut now) in stages.iter_mut(world) {
        stage::place_all(scene, &scene.postures, &mut frames);
        if stage.slot == picked.stage
            && let Some(telemetry) = &telemetry
        {
            now.clone_from(telemetry);
        }
    }
}

fn show_past(world: &mut World) {
    world.resource_scope(|world, timeline: Mut<Timeline>| {
        let ago = f64::from(timeline.rewind_s.unwrap_or(0.0)) * super::clock::CONTROL_HZ;
        let index = timeline.postures.len().saturating_sub(1).saturating_sub(ago.round() as usize);
        let Some(then) = timeline.postures.get(index) else { return };
        let picked = *world.resource::<Picked>();
        let mut stages = world.query::<(&Stage, &Scene, &mut ShownFrames, &mut Telemetry)>();
        for (stage, scene, mut frames, mut telemetry) in stages.iter_mut(world) {
            stage::place_all(scene, &then[stage.slot], &mut frames);
            if stage.slot == picked.stage
                && let Some(sample) = timeline.shown()
            {
                telemetry.clone_from(sample);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_tick_goes_first_and_an_earlier_one_starts_afresh() {
        let mut timeline = Timeline::default();
        let at = |tick: usize| Telemetry { time_s: tick as f64 * 0.02, ..Telemetry::default() };
        let posture = [Posture::default()];
        for tick in 0..CAPACITY + 3 {
            timeline.push(&at(tick), [&posture, &[]]);
        }
        assert_eq!((timeline.samples.len(), timeline.postures.len()), (CAPACITY, CAPACITY));
        assert!((timeline.samples[0].time_s - 0.06).abs() < 1e-9);
        timeline.rewind_s = Some(1.0);
        assert!(
            (timeline.shown().unwrap().time_s - (timeline.samples.back().unwrap().time_s - 1.0)).abs() < 1e-6
        );
        timeline.push(&at(1), [&posture, &[]]);
        assert_eq!(timeline.samples.len(), 1);
    }
}
