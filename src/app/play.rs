//! The lab's window, from its options to its end; and the same without a window, for scripts.
use super::input::drive::Drive;
use super::input::gamepad::VirtualPad;
use super::one_thread::OneThread;

use super::screenshot::{self, ScreenshotPlan};
use super::verdict::{Verdict, judge};
use super::{display, graphics, input, pace, panels, record, scene, view};
use crate::lab::scene::Scene;
use crate::lab::script_player::{self, Script, ScriptPlayer};
use crate::lab::{self, Lab, LabCommand};
use crate::nn::ActorCritic;
use crate::task::Plan;
use bevy::app::{ScheduleRunnerPlugin, TaskPoolPlugin};
use bevy::input::InputPlugin;
use bevy::log::LogPlugin;
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::time::TimePlugin;
use bevy::window::{PresentMode, WindowResizeConstraints, WindowResolution};
use bevy::winit::WinitSettings;
use bevy_egui::input::EguiWantsInput;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What is shown at first.
pub struct FirstShown {
    /// The task.
    pub plan: Arc<Plan>,
    /// The policy.
    pub policy: ActorCritic,
    /// What that is, for people.
    pub title: String,
    /// Robots.
    pub robots: usize,
}

/// How the lab opens.
pub struct OpenOptions {
    /// At first.
    pub shown: FirstShown,
    /// What is asked then.
    pub commands: Vec<LabCommand>,
    /// The scene around it.
    pub scene: Option<Scene>,
    /// Where and how runs are made.
    pub lab: lab::LabOptions,
    /// A script that is played.
    pub script: Option<PathBuf>,
    /// Leave after the script's last step.
    pub leave: bool,
    /// A gamepad that is a file.
    pub virtual_pad: Option<PathBuf>,
    /// Inner size, logical pixels.
    pub size: [u32; 2],
    /// Saves a picture of the window after that many seconds, then leaves.
    pub screenshot: Option<(PathBuf, f32)>,
    /// Draw finely also where the processor draws.
    pub fine: bool,
}

/// Opens the window and returns when it is closed. Must be called on the main thread.
///
/// # Errors
/// Without a display or a graphics driver, when a file cannot be used, and when a step of the script fails.
pub fn open(options: OpenOptions) -> anyhow::Result<()> {
    display::require()?;
    let adapter = graphics::describe()?;
    let mut app = App::new();
    app.add_plugins(window_plugins(&options.shown.title, options.size))
        .insert_resource(WinitSettings::continuous())
        .insert_resource(panels::Title(options.shown.title.clone()))
        .insert_resource(pace::Pace::new(adapter.is_software))
        .insert_resource(options.lab.clone())
        .add_plugins(lab_window);
    if adapter.is_software && !options.fine {
        app.insert_resource(view::coarse::Coarse);
    }
    if let Some((path, after_secs)) = options.screenshot.clone() {
        app.insert_resource(ScreenshotPlan { path, after_secs });
    }
    let player = Played::read(&options)?;
    furnish(&mut app, options);
    let verdict = player.install(&mut app);
    let exit = app.run();
    verdict.verdict(exit)
}

/// All that the window does, with Bevy's plugins for a window or for none.
pub(super) fn lab_window(app: &mut App) {
    app.add_plugins((lab::plugin, view::plugin, input::plugin, panels::plugin, view::pointer::plugin))
        .add_plugins((screenshot::plugin, record::plugin, pace::plugin, OneThread));
}

/// Plays the options' script without a window, drawing only where a film or a picture is asked for.
///
/// # Errors
/// When a file cannot be used, and when a step of the script fails.
pub fn run_headless(options: OpenOptions) -> anyhow::Result<()> {
    let player = Played::read(&options)?;
    let draws = player.script.as_ref().is_some_and(|(script, _)| {
        let mut actions = script.steps.iter().filter_map(|step| step.action.as_ref());
        actions.any(|a| matches!(a, LabCommand::StartRecording(_) | LabCommand::Screenshot(_)))
    });
    let lab_options = options.lab.clone();
    let devices = |app: &mut App| {
        app.init_resource::<EguiWantsInput>().add_plugins(input::plugin);
    };
    if draws {
        graphics::require()?;
        let before = move |app: &mut App| {
            app.insert_resource(lab_options);
        };
        return record::run_undisplayed(options.size, before, |app| {
            app.add_plugins((screenshot::plugin, record::plugin));
            devices(app);
            furnish(app, options);
            player.install(app)
        });
    }
    let mut app = App::new();
    app.add_plugins((TaskPoolPlugin::default(), TimePlugin, InputPlugin))
        .add_plugins(LogPlugin { filter: LOG.into(), ..default() })
        .add_plugins(ScheduleRunnerPlugin::run_loop(Duration::from_millis(4)))
        .insert_resource(lab_options)
        .add_plugins(lab::plugin);
    devices(&mut app);
    furnish(&mut app, options);
    let verdict = player.install(&mut app);
    let exit = app.run();
    verdict.verdict(exit)
}

/// Puts the first policy, the scene and the first commands into an app with the lab.
pub fn furnish(app: &mut App, options: OpenOptions) {
    let FirstShown { plan, policy, title, robots } = options.shown;
    let world = app.world_mut();
    world.resource_mut::<Lab>().show.count = robots;
    if let Some(scene) = &options.scene {
        lab::furnish(world, scene);
    }
    lab::play(world, plan, policy, title);
    if let Some(scene) = options.scene {
        let commands = scene.commands();
        world.insert_resource(scene);
        world.write_message_batch(commands);
    }
    world.write_message_batch(options.commands);
    app.add_plugins(scene::plugin).add_systems(Update, limit_driving);
}

/// A person may ask for what the policy has learned, and no more.
fn limit_driving(lab: Res<Lab>, drive: Option<ResMut<Drive>>, mut known: Local<Option<Arc<Plan>>>) {
    let (Some(plan), Some(mut drive)) = (&lab.plan, drive) else { return };
    if known.as_ref().is_none_or(|known| !Arc::ptr_eq(known, plan)) {
        drive.limits = super::input::drive::DriveLimits::of(&plan.env.commands);
        *known = Some(plan.clone());
    }
}

/// What is played by files.
struct Played {
    script: Option<(Script, bool)>,
    pad: Option<VirtualPad>,
}

impl Played {
    fn read(options: &OpenOptions) -> anyhow::Result<Self> {
        let script = options.script.as_deref().map(Script::read).transpose()?;
        let pad = options.virtual_pad.as_deref().map(VirtualPad::load).transpose()?;
        Ok(Self { script: script.map(|script| (script, options.leave)), pad })
    }

    fn install(self, app: &mut App) -> Verdict {
        let verdict = Verdict::default();
        app.insert_resource(verdict.clone());
        if let Some((script, leave)) = self.script {
            app.insert_resource(ScriptPlayer::new(script, leave))
                .add_plugins(script_player::plugin)
                .add_systems(Last, judge);
        }
        if let Some(pad) = self.pad {
            app.insert_resource(pad);
        }
        verdict
    }
}

/// What is written on the terminal. A picture that is still on its way when the window closes is no error.
pub(super) const LOG: &str = "error,gaitlab=info,bevy_render::view::window::screenshot=off";

/// Bevy's own plugins for a window of that size.
pub(super) fn window_plugins(title: &str, size: [u32; 2]) -> bevy::app::PluginGroupBuilder {
    let window = Window {
        title: format!("gaitlab · {title}"),
        name: Some("gaitlab".into()),
        resolution: WindowResolution::new(size[0], size[1]),
        present_mode: PresentMode::AutoVsync,
        // below this the top bar would overlap itself
        resize_constraints: WindowResizeConstraints { min_width: 1040.0, min_height: 540.0, ..default() },
        ..default()
    };
    DefaultPlugins
        .set(WindowPlugin { primary_window: Some(window), ..default() })
        .set(RenderPlugin { synchronous_pipeline_compilation: false, ..default() })
        .set(LogPlugin { filter: LOG.into(), ..default() })
}
