//! Every robot file beside this checkout, read here and by MuJoCo itself: joint tree, masses, inertias and limits agree.
use super::shared::{close, files, robots, seen};
use crate::robot::export::{Format, robot as export};
use crate::robot::import::{Options, import};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TOLERANCE: f64 = 1e-6;

/// What MuJoCo reads, or nothing where it is not at hand.
fn reading(paths: &[PathBuf], positions: &Value) -> Option<Vec<Value>> {
    let Ok(python) = std::env::var("GAITLAB_MUJOCO_PYTHON") else {
        println!("skipped: GAITLAB_MUJOCO_PYTHON names no Python with MuJoCo");
        return None;
    };
    let script = crate::config::root().join("tools/mujoco_reading.py");
    let mut child = Command::new(python)
        .arg(script)
        .args(paths)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(positions.to_string().as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success(), "MuJoCo could not read them");
    Some(serde_json::from_slice(&out.stdout).unwrap())
}

fn vector(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
}

/// Joint positions that are neither zero nor alike.
fn positions(count: usize) -> Vec<f64> {
    (0..count).map(|i| 0.4 * (1.7 * i as f64 + 0.3).sin()).collect()
}

/// Compares one file with MuJoCo's reading of it.
fn compare(name: &str, spec: &crate::robot::RobotSpec, theirs: &Value, urdf: bool) {
    let q = positions(spec.num_joints());
    let ours = seen(spec, &q);
    let links = theirs["links"].as_array().unwrap();
    let names: Vec<&str> = links.iter().map(|l| l["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        spec.links.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(),
        "{name}: links in order"
    );
    for ((link, seen), theirs) in spec.links.iter().zip(&ours).zip(links) {
        let at = format!("{name}: {}", link.name);
        let parent = link.joint.as_ref().map(|j| j.parent.as_str());
        assert_eq!(theirs["parent"].as_str(), parent, "{at}: parent");
        let mass = theirs["mass"].as_f64().unwrap();
        assert!((seen.inertial.mass - mass).abs() <= TOLERANCE, "{at}: mass {} {mass}", link.mass);
        assert!(
            close(&seen.inertial.com, &vector(&theirs["com"]), TOLERANCE),
            "{at}: {:?} {theirs}",
            seen.inertial.com
        );
        for (row, theirs) in seen.inertial.tensor.iter().zip(theirs["inertia"].as_array().unwrap()) {
            assert!(close(row, &vector(theirs), TOLERANCE), "{at}: inertia {row:?} {theirs}");
        }
    }
    let joints = theirs["joints"].as_array().unwrap();
    assert_eq!(joints.len(), spec.num_joints(), "{name}: joints");
    for ((i, link), theirs) in spec.links.iter().enumerate().skip(1).zip(joints) {
        let joint = link.joint.as_ref().unwrap();
        let at = format!("{name}: joint {}", joint.name);
        assert_eq!(theirs["name"].as_str(), Some(joint.name.as_str()));
        assert_eq!(theirs["link"].as_str(), Some(link.name.as_str()), "{at}");
        assert_eq!(theirs["hinge"], json!(true), "{at}");
        assert!(close(&ours[i].place.pos, &vector(&theirs["anchor"]), TOLERANCE), "{at}: anchor");
        assert!(close(&ours[i].axis, &vector(&theirs["axis"]), TOLERANCE), "{at}: axis");
        match &theirs["limits"] {
            Value::Null => assert_eq!(joint.limits, [-1000.0, 1000.0], "{at}"),
            limits => {
                assert!(close(&joint.limits, &vector(limits), TOLERANCE), "{at}: {:?} {limits}", joint.limits)
            }
        }
        for (what, ours) in [("damping", joint.damping), ("friction", joint.friction)] {
            assert!(
                (ours - theirs[what].as_f64().unwrap()).abs() <= TOLERANCE,
                "{at}: {what} {ours} {theirs}"
            );
        }
        // URDF has no rotors: one is assumed here
        let armature = theirs["armature"].as_f64().unwrap();
        assert!(urdf || armature == 0.0 || (joint.armature - armature).abs() <= TOLERANCE, "{at}: armature");
        if let Some(force) = theirs["force"].as_array() {
            let force = force[1].as_f64().unwrap();
            assert!(joint.effort <= force + TOLERANCE, "{at}: effort {} beyond {force}", joint.effort);
            assert!(
                !urdf || (joint.effort - force).abs() <= TOLERANCE,
                "{at}: effort {} {force}",
                joint.effort
            );
        }
    }
}

/// Asks MuJoCo for each file at the test's joint positions.
fn asked(paths: &[PathBuf], specs: &[crate::robot::RobotSpec]) -> Value {
    let mut asked = serde_json::Map::new();
    for (path, spec) in paths.iter().zip(specs) {
        let at = spec.joints().zip(positions(spec.num_joints())).map(|(j, q)| (j.name.clone(), json!(q)));
        asked.insert(path.display().to_string(), at.collect::<serde_json::Map<String, Value>>().into());
    }
    asked.into()
}

/// Needs no MuJoCo: its reading is committed (written anew with `GAITLAB_WRITE_DATA=1`).
#[test]
fn every_feature_of_both_formats_is_read_as_mujoco_read_it() {
    let folder = crate::config::root().join("src/robot/import/tests/data");
    let paths = [folder.join("features.xml"), folder.join("features.urdf")];
    let specs = paths.each_ref().map(|p| import(p, &Options::named("features")).unwrap().spec);
    let data = folder.join("features.json");
    if std::env::var("GAITLAB_WRITE_DATA").is_ok()
        && let Some(mut theirs) = reading(&paths, &asked(&paths, &specs))
    {
        for (theirs, name) in theirs.iter_mut().zip(["features.xml", "features.urdf"]) {
            theirs["file"] = json!(name);
        }
        std::fs::write(&data, serde_json::to_string_pretty(&theirs).unwrap() + "\n").unwrap();
    }
    let theirs: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&data).unwrap()).unwrap();
    for ((path, spec), theirs) in paths.iter().zip(&specs).zip(&theirs) {
        compare(
            theirs["file"].as_str().unwrap(),
            spec,
            theirs,
            path.extension().is_some_and(|e| e == "urdf"),
        );
    }
}

#[test]
fn every_robot_file_is_read_as_mujoco_reads_it() {
    let Some(folder) = robots() else { return };
    let paths = files(&folder, &["xml", "urdf"]);
    let options = Options::named("x");
    let specs: Vec<_> = paths
        .iter()
        .map(|p| import(p, &options).unwrap_or_else(|e| panic!("{}: {e}", p.display())).spec)
        .collect();
    assert!(paths.len() >= 30, "{} files", paths.len());
    let Some(theirs) = reading(&paths, &asked(&paths, &specs)) else { return };
    for ((path, spec), theirs) in paths.iter().zip(&specs).zip(&theirs) {
        let name = path.strip_prefix(&folder).unwrap().display().to_string();
        compare(&name, spec, theirs, path.extension().is_some_and(|e| e == "urdf"));
    }
    println!("{} robot files agree with MuJoCo to {TOLERANCE}", paths.len());
}

#[test]
fn mujoco_loads_what_is_exported_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = vec![];
    let mut specs = vec![];
    for name in crate::config::names_in(&crate::config::root().join("assets/robots")) {
        let spec = crate::robot::load(&name).unwrap();
        for (format, ending) in [(Format::Mjcf, "xml"), (Format::Urdf, "urdf")] {
            let path: PathBuf = Path::new(folder.path()).join(format!("{name}.{ending}"));
            std::fs::write(&path, export(&spec, format)).unwrap();
            paths.push(path);
            specs.push(spec.clone());
        }
    }
    let Some(theirs) = reading(&paths, &asked(&paths, &specs)) else { return };
    for ((path, spec), theirs) in paths.iter().zip(&specs).zip(&theirs) {
        compare(&path.display().to_string(), spec, theirs, path.extension().is_some_and(|e| e == "urdf"));
    }
}
