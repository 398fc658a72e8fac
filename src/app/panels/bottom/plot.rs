//! How every plot of the window looks: one frame, one kind of axis, one way to say what is where.
use crate::app::palette::{self, BACKGROUND, LINE, MUTED, TEXT};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::plot_files::place;
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use crate::lab::command::Panel;
use crate::robot::RobotSpec;
use crate::run::session::Knob;
use bevy_egui::egui::{
    Align, Align2, Button, Color32, CornerRadius, Frame, Layout, Margin, Rangef, Rect, Response, RichText,
    Sense, Stroke, Ui, Vec2, vec2,
};
use egui_plot::{
    AxisHints, GridMark, HLine, HoverPosition, Line, LineStyle, Plot, PlotPoints, PlotUi, VLine,
};

/// One curve.
pub(in crate::app::panels) struct Curve {
    pub name: String,
    pub color: Color32,
    pub width: f32,
    pub points: Vec<[f64; 2]>,
    pub is_dashed: bool,
}

impl Curve {
    /// A solid one.
    pub fn new(name: impl Into<String>, color: Color32, points: impl IntoIterator<Item = [f64; 2]>) -> Self {
        // a curve that went through something that is no number would not be drawn at all
        let points = points.into_iter().filter(|[x, y]| x.is_finite() && y.is_finite()).collect();
        Self { name: name.into(), color, width: 1.5, points, is_dashed: false }
    }
    /// A thinner, dashed one, for what is wanted and not what is.
    pub fn dashed(mut self) -> Self {
        (self.is_dashed, self.width) = (true, 1.0);
        self
    }
}

/// A plot over time.
pub(in crate::app::panels) struct TimePlot<'a> {
    /// Unique.
    pub id: &'a str,
    pub unit: &'a str,
    pub hover: &'a str,
    /// Earliest and latest time that could be shown, s.
    pub x: [f64; 2],
    pub y: [f64; 2],
    /// Values that must not be passed.
    pub limits: Vec<(f64, Color32)>,
    /// Time that is shown while something earlier than the newest is shown, s.
    pub cursor: Option<f64>,
    pub size: Vec2,
}

impl TimePlot<'_> {
    /// Draws it.
    pub fn show(&self, ui: &mut Ui, curves: &[Curve]) -> Response {
        self.show_with(ui, curves, |_| {})
    }

    /// Draws it with something more below the curves.
    pub fn show_with(&self, ui: &mut Ui, curves: &[Curve], more: impl FnOnce(&mut PlotUi<'_>)) -> Response {
        let (unit, newest) = (self.unit.to_owned(), self.x[1]);
        let cursor_color = TEXT.ui();
        let plot = plain_plot(self.id, self.y)
            .x_grid_spacer(move |input| marks(input.bounds.0, input.bounds.1, 4))
            .label_formatter(move |at| Some(hover_label(at, newest, &unit)));
        frame(ui, self.size, |ui, size| {
            plot.width(size.x).height(size.y).show(ui, |plot| {
                plot.set_plot_bounds_x(self.x[0]..=self.x[1]);
                plot.set_plot_bounds_y(self.y[0]..=self.y[1]);
                more(plot);
                for (at, color) in &self.limits {
                    let style = LineStyle::Dashed { length: 5.0 };
                    plot.hline(
                        HLine::new("limit", *at).color(color.gamma_multiply(0.6)).style(style).width(1.0),
                    );
                }
                curves.iter().for_each(|curve| plot.line(line(curve)));
                if let Some(cursor) = self.cursor {
                    plot.vline(VLine::new("shown", cursor).color(cursor_color).width(1.0));
                }
            })
        })
        .response
        .on_hover_text_at_pointer(self.hover)
    }
}

/// A plot without anything that a person could move by accident.
pub(in crate::app::panels) fn plain_plot<'a>(id: &str, y: [f64; 2]) -> Plot<'a> {
    let axis = AxisHints::new_y()
        .formatter(|mark, _| axis_text(mark.value, mark.step_size))
        .label_spacing(Rangef::new(6.0, 10.0))
        .min_thickness(30.0);
    Plot::new(id)
        .show_background(false)
        .show_axes([false, true])
        .custom_y_axes(vec![axis])
        .y_grid_spacer(move |_| marks(y[0], y[1], 4))
        .grid_color(LINE.ui())
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .set_margin_fraction(Vec2::ZERO)
}

/// The dark ground behind a plot; `size` is that of the whole.
pub(in crate::app::panels) fn frame<R>(ui: &mut Ui, size: Vec2, add: impl FnOnce(&mut Ui, Vec2) -> R) -> R {
    let margin = Margin::symmetric(4, 3);
    let inner = (size - vec2(8.0, 6.0)).max(vec2(20.0, 20.0));
    let frame = Frame::new().fill(BACKGROUND.ui()).corner_radius(theme::CORNER).inner_margin(margin);
    let muted = MUTED.ui();
    let shown = frame.show(ui, |ui| {
        ui.set_min_size(inner);
        ui.visuals_mut().override_text_color = Some(muted);
        add(ui, inner)
    });
    shown.inner
}

fn line<'a>(curve: &Curve) -> Line<'a> {
    let style = if curve.is_dashed { LineStyle::Dashed { length: 4.0 } } else { LineStyle::Solid };
    Line::new(curve.name.clone(), PlotPoints::from(curve.points.clone()))
        .color(curve.color)
        .width(curve.width)
        .style(style)
}

fn hover_label(at: &HoverPosition<'_>, newest: f64, unit: &str) -> String {
    match at {
        HoverPosition::NearDataPoint { plot_name, position, .. } => {
            format!("{plot_name} {:+.2} {unit}\n{:.2} s before now", position.y, newest - position.x)
        }
        HoverPosition::Elsewhere { position } => format!("{:+.2} {unit}", position.y),
    }
}

/// About `count` round numbers within an interval.
pub(in crate::app::panels) fn marks(low: f64, high: f64, count: usize) -> Vec<GridMark> {
    let rough = (high - low) / count.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 {
        return vec![];
    }
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999);
    let step = step.unwrap_or(rough);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

fn axis_text(value: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    let value = if value.abs() < step * 1e-6 { 0.0 } else { value };
    format!("{value:.digits$}").replace('-', "−")
}

/// The interval of all finite values and of `least`, with some room.
pub(in crate::app::panels) fn bounds(values: impl IntoIterator<Item = f64>, least: [f64; 2]) -> [f64; 2] {
    let finite = values.into_iter().filter(|v| v.is_finite());
    let (low, high) = finite.fold((least[0], least[1]), |(low, high), v| (low.min(v), high.max(v)));
    let room = ((high - low) * 0.06).max(1e-6);
    [low - room, high + room]
}

/// Earliest and latest time of plots over the whole timeline, and the moment that is shown if it is not the newest, s.
pub(in crate::app::panels) fn span(view: &LabView<'_>, seconds: f64) -> ([f64; 2], Option<f64>) {
    let newest = view.timeline.samples.back().map_or(0.0, |s| s.time_s);
    ([newest - seconds, newest], view.timeline.rewind_s.map(|_| view.timeline.now_s()))
}

/// First and last moment under a plot, seen from the newest.
pub(in crate::app::panels) fn time_axis(ui: &mut Ui, [from, to]: [f64; 2], newest: f64, width: f32) {
    let (rect, _) = ui.allocate_exact_size(vec2(width, 14.0), Sense::hover());
    let (font, color) = (theme::text_font(11.0), MUTED.ui());
    ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, ago(newest - from), font.clone(), color);
    ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, ago(newest - to), font, color);
}

fn ago(seconds: f64) -> String {
    match seconds {
        s if s < 0.005 => "now".into(),
        s if (s - s.round()).abs() < 0.005 => format!("{s:.0} s ago"),
        s => format!("{s:.1} s ago"),
    }
}

/// A square in the colour of something, with its name.
pub(in crate::app::panels) fn legend(ui: &mut Ui, color: Color32, name: &str, hover: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 18.0), Sense::hover());
    let square = Rect::from_center_size(rect.center(), vec2(9.0, 9.0));
    ui.painter().rect_filled(square, CornerRadius::same(2), color);
    ui.label(RichText::new(name).size(theme::SMALL).color(MUTED.ui())).on_hover_text(hover);
}

/// Title, unit and what stands at the right of a plot.
pub(in crate::app::panels) fn heading(
    ui: &mut Ui,
    title: &str,
    unit: &str,
    hover: &str,
    right: impl FnOnce(&mut Ui),
) {
    ui.horizontal(|ui| {
        ui.set_height(18.0);
        ui.spacing_mut().interact_size.y = 18.0;
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.label(RichText::new(title).color(TEXT.ui())).on_hover_text(hover);
        ui.label(RichText::new(unit).size(theme::SMALL).color(MUTED.ui()));
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}

/// What a panel is, with its controls, and buttons that save what it shows.
pub(in crate::app::panels) fn toolbar(
    ui: &mut Ui,
    view: &LabView<'_>,
    panel: Panel,
    out: &mut Outbox,
    controls: impl FnOnce(&mut Ui, &mut Outbox),
) {
    ui.horizontal(|ui| {
        ui.set_height(22.0);
        ui.spacing_mut().interact_size.y = 20.0;
        ui.spacing_mut().button_padding = vec2(7.0, 2.0);
        controls(ui, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| save_buttons(ui, view, panel, out));
    });
}

/// Buttons that save what a plot shows; right to left.
pub(in crate::app::panels) fn save_buttons(ui: &mut Ui, view: &LabView<'_>, panel: Panel, out: &mut Outbox) {
    for (ending, what) in [("csv", "numbers, as a table with units"), ("png", "picture")] {
        if ending == "png" && !place::has_picture(panel) {
            continue;
        }
        let text = RichText::new(ending.to_uppercase()).size(theme::SMALL).color(MUTED.ui());
        let hover = format!("Save the {what} in {}.", place::folder(view.lab).display());
        if ui.add(Button::new(text)).on_hover_text(hover).clicked() {
            let path = place::default_path(view.lab, panel, ending);
            out.send(LabCommand::SavePlot { panel, path });
        }
    }
}

/// Says in the middle of an empty panel why it is empty.
pub(in crate::app::panels) fn nothing(ui: &mut Ui, text: &str) {
    ui.vertical_centered(|ui| {
        // in a list that scrolls there is no end to the height
        let middle = ui.available_height().min(ui.clip_rect().height()) / 2.0 - 14.0;
        ui.add_space(if middle.is_finite() { middle.clamp(8.0, 120.0) } else { 24.0 });
        widgets::muted(ui, text);
    });
}

/// `FL_hip_joint` is "FL hip".
pub(in crate::app) fn short_name(joint: &str) -> String {
    joint.trim_end_matches("_joint").replace('_', " ")
}

/// Colour of a joint: its leg's, lighter near the base and darker at the foot, so that the joints of one leg differ.
pub(in crate::app::panels) fn joint_color(robot: &RobotSpec, joint: &str) -> Color32 {
    let Some((leg, at)) = place_in_leg(robot, joint) else { return MUTED.ui() };
    let hue = palette::leg(leg).ui();
    match at % 3 {
        0 => hue.lerp_to_gamma(TEXT.ui(), 0.5),
        1 => hue,
        _ => hue.lerp_to_gamma(BACKGROUND.ui(), 0.38),
    }
}

/// Leg of a joint, and how far from the base it is in the leg.
pub(in crate::app) fn place_in_leg(robot: &RobotSpec, joint: &str) -> Option<(usize, usize)> {
    let legs = robot.roles.legs.iter().enumerate();
    legs.filter_map(|(i, leg)| leg.joints.iter().position(|j| j == joint).map(|at| (i, at))).next()
}

/// The same joint of all legs, with its name without the leg's; joints that belong to no leg come last, one by one.
pub(in crate::app) fn joint_groups(robot: &RobotSpec) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(Option<usize>, String, Vec<usize>)> = vec![];
    for (index, joint) in robot.joints().enumerate() {
        let place = place_in_leg(robot, &joint.name);
        let name = short_name(&joint.name);
        let name = match place {
            Some((leg, _)) => {
                let leg = &robot.roles.legs[leg].name;
                name.strip_prefix(leg.as_str()).map_or(name.clone(), |n| n.trim().to_owned())
            }
            None => name,
        };
        let at = place.map(|(_, at)| at);
        match groups.iter_mut().find(|g| at.is_some() && g.0 == at) {
            Some(group) => group.2.push(index),
            None => groups.push((at, name, vec![index])),
        }
    }
    groups.into_iter().map(|(_, name, joints)| (name, joints)).collect()
}

/// Short name of a knob by its key, for lists.
pub(in crate::app::panels) fn knob_name(knobs: &[Knob], key: &str) -> String {
    let known = knobs.iter().find(|k| k.key == key).map(|k| k.label.clone());
    known.unwrap_or_else(|| {
        let parts: Vec<&str> = key.split('.').filter(|p| *p != "weight").collect();
        parts.last().map_or_else(|| key.to_owned(), |p| (*p).to_owned())
    })
}

/// A chip that can be on or off, with a dot in a colour.
pub(in crate::app::panels) fn chip(
    ui: &mut Ui,
    text: &str,
    dot: Option<Color32>,
    is_on: bool,
    hover: &str,
) -> bool {
    let label = if dot.is_some() { format!("   {text}") } else { text.to_owned() };
    let response = ui.add(Button::new(RichText::new(label).size(theme::SMALL)).selected(is_on));
    if let Some(dot) = dot {
        let at = response.rect.left_center() + vec2(9.0, 0.0);
        if is_on {
            ui.painter().circle_filled(at, 3.0, dot);
        } else {
            ui.painter().circle_stroke(at, 3.0, Stroke::new(1.0, dot));
        }
    }
    response.on_hover_text(hover).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_inside() {
        let values: Vec<f64> = marks(-0.7, 1.1, 4).iter().map(|m| m.value).collect();
        assert_eq!(values, [-0.5, 0.0, 0.5, 1.0]);
        assert!(marks(1.0, 1.0, 4).is_empty() && marks(0.0, f64::NAN, 4).is_empty());
    }

    #[test]
    fn the_axis_covers_what_must_be_seen_and_grows_with_the_data() {
        assert!(bounds([], [-1.0, 1.0])[1] > 1.0);
        assert!(bounds([f64::NAN, 3.0], [-1.0, 1.0])[1] > 3.0);
    }

    #[test]
    fn the_same_joints_of_all_legs_belong_together() {
        let robot = crate::app::demo::robot();
        let groups = joint_groups(&robot);
        let names: Vec<&str> = groups.iter().map(|g| g.0.as_str()).collect();
        assert_eq!(names, ["hip", "thigh", "calf"]);
        assert!(groups.iter().all(|g| g.1.len() == robot.roles.legs.len()));
        assert_eq!(short_name("FL_hip_joint"), "FL hip");
    }
}
