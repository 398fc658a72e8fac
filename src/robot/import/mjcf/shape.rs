//! Geoms: solids, what they weigh, and the meshes they name.
use super::context::Context;
use super::defaults::Defaulted;
use crate::robot::import::error::Result;
use crate::robot::import::math::{Inertial, Place, add, norm, scale, sub, z_onto};
use crate::robot::import::model::{Geom, Solid};
use crate::robot::import::solid;
use crate::robot::import::values::Values;

/// A geom, if it is a solid; its inertia, if that is asked for.
pub fn read<'a>(
    context: &Context<'a>,
    geom: Defaulted<'a, '_>,
    weigh: bool,
) -> Result<Option<(Geom, Inertial)>> {
    let element = geom.element;
    element.see();
    let kind = geom.word("type").unwrap_or("sphere");
    let size = geom.list("size", 3)?.unwrap_or_default();
    let part = |i: usize| match size.get(i) {
        Some(v) if *v > 0.0 => Ok(*v),
        _ => Err(element.fail(format!("a {kind} needs {} positive sizes", i + 1))),
    };
    let mut place = context.compiler.place(geom)?;
    let mut half = None;
    if matches!(kind, "capsule" | "cylinder" | "box" | "ellipsoid")
        && let Some([a, b, c, d, e, f]) = geom.numbers::<6>("fromto")?
    {
        let (from, to) = ([a, b, c], [d, e, f]);
        half = Some(norm(sub(to, from)) / 2.0);
        if half.is_some_and(|h| h < 1e-9) {
            return Err(element.fail("`fromto` has no length"));
        }
        // as in MuJoCo, the z axis runs from the second point to the first
        place = Place { pos: scale(add(from, to), 0.5), quat: z_onto(sub(from, to)) };
    }
    let length = |i: usize| half.map_or_else(|| part(i), Ok);
    let wide = |i: usize| if half.is_some() && size.len() <= i { part(0) } else { part(i) };
    let solid = match kind {
        "sphere" => Solid::Sphere(part(0)?),
        "capsule" => Solid::Capsule(part(0)?, length(1)?),
        "cylinder" => Solid::Cylinder(part(0)?, length(1)?),
        "box" => Solid::Box([part(0)?, wide(1)?, length(2)?]),
        "ellipsoid" => Solid::Ellipsoid([part(0)?, wide(1)?, length(2)?]),
        "mesh" => match context.mesh(geom)? {
            Some(mesh) => Solid::Mesh(mesh),
            None => return Ok(None),
        },
        "plane" | "hfield" => {
            element.ignored("the ground belongs to the task");
            return Ok(None);
        }
        "sdf" => {
            element.ignored("a shape that only MuJoCo's plugins know");
            return Ok(None);
        }
        other => return Err(element.fail(format!("unknown type `{other}`"))),
    };
    if kind != "mesh" && geom.word("mesh").is_some() {
        element.approximated("the primitive has the size written, it is not fitted to the mesh");
    }
    let types = |name: &str| -> Result<bool> { Ok(geom.number(name)?.unwrap_or(1.0) != 0.0) };
    let (touches, is_touched) = (types("contype")?, types("conaffinity")?);
    let name = element.attr("name").map(str::to_owned);
    let paired = name.as_ref().is_some_and(|n| context.paired.contains(n));
    let collides = touches || is_touched || paired;
    if collides && kind != "sphere" {
        element.approximated("spheres touch the ground in its place");
    }
    // a tapered capsule of this program's drawing
    let taper = match (&solid, geom.list("user", 64)?.as_deref()) {
        (Solid::Capsule(..), Some([a, b, c])) if *a > 0.0 && *b > 0.0 && *c > 0.0 => Some([*a, *b, *c]),
        _ => None,
    };
    // a mesh of this program's drawing
    let drawn = match (&solid, geom.list("user", 64)?.as_deref()) {
        (Solid::Box(_), Some([number])) => context.drawn.get(&format!("gaitlab_mesh_{number}")).cloned(),
        _ => None,
    };
    let inertial = if weigh { weight(&solid, geom, place)? } else { Inertial::default() };
    let geom = Geom {
        name,
        solid: drawn.map_or_else(|| taper.map_or(solid, Solid::Taper), Solid::Drawn),
        place,
        collides,
        drawn: geom.number("group")?.unwrap_or(0.0) <= 2.0,
        material: geom.word("material").map(str::to_owned),
    };
    Ok(Some((geom, inertial)))
}

fn weight(solid: &Solid, geom: Defaulted<'_, '_>, place: Place) -> Result<Inertial> {
    let density = geom.amount("density")?.unwrap_or(1000.0);
    let own = solid::inertial(solid, density);
    let mass = geom.amount("mass")?;
    let own = match (mass, own) {
        (Some(mass), Some(own)) if own.mass > 0.0 => solid::scaled(own, mass / own.mass),
        (Some(mass), _) if mass > 0.0 => match solid::inertial(solid, 1000.0) {
            Some(unit) => solid::scaled(unit, mass / unit.mass),
            None => return Err(geom.element.fail("its mesh encloses no volume: it cannot have a mass")),
        },
        (_, own) => own.unwrap_or_default(),
    };
    Ok(own.seen_from(place))
}
