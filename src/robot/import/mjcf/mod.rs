//! MuJoCo's XML.
mod actuator;
mod body;
mod compiler;
mod context;
mod defaults;
mod pose;
mod shape;

use super::error::Result;
use super::meshes::Meshes;
use super::model::{Extras, Source};
use super::values::Values;
use super::xml::Element;
use body::Reader;
use context::Context;

/// Reads a model.
pub fn read(root: Element<'_>, meshes: &Meshes) -> Result<Source> {
    root.see();
    let context = Context::read(root, meshes)?;
    let mut reader = Reader::new(&context);
    for world in root.named("worldbody") {
        reader.world(world, super::math::Place::HERE, 0)?;
    }
    let bodies = reader.out;
    let drives = actuator::read(&context, root)?;
    let pose = pose::read(root, &bodies)?;
    Ok(Source {
        name: root.attr("model").unwrap_or("robot").to_owned(),
        drives,
        pose,
        extras: extras(root),
        balance: context.compiler.balance,
        total_mass: context.compiler.total_mass,
        bodies,
    })
}

/// What this program writes into `custom`.
fn extras(root: Element<'_>) -> Extras {
    let mut extras = Extras::default();
    for custom in root.children().filter(|c| c.tag() == "custom") {
        for text in custom.children().filter(|c| c.tag() == "text") {
            let slot = match text.attr("name") {
                Some("gaitlab_source") => &mut extras.source,
                Some("gaitlab_roles") => &mut extras.roles,
                Some("gaitlab_gains") => &mut extras.gains,
                Some("gaitlab_velocities") => &mut extras.velocities,
                _ => continue,
            };
            *slot = text.word("data").map(str::to_owned);
            custom.see();
            text.see();
        }
    }
    extras
}
