//! A gamepad that is a file: `--virtual-pad FILE` plays timed events. They take the same way through Bevy as those of
//! a real one, so that everything about gamepads can be tested and shown without a device.
use super::mapping::{PadAxis, PadButton};
use crate::config::{self, ConfigErrors, Document};
use bevy::input::gamepad::{
    GamepadConnection, GamepadConnectionEvent, RawGamepadAxisChangedEvent, RawGamepadButtonChangedEvent,
    RawGamepadEvent,
};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The file: `(about: "…", events: [(at: 0.5, connect: true), (at: 1.0, axis: "left_stick_y", value: 1.0), …])`.
#[derive(Resource, Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(in crate::app) struct VirtualPad {
    /// One sentence.
    #[serde(default)]
    pub about: String,
    /// In order of time.
    pub events: Vec<PadEvent>,
    #[serde(skip)]
    next: usize,
    #[serde(skip)]
    clock: f32,
    #[serde(skip)]
    pad: Option<Entity>,
}

/// Something that happens to the pad.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::app) struct PadEvent {
    /// When, s after the start: simulated time, and time of the wall while the clock stands.
    pub at: f32,
    /// Plugged in, or out.
    pub connect: Option<bool>,
    /// This axis goes to `value`.
    pub axis: Option<PadAxis>,
    /// This button goes to `value`: 0 released, 1 pressed.
    pub button: Option<PadButton>,
    /// Where to.
    pub value: f32,
}

impl VirtualPad {
    /// Reads a file.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        let doc = config::load(path)?;
        Self::of(&doc)
    }

    fn of(doc: &Document) -> Result<Self, ConfigErrors> {
        let pad: Self = config::typed(doc, "")?;
        let mut errors = ConfigErrors::default();
        let mut last = 0.0;
        for (i, event) in pad.events.iter().enumerate() {
            let mut wrong = |message: String| errors.0.push(doc.error(&format!("events.{i}"), message));
            let kinds = [event.connect.is_some(), event.axis.is_some(), event.button.is_some()];
            if kinds.iter().filter(|k| **k).count() != 1 {
                wrong(format!("event {i} must have one of `connect`, `axis`, `button`"));
            }
            if !(event.at >= last && event.at.is_finite()) {
                wrong(format!("event {i} is at {} s, before the one above it", event.at));
            }
            if !(-1.0..=1.0).contains(&event.value) {
                wrong(format!("event {i}: a value is -1 to 1"));
            }
            last = event.at;
        }
        if errors.0.is_empty() { Ok(pad) } else { Err(errors) }
    }
}

pub(super) fn play(
    mut commands: Commands,
    mut pad: ResMut<VirtualPad>,
    clock: Res<Time<Virtual>>,
    wall: Res<Time<Real>>,
    mut events: MessageWriter<RawGamepadEvent>,
    mut connections: MessageWriter<GamepadConnectionEvent>,
) {
    let pad = &mut *pad;
    // a pad that has paused the clock must be able to let it run again
    pad.clock += if clock.is_paused() { wall.delta_secs() } else { clock.delta_secs() };
    while let Some(event) = pad.events.get(pad.next).filter(|e| e.at <= pad.clock) {
        let entity = *pad.pad.get_or_insert_with(|| commands.spawn(Name::new("virtual gamepad")).id());
        match raw(event, entity) {
            // a plug is told twice, as by a real pad
            Some(RawGamepadEvent::Connection(connection)) => {
                events.write(connection.clone().into());
                connections.write(connection);
            }
            Some(event) => {
                events.write(event);
            }
            None => {}
        }
        pad.next += 1;
    }
}

fn raw(event: &PadEvent, pad: Entity) -> Option<RawGamepadEvent> {
    if let Some(on) = event.connect {
        let connected = GamepadConnection::Connected {
            name: "virtual gamepad".into(),
            vendor_id: None,
            product_id: None,
        };
        let connection = if on { connected } else { GamepadConnection::Disconnected };
        return Some(RawGamepadEvent::Connection(GamepadConnectionEvent::new(pad, connection)));
    }
    if let Some(button) = event.button {
        let event = RawGamepadButtonChangedEvent::new(pad, button.bevy(), event.value);
        return Some(RawGamepadEvent::Button(event));
    }
    let axis = event.axis?.bevy()?;
    Some(RawGamepadEvent::Axis(RawGamepadAxisChangedEvent::new(pad, axis, event.value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<VirtualPad, ConfigErrors> {
        VirtualPad::of(&Document::from_text(text, "pad.ron").unwrap())
    }

    #[test]
    fn events_that_make_no_sense_are_all_reported() {
        let text =
            r#"(events: [(at: 2.0, connect: true), (at: 1.0, axis: "left_stick_y", value: 3.0), (at: 3.0)])"#;
        let errors = read(text).unwrap_err().to_string();
        for part in ["before the one above", "-1 to 1", "event 2 must have one of"] {
            assert!(errors.contains(part), "{part} is not in {errors}");
        }
    }

    #[test]
    fn a_good_file_is_read() {
        let text =
            r#"(about: "x", events: [(at: 0.5, connect: true), (at: 1.0, button: "south", value: 1.0)])"#;
        let pad = read(text).unwrap();
        assert_eq!(pad.events[0].connect, Some(true));
        assert_eq!(pad.events[1].button, Some(PadButton::South));
    }
}
