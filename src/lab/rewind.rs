//! Keeps the last twenty seconds of what is shown, and shows them again.
use super::stage::{self, Scene};
use super::timeline::Timeline;
use super::{Lab, LabCommand, LabSystems, Picked, Stage};
use crate::robot::{LinkPose, Posture};
use crate::tick::view::{ShownFrames, ShownProps, Telemetry};
use bevy::prelude::*;

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
    let mut props: &[LinkPose] = &[];
    let mut marked = None;
    for (stage, scene, telemetry) in &stages {
        postures[stage.slot] = &scene.postures;
        if stage.slot == 0 {
            props = &scene.props;
        }
        marked = marked.or((stage.slot == picked.stage).then_some(telemetry));
    }
    if let Some(telemetry) = marked {
        timeline.push(telemetry, postures, props);
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
    let mut stages = world.query::<(&Stage, &Scene, &mut ShownFrames, &mut ShownProps, &mut Telemetry)>();
    for (stage, scene, mut frames, mut props, mut now) in stages.iter_mut(world) {
        stage::place_all(scene, &scene.postures, &mut frames);
        place_props(&scene.props, &mut props);
        if stage.slot == picked.stage
            && let Some(telemetry) = &telemetry
        {
            now.clone_from(telemetry);
        }
    }
}

/// Draws things where they were, without a past; what the engine saw then is not known.
fn place_props(poses: &[LinkPose], shown: &mut ShownProps) {
    shown.current.clear();
    shown.current.extend_from_slice(poses);
    shown.previous.clone_from(&shown.current);
    shown.lines.clear();
    shown.pull = None;
}

fn show_past(world: &mut World) {
    world.resource_scope(|world, timeline: Mut<Timeline>| {
        let ago = f64::from(timeline.rewind_s.unwrap_or(0.0)) * super::clock::CONTROL_HZ;
        let index = timeline.postures.len().saturating_sub(1).saturating_sub(ago.round() as usize);
        let Some(then) = timeline.postures.get(index) else { return };
        let picked = *world.resource::<Picked>();
        let mut stages = world.query::<(&Stage, &Scene, &mut ShownFrames, &mut ShownProps, &mut Telemetry)>();
        for (stage, scene, mut frames, mut props, mut telemetry) in stages.iter_mut(world) {
            stage::place_all(scene, &then[stage.slot], &mut frames);
            if let Some(then) = timeline.props.get(index).filter(|_| stage.slot == 0) {
                place_props(then, &mut props);
            }
            if stage.slot == picked.stage
                && let Some(sample) = timeline.shown()
            {
                telemetry.clone_from(sample);
            }
        }
    });
}
