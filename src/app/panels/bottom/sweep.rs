//! A sweep: its settings, the best first, beside lines through all knobs. Both grow while its runs finish.
use super::plot;
use crate::app::palette::{BACKGROUND, COMMAND, DANGER, GOOD, LINE, MUTED, RAISED, TEXT, VIOLET};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::theme;
use crate::lab::LabCommand;
use crate::lab::model::SweepShown;
use crate::run::plots::{SweepAxis, SweepPlot};
use crate::run::sweep::{Line, Table, shown, words};
use bevy_egui::egui::{
    Align2, Color32, ComboBox, CornerRadius, Painter, Pos2, Rect, RichText, ScrollArea, Sense, Shape, Stroke,
    Ui, WidgetInfo, WidgetType, pos2, vec2,
};

/// Height of a setting in the table, points.
const ROW: f32 = 21.0;
/// Share of the width that the table has, and its largest width, points.
const TABLE: (f32, f32) = (0.46, 620.0);
/// Widths of rank, score and share that walked, points. A score of several seeds has a spread.
const FIXED: [f32; 3] = [24.0, 104.0, 52.0];
const SCORE_OF_ONE: f32 = 60.0;
/// How near to a line the pointer must be, points.
const NEAR: f32 = 8.0;
const HOVER: &str = "Click: shows its best run; Train then starts this setting.";

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let sweeps = &view.lab.sweeps;
    let chosen = sweeps.iter().find(|s| Some(&s.id) == memory.sweep.as_ref()).or(sweeps.first());
    let Some(sweep) = chosen else {
        return plot::nothing(ui, "No sweep yet: gaitlab sweep a1_flat --over train.algorithm.epochs=2,3,5");
    };
    head(ui, sweeps, sweep, memory);
    let Some(table) = &sweep.table else {
        let trouble = sweep.trouble.as_deref().unwrap_or("it cannot be read");
        ui.colored_label(DANGER.ui(), trouble);
        return;
    };
    if table.lines.is_empty() {
        return plot::nothing(ui, "No run of this sweep has finished yet.");
    }
    let size = ui.available_size();
    let wide = (size.x * TABLE.0).min(TABLE.1);
    let mut pointed = None;
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.set_width(wide);
            ui.set_height(size.y);
            pointed = table_ui(ui, sweep, table, out);
        });
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), size.y), Sense::click());
        ui.painter().rect_filled(rect, CornerRadius::same(theme::CORNER), BACKGROUND.ui());
        let axes = Axes::new(&sweep.plot, rect);
        let near = response.hover_pos().and_then(|at| axes.nearest(&sweep.plot, at));
        axes.paint(ui.painter(), &sweep.plot, pointed.or(near));
        if let Some(line) = near.and_then(|i| table.lines.get(i)) {
            let text = format!(
                "{}\n{}: {}\n{HOVER}",
                words(&table.knobs, &line.values),
                sweep.plot.score,
                table.score_words(line)
            );
            if response.on_hover_text_at_pointer(text).clicked() {
                show(sweep, table, line, out);
            }
        }
    });
}

/// Which sweep, and how far it is.
fn head(ui: &mut Ui, sweeps: &[SweepShown], sweep: &SweepShown, memory: &mut Memory) {
    ui.horizontal(|ui| {
        let title = |s: &SweepShown| format!("{} · {}", s.task, s.name);
        ComboBox::from_id_salt("sweep").width(190.0).selected_text(title(sweep)).show_ui(ui, |ui| {
            for other in sweeps {
                if ui.selectable_label(other.id == sweep.id, title(other)).clicked() {
                    memory.sweep = Some(other.id.clone());
                }
            }
        });
        if let Some(table) = &sweep.table {
            let better = if sweep.plot.higher_is_better { "higher" } else { "lower" };
            let done = format!(
                "{} of {} runs · {} ({better} is better)",
                table.done(),
                table.total(),
                sweep.plot.score
            );
            ui.label(RichText::new(done).size(theme::SMALL).color(MUTED.ui()));
        }
    });
}

/// Asks for the best run of a setting.
fn show(sweep: &SweepShown, table: &Table, line: &Line, out: &mut Outbox) {
    if let Some(run) = line.best(&table.asked.score).filter(|run| !run.folder.is_empty()) {
        out.send(LabCommand::LoadRun { run: format!("{}/{}", sweep.id, run.folder), iteration: None });
    }
}

/// The settings; returns that under the pointer.
fn table_ui(ui: &mut Ui, sweep: &SweepShown, table: &Table, out: &mut Outbox) -> Option<usize> {
    ui.spacing_mut().item_spacing.y = 0.0;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let titles = ["", "score", "walked"].map(String::from).into_iter();
    let names = titles.chain(table.knobs.iter().map(|k| k.short().to_owned()));
    let fixed = if table.asked.seeds == 1 { [FIXED[0], SCORE_OF_ONE, FIXED[2]] } else { FIXED };
    row_text(ui.painter(), rect, fixed, names.map(|name| (name, MUTED.ui())), false);
    ui.painter().hline(rect.x_range(), rect.bottom(), theme::line());
    let mut pointed = None;
    ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW, table.lines.len(), |ui, rows| {
        for index in rows {
            let line = &table.lines[index];
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
            let name = format!("setting {}", words(&table.knobs, &line.values));
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, &name));
            if response.hovered() {
                ui.painter().rect_filled(rect, CornerRadius::same(3), RAISED.ui());
                pointed = Some(index);
            }
            let score = if line.failed() > 0 { DANGER.ui() } else { TEXT.ui() };
            let cells = [
                (format!("{}", index + 1), rank_color(sweep.plot.rank(index), 1.0)),
                (table.score_words(line), score),
                (format!("{}/{}", line.walked(), line.runs.len()), MUTED.ui()),
            ];
            let values = line.values.iter().map(|v| (shown(v), TEXT.ui()));
            row_text(ui.painter(), rect, fixed, cells.into_iter().chain(values), true);
            if response.on_hover_text(format!("{name}\n{HOVER}")).clicked() {
                show(sweep, table, line, out);
            }
        }
    });
    pointed
}

/// Texts of a row, each cut to its column: three of fixed width, the others share the rest.
fn row_text(
    painter: &Painter,
    row: Rect,
    fixed: [f32; 3],
    cells: impl Iterator<Item = (String, Color32)>,
    numbers: bool,
) {
    let cells: Vec<(String, Color32)> = cells.collect();
    let rest = (row.width() - fixed.iter().sum::<f32>()) / (cells.len() - fixed.len()).max(1) as f32;
    let font = if numbers { theme::number_font(theme::SMALL) } else { theme::text_font(theme::SMALL) };
    let mut left = row.left();
    for (i, (text, color)) in cells.into_iter().enumerate() {
        let width = fixed.get(i).copied().unwrap_or(rest);
        let cell = Rect::from_x_y_ranges(left..=left + width - 8.0, row.y_range());
        painter.with_clip_rect(cell.intersect(painter.clip_rect())).text(
            cell.left_center() + vec2(4.0, 0.0),
            Align2::LEFT_CENTER,
            text,
            font.clone(),
            color,
        );
        left += width;
    }
}

/// Green for the best, over blue, to a faint violet.
fn rank_color(rank: f64, opacity: f32) -> Color32 {
    let rank = rank as f32;
    let color = match rank {
        r if r < 0.5 => VIOLET.ui_faded(0.35).lerp_to_gamma(COMMAND.ui_faded(0.75), r * 2.0),
        r => COMMAND.ui_faded(0.75).lerp_to_gamma(GOOD.ui(), r * 2.0 - 1.0),
    };
    color.gamma_multiply(opacity)
}

/// Where axes stand.
struct Axes {
    all: Vec<SweepAxis>,
    x: Vec<f32>,
    y: [f32; 2],
}

impl Axes {
    fn new(plot: &SweepPlot, rect: Rect) -> Self {
        let all: Vec<SweepAxis> = plot.axes.iter().cloned().chain([plot.score_axis(false)]).collect();
        let (left, right) = (rect.left() + 70.0, rect.right() - 16.0);
        let last = (all.len() - 1).max(1) as f32;
        let x = (0..all.len()).map(|i| left + (right - left) * i as f32 / last).collect();
        Self { all, x, y: [rect.bottom() - 12.0, rect.top() + 30.0] }
    }

    fn points(&self, plot: &SweepPlot, line: usize) -> Vec<Pos2> {
        let line = &plot.lines[line];
        let values = line.values.iter().copied().chain([line.score]);
        let y = |share: f64| self.y[0] + (self.y[1] - self.y[0]) * share.clamp(0.0, 1.0) as f32;
        values.zip(&self.all).zip(&self.x).map(|((v, axis), x)| pos2(*x, y(axis.share(v)))).collect()
    }

    /// The line nearest to a place, if one is near; of several the best.
    fn nearest(&self, plot: &SweepPlot, at: Pos2) -> Option<usize> {
        let distance = |line: usize| {
            let points = self.points(plot, line);
            points.windows(2).map(|p| to_segment(at, p[0], p[1])).fold(f32::INFINITY, f32::min)
        };
        let near = (0..plot.lines.len()).map(|i| (i, distance(i)));
        near.filter(|(_, d)| *d < NEAR).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
    }

    fn paint(&self, painter: &Painter, plot: &SweepPlot, pointed: Option<usize>) {
        for x in &self.x {
            painter.vline(*x, self.y[1]..=self.y[0], Stroke::new(1.5, LINE.ui()));
        }
        let fade = if pointed.is_some() { 0.45 } else { 1.0 };
        for line in (0..plot.lines.len()).rev().filter(|i| Some(*i) != pointed) {
            let width = if line == 0 { 2.4 } else { 1.2 };
            let stroke = Stroke::new(width, rank_color(plot.rank(line), fade));
            painter.add(Shape::line(self.points(plot, line), stroke));
        }
        if let Some(line) = pointed.filter(|i| *i < plot.lines.len()) {
            let points = self.points(plot, line);
            points.iter().for_each(|p| {
                painter.circle_filled(*p, 3.5, TEXT.ui());
            });
            painter.add(Shape::line(points, Stroke::new(2.4, TEXT.ui())));
        }
        self.names(painter, plot);
    }

    fn names(&self, painter: &Painter, plot: &SweepPlot) {
        let room = self.x.get(1).map_or(200.0, |x| x - self.x[0]) - 14.0;
        let ground = BACKGROUND.ui_faded(0.8);
        for (i, (axis, x)) in self.all.iter().zip(&self.x).enumerate() {
            for (share, text) in axis.ticks(5) {
                let y = self.y[0] + (self.y[1] - self.y[0]) * share as f32;
                let galley = painter.layout_no_wrap(text, theme::number_font(10.0), MUTED.ui());
                let at = pos2(x - 7.0 - galley.size().x, y - galley.size().y / 2.0);
                painter.rect_filled(Rect::from_min_size(at, galley.size()), 0.0, ground);
                painter.galley(at, galley, MUTED.ui());
                painter.hline(x - 4.0..=*x, y, Stroke::new(1.0, MUTED.ui()));
            }
            let is_last = i + 1 == self.all.len();
            let name = match axis {
                _ if is_last => plot.score.split(',').next().unwrap_or_default(),
                SweepAxis::Numbers { name, .. } | SweepAxis::Names { name, .. } => name,
            };
            let mut job = bevy_egui::egui::text::LayoutJob::simple_singleline(
                name.to_owned(),
                theme::text_font(theme::SMALL),
                if is_last { TEXT.ui() } else { MUTED.ui() },
            );
            job.wrap = bevy_egui::egui::text::TextWrapping::truncate_at_width(room.max(40.0));
            let galley = painter.layout_job(job);
            let left = if is_last {
                x + 8.0 - galley.size().x
            } else {
                (x - galley.size().x / 2.0).max(self.x[0] - 62.0)
            };
            painter.galley(pos2(left, self.y[1] - 24.0), galley, MUTED.ui());
        }
    }
}

/// From a point to the nearest point between two others.
fn to_segment(at: Pos2, a: Pos2, b: Pos2) -> f32 {
    let (way, to) = (b - a, at - a);
    let share = (to.dot(way) / way.length_sq().max(1e-6)).clamp(0.0, 1.0);
    (to - way * share).length()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, Sample};

    const SIZE: [f32; 2] = [1080.0, 232.0];

    #[test]
    fn settings_are_listed_the_best_first_and_a_click_shows_one() {
        let mut desk = Desk::new(ui, SIZE);
        let text = desk.text();
        for expected in ["a1_flat · soft 06:28", "of 40 runs", "action_rate.weight", "2/2", "time to walk"] {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
        desk.picture("bottom_sweep.png");
        let sweep = desk.sample.lab.sweeps[0].clone();
        let table = sweep.table.unwrap();
        let best = table.lines[0].best(&table.asked.score).unwrap();
        let (run, score) = (format!("{}/{}", sweep.id, best.folder), table.score_words(&table.lines[0]));
        assert_eq!(desk.click(&score), [LabCommand::LoadRun { run, iteration: None }]);
        desk.hover(&score);
        let mut small = Desk::new(ui, [300.0, 120.0]);
        small.text();
    }

    #[test]
    fn without_sweeps_and_with_a_bad_one_it_says_so() {
        let mut desk = Desk::with(ui, SIZE, Sample::idle());
        desk.sample.lab.sweeps[0].table = None;
        desk.sample.lab.sweeps[0].trouble = Some("the sweep is of version 9".into());
        assert!(desk.text().contains("of version 9"));
        desk.sample.lab.sweeps.clear();
        assert!(desk.text().contains("gaitlab sweep"));
    }
}
