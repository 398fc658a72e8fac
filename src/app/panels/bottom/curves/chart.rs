//! One plot of one metric over training, for every run that is drawn.
use super::series;
use crate::app::palette::{self, BACKGROUND, LINE, MEASURED, MUTED, TEXT};
use crate::app::panels::lab_view::{CurveAxis, Memory};
use crate::app::panels::theme;
use crate::app::panels::widgets::{count, duration};
use crate::lab::model::Run;
use bevy_egui::egui::{
    Align, Align2, Frame, Layout, Margin, Rangef, Response, RichText, TextStyle, Ui, Vec2, pos2,
};
use egui_plot::{AxisHints, HoverPosition, Line, LineStyle, Plot, PlotPoints, PlotTransform, PlotUi, VLine};

/// What a plot shows.
pub(super) struct Chart<'a> {
    /// Name of the metric.
    pub metric: &'a str,
    /// The shown run first.
    pub runs: &'a [&'a Run],
    /// Iteration that is previewed.
    pub preview: Option<u64>,
    /// Points.
    pub size: Vec2,
}

/// Draws it; the response is that of the plot's area.
pub(super) fn chart_ui(ui: &mut Ui, chart: &Chart<'_>, memory: &Memory) -> (Response, PlotTransform) {
    let (name, unit) = series::name(chart.metric);
    heading_ui(ui, chart, &name, unit);
    let lines: Vec<Vec<[f64; 2]>> = chart.runs.iter().map(|run| line(run, chart.metric, memory)).collect();
    let right = chart.runs.iter().filter_map(|run| series::axis(&run.curves, memory.curve_axis).last());
    let x_range = [0.0, right.fold(1e-3, |most: f64, x| most.max(*x))];
    let y_range = range(&lines);
    let axis = memory.curve_axis;
    let frame = Frame::new().fill(BACKGROUND.ui()).corner_radius(4).inner_margin(Margin::symmetric(2, 2));
    let shown = frame.show(ui, |ui| {
        ui.visuals_mut().override_text_color = Some(MUTED.ui());
        ui.style_mut().text_styles.insert(TextStyle::Body, theme::number_font(10.0));
        let size = chart.size - Vec2::splat(4.0);
        Plot::new(("curve", chart.metric))
            .height(size.y)
            .width(size.x)
            .show_background(false)
            .show_axes([false, true])
            .show_grid([false, true])
            .custom_y_axes(vec![y_axis()])
            .grid_color(LINE.ui())
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .set_margin_fraction(Vec2::ZERO)
            .cursor_color(MUTED.ui_faded(0.5))
            .show_crosshair(false)
            .label_formatter(move |at| Some(readout(at, axis, unit)))
            .show(ui, |plot| {
                plot.set_plot_bounds_x(x_range[0]..=x_range[1]);
                plot.set_plot_bounds_y(y_range[0]..=y_range[1]);
                for (i, (run, points)) in chart.runs.iter().zip(lines).enumerate().rev() {
                    let points = series::thin(points, x_range, size.x as usize);
                    let line = Line::new(run.name.clone(), PlotPoints::from(points));
                    plot.line(line.color(palette::curve(i).ui()).width(if i == 0 { 1.8 } else { 1.4 }));
                }
                marks(plot, chart, axis);
            })
    });
    if let Some(run) = chart.runs.first() {
        names(ui, run, &shown.inner, axis);
    }
    (shown.inner.response, shown.inner.transform)
}

fn heading_ui(ui: &mut Ui, chart: &Chart<'_>, name: &str, unit: &str) {
    ui.spacing_mut().interact_size.y = 18.0;
    ui.allocate_ui_with_layout(Vec2::new(chart.size.x, 18.0), Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let last = chart.runs.first().and_then(|run| run.curves.column(chart.metric));
        let last = last.and_then(|values| values.iter().rev().find(|v| v.is_finite()));
        if !unit.is_empty() {
            ui.label(RichText::new(unit).size(theme::SMALL).color(MUTED.ui()));
        }
        if let Some(last) = last {
            let text = RichText::new(series::digits(*last)).font(theme::number_font(theme::SMALL));
            ui.label(text.color(TEXT.ui())).on_hover_text("The newest value, not smoothed.");
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.label(RichText::new(name).color(TEXT.ui()))
                .on_hover_text(format!("{} in metrics.csv of the run folder.", chart.metric));
        });
    });
}

fn line(run: &Run, metric: &str, memory: &Memory) -> Vec<[f64; 2]> {
    let axis = series::axis(&run.curves, memory.curve_axis);
    run.curves.column(metric).map_or(vec![], |values| series::smooth(axis, values, memory.smoothing))
}

/// Lowest and highest value with some air.
fn range(lines: &[Vec<[f64; 2]>]) -> [f64; 2] {
    let values = lines.iter().flatten().map(|[_, y]| *y);
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    if low > high {
        return [0.0, 1.0];
    }
    let air = ((high - low) * 0.08).max(high.abs() * 1e-3).max(1e-9);
    [low - air, high + air * 2.0]
}

fn y_axis() -> AxisHints<'static> {
    AxisHints::new_y()
        .formatter(|mark, _| series::digits(mark.value + 0.0))
        .label_spacing(Rangef::new(14.0, 26.0))
        .min_thickness(34.0)
}

/// Dashed lines where knobs were turned, and where the past is looked at.
fn marks(plot: &mut PlotUi<'_>, chart: &Chart<'_>, axis: CurveAxis) {
    let Some(run) = chart.runs.first() else { return };
    let places = series::axis(&run.curves, axis);
    for change in &run.changes {
        let Some(x) = series::place(&run.curves, places, change.iteration) else { continue };
        let color = MEASURED.ui_faded(if change.undone { 0.35 } else { 0.9 });
        let line = VLine::new(series::knob_name(&change.key), x).color(color).width(1.0);
        plot.vline(line.style(LineStyle::Dashed { length: 5.0 }).allow_hover(false));
    }
    if let Some(x) = chart.preview.and_then(|i| series::place(&run.curves, places, i)) {
        plot.vline(VLine::new("shown", x).color(TEXT.ui()).width(1.5).allow_hover(false));
    }
}

/// Names of turned knobs beside their lines, as far as they do not cover each other.
fn names(ui: &Ui, run: &Run, plot: &egui_plot::PlotResponse<()>, axis: CurveAxis) {
    let area = plot.response.rect;
    if area.height() < 44.0 {
        return;
    }
    let places = series::axis(&run.curves, axis);
    let mut ends = [f32::NEG_INFINITY; 2];
    for change in &run.changes {
        let Some(x) = series::place(&run.curves, places, change.iteration) else { continue };
        let x = plot.transform.position_from_point_x(x) + 3.0;
        let color = MEASURED.ui_faded(if change.undone { 0.5 } else { 1.0 });
        let font = theme::text_font(10.5);
        let text = ui.painter().layout_no_wrap(series::knob_name(&change.key), font, color);
        let Some(row) = ends.iter().position(|end| x > end + 4.0) else { continue };
        if x + text.size().x > area.right() {
            let at = pos2(x - 6.0, area.top() + 2.0 + 12.0 * row as f32);
            let left = Align2::RIGHT_TOP.anchor_size(at, text.size());
            if left.left() > ends[row] + 4.0 {
                ui.painter().galley(left.min, text, color);
            }
            ends[row] = area.right();
            continue;
        }
        ends[row] = x + text.size().x;
        ui.painter().galley(pos2(x, area.top() + 2.0 + 12.0 * row as f32), text, color);
    }
}

fn readout(at: &HoverPosition<'_>, axis: CurveAxis, unit: &str) -> String {
    match at {
        HoverPosition::NearDataPoint { plot_name, position, .. } => {
            format!("{plot_name}\n{} {unit}\n{}", series::digits(position.y), place(position.x, axis))
        }
        HoverPosition::Elsewhere { position } => place(position.x, axis),
    }
}

/// A place on the axis, with its unit.
pub(super) fn place(x: f64, axis: CurveAxis) -> String {
    match axis {
        CurveAxis::Seconds => duration(x),
        CurveAxis::Iterations => format!("iteration {x:.0}"),
        CurveAxis::EnvSteps => format!("{} steps", count(x)),
    }
}
