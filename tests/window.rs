//! The real window, on a virtual display with a software driver: it opens, a robot is driven by keys, a run is started
//! and learns, a knob is felt, and every panel is photographed (`GAITLAB_PICTURES=folder` keeps the pictures). What the window is asked besides keys comes from a
//! script, which fails by itself when something does not happen.
#![cfg(all(feature = "gui", target_os = "linux"))]
#![allow(clippy::unwrap_used)] // helpers of tests are not inside `#[test]` functions

use gaitlab::lab::command::Panel;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SIZE: (u32, u32) = (1280, 720);

/// A virtual display; gone when dropped.
struct Display {
    server: Child,
    name: String,
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn exists(program: &str) -> bool {
    Command::new(program).arg("-help").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

fn display() -> Option<Display> {
    let screen = format!("{}x{}x24", SIZE.0, SIZE.1);
    let mut server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut line = String::new();
    BufReader::new(server.stdout.take()?).read_line(&mut line).ok()?;
    let name = format!(":{}", line.trim());
    Some(Display { server, name })
}

fn script(folder: &Path) -> String {
    let picture = |name: &str| format!("Screenshot({:?})", folder.join(format!("{name}.png")));
    let written =
        |name: &str| format!("(when: Written({:?}), within: 120.0)", folder.join(format!("{name}.png")));
    let mut steps = vec![
        "(when: Moved(0.5), within: 120.0)".to_owned(),
        format!("(after: 4.0, do: {})", picture("drive")),
    ];
    for panel in Panel::ALL {
        steps.push(format!("(do: ShowPanel({panel:?}))"));
        steps.push(format!("(after: 0.8, do: {})", picture(&format!("{panel:?}"))));
    }
    steps.extend([
        "(do: Train(seed: 1))".to_owned(),
        "(when: Iteration(20), within: 180.0)".to_owned(),
        "(do: SetKnob(key: \"env.rewards.action_rate.weight\", value: -0.012))".to_owned(),
        "(when: Changes(1), within: 60.0)".to_owned(),
        // a robot that has learned nothing gets close to nothing
        "(when: Reward(4.0), within: 240.0)".to_owned(),
        "(do: ShowPanel(Curves))".to_owned(),
        format!("(after: 1.0, do: {})", picture("training")),
        // the picture comes a frame or two after it is asked for
        written("training"),
        "(do: SetTheme(Light))".to_owned(),
        format!("(after: 2.0, do: {})", picture("light")),
        written("light"),
        "(do: StopTraining)".to_owned(),
        "(when: Idle, within: 60.0)".to_owned(),
    ]);
    format!("script(about: \"the window\", steps: [{}])", steps.join(", "))
}

/// One call of xdotool; before there is a window it finds none, which is no error here.
fn press(display: &str, what: &[&str]) {
    let quiet = Stdio::null;
    let _ =
        Command::new("xdotool").args(what).env("DISPLAY", display).stdout(quiet()).stderr(quiet()).status();
}

/// Holds W down for a minute, and waits for the program's end.
fn hold_w(display: &str, program: &mut Child) -> std::process::ExitStatus {
    let started = Instant::now();
    let mut holds = true;
    loop {
        if let Some(status) = program.try_wait().unwrap() {
            return status;
        }
        if holds {
            // there is no window manager that would give the window the keyboard
            press(display, &["search", "--name", "gaitlab", "windowfocus"]);
            press(display, &["mousemove", "640", "300", "keydown", "w"]);
        }
        if holds && started.elapsed() > Duration::from_secs(60) {
            holds = false;
            press(display, &["keyup", "w"]);
        }
        assert!(started.elapsed() < Duration::from_secs(900), "the window does not end");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn a_robot_is_driven_by_keys_a_run_learns_and_every_panel_opens() {
    if !exists("Xvfb") || !exists("xdotool") {
        println!("skipped: Xvfb or xdotool is not installed");
        return;
    }
    let Some(display) = display() else {
        println!("skipped: no virtual display could be started");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.ron");
    std::fs::write(&file, script(folder.path())).unwrap();
    let (out, size) = (folder.path().join("out.txt"), format!("{}x{}", SIZE.0, SIZE.1));
    let mut program = Command::new(env!("CARGO_BIN_EXE_gaitlab"))
        .args(["play", "a1_flat", "--size", &size, "--script"])
        .arg(&file)
        .current_dir(folder.path())
        .env("GAITLAB_ROOT", env!("CARGO_MANIFEST_DIR"))
        .env("GAITLAB_CONFIG_DIR", folder.path().join("settings"))
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .stdout(std::fs::File::create(&out).unwrap())
        .stderr(std::fs::File::create(folder.path().join("err.txt")).unwrap())
        .spawn()
        .unwrap();
    let status = hold_w(&display.name, &mut program);
    let said = std::fs::read_to_string(&out).unwrap()
        + &std::fs::read_to_string(folder.path().join("err.txt")).unwrap();
    if said.contains("Vulkan driver") {
        println!("skipped: {said}");
        return;
    }
    assert!(status.success(), "{said}");
    if let Some(kept) = std::env::var_os("GAITLAB_PICTURES") {
        // for people to look at
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            if file.path().extension().is_some_and(|e| e == "png") {
                std::fs::copy(file.path(), Path::new(&kept).join(file.file_name())).unwrap();
            }
        }
    }
    let pictures = Panel::ALL.map(|panel| format!("{panel:?}"));
    for name in pictures.iter().map(String::as_str).chain(["drive", "training", "light"]) {
        let image = image::open(folder.path().join(format!("{name}.png"))).unwrap().to_luma8();
        assert_eq!(image.dimensions(), SIZE, "{name}");
        let mut levels = [0u32; 256];
        image.pixels().for_each(|p| levels[p.0[0] as usize] += 1);
        assert!(levels.iter().filter(|n| **n > 0).count() > 60, "{name} shows nothing");
    }
    let mean = |name: &str| {
        let image = image::open(folder.path().join(format!("{name}.png"))).unwrap().to_luma8();
        image.pixels().map(|p| f64::from(p.0[0])).sum::<f64>() / f64::from(SIZE.0 * SIZE.1)
    };
    assert!(mean("light") > mean("training") + 40.0, "the light theme is light");
    let runs = std::fs::read_dir(folder.path().join("logs/a1_flat")).unwrap().count();
    assert_eq!(runs, 1, "the run is in the logs of the folder it was started from");
}
