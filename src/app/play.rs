//! The play window: one robot, driven by a person.
use super::input::drive::{Drive, DriveLimits};
use super::screenshot::{self, ScreenshotPlan};
use super::{display, graphics, input, panels, view};
use crate::lab;
use bevy::app::AppExit;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::window::{PresentMode, WindowResizeConstraints, WindowResolution};
use bevy::winit::WinitSettings;
use std::path::PathBuf;

/// How the window opens.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayOptions {
    /// What is played, for the title: task and policy.
    pub title: String,
    /// Inner size, logical pixels.
    pub size: [u32; 2],
    /// Largest commands a person can give.
    pub limits: DriveLimits,
    /// Simulated seconds per second.
    pub speed: f32,
    /// Saves a picture of the window after that many seconds, then leaves.
    pub screenshot: Option<(PathBuf, f32)>,
}

impl Default for PlayOptions {
    fn default() -> Self {
        Self {
            title: "a1_flat".into(),
            size: [1280, 720],
            limits: DriveLimits::default(),
            speed: 1.0,
            screenshot: None,
        }
    }
}

/// Opens the window and returns when it is closed. `setup` installs the simulation (in `FixedUpdate`, at 50 Hz), the
/// entity with `Telemetry` and `ShownFrames`, and `ShownRobot`. Must be called on the main thread.
pub fn play(options: PlayOptions, setup: impl FnOnce(&mut App)) -> anyhow::Result<()> {
    display::require()?;
    graphics::require()?;
    let mut app = App::new();
    app.add_plugins(window_plugins(&options))
        .insert_resource(WinitSettings::continuous())
        .insert_resource(panels::Title(options.title))
        .add_plugins((lab::plugin, view::plugin))
        .add_plugins((input::plugin, panels::plugin, view::pointer::plugin, screenshot::plugin));
    app.world_mut().resource_mut::<Drive>().limits = options.limits;
    app.world_mut().resource_mut::<Time<Virtual>>().set_relative_speed(options.speed);
    if let Some((path, after_secs)) = options.screenshot {
        app.insert_resource(ScreenshotPlan { path, after_secs });
    }
    setup(&mut app);
    match app.run() {
        AppExit::Success => Ok(()),
        AppExit::Error(code) => anyhow::bail!("the window ended with code {code}"),
    }
}

pub(super) fn window_plugins(options: &PlayOptions) -> bevy::app::PluginGroupBuilder {
    let window = Window {
        title: format!("gaitlab · {}", options.title),
        name: Some("gaitlab".into()),
        resolution: WindowResolution::new(options.size[0], options.size[1]),
        present_mode: PresentMode::AutoVsync,
        // below this the top bar would overlap itself
        resize_constraints: WindowResizeConstraints { min_width: 1040.0, min_height: 540.0, ..default() },
        ..default()
    };
    DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(RenderPlugin { synchronous_pipeline_compilation: false, ..default() })
        .set(LogPlugin { filter: "error,gaitlab=info".into(), ..default() })
}
