//! The real window on the sample, for looking at it: `cargo test --release window_on_the_sample -- --ignored` with
//! `GAITLAB_PICTURES` naming a folder for pictures and a display.
use super::Sample;
use crate::app::panels::dock::Dock;
use crate::app::window::WindowState;
use crate::app::{demo, display, input, panels, play, screenshot, view};
use crate::lab::command::{Panel, Theme};
use crate::lab::timeline::Timeline;
use crate::lab::{self, Lab, LabCommand, Picked, Stage};
use crate::tick::view::Telemetry;
use bevy::prelude::*;
use bevy::winit::{WinitPlugin, WinitSettings};
use std::path::PathBuf;

/// Which sample, size, theme, and the panels in front.
type Scene = (&'static str, fn() -> Sample, [u32; 2], Theme, &'static [Panel]);

const SCENES: [Scene; 6] = [
    ("dark_1920", Sample::new, [1920, 1080], Theme::Dark, &[]),
    ("dark_1280", Sample::new, [1280, 720], Theme::Dark, &[]),
    ("light_1920", Sample::beside, [1920, 1080], Theme::Light, &[Panel::Training]),
    ("light_1280", Sample::new, [1280, 720], Theme::Light, &[Panel::Training, Panel::Runs]),
    ("idle_1280", Sample::idle, [1280, 720], Theme::Dark, &[Panel::Runs]),
    ("training_1920", Sample::new, [1600, 900], Theme::Dark, &[Panel::Training]),
];

#[test]
#[ignore = "opens a window"]
fn the_window_on_the_sample() {
    let Ok(folder) = std::env::var("GAITLAB_PICTURES") else { return };
    display::require().unwrap();
    let wanted = std::env::var("GAITLAB_SCENE").unwrap_or_default();
    // one event loop per process
    let scene = SCENES.into_iter().find(|scene| scene.0 == wanted).unwrap_or(SCENES[0]);
    show(scene, PathBuf::from(folder).join(format!("{}.png", scene.0)));
}

fn show((_, make, size, theme, front): Scene, path: PathBuf) {
    let sample = make();
    let mut app = window(size);
    let others = sample.stages[0].as_ref().map_or(0, |stage| stage.robots.len()) - 1;
    demo::plugin(others)(&mut app);
    arrange(&mut app, size[0] as f32, theme, front);
    let stages = sample.stages.clone();
    let now = sample.now.clone();
    app.insert_resource(plan(path, 9.0))
        .insert_resource::<Picked>(sample.picked)
        .insert_resource::<Timeline>(sample.timeline)
        .add_systems(First, move |mut lab: ResMut<Lab>| *lab = make().lab)
        .add_systems(PostStartup, move |mut commands: Commands, shown: Query<Entity, With<Telemetry>>| {
            for (entity, stage) in shown.iter().zip(stages.iter().flatten()) {
                commands.entity(entity).insert(stage.clone());
            }
            if let Some(beside) = &stages[1] {
                commands.spawn::<(Stage, Telemetry)>((beside.clone(), now.clone()));
            }
        });
    app.run();
}

fn plan(path: PathBuf, after_secs: f32) -> screenshot::ScreenshotPlan {
    screenshot::ScreenshotPlan { path, after_secs }
}

fn arrange(app: &mut App, width: f32, theme: Theme, front: &'static [Panel]) {
    let mut dock = Dock::new(panels::dock::groups(width));
    front.iter().for_each(|panel| dock.show(*panel));
    let mut state = WindowState { theme, ..default() };
    state.open[0] = width >= panels::dock::WIDE || front.contains(&Panel::Runs);
    app.insert_resource(dock)
        .add_systems(PostStartup, move |mut window: ResMut<WindowState>| *window = state.clone());
}

fn window(size: [u32; 2]) -> App {
    let mut app = App::new();
    app.add_plugins(play::window_plugins("sample", size).set(WinitPlugin { run_on_any_thread: true }))
        .insert_resource(WinitSettings::continuous())
        .add_plugins((lab::plugin, view::plugin, input::plugin, panels::plugin))
        .add_plugins((view::pointer::plugin, screenshot::plugin));
    app
}

/// The real lab: a run of `a1_flat` that learns for `GAITLAB_SECONDS`, then a picture.
#[test]
#[ignore = "opens a window and trains"]
fn the_window_on_a_run() {
    let Ok(folder) = std::env::var("GAITLAB_PICTURES") else { return };
    display::require().unwrap();
    let seconds = std::env::var("GAITLAB_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(60.0);
    let logs = tempfile::tempdir().unwrap();
    let size = match std::env::var("GAITLAB_SCENE").as_deref() {
        Ok("wide") => [1920, 1080],
        Ok("small") => [1280, 720],
        _ => [1600, 900],
    };
    let theme = if std::env::var("GAITLAB_LIGHT").is_ok() { Theme::Light } else { Theme::Dark };
    let mut app = window(size);
    app.world_mut().resource_mut::<lab::LabOptions>().logs = logs.path().to_owned();
    arrange(&mut app, size[0] as f32, theme, &[]);
    app.insert_resource(plan(PathBuf::from(folder).join("run.png"), seconds)).add_systems(
        Update,
        |time: Res<Time<Real>>, mut asked: MessageWriter<LabCommand>, mut done: Local<u32>| {
            let due = (time.elapsed_secs() / 2.0) as u32;
            let command = match (*done, due) {
                (0, 1..) => LabCommand::ChooseTask("a1_flat".into()),
                (1, 2..) => LabCommand::Train { seed: 1 },
                _ => return,
            };
            *done += 1;
            asked.write(command);
        },
    );
    app.run();
}
