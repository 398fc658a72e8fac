//! The mapping's file: read at the start and whenever it is saved.
use super::mapping::Mapping;
use crate::config;
use crate::lab::Lab;
use crate::lab::model::Severity;
use bevy::prelude::*;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Seconds between looks at the file.
const LOOK_SECS: f32 = 1.0;

/// The mapping that holds, and the file that it came from.
#[derive(Resource)]
pub(super) struct PadFile {
    pub path: PathBuf,
    pub mapping: Option<Mapping>,
    read: Option<SystemTime>,
    is_first: bool,
    wait: f32,
}

impl PadFile {
    /// Of a file that has not been read yet; the shipped mapping holds.
    pub fn new(path: PathBuf) -> Self {
        // a test makes sure that the shipped one is valid
        Self { path, mapping: Mapping::shipped().ok(), read: None, is_first: true, wait: 0.0 }
    }

    /// Reads the file if it is new; says what a person should know.
    fn look(&mut self) -> Option<(Severity, String)> {
        let saved = modified(&self.path);
        let is_first = std::mem::take(&mut self.is_first);
        if saved == self.read {
            return None;
        }
        self.read = saved;
        let name = self.path.display();
        if saved.is_none() {
            self.mapping = Mapping::shipped().ok();
            let text = format!("{name} is gone: gamepads do again what they did at first.");
            return (!is_first).then_some((Severity::Info, text));
        }
        let read = std::fs::read_to_string(&self.path).map_err(|e| e.to_string());
        let read = read.and_then(|text| {
            Mapping::from_text(&text, &name.to_string()).map_err(|errors| errors.to_string())
        });
        match read {
            Ok(mapping) => {
                self.mapping = Some(mapping);
                (!is_first).then(|| (Severity::Info, format!("Gamepad mapping read again: {name}.")))
            }
            Err(why) => {
                let text = format!(
                    "The gamepad mapping is not used, the one before holds; mend it and save:\n{why}"
                );
                Some((Severity::Warning, text))
            }
        }
    }
}

impl Default for PadFile {
    fn default() -> Self {
        Self::new(config::root().join("configs/gamepad.ron"))
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|m| m.modified()).ok()
}

/// Looks at the file now and then.
pub(super) fn watch(time: Res<Time<Real>>, mut file: ResMut<PadFile>, mut lab: ResMut<Lab>) {
    file.wait -= time.delta_secs();
    if file.wait > 0.0 {
        return;
    }
    file.wait = LOOK_SECS;
    if let Some((severity, text)) = file.look() {
        lab.note(severity, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_again_when_it_is_saved_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gamepad.ron");
        let mut file = PadFile::new(path.clone());
        assert_eq!(file.look(), None, "no file is no trouble");
        let share = |file: &PadFile| file.mapping.as_ref().unwrap().share;
        assert_eq!(share(&file), 0.8);
        let shipped = include_str!("../../../../configs/gamepad.ron");
        let save = |text: &str, second: u64| {
            std::fs::write(&path, text).unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        };
        save(&shipped.replacen("share: 0.8", "share: 0.5", 1), 1000);
        assert_eq!(file.look().unwrap().0, Severity::Info);
        assert_eq!(share(&file), 0.5);
        assert_eq!(file.look(), None, "it is read once");
        save("(nonsense", 2000);
        assert!(file.look().unwrap().1.contains("not used"));
        assert_eq!(share(&file), 0.5);
        std::fs::remove_file(&path).unwrap();
        assert!(file.look().unwrap().1.contains("is gone"));
        assert_eq!(share(&file), 0.8);
    }
}
