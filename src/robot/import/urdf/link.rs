//! Links of URDF: inertias and shapes.
use super::joint::origin;
use crate::robot::import::error::Result;
use crate::robot::import::math::{Inertial, Place};
use crate::robot::import::meshes::Meshes;
use crate::robot::import::model::{Geom, Solid};
use crate::robot::import::values::Values;
use crate::robot::import::xml::Element;

/// Reads links.
pub struct Reader<'a> {
    /// Mesh files.
    pub meshes: &'a Meshes,
    /// Their folder, where the file names one.
    pub mesh_folder: &'a str,
}

impl Reader<'_> {
    /// The inertia of a link in its frame, and its shapes.
    pub fn read(&self, link: Element<'_>) -> Result<(Option<Inertial>, Vec<Geom>)> {
        let inertial = link.child("inertial").map(inertial).transpose()?;
        let mut geoms = vec![];
        for element in link.children() {
            let collides = match element.tag() {
                "visual" => false,
                "collision" => true,
                _ => continue,
            };
            element.see();
            let Some(geometry) = element.child("geometry") else {
                return Err(element.fail("the geometry is missing"));
            };
            let Some(shape) = geometry.children().next() else {
                return Err(geometry.fail("there is no shape in it"));
            };
            shape.see();
            let Some(solid) = self.solid(shape)? else {
                element.ignored("its mesh is not at hand");
                continue;
            };
            if collides && !matches!(solid, Solid::Sphere(_)) {
                shape.approximated("spheres touch the ground in its place");
            }
            let material = element.child("material").and_then(|m| m.attr("name")).map(str::to_owned);
            geoms.push(Geom {
                name: element.attr("name").map(str::to_owned),
                solid,
                place: origin(element)?,
                collides,
                drawn: !collides,
                material,
            });
        }
        Ok((inertial, geoms))
    }

    fn solid(&self, shape: Element<'_>) -> Result<Option<Solid>> {
        let size = |name: &str| match shape.number(name)? {
            Some(v) if v > 0.0 => Ok(v),
            _ => Err(shape.fail(format!("`{name}` must be a positive number"))),
        };
        Ok(Some(match shape.tag() {
            "box" if shape.has("mesh") => {
                shape.attr("size");
                Solid::Drawn(shape.attr("mesh").unwrap_or_default().to_owned())
            }
            "box" => match shape.numbers::<3>("size")? {
                Some(s) if s.iter().all(|v| *v > 0.0) => Solid::Box(s.map(|v| v / 2.0)),
                _ => return Err(shape.fail("`size` must be three positive numbers")),
            },
            "sphere" => Solid::Sphere(size("radius")?),
            "cylinder" if shape.has("taper") => match shape.numbers::<3>("taper")? {
                Some(t) if t.iter().all(|v| *v > 0.0) => {
                    shape.attr("radius");
                    shape.attr("length");
                    Solid::Taper(t)
                }
                _ => return Err(shape.fail("`taper` must be three positive numbers")),
            },
            "cylinder" if shape.has("capsule") => {
                shape.attr("length");
                let between = shape.number("capsule")?.filter(|v| *v > 0.0);
                let between = between.ok_or_else(|| shape.fail("`capsule` must be a positive number"))?;
                Solid::Capsule(size("radius")?, between / 2.0)
            }
            "cylinder" => Solid::Cylinder(size("radius")?, size("length")? / 2.0),
            "capsule" => Solid::Capsule(size("radius")?, size("length")? / 2.0),
            "mesh" => {
                let Some(file) = shape.attr("filename") else {
                    return Err(shape.fail("`filename` is missing"));
                };
                let factors = match shape.list("scale", 3)?.as_deref() {
                    None => [1.0; 3],
                    Some([s]) => [*s; 3],
                    Some([x, y, z]) => [*x, *y, *z],
                    Some(_) => return Err(shape.fail("`scale` is one number or three")),
                };
                match self.meshes.open(self.mesh_folder, file, factors, Place::HERE) {
                    Ok(mesh) => Solid::Mesh(mesh),
                    Err(why) => {
                        shape.ignored(why);
                        return Ok(None);
                    }
                }
            }
            other => return Err(shape.fail(format!("unknown shape `{other}`"))),
        }))
    }
}

fn inertial(element: Element<'_>) -> Result<Inertial> {
    let Some(mass) = element.child("mass").map(|m| m.amount("value")).transpose()?.flatten() else {
        return Err(element.fail("the mass is missing"));
    };
    let Some(inertia) = element.child("inertia") else { return Err(element.fail("the inertia is missing")) };
    let part = |name: &str| match inertia.number(name)? {
        Some(v) => Ok(v),
        None => Err(inertia.fail(format!("`{name}` is missing"))),
    };
    let diagonal = [part("ixx")?, part("iyy")?, part("izz")?];
    let mixed = ["ixy", "ixz", "iyz"].map(|n| inertia.number(n));
    let [xy, xz, yz] = mixed;
    let (xy, xz, yz) = (xy?.unwrap_or(0.0), xz?.unwrap_or(0.0), yz?.unwrap_or(0.0));
    let tensor = [[diagonal[0], xy, xz], [xy, diagonal[1], yz], [xz, yz, diagonal[2]]];
    Ok(Inertial { mass, com: [0.0; 3], tensor }.seen_from(origin(element)?))
}
