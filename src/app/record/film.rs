//! Recording while the window is open: a second camera looks where the main one looks, onto an image of the asked size,
//! and the clock stops at every frame of the film. A slow machine records slower, never jerkily; a fast one records at
//! the pace of the window. Panels are not in the film: they belong to another camera.
use super::camera::{FilmCamera, spawn_camera};
use super::sink::{QUEUE, Receipts, Sink};
use super::waiting::WaitingPipelines;
use crate::app::window::RecorderState;
use crate::lab::command::RecordSettings;
use crate::lab::model::Severity;
use crate::lab::{Lab, LabCommand};
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use std::time::Duration;

/// Frames drawn before the first one is kept, while shaders load: at least and at most.
const WARM_UP: [u32; 2] = [6, 900];
/// Frames drawn without a missing shader, until it is believed that none is missing.
const READY: u32 = 4;

/// The film that is being made.
#[derive(Resource, Default)]
pub(super) struct Recorder(pub(super) Option<Film>);

/// A film in the making.
pub(super) struct Film {
    settings: RecordSettings,
    camera: Entity,
    image: Handle<Image>,
    sink: Option<Sink>,
    receipts: Option<Receipts>,
    phase: Phase,
    /// Frames whose pixels were asked for.
    asked: u32,
    /// Frames that it gets; unknown until somebody stops it.
    total: Option<u32>,
}

/// What the film waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// Shaders: frames drawn so far, and the last of them without a missing one.
    WarmUp { drawn: u32, ready: u32 },
    /// The next frame; simulated time at which the first one was taken.
    Filming { start: Duration },
    /// The last pixels and the encoder.
    Closing,
}

impl Film {
    /// Simulated time of the next frame, if one is wanted.
    fn next_due(&self) -> Option<Duration> {
        let Phase::Filming { start } = self.phase else { return None };
        Some(start + frame_time(self.asked, self.settings.fps))
    }

    /// Frames that are on their way to the encoder.
    fn in_flight(&self) -> u32 {
        self.asked - self.sink.as_ref().map_or(self.asked, Sink::taken)
    }

    /// How far the clock may go on in a frame of the window that would move it by `wanted`.
    pub(super) fn allow(&self, now: Duration, wanted: Duration) -> Duration {
        match (self.phase, self.next_due()) {
            (Phase::WarmUp { .. }, _) => Duration::ZERO,
            (Phase::Filming { .. }, Some(_)) if self.in_flight() >= QUEUE => Duration::ZERO,
            (_, Some(due)) => wanted.min(due.saturating_sub(now)),
            (Phase::Filming { .. } | Phase::Closing, None) => wanted,
        }
    }

    /// Length so far, simulated seconds.
    fn seconds(&self) -> f32 {
        self.asked.saturating_sub(1) as f32 / self.settings.fps as f32
    }
}

impl Drop for Film {
    /// The window closes while a film is made: what there is becomes a file.
    fn drop(&mut self) {
        drop(self.sink.take());
        if let Some(receipts) = self.receipts.take() {
            // nobody is left to be told about an error
            let _ = receipts.finish();
        }
    }
}

/// Simulated time from the first frame to frame `index`; exact, so that no error adds up.
fn frame_time(index: u32, fps: u32) -> Duration {
    Duration::from_nanos(u64::from(index) * 1_000_000_000 / u64::from(fps.max(1)))
}

/// Starts and stops films.
pub(super) fn obey(
    mut asked: MessageReader<LabCommand>,
    mut commands: Commands,
    mut images: ResMut<Assets<Image>>,
    mut recorder: ResMut<Recorder>,
    mut state: ResMut<RecorderState>,
    mut lab: ResMut<Lab>,
) {
    for command in asked.read() {
        match command {
            LabCommand::StartRecording(_) if recorder.0.is_some() => {
                lab.note(Severity::Warning, "A film is being recorded already: stop it first.");
            }
            LabCommand::StartRecording(settings) => match start(settings, &mut commands, &mut images) {
                Ok(film) => recorder.0 = Some(film),
                Err(error) => {
                    lab.note(Severity::Warning, format!("Nothing is recorded: {error:#}."));
                    state.last = Some(Err(format!("{error:#}")));
                }
            },
            LabCommand::StopRecording => {
                if let Some(film) = &mut recorder.0 {
                    film.total = Some(film.asked);
                    film.phase = Phase::Closing;
                }
            }
            _ => {}
        }
    }
}

fn start(
    settings: &RecordSettings,
    commands: &mut Commands,
    images: &mut Assets<Image>,
) -> anyhow::Result<Film> {
    super::check(settings)?;
    let total = (settings.seconds > 0.0)
        .then(|| (f64::from(settings.seconds) * f64::from(settings.fps)).round().max(1.0) as u32);
    // a film that is stopped early is a film; so no number of frames is demanded
    let (sink, receipts) = Sink::open(&settings.path, settings.fps, None)?;
    let (camera, image) = spawn_camera(commands, images, settings.size);
    let phase = Phase::WarmUp { drawn: 0, ready: 0 };
    let (sink, receipts) = (Some(sink), Some(receipts));
    Ok(Film { settings: settings.clone(), camera, image, sink, receipts, phase, asked: 0, total })
}

/// Asks for the pixels of a frame when it is due.
pub(super) fn take(
    mut commands: Commands,
    mut recorder: ResMut<Recorder>,
    mut cameras: Query<&mut Camera, With<FilmCamera>>,
    waiting: Option<Res<WaitingPipelines>>,
    clock: Res<Time<Virtual>>,
) {
    let Some(film) = &mut recorder.0 else { return };
    if let Phase::WarmUp { drawn, ready } = film.phase {
        let ready = if waiting.is_none_or(|w| w.count() == 0) { ready + 1 } else { 0 };
        let drawn = drawn + 1;
        let is_ready = (drawn >= WARM_UP[0] && ready >= READY) || drawn >= WARM_UP[1];
        film.phase = match is_ready {
            true => Phase::Filming { start: clock.elapsed() },
            false => Phase::WarmUp { drawn, ready },
        };
    }
    let is_due = film.next_due().is_some_and(|due| clock.elapsed() >= due);
    if let Ok(mut camera) = cameras.get_mut(film.camera) {
        camera.is_active = is_due || matches!(film.phase, Phase::WarmUp { .. });
    }
    if is_due {
        let index = film.asked;
        commands.spawn(Screenshot::image(film.image.clone())).observe(
            move |shot: On<ScreenshotCaptured>, mut recorder: ResMut<Recorder>| {
                if let Some(sink) = recorder.0.as_mut().and_then(|f| f.sink.as_mut()) {
                    sink.accept(index, &shot.image);
                }
            },
        );
        film.asked += 1;
        if film.total.is_some_and(|total| film.asked >= total) {
            film.phase = Phase::Closing;
        }
    }
}

/// Ends films whose pixels have all come, and those that went wrong; tells the panel.
pub(super) fn close(
    mut commands: Commands,
    mut recorder: ResMut<Recorder>,
    mut state: ResMut<RecorderState>,
    mut lab: ResMut<Lab>,
) {
    let Some(film) = &mut recorder.0 else {
        if state.recording.is_some() {
            state.recording = None;
        }
        return;
    };
    state.recording = Some((film.settings.path.clone(), film.seconds(), film.asked));
    let is_broken = film.sink.as_ref().is_some_and(|sink| sink.health().is_err());
    let is_complete =
        film.phase == Phase::Closing && film.sink.as_ref().is_none_or(|sink| sink.accepted() >= film.asked);
    if is_broken || is_complete {
        film.sink = None; // closes the channel, so that the encoder finishes
        film.phase = Phase::Closing;
    }
    if film.sink.is_none() && film.receipts.as_ref().is_none_or(Receipts::is_finished) {
        let outcome = film.receipts.take().map_or(Ok(0), Receipts::finish);
        commands.entity(film.camera).despawn();
        let path = film.settings.path.clone();
        recorder.0 = None;
        state.recording = None;
        state.last = Some(match outcome {
            Ok(bytes) => {
                lab.note(Severity::Info, format!("Film saved: {} ({}).", path.display(), megabytes(bytes)));
                Ok((path, bytes))
            }
            Err(error) => {
                let text = format!("The film {} ended: {error:#}", path.display());
                let advice = "Nothing of it is kept; choose another file or make room, then record again.";
                lab.note(Severity::Error, format!("{text}. {advice}"));
                Err(text)
            }
        });
    }
}

/// A size for people.
pub(in crate::app) fn megabytes(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(phase: Phase, asked: u32, fps: u32) -> Film {
        Film {
            settings: RecordSettings { fps, ..RecordSettings::default() },
            camera: Entity::PLACEHOLDER,
            image: Handle::default(),
            sink: None,
            receipts: None,
            phase,
            asked,
            total: None,
        }
    }

    #[test]
    fn frames_are_at_exact_multiples_however_long_the_film() {
        assert_eq!(frame_time(20, 20), Duration::from_secs(1));
        assert_eq!(frame_time(30 * 600, 30), Duration::from_secs(600));
        assert_eq!(frame_time(1, 30), Duration::from_nanos(33_333_333));
        assert_eq!(frame_time(3, 30), Duration::from_millis(100));
    }

    #[test]
    fn the_clock_stops_at_the_next_frame_and_no_earlier() {
        let ms = Duration::from_millis;
        let film = film(Phase::Filming { start: ms(1000) }, 3, 20);
        assert_eq!(film.allow(ms(1100), ms(16)), ms(16), "a fast window draws in between");
        assert_eq!(film.allow(ms(1140), ms(16)), ms(10), "and stops at the frame");
        assert_eq!(film.allow(ms(1100), ms(250)), ms(50), "a slow window loses no frame");
    }

    #[test]
    fn time_stands_until_shaders_are_there_and_runs_freely_at_the_end() {
        let ms = Duration::from_millis;
        assert_eq!(film(Phase::WarmUp { drawn: 3, ready: 1 }, 0, 20).allow(ms(0), ms(16)), ms(0));
        assert_eq!(film(Phase::Closing, 9, 20).allow(ms(5000), ms(16)), ms(16));
    }
}
