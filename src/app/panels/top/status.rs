//! One pill that says what happens now, and one that says when the robot could walk.
use super::word_width;
use crate::app::palette::{COMMAND, DANGER, GOOD, MEASURED, MUTED, Rgb};
use crate::app::panels::lab_view::LabView;
use crate::app::panels::widgets::{count, duration, pill};
use crate::lab::model::Run;
use crate::run::session::RunState;
use bevy_egui::egui::Ui;

/// Width of a pill beyond its text, points.
const PILL: f32 = 40.0;

/// What fits of it, in the middle of the room that is left.
pub(super) fn status_ui(ui: &mut Ui, view: &LabView<'_>) {
    let (dot, texts) = status(view);
    let walks = view.shown_run().and_then(|run| run.walks_after_s);
    let walks = walks.map(|s| [format!("walks ✔ after {}", duration(s)), format!("✔ {}", duration(s))]);
    let room = ui.available_width();
    let width = |text: &str| word_width(ui, text) + PILL;
    let choices: Vec<(usize, Option<usize>)> = match &walks {
        Some(_) => vec![(0, Some(0)), (1, Some(0)), (1, Some(1)), (2, Some(1)), (2, None)],
        None => vec![(0, None), (1, None), (2, None)],
    };
    let sum = |(s, w): (usize, Option<usize>)| {
        width(&texts[s]) + w.zip(walks.as_ref()).map_or(0.0, |(w, walks)| width(&walks[w]))
    };
    let Some(choice) = choices.into_iter().find(|c| sum(*c) <= room) else { return };
    ui.add_space((room - sum(choice)) / 2.0);
    pill(
        ui,
        dot,
        &texts[choice.0],
        "What happens now: state of the shown run, finished iterations, environment steps, seconds of the run.",
    );
    if let (Some(w), Some(walks)) = (choice.1, &walks) {
        pill(
            ui,
            GOOD,
            &walks[w],
            "When the policy passed the evaluation of its task for the first time, in seconds of the run: it follows \
             every tested command without falling.",
        );
    }
}

/// Colour and three texts, the longest first.
fn status(view: &LabView<'_>) -> (Rgb, [String; 3]) {
    let same = |dot, text: String| (dot, [text.clone(), text.clone(), text]);
    if view.lab.replay.is_some() {
        return same(MEASURED, "replaying a fall".into());
    }
    let driven = view.picked.driven || view.now.driven;
    let Some(run) = view.shown_run() else {
        let word = if driven { "you drive" } else { "the policy walks" };
        let falls = match view.now.falls {
            0 => "no fall".to_owned(),
            1 => "1 fall".to_owned(),
            n => format!("{n} falls"),
        };
        let time = format!("{:.1} s", view.now.time_s);
        let long = format!("{word} · {time} · {falls}");
        return (if driven { MEASURED } else { GOOD }, [long, format!("{word} · {time}"), word.into()]);
    };
    let (dot, word) = state(run);
    let word = if driven && run.state.is_live() { format!("{word}, you drive") } else { word.to_owned() };
    let (steps, time) = (count(run.env_steps as f64), duration(run.seconds));
    let long = format!("{word} · iteration {} · {steps} steps · {time}", run.iteration);
    (dot, [long, format!("{word} · {time}"), word])
}

/// Colour and word of what a run does.
fn state(run: &Run) -> (Rgb, &'static str) {
    match run.state {
        RunState::Starting => (MEASURED, "starting"),
        RunState::Learning => (GOOD, "learning"),
        RunState::Paused => (MEASURED, "training paused"),
        RunState::Finished => (COMMAND, "finished"),
        RunState::Stopped => (MUTED, "stopped"),
        RunState::Failed(_) => (DANGER, "failed"),
        RunState::Stored => (MUTED, "a stored run"),
    }
}
