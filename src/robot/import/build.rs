//! From links to a robot file: everything that the source did not say is assumed, and each assumption remarked.
use super::assemble::Link;
use super::model::{Drive, Source};
use super::options::Options;
use super::report::Report;
use super::shapes::{self, ShapeFit};
use super::{gains, roles, stance};
use crate::robot::{Gains, JointSpec, LinkSpec, Nominal, PointSpec, RobotSpec, Roles};
use std::collections::{BTreeMap, BTreeSet};

/// The limits of a joint that turns on and on, rad.
const UNLIMITED: f64 = 1000.0;
/// The speed limit of a joint without one, rad/s.
const FAST: f64 = 100.0;
/// Rotor inertia where the file gives none, kg m².
const ROTOR: f64 = 0.01;

/// Makes the robot.
pub fn build(
    source: &Source,
    links: &[Link],
    options: &Options,
    report: &mut Report,
) -> Result<(RobotSpec, Vec<ShapeFit>), String> {
    let own = source.extras.source.is_some();
    let (mut points, fits) = shapes::points(links, options.spheres, own, report)?;
    if points.iter().all(Vec::is_empty) && !own {
        tips(links, &mut points, report);
    }
    let mut visuals = shapes::visuals(links, own, report);
    let joints = joints(source, links, options, report);
    let mut spec = RobotSpec {
        name: options.name.clone(),
        source: source
            .extras
            .source
            .clone()
            .unwrap_or_else(|| format!("imported from {} ({})", report.file, source.name)),
        links: vec![],
        roles: Roles::default(),
        nominal: Nominal { height: 0.1, joints: BTreeMap::new() },
        gains: BTreeMap::new(),
        pairs: vec![],
    };
    for (i, (link, joint)) in links.iter().zip(joints).enumerate() {
        let t = link.inertial.tensor;
        spec.links.push(LinkSpec {
            name: link.name.clone(),
            mass: link.inertial.mass,
            com: link.inertial.com,
            inertia: [t[0][0], t[1][1], t[2][2], t[0][1], t[0][2], t[1][2]],
            joint,
            points: std::mem::take(&mut points[i]),
            visuals: std::mem::take(&mut visuals[i]),
        });
    }
    unique(&spec)?;
    stand(source, &mut spec, report);
    drive(source, &mut spec, report)?;
    Ok((spec, fits))
}

/// One remark for all joints that lack something.
fn lacking(names: &[&str], what: &str, taken: &str, report: &mut Report) {
    if !names.is_empty() {
        let some = names.iter().take(6).copied().collect::<Vec<_>>().join(", ");
        let more = if names.len() > 6 { ", …" } else { "" };
        report.assume(format!("no {what} for {} joints: {taken} ({some}{more})", names.len()));
    }
}

fn joints(source: &Source, links: &[Link], options: &Options, report: &mut Report) -> Vec<Option<JointSpec>> {
    let mass: f64 = links.iter().map(|l| l.inertial.mass).sum();
    let guessed_effort = options.effort.unwrap_or(((mass * 9.81 * 0.2) * 10.0).round().max(1.0) / 10.0);
    let velocity = options.velocity.unwrap_or(FAST);
    let rotor = options.armature.unwrap_or(ROTOR);
    let velocities: BTreeMap<String, f64> =
        source.extras.velocities.as_deref().and_then(|t| ron::from_str(t).ok()).unwrap_or_default();
    let mut lacks: [Vec<&str>; 4] = Default::default();
    let mut out = vec![];
    for link in links {
        let (Some(j), Some(parent)) = (&link.joint, link.parent) else {
            out.push(None);
            continue;
        };
        let driven = source.drives.iter().filter(|d| d.joint == j.name).filter_map(|d| d.effort);
        let effort = driven.chain(j.effort).reduce(f64::min);
        let speed = velocities.get(&j.name).copied().or(j.velocity);
        let lacks_one = [j.range.is_none(), effort.is_none(), speed.is_none(), j.armature.is_none()];
        lacks.iter_mut().zip(lacks_one).filter(|(_, l)| *l).for_each(|(names, _)| names.push(&j.name));
        out.push(Some(JointSpec {
            name: j.name.clone(),
            parent: links[parent].name.clone(),
            origin: link.place.pos,
            rotation: link.place.quat,
            axis: j.axis,
            limits: j.range.unwrap_or([-UNLIMITED, UNLIMITED]),
            effort: effort.unwrap_or(guessed_effort),
            velocity: speed.unwrap_or(velocity),
            armature: j.armature.unwrap_or(rotor),
            damping: j.damping,
            friction: j.friction,
        }));
    }
    let [ranges, efforts, speeds, rotors] = &lacks;
    lacking(ranges, "position limits", &format!("±{UNLIMITED} rad"), report);
    lacking(efforts, "effort limit", &format!("{guessed_effort} N m (change it with --effort)"), report);
    lacking(speeds, "speed limit", &format!("{velocity} rad/s (change it with --velocity)"), report);
    lacking(rotors, "rotor inertia", &format!("{rotor} kg m² (change it with --armature)"), report);
    out
}

/// A sphere at the end of every limb of a robot that has no collision shapes at all.
fn tips(links: &[Link], points: &mut [Vec<PointSpec>], report: &mut Report) {
    for (i, link) in links.iter().enumerate().skip(1) {
        if !links.iter().any(|l| l.parent == Some(i)) {
            let center = link.inertial.com.map(|c| 2.0 * c);
            points[i].push(PointSpec { name: format!("{}_tip", link.name), center, radius: 0.02 });
        }
    }
    report.assume(
        "no collision shape could be read: each limb got a sphere of 2 cm at twice the distance of its last centre of mass",
    );
}

fn unique(spec: &RobotSpec) -> Result<(), String> {
    let (mut links, mut joints) = (BTreeSet::new(), BTreeSet::new());
    for name in spec.links.iter().map(|l| &l.name) {
        if !links.insert(name) {
            return Err(format!("two links are called `{name}`"));
        }
    }
    match spec.joints().map(|j| &j.name).find(|name| !joints.insert(*name)) {
        Some(name) => Err(format!("two joints are called `{name}`")),
        None => Ok(()),
    }
}

/// Nominal pose and roles.
fn stand(source: &Source, spec: &mut RobotSpec, report: &mut Report) {
    let key = source.pose.clone().unwrap_or_default();
    let mut moved = vec![];
    let mut written: BTreeMap<String, f64> = BTreeMap::new();
    for joint in spec.joints() {
        let asked = key.joints.get(&joint.name).copied();
        let position = asked.unwrap_or(0.0).clamp(joint.limits[0], joint.limits[1]);
        if asked.is_some_and(|a| a != position) {
            moved.push(joint.name.as_str());
        }
        written.insert(joint.name.clone(), position);
    }
    if !moved.is_empty() {
        report.assume(format!(
            "the keyframe's positions of {} were beyond their limits and moved there",
            moved.join(", ")
        ));
    }
    spec.nominal.joints = written;
    let read = source.extras.roles.as_deref().and_then(|t| ron::from_str::<Roles>(t).ok());
    let start = if source.pose.is_some() { spec.nominal_joints() } else { stance::clamped_zero(spec) };
    spec.roles = match read {
        Some(roles) => roles,
        None => roles::guess(spec, start, report),
    };
    if source.pose.is_none() {
        let pose = stance::guess(spec);
        let limits: Vec<(String, [f64; 2])> = spec.joints().map(|j| (j.name.clone(), j.limits)).collect();
        for ((name, [low, high]), q) in limits.into_iter().zip(&pose) {
            let tidy = (f64::from(*q) * 1e4).round() / 1e4;
            spec.nominal.joints.insert(name, tidy.clamp(low, high));
        }
        report.assume("no keyframe: the nominal pose has its feet under the hips and its legs somewhat bent");
    }
    let found = stance::height(spec, &spec.nominal_joints());
    spec.nominal.height = match key.height.filter(|h| *h > 0.0) {
        Some(height) => height,
        None if found > 0.0 && found.is_finite() => (found * 1e4).ceil() / 1e4,
        None => {
            report.assume(
                "the lowest sphere is above the base: the height of the base in the nominal pose is 0.5 m",
            );
            0.5
        }
    };
    if key.height.is_some()
        && found.is_finite()
        && (found - spec.nominal.height).abs() > 0.03
        && source.extras.source.is_none()
    {
        report.assume(format!(
            "in the keyframe the base is at {:.3} m; the lowest sphere stands on the ground at {found:.3} m",
            spec.nominal.height
        ));
    }
}

fn drive(source: &Source, spec: &mut RobotSpec, report: &mut Report) -> Result<(), String> {
    if let Some(gains) = source.extras.gains.as_deref().and_then(|t| ron::from_str(t).ok()) {
        spec.gains = gains;
        return Ok(());
    }
    let inertias = gains::carried(spec, &spec.nominal_joints());
    let (mut guessed, mut damped) = (vec![], vec![]);
    let mut all = BTreeMap::new();
    for (joint, inertia) in spec.joints().zip(inertias) {
        if !inertia.is_finite() {
            return Err(format!("joint `{}` carries an inertia that is not a number", joint.name));
        }
        let written: Option<&Drive> = source.drives.iter().find(|d| d.joint == joint.name && d.kp.is_some());
        let own = match written.and_then(|d| d.kp.map(|kp| (kp, d.kd))) {
            Some((kp, Some(kd))) => Gains { kp, kd },
            Some((kp, None)) => {
                damped.push(joint.name.as_str());
                Gains { kp, kd: gains::damping(kp, inertia) }
            }
            None => {
                guessed.push(joint.name.as_str());
                gains::of(inertia, joint.effort)
            }
        };
        all.insert(joint.name.clone(), own);
    }
    let rule = format!(
        "stiffness for {} Hz with the inertia that the joint carries, damping ratio {}, within what its torque allows",
        gains::FREQUENCY,
        gains::RATIO
    );
    lacking(&guessed, "gains", &rule, report);
    lacking(&damped, "damping gain", &format!("damping ratio {}", gains::RATIO), report);
    spec.gains = all;
    Ok(())
}
