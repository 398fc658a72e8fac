//! The keyboard: one table, from which the window acts and the help is written.
use super::drive::Axes;
use crate::lab::LabCommand;
use crate::lab::command::Zone;
use bevy::prelude::KeyCode;

/// What a key does.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::app) enum KeyAction {
    /// Drives while held.
    Drive(Axes),
    /// Sends a command when pressed.
    Lab(LabCommand),
    /// Takes the marked robot over, or gives it back.
    ToggleDrive,
}

/// A line of the table.
pub(in crate::app) struct KeyBinding {
    /// Any of these keys.
    pub keys: &'static [KeyCode],
    /// How the keys are written.
    pub label: &'static str,
    /// What happens.
    pub action: KeyAction,
    /// What happens, in words.
    pub help: &'static str,
}

const fn bind(
    keys: &'static [KeyCode],
    label: &'static str,
    action: KeyAction,
    help: &'static str,
) -> KeyBinding {
    KeyBinding { keys, label, action, help }
}

/// Every key.
pub(in crate::app) const KEYS: &[KeyBinding] = &[
    bind(&[KeyCode::KeyW, KeyCode::ArrowUp], "W  ↑", KeyAction::Drive([1.0, 0.0, 0.0]), "walk forward"),
    bind(&[KeyCode::KeyS, KeyCode::ArrowDown], "S  ↓", KeyAction::Drive([-1.0, 0.0, 0.0]), "walk backward"),
    bind(&[KeyCode::KeyA], "A", KeyAction::Drive([0.0, 1.0, 0.0]), "step to the left"),
    bind(&[KeyCode::KeyD], "D", KeyAction::Drive([0.0, -1.0, 0.0]), "step to the right"),
    bind(&[KeyCode::KeyQ, KeyCode::ArrowLeft], "Q  ←", KeyAction::Drive([0.0, 0.0, 1.0]), "turn left"),
    bind(&[KeyCode::KeyE, KeyCode::ArrowRight], "E  →", KeyAction::Drive([0.0, 0.0, -1.0]), "turn right"),
    bind(&[KeyCode::KeyR], "R", KeyAction::Lab(LabCommand::Reset), "put the marked robot back on its feet"),
    bind(&[KeyCode::KeyP], "P", KeyAction::Lab(LabCommand::PushAway), "push the marked robot away from you"),
    bind(
        &[KeyCode::Space],
        "Space",
        KeyAction::Lab(LabCommand::TogglePause),
        "stop or run the clock of what is shown",
    ),
    bind(&[KeyCode::Period], ".", KeyAction::Lab(LabCommand::SingleStep), "run one control tick (20 ms)"),
    bind(&[KeyCode::KeyF], "F", KeyAction::Lab(LabCommand::ToggleFollow), "camera follows or stays"),
    bind(&[KeyCode::KeyT], "T", KeyAction::ToggleDrive, "take the marked robot over, or give it back"),
    bind(&[KeyCode::KeyN], "N", KeyAction::Lab(LabCommand::NextRobot), "mark the next robot"),
    bind(&[KeyCode::F1], "F1", KeyAction::Lab(LabCommand::ToggleZone(Zone::Left)), "fold the left zone"),
    bind(&[KeyCode::F2], "F2", KeyAction::Lab(LabCommand::ToggleZone(Zone::Right)), "fold the right zone"),
    bind(&[KeyCode::F3], "F3", KeyAction::Lab(LabCommand::ToggleZone(Zone::Bottom)), "fold the bottom zone"),
    bind(&[KeyCode::Tab], "Tab", KeyAction::Lab(LabCommand::ToggleZone(Zone::All)), "fold all, or open all"),
    bind(&[KeyCode::KeyH], "H", KeyAction::Lab(LabCommand::ToggleHelp), "show or hide this list"),
    bind(
        &[KeyCode::Escape],
        "Esc",
        KeyAction::Lab(LabCommand::Dismiss),
        "close what is in front; give the robot back",
    ),
];

/// Sums the wishes of all held keys; opposite keys cancel.
pub(in crate::app) fn held_axes(is_held: impl Fn(KeyCode) -> bool) -> Axes {
    let mut sum = [0.0_f32; 3];
    for binding in KEYS {
        if let KeyAction::Drive(axes) = binding.action
            && binding.keys.iter().any(|&key| is_held(key))
        {
            sum = std::array::from_fn(|i| sum[i] + axes[i]);
        }
    }
    sum
}

/// Actions of the keys that went down just now.
pub(in crate::app) fn pressed_actions(
    went_down: impl Fn(KeyCode) -> bool,
) -> impl Iterator<Item = &'static KeyAction> {
    KEYS.iter().filter(move |b| b.keys.iter().any(|&key| went_down(key))).map(|b| &b.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(held: &[KeyCode]) -> Axes {
        held_axes(|key| held.contains(&key))
    }

    #[test]
    fn letters_and_arrows_mean_the_same() {
        assert_eq!(axes(&[KeyCode::KeyW]), [1.0, 0.0, 0.0]);
        assert_eq!(axes(&[KeyCode::ArrowUp]), [1.0, 0.0, 0.0]);
        assert_eq!(axes(&[KeyCode::KeyW, KeyCode::ArrowUp]), [1.0, 0.0, 0.0]);
        assert_eq!(axes(&[KeyCode::KeyQ]), axes(&[KeyCode::ArrowLeft]));
        assert_eq!(axes(&[KeyCode::KeyE]), axes(&[KeyCode::ArrowRight]));
    }

    #[test]
    fn left_is_positive_and_opposite_keys_cancel() {
        assert_eq!(axes(&[KeyCode::KeyA, KeyCode::KeyQ]), [0.0, 1.0, 1.0]);
        assert_eq!(axes(&[KeyCode::KeyA, KeyCode::KeyD]), [0.0; 3]);
        assert_eq!(axes(&[KeyCode::KeyW, KeyCode::KeyD]), [1.0, -1.0, 0.0]);
    }

    #[test]
    fn no_key_has_two_meanings() {
        let all: Vec<KeyCode> = KEYS.iter().flat_map(|b| b.keys.iter().copied()).collect();
        for (i, key) in all.iter().enumerate() {
            assert!(!all[..i].contains(key), "{key:?}");
        }
    }

    #[test]
    fn space_pauses_and_holding_a_direction_presses_nothing() {
        let actions: Vec<_> = pressed_actions(|key| key == KeyCode::Space || key == KeyCode::KeyW).collect();
        assert!(actions.contains(&&KeyAction::Lab(LabCommand::TogglePause)));
        assert!(!actions.iter().any(|a| matches!(a, KeyAction::Drive(_))) || actions.len() == 2);
    }
}
