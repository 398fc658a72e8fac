//! Tells clicks, double clicks and drags on robots apart. Pure.
use crate::lab::LabCommand;
use bevy::prelude::*;

/// A press that moves less than this is a click, logical pixels.
const CLICK_PIXELS: f32 = 5.0;
/// Two clicks within this time are one double click, s.
const DOUBLE_SECS: f32 = 0.35;

/// A robot that is held with the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) struct Held {
    /// Stage and robot.
    pub robot: (usize, usize),
    /// Where the button went down, logical pixels.
    pub from: Vec2,
    /// Where the mouse is.
    pub cursor: Vec2,
    /// The force, world, N; `None` until the mouse has moved.
    pub force_w: Option<Vec3>,
}

/// What the left button does on robots. Panels read `held` to write the force beside the mouse.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub(in crate::app) struct Grip {
    /// The robot that is held.
    pub held: Option<Held>,
    /// The last click: when, s, and on which robot.
    last: Option<(f32, (usize, usize))>,
}

impl Grip {
    /// A robot is held, so that the mouse does not turn the view.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }
    /// The button went down on a robot.
    pub fn press(&mut self, robot: (usize, usize), cursor: Vec2) {
        self.held = Some(Held { robot, from: cursor, cursor, force_w: None });
    }
    /// The mouse is at `cursor`, where it would pull with `force_w`. Returns what is to be sent, if the force changes.
    pub fn drag(&mut self, cursor: Vec2, force_w: impl FnOnce() -> Option<Vec3>) -> Option<LabCommand> {
        let held = self.held.as_mut()?;
        held.cursor = cursor;
        if held.force_w.is_none() && cursor.distance(held.from) < CLICK_PIXELS {
            return None;
        }
        let force = force_w()?;
        if held.force_w.replace(force) == Some(force) {
            return None;
        }
        let (stage, robot) = held.robot;
        Some(LabCommand::Drag { stage, robot, force_w: Some(force.to_array()) })
    }
    /// The button went up at `now` seconds. Returns what is to be sent.
    pub fn release(&mut self, now: f32, follows: bool) -> Vec<LabCommand> {
        let Some(held) = self.held.take() else { return vec![] };
        let (stage, robot) = held.robot;
        if held.force_w.is_some() {
            self.last = None;
            return vec![LabCommand::Drag { stage, robot, force_w: None }];
        }
        let is_double = self.last.is_some_and(|(at, on)| on == held.robot && now - at < DOUBLE_SECS);
        self.last = (!is_double).then_some((now, held.robot));
        let mut wishes = vec![LabCommand::Pick { stage, robot }];
        if is_double && !follows {
            wishes.push(LabCommand::ToggleFollow);
        }
        wishes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICK: LabCommand = LabCommand::Pick { stage: 0, robot: 3 };

    fn click(grip: &mut Grip, now: f32, follows: bool) -> Vec<LabCommand> {
        grip.press((0, 3), Vec2::splat(100.0));
        assert_eq!(grip.drag(Vec2::splat(102.0), || Some(Vec3::X)), None);
        grip.release(now, follows)
    }

    #[test]
    fn a_click_marks_and_a_second_one_follows() {
        let mut grip = Grip::default();
        assert_eq!(click(&mut grip, 1.0, false), [PICK]);
        assert_eq!(click(&mut grip, 1.2, false), [PICK, LabCommand::ToggleFollow]);
        assert_eq!(click(&mut grip, 1.4, false), [PICK], "the third click is a first one again");
        assert_eq!(click(&mut grip, 9.0, true), [PICK]);
        assert_eq!(click(&mut grip, 9.1, true), [PICK], "it follows already");
    }

    #[test]
    fn a_drag_pulls_while_it_changes_and_lets_go() {
        let mut grip = Grip::default();
        grip.press((1, 7), Vec2::ZERO);
        let drag = |force_w| Some(LabCommand::Drag { stage: 1, robot: 7, force_w });
        assert_eq!(grip.drag(Vec2::X * 40.0, || Some(Vec3::X * 9.0)), drag(Some([9.0, 0.0, 0.0])));
        assert_eq!(grip.drag(Vec2::X * 40.0, || Some(Vec3::X * 9.0)), None);
        assert_eq!(grip.drag(Vec2::X * 2.0, || Some(Vec3::X)), drag(Some([1.0, 0.0, 0.0])));
        assert_eq!(Some(grip.release(5.0, false).remove(0)), drag(None));
        assert!(!grip.is_held() && grip.release(5.1, false).is_empty());
    }
}
