//! What the window itself remembers: colours, folded zones, camera, marks.
use crate::lab::command::{CameraMode, Mark, Theme, Zone};
use crate::lab::{LabCommand, LabSystems};
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// State of the window, remembered from one start to the next.
#[derive(Resource, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct WindowState {
    /// Colours.
    pub theme: Theme,
    /// Which zones are open: left, right, bottom.
    pub open: [bool; 3],
    /// Where the view is from.
    pub camera: CameraMode,
    /// The view follows the marked robot.
    pub follows: bool,
    /// Marks that are drawn.
    pub marks: BTreeSet<Mark>,
    /// The list of keys is shown.
    #[serde(skip)]
    pub help: bool,
}

impl Default for WindowState {
    fn default() -> Self {
        let marks = [Mark::Velocity, Mark::ContactForces, Mark::Names].into();
        let (theme, camera) = (Theme::Dark, CameraMode::Orbit);
        Self { theme, open: [true; 3], camera, follows: true, marks, help: false }
    }
}

impl WindowState {
    /// Folds or unfolds a zone; all of them: folds if any is open.
    pub fn toggle(&mut self, zone: Zone) {
        match zone {
            Zone::Left => self.open[0] = !self.open[0],
            Zone::Right => self.open[1] = !self.open[1],
            Zone::Bottom => self.open[2] = !self.open[2],
            Zone::All => self.open = [!self.is_open(Zone::All); 3],
        }
    }
    /// Whether a zone is open.
    pub fn is_open(&self, zone: Zone) -> bool {
        match zone {
            Zone::Left => self.open[0],
            Zone::Right => self.open[1],
            Zone::Bottom => self.open[2],
            Zone::All => self.open.contains(&true),
        }
    }
}

/// Part of the view, so that films have it too.
pub(super) fn plugin(app: &mut App) {
    app.add_message::<LabCommand>()
        .init_resource::<WindowState>()
        .add_systems(RunFixedMainLoop, obey.in_set(LabSystems::Clock));
}

/// Does what is asked about camera, marks and colours.
fn obey(mut asked: MessageReader<LabCommand>, mut window: ResMut<WindowState>) {
    for command in asked.read() {
        match *command {
            LabCommand::SetTheme(theme) => window.theme = theme,
            LabCommand::SetCamera(camera) => window.camera = camera,
            LabCommand::ToggleFollow => window.follows = !window.follows,
            LabCommand::ShowMark(mark, true) => drop(window.marks.insert(mark)),
            LabCommand::ShowMark(mark, false) => drop(window.marks.remove(&mark)),
            _ => {}
        }
    }
}

/// What the recorder does, for its panel.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub(super) struct RecorderState {
    /// File, simulated seconds and frames so far, while recording.
    pub recording: Option<(std::path::PathBuf, f32, u32)>,
    /// The last file and its size in bytes, or what went wrong.
    pub last: Option<Result<(std::path::PathBuf, u64), String>>,
    /// Views in the camera path.
    pub camera_keys: usize,
    /// An encoder for MP4 is installed.
    pub has_mp4: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camera_marks_and_colours_are_as_they_were_asked_for() {
        let mut app = App::new();
        app.add_plugins((bevy::time::TimePlugin, crate::lab::plugin, plugin));
        for command in [
            LabCommand::SetTheme(Theme::Light),
            LabCommand::SetCamera(CameraMode::Chase),
            LabCommand::ToggleFollow,
            LabCommand::ShowMark(Mark::CentreOfMass, true),
            LabCommand::ShowMark(Mark::Velocity, false),
        ] {
            app.world_mut().write_message(command);
        }
        app.update();
        let window = app.world().resource::<WindowState>();
        assert_eq!((window.theme, window.camera, window.follows), (Theme::Light, CameraMode::Chase, false));
        assert_eq!(window.marks, [Mark::ContactForces, Mark::CentreOfMass, Mark::Names].into());
    }
}
