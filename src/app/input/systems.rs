//! Reads the devices once per frame, before the fixed loop, and sends what they mean.
use super::drive::{Axes, Drive};
use super::keys::{KeyAction, held_axes, pressed_actions};
use crate::lab::LabCommand;
use crate::lab::{LabSystems, Picked, Viewer};
use bevy::prelude::*;
use bevy_egui::input::{EguiWantsInput, egui_wants_any_keyboard_input};

pub(in crate::app) fn plugin(app: &mut App) {
    app.init_resource::<Drive>().add_systems(
        RunFixedMainLoop,
        (press_keys.run_if(not(egui_wants_any_keyboard_input)), press_gamepad, drive, look)
            .chain()
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

fn press_gamepad(pads: Query<&Gamepad>, mut lab: MessageWriter<LabCommand>) {
    for pad in &pads {
        if pad.just_pressed(GamepadButton::South) {
            lab.write(LabCommand::PushAway);
        }
        if pad.just_pressed(GamepadButton::Start) {
            lab.write(LabCommand::TogglePause);
        }
        if pad.just_pressed(GamepadButton::Select) {
            lab.write(LabCommand::Reset);
        }
    }
}

fn drive(
    keys: Res<ButtonInput<KeyCode>>,
    egui: Res<EguiWantsInput>,
    pads: Query<&Gamepad>,
    time: Res<Time<Real>>,
    mut drive: ResMut<Drive>,
    mut lab: MessageWriter<LabCommand>,
) {
    let typing = egui.wants_any_keyboard_input();
    let held = held_axes(|key| !typing && keys.pressed(key));
    drive.gamepad_connected = !pads.is_empty();
    let sticks = pads.iter().next().map_or([0.0; 3], stick_axes);
    if let Some(command) = drive.advance(held, sticks, time.delta_secs().min(0.1)) {
        lab.write(LabCommand::SetCommand(command));
    }
}

/// Left stick: forward and sideways; right stick: turn. Sticks are positive to the right, the robot to the left.
fn stick_axes(pad: &Gamepad) -> Axes {
    let (move_stick, turn_stick) = (pad.left_stick(), pad.right_stick());
    [move_stick.y, -move_stick.x, -turn_stick.x]
}

/// Tells the lab where the viewer looks.
fn look(camera: Option<Single<&Transform, With<Camera3d>>>, mut viewer: ResMut<Viewer>) {
    viewer.away = camera.map_or(Vec2::Y, |c| c.forward().xy().normalize_or(Vec2::Y)).to_array();
}
