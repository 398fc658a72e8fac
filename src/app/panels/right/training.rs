//! Progress of the shown run, and where its time goes.
use crate::app::palette::{self, BACKGROUND, COMMAND, GOOD, MEASURED, MUTED, Rgb, TEXT, VIOLET};
use crate::app::panels::bottom::curves::{digits, name};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::app::panels::widgets::{count, duration, muted, number, section};
use crate::lab::model::Run;
use crate::run::metrics::LEARNING_RATE;
use crate::run::session::{Phases, RunState};
use bevy_egui::egui::{Align, CornerRadius, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

/// Rows over which the rate of iterations is measured.
const RECENT: usize = 20;

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, _out: &mut Outbox) {
    let Some(run) = view.shown_run() else {
        muted(ui, "No run is shown. Press ▶ Train above, or pick a run at the left.");
        return;
    };
    progress_ui(ui, run, view.rates.window_share);
    ui.add_space(6.0);
    phases_ui(ui, &run.phases);
    ui.add_space(6.0);
    metrics_ui(ui, run);
}

/// Iterations per second over the last rows; none before there are two.
fn iterations_per_s(run: &Run) -> Option<f64> {
    let (rows, from) = (run.curves.len(), run.curves.len().saturating_sub(RECENT + 1));
    let last = rows.checked_sub(1).filter(|last| *last > from)?;
    let time = run.curves.seconds[last] - run.curves.seconds[from];
    (time > 0.0).then(|| (run.curves.iteration[last] - run.curves.iteration[from]) / time)
}

fn progress_ui(ui: &mut Ui, run: &Run, window_share: f64) {
    let share = run.iteration as f32 / run.iterations.max(1) as f32;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 8.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(4), BACKGROUND.ui());
    let done = Rect::from_min_size(rect.min, vec2((rect.width() * share.min(1.0)).max(8.0), 8.0));
    ui.painter().rect_filled(done, CornerRadius::same(4), GOOD.ui());
    response.on_hover_text("Finished iterations as a share of all.");
    let rate = iterations_per_s(run);
    let is_live = run.state == RunState::Learning;
    let line = |ui: &mut Ui, name: &str, value: String, hover: &str| {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.label(RichText::new(name).color(MUTED.ui())).on_hover_text(hover);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| number(ui, value, TEXT));
        });
    };
    ui.spacing_mut().item_spacing.y = 1.0;
    let of = format!("{} of {} iterations", run.iteration, run.iterations);
    line(ui, "progress", of, "One iteration is a rollout of all environments and its updates.");
    if let Some(rate) = rate.filter(|_| is_live) {
        let left = run.iterations.saturating_sub(run.iteration) as f64 / rate;
        line(ui, "time left", duration(left), "At the present rate, until all iterations are done.");
        line(ui, "iterations", format!("{rate:.1} per s"), "Over the last 20 iterations.");
    }
    if run.env_steps_per_s.is_finite() && is_live {
        let value = format!("{} steps/s", count(run.env_steps_per_s));
        line(
            ui,
            "speed",
            value,
            "Environment steps per second: control ticks of 20 ms, over all environments.",
        );
        let times = format!("{} × real time", count(run.env_steps_per_s * 0.02));
        line(ui, "simulated", times, "Seconds of robot life per second of yours, over all environments.");
    }
    if is_live {
        let hover = "Share of all cores that goes into panels, shown robots and drawing instead of learning. The \
                     window draws less often to keep it small.";
        line(ui, "this window", format!("{:.1} % of the processor", 100.0 * window_share), hover);
    }
    line(
        ui,
        "so far",
        format!("{} steps · {}", count(run.env_steps as f64), duration(run.seconds)),
        "Since the run began.",
    );
    if let Some(after) = run.walks_after_s {
        line(
            ui,
            "walks after",
            duration(after),
            "When the evaluation of the task passed for the first time.",
        );
    }
}

fn parts(phases: &Phases) -> [(&'static str, f64, Rgb, &'static str); 6] {
    [
        ("physics", phases.physics, COMMAND, "Moving the robots."),
        ("observe", phases.observe, palette::curve(5), "What the policy gets to see."),
        ("rewards", phases.judge, MEASURED, "Commands, rewards, ends of episodes, new episodes."),
        ("policy", phases.policy, GOOD, "Asking the networks what to do."),
        ("learn", phases.learn, VIOLET, "Advantages, gradients, optimiser."),
        ("other", phases.other, MUTED, "Evaluation, metrics, checkpoints, waiting for you and the window."),
    ]
}

fn phases_ui(ui: &mut Ui, phases: &Phases) {
    section(ui, "Where time goes", "");
    let parts = parts(phases);
    let sum: f64 = parts.iter().map(|part| part.1).sum();
    if sum <= 0.0 || !sum.is_finite() {
        muted(ui, "Known after the first iterations.");
        return;
    }
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 10.0), Sense::hover());
    let mut left = rect.left();
    for (name, share, color, hover) in parts {
        let width = rect.width() * (share / sum) as f32;
        let part = Rect::from_min_size(pos2(left, rect.top()), vec2((width - 1.0).max(0.5), rect.height()));
        ui.painter().rect_filled(part, CornerRadius::same(2), color.ui());
        let response = ui.interact(part, ui.id().with(name), Sense::hover());
        response.on_hover_text(format!("{name}: {:.1} % of the time. {hover}", 100.0 * share / sum));
        left += width;
    }
    ui.add_space(2.0);
    ui.spacing_mut().interact_size.y = 18.0;
    for row in parts.chunks(3) {
        ui.columns(3, |columns| {
            for (ui, (name, share, color, hover)) in columns.iter_mut().zip(row) {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 5.0;
                    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
                    ui.painter().rect_filled(rect, 2.0, color.ui());
                    let text = format!("{name} {:.0} %", 100.0 * share / sum);
                    ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui())).on_hover_text(*hover);
                });
            }
        });
    }
}

/// Every metric, the newest value.
fn metrics_ui(ui: &mut Ui, run: &Run) {
    section(ui, "Numbers of the last iteration", "");
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.spacing_mut().interact_size.y = 18.0;
    let first = [LEARNING_RATE, "loss/kl"];
    let columns = &run.curves.columns;
    let ordered = columns
        .iter()
        .filter(|(metric, _)| first.contains(&metric.as_str()))
        .chain(columns.iter().filter(|(metric, _)| !first.contains(&metric.as_str())));
    for (metric, values) in ordered {
        let Some(last) = values.iter().rev().find(|v| v.is_finite()) else { continue };
        let (words, unit) = name(metric);
        ui.horizontal(|ui| {
            let label = RichText::new(words).size(theme::SMALL + 0.5).color(MUTED.ui());
            ui.label(label).on_hover_text(format!("{metric} in metrics.csv of the run folder."));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                number(ui, format!("{} {unit}", digits(*last)), TEXT);
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, Sample};

    #[test]
    fn progress_time_and_phases_have_units() {
        let text = Desk::new(ui, [332.0, 900.0]).text();
        for expected in [
            "128 of 3000 iterations",
            "13.3 per s",
            "3 min 35 s",
            "108 k steps/s",
            "2160 × real time",
            "physics 34 %",
            "learn 33 %",
            "Learning rate",
            "KL divergence",
            "9.4 s",
        ] {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_run_that_just_began_and_none_at_all_say_so() {
        assert!(Desk::with(ui, [332.0, 500.0], Sample::idle()).text().contains("No run is shown"));
        let mut sample = Sample::new();
        sample.lab.runs[0].curves = Default::default();
        sample.lab.runs[0].phases = Phases::default();
        let text = Desk::with(ui, [332.0, 500.0], sample).text();
        assert!(text.contains("Known after the first iterations") && !text.contains("time left"), "{text}");
    }
}
