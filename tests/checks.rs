//! Invariants of the whole tree: layers, sizes, documents, and what the README promises.
#![allow(clippy::unwrap_used)] // helpers of tests are not inside `#[test]` functions
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, out: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push((path, text));
            }
        }
    }
    let mut out = vec![];
    walk(&root().join("src"), &mut out);
    out
}

/// Module, layer, and crates that it must not name.
const LAYERS: &[(&str, u32, &[&str])] = &[
    ("lane", 0, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("crew", 0, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("phase", 0, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("rng", 0, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("config", 0, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("robot", 1, &["bevy", "tch", "egui", "bevy_rapier3d"]),
    ("terrain", 1, &["bevy", "tch", "egui", "bevy_rapier3d"]),
    ("actuator", 1, &["bevy", "tch", "egui", "bevy_rapier3d"]),
    ("physics", 2, &["bevy", "tch", "egui"]),
    ("mdp", 2, &["bevy", "tch", "egui", "bevy_rapier3d"]),
    ("task", 3, &["bevy", "tch", "egui", "bevy_rapier3d"]),
    ("env", 3, &["bevy", "bevy_rapier3d", "tch", "egui"]),
    ("nn", 3, &["bevy", "bevy_rapier3d", "egui"]),
    ("learn", 4, &["bevy", "bevy_rapier3d", "egui"]),
    ("tick", 5, &["egui", "wgpu", "bevy_egui", "bevy_rapier3d"]),
    ("run", 6, &["egui", "wgpu", "bevy_egui", "bevy_rapier3d"]),
    ("lab", 7, &["egui", "wgpu", "bevy_egui", "bevy_rapier3d", "tch"]),
    ("app", 8, &["tch"]),
    ("cli", 9, &["egui", "tch", "bevy_rapier3d"]),
];

/// Uses inside one layer that are part of its design.
const SAME_LAYER: &[(&str, &str)] =
    &[("env", "task"), ("config", "lane"), ("rng", "lane"), ("terrain", "robot")];

/// The code of a file without comments and tests.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Names `x` in `prefix x`, where `x` is a whole word.
fn names_after<'a>(text: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(prefix).filter_map(move |(i, _)| {
        let rest = &text[i + prefix.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

#[test]
fn a_module_uses_lower_layers_only() {
    let layer: BTreeMap<&str, u32> = LAYERS.iter().map(|(m, l, _)| (*m, *l)).collect();
    let mut wrong = vec![];
    for (path, text) in sources() {
        let relative = path.strip_prefix(root().join("src")).unwrap().to_string_lossy().replace('\\', "/");
        let module = relative.split(['/', '.']).next().unwrap().to_owned();
        if matches!(module.as_str(), "lib" | "main")
            || relative.contains("tests")
            || relative.contains("testing")
        {
            continue;
        }
        let Some(&own) = layer.get(module.as_str()) else { panic!("{relative}: `{module}` is in no layer") };
        let code = code(&text);
        // `use crate::{a, b}` is written out, so that it is seen here
        let grouped =
            code.split("crate::{").skip(1).flat_map(|g| g.split('}').next().unwrap_or("").split(','));
        let grouped = grouped.map(|g| g.trim().split("::").next().unwrap_or("").trim());
        for used in names_after(&code, "crate::").chain(grouped) {
            let Some(&other) = layer.get(used) else { continue };
            let allowed = other < own || used == module || SAME_LAYER.contains(&(module.as_str(), used));
            if !allowed {
                wrong.push(format!("{relative} (layer {own}) uses {used} (layer {other})"));
            }
        }
        let never = LAYERS.iter().find(|(m, ..)| *m == module).unwrap().2;
        for name in never {
            let word = |i: usize| !code[..i].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if code.match_indices(&format!("{name}::")).any(|(i, _)| word(i)) {
                wrong.push(format!("{relative} names {name}"));
            }
        }
        if module == "physics" && !relative.starts_with("physics/rapier/") && code.contains("bevy_rapier3d") {
            wrong.push(format!("{relative} names bevy_rapier3d; only physics::rapier may"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn main_is_short_and_files_are_rooms_one_finds_one_s_way_in() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        let limit = if path.ends_with("main.rs") { 40 } else { 500 };
        assert!(lines <= limit, "{}: {lines} lines, at most {limit}", path.display());
        assert!(
            text.starts_with("//!") || text.starts_with("use super"),
            "{}: what is it for?",
            path.display()
        );
    }
}

#[test]
fn no_unwrap_and_no_unfinished_work_outside_tests() {
    for (path, text) in sources() {
        if path.to_string_lossy().contains("test") || path.to_string_lossy().contains("toy") {
            continue;
        }
        let code = code(&text);
        for bad in [".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
            assert!(!code.contains(bad), "{}: `{bad}`", path.display());
        }
    }
}

#[test]
fn committed_files_are_small_and_policies_and_films_smaller() {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    let Ok(listed) = listed else {
        println!("skipped: no git");
        return;
    };
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|n| !n.is_empty()) {
        let Ok(meta) = std::fs::metadata(root().join(name)) else { continue };
        let limit = if name.ends_with(".gif") || name.contains("policies/") { 2_000_000 } else { 3_000_000 };
        assert!(meta.len() < limit, "{name}: {} bytes", meta.len());
        assert!(!name.starts_with("logs/"), "{name}: generated");
    }
}

#[test]
fn what_the_readme_names_exists() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for link in readme.split("](").skip(1).filter_map(|l| l.split(')').next()) {
        if !link.contains("://") && !link.starts_with('#') {
            assert!(root().join(link).exists(), "README.md links to {link}");
        }
    }
    let subcommands = [
        "train",
        "eval",
        "play",
        "export",
        "import",
        "plan",
        "config",
        "list",
        "bench",
        "sim2sim",
        "sweep",
        "test",
        "build",
        "help",
        "report",
        "completions",
        "tensorboard",
        "terrain",
        "replay",
    ];
    for command in names_after(&readme, "./lab ") {
        assert!(subcommands.contains(&command), "README.md runs `./lab {command}`");
    }
    for needed in ["./lab train a1_flat", "./lab test", "./lab play"] {
        assert!(readme.contains(needed), "README.md does not say `{needed}`");
    }
}
