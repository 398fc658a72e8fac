//! What the window remembers from one start to the next: `window.ron` in the person's folder of settings. Nothing about
//! runs. A file that cannot be read or written costs the arrangement, never the work: it is said once in the window.
use super::dock::Dock;
use super::lab_view::Memory;
use crate::app::window::WindowState;
use crate::lab::Lab;
use crate::lab::model::Severity;
use crate::run;
use bevy::app::AppExit;
use bevy::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Shortest time between two writes, s.
const EVERY: f32 = 2.0;

/// What panels remember, as a resource.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub(super) struct Remembered(pub Memory);

/// Everything in the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Saved {
    pub window: WindowState,
    pub memory: Memory,
    pub dock: Dock,
}

/// Where the file is, what it holds, and whether it can be written.
#[derive(Resource, Clone, Debug)]
struct Store {
    path: Option<PathBuf>,
    written: Saved,
    since_s: f32,
    broken: bool,
}

pub(super) fn plugin(app: &mut App) {
    let path = path(|name| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from));
    let read = path.as_deref().map_or(Ok(None), read);
    let trouble = read.as_ref().err().cloned();
    let is_first = !matches!(read, Ok(Some(_)));
    let saved = read.ok().flatten().unwrap_or_default();
    app.insert_resource(saved.window.clone())
        .insert_resource(Remembered(saved.memory.clone()))
        .insert_resource(saved.dock.clone())
        .insert_resource(Store { path, written: saved, since_s: 0.0, broken: false })
        .add_systems(Startup, move |window: Option<Single<&Window>>, state: ResMut<WindowState>| {
            if is_first {
                fold_if_narrow(window, state);
            }
        })
        .add_systems(Startup, move |mut lab: ResMut<Lab>| {
            if let Some(text) = &trouble {
                lab.note(Severity::Warning, text);
            }
        })
        .add_systems(Last, keep);
}

/// `GAITLAB_CONFIG_DIR`, else `gaitlab` in the person's folder of settings; none where neither is known.
fn path(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let folder = variable("GAITLAB_CONFIG_DIR")
        .or_else(|| Some(variable("XDG_CONFIG_HOME")?.join("gaitlab")))
        .or_else(|| Some(variable("HOME")?.join(".config/gaitlab")))?;
    Some(folder.join("window.ron"))
}

/// What was saved; nothing if there is no file; a sentence for the person if it cannot be used.
fn read(path: &Path) -> Result<Option<Saved>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, &error.to_string())),
    };
    ron::from_str(&text).map(Some).map_err(|error| unusable(path, &error.to_string()))
}

fn unusable(path: &Path, why: &str) -> String {
    format!(
        "The arrangement of the window could not be read ({why}), so it is as at first. It is saved anew to {}.",
        path.display()
    )
}

fn write(path: &Path, saved: &Saved) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = ron::ser::to_string_pretty(saved, ron::ser::PrettyConfig::new().depth_limit(5))?;
    Ok(run::write_atomic(path, text.as_bytes())?)
}

/// The first time, a small window shows the view and what can be changed; the list of runs is one key away.
fn fold_if_narrow(window: Option<Single<&Window>>, mut state: ResMut<WindowState>) {
    if window.is_some_and(|w| w.width() < super::dock::WIDE) {
        state.open[0] = false;
    }
}

/// Writes what changed, every two seconds at most, and when the window is closed.
fn keep(
    time: Res<Time<Real>>,
    exit: MessageReader<AppExit>,
    (window, memory, dock): (Res<WindowState>, Res<Remembered>, Res<Dock>),
    mut store: ResMut<Store>,
    mut lab: ResMut<Lab>,
) {
    store.since_s += time.delta_secs();
    if store.since_s < EVERY && exit.is_empty() {
        return;
    }
    store.since_s = 0.0;
    let now = Saved { window: window.clone(), memory: memory.0.clone(), dock: dock.clone() };
    let Some(path) = store.path.clone().filter(|_| now != store.written && !store.broken) else { return };
    if let Err(error) = write(&path, &now) {
        store.broken = true;
        lab.note(
            Severity::Warning,
            format!(
                "The arrangement of the window cannot be saved to {} ({error:#}). Everything works; it is forgotten \
                 at the end.",
                path.display()
            ),
        );
    }
    store.written = now;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::command::{Panel, Theme};

    fn folder(path: &Path) -> impl Fn(&str) -> Option<PathBuf> {
        move |name| (name == "GAITLAB_CONFIG_DIR").then(|| path.to_owned())
    }

    #[test]
    fn what_was_arranged_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let file = path(folder(&home.path().join("not/yet"))).unwrap();
        assert_eq!(read(&file), Ok(None));
        let mut saved = Saved::default();
        saved.window.theme = Theme::Light;
        saved.window.open = [false, true, false];
        saved.memory.smoothing = 0.25;
        saved.dock.close(Panel::Gait);
        write(&file, &saved).unwrap();
        let again = read(&file).unwrap().unwrap();
        assert_eq!((&again.window, &again.memory), (&saved.window, &saved.memory));
        assert!(!again.dock.is_open(Panel::Gait) && again.dock.is_open(Panel::Curves));
    }

    #[test]
    fn a_broken_file_is_said_and_nothing_is_lost_but_the_arrangement() {
        let home = tempfile::tempdir().unwrap();
        let file = path(folder(home.path())).unwrap();
        for text in ["(window: (theme: Purple))", "\u{0}\u{1}", "(dock: (tree: ("] {
            std::fs::write(&file, text).unwrap();
            let error = read(&file).unwrap_err();
            assert!(error.contains("as at first") && error.contains("window.ron"), "{error}");
        }
    }

    #[test]
    fn a_file_without_some_panel_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let file = path(folder(home.path())).unwrap();
        write(&file, &Saved::default()).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replacen("Terrain", "Curves", 1)).unwrap();
        assert!(read(&file).unwrap_err().contains("panels are missing"));
    }

    #[test]
    fn a_file_of_which_half_is_missing_takes_the_rest_as_at_first() {
        let home = tempfile::tempdir().unwrap();
        let file = path(folder(home.path())).unwrap();
        std::fs::write(&file, "(window: (theme: Light))").unwrap();
        let saved = read(&file).unwrap().unwrap();
        assert!(saved.window.theme == Theme::Light && saved.dock == Dock::default());
    }

    #[test]
    fn the_usual_places_are_tried_in_order() {
        let home = |name: &str| (name == "HOME").then(|| "/home/a".into());
        assert_eq!(path(home), Some("/home/a/.config/gaitlab/window.ron".into()));
        let xdg = |name: &str| (name != "GAITLAB_CONFIG_DIR").then(|| "/x".into());
        assert_eq!(path(xdg), Some("/x/gaitlab/window.ron".into()));
        assert_eq!(path(|_| None), None);
    }

    #[test]
    fn the_window_writes_on_exit_and_says_when_it_cannot() {
        let home = tempfile::tempdir().unwrap();
        let mut app = App::new();
        app.add_plugins(bevy::time::TimePlugin)
            .init_resource::<Lab>()
            .init_resource::<WindowState>()
            .init_resource::<Remembered>()
            .init_resource::<Dock>()
            .add_message::<AppExit>()
            .add_systems(Last, keep);
        let store = |path: PathBuf| Store {
            path: Some(path),
            written: Saved::default(),
            since_s: 0.0,
            broken: false,
        };
        app.insert_resource(store(home.path().join("window.ron")));
        app.world_mut().resource_mut::<WindowState>().theme = Theme::Light;
        app.update();
        assert!(!home.path().join("window.ron").exists(), "not before two seconds");
        app.world_mut().write_message(AppExit::Success);
        app.update();
        assert_eq!(read(&home.path().join("window.ron")).unwrap().unwrap().window.theme, Theme::Light);

        std::fs::write(home.path().join("file"), "").unwrap();
        app.insert_resource(store(home.path().join("file/window.ron")));
        app.world_mut().write_message(AppExit::Success);
        app.update();
        let notes = &app.world().resource::<Lab>().notes;
        assert!(notes.len() == 1 && notes[0].text.contains("cannot be saved"), "{notes:?}");
    }
}
