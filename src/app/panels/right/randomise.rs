//! Model randomisation, initial states, and pushes.
use super::knob::{self, KnobUi};
use crate::app::panels::bottom::plot::nothing;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::widgets;
use crate::lab::LabCommand;
use crate::robot::RobotSpec;
use crate::run::session::{Knob, KnobGroup};
use bevy_egui::egui::{Button, Ui};

/// What a key begins with, the title, a remark.
const SECTIONS: [(&str, &str, &str); 4] = [
    ("env.events.push.", "Pushes", "shoves from the side"),
    ("env.events.model.", "The robot's model", "drawn per robot"),
    ("env.events.wrench.", "Forces", "somebody leans on it"),
    ("env.events.start.", "Start of an episode", "disturbance"),
];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    knob::explain(ui, view);
    let knobs = knob::of_group(view, KnobGroup::Randomise);
    if knobs.is_empty() {
        return nothing(ui, "Nothing is random yet: choose a task at the top.");
    }
    for (begin, title, remark) in SECTIONS {
        let members: Vec<&&Knob> = knobs.iter().filter(|k| k.key.starts_with(begin)).collect();
        section(ui, view, (title, remark), &members, out);
    }
    let rest = |k: &&&Knob| !SECTIONS.iter().any(|(begin, ..)| k.key.starts_with(begin));
    section(ui, view, ("More", ""), &knobs.iter().filter(rest).collect::<Vec<_>>(), out);
}

fn section(
    ui: &mut Ui,
    view: &LabView<'_>,
    (title, remark): (&str, &str),
    knobs: &[&&Knob],
    out: &mut Outbox,
) {
    if knobs.is_empty() {
        return;
    }
    widgets::section(ui, title, remark);
    for knob in knobs {
        let nominal = view.robot.and_then(|robot| nominal(robot, &knob.key));
        KnobUi::new(view, knob).remark(nominal.as_deref()).row(ui, out);
    }
    if title == "Pushes" {
        let hover =
            "Give every robot of the training run and every robot you see a push in a random direction, now.";
        if ui.add(Button::new("Push all now")).on_hover_text(hover).clicked() {
            out.send(LabCommand::PushAll);
        }
    }
    ui.add_space(8.0);
}

/// What a range of the model is about in this robot.
fn nominal(robot: &RobotSpec, key: &str) -> Option<String> {
    let over = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        if low == high { format!("{low:.3}") } else { format!("{low:.3} to {high:.3}") }
    };
    let text = match key.strip_prefix("env.events.model.")? {
        "base_mass" => format!("It is added to the base's nominal {:.2} kg.", robot.links.first()?.mass),
        "base_com" => {
            let [x, y, z] = robot.links.first()?.com;
            format!("It is added to the base's nominal centre of mass ({x:.3}, {y:.3}, {z:.3}) m.")
        }
        "kp" => format!("A factor on the nominal {} N·m/rad.", over(&mut robot.gains.values().map(|g| g.kp))),
        "kd" => {
            format!("A factor on the nominal {} N·m·s/rad.", over(&mut robot.gains.values().map(|g| g.kd)))
        }
        "effort" => format!("A factor on the nominal {} N·m.", over(&mut robot.joints().map(|j| j.effort))),
        "joint_damping" => {
            format!("It is added to the nominal {} N·m·s/rad.", over(&mut robot.joints().map(|j| j.damping)))
        }
        "joint_friction" => {
            format!("It is added to the nominal {} N·m.", over(&mut robot.joints().map(|j| j.friction)))
        }
        "friction" => "Dry rubber on concrete has about 0.8, wet tiles about 0.3.".into(),
        _ => return None,
    };
    Some(text)
}
