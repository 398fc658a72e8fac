//! The robot file as a person would write it: one link after the other, short lists in a line.
use crate::robot::{JointSpec, LinkSpec, PointSpec, RobotSpec, Shape, VisualSpec};
use std::fmt::Write;

/// A robot as text in our format, with a comment above it.
pub fn to_ron(spec: &RobotSpec, comment: &str) -> String {
    let mut x = String::new();
    comment.lines().for_each(|l| line(&mut x, 0, &format!("// {l}")));
    line(&mut x, 0, "(");
    line(&mut x, 1, &format!("name: {},", text(&spec.name)));
    line(&mut x, 1, &format!("source: {},", text(&spec.source)));
    line(&mut x, 1, "links: [");
    spec.links.iter().for_each(|l| link(l, &mut x));
    line(&mut x, 1, "],");
    line(&mut x, 1, "roles: (");
    line(&mut x, 2, "legs: [");
    for leg in &spec.roles.legs {
        let (name, joints, foot) = (text(&leg.name), texts(&leg.joints), text(&leg.foot));
        let sole = match leg.sole.is_empty() {
            true => String::new(),
            false => format!(", sole: {}", texts(&leg.sole)),
        };
        line(&mut x, 3, &format!("(name: {name}, joints: {joints}, foot: {foot}{sole}),"));
    }
    line(&mut x, 2, "],");
    for (group, members) in [("points", &spec.roles.points), ("joints", &spec.roles.joints)] {
        line(&mut x, 2, &format!("{group}: {{"));
        members.iter().for_each(|(k, v)| line(&mut x, 3, &format!("{}: {},", text(k), texts(v))));
        line(&mut x, 2, "},");
    }
    line(&mut x, 1, "),");
    line(&mut x, 1, "nominal: (");
    line(&mut x, 2, &format!("height: {},", number(spec.nominal.height)));
    line(&mut x, 2, "joints: {");
    spec.nominal.joints.iter().for_each(|(k, v)| line(&mut x, 3, &format!("{}: {},", text(k), number(*v))));
    line(&mut x, 2, "},");
    line(&mut x, 1, "),");
    line(&mut x, 1, "gains: {");
    for (joint, g) in &spec.gains {
        line(&mut x, 2, &format!("{}: (kp: {}, kd: {}),", text(joint), number(g.kp), number(g.kd)));
    }
    line(&mut x, 1, "},");
    if !spec.pairs.is_empty() {
        line(&mut x, 1, "pairs: [");
        spec.pairs.iter().for_each(|[a, b]| line(&mut x, 2, &format!("({}, {}),", text(a), text(b))));
        line(&mut x, 1, "],");
    }
    line(&mut x, 0, ")");
    x
}

fn link(l: &LinkSpec, x: &mut String) {
    line(x, 2, "(");
    line(x, 3, &format!("name: {}, mass: {}, com: {},", text(&l.name), number(l.mass), tuple(&l.com)));
    line(x, 3, &format!("inertia: {},", tuple(&l.inertia)));
    if let Some(j) = &l.joint {
        joint(j, x);
    }
    list(x, "points", l.points.iter().map(point).collect());
    list(x, "visuals", l.visuals.iter().map(visual).collect());
    line(x, 2, "),");
}

fn joint(j: &JointSpec, x: &mut String) {
    let rotation = match j.rotation {
        [1.0, 0.0, 0.0, 0.0] => String::new(),
        r => format!(" rotation: {},", tuple(&r)),
    };
    line(x, 3, "joint: Some((");
    let (name, parent) = (text(&j.name), text(&j.parent));
    line(x, 4, &format!("name: {name}, parent: {parent}, origin: {},{rotation}", tuple(&j.origin)));
    let (effort, velocity) = (number(j.effort), number(j.velocity));
    let (axis, limits) = (tuple(&j.axis), tuple(&j.limits));
    line(x, 4, &format!("axis: {axis}, limits: {limits}, effort: {effort}, velocity: {velocity},"));
    let (armature, damping, friction) = (number(j.armature), number(j.damping), number(j.friction));
    line(x, 4, &format!("armature: {armature}, damping: {damping}, friction: {friction},"));
    line(x, 3, ")),");
}

fn point(p: &PointSpec) -> String {
    format!("(name: {}, center: {}, radius: {}),", text(&p.name), tuple(&p.center), number(p.radius))
}

fn visual(v: &VisualSpec) -> String {
    let shape = match &v.shape {
        Shape::Box(s) => format!("\"box\": {}", tuple(s)),
        Shape::Capsule(s) => format!("\"capsule\": {}", tuple(s)),
        Shape::Taper(s) => format!("\"taper\": {}", tuple(s)),
        Shape::Cylinder(s) => format!("\"cylinder\": {}", tuple(s)),
        Shape::Mesh(m) => format!("\"mesh\": {}", text(m)),
        Shape::Sphere(r) => format!("\"sphere\": {}", number(*r)),
    };
    let rotation = match v.rotation {
        [1.0, 0.0, 0.0, 0.0] => String::new(),
        r => format!(" \"rotation\": {},", tuple(&r)),
    };
    format!("{{{shape}, \"center\": {},{rotation} \"material\": {}}},", tuple(&v.center), text(&v.material))
}

fn list(x: &mut String, name: &str, items: Vec<String>) {
    if items.is_empty() {
        return line(x, 3, &format!("{name}: [],"));
    }
    line(x, 3, &format!("{name}: ["));
    items.iter().for_each(|i| line(x, 4, i));
    line(x, 3, "],");
}

fn tuple(v: &[f64]) -> String {
    format!("({})", v.iter().map(|v| number(*v)).collect::<Vec<_>>().join(", "))
}

/// The shortest text that reads as the same number, and as a real one.
fn number(v: f64) -> String {
    // no negative zeros
    format!("{:?}", v + 0.0)
}

fn text(s: &str) -> String {
    ron::to_string(s).unwrap_or_else(|_| "\"\"".into())
}

fn texts(v: &[String]) -> String {
    format!("[{}]", v.iter().map(|s| text(s)).collect::<Vec<_>>().join(", "))
}

fn line(x: &mut String, depth: usize, text: &str) {
    // writing to a string cannot fail
    let _ = writeln!(x, "{:1$}{text}", "", 4 * depth);
}
