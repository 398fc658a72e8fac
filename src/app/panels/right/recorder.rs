//! Films, pictures and the camera path.
use super::fields::{choice_row, number_row, outcome, row, text_row};
use crate::app::palette::{DANGER, MUTED};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::widgets::{button, muted, number, section};
use crate::app::record::megabytes;
use crate::lab::LabCommand;
use crate::lab::command::{CameraMode, RecordSettings};
use bevy_egui::egui::{Button, ProgressBar, RichText, Ui};
use std::path::PathBuf;

/// Sizes of films.
const SIZES: [[u32; 2]; 5] = [[480, 270], [640, 360], [960, 540], [1280, 720], [1920, 1080]];
/// Frames per simulated second.
const RATES: [u32; 5] = [20, 25, 30, 50, 60];
/// Kinds of films: their names and the endings of their files.
const KINDS: [(&str, &str); 3] = [("GIF", "gif"), ("MP4", "mp4"), ("PNG pictures", "")];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    section(ui, "Film", "without panels");
    let settings =
        ui.add_enabled_ui(view.recorder.recording.is_none(), |ui| film_form(ui, view, memory)).inner;
    ui.add_space(4.0);
    match &view.recorder.recording {
        Some((path, seconds, frames)) => running(ui, &settings, (path, *seconds, *frames), out),
        None => start(ui, view, settings, out),
    }
    ui.add_space(12.0);
    path_ui(ui, view, out);
    ui.add_space(12.0);
    picture_ui(ui, memory, out);
}

fn film_form(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory) -> RecordSettings {
    let name = text_row(
        ui,
        memory,
        ("film/file", "walk"),
        "File",
        "Name of the film, with or without a folder. An older film of this name is replaced.",
    );
    let kinds: &[&str] = &KINDS.map(|(kind, _)| kind);
    let mp4 = match view.recorder.has_mp4 {
        true => "MP4 is smaller and better for long films.",
        false => "MP4 needs the program ffmpeg, which is not installed.",
    };
    let hover = format!("GIF opens everywhere. {mp4} PNG pictures: a folder with one file per frame.");
    let kind = choice_row(ui, memory, ("film/kind", 0), "Kind", &hover, kinds);
    let sizes = SIZES.map(|[w, h]| format!("{w} × {h} pixels"));
    let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
    let size =
        choice_row(ui, memory, ("film/size", 0), "Size", "Width and height of the film, pixels.", &sizes);
    let rates = RATES.map(|r| format!("{r} per second"));
    let rates: Vec<&str> = rates.iter().map(String::as_str).collect();
    let hover = "Frames per second of simulated time; none is left out, however slowly this machine draws. GIF shows \
                 20, 25 and 50 exactly.";
    let rate = choice_row(ui, memory, ("film/rate", 0), "Frames", hover, &rates);
    let hover = "Simulated seconds after which the film ends by itself; 0: when you stop it.";
    let seconds = number_row(ui, memory, ("film/seconds", 6.0), "Length", hover, 0.0..=600.0, (" s", 1));
    RecordSettings {
        path: with_ending(&name, KINDS[kind].1),
        fps: RATES[rate],
        size: SIZES[size],
        seconds: seconds as f32,
    }
}

/// The file's name with the ending of its kind.
fn with_ending(name: &str, ending: &str) -> PathBuf {
    let name = name.trim();
    let stem = ["gif", "mp4", "png"].iter().find_map(|e| name.strip_suffix(&format!(".{e}"))).unwrap_or(name);
    let stem = if stem.is_empty() { "walk" } else { stem };
    PathBuf::from(if ending.is_empty() { stem.to_owned() } else { format!("{stem}.{ending}") })
}

fn start(ui: &mut Ui, view: &LabView<'_>, settings: RecordSettings, out: &mut Outbox) {
    let is_mp4 = settings.path.extension().is_some_and(|e| e == "mp4");
    let is_possible = view.recorder.has_mp4 || !is_mp4;
    let path = settings.path.display().to_string();
    row(ui, "", "", |ui| {
        let label = RichText::new("⏺ Record").color(DANGER.ui());
        let hover = format!("Films what the view shows, without panels, into {path}.");
        let advice = "MP4 needs the program ffmpeg: install it (Debian and Ubuntu: apt install ffmpeg) and open the \
                      window again, or take GIF.";
        let response = ui.add_enabled(is_possible, Button::new(label));
        if response.on_hover_text(hover).on_disabled_hover_text(advice).clicked() {
            out.send(LabCommand::StartRecording(settings));
        }
    });
    match &view.recorder.last {
        Some(Ok((path, bytes))) => {
            outcome(ui, &format!("Saved: {}, {}", path.display(), megabytes(*bytes)), true);
        }
        Some(Err(why)) => outcome(ui, why, false),
        None => {}
    }
}

fn running(
    ui: &mut Ui,
    settings: &RecordSettings,
    (path, seconds, frames): (&PathBuf, f32, u32),
    out: &mut Outbox,
) {
    row(ui, "", "", |ui| {
        let hover = "Ends the film and saves what there is.";
        if ui.add(Button::new(RichText::new("⏹ Stop").color(DANGER.ui()))).on_hover_text(hover).clicked() {
            out.send(LabCommand::StopRecording);
        }
        number(ui, format!("{seconds:6.2} s · {frames:4} frames"), DANGER)
            .on_hover_text("Simulated time in the film so far, and its frames.");
    });
    if settings.seconds > 0.0 && *path == settings.path {
        let share = (seconds / settings.seconds).clamp(0.0, 1.0);
        ui.add(ProgressBar::new(share).desired_height(4.0))
            .on_hover_text("Share of the film that is recorded.");
    }
    muted(ui, path.display().to_string())
        .on_hover_text("The film grows beside this file and gets its name at the end.");
}

fn path_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let keys = view.recorder.camera_keys;
    let remark = match keys {
        0 => "no view".to_owned(),
        1 => "1 view".to_owned(),
        n => format!("{n} views"),
    };
    section(ui, "Camera path", &remark);
    ui.horizontal_wrapped(|ui| {
        if button(ui, "Add this view", "Keeps where the camera is now; two seconds lie between two views.") {
            out.send(LabCommand::AddCameraKey);
        }
        let is_on = view.window.camera == CameraMode::Path;
        let (text, mode, hover) = match is_on {
            true => ("Leave the path", CameraMode::Orbit, "Gives the camera back to you."),
            false => (
                "Play the path",
                CameraMode::Path,
                "Moves the camera smoothly through all views; films follow it.",
            ),
        };
        let play = ui.add_enabled(is_on || keys >= 2, Button::new(text)).on_hover_text(hover);
        if play.on_disabled_hover_text("A path needs at least two views: add some.").clicked() {
            out.send(LabCommand::SetCamera(mode));
        }
        let clear =
            ui.add_enabled(keys > 0, Button::new("Clear")).on_hover_text("Forgets all views of the path.");
        if clear.clicked() {
            out.send(LabCommand::ClearCameraPath);
        }
    });
}

fn picture_ui(ui: &mut Ui, memory: &mut Memory, out: &mut Outbox) {
    section(ui, "Picture", "with panels");
    let hover = "Name of the picture, a .png file. An older one of this name is replaced.";
    let name = text_row(ui, memory, ("picture/file", "window.png"), "File", hover);
    row(ui, "", "", |ui| {
        if button(ui, "Save a picture", "Saves the whole window as it is now.") {
            let name = if name.trim().is_empty() { "window.png" } else { name.trim() };
            let path = PathBuf::from(name);
            let path = if path.extension().is_none() { path.with_extension("png") } else { path };
            out.send(LabCommand::Screenshot(path));
        }
        ui.label(RichText::new("").color(MUTED.ui()));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, Sample};

    fn desk() -> Desk {
        Desk::new(ui, [340.0, 620.0])
    }

    #[test]
    fn recording_starts_with_what_the_form_says_and_stops() {
        let mut desk = desk();
        let asked = desk.click("Record");
        assert_eq!(asked, [LabCommand::StartRecording(RecordSettings::default())]);
        desk.picture("recorder.png");
        desk.memory.texts.insert("film/file".into(), "films/trot.gif".into());
        desk.memory.texts.insert("film/kind".into(), "PNG pictures".into());
        desk.memory.texts.insert("film/seconds".into(), "12.5".into());
        let LabCommand::StartRecording(settings) = desk.click("Record").remove(0) else { panic!("no film") };
        assert_eq!((settings.path, settings.seconds), (PathBuf::from("films/trot"), 12.5));

        desk.sample.recorder.recording = Some(("films/trot".into(), 1.25, 26));
        let text = desk.text();
        assert!(
            text.contains("1.25 s") && text.contains("26 frames") && !text.contains("Record\n"),
            "{text}"
        );
        desk.picture("recorder_running.png");
        assert_eq!(desk.click("Stop"), [LabCommand::StopRecording]);
    }

    #[test]
    fn an_mp4_without_its_encoder_cannot_be_started_and_says_what_to_install() {
        let mut desk = desk();
        desk.memory.texts.insert("film/kind".into(), "MP4".into());
        assert!(desk.click("Record").is_empty());
        assert!(desk.hover("Record").contains("apt install ffmpeg"));
        desk.sample.recorder.has_mp4 = true;
        let LabCommand::StartRecording(settings) = desk.click("Record").remove(0) else { panic!("no film") };
        assert_eq!(settings.path, PathBuf::from("walk.mp4"));
    }

    #[test]
    fn the_last_film_and_what_went_wrong_are_shown() {
        let mut sample = Sample::new();
        sample.recorder.last = Some(Ok(("walk.gif".into(), 1_530_000)));
        let mut desk = Desk::with(ui, [340.0, 620.0], sample);
        assert!(desk.text().contains("Saved: walk.gif, 1.53 MB"));
        desk.sample.recorder.last = Some(Err("The film walk.gif ended: no space left".into()));
        assert!(desk.text().contains("no space left"));
    }

    #[test]
    fn a_path_is_played_from_two_views_on() {
        let mut desk = desk();
        assert!(desk.text().contains("no view"));
        assert!(desk.click("Play the path").is_empty() && desk.click("Clear").is_empty());
        assert_eq!(desk.click("Add this view"), [LabCommand::AddCameraKey]);
        desk.sample.recorder.camera_keys = 3;
        assert_eq!(desk.click("Play the path"), [LabCommand::SetCamera(CameraMode::Path)]);
        assert_eq!(desk.click("Clear"), [LabCommand::ClearCameraPath]);
        desk.sample.window.camera = CameraMode::Path;
        assert_eq!(desk.click("Leave the path"), [LabCommand::SetCamera(CameraMode::Orbit)]);
    }

    #[test]
    fn pictures_get_a_name_and_everything_says_what_it_is() {
        let mut desk = desk();
        assert_eq!(desk.click("Save a picture"), [LabCommand::Screenshot("window.png".into())]);
        for (words, sentence) in
            [("Length", "simulated"), ("Frames", "second"), ("Size", "pixels"), ("Kind", "GIF")]
        {
            let text = desk.hover(words).to_lowercase();
            assert!(text.contains(&sentence.to_lowercase()), "{words}: {text}");
        }
    }

    #[test]
    fn the_ending_follows_the_kind() {
        assert_eq!(with_ending("a/walk.gif", "mp4"), PathBuf::from("a/walk.mp4"));
        assert_eq!(with_ending(" v1.2 ", "gif"), PathBuf::from("v1.2.gif"));
        assert_eq!(with_ending("", "gif"), PathBuf::from("walk.gif"));
    }
}
