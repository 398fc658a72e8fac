//! Keyframes: the pose in which the robot stands.
use crate::robot::import::error::Result;
use crate::robot::import::model::{Body, Kind, Pose};
use crate::robot::import::values::Values;
use crate::robot::import::xml::{Element, Fate};

/// Names of keyframes in which robots stand.
const STANDING: [&str; 6] = ["nominal", "home", "stand", "standing", "default", "init"];

/// The standing keyframe: one of a telling name, else the first one.
pub fn read(root: Element<'_>, bodies: &[Body]) -> Result<Option<Pose>> {
    let keys: Vec<Element<'_>> = root
        .children()
        .filter(|c| c.tag() == "keyframe")
        .inspect(|c| c.see())
        .flat_map(|k| k.children().filter(|c| c.tag() == "key"))
        .collect();
    let named = |name: &str| {
        keys.iter()
            .find(|k| k.attributes().any(|(a, _)| a == "name") && k.attr("name") == Some(name))
            .copied()
    };
    let chosen = STANDING.iter().find_map(|name| named(name)).or(keys.first().copied());
    for key in &keys {
        key.ignored("one pose is enough: another keyframe is the nominal one");
    }
    let Some(key) = chosen else { return Ok(None) };
    key.settle_whole(Fate::Used);
    let width = |kind: Kind| match kind {
        Kind::Free => 7,
        Kind::Ball => 4,
        Kind::Hinge | Kind::Slide => 1,
    };
    let total: usize = bodies.iter().flat_map(|b| &b.joints).map(|j| width(j.kind)).sum();
    let Some(qpos) = key.list("qpos", total.max(1))? else {
        key.ignored("it has no joint positions");
        return Ok(None);
    };
    if qpos.len() != total {
        return Err(key.fail(format!("`qpos` has {} numbers, the joints need {total}", qpos.len())));
    }
    let mut pose = Pose::default();
    let mut at = 0;
    for joint in bodies.iter().flat_map(|b| &b.joints) {
        match joint.kind {
            Kind::Free if pose.height.is_none() => pose.height = Some(qpos[at + 2]),
            Kind::Hinge | Kind::Slide => {
                pose.joints.insert(joint.name.clone(), qpos[at]);
            }
            _ => {}
        }
        at += width(joint.kind);
    }
    Ok(Some(pose))
}
