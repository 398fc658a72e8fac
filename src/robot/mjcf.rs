//! Export to MuJoCo's XML: the same links, spheres, mechanisms and controllers, for validation and for a third opinion on
//! a trained policy.
use super::xml_text::{escaped, line, numbers};
use super::{DrawnMesh, JointSpec, RobotSpec, Shape, VisualSpec};

/// What drives the joints of an exported model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actuators {
    /// The robot's position controllers, clipped at its effort limits; controls are joint positions in rad.
    Position,
    /// Torque motors without limits; controls are torques in N m.
    Motor,
}

/// Settings of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct MjcfOptions {
    /// Physics step, s.
    pub timestep: f64,
    /// Coulomb friction of robot and ground.
    pub friction: f64,
    /// Contact softness: time constant, s (`solref[0]`).
    pub contact_time: f64,
    /// What drives the joints.
    pub actuators: Actuators,
    /// Points, by index, that hit each other.
    pub pairs: Vec<[usize; 2]>,
    /// With the drawing primitives, and with roles, speed limits and source as texts, so that an import finds all of it.
    pub whole: bool,
    /// The ground: elements of `worldbody`.
    pub ground: Vec<String>,
    /// What the ground needs: elements of `asset`.
    pub assets: Vec<String>,
    /// Height of the ground where the robot stands, m.
    pub ground_height: f64,
}

impl Default for MjcfOptions {
    fn default() -> Self {
        Self {
            timestep: 0.005,
            friction: 1.0,
            contact_time: 0.02,
            actuators: Actuators::Position,
            pairs: vec![],
            whole: false,
            ground: vec!["<geom name=\"ground\" type=\"plane\" size=\"0 0 1\"/>".into()],
            assets: vec![],
            ground_height: 0.0,
        }
    }
}

/// The robot on its ground (a plane, unless the options say otherwise), standing in its nominal pose in keyframe `nominal`. Bodies, joints and sphere geoms carry the names
/// of links, joints and points; actuators are in joint order.
pub fn export(spec: &RobotSpec, options: &MjcfOptions) -> String {
    let mut x = String::new();
    let (mu, time) = (options.friction, options.contact_time);
    let contact = format!("friction=\"{mu} 0.005 0.0001\" solref=\"{time} 1\" condim=\"3\"");
    line(&mut x, 0, &format!("<mujoco model=\"{}\">", escaped(&spec.name)));
    line(&mut x, 1, "<compiler angle=\"radian\" balanceinertia=\"true\"/>");
    line(&mut x, 1, &format!("<option timestep=\"{}\"/>", options.timestep));
    line(&mut x, 1, &format!("<default><geom {contact}/></default>"));
    if options.whole {
        texts(spec, &mut x);
    }
    if !options.assets.is_empty() {
        line(&mut x, 1, "<asset>");
        options.assets.iter().for_each(|asset| line(&mut x, 2, asset));
        line(&mut x, 1, "</asset>");
    }
    line(&mut x, 1, "<worldbody>");
    line(&mut x, 2, "<light pos=\"0 0 3\"/>");
    options.ground.iter().for_each(|geom| line(&mut x, 2, geom));
    body(spec, options, 0, 2, &mut x);
    line(&mut x, 1, "</worldbody>");
    pairs(spec, options, &contact, &mut x);
    line(&mut x, 1, "<actuator>");
    for (j, g) in spec.joints().zip(spec.joint_gains()) {
        let name = escaped(&j.name);
        let actuator = match options.actuators {
            Actuators::Motor => format!("<motor name=\"{name}\" joint=\"{name}\"/>"),
            Actuators::Position => format!(
                "<position name=\"{name}\" joint=\"{name}\" kp=\"{}\" kv=\"{}\" forcerange=\"{} {}\"/>",
                g.kp, g.kd, -j.effort, j.effort
            ),
        };
        line(&mut x, 2, &actuator);
    }
    line(&mut x, 1, "</actuator>");
    let joints: Vec<f64> =
        spec.joints().map(|j| spec.nominal.joints.get(&j.name).copied().unwrap_or(0.0)).collect();
    let control = match options.actuators {
        Actuators::Motor => vec![0.0; joints.len()],
        Actuators::Position => joints.clone(),
    };
    let (height, joints) = (spec.nominal.height + options.ground_height, numbers(&joints));
    let key = format!("qpos=\"0 0 {height} 1 0 0 0 {joints}\" ctrl=\"{}\"", numbers(&control));
    line(&mut x, 1, &format!("<keyframe><key name=\"nominal\" {key}/></keyframe>"));
    line(&mut x, 0, "</mujoco>");
    x
}

fn body(spec: &RobotSpec, options: &MjcfOptions, index: usize, depth: usize, x: &mut String) {
    let link = &spec.links[index];
    let name = escaped(&link.name);
    match &link.joint {
        None => {
            line(
                x,
                depth,
                &format!(
                    "<body name=\"{name}\" pos=\"0 0 {}\">",
                    spec.nominal.height + options.ground_height
                ),
            );
            line(x, depth + 1, "<freejoint name=\"root\"/>");
        }
        Some(j) => {
            let (pos, quat) = (numbers(&j.origin), numbers(&j.rotation));
            line(x, depth, &format!("<body name=\"{name}\" pos=\"{pos}\" quat=\"{quat}\">"));
            line(x, depth + 1, &joint(j));
        }
    }
    let (com, inertia) = (numbers(&link.com), numbers(&link.inertia));
    let inertial = format!("<inertial pos=\"{com}\" mass=\"{}\" fullinertia=\"{inertia}\"/>", link.mass);
    line(x, depth + 1, &inertial);
    // with drawing primitives beside them, spheres are not drawn
    let group = if options.whole { " group=\"3\"" } else { "" };
    for p in &link.points {
        let (pos, radius) = (numbers(&p.center), p.radius);
        // spheres touch the ground only, as in our own engine
        let sphere =
            format!("<geom name=\"{}\" type=\"sphere\" size=\"{radius}\" pos=\"{pos}\"", escaped(&p.name));
        line(x, depth + 1, &format!("{sphere} mass=\"0\" contype=\"0\" conaffinity=\"1\"{group}/>"));
    }
    if options.whole {
        let before: usize = spec.links[..index].iter().map(|l| l.visuals.len()).sum();
        for (i, v) in link.visuals.iter().enumerate() {
            line(x, depth + 1, &visual(v, before + i));
        }
    }
    for (i, child) in spec.links.iter().enumerate() {
        if child.joint.as_ref().is_some_and(|j| j.parent == link.name) {
            body(spec, options, i, depth + 1, x);
        }
    }
    line(x, depth, "</body>");
}

/// Contacts between the robot's own spheres, which otherwise touch the ground only.
fn pairs(spec: &RobotSpec, options: &MjcfOptions, contact: &str, x: &mut String) {
    if options.pairs.is_empty() {
        return;
    }
    let names: Vec<_> = spec.points().map(|(_, p)| escaped(&p.name)).collect();
    // a pair has two tangential frictions of its own
    let contact =
        contact.replacen(&format!("\"{}", options.friction), &format!("\"{0} {0}", options.friction), 1);
    let contact = contact.replacen("0.005 0.0001", "0.005 0.0001 0.0001", 1);
    line(x, 1, "<contact>");
    for [a, b] in &options.pairs {
        if let (Some(a), Some(b)) = (names.get(*a), names.get(*b)) {
            line(x, 2, &format!("<pair geom1=\"{a}\" geom2=\"{b}\" {contact}/>"));
        }
    }
    line(x, 1, "</contact>");
}

fn joint(j: &JointSpec) -> String {
    format!(
        "<joint name=\"{}\" axis=\"{}\" limited=\"true\" range=\"{}\" armature=\"{}\" damping=\"{}\" frictionloss=\"{}\"/>",
        escaped(&j.name),
        numbers(&j.axis),
        numbers(&j.limits),
        j.armature,
        j.damping,
        j.friction
    )
}

/// A drawing primitive: it touches nothing and weighs nothing. A tapered capsule is one of its mean radius; its own sizes are in
/// `user`. A mesh is the box around it; its text is in `custom`, under the number in `user`.
fn visual(v: &VisualSpec, number: usize) -> String {
    let shape = match v.shape {
        Shape::Box(s) => format!("type=\"box\" size=\"{}\"", numbers(&s.map(|l| l / 2.0))),
        Shape::Sphere(r) => format!("type=\"sphere\" size=\"{r}\""),
        Shape::Cylinder([r, l]) => format!("type=\"cylinder\" size=\"{r} {}\"", l / 2.0),
        Shape::Capsule([r, l]) => format!("type=\"capsule\" size=\"{r} {}\"", l / 2.0),
        Shape::Mesh(ref text) => {
            // no box is without thickness
            let half = DrawnMesh::decode(text).unwrap_or_default().half.map(|h| f64::from(h).max(1e-4));
            format!("type=\"box\" size=\"{}\" user=\"{number}\"", numbers(&half))
        }
        Shape::Taper([a, b, l]) => {
            format!("type=\"capsule\" size=\"{} {}\" user=\"{a} {b} {l}\"", (a + b) / 2.0, l / 2.0)
        }
    };
    let (pos, quat, material) = (numbers(&v.center), numbers(&v.rotation), escaped(&v.material));
    format!(
        "<geom {shape} pos=\"{pos}\" quat=\"{quat}\" material=\"{material}\" mass=\"0\" contype=\"0\" conaffinity=\"0\" group=\"2\"/>"
    )
}

/// Materials, and what MuJoCo has no place for.
fn texts(spec: &RobotSpec, x: &mut String) {
    let mut materials: Vec<&str> =
        spec.links.iter().flat_map(|l| &l.visuals).map(|v| v.material.as_str()).collect();
    materials.sort_unstable();
    materials.dedup();
    line(x, 1, "<asset>");
    for name in materials {
        let rgba = match name {
            "dark" => "0.13 0.15 0.16 1",
            "accent" => "0.35 0.38 0.43 1",
            "leg" => "0.29 0.64 1 1",
            _ => "0.61 0.64 0.68 1",
        };
        line(x, 2, &format!("<material name=\"{}\" rgba=\"{rgba}\"/>", escaped(name)));
    }
    line(x, 1, "</asset>");
    let velocities: std::collections::BTreeMap<&str, f64> =
        spec.joints().map(|j| (j.name.as_str(), j.velocity)).collect();
    let data = |value: Result<String, ron::Error>| value.unwrap_or_default();
    line(x, 1, "<custom>");
    for (name, data) in [
        ("source", spec.source.clone()),
        ("roles", data(ron::to_string(&spec.roles))),
        ("velocities", data(ron::to_string(&velocities))),
    ] {
        // MuJoCo refuses empty texts
        if !data.is_empty() {
            line(x, 2, &format!("<text name=\"gaitlab_{name}\" data=\"{}\"/>", escaped(&data)));
        }
    }
    for (number, visual) in spec.links.iter().flat_map(|l| &l.visuals).enumerate() {
        if let Shape::Mesh(text) = &visual.shape {
            line(x, 2, &format!("<text name=\"gaitlab_mesh_{number}\" data=\"{}\"/>", escaped(text)));
        }
    }
    line(x, 1, "</custom>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_joint_and_point_is_exported_once_and_tags_are_balanced() {
        let spec = crate::robot::load("a1").unwrap();
        for actuators in [Actuators::Position, Actuators::Motor] {
            let x = export(&spec, &MjcfOptions { actuators, ..Default::default() });
            assert_eq!(x.matches("<body ").count(), spec.links.len());
            assert_eq!(x.matches("</body>").count(), spec.links.len());
            assert_eq!(x.matches("<joint ").count(), spec.num_joints());
            assert_eq!(x.matches("type=\"sphere\"").count(), spec.points().count());
            assert_eq!(x.matches(" joint=").count(), spec.num_joints());
        }
    }
}
