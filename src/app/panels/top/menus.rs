//! Menus of the window: which panels are open, and how the view looks.
use super::bar_size;
use crate::app::panels::dock::Dock;
use crate::app::panels::icons::{Icon, icon_button};
use crate::app::panels::lab_view::{LabView, Outbox};
use crate::app::panels::names;
use crate::app::panels::widgets::muted;
use crate::lab::LabCommand;
use crate::lab::command::{CameraMode, Mark, Panel, Zone};
use bevy_egui::egui::{Button, Popup, PopupCloseBehavior, Ui};

/// Every panel with a tick if it is open.
pub(super) fn panels_ui(ui: &mut Ui, view: &LabView<'_>, dock: &Dock, out: &mut Outbox) {
    let button = icon_button(ui, Icon::Panels, "", "Panels: open, close, fold, put back.");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(190.0);
        ui.spacing_mut().interact_size.y = 22.0;
        for (zone, title) in
            [(Zone::Left, "Left · F1"), (Zone::Right, "Right · F2"), (Zone::Bottom, "Bottom · F3")]
        {
            let mut is_open = view.window.is_open(zone);
            if ui.checkbox(&mut is_open, title).on_hover_text("Folds or opens the whole zone.").changed() {
                out.send(LabCommand::ToggleZone(zone));
            }
            ui.indent(title, |ui| {
                for panel in Panel::ALL.into_iter().filter(|panel| names::home(*panel) == Some(zone)) {
                    panel_ui(ui, panel, dock, out);
                }
            });
        }
        if ui.button("Put all panels back").on_hover_text("Everything where it was at first.").clicked() {
            out.send(LabCommand::ResetLayout);
        }
    });
}

fn panel_ui(ui: &mut Ui, panel: Panel, dock: &Dock, out: &mut Outbox) {
    let mut is_open = dock.is_open(panel);
    if ui.checkbox(&mut is_open, names::title(panel)).on_hover_text(names::about(panel)).changed() {
        out.send(if is_open { LabCommand::ShowPanel(panel) } else { LabCommand::ClosePanel(panel) });
    }
}

/// Where the view is from, and which marks it has.
pub(super) fn view_ui(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let button = ui
        .add_sized(bar_size(48.0), Button::new("View"))
        .on_hover_text("Where the view is from, and which marks are drawn in it.");
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(210.0);
        ui.spacing_mut().interact_size.y = 22.0;
        muted(ui, "Camera");
        for (mode, title, hover) in CAMERAS {
            if ui.radio(view.window.camera == mode, title).on_hover_text(hover).clicked() {
                out.send(LabCommand::SetCamera(mode));
            }
        }
        let mut follows = view.window.follows;
        let hover = "The view goes with the marked robot, or stays where it is. Key: F.";
        if ui.checkbox(&mut follows, "Follow the marked robot").on_hover_text(hover).changed() {
            out.send(LabCommand::ToggleFollow);
        }
        ui.add_space(4.0);
        muted(ui, "Marks");
        for (mark, title, hover) in MARKS {
            let mut is_on = view.window.marks.contains(&mark);
            if ui.checkbox(&mut is_on, title).on_hover_text(hover).changed() {
                out.send(LabCommand::ShowMark(mark, is_on));
            }
        }
    });
}

const CAMERAS: [(CameraMode, &str, &str); 5] = [
    (CameraMode::Orbit, "Around the robot", "Turned with the left mouse button, zoomed with the wheel."),
    (CameraMode::Chase, "Behind the robot", "Turns with the marked robot; good for driving."),
    (CameraMode::Top, "From above", "Looks straight down."),
    (CameraMode::FirstPerson, "From its head", "What a camera on the robot would see."),
    (CameraMode::Path, "Along the camera path", "As laid out in the Recorder panel."),
];

const MARKS: [(Mark, &str, &str); 6] = [
    (
        Mark::Velocity,
        "Velocity",
        "Arrows of commanded (blue) and measured (orange) velocity, 0.45 m per m/s.",
    ),
    (Mark::ContactForces, "Contact forces", "Green arrows: the force of the ground at each foot, N."),
    (Mark::CollisionPoints, "Collision points", "The spheres of the robot that can touch the ground."),
    (
        Mark::CentreOfMass,
        "Centre of mass",
        "Where the robot's weight acts, and the polygon of its standing feet.",
    ),
    (Mark::Names, "Names", "Names of links and things under the mouse."),
    (
        Mark::Physics,
        "Physics lines",
        "What rapier sees: shapes that touch, joints, axes of bodies, contacts with their normals. Rapier only.",
    ),
];
