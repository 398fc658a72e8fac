//! The program without a display: scripts of commands, scenes, and what their exit codes say.
#![cfg(feature = "gui")]
#![allow(clippy::unwrap_used)] // helpers of tests are not inside `#[test]` functions

use std::path::Path;
use std::process::{Command, Output};

/// Runs `gaitlab play` with a script in an empty folder.
fn play(folder: &Path, what: &str, steps: &str, more: &[&str]) -> Output {
    let script = folder.join("script.ron");
    std::fs::write(&script, format!("script(steps: [{steps}])")).unwrap();
    Command::new(env!("CARGO_BIN_EXE_gaitlab"))
        .args(["play", what, "--headless", "--script"])
        .arg(&script)
        .args(more)
        .current_dir(folder)
        .env("GAITLAB_ROOT", env!("CARGO_MANIFEST_DIR"))
        .env("GAITLAB_CONFIG_DIR", folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn a_script_drives_the_shipped_policy_exports_it_and_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let steps = r#"
        (do: SetCommand((0.8, 0.0, 0.0))),
        (when: Moved(0.5), within: 60.0, do: ExportPolicy("out/walk.safetensors")),
        (after: 0.2)"#;
    let output = play(folder.path(), "a1_flat", steps, &[]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        folder.path().join("out/walk.safetensors").exists() && folder.path().join("out/walk.json").exists()
    );
}

#[test]
fn in_rapier_the_robot_pushes_a_box_and_the_engine_is_named_by_the_scene_or_the_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let steps = r#"
        (do: SetCommand((0.6, 0.0, 0.0))),
        (when: PropMoved(0, 0.3), within: 60.0, do: SetCommand((0.0, 0.0, 0.0))),
        (do: PushProp(prop: 1, at_w: (1.1, 0.85, 0.17), impulse_w: (0.4, 0.5, 0.0))),
        (when: PropMoved(1, 0.3), within: 30.0)"#;
    let output = play(folder.path(), "a1_props", steps, &[]);
    assert!(output.status.success(), "{}", said(&output));
    // the same without things, by the argument
    let steps = "(do: SetCommand((0.8, 0.0, 0.0))), (when: Moved(1.0), within: 60.0)";
    let output = play(folder.path(), "a1_flat", steps, &["--physics", "rapier"]);
    assert!(output.status.success(), "{}", said(&output));
    // the argument wins over the scene, and somebody says what that means
    let steps = "(when: PropMoved(0, 0.1), within: 1.0)";
    let output = play(folder.path(), "a1_props", steps, &["--physics", "batch"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("--physics rapier"), "{}", said(&output));
}

#[test]
fn a_step_that_does_not_come_true_fails_with_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let output = play(folder.path(), "a1_flat", "(after: 0.1), (when: Walks, within: 0.5)", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("step 2"), "{}", said(&output));
}

#[test]
fn a_virtual_gamepad_walks_the_robot() {
    let folder = tempfile::tempdir().unwrap();
    let pad = folder.path().join("pad.ron");
    let events = r#"(events: [(at: 0.1, connect: true), (at: 0.2, axis: "left_stick_y", value: 1.0)])"#;
    std::fs::write(&pad, events).unwrap();
    let pad = ["--virtual-pad", pad.to_str().unwrap()];
    let output = play(folder.path(), "a1_drive", "(when: Moved(0.4), within: 60.0)", &pad);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn files_that_cannot_be_used_are_errors_before_anything_opens() {
    let folder = tempfile::tempdir().unwrap();
    let output = play(folder.path(), "a1_flat", "(do: Fly)", &[]);
    assert!(!output.status.success() && said(&output).contains("script"), "{}", said(&output));
    let output = play(folder.path(), "a1_driv", "", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("a1_"), "{}", said(&output));
}

#[test]
fn scenes_are_listed_with_a_sentence_each() {
    let output = Command::new(env!("CARGO_BIN_EXE_gaitlab"))
        .args(["list", "scenes"])
        .env("GAITLAB_ROOT", env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = said(&output);
    for name in ["a1_drive", "a1_figure_eight", "a1_herd", "a1_props", "a1_training"] {
        assert!(text.lines().any(|line| line.starts_with(name) && line.ends_with('.')), "{name}: {text}");
    }
}
