//! Sequences of commands: play them, or write down what is driven.
use crate::app::palette::{COMMAND, DANGER, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use bevy_egui::egui::{Align, Button, Layout, RichText, Ui};
use std::path::Path;

/// The section.
pub(super) fn ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    widgets::section(ui, "Command scripts", "for the marked robot");
    let scripts = &view.lab.scripts;
    if scripts.files.is_empty() {
        widgets::muted(ui, "None yet. Drive the robot and write its commands down: they become a script.");
    }
    for file in &scripts.files {
        let playing = scripts.playing.as_ref().filter(|(path, _)| path == file).map(|(_, seconds)| *seconds);
        row(ui, file, playing, out);
    }
    ui.add_space(4.0);
    noting(ui, scripts.noting_s, out);
}

fn row(ui: &mut Ui, file: &Path, playing: Option<f32>, out: &mut Outbox) {
    ui.horizontal(|ui| {
        let name =
            file.file_stem().map_or_else(|| file.display().to_string(), |n| n.to_string_lossy().into_owned());
        let color = (if playing.is_some() { COMMAND } else { TEXT }).ui();
        ui.label(RichText::new(name).color(color)).on_hover_text(file.display().to_string());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| match playing {
            Some(seconds) => {
                if widgets::button(ui, "Stop", "Follow the script no longer.") {
                    out.send(LabCommand::StopCommands);
                }
                let text = RichText::new(format!("{seconds:.1} s")).font(theme::number_font(12.0));
                ui.label(text.color(MUTED.ui())).on_hover_text("Simulated seconds since the script began.");
            }
            None => {
                if widgets::button(ui, "Play", "Take the marked robot over and let it follow this script.") {
                    out.send(LabCommand::PlayCommands(file.to_owned()));
                }
            }
        });
    });
}

fn noting(ui: &mut Ui, noting_s: Option<f32>, out: &mut Outbox) {
    ui.horizontal(|ui| match noting_s {
        Some(seconds) => {
            if widgets::button(
                ui,
                "Save script",
                "Stop writing down and save a script file in scenes/commands.",
            ) {
                out.send(LabCommand::NoteCommands(false));
            }
            let text = format!("writing down · {seconds:.1} s");
            ui.label(RichText::new(text).size(theme::SMALL).color(DANGER.ui()));
        }
        None => {
            let hover = "Write down every command of the marked robot from now on, to play it back later.";
            if ui.add(Button::new("Write commands down")).on_hover_text(hover).clicked() {
                out.send(LabCommand::NoteCommands(true));
            }
        }
    });
}
