//! The joint table: position, velocity and torque of the marked robot, each with a bar against its limit.
use crate::app::palette::{self, BACKGROUND, DANGER, LINE, MUTED, Rgb, TEXT};
use crate::app::panels::lab_view::LabView;
use crate::app::panels::theme;
use crate::robot::{JointSpec, RobotSpec};
use bevy_egui::egui::{Align2, CornerRadius, Painter, Rect, Sense, Ui, pos2, vec2};

/// Height of a joint, points.
const ROW: f32 = 23.0;
/// Width of the names, points.
const NAMES: f32 = 74.0;
/// From this share of a limit on a bar is red.
const NEAR: f32 = 0.95;

/// One row per joint.
pub(super) fn joints_ui(ui: &mut Ui, view: &LabView<'_>) {
    let Some(robot) = view.robot else { return };
    ui.spacing_mut().item_spacing.y = 0.0;
    head_ui(ui);
    for (index, joint) in robot.joints().enumerate() {
        let value = |values: &[f32]| values.get(index).copied().unwrap_or(f32::NAN);
        let values = [&view.now.joint_pos, &view.now.joint_vel, &view.now.joint_torque].map(|v| value(v));
        row_ui(ui, robot, joint, values);
    }
}

/// The three columns of numbers, from left to right.
fn columns(row: Rect) -> [Rect; 3] {
    let width = (row.width() - NAMES) / 3.0;
    [0, 1, 2].map(|i| {
        let left = row.left() + NAMES + width * i as f32;
        Rect::from_min_max(pos2(left + 8.0, row.top()), pos2(left + width, row.bottom()))
    })
}

fn head_ui(ui: &mut Ui) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 18.0), Sense::hover());
    let text = |x: f32, align, text: &str| {
        let at = pos2(x, rect.center().y);
        ui.painter().text(at, align, text, theme::text_font(theme::SMALL), MUTED.ui());
    };
    text(rect.left() + 12.0, Align2::LEFT_CENTER, "joint");
    for (column, unit) in columns(rect).iter().zip(["rad", "rad/s", "N·m"]) {
        text(column.right(), Align2::RIGHT_CENTER, unit);
    }
    response.on_hover_text(
        "Position in rad, velocity in rad/s, and torque of the motor in N·m. Bars: where the position is between its \
         limits, velocity and torque as shares of theirs; red from 95 %.",
    );
}

fn row_ui(ui: &mut Ui, robot: &RobotSpec, joint: &JointSpec, [position, velocity, torque]: [f32; 3]) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let leg = robot.roles.legs.iter().position(|leg| leg.joints.contains(&joint.name));
    let sign = leg.map_or(MUTED, palette::leg);
    let painter = ui.painter();
    painter.circle_filled(pos2(rect.left() + 4.0, rect.center().y), 3.0, sign.ui());
    let font = theme::text_font(theme::SMALL + 0.5);
    let at = pos2(rect.left() + 12.0, rect.center().y);
    painter.text(at, Align2::LEFT_CENTER, short_name(&joint.name), font, TEXT.ui());
    let [low, high] = joint.limits.map(|v| v as f32);
    let between = ((position - low) / (high - low).max(1e-6)).clamp(0.0, 1.0);
    let cells = columns(rect);
    number(painter, cells[0], written(position, 2));
    marker(painter, track(cells[0]), between, sign);
    for (cell, value, limit, decimals) in
        [(cells[1], velocity, joint.velocity, 1), (cells[2], torque, joint.effort, 1)]
    {
        number(painter, cell, written(value, decimals));
        bar(painter, track(cell), value / (limit as f32).max(1e-6), sign);
    }
    response.on_hover_text(format!(
        "{}: {} rad between {low:.2} and {high:.2} rad; {} rad/s of at most {:.1} rad/s; {} N·m of at most {:.1} N·m.",
        joint.name,
        written(position, 3),
        written(velocity, 2),
        joint.velocity,
        written(torque, 2),
        joint.effort
    ));
}

/// A value with its sign; a dash where it is not known, as the torques of a replay are not.
fn written(value: f32, decimals: usize) -> String {
    if value.is_nan() { "–".into() } else { format!("{:+.decimals$}", value + 0.0) }
}

fn number(painter: &Painter, cell: Rect, text: String) {
    let at = pos2(cell.right(), cell.top() + 8.5);
    painter.text(at, Align2::RIGHT_CENTER, text, theme::number_font(theme::SMALL), TEXT.ui());
}

/// The thin line below a number.
fn track(cell: Rect) -> Rect {
    Rect::from_min_max(pos2(cell.left() + 2.0, cell.bottom() - 5.0), pos2(cell.right(), cell.bottom() - 2.0))
}

fn marker(painter: &Painter, track: Rect, at: f32, color: Rgb) {
    painter.rect_filled(track, CornerRadius::same(1), BACKGROUND.ui());
    painter.vline(track.center().x, track.y_range(), (1.0, LINE.ui()));
    let color = if (0.5 - at).abs() * 2.0 >= NEAR { DANGER } else { color };
    let x = track.left() + 2.5 + at * (track.width() - 5.0);
    let mark = Rect::from_center_size(pos2(x, track.center().y), vec2(5.0, 3.0));
    painter.rect_filled(mark, CornerRadius::same(1), color.ui());
}

fn bar(painter: &Painter, track: Rect, share: f32, color: Rgb) {
    painter.rect_filled(track, CornerRadius::same(1), BACKGROUND.ui());
    if share.is_nan() {
        return;
    }
    let color = if share.abs() >= NEAR { DANGER } else { color };
    let mut bar = track;
    bar.set_width(track.width() * share.abs().min(1.0));
    if bar.width() > 0.5 {
        painter.rect_filled(bar, CornerRadius::same(1), color.ui());
    }
}

/// `FL_hip_joint` is "FL hip".
fn short_name(joint: &str) -> String {
    joint.trim_end_matches("_joint").replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_a_dash_and_zero_has_no_minus() {
        assert_eq!(written(f32::NAN, 2), "–");
        assert_eq!(written(-0.0, 1), "+0.0");
        assert_eq!(written(-1.25, 2), "-1.25");
    }

    #[test]
    fn names_lose_what_every_joint_has() {
        assert_eq!(short_name("FL_hip_joint"), "FL hip");
        assert_eq!(short_name("knee"), "knee");
    }
}
