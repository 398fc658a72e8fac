//! Films: the view on an image, read back at every frame of *simulated* time, encoded on its own thread. The wall
//! clock has no part in it: a slow renderer gives the same film, only later. [`record`] needs no window; [`plugin`]
//! records in one.
mod camera;
mod clock;
mod encode;
mod film;
mod frame;
mod gif_writer;
mod palette;
mod sink;
mod stage;
mod waiting;

pub(super) use camera::FilmCamera;
pub(super) use film::megabytes;

use super::graphics;
use super::verdict::Verdict;
use super::view::camera::{CameraPath, CameraSystems};
use super::window::RecorderState;
use crate::lab::LabSystems;
use crate::lab::command::RecordSettings;
use anyhow::Context;
use bevy::camera::CameraUpdateSystems;
use bevy::prelude::*;
use bevy::time::TimeSystems;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Records in a window, when asked by command.
pub(super) fn plugin(app: &mut App) {
    app.add_plugins(waiting::plugin)
        .init_resource::<film::Recorder>()
        .init_resource::<clock::Before>()
        .insert_resource(RecorderState {
            has_mp4: encode::mp4_encoder().is_some(),
            ..RecorderState::default()
        })
        .add_systems(First, (clock::remember.before(TimeSystems), clock::limit.after(TimeSystems)))
        .add_systems(Update, film::obey.before(LabSystems::Draw))
        .add_systems(
            PostUpdate,
            (camera::follow, film::take, film::close)
                .chain()
                .after(CameraSystems)
                .before(CameraUpdateSystems)
                .before(TransformSystems::Propagate),
        )
        .add_systems(Update, count_keys);
}

/// Tells the panel how many views the camera path has.
fn count_keys(path: Option<Res<CameraPath>>, mut state: ResMut<RecorderState>) {
    let keys = path.map_or(0, |path| path.keys.len());
    if state.camera_keys != keys {
        state.camera_keys = keys;
    }
}

/// What to film.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordOptions {
    /// A file that ends in `.gif` or, with ffmpeg, `.mp4`, or a folder for numbered `.png` files (a path that ends in
    /// `.png` or has no ending).
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
    anyhow::ensure!(
        options.seconds > 0.0,
        "a film of {} s cannot be recorded; take up to 600 s",
        options.seconds
    );
    check(&RecordSettings {
        path: options.path.clone(),
        fps: options.fps,
        size: [options.width, options.height],
        seconds: options.seconds as f32,
    })?;
    let adapter = graphics::require()?;
    let frames = (options.seconds * f64::from(options.fps)).round().max(1.0) as u32;
    let sink = sink::Sink::open(&options.path, options.fps, Some(frames))?;
    let (sink, receipts) = sink;
    let mut stage = stage::Stage::open([options.width, options.height], |app| {
        app.insert_resource(sink);
        setup(app);
    });
    stage.run_at(std::time::Duration::from_secs_f64(1.0 / f64::from(options.fps)));
    for index in 0..frames {
        stage.film(index).with_context(|| format!("frame {index} of {}", options.path.display()))?;
    }
    stage.wait_for_frames(frames)?;
    drop(stage); // closes the channel, so that the encoder finishes
    let bytes = receipts.finish().with_context(|| format!("writing {}", options.path.display()))?;
    let took_secs = started.elapsed().as_secs_f64();
    Ok(RecordSummary { path: options.path, frames, bytes, took_secs, adapter })
}

/// Runs an app that draws onto an image, at the pace of the wall clock, until it wants to end. `before` is called ahead
/// of the lab's plugins and `setup` after them; what that gives judges the end.
pub(super) fn run_undisplayed(
    size: [u32; 2],
    before: impl FnOnce(&mut App),
    setup: impl FnOnce(&mut App) -> Verdict,
) -> anyhow::Result<()> {
    let mut verdict = Verdict::default();
    let mut stage = stage::Stage::open_after(size, before, |app| verdict = setup(app));
    stage.run_by_wall_clock();
    loop {
        stage.update();
        if let Some(exit) = stage.wants_to_end() {
            return verdict.verdict(exit);
        }
    }
}

/// Refuses what cannot be recorded and says what can.
fn check(settings: &RecordSettings) -> anyhow::Result<()> {
    let RecordSettings { path, fps, size: [width, height], seconds } = settings;
    anyhow::ensure!(
        (0.0..=600.0).contains(seconds),
        "a film of {seconds} s cannot be recorded; take up to 600 s"
    );
    anyhow::ensure!(
        (5..=100).contains(fps),
        "{fps} frames per second cannot be recorded; take 5 to 100 (20 is usual)"
    );
    anyhow::ensure!(
        (16..=4096).contains(width) && (16..=4096).contains(height),
        "a film of {width} x {height} pixels cannot be recorded; take 16 to 4096 each"
    );
    check_path(path)
}

/// Whether a film can be written under this name.
pub(super) fn check_path(path: &Path) -> anyhow::Result<()> {
    encode::format_of(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::demo;
    use crate::lab::LabCommand;

    #[test]
    fn impossible_films_are_refused_with_what_is_possible() {
        let refused = |settings: RecordSettings| check(&settings).unwrap_err().to_string();
        assert!(refused(RecordSettings { fps: 0, ..Default::default() }).contains("5 to 100"));
        assert!(refused(RecordSettings { seconds: -1.0, ..Default::default() }).contains("600"));
        assert!(refused(RecordSettings { seconds: f32::NAN, ..Default::default() }).contains("600"));
        assert!(refused(RecordSettings { size: [1, 90], ..Default::default() }).contains("4096"));
        assert!(refused(RecordSettings { path: "a.avi".into(), ..Default::default() }).contains(".gif"));
        assert!(check(&RecordSettings::default()).is_ok());
    }

    fn frame(folder: &Path, index: u32) -> image::RgbImage {
        image::open(folder.join(format!("frame_{index:04}.png"))).unwrap().to_rgb8()
    }

    fn brightest(image: &image::RgbImage) -> u8 {
        image.pixels().map(|p| p.0[1]).max().unwrap()
    }

    /// Renders for real; skips where there is no driver.
    #[test]
    fn a_film_on_command_has_every_frame_and_a_broken_one_ends_with_a_note() {
        if let Err(why) = graphics::require() {
            println!("skipped: {why}");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames");
        let mut stage = stage::Stage::open([64, 36], |app| {
            demo::plugin(0)(app);
            app.add_plugins(plugin);
            app.world_mut().write_message(LabCommand::SetCommand([1.0, 0.0, 0.0]));
        });
        // a window that draws faster than the film, and not in step with it
        stage.run_at(std::time::Duration::from_millis(33));
        let settings = RecordSettings { path: path.clone(), fps: 10, size: [160, 90], seconds: 0.4 };
        let film = |stage: &mut stage::Stage, settings: &RecordSettings| {
            stage.world().resource_mut::<RecorderState>().last = None;
            stage.world().write_message(LabCommand::StartRecording(settings.clone()));
            for _ in 0..2000 {
                stage.update();
                if let Some(last) = &stage.world().resource::<RecorderState>().last {
                    return last.clone();
                }
            }
            panic!("the film does not end");
        };
        assert_eq!(film(&mut stage, &settings).unwrap().0, path);
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 4, "frames of 0.4 s at 10 per second");
        assert!(brightest(&frame(&path, 3)) > 120, "the robot is light: {}", brightest(&frame(&path, 3)));
        assert_ne!(frame(&path, 1), frame(&path, 3), "the robot moves");
        assert_eq!(stage.world().query::<&FilmCamera>().iter(stage.world()).count(), 0);

        let blocked = RecordSettings { path: path.join("frame_0000.png/walk.gif"), ..settings };
        assert!(film(&mut stage, &blocked).unwrap_err().contains("making"));
        let lab = stage.world().resource::<crate::lab::Lab>();
        let last = lab.notes.last().unwrap();
        assert!(last.text.starts_with("Nothing is recorded"), "{}", last.text);
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
        let frames: Vec<_> = (0..4).map(|i| frame(&folder.path().join("frames"), i)).collect();
        assert!(brightest(&frames[3]) > 120, "the robot is light: {}", brightest(&frames[3]));
        assert_ne!(frames[1], frames[3], "the robot moves");
    }
}
