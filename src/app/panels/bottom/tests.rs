//! Panels that read a run, drawn and clicked.
use super::*;
use crate::app::panels::testing::{Desk, PanelUi, Sample};
use crate::lab::LabCommand;
use crate::lab::command::{Panel, Theme};
use crate::run::session::{FailedEpisode, FailureTable};
use bevy_egui::egui::pos2;
use std::sync::Arc;

const SIZE: [f32; 2] = [1080.0, 232.0];

const PANELS: [(&str, PanelUi); 7] = [
    ("tracking", tracking::ui),
    ("gait", gait::ui),
    ("joints", joints::ui),
    ("torque_speed", torque_speed::ui),
    ("reward_terms", reward_terms::ui),
    ("failures", failures::ui),
    ("timeline", timeline::ui),
];

#[test]
fn every_panel_is_drawn_now_in_the_past_and_without_anything() {
    for (name, ui) in PANELS {
        let mut desk = Desk::new(ui, SIZE);
        assert!(!desk.text().is_empty(), "{name}");
        desk.picture(&format!("bottom_{name}.png"));
        desk.sample.timeline.rewind_s = Some(6.0);
        desk.text();
        desk.sample.window.theme = Theme::Light;
        desk.picture(&format!("bottom_{name}_past.png"));
        let mut desk = Desk::with(ui, SIZE, Sample::idle());
        desk.sample.timeline = Default::default();
        desk.sample.now = Default::default();
        assert!(desk.text().len() > 10, "{name} says nothing while there is nothing");
        desk.picture(&format!("bottom_{name}_empty.png"));
        let mut small = Desk::new(ui, [300.0, 120.0]);
        small.text();
    }
}

#[test]
fn values_that_are_no_numbers_are_drawn_as_gaps() {
    for (name, ui) in PANELS {
        let mut desk = Desk::new(ui, SIZE);
        for sample in desk.sample.timeline.samples.iter_mut().skip(300).take(40) {
            sample.measured = [f32::NAN; 3];
            sample.joint_torque.fill(f32::INFINITY);
            sample.joint_vel.clear();
            sample.reward_terms.fill(f32::NAN);
            sample.foot_force.clear();
        }
        assert!(!desk.text().is_empty(), "{name}");
    }
}

#[test]
fn tracking_names_three_velocities_with_units_and_errors() {
    let mut desk = Desk::new(tracking::ui, SIZE);
    let text = desk.text();
    for expected in
        ["Forward speed", "Sideways speed", "Yaw rate", "m/s", "rad/s", "off 0.", "+0.80", "20 s ago"]
    {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
}

#[test]
fn the_numbers_are_those_of_the_moment_that_is_shown() {
    let mut desk = Desk::new(tracking::ui, SIZE);
    assert!(desk.text().contains("+0.80"));
    desk.sample.timeline.rewind_s = Some(7.0);
    assert!(desk.text().contains("+0.40"), "{}", desk.text());
}

#[test]
fn gait_has_a_row_per_leg_of_the_robot_and_its_duty_factor() {
    let mut desk = Desk::new(gait::ui, SIZE);
    let text = desk.text();
    for leg in &desk.sample.plan.robot.roles.legs {
        assert!(text.contains(&leg.name), "{text}");
    }
    assert!(text.contains(" %") && text.contains("duty factor") && text.contains("2.0 s ago"), "{text}");
    desk.click("5 s");
    assert!(desk.text().contains("5.0 s ago"));
}

#[test]
fn joints_are_chosen_by_chips() {
    let mut desk = Desk::new(joints::ui, SIZE);
    assert_eq!(desk.memory.joints, [0, 1, 2]);
    desk.click("FR hip");
    assert!(desk.memory.joints.contains(&3));
    desk.click("FL hip");
    desk.click("FL thigh");
    desk.click("FL calf");
    desk.click("FR hip");
    assert!(desk.memory.joints.is_empty());
    assert!(desk.text().contains("Choose a joint"));
}

#[test]
fn torque_over_speed_has_a_plot_per_kind_of_joint() {
    let mut desk = Desk::new(torque_speed::ui, SIZE);
    let text = desk.text();
    for expected in ["Hip", "Thigh", "Calf", "at the limit", "N·m over rad/s", "speed, rad/s"] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
}

#[test]
fn reward_terms_are_listed_with_their_means_the_largest_first() {
    let mut desk = Desk::new(reward_terms::ui, [1080.0, 420.0]);
    for sample in &mut desk.sample.timeline.samples {
        sample.reward_terms[3] = -0.05;
    }
    let key = desk.sample.plan.rewards[3].key.clone();
    let first = desk.sample.plan.rewards[0].key.clone();
    assert!(desk.text().contains("−2.500"), "0.05 in 20 ms are 2.5 per second: {}", desk.text());
    assert!(desk.find(&key).unwrap().y < desk.find(&first).unwrap().y);
}

#[test]
fn failures_are_sorted_by_any_column_and_one_of_each_kind_is_shown() {
    let mut desk = Desk::new(failures::ui, SIZE);
    let text = desk.text();
    for expected in
        ["tilt", "swing_height", "24", "12.0 %", "3.1 s", "level 0, column 1", "36 of the last 200"]
    {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let first = |desk: &mut Desk| {
        let y = |desk: &mut Desk, t: &str| desk.find(t).unwrap().y;
        y(desk, "tilt") < y(desk, "joint_acc")
    };
    assert!(first(&mut desk), "most episodes first");
    desk.click("length");
    assert!(!first(&mut desk), "the longest first");
    desk.click("length");
    assert_eq!(desk.memory.failure_sort, (5, false));
    desk.click("episodes");
    desk.text();
    let asked = desk.click("Show me one");
    let expected = LabCommand::ShowFailure {
        termination: Some("tilt".into()),
        reward: Some("swing_height".into()),
        tile: Some([0, 0]),
    };
    assert_eq!(asked, [expected]);
}

#[test]
fn no_failures_is_good_news_and_said() {
    let mut desk = Desk::new(failures::ui, SIZE);
    desk.sample.lab.runs[0].failures = Arc::new(FailureTable { ended: 320, rows: vec![] });
    assert!(desk.text().contains("No failures in the last 320 episodes"), "{}", desk.text());
}

#[test]
fn the_timeline_goes_back_and_returns_to_now() {
    let mut desk = Desk::new(timeline::ui, SIZE);
    let strip = 100.0;
    let asked = desk.drag(pos2(1060.0, strip), pos2(540.0, strip));
    let moments: Vec<Option<f32>> = asked
        .iter()
        .map(|c| match c {
            LabCommand::Rewind(ago) => *ago,
            other => panic!("{other:?}"),
        })
        .collect();
    let last = moments.last().unwrap().unwrap();
    assert!((last - 10.0).abs() < 0.3, "{moments:?}");
    assert!(moments.windows(2).all(|w| w[0] != w[1]), "{moments:?}");
    desk.sample.timeline.rewind_s = Some(last);
    assert!(desk.text().contains("s ago"));
    assert_eq!(desk.click("Now"), [LabCommand::Rewind(None)]);
    assert_eq!(desk.click("Pause"), [LabCommand::Pause(true)]);
}

#[test]
fn a_replay_is_announced_and_ended() {
    let mut desk = Desk::new(timeline::ui, SIZE);
    let episode = FailedEpisode {
        env: 12,
        iteration: 88,
        termination: "tilt".into(),
        costliest: "orientation".into(),
        length_s: 3.1,
        postures: vec![Default::default(); 100],
        dt: 0.02,
        ..FailedEpisode::default()
    };
    desk.sample.lab.replay = Some((Arc::new(episode), 1.2));
    let text = desk.text();
    assert!(text.contains("environment 12") && text.contains("1.2 of 2.0 s"), "{text}");
    desk.picture("bottom_replay.png");
    assert_eq!(desk.click("End replay"), [LabCommand::EndReplay]);
}

#[test]
fn plots_are_saved_by_their_buttons() {
    let mut desk = Desk::new(tracking::ui, SIZE);
    for (button, ending) in [("PNG", "png"), ("CSV", "csv")] {
        let asked = desk.click(button);
        let [LabCommand::SavePlot { panel: Panel::Tracking, path }] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!(path.extension().unwrap(), ending);
    }
    let mut desk = Desk::new(failures::ui, SIZE);
    assert!(desk.find("PNG").is_none() && desk.find("CSV").is_some());
}
