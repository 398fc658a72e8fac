//! The clock of what is shown. Training never waits for it.
use super::{bar_size, word_width};
use crate::app::palette::{MEASURED, TEXT};
use crate::app::panels::icons::{Icon, icon_button};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::widgets::muted;
use crate::lab::LabCommand;
use crate::lab::clock::SPEED_RANGE;
use bevy_egui::egui::{Button, Popup, PopupCloseBehavior, RichText, Slider, Ui};

/// Speeds that one click gives, simulated seconds per second.
const SPEEDS: [f32; 5] = [0.1, 0.25, 0.5, 1.0, 2.0];

/// From right to left: speed, and where there is room step and pause.
pub(super) fn clock_ui(ui: &mut Ui, view: &LabView<'_>, roomy: bool, out: &mut Outbox) {
    let text = if view.is_paused { "stopped".to_owned() } else { speed_text(view.speed) };
    let ink = if view.is_paused { MEASURED } else { TEXT };
    let width = word_width(ui, "stopped") + 20.0;
    let button =
        ui.add_sized(bar_size(width), Button::new(RichText::new(text).color(ink.ui()))).on_hover_text(
            "The clock of the robots that you see: stop, single step, speed. Training never waits for it.",
        );
    Popup::menu(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| menu_ui(ui, view, out));
    if roomy {
        if icon_button(ui, Icon::Step, "", STEP).clicked() {
            out.send(LabCommand::SingleStep);
        }
        let (icon, _, hover) = pause(view);
        if icon_button(ui, icon, "", hover).clicked() {
            out.send(LabCommand::Pause(!view.is_paused));
        }
    }
}

const STEP: &str = "Stops the clock of what is shown and runs one control tick of 20 ms. Key: full stop.";

fn pause(view: &LabView<'_>) -> (Icon, &'static str, &'static str) {
    if view.is_paused {
        (Icon::Play, "Let it run", "Lets the clock of what is shown run again. Key: Space.")
    } else {
        (Icon::Pause, "Stop the clock", "Stops the clock of what is shown; training goes on. Key: Space.")
    }
}

fn menu_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    ui.set_width(230.0);
    ui.horizontal(|ui| {
        let (_, word, hover) = pause(view);
        if ui.button(word).on_hover_text(hover).clicked() {
            out.send(LabCommand::Pause(!view.is_paused));
        }
        if ui.button("Step 20 ms").on_hover_text(STEP).clicked() {
            out.send(LabCommand::SingleStep);
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.spacing_mut().button_padding.x = 6.0;
        for speed in SPEEDS.into_iter().chain([SPEED_RANGE[1]]) {
            let is_on = (view.speed - speed).abs() < 0.01;
            let word = if speed == SPEED_RANGE[1] { "most".to_owned() } else { format!("{speed}×") };
            let hover = format!("{speed} simulated seconds per second of your time.");
            if ui.add(Button::new(word).selected(is_on)).on_hover_text(hover).clicked() {
                out.send(LabCommand::SetSpeed(speed));
            }
        }
    });
    let mut speed = view.speed;
    ui.spacing_mut().slider_width = 150.0;
    let slider = Slider::new(&mut speed, SPEED_RANGE[0]..=SPEED_RANGE[1]).logarithmic(true).suffix("×");
    let hover = "Simulated seconds per second of your time.";
    if ui.add(slider.fixed_decimals(1)).on_hover_text(hover).changed() {
        out.send(LabCommand::SetSpeed(speed));
    }
    let rates = view.rates;
    let text = format!("{:.0} pictures per s · {:.0} control ticks per s", rates.frames, rates.ticks);
    muted(ui, text).on_hover_text("Per second of your time; 50 control ticks per second are real time.");
}

fn speed_text(speed: f32) -> String {
    if speed < 0.995 { format!("{speed:.2}×") } else { format!("{speed:.1}×") }
}
