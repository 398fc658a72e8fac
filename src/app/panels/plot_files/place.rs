//! Which panels can be saved, and where to.
use crate::lab::Lab;
use crate::lab::command::Panel;
use std::path::PathBuf;
use std::time::SystemTime;

/// Whether a panel can be saved as a picture.
pub(in crate::app::panels) fn has_picture(panel: Panel) -> bool {
    use Panel::{Curves, Gait, Joints, RewardTerms, TorqueSpeed, Tracking};
    matches!(panel, Curves | Tracking | Gait | Joints | TorqueSpeed | RewardTerms)
}

/// Where plots go: into the folder of the shown run, or else into `plots`.
pub(in crate::app::panels) fn folder(lab: &Lab) -> PathBuf {
    let run = lab.shown[0].as_ref().and_then(|id| lab.runs.iter().find(|run| run.id == *id));
    match run {
        Some(run) if !run.folder.as_os_str().is_empty() => run.folder.join("plots"),
        _ => PathBuf::from("plots"),
    }
}

/// A file of a panel, named by the time of day: `tracking_20261121_150405.csv`.
pub(in crate::app::panels) fn default_path(lab: &Lab, panel: Panel, ending: &str) -> PathBuf {
    let date = crate::run::local_time::stamp(SystemTime::now());
    folder(lab).join(format!("{}_{date}.{ending}", name(panel)))
}

/// What files of a panel begin with.
pub(super) fn name(panel: Panel) -> &'static str {
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
