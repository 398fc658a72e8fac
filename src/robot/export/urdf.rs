//! URDF. Element `gaitlab` holds what URDF has no place for; capsules are cylinders of the same length with attribute
//! `capsule` (the length between the cap centres) or `taper` (both radii and that length); drawn meshes are the
//! boxes around them with attribute `mesh`.
use crate::robot::import::rpy;
use crate::robot::xml_text::{escaped, line, numbers, unit};
use crate::robot::{DrawnMesh, JointSpec, RobotSpec, Shape, VisualSpec};

/// The robot as text.
pub fn export(spec: &RobotSpec) -> String {
    let mut x = String::new();
    line(&mut x, 0, "<?xml version=\"1.0\"?>");
    line(&mut x, 0, &format!("<robot name=\"{}\">", escaped(&spec.name)));
    for (name, rgba) in [
        ("body", "0.61 0.64 0.68 1"),
        ("dark", "0.13 0.15 0.16 1"),
        ("accent", "0.35 0.38 0.43 1"),
        ("leg", "0.29 0.64 1 1"),
    ] {
        line(&mut x, 1, &format!("<material name=\"{name}\"><color rgba=\"{rgba}\"/></material>"));
    }
    for link in &spec.links {
        let name = escaped(&link.name);
        line(&mut x, 1, &format!("<link name=\"{name}\">"));
        line(&mut x, 2, "<inertial>");
        line(&mut x, 3, &format!("<origin xyz=\"{}\" rpy=\"0 0 0\"/>", numbers(&link.com)));
        line(&mut x, 3, &format!("<mass value=\"{}\"/>", link.mass));
        let [xx, yy, zz, xy, xz, yz] = link.inertia;
        let mixed = format!("ixy=\"{xy}\" ixz=\"{xz}\" iyz=\"{yz}\"");
        line(&mut x, 3, &format!("<inertia ixx=\"{xx}\" iyy=\"{yy}\" izz=\"{zz}\" {mixed}/>"));
        line(&mut x, 2, "</inertial>");
        link.visuals.iter().for_each(|v| visual(v, &mut x));
        for p in &link.points {
            line(&mut x, 2, &format!("<collision name=\"{}\">", escaped(&p.name)));
            line(&mut x, 3, &format!("<origin xyz=\"{}\" rpy=\"0 0 0\"/>", numbers(&p.center)));
            line(&mut x, 3, &format!("<geometry><sphere radius=\"{}\"/></geometry>", p.radius));
            line(&mut x, 2, "</collision>");
        }
        line(&mut x, 1, "</link>");
    }
    for link in &spec.links {
        if let Some(j) = &link.joint {
            joint(j, &link.name, &mut x);
        }
    }
    own(spec, &mut x);
    line(&mut x, 0, "</robot>");
    x
}

fn joint(j: &JointSpec, child: &str, x: &mut String) {
    line(x, 1, &format!("<joint name=\"{}\" type=\"revolute\">", escaped(&j.name)));
    line(
        x,
        2,
        &format!("<origin xyz=\"{}\" rpy=\"{}\"/>", numbers(&j.origin), numbers(&rpy(unit(j.rotation)))),
    );
    line(x, 2, &format!("<parent link=\"{}\"/>", escaped(&j.parent)));
    line(x, 2, &format!("<child link=\"{}\"/>", escaped(child)));
    line(x, 2, &format!("<axis xyz=\"{}\"/>", numbers(&unit(j.axis))));
    let [low, high] = j.limits;
    let (effort, velocity) = (j.effort, j.velocity);
    let limits = format!("lower=\"{low}\" upper=\"{high}\" effort=\"{effort}\" velocity=\"{velocity}\"");
    line(x, 2, &format!("<limit {limits}/>"));
    line(x, 2, &format!("<dynamics damping=\"{}\" friction=\"{}\"/>", j.damping, j.friction));
    line(x, 1, "</joint>");
}

fn visual(v: &VisualSpec, x: &mut String) {
    let shape = match v.shape {
        Shape::Box(s) => format!("<box size=\"{}\"/>", numbers(&s)),
        Shape::Mesh(ref text) => {
            let full =
                DrawnMesh::decode(text).unwrap_or_default().half.map(|h| (2.0 * f64::from(h)).max(1e-4));
            format!("<box size=\"{}\" mesh=\"{}\"/>", numbers(&full), escaped(text))
        }
        Shape::Sphere(r) => format!("<sphere radius=\"{r}\"/>"),
        Shape::Cylinder([r, l]) => format!("<cylinder radius=\"{r}\" length=\"{l}\"/>"),
        Shape::Capsule([r, l]) => {
            format!("<cylinder radius=\"{r}\" length=\"{}\" capsule=\"{l}\"/>", l + 2.0 * r)
        }
        Shape::Taper([a, b, l]) => {
            let taper = numbers(&[a, b, l]);
            format!("<cylinder radius=\"{}\" length=\"{}\" taper=\"{taper}\"/>", (a + b) / 2.0, l + a + b)
        }
    };
    line(x, 2, "<visual>");
    line(
        x,
        3,
        &format!("<origin xyz=\"{}\" rpy=\"{}\"/>", numbers(&v.center), numbers(&rpy(unit(v.rotation)))),
    );
    line(x, 3, &format!("<geometry>{shape}</geometry>"));
    line(x, 3, &format!("<material name=\"{}\"/>", escaped(&v.material)));
    line(x, 2, "</visual>");
}

/// What URDF has no place for.
fn own(spec: &RobotSpec, x: &mut String) {
    line(x, 1, "<gaitlab>");
    let data = |value: Result<String, ron::Error>| escaped(&value.unwrap_or_default());
    line(x, 2, &format!("<source data=\"{}\"/>", escaped(&spec.source)));
    line(x, 2, &format!("<roles data=\"{}\"/>", data(ron::to_string(&spec.roles))));
    line(x, 2, &format!("<gains data=\"{}\"/>", data(ron::to_string(&spec.gains))));
    for j in spec.joints() {
        line(x, 2, &format!("<rotor joint=\"{}\" armature=\"{}\"/>", escaped(&j.name), j.armature));
    }
    line(x, 2, &format!("<nominal height=\"{}\">", spec.nominal.height));
    for (name, q) in &spec.nominal.joints {
        line(x, 3, &format!("<joint name=\"{}\" position=\"{q}\"/>", escaped(name)));
    }
    line(x, 2, "</nominal>");
    line(x, 1, "</gaitlab>");
}
