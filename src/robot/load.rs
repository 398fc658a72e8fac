//! Reading and checking robot files.
use super::{DrawnMesh, RobotSpec, Shape};
use crate::config::{self, ConfigErrors, Document};
use std::collections::BTreeSet;

/// Reads a robot by name (`assets/robots/<name>.ron`) or path and reports everything that is wrong with it.
pub fn load(name: &str) -> Result<RobotSpec, ConfigErrors> {
    from_document(&config::load(&config::find("robot", "assets/robots", name)?)?)
}

/// As [`load`], from an open document.
pub fn from_document(doc: &Document) -> Result<RobotSpec, ConfigErrors> {
    let spec: RobotSpec = config::typed(doc, "")?;
    let mut check = Check { doc, errors: ConfigErrors::default() };
    check.links(&spec);
    check.roles(&spec);
    check.pairs(&spec);
    check.pose(&spec);
    if check.errors.0.is_empty() { Ok(spec) } else { Err(check.errors) }
}

struct Check<'a> {
    doc: &'a Document,
    errors: ConfigErrors,
}

impl Check<'_> {
    fn require(&mut self, ok: bool, key: &str, message: impl FnOnce() -> String) {
        if !ok {
            self.errors.0.push(self.doc.error(key, message()));
        }
    }
    fn known(&mut self, kind: &str, name: &str, valid: &[&str], key: &str) {
        let hint = || format!("unknown {kind} `{name}`; {}", config::nearest(name, valid.iter().copied()));
        self.require(valid.contains(&name), key, hint);
    }

    fn links(&mut self, spec: &RobotSpec) {
        self.require(!spec.links.is_empty(), "links", || "a robot needs at least its root link".into());
        let mut names = BTreeSet::new();
        // links from the root to the latest one: depth-first order means that a parent is one of them
        let mut chain: Vec<&str> = vec![];
        for (i, l) in spec.links.iter().enumerate() {
            let at = |k: &str| format!("links.{i}.{k}");
            self.require(names.insert(("link", &l.name)), &at("name"), || {
                format!("second link `{}`", l.name)
            });
            self.require(l.mass > 0.0 && l.mass.is_finite(), &at("mass"), || "mass must be positive".into());
            self.require(inertia_is_physical(&l.inertia), &at("inertia"), || {
                "inertia must be positive definite, each principal moment at most the sum of the others"
                    .into()
            });
            match &l.joint {
                None => self.require(i == 0, &at("name"), || "only the root link may lack a joint".into()),
                Some(j) => {
                    self.require(i > 0, &at("joint"), || "the root link floats and takes no joint".into());
                    self.require(names.insert(("joint", &j.name)), &at("joint.name"), || {
                        format!("second joint `{}`", j.name)
                    });
                    match chain.iter().position(|p| *p == j.parent) {
                        Some(k) => chain.truncate(k + 1),
                        None => {
                            let before: Vec<&str> = spec.links[..i].iter().map(|l| l.name.as_str()).collect();
                            self.known("parent", &j.parent, &before, &at("joint.parent"));
                            let known = before.contains(&j.parent.as_str());
                            self.require(!known, &at("joint.parent"), || {
                                "links must be in depth-first order: a branch ends before its sibling".into()
                            });
                        }
                    }
                    let axis: f64 = j.axis.iter().map(|a| a * a).sum();
                    self.require(axis > 1e-12, &at("joint.axis"), || "the axis must not be zero".into());
                    self.require(j.limits[0] < j.limits[1], &at("joint.limits"), || {
                        "the lower limit must be below the upper".into()
                    });
                    for (k, v) in [
                        ("effort", j.effort),
                        ("velocity", j.velocity),
                        ("armature", j.armature),
                        ("damping", j.damping),
                        ("friction", j.friction),
                    ] {
                        self.require(v >= 0.0, &at(&format!("joint.{k}")), || {
                            format!("{k} must not be negative")
                        });
                    }
                }
            }
            for (p, point) in l.points.iter().enumerate() {
                let key = at(&format!("points.{p}"));
                self.require(names.insert(("point", &point.name)), &key, || {
                    format!("second point `{}`", point.name)
                });
                self.require(point.radius > 0.0, &key, || "the radius must be positive".into());
            }
            for (v, visual) in l.visuals.iter().enumerate() {
                if let Shape::Mesh(text) = &visual.shape {
                    let sound = DrawnMesh::decode(text);
                    self.require(sound.is_ok(), &at(&format!("visuals.{v}")), || {
                        sound.err().unwrap_or_default()
                    });
                }
            }
            chain.push(&l.name);
        }
    }

    fn roles(&mut self, spec: &RobotSpec) {
        let joints: Vec<&str> = spec.joints().map(|j| j.name.as_str()).collect();
        let points: Vec<&str> = spec.points().map(|(_, p)| p.name.as_str()).collect();
        for (i, leg) in spec.roles.legs.iter().enumerate() {
            for j in &leg.joints {
                self.known("joint", j, &joints, &format!("roles.legs.{i}.joints"));
            }
            self.known("point", &leg.foot, &points, &format!("roles.legs.{i}.foot"));
            for name in &leg.sole {
                let key = format!("roles.legs.{i}.sole");
                self.known("point", name, &points, &key);
                let find = |name: &str| spec.points().find(|(_, p)| p.name == name);
                let fits = find(name).zip(find(&leg.foot));
                let fits = fits.is_none_or(|(a, b)| a.0 == b.0 && a.1.radius == b.1.radius);
                self.require(fits, &key, || {
                    format!("`{name}` is not on the link of the foot, or of another size")
                });
            }
        }
        for (role, names) in &spec.roles.points {
            names.iter().for_each(|n| self.known("point", n, &points, &format!("roles.points.{role}")));
        }
        for (role, names) in &spec.roles.joints {
            names.iter().for_each(|n| self.known("joint", n, &joints, &format!("roles.joints.{role}")));
        }
    }

    fn pairs(&mut self, spec: &RobotSpec) {
        let points: Vec<&str> = spec.points().map(|(_, p)| p.name.as_str()).collect();
        for (i, pair) in spec.pairs.iter().enumerate() {
            let key = format!("pairs.{i}");
            pair.iter().for_each(|name| self.known("point", name, &points, &key));
            let link = |name: &String| spec.points().find(|(_, p)| p.name == *name).map(|(link, _)| link);
            let apart = link(&pair[0]).zip(link(&pair[1])).is_none_or(|(a, b)| a != b);
            self.require(apart, &key, || "both points are on one link".into());
        }
    }

    fn pose(&mut self, spec: &RobotSpec) {
        let names: Vec<&str> = spec.joints().map(|j| j.name.as_str()).collect();
        self.require(spec.nominal.height > 0.0, "nominal.height", || "the height must be positive".into());
        for name in spec.nominal.joints.keys() {
            self.known("joint", name, &names, &format!("nominal.joints.{name}"));
        }
        for name in spec.gains.keys() {
            self.known("joint", name, &names, &format!("gains.{name}"));
        }
        for j in spec.joints() {
            let q = spec.nominal.joints.get(&j.name).copied();
            self.require(q.is_some(), "nominal.joints", || format!("no position for joint `{}`", j.name));
            self.require(q.is_none_or(|q| j.limits[0] <= q && q <= j.limits[1]), "nominal.joints", || {
                format!("position of `{}` is outside its limits", j.name)
            });
            let g = spec.gains.get(&j.name);
            self.require(g.is_some(), "gains", || format!("no gains for joint `{}`", j.name));
            self.require(g.is_none_or(|g| g.kp >= 0.0 && g.kd >= 0.0), "gains", || {
                format!("gains of `{}` must not be negative", j.name)
            });
        }
    }
}

/// Whether a body of positive density can have this inertia: it is positive definite, and no diagonal moment exceeds
/// the sum of the other two (up to rounding in published numbers).
fn inertia_is_physical(i: &[f64; 6]) -> bool {
    let [xx, yy, zz, xy, xz, yz] = *i;
    let det = |xx: f64, yy: f64, zz: f64| {
        xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz) + xz * (xy * yz - yy * xz)
    };
    let half = (xx + yy + zz) / 2.0;
    let slack = 1e-3 * half;
    let (a, b, c) = (half - xx + slack, half - yy + slack, half - zz + slack);
    xx > 0.0
        && xx * yy - xy * xy > 0.0
        && det(xx, yy, zz) > 0.0
        && a > 0.0
        && b > 0.0
        && c > 0.0
        && i.iter().all(|v| v.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        std::fs::read_to_string(config::root().join("assets/robots/a1.ron")).unwrap()
    }
    fn errors(text: &str) -> String {
        let doc = Document::from_text(text, "a1.ron").unwrap();
        from_document(&doc).unwrap_err().to_string()
    }

    #[test]
    fn the_shipped_a1_loads_and_weighs_what_the_robot_does() {
        let a1 = load("a1").unwrap();
        assert_eq!((a1.num_joints(), a1.points().count(), a1.feet().len()), (12, 20, 4));
        assert!((a1.mass() - 12.453).abs() < 1e-3, "{}", a1.mass());
    }

    #[test]
    fn all_mistakes_of_a_robot_file_are_named_with_line_and_nearest_name() {
        let wrong = text()
            .replacen("mass: 4.713", "mass: -1.0", 1)
            .replacen("parent: \"FL_hip\"", "parent: \"FL_hop\"", 1)
            .replacen("\"FL_knee\", \"FR_knee\"", "\"FL_nee\", \"FR_knee\"", 1)
            .replacen("limits: (-0.802851456, 0.802851456)", "limits: (0.8, -0.8)", 1);
        let all = errors(&wrong);
        for part in [
            "a1.ron:8:28: mass must be positive",
            "unknown parent `FL_hop`; did you mean `FL_hip`?",
            "unknown point `FL_nee`; did you mean `FL_knee`?",
            "the lower limit must be below the upper",
        ] {
            assert!(all.contains(part), "missing `{part}` in:\n{all}");
        }
        assert!(
            errors(&text().replacen("mass: 4.713", "mass: \"heavy\", weight: 3", 1)).lines().count() == 2
        );
    }

    #[test]
    fn impossible_inertias_are_refused() {
        assert!(inertia_is_physical(&[0.02, 0.05, 0.06, 0.0, 0.0, 0.0]));
        assert!(!inertia_is_physical(&[0.02, 0.05, 0.09, 0.0, 0.0, 0.0]), "zz > xx + yy");
        assert!(!inertia_is_physical(&[0.02, 0.05, 0.06, 0.04, 0.0, 0.0]), "not positive definite");
        assert!(!inertia_is_physical(&[f64::NAN, 0.05, 0.06, 0.0, 0.0, 0.0]));
    }
}
