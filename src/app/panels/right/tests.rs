//! Panels that change a run, drawn and clicked.
use super::*;
use crate::app::panels::testing::{Desk, Sample};
use crate::lab::LabCommand;
use crate::lab::command::Mark;
use crate::physics::Engine;
use crate::run::session::{KnobGroup, KnobValue};
use crate::task;
use bevy_egui::egui::{Pos2, Rect, pos2, vec2};
use serde_json::{Value, json};
use std::sync::Arc;

const SIZE: [f32; 2] = [332.0, 720.0];

fn set(asked: &[LabCommand]) -> Vec<(String, Value)> {
    let one = |c: &LabCommand| match c {
        LabCommand::SetKnob { key, value } => (key.clone(), value.clone()),
        other => panic!("{other:?}"),
    };
    asked.iter().map(one).collect()
}

/// Place of the field in the row of this name.
fn field(desk: &mut Desk, label: &str) -> Pos2 {
    let name = desk.find(label).unwrap();
    let in_row = |r: &Rect| (r.center().y - name.y).abs() < 8.0 && r.left() > name.x + 30.0;
    let places = desk.texts.iter().map(|(_, r)| *r).filter(in_row);
    places.min_by(|a, b| a.left().total_cmp(&b.left())).unwrap().center()
}

#[test]
fn pictures_of_all_panels_of_the_right_zone() {
    let panels: [(&str, crate::app::panels::testing::PanelUi); 7] = [
        ("rewards", rewards::ui),
        ("commands", commands::ui),
        ("randomise", randomise::ui),
        ("terrain", terrain::ui),
        ("learner", learner::ui),
        ("changes", changes::ui),
        ("physics", physics::ui),
    ];
    for (name, ui) in panels {
        let mut desk = Desk::new(ui, SIZE);
        assert!(!desk.text().trim().is_empty(), "{name} is empty");
        desk.picture(&format!("right_{name}.png"));
        let mut desk = Desk::with(ui, SIZE, Sample::idle());
        assert!(!desk.text().trim().is_empty(), "{name} is empty before training");
        desk.sample.window.theme = crate::lab::command::Theme::Light;
        desk.picture(&format!("right_{name}_idle.png"));
    }
}

#[test]
fn the_knobs_of_a_real_task_are_all_shown_under_their_names() {
    for (name, ui, group) in [
        ("rewards", rewards::ui as crate::app::panels::testing::PanelUi, KnobGroup::Rewards),
        ("commands", commands::ui, KnobGroup::Commands),
        ("randomise", randomise::ui, KnobGroup::Randomise),
        ("learner", learner::ui, KnobGroup::Learner),
    ] {
        let mut desk = Desk::new(ui, [332.0, 760.0]);
        let plan = desk.sample.plan.clone();
        let mut knobs = crate::run::session::knobs(&plan, &plan.doc);
        if let KnobValue::Number(value) = knobs[0].value {
            knobs[0].value = KnobValue::Number(value * 2.0);
        }
        desk.sample.lab.knobs = Arc::new(knobs);
        let text = desk.text();
        for knob in desk.sample.lab.knobs.iter().filter(|k| k.group == group) {
            assert!(text.contains(&knob.label), "{} is missing in:\n{text}", knob.label);
        }
        desk.picture(&format!("right_{name}_real.png"));
    }
}

#[test]
fn rewards_show_every_term_with_weight_share_and_total() {
    let mut desk = Desk::new(rewards::ui, SIZE);
    let text = desk.text();
    for reward in &desk.sample.plan.rewards {
        assert!(text.contains(&reward.key), "{} is missing in:\n{text}", reward.key);
    }
    for expected in ["1.50", "−20.0", "−1e−4", "share of reward, %", "total", "per second", "+40.0"] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let hover = desk.hover("orientation");
    assert!(
        hover.contains("env.rewards.orientation.weight") && hover.contains("Written in the task: −1.00"),
        "{hover}"
    );
    assert!(hover.contains("per second now"), "{hover}");
}

#[test]
fn rewards_are_sorted_by_share_when_asked() {
    let mut desk = Desk::new(rewards::ui, SIZE);
    let mut knobs = (*desk.sample.lab.knobs).clone();
    let of = |knobs: &[crate::run::session::Knob], key: &str| {
        knobs.iter().position(|k| k.key.contains(key)).unwrap()
    };
    let trot = of(&knobs, "trot");
    knobs[trot].share = Some(0.9);
    desk.sample.lab.knobs = Arc::new(knobs);
    let above = |desk: &mut Desk| desk.find("trot").unwrap().y < desk.find("track_lin_vel").unwrap().y;
    assert!(!above(&mut desk));
    desk.click("share of reward, %");
    assert!(above(&mut desk), "the largest share comes first");
    desk.click("term");
    assert!(!above(&mut desk));
}

#[test]
fn dragging_a_weight_sends_its_key_few_values_and_the_last_one_once() {
    let mut desk = Desk::new(rewards::ui, SIZE);
    let from = field(&mut desk, "track_lin_vel");
    let asked = set(&desk.drag(from, from + vec2(40.0, 0.0)));
    assert!(!asked.is_empty() && asked.len() <= 5, "{asked:?}");
    assert!(
        asked.iter().all(|(key, v)| key == "env.rewards.track_lin_vel.weight" && v.as_f64().unwrap() > 1.5)
    );
    assert!(asked.windows(2).all(|w| w[0] != w[1]), "the same value twice: {asked:?}");
    // training has not answered yet: the person's value is shown
    let value = crate::app::panels::right::knob::number::text(asked.last().unwrap().1.as_f64().unwrap());
    assert!(desk.text().contains(&value), "{value} in {}", desk.text());
}

#[test]
fn a_typed_weight_is_sent_once_and_nonsense_is_refused_in_place() {
    let mut desk = Desk::new(rewards::ui, SIZE);
    let at = field(&mut desk, "orientation");
    assert!(desk.click_at(at, bevy_egui::egui::PointerButton::Primary).is_empty());
    assert_eq!(set(&desk.type_text("-2,5")), [("env.rewards.orientation.weight".to_owned(), json!(-2.5))]);
    for wrong in ["abc", "NaN", "inf"] {
        let at = field(&mut desk, "lin_vel_z");
        desk.click_at(at, bevy_egui::egui::PointerButton::Primary);
        assert!(desk.type_text(wrong).is_empty(), "{wrong} was sent");
        let text = desk.text();
        assert!(text.contains(wrong) && text.contains("It stays at −2.00"), "{text}");
    }
}

#[test]
fn a_changed_weight_goes_back_with_a_right_click() {
    let mut desk = Desk::new(rewards::ui, SIZE);
    let mut knobs = (*desk.sample.lab.knobs).clone();
    knobs[0].value = KnobValue::Number(4.0);
    desk.sample.lab.knobs = Arc::new(knobs);
    let at = field(&mut desk, "track_lin_vel");
    let asked = desk.click_at(at, bevy_egui::egui::PointerButton::Secondary);
    assert_eq!(set(&asked), [("env.rewards.track_lin_vel.weight".to_owned(), json!(1.5))]);
}

#[test]
fn ranges_have_two_ends_that_cannot_pass_each_other() {
    let mut desk = Desk::new(commands::ui, SIZE);
    let low = field(&mut desk, "forward");
    assert!(desk.text().contains("−1.00") && desk.text().contains("m/s"));
    desk.click_at(low, bevy_egui::egui::PointerButton::Primary);
    assert!(desk.type_text("3").is_empty(), "low above high");
    assert!(desk.text().contains("low is above high"), "{}", desk.text());
    desk.click_at(low, bevy_egui::egui::PointerButton::Primary);
    assert_eq!(set(&desk.type_text("0.2")), [("env.commands.lin_vel_x".to_owned(), json!([0.2, 1.0]))]);
}

#[test]
fn a_pulled_bar_moves_the_nearer_end() {
    let mut desk = Desk::new(commands::ui, SIZE);
    // the rail of `forward` reaches from −2 to 2 m/s below the name
    let name = desk.find("forward").unwrap();
    let (left, right) = (10.0, 306.0);
    let x = |value: f32| left + (value + 2.0) / 4.0 * (right - left);
    let y = name.y + 21.0;
    let asked = set(&desk.drag(pos2(x(1.0), y), pos2(x(1.6), y)));
    let (key, value) = asked.last().unwrap();
    assert_eq!(key, "env.commands.lin_vel_x");
    assert_eq!(value[0], json!(-1.0));
    assert!((value[1].as_f64().unwrap() - 1.6).abs() < 0.08, "{value}");
}

#[test]
fn before_training_nothing_can_be_turned_and_it_is_said_why() {
    for ui in [rewards::ui, commands::ui, randomise::ui, learner::ui] {
        let mut desk = Desk::with(ui, SIZE, Sample::idle());
        assert!(desk.text().contains("Press ▶"), "{}", desk.text());
    }
    let mut desk = Desk::with(rewards::ui, SIZE, Sample::idle());
    let from = field(&mut desk, "track_lin_vel");
    assert!(desk.drag(from, from + vec2(40.0, 0.0)).is_empty());
}

#[test]
fn the_marked_robot_is_commanded_by_sliders_stick_and_button() {
    let mut desk = Desk::new(commands::ui, [332.0, 900.0]);
    assert_eq!(desk.click("Zero command"), [LabCommand::SetCommand([0.0; 3])]);
    assert_eq!(desk.click("Take over"), [LabCommand::TakeOver]);
    desk.sample.picked.driven = true;
    assert_eq!(desk.click("Give back"), [LabCommand::GiveBack]);
    assert!(desk.text().contains("driven by you"));
}

#[test]
fn scripts_are_played_stopped_and_written_down() {
    let mut desk = Desk::new(commands::ui, [332.0, 900.0]);
    assert_eq!(desk.click("Play"), [LabCommand::PlayCommands("scenes/commands/square.ron".into())]);
    assert_eq!(desk.click("Write commands down"), [LabCommand::NoteCommands(true)]);
    desk.sample.lab.scripts.playing = Some(("scenes/commands/slalom.ron".into(), 3.2));
    desk.sample.lab.scripts.noting_s = Some(1.5);
    assert!(desk.text().contains("3.2 s") && desk.text().contains("1.5 s"));
    assert_eq!(desk.click("Stop"), [LabCommand::StopCommands]);
    assert_eq!(desk.click("Save script"), [LabCommand::NoteCommands(false)]);
}

#[test]
fn everything_random_has_its_nominal_and_pushes_come_at_once() {
    let mut desk = Desk::new(randomise::ui, SIZE);
    assert_eq!(desk.click("Push all now"), [LabCommand::PushAll]);
    let hover = desk.hover("extra mass");
    assert!(hover.contains("nominal") && hover.contains("kg"), "{hover}");
}

#[test]
fn the_learning_rate_moves_by_powers_of_ten_and_its_present_value_is_shown() {
    let mut desk = Desk::new(learner::ui, SIZE);
    let text = desk.text();
    assert!(text.contains("learning rate now") && text.contains("KL divergence now"), "{text}");
    let name = desk.find("learning rate").unwrap();
    let asked = set(&desk.drag(pos2(158.0, name.y + 21.0), pos2(158.0 + 296.0 / 3.0, name.y + 21.0)));
    let (key, value) = asked.last().unwrap();
    assert_eq!(key, "train.algorithm.learning_rate");
    // the middle of 1e-5 to 1e-2 is 3e-4, a third of the way further is ten times that
    assert!((2.5e-3..4e-3).contains(&value.as_f64().unwrap()), "{value}");
}

#[test]
fn changes_are_listed_newest_first_and_undone_one_by_one() {
    let mut desk = Desk::new(changes::ui, SIZE);
    let text = desk.text();
    for expected in ["action_rate", "−0.020 → −0.010", "iteration 104", "undone", "2 changes hold"] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    assert!(desk.find("action_rate").unwrap().y < desk.find("friction").unwrap().y);
    assert_eq!(desk.click("undo"), [LabCommand::UndoChange(3)]);
}

#[test]
fn a_variant_is_saved_under_a_name_that_can_be_a_file() {
    let mut desk = Desk::new(changes::ui, SIZE);
    assert!(desk.click("Save as variant…").is_empty());
    assert!(desk.text().contains("a1_flat_variant"));
    assert_eq!(desk.click("Save"), [LabCommand::SaveVariant { name: "a1_flat_variant".into() }]);
    desk.click("Save as variant…");
    let name = desk.memory.texts.values_mut().next().unwrap();
    *name = "../etc".into();
    assert!(desk.click("Save").is_empty(), "a path is no name");
}

#[test]
fn flat_ground_says_so_and_bumps_have_knobs() {
    let mut desk = Desk::new(terrain::ui, SIZE);
    desk.sample.lab.knobs = Arc::new(vec![]);
    assert!(desk.text().contains("Flat ground"), "{}", desk.text());
    let sample = Sample::new();
    let mut knob = sample.lab.knobs[0].clone();
    (knob.group, knob.label, knob.key) =
        (KnobGroup::Terrain, "roughness".into(), "env.terrain.roughness".into());
    knob.unit = "m".into();
    desk.sample.lab.knobs = Arc::new(vec![knob]);
    let text = desk.text();
    assert!(text.contains("roughness") && text.contains("level  0"), "{text}");
}

#[test]
fn physics_names_engine_and_rates_with_units_and_steers_the_clock() {
    let mut desk = Desk::new(physics::ui, SIZE);
    let text = desk.text();
    for expected in ["50 Hz · 20 ms", "200 Hz · 5.0 ms", "9.81 m/s²", "batch, 16 robots"] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    assert_eq!(desk.click("Pause"), [LabCommand::Pause(true)]);
    assert_eq!(desk.click("One tick"), [LabCommand::SingleStep]);
    assert_eq!(desk.click("0.5×"), [LabCommand::SetSpeed(0.5)]);
}

#[test]
fn physics_changes_the_engine_and_shows_what_rapier_sees() {
    let mut desk = Desk::new(physics::ui, SIZE);
    assert_eq!(desk.click("rapier"), [LabCommand::SetEngine(Engine::Rapier)]);
    assert!(desk.click("batch").is_empty(), "it runs already");
    assert!(desk.click("Debug lines").is_empty(), "the batch engine has none");
    let rapier = [("env.physics.engine".to_owned(), "rapier".to_owned())];
    desk.sample.lab.plan = Some(Arc::new(task::compile(task::open("a1_flat", &rapier).unwrap()).unwrap()));
    assert!(desk.text().contains("one world per robot"), "{}", desk.text());
    assert_eq!(desk.click("batch"), [LabCommand::SetEngine(Engine::Batch)]);
    assert_eq!(desk.click("Debug lines"), [LabCommand::ShowMark(Mark::Physics, true)]);
    assert_eq!(desk.click("Put things back"), [LabCommand::PutBackProps]);
}
