//! Everything of the window that is not the robot. Panels read a [`PlayView`] and say what a person wants through an
//! [`Outbox`]; they keep nothing and may run twice per frame.
mod bottom;
mod drive_pad;
mod gait;
mod help;
mod joints;
mod lab_view;
mod left;
mod overlay;
mod rates;
mod right;
mod system;
#[cfg(test)]
pub(in crate::app) mod testing;
mod theme;
mod top;
mod tracking;
mod widgets;

pub(super) use system::plugin;

use super::history::History;
use super::input::drive::{Axes, Drive};
use crate::lab::LabCommand;
use crate::robot::RobotSpec;
use crate::tick::view::Telemetry;
use bevy::prelude::Resource;

/// What is played: task and policy.
#[derive(Resource, Clone, Debug)]
pub(super) struct Title(pub String);

/// What the window shows or hides.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub side: bool,
    pub help: bool,
}

impl Default for Shown {
    fn default() -> Self {
        Self { side: true, help: false }
    }
}

/// Everything panels may read.
struct PlayView<'a> {
    title: &'a str,
    robot: Option<&'a RobotSpec>,
    now: &'a Telemetry,
    history: &'a History,
    drive: &'a Drive,
    shown: Shown,
    follows: bool,
    is_paused: bool,
    speed: f32,
    rates: rates::Rates,
}

/// What a person asked for.
#[derive(Default, Debug, PartialEq)]
struct Outbox {
    lab: Vec<LabCommand>,
    /// Where the knob of the drive pad is held.
    pad: Option<Axes>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use bevy_egui::egui;

    fn telemetry() -> Telemetry {
        Telemetry {
            tick: 500,
            time_s: 10.0,
            command: [0.8, 0.0, 0.2],
            measured: [0.77, 0.02, 0.18],
            joint_pos: vec![0.1; 12],
            joint_vel: vec![0.0; 12],
            joint_torque: vec![5.0; 12],
            foot_force: vec![60.0, 0.0, 0.0, 58.0],
            reward: 0.03,
            falls: 1,
            ..Telemetry::default()
        }
    }

    /// Draws the whole window once without a graphics card and returns all texts.
    fn texts(shown: Shown, is_paused: bool) -> String {
        let (now, mut history) = (telemetry(), History::default());
        for tick in 0..500 {
            history.push(&Telemetry { time_s: f64::from(tick) * 0.02, ..now.clone() });
        }
        let (robot, drive) = (crate::app::demo::robot(), Drive::default());
        let view = PlayView {
            title: "a1_flat",
            robot: Some(&robot),
            now: &now,
            history: &history,
            drive: &drive,
            shown,
            follows: true,
            is_paused,
            speed: 1.0,
            rates: rates::Rates { frames: 60.0, ticks: 50.0 },
        };
        let context = egui::Context::default();
        theme::apply(&context, crate::lab::command::Theme::Dark);
        let size = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(1280.0, 720.0));
        let mut text = String::new();
        for _ in 0..3 {
            let input = egui::RawInput { screen_rect: Some(size), ..Default::default() };
            let output = context.run_ui(input, |ui| {
                let mut out = Outbox::default();
                system::window_ui(ui, &view, &mut out);
                assert_eq!(out, Outbox::default(), "nobody touched anything");
            });
            text = output.shapes.iter().map(|s| text_of(&s.shape)).collect();
        }
        text
    }

    fn text_of(shape: &egui::Shape) -> String {
        match shape {
            egui::Shape::Text(text) => text.galley.text().to_owned() + "\n",
            egui::Shape::Vec(shapes) => shapes.iter().map(text_of).collect(),
            _ => String::new(),
        }
    }

    #[test]
    fn the_window_shows_commands_and_measurements_with_units() {
        let text = texts(Shown::default(), false);
        for expected in ["a1_flat", "0.80", "0.77", "m/s", "rad/s", "FL", "thigh", "N·m", "50 Hz", "1 fall"]
        {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
        assert!(text.contains("Pause") && !text.contains("walk forward"));
    }

    #[test]
    fn pausing_offers_to_go_on_and_help_lists_every_key() {
        let text = texts(Shown { side: false, help: true }, true);
        assert!(text.contains("Play") && text.contains("paused"), "{text}");
        for binding in crate::app::input::keys::KEYS {
            assert!(text.contains(binding.help), "{} is missing", binding.help);
        }
    }
}
