//! Which environments are shown, and the joints of the marked one.
mod joints;

use crate::app::palette::{MEASURED, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::app::panels::widgets::muted;
use crate::lab::LabCommand;
use crate::lab::command::ShowOrder;
use crate::lab::model::{MOST_SHOWN, Show};
use bevy_egui::egui::{Align, Button, Layout, RichText, Slider, Ui, vec2};

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    shown_ui(ui, view, out);
    ui.add_space(8.0);
    marked_ui(ui, view, out);
    ui.add_space(4.0);
    joints::joints_ui(ui, view);
}

const ORDERS: [(ShowOrder, &str, &str); 4] = [
    (ShowOrder::Best, "Best", "The environments with the highest reward in their last episode."),
    (ShowOrder::Worst, "Worst", "The environments with the lowest reward in their last episode."),
    (ShowOrder::Random, "Random", "Environments drawn at random."),
    (ShowOrder::Level, "By level", "The environments on the hardest ground first."),
];

fn shown_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let show = view.lab.show;
    let mut ask = |show: Show| {
        out.send(LabCommand::ShowRobots { count: show.count, order: show.order });
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.spacing_mut().button_padding.x = 4.0;
        let width = (ui.available_width() - 15.0) / 4.0;
        for (order, name, hover) in ORDERS {
            let text = RichText::new(name).size(theme::SMALL + 0.5);
            let button = Button::new(text).selected(show.order == order).min_size(vec2(width, 26.0));
            if ui.add(button).on_hover_text(hover).clicked() {
                ask(Show { order, ..show });
            }
        }
    });
    ui.horizontal(|ui| {
        muted(ui, "count");
        let mut count = show.count;
        ui.spacing_mut().slider_width = (ui.available_width() - 62.0).max(60.0);
        let slider = Slider::new(&mut count, 1..=MOST_SHOWN).logarithmic(true);
        if ui.add(slider).on_hover_text("How many robots are shown, 1 to 256.").changed() {
            ask(Show { count, ..show });
        }
    });
    let mut explore = show.explore;
    let hover =
        "On: robots try things out as they do while learning. Off: they do what the policy thinks best.";
    if ui.checkbox(&mut explore, "explore as in learning").on_hover_text(hover).changed() {
        out.send(LabCommand::ShowExploration(explore));
    }
}

fn marked_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let driven = view.picked.driven || view.now.driven;
    let robot = view.stages[view.picked.stage.min(1)].and_then(|stage| stage.robots.get(view.picked.robot));
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("Robot {}", view.picked.robot)).size(theme::TITLE).color(TEXT.ui()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (text, color) = match robot {
                _ if driven => ("driven by you".to_owned(), MEASURED),
                Some(robot) => (format!("environment {}, level {}", robot.env, robot.level), MUTED),
                None => ("none is shown".to_owned(), MUTED),
            };
            ui.label(RichText::new(text).size(theme::SMALL).color(color.ui())).on_hover_text(
                "Number of the environment in its run, and the level of its ground (0 is the easiest).",
            );
        });
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.spacing_mut().button_padding.x = 4.0;
        let width = (ui.available_width() - 15.0) / 4.0;
        let mut button = |name: &str, hover: &str, command: LabCommand| {
            let button =
                Button::new(RichText::new(name).size(theme::SMALL + 0.5)).min_size(vec2(width, 26.0));
            if ui.add(button).on_hover_text(hover).clicked() {
                out.send(command);
            }
        };
        if driven {
            button("Give back", "The policy's own commands again. Key: T or Esc.", LabCommand::GiveBack);
        } else {
            let hover = "Drive this robot; what it does is left out of learning. Key: T, or just W, A, S, D.";
            button("Take over", hover, LabCommand::TakeOver);
        }
        button("Reset", "Back on its feet at its start. Key: R.", LabCommand::Reset);
        button("Push", "A push of 0.8 m/s away from you. Key: P.", LabCommand::PushAway);
        button("Next", "Marks the next robot. Key: N.", LabCommand::NextRobot);
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, Sample};

    fn desk() -> Desk {
        Desk::new(ui, [252.0, 560.0])
    }

    #[test]
    fn the_marked_robot_and_its_joints_have_units() {
        let text = desk().text();
        let expected =
            ["Robot 17", "environment 137, level 1", "FL hip", "RR calf", "rad", "rad/s", "N·m", "count"];
        for expected in expected {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
    }

    #[test]
    fn which_robots_are_shown_is_asked_for() {
        let mut desk = desk();
        let asked = desk.click("Worst");
        assert_eq!(asked, [LabCommand::ShowRobots { count: 64, order: ShowOrder::Worst }]);
        assert_eq!(desk.click("explore as in learning"), [LabCommand::ShowExploration(false)]);
    }

    #[test]
    fn a_robot_is_taken_over_and_given_back() {
        let mut desk = desk();
        assert_eq!(desk.click("Take over"), [LabCommand::TakeOver]);
        desk.sample.picked.driven = true;
        assert!(desk.text().contains("driven by you"));
        assert_eq!(desk.click("Give back"), [LabCommand::GiveBack]);
        for (word, command) in
            [("Reset", LabCommand::Reset), ("Push", LabCommand::PushAway), ("Next", LabCommand::NextRobot)]
        {
            assert_eq!(desk.click(word), [command]);
        }
    }

    #[test]
    fn limits_are_in_the_hover_text_and_nothing_is_shown_of_no_robot() {
        assert!(desk().hover("FL hip").contains("33.5 N·m"));
        let mut sample = Sample::idle();
        sample.stages = [None, None];
        assert!(Desk::with(ui, [252.0, 560.0], sample).text().contains("Robot 0"));
    }
}
