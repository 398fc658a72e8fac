//! Things that stand around in a scene, as written: a box, a ball, a ramp, stairs, a plank that leans.
use crate::physics::{PropBody, PropShape};
use crate::robot::LinkPose;
use serde::Deserialize;
use serde_json::Value;

/// Most things of a scene.
const MOST: usize = 256;
/// kg
const MASS: [f32; 2] = [0.01, 1000.0];
/// Most steps of stairs.
const MOST_STEPS: usize = 64;

/// A thing that stands around. Where rapier computes it is a body that robots and the mouse push; otherwise it is drawn
/// and nothing else.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prop {
    /// Its form.
    pub kind: PropKind,
    /// Middle of its foot, world, m.
    pub at: [f32; 3],
    /// Turned to the left by, degrees.
    #[serde(default)]
    pub turn_deg: f32,
    /// Then its front (x) raised by, about the middle of its foot, degrees: a plank that leans.
    #[serde(default)]
    pub tilt_deg: f32,
    /// Box: length, width, height. Ramp and stairs: as a box, rising along its length. Sphere: three times its diameter. m.
    pub size: [f32; 3],
    /// Steps of stairs.
    #[serde(default = "four")]
    pub steps: usize,
    /// kg; without, it cannot be moved.
    #[serde(default)]
    pub mass: Option<f32>,
    /// Coefficient of friction; of two things that touch, the greater counts.
    #[serde(default = "rough")]
    pub friction: f32,
    /// Red, green, blue, 0 to 1.
    #[serde(default = "grey")]
    pub colour: [f32; 3],
}

fn grey() -> [f32; 3] {
    [0.42, 0.46, 0.52]
}

fn rough() -> f32 {
    0.7
}

fn four() -> usize {
    4
}

/// Form of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropKind {
    /// A box, or a plank.
    Box,
    /// A wedge.
    Ramp,
    /// A ball.
    Sphere,
    /// Steps.
    Stairs,
}

impl PropKind {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Ramp => "ramp",
            Self::Sphere => "ball",
            Self::Stairs => "stairs",
        }
    }
}

impl Prop {
    /// As an engine takes it.
    pub fn body(&self) -> PropBody {
        let shape = match self.kind {
            PropKind::Box => PropShape::Box(self.size),
            PropKind::Ramp => PropShape::Wedge(self.size),
            PropKind::Sphere => PropShape::Ball(self.size[2] / 2.0),
            PropKind::Stairs => PropShape::Stairs(self.size, self.steps),
        };
        PropBody { shape, pose: self.pose(), mass: self.mass, friction: self.friction }
    }

    /// Where its middle is at first, world.
    fn pose(&self) -> LinkPose {
        let half = |degrees: f32| (degrees.to_radians() / 2.0).sin_cos();
        let ((sz, cz), (sy, cy)) = (half(self.turn_deg), half(-self.tilt_deg));
        // turned about z, then tilted about its own y
        let quat = [cz * cy, -sz * sy, cz * sy, sz * cy];
        let [w, x, y, z] = quat;
        let up = [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)];
        let pos_w = std::array::from_fn(|i| self.at[i] + up[i] * self.size[2] / 2.0);
        LinkPose { pos_w, quat }
    }

    /// Values that have the right type but no meaning: what is wrong with which key.
    fn check(&self, wrong: &mut dyn FnMut(&str, String)) {
        if !self.size.iter().all(|s| *s > 0.0 && *s <= 100.0) {
            wrong("size", format!("{:?}: every size is above 0 and at most 100 m", self.size));
        } else if self.kind == PropKind::Sphere && self.size.iter().any(|s| *s != self.size[0]) {
            wrong("size", format!("{:?}: a ball has the same diameter three times", self.size));
        }
        let place = [self.turn_deg, self.tilt_deg].into_iter().chain(self.at);
        if !place.into_iter().all(|x| x.abs() <= 1000.0) {
            wrong(
                "at",
                format!("{:?}: a place is made of numbers up to 1000 m, angles up to 1000 degrees", self.at),
            );
        }
        if !self.colour.iter().all(|c| (0.0..=1.0).contains(c)) {
            wrong("colour", "red, green and blue are 0 to 1 each".into());
        }
        let [least, most] = MASS;
        if let Some(mass) = self.mass.filter(|m| !(least..=most).contains(m)) {
            let hint = "leave it out for a thing that cannot be moved";
            wrong("mass", format!("{mass} kg is not {least} to {most} kg; {hint}"));
        }
        if !(0.0..=5.0).contains(&self.friction) {
            wrong("friction", format!("{} is not 0 to 5", self.friction));
        }
        if !(1..=MOST_STEPS).contains(&self.steps) {
            wrong("steps", format!("{} steps; take 1 to {MOST_STEPS}", self.steps));
        }
    }
}

/// What is wrong with the things of a scene: dotted keys and sentences. `written` is the list as it stands in the file.
pub(super) fn check(props: &[Prop], written: &Value, wrong: &mut dyn FnMut(&str, String)) {
    if props.len() > MOST {
        wrong("props", format!("{} things; a scene has at most {MOST}", props.len()));
    }
    for (i, prop) in props.iter().enumerate() {
        prop.check(&mut |key, message| wrong(&format!("props.{i}.{key}"), message));
        // what is no number is read as nothing at all, which here means something
        if written.get(i).and_then(|p| p.get("mass")).is_some_and(Value::is_null) {
            let text = "a mass is a number of kg; leave it out for a thing that cannot be moved";
            wrong(&format!("props.{i}.mass"), text.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prop(kind: PropKind) -> Prop {
        Prop {
            kind,
            at: [1.0, 2.0, 0.5],
            turn_deg: 0.0,
            tilt_deg: 0.0,
            size: [0.4; 3],
            steps: 4,
            mass: Some(2.0),
            friction: 0.7,
            colour: grey(),
        }
    }

    #[test]
    fn a_thing_stands_on_its_foot_however_it_is_turned() {
        for turn_deg in [0.0, 90.0, -35.0] {
            let pose = Prop { turn_deg, ..prop(PropKind::Box) }.pose();
            assert_eq!(pose.pos_w, [1.0, 2.0, 0.7]);
        }
    }

    #[test]
    fn a_plank_that_is_tilted_rises_towards_its_front() {
        // by 90 degrees its front looks up and its top looks back
        let pose = Prop { tilt_deg: 90.0, ..prop(PropKind::Box) }.pose();
        assert!((pose.pos_w[0] - 0.8).abs() < 1e-5 && (pose.pos_w[2] - 0.5).abs() < 1e-5, "{pose:?}");
        let turned = Prop { tilt_deg: 90.0, turn_deg: 90.0, ..prop(PropKind::Box) }.pose();
        assert!((turned.pos_w[1] - 1.8).abs() < 1e-5, "{turned:?}");
    }
}
