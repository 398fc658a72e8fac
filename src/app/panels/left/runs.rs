//! Runs and tasks: which there are, what they reached, which is shown.
use crate::app::palette::{self, COMMAND, DANGER, GOOD, MEASURED, MUTED, RAISED, Rgb, TEXT};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::app::panels::widgets::{duration, muted, section};
use crate::lab::LabCommand;
use crate::lab::command::Panel;
use crate::lab::model::{Run, SweepShown};
use crate::run::metrics::EPISODE_REWARD;
use crate::run::session::RunState;
use bevy_egui::egui::{
    Align2, CornerRadius, Painter, Rect, Response, ScrollArea, Sense, Shape, Stroke, TextEdit, Ui,
    WidgetInfo, WidgetType, pos2, vec2,
};

/// Height of a run, points.
const ROW: f32 = 48.0;
/// Size of the little curve, points.
const SPARK: [f32; 2] = [58.0, 18.0];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    ui.spacing_mut().item_spacing.y = 2.0;
    if view.lab.runs.len() > 3 || !memory.run_filter.is_empty() {
        let field = TextEdit::singleline(&mut memory.run_filter).hint_text("filter by name, task or state");
        ui.add(field.desired_width(f32::INFINITY).margin(vec2(8.0, 5.0)))
            .on_hover_text("Shows only runs with these words.");
        ui.add_space(4.0);
    }
    let words: Vec<String> = memory.run_filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |run: &&Run| {
        let text =
            format!("{} {} {} {}", run.id, title(run), state(run).1, run.note.as_deref().unwrap_or_default())
                .to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let runs: Vec<&Run> = view.lab.runs.iter().filter(fits).collect();
    if runs.is_empty() {
        let text = if view.lab.runs.is_empty() {
            "No run yet. Press ▶ Train above, and watch robots learn to walk."
        } else {
            "No run has these words."
        };
        muted(ui, text);
    }
    for run in runs {
        run_ui(ui, view, run, out);
    }
    if !view.lab.sweeps.is_empty() {
        ui.add_space(10.0);
        section(ui, "Sweeps", "");
    }
    for sweep in &view.lab.sweeps {
        sweep_ui(ui, sweep, memory, out);
    }
    ui.add_space(10.0);
    section(ui, "Tasks", "");
    for task in &view.lab.tasks {
        let row = ui.selectable_label(task.name == view.lab.task, &task.name);
        if row.on_hover_text(format!("{}. Click: Train starts this one.", task.about)).clicked() {
            out.send(LabCommand::ChooseTask(task.name.clone()));
        }
    }
}

fn sweep_ui(ui: &mut Ui, sweep: &SweepShown, memory: &mut Memory, out: &mut Outbox) {
    let state = match &sweep.table {
        Some(table) if table.done() < table.total() => format!("{} of {} runs", table.done(), table.total()),
        Some(table) => format!("{} runs", table.done()),
        None => "trouble".into(),
    };
    let hover = match (&sweep.trouble, &sweep.table) {
        (Some(trouble), _) => format!("{}\nTrouble: {trouble}", sweep.id),
        (None, Some(table)) => format!("{}\n{}. Click to see its settings.", sweep.id, table.title()),
        (None, None) => sweep.id.clone(),
    };
    let row = ui.selectable_label(false, format!("{} · {}, {state}", sweep.task, sweep.name));
    if row.on_hover_text(hover).clicked() {
        memory.sweep = Some(sweep.id.clone());
        out.send(LabCommand::ShowPanel(Panel::Sweep));
    }
}

fn title(run: &Run) -> String {
    format!("{} · {}", run.task, run.name)
}

/// Colour and words of what a run does or did.
fn state(run: &Run) -> (Rgb, String) {
    let after = duration(run.seconds);
    let branch = run.parent.as_ref().map(|(_, iteration)| format!("branch at {iteration}"));
    match (&run.state, branch) {
        _ if run.trouble.is_some() => (DANGER, "its folder has trouble".into()),
        (RunState::Learning, None) => (GOOD, "learning".into()),
        (RunState::Learning, Some(branch)) => (COMMAND, format!("{branch} · learning")),
        (RunState::Starting, _) => (MEASURED, "starting".into()),
        (RunState::Paused, _) => (MEASURED, format!("paused at {after}")),
        (RunState::Failed(_), _) => (DANGER, format!("failed after {after}")),
        (_, Some(branch)) => (MUTED, format!("{branch} · done {after}")),
        (RunState::Stopped, None) => (MUTED, format!("stopped after {after}")),
        (RunState::Finished | RunState::Stored, None) => (MUTED, format!("done {after}")),
    }
}

fn run_ui(ui: &mut Ui, view: &LabView<'_>, run: &Run, out: &mut Outbox) {
    let slot = view.lab.shown.iter().position(|shown| shown.as_ref() == Some(&run.id));
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, slot.is_some(), title(run)));
    let painter = ui.painter();
    if slot.is_some() || response.hovered() {
        let fill = if slot.is_some() { RAISED.ui() } else { RAISED.ui_faded(0.6) };
        painter.rect_filled(rect.expand2(vec2(8.0, 0.0)), CornerRadius::same(theme::CORNER), fill);
    }
    let (dot, words) = state(run);
    painter.circle_filled(pos2(rect.left() + 4.0, rect.top() + 16.0), 3.5, dot.ui());
    let curve_color = match slot {
        Some(slot) => palette::curve(slot),
        None if run.compared => compared_color(view, run),
        None => MUTED,
    };
    let room = rect.width() - 18.0 - SPARK[0] - 8.0;
    let line = |y: f32, text: &str, size: f32, color: Rgb| {
        let mut job = bevy_egui::egui::text::LayoutJob::simple_singleline(
            text.into(),
            theme::text_font(size),
            color.ui(),
        );
        job.wrap = bevy_egui::egui::text::TextWrapping::truncate_at_width(room);
        let text = painter.layout_job(job);
        painter.galley(pos2(rect.left() + 18.0, rect.top() + y - text.size().y / 2.0), text, color.ui());
    };
    line(16.0, &title(run), theme::BODY, TEXT);
    line(34.0, &words, theme::SMALL, if run.trouble.is_some() { DANGER } else { MUTED });
    let rewards = run.curves.column(EPISODE_REWARD).unwrap_or_default();
    if let Some(last) = rewards.iter().rev().find(|v| v.is_finite()) {
        let at = pos2(rect.right(), rect.top() + 14.0);
        let font = theme::number_font(theme::SMALL);
        painter.text(at, Align2::RIGHT_CENTER, format!("{last:.1}"), font, MUTED.ui());
    }
    let place = Rect::from_min_size(pos2(rect.right() - SPARK[0], rect.top() + 24.0), SPARK.into());
    spark(painter, place, rewards, curve_color);
    hover_and_menu(response, view, run, out);
}

/// The colour of a compared run's curves; see the curves panel.
fn compared_color(view: &LabView<'_>, run: &Run) -> Rgb {
    let index = crate::app::panels::bottom::curves::drawn(view).iter().position(|other| other.id == run.id);
    index.map_or(MUTED, palette::curve)
}

fn hover_and_menu(response: Response, view: &LabView<'_>, run: &Run, out: &mut Outbox) {
    response.context_menu(|ui| menu_ui(ui, run, out));
    let trouble = run.trouble.as_ref().map_or(String::new(), |trouble| format!("\nTrouble: {trouble}"));
    let failed = match &run.state {
        RunState::Failed(why) => format!("\nIt failed: {why}"),
        _ => String::new(),
    };
    let note = run.note.as_ref().map_or(String::new(), |note| format!("\n“{note}”"));
    let hover = format!(
        "{}{note}\niteration {} of {}, {:.1} M environment steps. The number is the mean sum of rewards of the last \
         episodes.{trouble}{failed}\nClick to show it; right button for more.",
        run.id,
        run.iteration,
        run.iterations,
        run.env_steps as f64 / 1e6
    );
    let is_shown = view.lab.shown[0].as_ref() == Some(&run.id);
    if response.on_hover_text(hover).clicked() && !is_shown {
        out.send(LabCommand::LoadRun { run: run.id.clone(), iteration: None });
    }
}

fn menu_ui(ui: &mut Ui, run: &Run, out: &mut Outbox) {
    let load = |iteration| LabCommand::LoadRun { run: run.id.clone(), iteration };
    if ui.button("Show it").on_hover_text("Shows its newest policy.").clicked() {
        out.send(load(None));
        ui.close();
    }
    let can_resume = !run.state.is_live() && run.trouble.is_none();
    ui.add_enabled_ui(can_resume, |ui| {
        if ui.button("Resume").on_hover_text("Goes on learning from its newest checkpoint.").clicked() {
            out.send(LabCommand::ResumeRun { run: run.id.clone(), iteration: None });
            ui.close();
        }
    });
    let words = if run.compared { "Take its curves away" } else { "Compare its curves" };
    if ui.button(words).on_hover_text("Draws its curves over those of the shown run, or not.").clicked() {
        out.send(LabCommand::Compare { run: run.id.clone(), on: !run.compared });
        ui.close();
    }
    ui.menu_button("Load checkpoint…", |ui| {
        ScrollArea::vertical().max_height(260.0).show(ui, |ui| {
            for iteration in run.checkpoints.iter().rev() {
                if ui.button(format!("iteration {iteration}")).clicked() {
                    out.send(load(Some(*iteration)));
                    ui.close();
                }
            }
            if run.checkpoints.is_empty() {
                muted(ui, "none saved yet");
            }
        });
    });
    if ui.button("Copy the folder's path").on_hover_text(run.folder.display().to_string()).clicked() {
        ui.ctx().copy_text(run.folder.display().to_string());
        ui.close();
    }
}

/// A curve without axes, from its first to its last value.
fn spark(painter: &Painter, place: Rect, values: &[f64], color: Rgb) {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.len() < 2 {
        return;
    }
    let (low, high) = finite.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let span = (high - low).max(1e-9);
    let most = place.width() as usize;
    let points = (0..most.min(finite.len())).map(|i| {
        let share = i as f32 / (most.min(finite.len()) - 1) as f32;
        let value = finite[((finite.len() - 1) as f32 * share).round() as usize];
        pos2(
            place.left() + share * place.width(),
            place.bottom() - ((value - low) / span) as f32 * place.height(),
        )
    });
    painter.add(Shape::line(points.collect(), Stroke::new(1.3, color.ui())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, LIVE};

    fn desk() -> Desk {
        Desk::new(ui, [252.0, 500.0])
    }

    #[test]
    fn runs_say_what_they_do_and_what_they_reached() {
        let text = desk().text();
        for expected in
            ["a1_flat · now", "learning", "branch at 60", "done 14.2 s", "folder has trouble", "Tasks"]
        {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_click_shows_a_run_and_the_shown_one_needs_none() {
        let mut desk = desk();
        let run = "a1_flat/20261121_104200_run".to_owned();
        assert_eq!(desk.click("a1_flat · 10:42"), [LabCommand::LoadRun { run, iteration: None }]);
        assert_eq!(desk.click("a1_flat · now"), []);
        assert!(desk.hover("a1_flat · now").contains("1.0 M environment steps"));
    }

    #[test]
    fn the_menu_resumes_compares_and_loads_checkpoints() {
        let mut desk = desk();
        let run = "a1_flat/20261121_104200_run".to_owned();
        desk.right_click("a1_flat · 10:42");
        let asked = desk.click("Resume");
        assert_eq!(asked, [LabCommand::ResumeRun { run: run.clone(), iteration: None }]);
        desk.right_click("a1_flat · 10:42");
        assert_eq!(desk.click("Compare its curves"), [LabCommand::Compare { run, on: true }]);
        desk.right_click("a1_flat · now");
        assert_eq!(desk.click("Resume"), [], "a run at work cannot be resumed");
    }

    #[test]
    fn the_filter_leaves_what_fits() {
        let mut desk = desk();
        desk.memory.run_filter = "softer".into();
        let text = desk.text();
        assert!(text.contains("softer feet") && !text.contains("10:42"), "{text}");
        desk.memory.run_filter = "nothing like this".into();
        assert!(desk.text().contains("No run has these words"));
        assert!(desk.sample.lab.runs.iter().any(|run| run.id == LIVE));
    }
}
