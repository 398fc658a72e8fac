//! URDF, as xacro writes it out.
mod joint;
mod link;

use super::error::{ImportError, Result};
use super::math::Place;
use super::meshes::Meshes;
use super::model::{Body, Extras, Joint, Kind, Pose, Source};
use super::report::Report;
use super::values::Values;
use super::xml::Element;
use std::collections::BTreeMap;

/// Reads a robot.
pub fn read(root: Element<'_>, meshes: &Meshes, report: &mut Report) -> Result<Source> {
    root.see();
    if let Some(left) = root.tree.elements().find(|e| e.tag().starts_with("xacro:")) {
        return Err(left.fail("this is a xacro file: expand it first (`xacro robot.xacro > robot.urdf`)"));
    }
    let mut source = Source { name: root.attr("name").unwrap_or("robot").to_owned(), ..Source::default() };
    let mut mesh_folder = String::new();
    for compiler in root.named("mujoco").flat_map(|m| m.named("compiler")) {
        source.balance = compiler.flag("balanceinertia").unwrap_or(source.balance);
        mesh_folder = compiler.word("meshdir").unwrap_or_default().to_owned();
    }
    let mut links = BTreeMap::new();
    for link in root.named("link") {
        let Some(name) = link.attr("name") else { return Err(link.fail("a link needs a name")) };
        if links.insert(name, link).is_some() {
            return Err(link.fail("there is a link of that name already"));
        }
    }
    let extension = root.child("gaitlab");
    let mut children: BTreeMap<&str, Vec<joint::Written<'_>>> = BTreeMap::new();
    let mut carried: BTreeMap<&str, Element<'_>> = BTreeMap::new();
    for element in root.named("joint") {
        let joint = joint::read(element)?;
        for end in [joint.parent, joint.child] {
            if !links.contains_key(end) {
                let near = crate::config::nearest(end, links.keys().copied());
                return Err(element.fail(format!("there is no link `{end}`; {near}")));
            }
        }
        if carried.insert(joint.child, element).is_some() {
            return Err(element
                .fail(format!("link `{}` hangs on two joints: only trees are robots here", joint.child)));
        }
        children.entry(joint.parent).or_default().push(joint);
    }
    let roots: Vec<&str> = links.keys().copied().filter(|l| !carried.contains_key(l)).collect();
    let mut base = match roots.as_slice() {
        [one] => *one,
        [] => {
            return Err(ImportError::Robot(
                "the joints go round in a circle: no link is the first one".into(),
            ));
        }
        more => {
            let names: Vec<String> = more.iter().take(5).map(|n| format!("`{n}`")).collect();
            let message =
                format!("{} links hang on no joint ({}): a robot has one base", more.len(), names.join(", "));
            return Err(ImportError::Robot(message));
        }
    };
    // a world to which the robot is tied by a floating joint
    while let Some([only]) = children.get(base).map(Vec::as_slice).filter(|c| c[0].floats) {
        report.assume(format!("link `{base}` is the world, `{}` floats in it and is the base", only.child));
        links.get(base).inspect(|l| l.ignored("the world, not a part of the robot"));
        base = only.child;
    }
    let reader = link::Reader { meshes, mesh_folder: &mesh_folder };
    let mut stack: Vec<(&str, Option<usize>, Place, Vec<Joint>)> =
        vec![(base, None, Place::HERE, vec![free(base)])];
    let mut reached = 0;
    while let Some((name, parent, place, joints)) = stack.pop() {
        let Some(&element) = links.get(name) else { continue };
        reached += 1;
        let index = source.bodies.len();
        let (inertial, geoms) = reader.read(element)?;
        source.bodies.push(Body {
            name: name.to_owned(),
            parent,
            place,
            inertial,
            joints,
            geoms,
            written: element.place(),
            element: element.id,
        });
        // the stack turns the order round
        for child in children.remove(name).unwrap_or_default().into_iter().rev() {
            if child.floats {
                let message = "a floating joint inside the robot: only its base floats here";
                return Err(child.element.fail(message));
            }
            stack.push((child.child, Some(index), child.place, child.joint.into_iter().collect()));
        }
    }
    let circled = links.len()
        - reached
        - root
            .children()
            .filter(|c| matches!(c.fate(), super::xml::Fate::Ignored(_)) && c.tag() == "link")
            .count();
    if circled > 0 {
        let message =
            format!("{circled} links cannot be reached from `{base}`: their joints go round in a circle");
        return Err(ImportError::Robot(message));
    }
    if let Some(extension) = extension {
        own(extension, &mut source)?;
    }
    Ok(source)
}

fn free(name: &str) -> Joint {
    Joint::new(format!("{name}_floats"), Kind::Free)
}

/// What this program writes beside URDF's own elements.
fn own(extension: Element<'_>, source: &mut Source) -> Result<()> {
    let text = |tag: &str| extension.child(tag).and_then(|e| e.attr("data")).map(str::to_owned);
    source.extras =
        Extras { source: text("source"), roles: text("roles"), gains: text("gains"), velocities: None };
    if let Some(nominal) = extension.child("nominal") {
        let mut pose = Pose { height: nominal.number("height")?, ..Pose::default() };
        for joint in nominal.named("joint") {
            if let (Some(name), Some(value)) = (joint.attr("name"), joint.number("position")?) {
                pose.joints.insert(name.to_owned(), value);
            }
        }
        source.pose = Some(pose);
    }
    let mut rotors = BTreeMap::new();
    for rotor in extension.named("rotor") {
        if let (Some(name), Some(inertia)) = (rotor.attr("joint"), rotor.amount("armature")?) {
            rotors.insert(name, inertia);
        }
    }
    for joint in source.bodies.iter_mut().flat_map(|b| &mut b.joints) {
        joint.armature = rotors.get(joint.name.as_str()).copied().or(joint.armature);
    }
    Ok(())
}
