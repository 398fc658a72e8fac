//! Saving what a plot shows: as a table of numbers with units, or as a picture. Obeys [`LabCommand::SavePlot`]; what
//! went wrong is said in a note.
mod picture;
pub(super) mod place;
mod source;
mod table;

use source::Source;

use super::state::Remembered;
use crate::lab::command::Panel;
use crate::lab::model::Severity;
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, LabCommand};
use crate::run::write_atomic;
use crate::tick::view::ShownRobot;
use bevy::prelude::*;
use std::path::Path;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, obey);
}

fn obey(
    mut asked: MessageReader<LabCommand>,
    mut lab: ResMut<Lab>,
    timeline: Res<Timeline>,
    robot: Option<Res<ShownRobot>>,
    memory: Res<Remembered>,
) {
    for command in asked.read() {
        let LabCommand::SavePlot { panel, path } = command else { continue };
        let robot = robot.as_ref().map(|r| &*r.0);
        let source = Source { lab: &lab, timeline: &timeline, robot, memory: &memory.0 };
        match save(&source, *panel, path) {
            Ok(()) => lab.note(Severity::Info, format!("Saved {}.", path.display())),
            Err(e) => {
                let text = format!("The plot could not be saved to {}: {e:#}.", path.display());
                lab.note(Severity::Warning, text);
            }
        }
    }
}

/// Writes a file; its ending decides which kind.
///
/// # Errors
/// With a sentence for the person.
fn save(source: &Source<'_>, panel: Panel, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "csv" => Ok(write_atomic(path, table::of(source, panel)?.to_csv()?.as_bytes())?),
        "png" => picture::save(source, panel, path),
        other => anyhow::bail!("“{other}” is no kind of file that plots are saved as; use .png or .csv"),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
