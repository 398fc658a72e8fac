//! Gamepads: what they say becomes axes for [`Drive`](super::drive::Drive) and commands for the lab. They may come and
//! go at any time; one that goes while it drives leaves a robot that stands.
mod file;
mod mapping;
mod virtual_pad;

pub(in crate::app) use virtual_pad::VirtualPad;

use super::drive::{Axes, Drive};
use crate::app::window::RecorderState;
use crate::lab::command::RecordSettings;
use crate::lab::model::Severity;
use crate::lab::{Lab, LabCommand, LabSystems, Picked};
use bevy::input::InputSystems;
use bevy::prelude::*;
use mapping::PadAction;

/// Gamepads are read; before anything drives.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::app) struct GamepadSystems;

/// What the gamepads say now.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub(in crate::app) struct PadInput {
    /// Forward, left, turn left, each -1 to 1.
    pub axes: Axes,
    /// The pad that drives, or drove last.
    pub pad: Option<Entity>,
}

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<PadInput>()
        .init_resource::<file::PadFile>()
        .init_resource::<RecorderState>()
        .add_systems(PreUpdate, virtual_pad::play.run_if(resource_exists::<VirtualPad>).before(InputSystems))
        .add_systems(
            RunFixedMainLoop,
            (file::watch, lose, read, press).chain().in_set(GamepadSystems).in_set(LabSystems::Input),
        );
}

/// Stops the robot when the pad that drives it goes away.
fn lose(
    pads: Query<(), With<Gamepad>>,
    mut input: ResMut<PadInput>,
    mut drive: ResMut<Drive>,
    mut asked: MessageWriter<LabCommand>,
    mut lab: ResMut<Lab>,
) {
    let Some(pad) = input.pad else { return };
    if pads.contains(pad) {
        return;
    }
    let was_driving = input.axes != [0.0; 3] || drive.command != [0.0; 3];
    *input = PadInput::default();
    if was_driving {
        drive.stop();
        asked.write(LabCommand::SetCommand([0.0; 3]));
        lab.note(Severity::Warning, "The gamepad is gone: the robot was told to stand. Plug it in to go on.");
    } else {
        lab.note(Severity::Info, "A gamepad was unplugged.");
    }
}

/// The pad whose sticks are furthest from the middle drives; while all rest, the one that drove last.
fn read(pads: Query<(Entity, &Gamepad)>, file: Res<file::PadFile>, mut input: ResMut<PadInput>) {
    let Some(mapping) = &file.mapping else { return };
    let size = |axes: Axes| axes.into_iter().fold(0.0_f32, |most, a| most.max(a.abs()));
    let wishes = pads.iter().map(|(pad, state)| (pad, mapping.axes(state)));
    let last = input.pad;
    let best = wishes.max_by(|a, b| {
        let is_last = |pad| Some(pad) == last;
        size(a.1).total_cmp(&size(b.1)).then(is_last(a.0).cmp(&is_last(b.0)))
    });
    if let Some((pad, axes)) = best {
        input.set_if_neq(PadInput { axes, pad: Some(pad) });
    }
}

fn press(
    pads: Query<&Gamepad>,
    file: Res<file::PadFile>,
    recorder: Res<RecorderState>,
    picked: Res<Picked>,
    mut asked: MessageWriter<LabCommand>,
) {
    let Some(mapping) = &file.mapping else { return };
    for action in pads.iter().flat_map(|pad| mapping.pressed(pad)) {
        asked.write(match action {
            PadAction::Reset => LabCommand::Reset,
            PadAction::Push => LabCommand::PushAway,
            PadAction::NextRobot => LabCommand::NextRobot,
            PadAction::Pause => LabCommand::TogglePause,
            PadAction::Record if recorder.recording.is_some() => LabCommand::StopRecording,
            PadAction::Record => LabCommand::StartRecording(RecordSettings::default()),
            PadAction::TakeOver if picked.driven => LabCommand::GiveBack,
            PadAction::TakeOver => LabCommand::TakeOver,
        });
    }
}

#[cfg(test)]
mod tests;
