//! Reads the devices once per frame, before the fixed loop, and sends what they mean.
use super::drive::Drive;
use super::gamepad::{self, PadInput};
use super::keys::{KeyAction, held_axes, pressed_actions};
use crate::app::record::FilmCamera;
use crate::lab::LabCommand;
use crate::lab::{LabSystems, Picked, Viewer};
use bevy::prelude::*;
use bevy_egui::input::{EguiWantsInput, egui_wants_any_keyboard_input};

pub(in crate::app) fn plugin(app: &mut App) {
    app.init_resource::<Drive>().add_plugins(gamepad::plugin).add_systems(
        RunFixedMainLoop,
        (press_keys.run_if(not(egui_wants_any_keyboard_input)), drive, look)
            .chain()
            .after(gamepad::GamepadSystems)
            .in_set(LabSystems::Input),
    );
}

fn press_keys(
    keys: Res<ButtonInput<KeyCode>>,
    picked: Option<Res<Picked>>,
    mut lab: MessageWriter<LabCommand>,
) {
    for action in pressed_actions(|key| keys.just_pressed(key)) {
        match action {
            KeyAction::Lab(command) => drop(lab.write(command.clone())),
            KeyAction::ToggleDrive => {
                let driven = picked.as_ref().is_some_and(|picked| picked.driven);
                lab.write(if driven { LabCommand::GiveBack } else { LabCommand::TakeOver });
            }
            KeyAction::Drive(_) => {}
        }
    }
}

fn drive(
    keys: Res<ButtonInput<KeyCode>>,
    egui: Res<EguiWantsInput>,
    pads: Query<(), With<Gamepad>>,
    pad: Res<PadInput>,
    time: Res<Time<Real>>,
    mut drive: ResMut<Drive>,
    mut lab: MessageWriter<LabCommand>,
) {
    let typing = egui.wants_any_keyboard_input();
    let held = held_axes(|key| !typing && keys.pressed(key));
    drive.gamepad_connected = !pads.is_empty();
    if let Some(command) = drive.advance(held, pad.axes, time.delta_secs().min(0.1)) {
        lab.write(LabCommand::SetCommand(command));
    }
}

/// Tells the lab where the viewer looks.
fn look(
    camera: Option<Single<&Transform, (With<Camera3d>, Without<FilmCamera>)>>,
    mut viewer: ResMut<Viewer>,
) {
    viewer.away = camera.map_or(Vec2::Y, |c| c.forward().xy().normalize_or(Vec2::Y)).to_array();
}
