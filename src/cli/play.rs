//! `play`: the window, and films.
use super::Overrides;
use super::policy::PolicyArgs;
use crate::nn::ActorCritic;
use crate::task::Plan;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `play`.
#[derive(ClapArgs)]
pub struct Args {
    #[command(flatten)]
    policy: PolicyArgs,
    /// Record a film (`.gif`, or a folder of `.png`) instead of opening the window.
    #[arg(long)]
    record: Option<PathBuf>,
    /// What the robot is told at first: VX,VY,YAW_RATE in m/s, m/s, rad/s. A film without tells its own story.
    #[arg(long, allow_hyphen_values = true)]
    command: Option<String>,
    /// Length of the film in simulated time, s.
    #[arg(long, default_value_t = 6.0)]
    seconds: f64,
    /// Frames per simulated second.
    #[arg(long, default_value_t = 20)]
    fps: u32,
    /// Width of the film, pixels.
    #[arg(long, default_value_t = 480)]
    width: u32,
    /// Height of the film, pixels.
    #[arg(long, default_value_t = 270)]
    height: u32,
    /// Needs no display; only with --record.
    #[arg(long)]
    headless: bool,
    /// Save a picture of the window after some seconds and leave: FILE.png
    #[arg(long)]
    screenshot: Option<PathBuf>,
    /// Size of the window, WIDTHxHEIGHT.
    #[arg(long, default_value = "1280x720")]
    size: String,
}

#[cfg(feature = "gui")]
pub use with_window::{film, run};
#[cfg(not(feature = "gui"))]
pub use without_window::{film, run};

#[cfg(not(feature = "gui"))]
mod without_window {
    use super::*;
    use anyhow::Result;

    /// Refuses.
    pub fn run(_: Args, _: Overrides) -> Result<()> {
        anyhow::bail!("this binary was built without the window (feature `gui`)")
    }
    /// Refuses.
    pub fn film(_: Arc<Plan>, _: ActorCritic, _: &Path, _: f64) -> Result<()> {
        anyhow::bail!("this binary was built without the window (feature `gui`)")
    }
}

#[cfg(feature = "gui")]
mod with_window {
    use super::*;
    use crate::app::{self, DriveLimits, PlayOptions, RecordOptions};
    use crate::lab::{self, Lab, LabCommand};
    use crate::tick::view::Telemetry;
    use anyhow::Result;
    use bevy::prelude::*;

    /// What the robot of a film is told, from which second on: vx m/s, vy m/s, yaw rate rad/s.
    const FILM: [(f64, [f32; 3]); 4] =
        [(0.0, [0.8, 0.0, 0.0]), (2.5, [0.6, 0.0, 0.8]), (4.5, [0.4, 0.3, 0.0]), (6.5, [0.0, 0.0, 0.0])];

    /// Plays or films.
    pub fn run(a: Args, overrides: Overrides) -> Result<()> {
        let (plan, policy, _) = a.policy.open(&overrides)?;
        let first = a.command.as_deref().map(parse_command).transpose()?;
        let Some(path) = &a.record else {
            anyhow::ensure!(
                !a.headless,
                "--headless needs --record FILE: without a display nothing can be seen"
            );
            let title = plan.name.clone();
            let size = parse_size(&a.size)?;
            let screenshot = a.screenshot.map(|p| (p, 8.0));
            // a person may ask for what the policy has learned, and no more
            let asked = &plan.env.commands;
            let reach = |range: [f64; 2]| range[0].abs().max(range[1].abs()) as f32;
            let limits = DriveLimits {
                forward: asked.lin_vel_x[1].max(0.0) as f32,
                backward: (-asked.lin_vel_x[0]).max(0.0) as f32,
                sideways: reach(asked.lin_vel_y),
                yaw_rate: reach(asked.yaw_rate),
            };
            let options = PlayOptions { title, size, screenshot, limits, ..PlayOptions::default() };
            return app::play(options, move |app| {
                simulation(app, plan, policy);
                app.world_mut().write_message(LabCommand::SetCommand(first.unwrap_or_default()));
            });
        };
        let options = RecordOptions {
            path: path.clone(),
            seconds: a.seconds,
            fps: a.fps,
            width: a.width,
            height: a.height,
        };
        let summary = record(plan, policy, options, first)?;
        println!(
            "{}: {} frames, {:.2} MB, {:.1} s on {}",
            summary.path.display(),
            summary.frames,
            summary.bytes as f64 / 1e6,
            summary.took_secs,
            summary.adapter
        );
        Ok(())
    }

    /// Films a policy.
    pub fn film(plan: Arc<Plan>, policy: ActorCritic, path: &Path, seconds: f64) -> Result<()> {
        let options = RecordOptions { path: path.into(), seconds, fps: 20, ..RecordOptions::default() };
        record(plan, policy, options, None).map(|_| ())
    }

    fn record(
        plan: Arc<Plan>,
        policy: ActorCritic,
        options: RecordOptions,
        command: Option<[f32; 3]>,
    ) -> Result<app::RecordSummary> {
        app::record(options, move |app| {
            simulation(app, plan, policy);
            match command {
                Some(c) => {
                    app.world_mut().write_message(LabCommand::SetCommand(c));
                }
                None => {
                    app.add_systems(FixedPreUpdate, direct);
                }
            }
        })
    }

    fn parse_command(text: &str) -> Result<[f32; 3]> {
        let numbers: Vec<f32> = text.split(',').filter_map(|x| x.trim().parse().ok()).collect();
        let wrong = || anyhow::anyhow!("`{text}` is no command; give VX,VY,YAW_RATE, for example 0.8,0,0");
        numbers.try_into().map_err(|_| wrong())
    }

    /// Installs one robot of a task, driven from outside.
    fn simulation(app: &mut App, plan: Arc<Plan>, policy: ActorCritic) {
        app.world_mut().resource_mut::<Lab>().show.count = 1;
        let title = plan.name.clone();
        lab::play(app.world_mut(), plan, policy, title);
    }

    /// The director of a film.
    fn direct(shown: Query<&Telemetry>, mut commands: MessageWriter<LabCommand>) {
        for t in &shown {
            if let Some((_, c)) = FILM.iter().rev().find(|(from, _)| *from <= t.time_s) {
                commands.write(LabCommand::SetCommand(*c));
            }
        }
    }

    fn parse_size(text: &str) -> Result<[u32; 2]> {
        let parse = || Some([text.split_once('x')?.0.parse().ok()?, text.split_once('x')?.1.parse().ok()?]);
        parse().ok_or_else(|| anyhow::anyhow!("`{text}` is no size; give for example 1280x720"))
    }
}
