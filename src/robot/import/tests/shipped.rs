//! The shipped robots against the files of their makers, number by number.
use super::shared::robots;
use crate::robot::import::math::{rotate, unit};
use crate::robot::import::{Options, import_text};
use crate::robot::{JointSpec, LinkSpec, RobotSpec};
use std::path::Path;

/// What a shipped robot takes from where, below the folder of robots.
struct Case {
    robot: &'static str,
    /// Masses, inertias, joint frames, limits, effort, speed.
    source: &'static str,
    /// Fixed bodies of the source that the robot leaves out.
    without: &'static [&'static str],
    /// Files for single values, which rank above the source.
    effort: Option<&'static str>,
    speed: Option<&'static str>,
    armature: Option<&'static str>,
    friction: Option<&'static str>,
    /// Joints without limits in the source.
    unlimited: &'static str,
}

const G1_ROTORS: &str = "g1/videomimic/g1_29dof_anneal_23dof.xml";
const A1_ROTORS: &str = "quadruped/mujoco_menagerie/a1.xml";

const CASES: [Case; 5] = [
    Case {
        robot: "a1",
        source: "quadruped/unitree_mujoco_old/a1.urdf",
        without: &["imu"],
        effort: Some("quadruped/unitree_ros/a1.urdf"),
        speed: Some("quadruped/unitree_ros/a1.urdf"),
        armature: Some(A1_ROTORS),
        friction: Some("quadruped/unitree_ros/a1.urdf"),
        unlimited: "_thigh",
    },
    Case {
        robot: "aliengo",
        source: "quadruped/unitree_ros/aliengo.urdf",
        without: &[],
        effort: None,
        speed: None,
        armature: Some(A1_ROTORS),
        friction: None,
        unlimited: "_thigh",
    },
    Case {
        robot: "qmini",
        source: "qmini/q1.urdf",
        without: &[],
        effort: None,
        speed: None,
        armature: None,
        friction: None,
        unlimited: "",
    },
    Case {
        robot: "g1_23",
        source: "g1/videomimic/g1_29dof_anneal_23dof.xml",
        without: &[],
        effort: None,
        speed: Some("g1/videomimic/g1_29dof_anneal_23dof.urdf"),
        armature: None,
        friction: None,
        unlimited: "",
    },
    Case {
        robot: "g1_29",
        source: "g1/unitree_ros/g1_29dof_rev_1_0.xml",
        without: &[],
        effort: None,
        speed: Some("g1/unitree_ros/g1_29dof_rev_1_0.urdf"),
        armature: Some(G1_ROTORS),
        friction: None,
        unlimited: "",
    },
];

/// Differences, so that one run shows all of them.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check(&mut self, what: impl Fn() -> String, ours: &[f64], theirs: &[f64]) {
        let size = theirs.iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        if ours.iter().zip(theirs).any(|(a, b)| (a - b).abs() > 1e-6 * size.max(1e-3)) {
            self.0.push(format!("{}: {ours:?}, source {theirs:?}", what()));
        }
    }
}

fn read(folder: &Path, file: &str, without: &[&str]) -> RobotSpec {
    let options =
        Options { armature: Some(0.0), effort: Some(1e3), velocity: Some(1e3), ..Options::named("source") };
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let text = without.iter().fold(text, |text, body| without_body(&text, body));
    import_text(&text, &options).unwrap_or_else(|e| panic!("{file}: {e}")).spec
}

/// A URDF text without a fixed body, of which joint and link are named alike.
fn without_body(text: &str, body: &str) -> String {
    ["joint", "link"].iter().fold(text.to_owned(), |text, kind| {
        let (before, rest) = text.split_once(&format!("<{kind} name=\"{body}_{kind}\"")).unwrap();
        let (_, after) = rest.split_once(&format!("</{kind}>")).unwrap();
        format!("{before}{after}")
    })
}

fn plain(joint: &JointSpec) -> &str {
    joint.name.trim_end_matches("_joint")
}

fn link_of<'a>(spec: &'a RobotSpec, joint: &str) -> Option<(&'a LinkSpec, &'a JointSpec)> {
    spec.links.iter().find_map(|l| l.joint.as_ref().filter(|j| plain(j) == joint).map(|j| (l, j)))
}

fn compare(folder: &Path, case: &Case) -> Vec<String> {
    let ours = crate::robot::load(case.robot).unwrap();
    let source = read(folder, case.source, case.without);
    let mut found = Differences::default();
    if ours.num_joints() != source.num_joints() {
        found.0.push(format!("{} joints, source {}", ours.num_joints(), source.num_joints()));
    }
    let other = |file: Option<&str>| file.map(|f| read(folder, f, &[]));
    let (effort, speed) = (other(case.effort), other(case.speed));
    let (armature, friction) = (other(case.armature), other(case.friction));
    for link in &ours.links {
        let Some(joint) = &link.joint else {
            solid(&mut found, link, &source.links[0]);
            continue;
        };
        let Some((theirs_link, theirs)) = link_of(&source, &joint.name) else {
            found.0.push(format!("{} is not in the source", joint.name));
            continue;
        };
        solid(&mut found, link, theirs_link);
        let name = |what: &'static str| move || format!("{} {what}", joint.name);
        found.check(name("origin"), &joint.origin, &theirs.origin);
        let (axis, theirs_axis) = (turned(joint), turned(theirs));
        found.check(name("axis in the parent"), &axis, &theirs_axis);
        if case.unlimited.is_empty() || !joint.name.ends_with(case.unlimited) {
            found.check(name("limits"), &joint.limits, &theirs.limits);
        }
        let there = |spec: &Option<RobotSpec>| {
            spec.as_ref().and_then(|s| link_of(s, &joint.name)).map(|(_, j)| j.clone())
        };
        let from = |spec: &Option<RobotSpec>, value: fn(&JointSpec) -> f64| {
            value(there(spec).as_ref().unwrap_or(theirs))
        };
        found.check(name("effort"), &[joint.effort], &[from(&effort, |j| j.effort)]);
        found.check(name("speed"), &[joint.velocity], &[from(&speed, |j| j.velocity)]);
        // the file of the rotors knows no wrists
        if there(&armature).is_some() || theirs.armature > 0.0 {
            found.check(name("armature"), &[joint.armature], &[from(&armature, |j| j.armature)]);
        }
        if friction.is_some() {
            found.check(name("damping"), &[joint.damping], &[from(&friction, |j| j.damping)]);
            found.check(name("dry friction"), &[joint.friction], &[from(&friction, |j| j.friction)]);
        }
    }
    found.0
}

fn solid(found: &mut Differences, ours: &LinkSpec, theirs: &LinkSpec) {
    let name = |what: &'static str| move || format!("{} {what}", ours.name);
    found.check(name("mass"), &[ours.mass], &[theirs.mass]);
    found.check(name("centre of mass"), &ours.com, &theirs.com);
    found.check(name("inertia"), &ours.inertia, &theirs.inertia);
}

/// The joint's axis in the parent's frame.
fn turned(joint: &JointSpec) -> [f64; 3] {
    rotate(joint.rotation, unit(joint.axis).unwrap())
}

#[test]
fn shipped_robots_have_the_numbers_of_their_makers_files() {
    let Some(folder) = robots() else { return };
    let mut all = vec![];
    for case in &CASES {
        let found = compare(&folder, case);
        all.extend(found.into_iter().map(|f| format!("{}: {f}", case.robot)));
    }
    assert!(all.is_empty(), "{} differences\n{}", all.len(), all.join("\n"));
}
