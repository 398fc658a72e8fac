//! Joints of URDF.
use crate::robot::import::error::Result;
use crate::robot::import::math::{Place, from_rpy, unit};
use crate::robot::import::model::{Joint, Kind};
use crate::robot::import::values::Values;
use crate::robot::import::xml::{Element, Fate};

/// A joint between two links.
pub struct Written<'a> {
    /// The element.
    pub element: Element<'a>,
    /// Name of the link that carries.
    pub parent: &'a str,
    /// Name of the link that is carried.
    pub child: &'a str,
    /// Where, in the frame of the link that carries.
    pub place: Place,
    /// How it moves; `None`: not at all.
    pub joint: Option<Joint>,
    /// In every way.
    pub floats: bool,
}

/// `origin` of an element.
pub fn origin(element: Element<'_>) -> Result<Place> {
    let Some(origin) = element.child("origin") else { return Ok(Place::HERE) };
    let pos = origin.numbers::<3>("xyz")?.unwrap_or([0.0; 3]);
    Ok(Place { pos, quat: from_rpy(origin.numbers::<3>("rpy")?.unwrap_or([0.0; 3])) })
}

/// Reads one.
pub fn read(element: Element<'_>) -> Result<Written<'_>> {
    let Some(name) = element.attr("name") else { return Err(element.fail("a joint needs a name")) };
    let end = |tag: &str| {
        let link = element.child(tag).and_then(|e| e.attr("link"));
        link.ok_or_else(|| element.fail(format!("the {tag} link is missing")))
    };
    let (parent, child, place) = (end("parent")?, end("child")?, origin(element)?);
    let kind = match element.attr("type") {
        Some("fixed") => None,
        Some("revolute" | "continuous") => Some(Kind::Hinge),
        Some("prismatic") => Some(Kind::Slide),
        Some("floating") => Some(Kind::Free),
        Some("planar") => {
            let message = "planar joints do not exist here: replace it by a fixed joint";
            return Err(element.fail(message));
        }
        Some(other) => return Err(element.fail(format!("unknown type `{other}`"))),
        None => return Err(element.fail("the type is missing")),
    };
    let floats = kind == Some(Kind::Free);
    let joint = match kind.filter(|k| *k != Kind::Free) {
        None => {
            for part in element.children().filter(|c| matches!(c.tag(), "axis" | "limit" | "dynamics")) {
                part.ignored("the joint does not move");
            }
            None
        }
        Some(kind) => Some(moving(element, name, kind)?),
    };
    Ok(Written { element, parent, child, place, joint, floats })
}

fn moving(element: Element<'_>, name: &str, kind: Kind) -> Result<Joint> {
    let axis = match element.child("axis").map(|a| a.numbers::<3>("xyz")).transpose()?.flatten() {
        None => [1.0, 0.0, 0.0],
        Some(axis) => unit(axis).ok_or_else(|| element.fail("the axis has no direction"))?,
    };
    let mut joint = Joint { axis, place: element.place(), ..Joint::new(name.to_owned(), kind) };
    if let Some(limit) = element.child("limit") {
        if element.attr("type") == Some("continuous") {
            for bound in ["lower", "upper"] {
                limit.settle(bound, Fate::Ignored("a continuous joint turns on".into()));
            }
        } else {
            joint.range =
                Some([limit.number("lower")?.unwrap_or(0.0), limit.number("upper")?.unwrap_or(0.0)]);
        }
        let positive = |name: &str| -> Result<Option<f64>> {
            let value = limit.amount(name)?.filter(|v| *v > 0.0);
            if value.is_none() {
                limit.settle(name, Fate::Ignored("zero says nothing".into()));
            }
            Ok(value)
        };
        (joint.effort, joint.velocity) = (positive("effort")?, positive("velocity")?);
    }
    if let Some(dynamics) = element.child("dynamics") {
        joint.damping = dynamics.amount("damping")?.unwrap_or(0.0);
        joint.friction = dynamics.amount("friction")?.unwrap_or(0.0);
    }
    if let Some(mimic) = element.child("mimic") {
        mimic.ignored("the joint moves on its own here; lock it with --lock if it should not");
    }
    Ok(joint)
}
