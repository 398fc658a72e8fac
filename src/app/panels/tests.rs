//! Tests of the whole window without a graphics card.
use super::dock::Dock;
use super::lab_view::{LabView, Memory, Outbox};
use super::testing::{Desk, Sample};
use super::{names, system};
use crate::lab::LabCommand;
use crate::lab::command::{Panel, RecordSettings, Theme, Zone};
use bevy_egui::egui::{Rect, Ui};
use std::cell::RefCell;

thread_local! {
    static DOCK: RefCell<Dock> = RefCell::new(Dock::default());
    static AREA: RefCell<Option<Rect>> = const { RefCell::new(None) };
}

fn window(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    DOCK.with_borrow_mut(|dock| {
        let area = system::window_ui(ui, "a1_flat", view, dock, memory, out);
        AREA.set(area);
    });
}

fn desk(size: [f32; 2], sample: Sample) -> Desk {
    DOCK.set(Dock::new(super::dock::groups(size[0])));
    Desk::with(window, size, sample)
}

fn area() -> Rect {
    AREA.with_borrow(|area| area.unwrap())
}

#[test]
fn the_whole_window_shows_a_run_with_units() {
    let text = desk([1920.0, 1080.0], Sample::new()).text();
    for expected in [
        "gaitlab",
        "a1_flat",
        "learning · iteration 128 · 1.0 M steps · 9.6 s",
        "walks ✔ after 9.4 s",
        "1.0×",
        "Record",
        "Export",
        "Robot 17",
        "command 0.80 m/s",
        "Runs",
        "Robots",
        "Rewards",
        "Learner",
        "Changes",
        "Curves",
        "Tracking",
        "Gait",
        "Knob refused",
    ] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
}

#[test]
fn texts_of_the_top_bar_do_not_touch_each_other_at_any_width() {
    for sample in [Sample::new, Sample::idle] {
        for width in (1040..=1920).step_by(40) {
            for is_paused in [false, true] {
                let mut desk = desk([width as f32, 720.0], sample());
                desk.sample.is_paused = is_paused;
                desk.sample.recorder.recording = is_paused.then(|| ("walk.gif".into(), 12.5, 250));
                desk.text();
                let bar: Vec<_> = desk.texts.iter().filter(|(_, rect)| rect.bottom() < 44.0).collect();
                assert!(bar.len() >= 5, "{bar:?}");
                for (i, (text, rect)) in bar.iter().enumerate() {
                    assert!(
                        rect.left() >= 0.0 && rect.right() <= width as f32,
                        "{text} at {width}: {rect:?}"
                    );
                    for (other, place) in &bar[..i] {
                        let apart = rect.left() > place.right() + 3.0 || place.left() > rect.right() + 3.0;
                        assert!(apart, "{text} touches {other} at {width}");
                    }
                }
            }
        }
    }
}

#[test]
fn without_a_run_the_one_thing_to_press_is_train() {
    let mut desk = desk([1280.0, 720.0], Sample::idle());
    assert_eq!(desk.click("Train"), [LabCommand::Train { seed: 1 }]);
    assert!(!desk.text().contains("Pause"));
}

#[test]
fn a_run_is_paused_stopped_and_branched_from_the_bar() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    assert!(!desk.text().contains("Train\n"), "it learns already");
    assert_eq!(desk.click("Pause"), [LabCommand::PauseTraining(true)]);
    assert_eq!(desk.click("Stop"), [LabCommand::StopTraining]);
    desk.click("Branch");
    desk.memory.texts.insert("branch name".into(), "softer feet".into());
    desk.memory.texts.insert("branch knob".into(), "env.rewards.action_rate.weight".into());
    desk.memory.texts.insert("branch value".into(), "-0.02".into());
    let change = Some(("env.rewards.action_rate.weight".into(), serde_json::json!(-0.02)));
    assert_eq!(desk.click("Start the branch"), [LabCommand::Branch { name: "softer feet".into(), change }]);
}

#[test]
fn a_run_that_ended_is_resumed_from_the_bar() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    let run = desk.sample.lab.runs.iter_mut().find(|run| Some(&run.id) == desk.sample.lab.shown[0].as_ref());
    let run = run.unwrap();
    run.state = crate::run::session::RunState::Stopped;
    let id = run.id.clone();
    assert_eq!(desk.click("Resume"), [LabCommand::ResumeRun { run: id, iteration: None }]);
}

#[test]
fn record_export_theme_and_clock_are_one_click_each() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    assert_eq!(desk.click("Record"), [LabCommand::StartRecording(RecordSettings::default())]);
    assert_eq!(desk.click("Export"), [LabCommand::ShowPanel(Panel::Export)]);
    desk.click("1.0×");
    assert!(desk.text().contains("60 pictures per s · 50 control ticks per s"));
    assert_eq!(desk.click("0.5×"), [LabCommand::SetSpeed(0.5)]);
    assert_eq!(desk.click("Step 20 ms"), [LabCommand::SingleStep]);
}

#[test]
fn folding_gives_the_view_the_room() {
    let mut desk = desk([1920.0, 1080.0], Sample::new());
    desk.text();
    let all = area();
    assert!((all.left() - 281.0).abs() < 2.0 && (1920.0 - all.right() - 361.0).abs() < 2.0, "{all:?}");
    assert!((1080.0 - all.bottom() - 281.0).abs() < 2.0 && (all.top() - 44.0).abs() < 1.0, "{all:?}");
    desk.sample.window.toggle(Zone::All);
    desk.text();
    assert_eq!(area(), Rect::from_min_max([0.0, 44.0].into(), [1920.0, 1080.0].into()));
    desk.sample.window.toggle(Zone::Left);
    desk.text();
    assert!((area().left() - 281.0).abs() < 2.0 && area().right() == 1920.0);
}

#[test]
fn a_small_window_keeps_a_view() {
    for zone in [Zone::Left, Zone::Right, Zone::Bottom] {
        let mut desk = desk([1040.0, 540.0], Sample::new());
        desk.sample.window.toggle(zone);
        desk.text();
        assert!(area().width() >= 299.0 && area().height() >= 159.0, "{zone:?}: {:?}", area());
    }
}

#[test]
fn panels_close_open_and_go_back() {
    let mut desk = desk([1280.0, 720.0], Sample::new());
    assert!(desk.text().contains("Timeline"));
    DOCK.with_borrow_mut(|dock| dock.close(Panel::Timeline));
    assert!(!desk.text().contains("Timeline"));
    DOCK.with_borrow_mut(|dock| dock.show(Panel::Timeline));
    assert!(desk.text().contains("Timeline"));
    desk.right_click("Terrain");
    assert_eq!(desk.click("Close Terrain"), [LabCommand::ClosePanel(Panel::Terrain)]);
    desk.right_click("Terrain");
    assert_eq!(desk.click("Put all panels back"), [LabCommand::ResetLayout]);
}

#[test]
fn every_tab_says_what_it_is_for() {
    let mut desk = desk([1280.0, 1000.0], Sample::new());
    for panel in Panel::ALL.into_iter().filter(|panel| *panel != Panel::View) {
        DOCK.set(Dock::default());
        desk.text();
        let below = |(text, rect): &&(String, Rect)| text == names::title(panel) && rect.top() > 44.0;
        let at = desk.texts.iter().find(below).unwrap().1.center();
        let text = desk.hover_at(at);
        let about = names::about(panel).split(' ').next().unwrap();
        assert!(
            text.replace('\n', " ").contains(about) && text.contains("Drag to put it elsewhere"),
            "{panel:?}: {text}"
        );
    }
}

#[test]
fn a_tab_is_dragged_to_another_zone_and_stays_there() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    let from = desk.find("Physics").unwrap();
    let to = desk.find("Tracking").unwrap();
    desk.drag(from, to);
    desk.text();
    DOCK.with_borrow(|dock| {
        assert_eq!(dock.zone(Panel::Physics), Some(Zone::Bottom), "{dock:?}");
        assert!(dock.is_sound() && dock.touched);
    });
    // narrower: what a person arranged stays
    DOCK.with_borrow_mut(|dock| {
        dock.suit(1280.0);
        assert_eq!(dock.zone(Panel::Physics), Some(Zone::Bottom));
    });
}

#[test]
fn a_panel_dropped_onto_the_view_does_not_hide_it() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    let from = desk.find("Physics").unwrap();
    let middle = area().center();
    desk.drag(from, middle);
    desk.text();
    DOCK.with_borrow(|dock| assert!(dock.is_sound() && dock.view_is_free(), "{dock:?}"));
    assert!(area().width() > 250.0 && area().height() > 150.0, "{:?}", area());
}

#[test]
fn messages_are_taken_away_and_help_lists_every_key() {
    let mut sample = Sample::new();
    sample.window.help = true;
    let text = desk([1280.0, 900.0], sample).text();
    for binding in crate::app::input::keys::KEYS {
        assert!(text.contains(binding.help), "{} is missing", binding.help);
    }
    let mut desk = desk([1600.0, 900.0], Sample::new());
    let note = desk.find("Knob refused").unwrap();
    let place = desk.texts.iter().find(|(text, _)| text.contains("Knob refused")).unwrap().1;
    let cross = [place.left() + 264.0 + 8.0 + 9.0, place.top() + 9.0].into();
    let button = bevy_egui::egui::PointerButton::Primary;
    assert_eq!(desk.click_at(cross, button), [LabCommand::DismissNote(1)], "{note:?}");
}

#[test]
fn a_replay_and_a_look_back_have_a_way_back() {
    let mut sample = Sample::new();
    let episode = crate::run::session::FailedEpisode {
        env: 23,
        termination: "tilt".into(),
        length_s: 3.1,
        postures: vec![Default::default(); 100],
        dt: 0.02,
        ..Default::default()
    };
    sample.lab.replay = Some((std::sync::Arc::new(episode), 1.2));
    let mut desk = desk([1600.0, 900.0], sample);
    assert!(desk.text().contains("robot 23 fell (tilt) after 3.1 s · 1.2 of 2.0 s"));
    assert_eq!(desk.click("End replay"), [LabCommand::EndReplay]);
    desk.sample.lab.replay = None;
    desk.sample.timeline.rewind_s = Some(3.25);
    assert!(desk.text().contains("3.2 s ago"));
    assert_eq!(desk.click("Back to now"), [LabCommand::Rewind(None)]);
}

#[test]
fn the_drive_pad_is_there_for_whoever_drives() {
    let mut desk = desk([1600.0, 900.0], Sample::new());
    assert!(!desk.text().contains("Esc gives back") && !desk.text().contains("hold a key"));
    desk.sample.picked.driven = true;
    assert!(desk.text().contains("Esc gives back"));
}

#[test]
fn both_themes_draw_everything() {
    for theme in [Theme::Dark, Theme::Light] {
        let mut sample = Sample::beside();
        sample.window.theme = theme;
        let text = desk([1920.0, 1080.0], sample).text();
        assert!(text.contains("a1_flat · now beside a1_flat · softer feet"), "{text}");
    }
}
