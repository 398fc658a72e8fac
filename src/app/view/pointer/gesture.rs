//! Tells clicks, double clicks and drags on robots and things apart. Pure.
use crate::lab::LabCommand;
use bevy::prelude::*;

/// A press that moves less than this is a click, logical pixels.
const CLICK_PIXELS: f32 = 5.0;
/// Two clicks within this time are one double click, s.
const DOUBLE_SECS: f32 = 0.35;

/// Change of velocity by which a click pushes a thing, m/s.
const NUDGE: f32 = 1.5;
/// Greatest change of momentum by which a click pushes, N s.
const STRONGEST: f32 = 30.0;

/// What the mouse holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) enum Target {
    /// Stage and robot.
    Robot(usize, usize),
    /// A thing of the scene.
    Prop {
        /// Its number.
        prop: usize,
        /// kg
        mass: f32,
        /// Where the button went down on it, world, m, and in its own frame.
        at_w: Vec3,
        /// See `at_w`.
        grip: Vec3,
        /// Direction along the ground in which the mouse looked then, world.
        along: Vec3,
    },
}

/// Something that is held with the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::app) struct Held {
    /// What.
    pub target: Target,
    /// Where the button went down, logical pixels.
    pub from: Vec2,
    /// Where the mouse is.
    pub cursor: Vec2,
    /// On a robot the force, N; of a thing where it is wanted, m; world. `None` until the mouse has moved.
    pub pull_w: Option<Vec3>,
}

/// What the left button does on robots and things. Panels read `held` to write the force beside the mouse.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub(in crate::app) struct Grip {
    /// What is held.
    pub held: Option<Held>,
    /// The last click: when, s, and on which robot.
    last: Option<(f32, Target)>,
}

impl Grip {
    /// Something is held, so that the mouse does not turn the view.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }
    /// The button went down on something.
    pub fn press(&mut self, target: Target, cursor: Vec2) {
        self.held = Some(Held { target, from: cursor, cursor, pull_w: None });
    }
    /// The mouse is at `cursor`, where it would pull with or to `pull_w`. Returns what is to be sent, if that changes.
    pub fn drag(&mut self, cursor: Vec2, pull_w: impl FnOnce() -> Option<Vec3>) -> Option<LabCommand> {
        let held = self.held.as_mut()?;
        held.cursor = cursor;
        if held.pull_w.is_none() && cursor.distance(held.from) < CLICK_PIXELS {
            return None;
        }
        let pull = pull_w()?;
        if held.pull_w.replace(pull) == Some(pull) {
            return None;
        }
        Some(pulled(held.target, Some(pull)))
    }
    /// The button went up at `now` seconds. Returns what is to be sent.
    pub fn release(&mut self, now: f32, follows: bool) -> Vec<LabCommand> {
        let Some(held) = self.held.take() else { return vec![] };
        if held.pull_w.is_some() {
            self.last = None;
            return vec![pulled(held.target, None)];
        }
        let (stage, robot) = match held.target {
            Target::Robot(stage, robot) => (stage, robot),
            Target::Prop { prop, mass, at_w, along, .. } => {
                self.last = None;
                let impulse_w = (along * (NUDGE * mass).min(STRONGEST)).to_array();
                return vec![LabCommand::PushProp { prop, at_w: at_w.to_array(), impulse_w }];
            }
        };
        let is_double = self.last.is_some_and(|(at, on)| on == held.target && now - at < DOUBLE_SECS);
        self.last = (!is_double).then_some((now, held.target));
        let mut wishes = vec![LabCommand::Pick { stage, robot }];
        if is_double && !follows {
            wishes.push(LabCommand::ToggleFollow);
        }
        wishes
    }
}

/// The command that pulls, or lets go.
fn pulled(target: Target, pull_w: Option<Vec3>) -> LabCommand {
    let pull = pull_w.map(|pull| pull.to_array());
    match target {
        Target::Robot(stage, robot) => LabCommand::Drag { stage, robot, force_w: pull },
        Target::Prop { prop, grip, .. } => {
            LabCommand::DragProp { prop, grip: grip.to_array(), target_w: pull }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICK: LabCommand = LabCommand::Pick { stage: 0, robot: 3 };

    fn click(grip: &mut Grip, now: f32, follows: bool) -> Vec<LabCommand> {
        grip.press(Target::Robot(0, 3), Vec2::splat(100.0));
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
        grip.press(Target::Robot(1, 7), Vec2::ZERO);
        let drag = |force_w| Some(LabCommand::Drag { stage: 1, robot: 7, force_w });
        assert_eq!(grip.drag(Vec2::X * 40.0, || Some(Vec3::X * 9.0)), drag(Some([9.0, 0.0, 0.0])));
        assert_eq!(grip.drag(Vec2::X * 40.0, || Some(Vec3::X * 9.0)), None);
        assert_eq!(grip.drag(Vec2::X * 2.0, || Some(Vec3::X)), drag(Some([1.0, 0.0, 0.0])));
        assert_eq!(Some(grip.release(5.0, false).remove(0)), drag(None));
        assert!(!grip.is_held() && grip.release(5.1, false).is_empty());
    }

    #[test]
    fn a_click_on_a_thing_pushes_it_away_and_a_drag_pulls_at_the_place_that_was_touched() {
        let thing = |mass| Target::Prop { prop: 2, mass, at_w: Vec3::X, grip: Vec3::Z, along: Vec3::Y };
        let mut grip = Grip::default();
        grip.press(thing(4.0), Vec2::ZERO);
        let push = |impulse_w| LabCommand::PushProp { prop: 2, at_w: [1.0, 0.0, 0.0], impulse_w };
        assert_eq!(grip.release(1.0, true), [push([0.0, 6.0, 0.0])]);
        grip.press(thing(900.0), Vec2::ZERO);
        assert_eq!(grip.release(1.1, true), [push([0.0, STRONGEST, 0.0])]);
        grip.press(thing(4.0), Vec2::ZERO);
        let drag = |target_w| LabCommand::DragProp { prop: 2, grip: [0.0, 0.0, 1.0], target_w };
        assert_eq!(grip.drag(Vec2::X * 9.0, || Some(Vec3::NEG_X)), Some(drag(Some([-1.0, 0.0, 0.0]))));
        assert_eq!(grip.release(2.0, true), [drag(None)]);
    }
}
