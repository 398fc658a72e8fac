//! Files for elsewhere: the policy with its description, and whole checkpoints.
use super::fields::{outcome, row, text_row};
use crate::app::panels::lab_view::{LabView, Memory, Outbox};
use crate::app::panels::widgets::{button, muted, section};
use crate::lab::LabCommand;
use crate::run::export::{PolicyFormat, names};
use bevy_egui::egui::{Button, Ui};
use std::path::{Path, PathBuf};

/// Contents of the panel.
pub(in crate::app::panels) fn ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, out: &mut Outbox) {
    let task = view.lab.task.as_str();
    let task = if task.is_empty() { "policy" } else { task };
    policy_ui(ui, view, memory, task, out);
    ui.add_space(12.0);
    checkpoint_ui(ui, view, memory, task, out);
}

fn policy_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, task: &str, out: &mut Outbox) {
    let shown = view.stages[0].map_or("nothing is shown", |stage| stage.title.as_str());
    section(ui, "Policy", shown);
    let first = format!("export/{task}.safetensors");
    let hover = "Where the policy goes: .safetensors for this program, .onnx for every other, .pt for PyTorch; its \
                 description goes beside it. Older files of these names are replaced.";
    let path = PathBuf::from(text_row(ui, memory, ("export/policy", &first), "File", hover).trim());
    let files = names(&path);
    match &files {
        Ok(files) => {
            written(ui, &files.policy, contents(PolicyFormat::of(&files.policy)));
            written(ui, &files.about, "task, robot, joints, observation, action, gains, rates, hashes");
        }
        Err(why) => outcome(ui, &why.to_string(), false),
    }
    row(ui, "", "", |ui| {
        let is_possible = files.is_ok() && view.stages[0].is_some();
        let hover =
            "Saves the policy that is shown now, with everything a program on a robot must know to use it.";
        let choose = "Choose a good file name, and a task or run to show.";
        let response = ui.add_enabled(is_possible, Button::new("Export policy")).on_hover_text(hover);
        if response.on_disabled_hover_text(choose).clicked() {
            out.send(LabCommand::ExportPolicy(path.clone()));
        }
        let hover = "Saves it as ONNX, which every runtime takes. The file is run before it is kept, and compared \
                     with the policy: the difference is said and stands in the description.";
        let response = ui.add_enabled(is_possible, Button::new("ONNX")).on_hover_text(hover);
        if response.on_disabled_hover_text(choose).clicked() {
            out.send(LabCommand::ExportPolicy(path.with_extension(PolicyFormat::Onnx.ending())));
        }
    });
}

/// What a file of a policy holds.
fn contents(format: Option<PolicyFormat>) -> &'static str {
    match format {
        Some(PolicyFormat::Onnx) => "the network that acts, for every ONNX runtime",
        Some(PolicyFormat::TorchScript) => "the network that acts, as a module of PyTorch",
        _ => "the weights of both networks",
    }
}

fn checkpoint_ui(ui: &mut Ui, view: &LabView<'_>, memory: &mut Memory, task: &str, out: &mut Outbox) {
    let run = view.shown_run();
    section(ui, "Checkpoint", run.map_or("no run is shown", |run| run.name.as_str()));
    let first = format!("export/{task}_checkpoint.safetensors");
    let hover = "Where the copy goes. A checkpoint holds the policy, the optimiser and every environment.";
    let path = text_row(ui, memory, ("export/checkpoint", &first), "File", hover);
    let iteration = run.map_or(String::new(), |run| match run.state.is_live() {
        true => format!("as it is now, iteration {}", run.iteration),
        false => {
            format!("the newest of the run, iteration {}", run.checkpoints.last().unwrap_or(&run.iteration))
        }
    });
    if run.is_some() {
        muted(ui, iteration).on_hover_text("Which moment of the run is saved.");
    }
    row(ui, "", "", |ui| {
        ui.add_enabled_ui(run.is_some() && !path.trim().is_empty(), |ui| {
            if button(ui, "Export checkpoint", "Saves everything from which training can go on, to the bit.")
            {
                out.send(LabCommand::ExportCheckpoint(path.trim().into()));
            }
        })
        .response
        .on_disabled_hover_text("Show a run first: press Train, or choose one from the list.");
    });
}

fn written(ui: &mut Ui, path: &Path, what: &str) {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        outcome(ui, &name, true);
        muted(ui, what);
    })
    .response
    .on_hover_text(path.display().to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::panels::testing::{Desk, Sample};

    #[test]
    fn it_says_what_will_be_written_and_asks_for_it() {
        let mut desk = Desk::new(ui, [340.0, 420.0]);
        let text = desk.text();
        desk.picture("export.png");
        assert!(text.contains("a1_flat.safetensors") && text.contains("a1_flat.json"), "{text}");
        let policy = PathBuf::from("export/a1_flat.safetensors");
        assert_eq!(desk.click("Export policy"), [LabCommand::ExportPolicy(policy)]);
        let copy = PathBuf::from("export/a1_flat_checkpoint.safetensors");
        assert_eq!(desk.click("Export checkpoint"), [LabCommand::ExportCheckpoint(copy)]);
    }

    #[test]
    fn a_wrong_ending_is_said_and_nothing_can_be_asked() {
        let mut desk = Desk::new(ui, [340.0, 420.0]);
        desk.memory.texts.insert("export/policy".into(), "walk.tflite".into());
        assert!(desk.text().contains(".safetensors"));
        assert!(desk.click("Export policy").is_empty());
        assert!(desk.click("ONNX").is_empty());
        assert!(desk.hover("ONNX").contains("good file name"));
    }

    #[test]
    fn onnx_is_asked_for_by_its_button_and_by_the_name() {
        let mut desk = Desk::new(ui, [340.0, 420.0]);
        let policy = PathBuf::from("export/a1_flat.onnx");
        assert_eq!(desk.click("ONNX"), [LabCommand::ExportPolicy(policy.clone())]);
        assert!(desk.hover("ONNX").contains("compared"));
        desk.memory.texts.insert("export/policy".into(), "export/a1_flat.onnx".into());
        assert!(desk.text().contains("every ONNX runtime"));
        assert_eq!(desk.click("Export policy"), [LabCommand::ExportPolicy(policy)]);
    }

    #[test]
    fn without_a_run_there_is_a_policy_but_no_checkpoint() {
        let mut desk = Desk::with(ui, [340.0, 420.0], Sample::idle());
        assert!(desk.text().contains("no run is shown"));
        assert!(desk.click("Export checkpoint").is_empty());
        assert_eq!(desk.click("Export policy").len(), 1);
    }
}
