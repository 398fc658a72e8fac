//! What a gamepad's sticks and buttons mean: `configs/gamepad.ron`. Pure.
use crate::app::input::drive::Axes;
use crate::config::{self, ConfigErrors, Document};
use bevy::input::gamepad::{GamepadAxis, GamepadButton};
use bevy::prelude::Gamepad;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The mapping that ships; it serves where no file is.
const SHIPPED: &str = include_str!("../../../../configs/gamepad.ron");

/// What sticks, triggers and buttons do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapping {
    /// Forward.
    pub forward: StickCfg,
    /// To the left.
    pub left: StickCfg,
    /// Turning to the left.
    pub turn: StickCfg,
    /// Share of the largest command that a full stick asks for.
    pub share: f32,
    /// The share while this trigger is fully pressed.
    pub slow: TriggerCfg,
    /// The share while this trigger is fully pressed.
    pub fast: TriggerCfg,
    /// What buttons do.
    pub buttons: BTreeMap<PadButton, PadAction>,
}

/// An axis of a stick.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StickCfg {
    /// Which.
    pub axis: PadAxis,
    /// The other way round.
    pub reverse: bool,
    /// Deflection below which it counts as released, 0 to below 1.
    pub dead_zone: f32,
    /// Power of the deflection beyond the dead zone: 1 is linear, more is finer in the middle.
    pub curve: f32,
}

/// A trigger that changes the share.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerCfg {
    /// Which.
    pub button: PadButton,
    /// Share of the largest command, 0 to 1.
    pub share: f32,
}

/// An axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::app) enum PadAxis {
    LeftStickX,
    LeftStickY,
    RightStickX,
    RightStickY,
    DpadX,
    DpadY,
}

/// A button.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::app) enum PadButton {
    South,
    East,
    North,
    West,
    LeftBumper,
    RightBumper,
    LeftTrigger,
    RightTrigger,
    Select,
    Start,
    LeftThumb,
    RightThumb,
    DpadUp,
    DpadDown,
    DpadLeft,
    DpadRight,
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PadAction {
    /// Put the robot back on its feet.
    Reset,
    /// Push it.
    Push,
    /// Start or stop a film.
    Record,
    /// Mark the next robot.
    NextRobot,
    /// Stop the clock, or let it run.
    Pause,
    /// Drive the marked robot, or give it back.
    TakeOver,
}

impl PadAxis {
    /// As Bevy calls it; the pad of directions has no axis there.
    pub fn bevy(self) -> Option<GamepadAxis> {
        match self {
            Self::LeftStickX => Some(GamepadAxis::LeftStickX),
            Self::LeftStickY => Some(GamepadAxis::LeftStickY),
            Self::RightStickX => Some(GamepadAxis::RightStickX),
            Self::RightStickY => Some(GamepadAxis::RightStickY),
            Self::DpadX | Self::DpadY => None,
        }
    }
    fn read(self, pad: &Gamepad) -> f32 {
        match self {
            Self::DpadX => pad.dpad().x,
            Self::DpadY => pad.dpad().y,
            // Bevy's own dead zone would be added to ours
            stick => stick.bevy().and_then(|axis| pad.get_unclamped(axis)).unwrap_or(0.0),
        }
    }
}

impl PadButton {
    /// As Bevy calls it.
    pub fn bevy(self) -> GamepadButton {
        match self {
            Self::South => GamepadButton::South,
            Self::East => GamepadButton::East,
            Self::North => GamepadButton::North,
            Self::West => GamepadButton::West,
            Self::LeftBumper => GamepadButton::LeftTrigger,
            Self::RightBumper => GamepadButton::RightTrigger,
            Self::LeftTrigger => GamepadButton::LeftTrigger2,
            Self::RightTrigger => GamepadButton::RightTrigger2,
            Self::Select => GamepadButton::Select,
            Self::Start => GamepadButton::Start,
            Self::LeftThumb => GamepadButton::LeftThumb,
            Self::RightThumb => GamepadButton::RightThumb,
            Self::DpadUp => GamepadButton::DPadUp,
            Self::DpadDown => GamepadButton::DPadDown,
            Self::DpadLeft => GamepadButton::DPadLeft,
            Self::DpadRight => GamepadButton::DPadRight,
        }
    }
}

impl StickCfg {
    /// From the deflection (-1 to 1) to the wish (-1 to 1): nothing in the dead zone, then without a jump.
    pub fn shape(&self, deflection: f32) -> f32 {
        if !deflection.is_finite() {
            return 0.0;
        }
        let beyond = ((deflection.abs() - self.dead_zone) / (1.0 - self.dead_zone)).clamp(0.0, 1.0);
        let wish = beyond.powf(self.curve) * deflection.signum();
        if self.reverse { -wish } else { wish }
    }
}

impl Mapping {
    /// The mapping that ships.
    pub fn shipped() -> Result<Self, ConfigErrors> {
        Self::from_text(SHIPPED, "configs/gamepad.ron")
    }

    /// Reads a text; `path` is what messages call it. Everything that is wrong comes out at once.
    pub fn from_text(text: &str, path: &str) -> Result<Self, ConfigErrors> {
        let doc = Document::from_text(text, path)?;
        let mapping: Self = config::typed(&doc, "")?;
        let mut errors = ConfigErrors::default();
        let mut require = |ok: bool, key: String, message: &str| {
            if !ok {
                errors.0.push(doc.error(&key, format!("`{key}`: {message}")));
            }
        };
        let sticks = [("forward", mapping.forward), ("left", mapping.left), ("turn", mapping.turn)];
        for (name, stick) in sticks {
            let dead_zone = (0.0..1.0).contains(&stick.dead_zone);
            require(dead_zone, format!("{name}.dead_zone"), "a dead zone is at least 0 and below 1");
            let curve = (0.2..=5.0).contains(&stick.curve);
            require(curve, format!("{name}.curve"), "a curve is 0.2 to 5; 1 is linear");
        }
        let shares = [
            ("share", mapping.share),
            ("slow.share", mapping.slow.share),
            ("fast.share", mapping.fast.share),
        ];
        for (key, share) in shares {
            require((0.0..=1.0).contains(&share), key.into(), "a share is 0 to 1");
        }
        if errors.0.is_empty() { Ok(mapping) } else { Err(errors) }
    }

    /// What the pad asks for: forward, left, turn left, each -1 to 1.
    pub fn axes(&self, pad: &Gamepad) -> Axes {
        let pressed = |button: PadButton| pad.get(button.bevy()).unwrap_or(0.0).clamp(0.0, 1.0);
        let share = self.share_at(pressed(self.slow.button), pressed(self.fast.button));
        [self.forward, self.left, self.turn].map(|stick| stick.shape(stick.axis.read(pad)) * share)
    }

    fn share_at(&self, slow: f32, fast: f32) -> f32 {
        let towards = |from: f32, to: f32, by: f32| from * (1.0 - by) + to * by;
        towards(towards(self.share, self.fast.share, fast), self.slow.share, slow)
    }

    /// Actions of the buttons that went down just now.
    pub fn pressed(&self, pad: &Gamepad) -> impl Iterator<Item = PadAction> {
        self.buttons.iter().filter(|(button, _)| pad.just_pressed(button.bevy())).map(|(_, action)| *action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_mapping_is_valid_and_has_every_action_once() {
        let mapping = Mapping::shipped().unwrap();
        use PadAction::{NextRobot, Pause, Push, Record, Reset, TakeOver};
        for action in [Reset, Push, Record, NextRobot, Pause, TakeOver] {
            assert_eq!(mapping.buttons.values().filter(|a| **a == action).count(), 1, "{action:?}");
        }
    }

    #[test]
    fn nothing_happens_in_the_dead_zone_and_nothing_jumps_at_its_edge() {
        let stick = StickCfg { axis: PadAxis::LeftStickY, reverse: false, dead_zone: 0.2, curve: 2.0 };
        assert_eq!((stick.shape(0.19), stick.shape(-0.2), stick.shape(f32::NAN)), (0.0, 0.0, 0.0));
        assert!(stick.shape(0.21) < 0.001);
        assert_eq!((stick.shape(1.0), stick.shape(-1.0), stick.shape(1.3)), (1.0, -1.0, 1.0));
        assert!((stick.shape(0.6) - 0.25).abs() < 1e-6, "half way beyond the dead zone, squared");
        assert_eq!(StickCfg { reverse: true, ..stick }.shape(1.0), -1.0);
    }

    #[test]
    fn triggers_move_the_share_between_slow_and_fast() {
        let mapping = Mapping::shipped().unwrap();
        assert_eq!(mapping.share_at(0.0, 0.0), 0.8);
        assert_eq!(mapping.share_at(0.0, 1.0), 1.0);
        assert_eq!(mapping.share_at(1.0, 1.0), 0.35, "slow wins: it is the safe one");
        assert!((mapping.share_at(0.0, 0.5) - 0.9).abs() < 1e-6);
    }

    #[test]
    fn every_mistake_is_reported_at_once_with_its_place() {
        let text =
            SHIPPED.replacen("dead_zone: 0.12", "dead_zone: 1.5", 1).replacen("share: 0.8", "share: -2.0", 1);
        let errors = Mapping::from_text(&text, "pad.ron").unwrap_err().to_string();
        assert!(errors.contains("forward.dead_zone") && errors.contains("`share`"), "{errors}");
        let text = SHIPPED.replace("left_stick_y", "left_stik_y").replace("\"pause\"", "\"paws\"");
        let errors = Mapping::from_text(&text, "pad.ron").unwrap_err().to_string();
        assert!(errors.contains("left_stick_y") && errors.contains("did you mean `pause`"), "{errors}");
        assert!(errors.contains("pad.ron:"), "{errors}");
        assert!(Mapping::from_text("(forward: ", "pad.ron").is_err());
    }
}
