//! Films without a window: the view on an image, read back at every frame of *simulated* time, encoded on its own
//! thread. The wall clock has no part in it: a slow renderer gives the same film, only later.
mod frame;
mod gif_writer;
mod palette;
mod sink;
mod stage;

use super::graphics;
use anyhow::Context;
use bevy::prelude::App;
use std::path::PathBuf;
use std::time::Instant;

/// What to film.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordOptions {
    /// A file that ends in `.gif`, or a folder for numbered `.png` files (a path that ends in `.png` or has no ending).
    pub path: PathBuf,
    /// Length in simulated time, s.
    pub seconds: f64,
    /// Frames per simulated second. GIF times are in 10 ms: 20, 25 and 50 are exact.
    pub fps: u32,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self { path: "walk.gif".into(), seconds: 6.0, fps: 25, width: 480, height: 270 }
    }
}

/// What was filmed.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordSummary {
    /// The file, or the folder of frames.
    pub path: PathBuf,
    /// Frames written; none is missing.
    pub frames: u32,
    /// Size of all that was written.
    pub bytes: u64,
    /// Wall time, s.
    pub took_secs: f64,
    /// The graphics adapter that drew.
    pub adapter: String,
}

/// Films what `setup` installs: its simulation, the entity with `Telemetry` and `ShownFrames`, and `ShownRobot`. Works
/// without a display; fails if there is no graphics driver at all.
pub fn record(options: RecordOptions, setup: impl FnOnce(&mut App)) -> anyhow::Result<RecordSummary> {
    let started = Instant::now();
    check(&options)?;
    let adapter = graphics::require()?;
    let frames = (options.seconds * f64::from(options.fps)).round().max(1.0) as u32;
    let sink = sink::Sink::open(&options, frames)?;
    let (mut stage, receipts) = stage::Stage::build(&options, sink, setup);
    for index in 0..frames {
        stage.film(index).with_context(|| format!("frame {index} of {}", options.path.display()))?;
    }
    stage.wait_for_frames(frames)?;
    drop(stage); // closes the channel, so that the encoder finishes
    let bytes = receipts.finish().with_context(|| format!("writing {}", options.path.display()))?;
    let took_secs = started.elapsed().as_secs_f64();
    Ok(RecordSummary { path: options.path, frames, bytes, took_secs, adapter })
}

fn check(options: &RecordOptions) -> anyhow::Result<()> {
    anyhow::ensure!(
        options.seconds > 0.0 && options.seconds <= 600.0,
        "a film of {} s cannot be recorded; take up to 600 s",
        options.seconds
    );
    anyhow::ensure!(
        (5..=100).contains(&options.fps),
        "{} frames per second cannot be recorded; take 5 to 100 (25 is usual)",
        options.fps
    );
    anyhow::ensure!(
        (16..=4096).contains(&options.width) && (16..=4096).contains(&options.height),
        "a film of {} x {} pixels cannot be recorded; take 16 to 4096 each",
        options.width,
        options.height
    );
    sink::format_of(&options.path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo;

    #[test]
    fn impossible_films_are_refused_with_what_is_possible() {
        let refused = |options: RecordOptions| check(&options).unwrap_err().to_string();
        assert!(refused(RecordOptions { fps: 0, ..Default::default() }).contains("5 to 100"));
        assert!(refused(RecordOptions { seconds: -1.0, ..Default::default() }).contains("600"));
        assert!(refused(RecordOptions { width: 1, ..Default::default() }).contains("4096"));
        assert!(refused(RecordOptions { path: "a.mp4".into(), ..Default::default() }).contains(".gif"));
    }

    /// Renders for real; skips where there is no driver.
    #[test]
    fn a_film_shows_a_robot_that_moves() {
        if let Err(why) = graphics::require() {
            println!("skipped: {why}");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let options = RecordOptions {
            path: folder.path().join("frames"),
            seconds: 0.4,
            fps: 10,
            width: 160,
            height: 90,
        };
        let summary = record(options, |app| {
            demo::plugin(0)(app);
            app.world_mut().write_message(crate::lab::LabCommand::SetCommand([1.0, 0.0, 0.0]));
        })
        .unwrap();
        assert_eq!(summary.frames, 4);
        let frames: Vec<_> = (0..4)
            .map(|i| image::open(folder.path().join(format!("frames/frame_{i:04}.png"))).unwrap().to_rgb8())
            .collect();
        let brightest = |image: &image::RgbImage| image.pixels().map(|p| p.0[1]).max().unwrap();
        assert!(brightest(&frames[3]) > 120, "the robot is light: {}", brightest(&frames[3]));
        assert_ne!(frames[1], frames[3], "the robot moves");
    }
}
