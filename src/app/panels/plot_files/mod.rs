//! Saving what a plot shows: as a table of numbers with units, or as a picture. Obeys [`LabCommand::SavePlot`]; what
//! went wrong is said in a note.
mod picture;
mod table;

use crate::lab::command::Panel;
use crate::lab::model::{Run, Severity};
use crate::lab::timeline::Timeline;
use crate::lab::{Lab, LabCommand};
use crate::robot::RobotSpec;
use crate::run::write_atomic;
use crate::tick::view::ShownRobot;
use bevy::prelude::*;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How a person looks at plots, as far as files show it.
#[derive(Resource, Clone, Debug, PartialEq)]
pub(super) struct PlotTaste {
    /// Joints whose curves are drawn, robot order.
    pub joints: Vec<usize>,
    /// Seconds of the gait diagram.
    pub gait_s: f64,
    /// Metrics whose curves are drawn; all when empty.
    pub curves: Vec<String>,
    /// Column of the table of failures, and whether descending.
    pub failure_sort: (usize, bool),
}

impl Default for PlotTaste {
    fn default() -> Self {
        Self { joints: vec![], gait_s: 5.0, curves: vec![], failure_sort: (3, true) }
    }
}

/// What files are made of.
pub(super) struct Source<'a> {
    pub lab: &'a Lab,
    pub timeline: &'a Timeline,
    pub robot: Option<&'a RobotSpec>,
    pub taste: &'a PlotTaste,
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
    app.init_resource::<PlotTaste>().add_systems(Update, obey);
}

/// Whether a panel can be saved as a picture.
pub(super) fn has_picture(panel: Panel) -> bool {
    use Panel::{Curves, Gait, Joints, RewardTerms, TorqueSpeed, Tracking};
    matches!(panel, Curves | Tracking | Gait | Joints | TorqueSpeed | RewardTerms)
}

/// A file of a panel, in the folder of the shown run or else in `plots`.
pub(super) fn default_path(lab: &Lab, panel: Panel, ending: &str) -> PathBuf {
    let run = lab.shown[0].as_ref().and_then(|id| lab.runs.iter().find(|run| run.id == *id));
    let folder = match run {
        Some(run) if !run.folder.as_os_str().is_empty() => run.folder.join("plots"),
        _ => PathBuf::from("plots"),
    };
    folder.join(format!("{}.{ending}", name(panel)))
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

/// `tracking.csv` becomes `tracking_20261121_150405.csv`, and `…_2.csv` if that exists: nothing is written over.
fn dated(path: &Path) -> PathBuf {
    let is_ours = path.file_stem().is_some_and(|stem| {
        Panel::ALL.iter().any(|panel| stem == name(*panel)) && path.parent().is_some_and(|p| p.ends_with("plots"))
    });
    if !is_ours {
        return path.to_owned();
    }
    let (stem, ending) = (path.file_stem().unwrap_or_default(), path.extension().unwrap_or_default());
    let (stem, ending) = (stem.to_string_lossy(), ending.to_string_lossy());
    let date = stamp(SystemTime::now());
    let numbered = (1..).map(|n| match n {
        1 => path.with_file_name(format!("{stem}_{date}.{ending}")),
        n => path.with_file_name(format!("{stem}_{date}_{n}.{ending}")),
    });
    numbered.take(1000).find(|p| !p.exists()).unwrap_or_else(|| path.to_owned())
}

fn stamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    crate::run::folder::stamp(seconds)
}

fn obey(
    mut asked: MessageReader<LabCommand>,
    mut lab: ResMut<Lab>,
    timeline: Res<Timeline>,
    robot: Option<Res<ShownRobot>>,
    taste: Res<PlotTaste>,
) {
    for command in asked.read() {
        let LabCommand::SavePlot { panel, path } = command else { continue };
        let path = dated(path);
        let robot = robot.as_ref().map(|r| &*r.0);
        let source = Source { lab: &lab, timeline: &timeline, robot, taste: &taste };
        match save(&source, *panel, &path) {
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
