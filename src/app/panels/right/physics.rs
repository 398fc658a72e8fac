//! Clock and engine.
use crate::app::palette::{MUTED, TEXT};
use crate::app::panels::bottom::plot::chip;
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::{theme, widgets};
use crate::lab::LabCommand;
use crate::lab::clock::SPEED_RANGE;
use crate::lab::command::{Mark, Panel};
use crate::lane::WIDTH;
use crate::physics::Engine;
use crate::task::Plan;
use bevy_egui::egui::{Align, Label, Layout, RichText, Slider, Ui};

/// Speeds that are chosen with one click.
const SPEEDS: [f32; 5] = [0.1, 0.25, 0.5, 1.0, 2.0];

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, _memory: &mut Memory, out: &mut Outbox) {
    clock(ui, view, out);
    ui.add_space(8.0);
    engine(ui, view, out);
}

fn clock(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    widgets::section(ui, "Clock", "of what you see; training is not slowed");
    ui.horizontal(|ui| {
        let (text, hover) = match view.is_paused {
            true => ("Play", "Let the robots that you see move on. Training goes on either way."),
            false => ("Pause", "Let the robots that you see stand still. Training goes on."),
        };
        if widgets::button(ui, text, hover) {
            out.send(LabCommand::Pause(!view.is_paused));
        }
        let period = view.lab.plan.as_ref().map_or(0.02, |p| p.dt);
        let hover = format!("Stand still after exactly one more control tick of {:.0} ms.", period * 1e3);
        if widgets::button(ui, "One tick", &hover) {
            out.send(LabCommand::SingleStep);
        }
    });
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for speed in SPEEDS {
            let is_on = (view.speed - speed).abs() < 1e-3;
            let hover = format!("{speed} simulated seconds per second.");
            if chip(ui, &format!("{speed}×"), None, is_on, &hover) && !is_on {
                out.send(LabCommand::SetSpeed(speed));
            }
        }
    });
    let mut speed = view.speed;
    let [low, high] = SPEED_RANGE;
    let slider = Slider::new(&mut speed, low..=high).logarithmic(true).suffix(" ×").fixed_decimals(2);
    let response = ui.add(slider).on_hover_text("Simulated seconds per second, 0.1 to 4.");
    if response.changed() && (speed - view.speed).abs() > 1e-4 {
        out.send(LabCommand::SetSpeed(speed));
    }
    ui.horizontal(|ui| {
        let has_past = !view.timeline.samples.is_empty();
        let kept = view.timeline.samples.len() as f32 * view.lab.plan.as_ref().map_or(0.02, |p| p.dt);
        let label = if has_past {
            format!("The last {kept:.0} s can be played back.")
        } else {
            "Nothing to play back yet.".into()
        };
        ui.add(Label::new(RichText::new(label).size(theme::SMALL).color(MUTED.ui())));
        if widgets::button(
            ui,
            "Rewind…",
            "Open the timeline and drag in it: everything goes back up to 20 seconds.",
        ) {
            out.send(LabCommand::ShowPanel(Panel::Timeline));
        }
    });
}

fn engine(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    widgets::section(ui, "Engine", "of what you see");
    let Some(plan) = view.lab.plan.as_deref() else {
        widgets::muted(ui, "Known as soon as something is shown.");
        return;
    };
    let runs = plan.env.physics.engine;
    let engines = [
        (
            Engine::Batch,
            "batch",
            "Our own engine: the one in which policies learn. It knows no things around robots.",
        ),
        (
            Engine::Rapier,
            "rapier",
            "Rapier's multibodies (bevy_rapier3d): a second opinion, and things that can be pushed.",
        ),
    ];
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for (engine, name, what) in engines {
            let hover = match view.is_learning() {
                true => format!("{what} A run keeps the engine in which it learns."),
                false => format!("{what} Starts what you see again in it."),
            };
            if chip(ui, name, None, engine == runs, &hover) && engine != runs {
                out.send(LabCommand::SetEngine(engine));
            }
        }
    });
    world(ui, view, out);
    for (name, value, hover) in facts(plan) {
        ui.horizontal(|ui| {
            ui.label(RichText::new(name).color(MUTED.ui())).on_hover_text(&hover);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(RichText::new(value).font(theme::number_font(12.0)).color(TEXT.ui()))
                    .on_hover_text(&hover);
            });
        });
    }
}

/// What only some engines have.
fn world(ui: &mut Ui, view: &LabView<'_>, out: &mut Outbox) {
    let is_rapier = view.lab.plan.as_ref().is_some_and(|p| p.env.physics.engine == Engine::Rapier);
    ui.add_enabled_ui(is_rapier, |ui| {
        ui.horizontal(|ui| {
            let mut on = view.window.marks.contains(&Mark::Physics);
            let hover = "Draws what rapier sees: shapes that touch, joints, axes of bodies, contacts with their normals. \
                         The batch engine has none.";
            if ui.checkbox(&mut on, "Debug lines").on_hover_text(hover).changed() {
                out.send(LabCommand::ShowMark(Mark::Physics, on));
            }
            let hover = "Puts boxes, balls and whatever else stands around back to where it was at first.";
            if widgets::button(ui, "Put things back", hover) {
                out.send(LabCommand::PutBackProps);
            }
        });
    });
}

/// Name, value with its unit, hover.
fn facts(plan: &Plan) -> Vec<(&'static str, String, String)> {
    let p = &plan.env.physics;
    let fact = |name, value: String, hover: &str| (name, value, hover.to_owned());
    vec![
        match p.engine {
            Engine::Batch => fact(
                "engine",
                format!("batch, {WIDTH} robots at a time"),
                "Articulated bodies in reduced coordinates with soft contacts; each processor instruction steps many robots.",
            ),
            Engine::Rapier => fact(
                "engine",
                "rapier, one world per robot".into(),
                "Rapier's multibodies, as bevy_rapier3d has them: a second opinion on every policy.",
            ),
        },
        fact("robots that learn", plan.env.num_envs.to_string(), "Environments of the training run."),
        fact(
            "control",
            format!("{:.0} Hz · {:.0} ms", 1.0 / plan.dt, plan.dt * 1e3),
            "How often the policy decides.",
        ),
        fact(
            "physics",
            format!("{:.0} Hz · {:.1} ms", 1.0 / p.dt, p.dt * 1e3),
            "How often bodies and contacts are stepped.",
        ),
        fact("steps per decision", p.substeps.to_string(), "Physics steps in one control tick."),
        fact("contact sweeps", p.iterations.to_string(), "Sweeps of the contact solver in one physics step."),
        fact(
            "contact softness",
            format!("{:.0} ms", p.contact_time * 1e3),
            "Time constant with which the ground pushes a foot out.",
        ),
        fact("gravity", format!("{:.2} m/s²", p.gravity), "Downwards."),
    ]
}
