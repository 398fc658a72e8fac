use super::*;
use crate::app::panels::lab_view::CurveAxis;
use crate::app::panels::testing::{Desk, LIVE, Sample};
use bevy_egui::egui::pos2;

fn desk() -> Desk {
    Desk::new(ui, [700.0, 230.0])
}

#[test]
fn curves_have_names_units_values_and_the_knobs_that_were_turned() {
    let text = desk().text();
    for expected in [
        "Reward per episode",
        "Length of episodes",
        "Velocity error",
        "m/s",
        "action rate",
        "push every",
        "0 to 9.6 s",
    ] {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
}

#[test]
fn the_axis_counts_what_was_asked_for() {
    let mut desk = desk();
    desk.click("over seconds");
    desk.click("iterations");
    assert_eq!(desk.memory.curve_axis, CurveAxis::Iterations);
    assert!(desk.text().contains("0 to iteration 128"));
    desk.click("over iterations");
    desk.click("steps");
    assert!(desk.text().contains("0 to 1.0 M steps"));
}

#[test]
fn a_drag_previews_checkpoints_and_then_asks_what_to_do() {
    let mut desk = desk();
    desk.text();
    let asked = desk.drag(pos2(200.0, 130.0), pos2(120.0, 130.0));
    let previews: Vec<u64> = asked
        .iter()
        .map(|command| match command {
            LabCommand::Preview(Some(iteration)) => *iteration,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(!previews.is_empty() && previews.iter().all(|i| i % 20 == 0), "{previews:?}");
    assert!(previews.windows(2).all(|w| w[0] > w[1]), "{previews:?}");
    let last = previews[previews.len() - 1];
    assert!(desk.text().contains(&format!("As it was at iteration {last}")));
    let asked = desk.click("Go back here");
    assert_eq!(asked, [LabCommand::GoBack { iteration: last }, LabCommand::Preview(None)]);
    assert!(!desk.text().contains("As it was"));
}

#[test]
fn branching_from_the_past_and_keeping_the_present_are_one_click() {
    let mut desk = desk();
    desk.text();
    desk.drag(pos2(200.0, 130.0), pos2(180.0, 130.0));
    let asked = desk.click("Branch here");
    assert!(matches!(&asked[0], LabCommand::Branch { change: None, .. }), "{asked:?}");
    assert_eq!(asked[1], LabCommand::Preview(None));
    desk.drag(pos2(200.0, 130.0), pos2(180.0, 130.0));
    assert_eq!(desk.click("Keep newest"), [LabCommand::Preview(None)]);
}

#[test]
fn a_stored_run_is_resumed_from_where_the_drag_ended() {
    let mut sample = Sample::idle();
    let id = sample.lab.runs[1].id.clone();
    sample.lab.shown[0] = Some(id.clone());
    let mut desk = Desk::with(ui, [700.0, 230.0], sample);
    desk.text();
    desk.drag(pos2(200.0, 130.0), pos2(180.0, 130.0));
    let asked = desk.click("Resume here");
    assert!(
        matches!(&asked[0], LabCommand::ResumeRun { run, iteration: Some(_) } if *run == id),
        "{asked:?}"
    );
}

#[test]
fn compared_runs_are_drawn_once_each_with_a_legend() {
    let mut sample = Sample::beside();
    sample.lab.runs[1].compared = true;
    sample.lab.runs[2].compared = true;
    let ids: Vec<&str> = drawn(&sample.view()).iter().map(|run| run.name.as_str()).collect();
    assert_eq!(ids, ["now", "softer feet", "10:42"]);
    let text = Desk::with(ui, [700.0, 230.0], sample).text();
    assert!(text.contains("softer feet") && text.contains("10:42"), "{text}");
}

#[test]
fn without_a_run_it_says_how_to_get_one() {
    let mut desk = Desk::with(ui, [700.0, 230.0], Sample::idle());
    assert!(desk.text().contains("Press ▶ Train"));
    let mut empty = Sample::new();
    empty.lab.runs.iter_mut().filter(|run| run.id == LIVE).for_each(|run| run.curves = Default::default());
    assert!(Desk::with(ui, [700.0, 230.0], empty).text().contains("Press ▶ Train"));
}

#[test]
fn three_thousand_rows_of_any_number_are_drawn() {
    let mut sample = Sample::new();
    let curves = &mut sample.lab.runs[0].curves;
    curves.iteration = (1..=3000).map(f64::from).collect();
    curves.seconds = curves.iteration.iter().map(|i| i * 0.07).collect();
    curves.env_steps = curves.iteration.iter().map(|i| i * 8192.0).collect();
    for (i, (_, values)) in curves.columns.iter_mut().enumerate() {
        let odd = [f64::NAN, f64::INFINITY, 1e300, 0.0][i % 4];
        *values = (0..3000).map(|row| if row % 100 == 7 { odd } else { f64::from(row) }).collect();
    }
    assert!(Desk::with(ui, [700.0, 230.0], sample).text().contains("0 to 3 min 30 s"));
}

#[test]
fn plots_stand_side_by_side_as_far_as_they_fit() {
    assert_eq!(columns(870.0, 176.0, 3), 3);
    assert_eq!(columns(338.0, 176.0, 3), 2, "all three are seen");
    assert_eq!(columns(338.0, 400.0, 3), 1);
    assert_eq!(columns(90.0, 90.0, 5), 1);
}
