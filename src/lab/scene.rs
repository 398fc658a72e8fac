//! Scene files `scenes/*.ron`: what is shown, in which light, from where, and what the robots are told. A scene is a
//! setting and a list of commands; it can be played in a window, filmed without one, or trained in.
use super::LabCommand;
use super::command::{CameraMode, Mark, ShowOrder, Theme};
use super::model::MOST_SHOWN;
use super::prop;
use crate::config::{self, ConfigErrors};
use crate::lane::WIDTH;
use crate::physics::Engine;
use bevy::ecs::prelude::Resource;
use serde::Deserialize;
use std::path::{Path, PathBuf};

pub use super::prop::{Prop, PropKind};

/// A scene as written.
#[derive(Resource, Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// One sentence.
    pub about: String,
    /// Name of a task, or path of a task file.
    pub task: String,
    /// `shipped`, `none`, `run:<experiment>/<folder>` or `file:<path>`; see [`Scene::policy_source`].
    #[serde(default = "shipped")]
    pub policy: String,
    /// Robots that are shown, 1 to 256.
    #[serde(default = "one")]
    pub robots: usize,
    /// Which first, where a run is shown.
    #[serde(default)]
    pub order: ShowOrder,
    /// Start training with this seed.
    #[serde(default)]
    pub train: Option<u64>,
    /// The ground in place of the task's: as `env.terrain` of a task.
    #[serde(default)]
    pub terrain: Option<serde_json::Value>,
    /// Who computes; as the task says without. `--physics` wins.
    #[serde(default)]
    pub physics: Option<Engine>,
    /// Things that stand around: bodies in rapier, only drawn otherwise.
    #[serde(default)]
    pub props: Vec<Prop>,
    /// The light.
    #[serde(default)]
    pub light: Light,
    /// Where the view is from.
    #[serde(default)]
    pub camera: SceneCameraCfg,
    /// What the marked robot is told: name of a file in `scenes/commands`, or path.
    #[serde(default)]
    pub command_script: Option<String>,
    /// Marks that are drawn; those of the window without.
    #[serde(default)]
    pub marks: Option<Vec<Mark>>,
    /// Length of a film of it, simulated s.
    #[serde(default = "six_seconds")]
    pub length: f64,
}

fn shipped() -> String {
    "shipped".into()
}

fn one() -> usize {
    1
}

fn six_seconds() -> f64 {
    6.0
}

/// The light of a scene.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Light {
    /// Where it comes from, as seen from the robot; any length but zero.
    pub from: [f32; 3],
    /// 1 is as usual.
    pub strength: f32,
    /// Colours of air and ground; those of the window without.
    pub theme: Option<Theme>,
}

impl Default for Light {
    /// From the front left and above.
    fn default() -> Self {
        Self { from: [-0.55, -0.75, 1.25], strength: 1.0, theme: None }
    }
}

/// The camera of a scene.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SceneCameraCfg {
    /// How it moves.
    pub mode: CameraMode,
    /// From the marked robot to the camera at first, world axes, m.
    pub offset: Option<[f32; 3]>,
    /// Views of the path, for the mode `Path`.
    pub path: Vec<CameraKey>,
}

/// A view of a camera path.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraKey {
    /// When, s.
    pub at: f32,
    /// Where the camera is, world, m.
    pub eye: [f32; 3],
    /// What it looks at, world, m.
    pub target: [f32; 3],
}

/// Where a scene's policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// The one that is shipped with the task.
    Shipped,
    /// A fresh one that has learned nothing.
    None,
    /// The newest checkpoint of a run, `<experiment>/<folder>`.
    Run(String),
    /// A checkpoint file.
    File(PathBuf),
}

impl Scene {
    /// Opens a scene by name or path.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub fn open(name: &str) -> Result<Self, ConfigErrors> {
        Self::load(&config::find("scene", "scenes", name)?)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        let doc = config::load(path)?;
        let scene: Self = config::typed(&doc, "")?;
        let mut errors = ConfigErrors::default();
        let wrong = &mut |key: &str, message| errors.0.push(doc.error(key, format!("`{key}`: {message}")));
        scene.check(wrong);
        prop::check(&scene.props, &doc.get("props"), wrong);
        if errors.0.is_empty() { Ok(scene) } else { Err(errors) }
    }

    /// Whether a path or name on a command line means a scene: a scene file, or the name of one that is no task.
    pub fn is_meant_by(name: &str) -> bool {
        let root = config::root();
        let in_folder = |folder: &str| root.join(folder).join(format!("{name}.ron")).exists();
        if name.ends_with(".ron") {
            let doc = config::load(Path::new(name));
            return doc.is_ok_and(|doc| doc.get("task").is_string() && doc.get("env").is_null());
        }
        in_folder("scenes") && !in_folder("configs/tasks")
    }

    /// Values that have the right type but no meaning.
    fn check(&self, wrong: &mut dyn FnMut(&str, String)) {
        if let Err(errors) = config::find("task", "configs/tasks", &self.task) {
            wrong("task", errors.0.first().map_or(String::new(), |e| e.message.clone()));
        }
        if self.policy_source().is_none() {
            let text = "take \"shipped\", \"none\", \"run:<experiment>/<folder>\" or \"file:<path>\"";
            wrong("policy", format!("`{}` is no policy; {text}", self.policy));
        }
        if !(1..=MOST_SHOWN).contains(&self.robots) {
            wrong("robots", format!("{} robots; between 1 and {MOST_SHOWN} can be shown", self.robots));
        }
        if !(self.length > 0.0 && self.length <= 600.0) {
            wrong("length", format!("a length of {} s; take up to 600 s", self.length));
        }
        let direction = self.light.from.iter().map(|x| x * x).sum::<f32>();
        if !(direction > 1e-6 && direction.is_finite() && self.light.from[2] > 0.0) {
            wrong("light.from", "light comes from above: a direction with a positive third number".into());
        }
        if !(0.0..=20.0).contains(&self.light.strength) {
            wrong("light.strength", format!("{} is not 0 to 20; 1 is as usual", self.light.strength));
        }
        if self.physics == Some(Engine::Rapier) && !self.props.is_empty() && self.robots > WIDTH {
            let text = format!("{} robots; up to {WIDTH} share a world with things around them", self.robots);
            wrong("robots", text);
        }
        let times = self.camera.path.windows(2).all(|w| w[0].at < w[1].at);
        if !times {
            wrong("camera.path", "the views must be in order of time".into());
        }
        if self.camera.mode == CameraMode::Path && self.camera.path.len() < 2 {
            wrong("camera.path", "the mode `Path` needs at least two views".into());
        }
        if let Some(name) = &self.command_script
            && script_path(name).is_none()
        {
            let names = config::names_in(&config::root().join("scenes/commands"));
            let hint = config::nearest(name, names.iter().map(String::as_str));
            wrong("command_script", format!("unknown command script `{name}`; {hint}"));
        }
    }

    /// Where the policy comes from; `None` if that cannot be read.
    pub fn policy_source(&self) -> Option<PolicySource> {
        match self.policy.split_once(':') {
            None if self.policy == "shipped" => Some(PolicySource::Shipped),
            None if self.policy == "none" => Some(PolicySource::None),
            Some(("run", name)) if !name.is_empty() => Some(PolicySource::Run(name.into())),
            Some(("file", path)) if !path.is_empty() => Some(PolicySource::File(path.into())),
            _ => None,
        }
    }

    /// Changes to the task, by dotted key, as on a command line.
    pub fn overrides(&self) -> Vec<(String, serde_json::Value)> {
        let terrain = self.terrain.iter().map(|terrain| ("env.terrain".to_owned(), terrain.clone()));
        let engine = self.physics.iter().map(|engine| {
            let name = serde_json::to_value(engine).unwrap_or_default();
            ("env.physics.engine".to_owned(), name)
        });
        terrain.chain(engine).collect()
    }

    /// What is asked of the lab once the task and the policy are shown.
    pub fn commands(&self) -> Vec<LabCommand> {
        let mut list = vec![
            LabCommand::ShowRobots { count: self.robots, order: self.order },
            LabCommand::SetCamera(self.camera.mode),
        ];
        list.extend(self.light.theme.map(LabCommand::SetTheme));
        if let Some(marks) = &self.marks {
            list.extend(Mark::ALL.map(|mark| LabCommand::ShowMark(mark, marks.contains(&mark))));
        }
        list.extend(self.train.map(|seed| LabCommand::Train { seed }));
        list.extend(self.command_script.as_deref().and_then(script_path).map(LabCommand::PlayCommands));
        list
    }
}

/// A command script by name or path.
fn script_path(name: &str) -> Option<PathBuf> {
    if name.ends_with(".ron") {
        let beside = [PathBuf::from(name), config::root().join(name)];
        return beside.into_iter().find(|path| path.is_file());
    }
    let path = config::root().join("scenes/commands").join(format!("{name}.ron"));
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Scene, ConfigErrors> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scene.ron");
        std::fs::write(&path, text).unwrap();
        Scene::load(&path)
    }

    #[test]
    fn every_shipped_scene_can_be_opened_and_says_what_it_is() {
        let names = config::names_in(&config::root().join("scenes"));
        for expected in ["a1_drive", "a1_figure_eight", "a1_herd", "a1_training"] {
            assert!(names.iter().any(|n| n == expected), "{expected} is not shipped: {names:?}");
        }
        for name in names {
            let scene = Scene::open(&name).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(scene.about.len() > 10 && scene.about.ends_with('.'), "{name}: {}", scene.about);
            assert!(Scene::is_meant_by(&name), "{name}");
        }
        assert!(!Scene::is_meant_by("a1_flat"));
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_its_place() {
        let text = r#"scene(
            about: "x", task: "a1_flatt", policy: "best", robots: 900, length: -1.0,
            props: [(kind: "box", at: (0.0, 0.0, 0.0), size: (1.0, 0.0, 1.0), colour: (2.0, 0.0, 0.0))],
            light: (from: (0.0, 0.0, -1.0), strength: 99.0),
            camera: (mode: "Path"),
            command_script: "figure_ate",
        )"#;
        let errors = read(text).unwrap_err();
        let text = errors.to_string();
        for part in [
            "a1_flat`?",
            "`best` is no policy",
            "900 robots",
            "-1 s",
            "props.0.size",
            "props.0.colour",
            "from above",
            "99",
            "two views",
            "figure_ate",
            "scene.ron:2:",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert_eq!(errors.0.len(), 10, "{text}");
    }

    #[test]
    fn wrong_keys_and_kinds_name_the_nearest() {
        let text =
            r#"(about: "x", task: "a1_flat", robot: 3, props: [(kind: "boks", at: (0,0,0), size: (1,1,1))])"#;
        let text = read(text).unwrap_err().to_string();
        assert!(text.contains("did you mean `robots`") && text.contains("did you mean `box`"), "{text}");
    }

    #[test]
    fn a_short_scene_has_sensible_rest() {
        let scene = read(r#"scene(about: "x", task: "a1_flat")"#).unwrap();
        assert_eq!(scene.policy_source(), Some(PolicySource::Shipped));
        assert_eq!((scene.robots, scene.length), (1, 6.0));
        assert!(
            !scene
                .commands()
                .iter()
                .any(|c| matches!(c, LabCommand::ShowMark(..) | LabCommand::Train { .. }))
        );
    }

    #[test]
    fn policies_come_from_files_and_runs_too() {
        let source = |policy: &str| {
            let text = format!(r#"(about: "x", task: "a1_flat", policy: "{policy}")"#);
            read(&text).unwrap().policy_source().unwrap()
        };
        assert_eq!(source("run:a1_flat/newest"), PolicySource::Run("a1_flat/newest".into()));
        assert_eq!(source("file:a/b.safetensors"), PolicySource::File("a/b.safetensors".into()));
        assert_eq!(source("none"), PolicySource::None);
    }
}
