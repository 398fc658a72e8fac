//! What the whole window costs a run that learns beside it: the same run, in turns with nobody watching and with
//! panels, 64 robots and drawing, as fast as the window's pace allows.
use super::measure::{SIZE, Target, plugins, settle};
use super::play::lab_window;
use super::{graphics, pace, view};
use crate::lab::{self, Lab, LabCommand, LabOptions};
use crate::nn::ActorCritic;
use crate::task::Plan;
use anyhow::{Context, Result};
use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::render::render_resource::TextureFormat;
use bevy_egui::PrimaryEguiContext;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Robots on the stage.
const ROBOTS: usize = 64;
/// Turns of measuring with and without a window, so that a machine's moods meet both.
const TURNS: u32 = 4;
/// A run is warm after that many iterations.
const WARM: u64 = 30;

/// Who draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// Nobody: everything up to drawing is done.
    Nothing,
    /// The graphics driver, into memory.
    Memory,
}

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearningCost {
    /// Environment steps per second while nobody watched.
    pub alone: f64,
    /// Environment steps per second beside the window.
    pub watched: f64,
    /// Frames per second of the window.
    pub frames_per_s: f64,
    /// The processor itself drew.
    pub is_software: bool,
}

impl LearningCost {
    /// Share of the speed that is lost.
    pub fn slowdown(&self) -> f64 {
        1.0 - self.watched / self.alone
    }
}

/// Trains the plan's task for about `seconds`, half of them beside a window.
///
/// # Errors
/// When there is no driver but one is asked for, and when the run does not come forward.
pub fn learning_cost(
    plan: Arc<Plan>,
    policy: ActorCritic,
    drawing: Drawing,
    seconds: f64,
) -> Result<LearningCost> {
    let is_software = match drawing {
        Drawing::Nothing => false,
        Drawing::Memory => graphics::describe()?.is_software,
    };
    let logs = std::env::temp_dir().join(format!("gaitlab_bench_window_{}", std::process::id()));
    let mut app = build(plan, policy, drawing, is_software, logs.clone());
    let outcome = measure(&mut app, seconds, is_software);
    app.world_mut().write_message(LabCommand::StopTraining);
    app.update();
    drop(app);
    // what lies there was only for measuring
    let _ = std::fs::remove_dir_all(logs);
    outcome
}

fn measure(app: &mut App, seconds: f64, is_software: bool) -> Result<LearningCost> {
    app.world_mut().write_message(LabCommand::Train { seed: 1 });
    let patience = Instant::now();
    while progress(app).is_none_or(|p| p.iteration < WARM) {
        app.update();
        settle(app);
        anyhow::ensure!(patience.elapsed() < Duration::from_secs(120), "the run does not come forward");
    }
    let turn = Duration::from_secs_f64(seconds / f64::from(2 * TURNS));
    let (mut alone, mut watched, mut frames) = (Rate::default(), Rate::default(), 0u32);
    // by turns who comes first: a run that improves gets faster, or slower
    for part in 0..2 * TURNS {
        let from = refreshed(app)?;
        if matches!(part % 4, 0 | 3) {
            std::thread::sleep(turn);
            alone.add(&from, &refreshed(app)?);
            continue;
        }
        let start = Instant::now();
        while start.elapsed() < turn {
            app.update();
            settle(app);
            frames += 1;
        }
        watched.add(&from, &refreshed(app)?);
    }
    let frames_per_s = f64::from(frames) / watched.seconds;
    Ok(LearningCost { alone: alone.value(), watched: watched.value(), frames_per_s, is_software })
}

/// How far the run is.
#[derive(Clone, Copy)]
struct Progress {
    iteration: u64,
    env_steps: u64,
    at: f64,
}

#[derive(Default)]
struct Rate {
    steps: f64,
    seconds: f64,
}

impl Rate {
    fn add(&mut self, from: &Progress, to: &Progress) {
        self.steps += (to.env_steps - from.env_steps) as f64;
        self.seconds += to.at - from.at;
    }
    fn value(&self) -> f64 {
        self.steps / self.seconds
    }
}

fn progress(app: &App) -> Option<Progress> {
    let lab = app.world().resource::<Lab>();
    let id = lab.shown[0].as_ref()?;
    let run = lab.runs.iter().find(|r| r.id == *id)?;
    Some(Progress { iteration: run.iteration, env_steps: run.env_steps, at: run.seconds })
}

/// What the run says of itself now, and not a frame ago.
fn refreshed(app: &mut App) -> Result<Progress> {
    app.update();
    settle(app);
    progress(app).context("the run is gone")
}

fn build(plan: Arc<Plan>, policy: ActorCritic, drawing: Drawing, is_software: bool, logs: PathBuf) -> App {
    let mut app = App::new();
    app.add_plugins(plugins(if drawing == Drawing::Nothing { Target::Panels } else { Target::Picture }))
        .insert_resource(LabOptions { logs, ..LabOptions::default() })
        .insert_resource(pace::Pace::new(is_software))
        .add_plugins(lab_window);
    if is_software {
        app.insert_resource(view::coarse::Coarse);
    }
    if drawing == Drawing::Memory {
        app.add_systems(PostStartup, draw_into_memory);
    }
    app.world_mut().resource_mut::<Lab>().show.count = ROBOTS;
    let title = plan.name.clone();
    lab::play(app.world_mut(), plan, policy, title);
    app.finish();
    app.cleanup();
    app
}

/// Both cameras, that of the robots and that of the panels, get a picture instead of a window.
fn draw_into_memory(
    mut commands: Commands,
    mut images: ResMut<Assets<Image>>,
    cameras: Query<Entity, Or<(With<Camera3d>, With<PrimaryEguiContext>)>>,
) {
    let picture =
        images.add(Image::new_target_texture(SIZE[0], SIZE[1], TextureFormat::Rgba8UnormSrgb, None));
    for camera in &cameras {
        commands.entity(camera).insert(RenderTarget::Image(picture.clone().into()));
    }
}
