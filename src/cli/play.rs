//! `play`: the window, films and scripts.
use super::Overrides;
use super::hardware::Hardware;
use super::policy::PolicyArgs;
use crate::nn::ActorCritic;
use crate::task::Plan;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of `play`.
#[derive(ClapArgs, Default)]
pub struct Args {
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    hardware: Hardware,
    /// The newest run of this name.
    #[arg(long, conflicts_with = "load_run")]
    run_name: Option<String>,
    /// Robots that are shown, 1 to 256.
    #[arg(long, visible_alias = "num-envs")]
    robots: Option<usize>,
    /// Record a film (`.gif`, with ffmpeg `.mp4`, or a folder of `.png`) instead of opening the window.
    #[arg(long)]
    record: Option<PathBuf>,
    /// What the robot is told at first: VX,VY,YAW_RATE in m/s, m/s, rad/s. A film without tells its own story.
    #[arg(long, allow_hyphen_values = true)]
    command: Option<String>,
    /// Length of the film in simulated time, s; the scene's, or 6, without.
    #[arg(long)]
    seconds: Option<f64>,
    /// Frames per simulated second.
    #[arg(long, default_value_t = 20)]
    fps: u32,
    /// Width of the film, pixels.
    #[arg(long, default_value_t = 480)]
    width: u32,
    /// Height of the film, pixels.
    #[arg(long, default_value_t = 270)]
    height: u32,
    /// Needs no display; with --record or --script.
    #[arg(long)]
    headless: bool,
    /// Play a script of commands (`.ron`) and leave after its last step; an error if one of them fails.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Play the timed events of a file (`.ron`) as if a gamepad sent them.
    #[arg(long)]
    virtual_pad: Option<PathBuf>,
    /// Save a picture of the window after some seconds and leave: FILE.png
    #[arg(long)]
    screenshot: Option<PathBuf>,
    /// Seconds before that picture.
    #[arg(long, default_value_t = 8.0)]
    after: f32,
    /// Draw finely even where there is no graphics card and the processor draws.
    #[arg(long)]
    fine: bool,
    /// Size of the window, WIDTHxHEIGHT.
    #[arg(long, default_value = "1280x720")]
    size: String,
}

/// A run that begins when the window opens.
#[cfg_attr(not(feature = "gui"), allow(dead_code))] // without a window it is only refused
pub struct Watched {
    /// Task by name or path.
    pub task: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Where and how runs are made.
    pub lab: crate::lab::LabOptions,
}

#[cfg(feature = "gui")]
pub use with_window::{film, lab, run, watch};
#[cfg(not(feature = "gui"))]
pub use without_window::{film, lab, run, watch};

#[cfg(not(feature = "gui"))]
mod without_window {
    use super::*;
    use anyhow::Result;

    const WHY: &str = "this binary was built without the window (feature `gui`)";

    /// Refuses.
    pub fn run(_: Args, _: Overrides) -> Result<()> {
        anyhow::bail!(WHY)
    }
    /// Refuses.
    pub fn lab(_: Overrides) -> Result<()> {
        anyhow::bail!(WHY)
    }
    /// Refuses.
    pub fn watch(_: Watched, _: Overrides) -> Result<()> {
        anyhow::bail!(WHY)
    }
    /// Refuses.
    pub fn film(_: Arc<Plan>, _: ActorCritic, _: &Path, _: f64) -> Result<()> {
        anyhow::bail!(WHY)
    }
}

#[cfg(feature = "gui")]
mod with_window {
    use super::*;
    use crate::app::{self, FirstShown, OpenOptions, RecordOptions};
    use crate::cli::show;
    use crate::lab::{self, LabCommand, LabOptions};
    use crate::tick::view::Telemetry;
    use anyhow::Result;
    use bevy::prelude::*;

    /// What the robot of a film is told, from which second on: vx m/s, vy m/s, yaw rate rad/s.
    const FILM: [(f64, [f32; 3]); 4] =
        [(0.0, [0.8, 0.0, 0.0]), (2.5, [0.6, 0.0, 0.8]), (4.5, [0.4, 0.3, 0.0]), (6.5, [0.0, 0.0, 0.0])];
    /// Robots of the lab's window.
    const HERD: usize = 64;
    /// Size of the lab's window.
    const SIZE: [u32; 2] = [1600, 900];

    /// Opens the lab on the first task, everything ready to train.
    pub fn lab(overrides: Overrides) -> Result<()> {
        app::open(idle(show::first("a1_flat", overrides, HERD)?))
    }

    /// Opens the lab and starts a run at once.
    pub fn watch(watched: Watched, overrides: Overrides) -> Result<()> {
        let shown = show::first(&watched.task, overrides, HERD)?;
        let commands = vec![LabCommand::Train { seed: watched.seed }];
        app::open(OpenOptions { commands, lab: watched.lab, ..idle(shown) })
    }

    fn idle(shown: FirstShown) -> OpenOptions {
        OpenOptions {
            shown,
            commands: vec![],
            scene: None,
            lab: LabOptions::default(),
            script: None,
            leave: false,
            virtual_pad: None,
            size: SIZE,
            screenshot: None,
            fine: false,
        }
    }

    /// Plays or films.
    pub fn run(mut a: Args, overrides: Overrides) -> Result<()> {
        a.policy.settle();
        a.hardware.explain();
        if a.run_name.is_some() {
            a.policy.run.load_run = a.run_name.take();
        }
        let shown = show::asked(&a.policy, overrides, a.robots)?;
        let command = a.command.as_deref().map(parse_command).transpose()?;
        let commands = Vec::from_iter(command.map(LabCommand::SetCommand));
        let lab = LabOptions { threads: a.policy.threads, ..LabOptions::default() };
        let options = OpenOptions {
            commands,
            scene: shown.scene,
            lab,
            leave: a.script.is_some(),
            script: a.script,
            virtual_pad: a.virtual_pad,
            size: parse_size(&a.size)?,
            fine: a.fine || a.screenshot.is_some(),
            screenshot: a.screenshot.map(|path| (path, a.after)),
            ..idle(shown.first)
        };
        let Some(path) = a.record else {
            anyhow::ensure!(
                !a.headless || options.script.is_some(),
                "--headless needs --record FILE or --script FILE: without a display nothing can be seen"
            );
            return if a.headless { app::run_headless(options) } else { app::open(options) };
        };
        let length = options.scene.as_ref().map_or(6.0, |scene| scene.length);
        let film = RecordOptions {
            path,
            seconds: a.seconds.unwrap_or(length),
            fps: a.fps,
            width: a.width,
            height: a.height,
        };
        let tells_itself = options.scene.is_none() && command.is_none();
        let summary = record(film, options, tells_itself)?;
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
        let film = RecordOptions { path: path.into(), seconds, fps: 20, ..RecordOptions::default() };
        let title = plan.name.clone();
        record(film, idle(FirstShown { plan, policy, title, robots: 1 }), true).map(|_| ())
    }

    fn record(film: RecordOptions, options: OpenOptions, tells_itself: bool) -> Result<app::RecordSummary> {
        app::record(film, move |app| {
            app::furnish(app, options);
            if tells_itself {
                app.add_systems(FixedPreUpdate, direct);
            }
        })
    }

    fn parse_command(text: &str) -> Result<[f32; 3]> {
        let numbers: Vec<f32> = text.split(',').filter_map(|x| x.trim().parse().ok()).collect();
        let wrong = || anyhow::anyhow!("`{text}` is no command; give VX,VY,YAW_RATE, for example 0.8,0,0");
        numbers.try_into().map_err(|_| wrong())
    }

    /// The director of a film of one robot.
    fn direct(shown: Query<(&Telemetry, &lab::Stage)>, mut commands: MessageWriter<LabCommand>) {
        for (t, _) in shown.iter().filter(|(_, stage)| stage.robots.len() == 1) {
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
