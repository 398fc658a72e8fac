//! How well the robot does what it is told: commanded (blue) and measured (orange) velocity over the last seconds.
use super::widgets::{number, section};
use super::{PlayView, theme};
use crate::app::history::{CAPACITY, History, Sample};
use crate::app::input::drive::DriveLimits;
use crate::app::palette::{BACKGROUND, COMMAND, LINE, MEASURED, TEXT};
use bevy_egui::egui::{Align, Frame, Layout, Margin, Rangef, RichText, Ui};
use egui_plot::{AxisHints, GridMark, HoverPosition, Line, Plot, PlotPoints};

/// One of the three velocities.
struct Channel {
    index: usize,
    name: &'static str,
    unit: &'static str,
    hover: &'static str,
}

const CHANNELS: [Channel; 3] = [
    Channel {
        index: 0,
        name: "Forward",
        unit: "m/s",
        hover: "Velocity of the base along its heading, m/s: commanded in blue, measured in orange.",
    },
    Channel {
        index: 1,
        name: "Sideways",
        unit: "m/s",
        hover: "Velocity of the base to its left, m/s: commanded in blue, measured in orange.",
    },
    Channel {
        index: 2,
        name: "Turning",
        unit: "rad/s",
        hover: "Yaw rate of the base, to the left, rad/s: commanded in blue, measured in orange.",
    },
];

/// Three plots, one above the other, each `height` high.
pub(super) fn tracking_ui(ui: &mut Ui, view: &PlayView, height: f32) {
    section(ui, "Velocity tracking", "last 10 s");
    for channel in &CHANNELS {
        heading_ui(ui, view, channel);
        plot_ui(ui, view, channel, height);
        ui.add_space(2.0);
    }
}

fn heading_ui(ui: &mut Ui, view: &PlayView, channel: &Channel) {
    ui.spacing_mut().interact_size.y = 18.0;
    ui.horizontal(|ui| {
        ui.label(RichText::new(channel.name).color(TEXT.ui())).on_hover_text(channel.hover);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(RichText::new(channel.unit).size(theme::SMALL).weak());
            let value = |v: f32| format!("{:+.2}", v + 0.0);
            number(ui, value(view.now.measured[channel.index]), MEASURED).on_hover_text("Measured now.");
            ui.add_space(6.0);
            number(ui, value(view.now.command[channel.index]), COMMAND).on_hover_text("Commanded now.");
        });
    });
}

fn plot_ui(ui: &mut Ui, view: &PlayView, channel: &Channel, height: f32) {
    let now = view.history.now();
    let [low, high] = bounds(view.history, channel.index, &view.drive.limits);
    let unit = channel.unit;
    let frame =
        Frame::new().fill(BACKGROUND.ui()).corner_radius(theme::CORNER).inner_margin(Margin::symmetric(4, 2));
    frame.show(ui, |ui| {
        ui.visuals_mut().override_text_color = Some(crate::app::palette::MUTED.ui());
        Plot::new(channel.name)
            .height(height)
            .show_background(false)
            .show_axes([false, true])
            .custom_y_axes(vec![y_axis()])
            .y_grid_spacer(move |_| y_marks(low, high))
            .x_grid_spacer(move |_| x_marks(now))
            .grid_color(LINE.ui())
            .allow_drag(false)
            .allow_zoom(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .set_margin_fraction(bevy_egui::egui::vec2(0.0, 0.0))
            .label_formatter(move |at| Some(label(at, now, unit)))
            .show(ui, |plot| {
                plot.set_plot_bounds_x(now - CAPACITY as f64 * 0.02..=now);
                plot.set_plot_bounds_y(low..=high);
                plot.line(
                    line(view.history, "commanded", |s| s.command[channel.index])
                        .color(COMMAND.ui())
                        .width(1.6),
                );
                plot.line(
                    line(view.history, "measured", |s| s.measured[channel.index])
                        .color(MEASURED.ui())
                        .width(1.4),
                );
            })
            .response
            .on_hover_text_at_pointer(channel.hover);
    });
}

/// Labels at every mark, however low the plot is.
fn y_axis() -> AxisHints<'static> {
    AxisHints::new_y()
        .formatter(|mark, _| format!("{:.1}", mark.value + 0.0))
        .label_spacing(Rangef::new(6.0, 10.0))
        .min_thickness(26.0)
}

fn line<'a>(history: &History, name: &str, value: impl Fn(&Sample) -> f32) -> Line<'a> {
    let points: Vec<[f64; 2]> = history.iter().map(|s| [s.time_s, f64::from(value(s))]).collect();
    Line::new(name, PlotPoints::from(points))
}

fn label(at: &HoverPosition<'_>, now: f64, unit: &str) -> String {
    match at {
        HoverPosition::NearDataPoint { plot_name, position, .. } => {
            format!("{plot_name} {:+.2} {unit}\n{:.1} s ago", position.y, now - position.x)
        }
        HoverPosition::Elsewhere { position } => format!("{:+.2} {unit}", position.y),
    }
}

/// Lower and upper end of the axis: the range of commands, wider where the robot went beyond.
fn bounds(history: &History, index: usize, limits: &DriveLimits) -> [f64; 2] {
    let (low, high) = match index {
        0 => (-limits.backward, limits.forward),
        1 => (-limits.sideways, limits.sideways),
        _ => (-limits.yaw_rate, limits.yaw_rate),
    };
    let values = history.iter().flat_map(|s| [s.command[index], s.measured[index]]);
    let (low, high) = values.fold((low, high), |(low, high), v| (low.min(v), high.max(v)));
    let step = f64::from(high - low) * 0.06;
    [f64::from(low) - step, f64::from(high) + step]
}

/// Marks at zero and at every half within the axis; at every unit on a wide one.
fn y_marks(low: f64, high: f64) -> Vec<GridMark> {
    let step = if high - low > 2.0 { 1.0 } else { 0.5 };
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|i| GridMark { value: i as f64 * step, step_size: step }).collect()
}

/// A mark each two seconds, fixed in time.
fn x_marks(now: f64) -> Vec<GridMark> {
    let last = (now / 2.0).floor() as i64;
    (last - 5..=last).map(|i| GridMark { value: i as f64 * 2.0, step_size: 2.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tick::view::Telemetry;

    #[test]
    fn the_axis_covers_the_commands_and_grows_with_the_robot() {
        let mut history = History::default();
        let limits = DriveLimits::default();
        let [low, high] = bounds(&history, 0, &limits);
        assert!(low < -0.6 && high > 1.0 && high < 1.2);
        history.push(&Telemetry { time_s: 1.0, measured: [2.0, 0.0, 0.0], ..Telemetry::default() });
        assert!(bounds(&history, 0, &limits)[1] > 2.0);
    }

    #[test]
    fn marks_include_zero_and_stay_inside() {
        let values: Vec<f64> = y_marks(-0.7, 1.1).iter().map(|m| m.value).collect();
        assert_eq!(values, [-0.5, 0.0, 0.5, 1.0]);
    }
}
