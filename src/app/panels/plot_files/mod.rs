//! Saving what a plot shows: as a table of numbers with units, or as a picture. Obeys [`LabCommand::SavePlot`]; what
//! went wrong is said in a note.
mod picture;
mod table;

use super::lab_view::Memory;
use super::state::Remembered;
use crate::lab::command::Panel;
use crate::lab::model::{Run, Severity};
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, LabCommand};
use crate::robot::RobotSpec;
use crate::run::write_atomic;
use crate::tick::view::ShownRobot;
use bevy::prelude::*;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What files are made of.
pub(super) struct Source<'a> {
    pub lab: &'a Lab,
    pub timeline: &'a Timeline,
    pub robot: Option<&'a RobotSpec>,
    /// Which joints, metrics and seconds a person looks at.
    pub memory: &'a Memory,
}

impl Source<'_> {
    /// The run that is shown.
    fn run(&self) -> Option<&Run> {
        let id = self.lab.shown[0].as_ref()?;
        self.lab.runs.iter().find(|run| run.id == *id)
    }
    /// Control period, s.
    fn period(&self) -> f64 {
        self.lab.plan.as_ref().map_or(0.02, |plan| f64::from(plan.dt))
    }
}

pub(super) fn plugin(app: &mut App) {
    app.add_systems(Update, obey);
}

/// Whether a panel can be saved as a picture.
pub(super) fn has_picture(panel: Panel) -> bool {
    use Panel::{Curves, Gait, Joints, RewardTerms, TorqueSpeed, Tracking};
    matches!(panel, Curves | Tracking | Gait | Joints | TorqueSpeed | RewardTerms)
}

/// Where plots go: into the folder of the shown run, or else into `plots`.
pub(super) fn folder(lab: &Lab) -> PathBuf {
    let run = lab.shown[0].as_ref().and_then(|id| lab.runs.iter().find(|run| run.id == *id));
    match run {
        Some(run) if !run.folder.as_os_str().is_empty() => run.folder.join("plots"),
        _ => PathBuf::from("plots"),
    }
}

/// A file of a panel, named by the time of day: `tracking_20261121_150405.csv`.
pub(super) fn default_path(lab: &Lab, panel: Panel, ending: &str) -> PathBuf {
    let date = crate::run::local_time::stamp(SystemTime::now());
    folder(lab).join(format!("{}_{date}.{ending}", name(panel)))
}

fn name(panel: Panel) -> &'static str {
    match panel {
        Panel::Curves => "curves",
        Panel::Tracking => "tracking",
        Panel::Gait => "gait",
        Panel::Joints => "joints",
        Panel::TorqueSpeed => "torque_speed",
        Panel::RewardTerms => "reward_terms",
        Panel::Failures => "failures",
        Panel::Timeline => "timeline",
        _ => "panel",
    }
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
