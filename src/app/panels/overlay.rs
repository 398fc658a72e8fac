//! What stands above the three-dimensional view: the marked robot's name and velocity, what is shown instead of the
//! present, and the drive pad while a person drives.
use super::lab_view::{LabView, Outbox};
use super::widgets::{button, card};
use super::{drive_pad, theme};
use crate::app::input::drive::Driver;
use crate::app::palette::{COMMAND, MEASURED, MUTED, Rgb, TEXT};
use crate::lab::LabCommand;
use bevy_egui::egui::{Align2, Area, Context, Id, Label, Order, Rect, RichText, Sense, Ui, vec2};

/// Everything within `area`, the part of the window that shows the robot.
pub(super) fn overlay_ui(context: &Context, area: Rect, view: &LabView<'_>, out: &mut Outbox) {
    let place = |id: &'static str| Area::new(Id::new(id)).order(Order::Middle).constrain_to(area);
    place("heading")
        .fixed_pos(area.min + vec2(16.0, 12.0))
        .interactable(false)
        .show(context, |ui| heading_ui(ui, view));
    if let Some((text, [x, y])) = &view.beside_mouse {
        place("beside the mouse").interactable(false).fixed_pos([x + 16.0, y + 12.0]).show(context, |ui| {
            card().inner_margin(6.0).show(ui, |ui| {
                ui.add(Label::new(RichText::new(text).size(theme::SMALL).color(TEXT.ui())).extend())
            })
        });
    }
    if let Some(banner) = banner(view) {
        place("banner")
            .pivot(Align2::CENTER_BOTTOM)
            .fixed_pos(area.center_bottom() - vec2(0.0, 14.0))
            .show(context, |ui| card().show(ui, |ui| banner_ui(ui, &banner, out)));
    }
    if drives(view) && area.width() > 420.0 && area.height() > 200.0 {
        place("drive")
            .pivot(Align2::RIGHT_BOTTOM)
            .fixed_pos(area.max - vec2(14.0, 14.0))
            .show(context, |ui| card().show(ui, |ui| drive_pad::drive_pad_ui(ui, view, out)));
    }
}

/// The pad is there for whoever drives, and while nothing is learning and the robot waits for somebody.
fn drives(view: &LabView<'_>) -> bool {
    view.lab.replay.is_none()
        && (view.picked.driven
            || view.now.driven
            || view.drive.driver != Driver::Nobody
            || !view.is_learning())
}

fn heading_ui(ui: &mut Ui, view: &LabView<'_>) {
    ui.spacing_mut().item_spacing.y = 2.0;
    let name = |text: String| RichText::new(text).size(16.0).color(TEXT.ui());
    ui.add(Label::new(name(title(view))).extend());
    let speed = |v: [f32; 3]| v[0].hypot(v[1]);
    let (asked, got) = (speed(view.now.command), speed(view.now.measured));
    // of a replayed fall only the postures are known
    let text = match view.lab.replay {
        Some(_) => format!("command {asked:.2} m/s"),
        None => format!("command {asked:.2} m/s · measured {got:.2} m/s"),
    };
    ui.add(Label::new(RichText::new(text).color(MUTED.ui())).extend());
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 16.0;
        for (color, text) in [(COMMAND, "command"), (MEASURED, "measured")] {
            legend_ui(ui, color, text);
        }
    });
}

fn title(view: &LabView<'_>) -> String {
    let robots = view.stages[view.picked.stage.min(1)].map_or(0, |stage| stage.robots.len());
    let robot = view.robot.map_or("No robot".to_owned(), |r| r.name.to_uppercase());
    let name = if robots > 1 { format!("Robot {}", view.picked.robot) } else { robot };
    match view.stages {
        [Some(_), Some(_)] => {
            let stage = view.stages[view.picked.stage.min(1)].map_or("", |stage| &stage.title);
            format!("{name} of {stage}")
        }
        _ => name,
    }
}

fn legend_ui(ui: &mut Ui, color: Rgb, text: &str) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, color.ui());
    ui.label(RichText::new(text).size(theme::SMALL).color(MUTED.ui()));
    ui.add_space(6.0);
}

/// What is shown instead of the present, and the way back.
struct Banner {
    text: String,
    back: &'static str,
    hover: &'static str,
    command: LabCommand,
}

fn banner(view: &LabView<'_>) -> Option<Banner> {
    if let Some((episode, since)) = &view.lab.replay {
        let length = episode.postures.len() as f32 * episode.dt;
        return Some(Banner {
            text: format!(
                "Replay: robot {} fell ({}) after {:.1} s · {:.1} of {length:.1} s",
                episode.env,
                episode.termination,
                episode.length_s,
                since.min(length)
            ),
            back: "End replay",
            hover: "Shows the present again.",
            command: LabCommand::EndReplay,
        });
    }
    if let Some(ago) = view.timeline.rewind_s {
        return Some(Banner {
            text: format!("{ago:.1} s ago; training goes on"),
            back: "Back to now",
            hover: "Shows the present again.",
            command: LabCommand::Rewind(None),
        });
    }
    let [Some(one), Some(other)] = view.stages else { return None };
    Some(Banner {
        text: format!("{} beside {}", one.title, other.title),
        back: "Show one",
        hover: "Shows only the first of the two; the second goes on learning.",
        command: LabCommand::CloseBeside,
    })
}

fn banner_ui(ui: &mut Ui, banner: &Banner, out: &mut Outbox) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(&banner.text).color(TEXT.ui()));
        ui.add_space(8.0);
        if button(ui, banner.back, banner.hover) {
            out.send(banner.command.clone());
        }
    });
}
