//! Joints of the robot: position, and torque as a share of what the actuator can give.
use super::widgets::section;
use super::{PlayView, theme};
use crate::app::palette::{self, BACKGROUND, DANGER, MUTED, Rgb, TEXT};
use crate::robot::{JointSpec, RobotSpec};
use bevy_egui::egui::{Align2, CornerRadius, Rect, Sense, Ui, pos2, vec2};

const ROW: f32 = 17.0;

/// One row per joint.
pub(super) fn joints_ui(ui: &mut Ui, view: &PlayView) {
    section(ui, "Joints", "position · torque");
    let Some(robot) = view.robot else { return };
    ui.spacing_mut().item_spacing.y = 0.0;
    for (index, joint) in robot.joints().enumerate() {
        let value = |values: &[f32]| values.get(index).copied().unwrap_or(0.0);
        row_ui(ui, robot, joint, value(&view.now.joint_pos), value(&view.now.joint_torque));
    }
}

fn row_ui(ui: &mut Ui, robot: &RobotSpec, joint: &JointSpec, position: f32, torque: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let leg = robot.roles.legs.iter().position(|leg| leg.joints.contains(&joint.name));
    let sign = leg.map_or(MUTED, palette::leg);
    let painter = ui.painter();
    let y = rect.center().y;
    let text = |x: f32, align, text: String, font, color: Rgb| {
        painter.text(pos2(rect.left() + x, y), align, text, font, color.ui());
    };
    painter.circle_filled(pos2(rect.left() + 4.0, y), 3.0, sign.ui());
    text(14.0, Align2::LEFT_CENTER, short_name(&joint.name), theme::text_font(theme::SMALL), TEXT);
    let numbers = theme::number_font(theme::SMALL);
    text(142.0, Align2::RIGHT_CENTER, format!("{position:+.2} rad"), numbers.clone(), MUTED);
    text(rect.width(), Align2::RIGHT_CENTER, format!("{torque:+.1} N·m"), numbers, MUTED);
    let bar = Rect::from_x_y_ranges(rect.left() + 154.0..=rect.right() - 70.0, y - 3.0..=y + 3.0);
    torque_bar(ui, bar, torque / joint.effort.max(1e-6) as f32, sign);
    response.on_hover_text(format!(
        "{}: position in rad and actuator torque in N·m. The bar is the torque as a share of the actuator's {:.1} N·m; \
         red from 95 %.",
        joint.name, joint.effort
    ));
}

fn torque_bar(ui: &Ui, track: Rect, share: f32, color: Rgb) {
    let corner = CornerRadius::same(3);
    ui.painter().rect_filled(track, corner, BACKGROUND.ui());
    let color = if share.abs() >= 0.95 { DANGER } else { color };
    let mut bar = track;
    bar.set_width(track.width() * share.abs().min(1.0));
    if bar.width() > 0.5 {
        ui.painter().rect_filled(bar, corner, color.ui_faded(0.85));
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
    fn names_lose_what_every_joint_has() {
        assert_eq!(short_name("FL_hip_joint"), "FL hip");
        assert_eq!(short_name("knee"), "knee");
    }
}
