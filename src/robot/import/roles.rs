//! Legs, feet and trunk, guessed from the tree, the geometry and the names. The written file can be changed by hand.
use super::report::Report;
use crate::robot::{LegSpec, LinkPose, Posture, RobotSpec, Roles, link_poses, point_w};
use std::collections::BTreeMap;

/// Words in the names of limbs on which no robot stands.
const NOT_LEGS: [&str; 11] =
    ["arm", "shoulder", "elbow", "wrist", "hand", "head", "neck", "gripper", "finger", "thumb", "palm"];

/// A limb: the link at its end, and where that reaches in the base frame.
struct Limb {
    end: usize,
    chain: Vec<usize>,
    low: f64,
    at: [f64; 2],
}

/// Poses of all links with the base at the origin.
pub fn posed(spec: &RobotSpec, joints: Vec<f32>) -> Vec<LinkPose> {
    link_poses(spec, &Posture { pos_w: [0.0; 3], quat: [1.0, 0.0, 0.0, 0.0], joint_pos: joints })
}

/// Guesses the roles of a robot in a pose.
pub fn guess(spec: &RobotSpec, joints: Vec<f32>, report: &mut Report) -> Roles {
    let poses = posed(spec, joints);
    let mut limbs = limbs(spec, &poses);
    let lowest = limbs.iter().map(|l| l.low).fold(f64::INFINITY, f64::min);
    limbs.retain(|l| lowest < 0.0 && l.low <= 0.7 * lowest);
    let middle = |i: usize| limbs.iter().map(|l| l.at[i]).sum::<f64>() / limbs.len().max(1) as f64;
    let (x, y) = (middle(0), middle(1));
    let names: Vec<String> = limbs.iter().map(|l| leg_name(spec, l, limbs.len(), [x, y])).collect();
    let mut order: Vec<usize> = (0..limbs.len()).collect();
    order.sort_by(|&a, &b| {
        let rank = |l: &Limb| (if limbs.len() > 2 { (l.at[0] < x) as u8 } else { 0 }, (l.at[1] < y) as u8);
        rank(&limbs[a]).cmp(&rank(&limbs[b])).then(limbs[a].end.cmp(&limbs[b].end))
    });
    let mut roles = Roles::default();
    let mut feet = vec![];
    for i in order {
        let limb = &limbs[i];
        let heights =
            |p: &crate::robot::PointSpec| f64::from(point_w(&poses[limb.end], p.center)[2]) - p.radius;
        let points = &spec.links[limb.end].points;
        let Some(foot) = points.iter().min_by(|a, b| heights(a).total_cmp(&heights(b))) else { continue };
        let shared = |link: usize| limbs.iter().enumerate().any(|(k, l)| k != i && l.chain.contains(&link));
        let own = limb.chain.iter().filter(|l| !shared(**l));
        let joints = own.filter_map(|l| spec.links[*l].joint.as_ref()).map(|j| j.name.clone()).collect();
        let ground = heights(foot) + 0.015;
        feet.extend(points.iter().filter(|p| heights(p) <= ground).map(|p| p.name.clone()));
        roles.legs.push(LegSpec { name: names[i].clone(), joints, foot: foot.name.clone(), sole: vec![] });
    }
    let legs: Vec<String> = roles.legs.iter().map(|l| format!("{} (foot `{}`)", l.name, l.foot)).collect();
    report.assume(match legs.is_empty() {
        true => "no legs were found: write them into `roles.legs`".to_owned(),
        false => format!("legs guessed from tree, names and geometry: {}", legs.join(", ")),
    });
    groups(spec, &mut roles, feet);
    roles
}

fn limbs(spec: &RobotSpec, poses: &[LinkPose]) -> Vec<Limb> {
    let parent = |i: usize| spec.links[i].joint.as_ref().and_then(|j| spec.link_index(&j.parent));
    let mut out = vec![];
    for end in 1..spec.links.len() {
        if (end + 1..spec.links.len()).any(|i| parent(i) == Some(end)) {
            continue;
        }
        let mut chain = vec![];
        let mut link = Some(end);
        while let Some(i) = link.filter(|i| *i > 0) {
            chain.push(i);
            link = parent(i);
        }
        chain.reverse();
        let is_arm = |i: &usize| {
            let name = spec.links[*i].name.to_lowercase();
            NOT_LEGS.iter().any(|w| words(&name).any(|n| n == *w))
        };
        if chain.iter().any(is_arm) {
            continue;
        }
        let reach = spec.links[end].points.iter().map(|p| {
            let at = point_w(&poses[end], p.center);
            (f64::from(at[2]) - p.radius, at)
        });
        let Some((low, at)) = reach.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        out.push(Limb { end, chain, low, at: [f64::from(at[0]), f64::from(at[1])] });
    }
    out
}

fn leg_name(spec: &RobotSpec, limb: &Limb, count: usize, middle: [f64; 2]) -> String {
    let side = if limb.at[1] > middle[1] { "L" } else { "R" };
    let end = if limb.at[0] > middle[0] { "F" } else { "R" };
    match count {
        2 => side.to_owned(),
        4 => format!("{end}{side}"),
        _ => spec.links[limb.end].name.clone(),
    }
}

/// Words of a name: split at underscores, dashes and digits.
pub fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty())
}

/// What a name says besides the side: `FL_hip_joint` is a `hip`, `left_hip_pitch_joint` a `hip_pitch`.
fn stripped(name: &str) -> String {
    const SIDES: [&str; 18] = [
        "fl", "fr", "rl", "rr", "lf", "rf", "lh", "rh", "hl", "hr", "l", "r", "left", "right", "front",
        "rear", "hind", "back",
    ];
    let lower = name.to_lowercase();
    let rest: Vec<&str> =
        words(&lower).filter(|w| !SIDES.contains(w) && !matches!(*w, "joint" | "link")).collect();
    match rest.as_slice() {
        ["calf"] => "calves".into(),
        ["foot"] => "feet".into(),
        [] => "other".into(),
        [one] => format!("{one}s"),
        more => more.join("_"),
    }
}

/// Groups of points and joints by name.
fn groups(spec: &RobotSpec, roles: &mut Roles, feet: Vec<String>) {
    for (i, link) in spec.links.iter().enumerate() {
        let role = if i == 0 { "trunk".to_owned() } else { stripped(&link.name) };
        let rest: Vec<String> =
            link.points.iter().map(|p| p.name.clone()).filter(|n| !feet.contains(n)).collect();
        if !rest.is_empty() {
            // a link may be called a foot, but only what stands on the ground is one
            let role = if role == "feet" { "ankles".to_owned() } else { role };
            roles.points.entry(role).or_default().extend(rest);
        }
    }
    if !feet.is_empty() {
        roles.points.insert("feet".into(), feet);
    }
    let mut joints: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for joint in spec.joints() {
        joints.entry(stripped(&joint.name)).or_default().push(joint.name.clone());
    }
    roles.joints = joints.into_iter().filter(|(_, members)| members.len() > 1).collect();
}
