//! The top bar: what is played, the clock, the status. The only place for actions on the whole simulation.
use super::widgets::{button, muted, pill, toggle};
use super::{Outbox, PlayView, theme};
use crate::app::palette::{DANGER, GOOD, MEASURED, TEXT};
use crate::lab::LabCommand;
use crate::lab::clock::SPEED_RANGE;
use crate::lab::command::Zone;
use bevy_egui::egui::{Align, Layout, RichText, Slider, Ui};

/// Contents of the bar.
pub(super) fn top_ui(ui: &mut Ui, view: &PlayView, out: &mut Outbox) {
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new("gaitlab").size(15.5).color(TEXT.ui()).strong());
        ui.add_space(4.0);
        muted(ui, view.title).on_hover_text("The task and policy that drive this robot.");
        ui.add_space(12.0);
        clock_ui(ui, view, out);
        ui.add_space(8.0);
        robot_ui(ui, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| window_buttons_ui(ui, view, out));
    });
}

fn clock_ui(ui: &mut Ui, view: &PlayView, out: &mut Outbox) {
    let (text, hover) = if view.is_paused {
        ("▶ Play", "Lets simulated time go on. Key: Space.")
    } else {
        ("⏸ Pause", "Stops simulated time; nothing is lost. Key: Space.")
    };
    if button(ui, text, hover) {
        out.lab.push(LabCommand::Pause(!view.is_paused));
    }
    if button(ui, "⏭ Step", "Pauses and runs exactly one control tick of 20 ms. Key: full stop.") {
        out.lab.push(LabCommand::SingleStep);
    }
    let mut speed = view.speed;
    ui.spacing_mut().slider_width = 84.0;
    let slider = Slider::new(&mut speed, SPEED_RANGE[0]..=SPEED_RANGE[1])
        .logarithmic(true)
        .fixed_decimals(1)
        .suffix("×");
    if ui.add(slider).on_hover_text("Simulated seconds per second of your time, 0.1 to 4.").changed() {
        out.lab.push(LabCommand::SetSpeed(speed));
    }
}

fn robot_ui(ui: &mut Ui, out: &mut Outbox) {
    if button(ui, "⟲ Reset", "Puts the robot back on its feet at the start. Key: R.") {
        out.lab.push(LabCommand::Reset);
    }
    if button(ui, "Push", "Changes the robot's velocity by 0.8 m/s at once, away from you. Key: P.") {
        out.lab.push(LabCommand::PushAway);
    }
}

/// From right to left.
fn window_buttons_ui(ui: &mut Ui, view: &PlayView, out: &mut Outbox) {
    if toggle(ui, "?", view.shown.help, "Lists all keys. Key: H.") {
        out.lab.push(LabCommand::ToggleHelp);
    }
    if toggle(ui, "Plots", view.shown.side, "Folds or opens the panel at the right. Key: F2.") {
        out.lab.push(LabCommand::ToggleZone(Zone::Right));
    }
    if toggle(ui, "Follow", view.follows, "The camera goes with the robot, or stays where it is. Key: F.") {
        out.lab.push(LabCommand::ToggleFollow);
    }
    ui.add_space(4.0);
    status_ui(ui, view);
}

fn status_ui(ui: &mut Ui, view: &PlayView) {
    let (dot, state) = if view.is_paused { (MEASURED, "paused") } else { (GOOD, "walking") };
    let dot = if view.now.falls > 0 && !view.is_paused { DANGER } else { dot };
    let falls = match view.now.falls {
        0 => "no fall".to_owned(),
        1 => "1 fall".to_owned(),
        n => format!("{n} falls"),
    };
    let text = format!("{state} · {:6.1} s · {falls}", view.now.time_s);
    pill(
        ui,
        dot,
        &text,
        "What the simulation does, simulated time since the start, and how often the robot fell.",
    );
    let decimals = usize::from(view.rates.frames < 9.5);
    let rates = format!("{:4.decimals$} fps · {:3.0} Hz", view.rates.frames, view.rates.ticks);
    let label = RichText::new(rates).font(theme::number_font(theme::SMALL)).weak();
    ui.label(label).on_hover_text(
        "Frames drawn and control ticks run per second of your time; 50 Hz is real time at speed 1.",
    );
}
