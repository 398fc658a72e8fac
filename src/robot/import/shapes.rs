//! Collision spheres and drawing primitives of links, with the errors of both.
use super::assemble::Link;
use super::fit::{self, Fit, FitError};
use super::math::{Place, V3, compose, norm, scale, sub, z_onto};
use super::mesh::Triangles;
use super::model::{Geom, Solid};
use super::report::Report;
use crate::robot::{DrawnMesh, PointSpec, Shape, VisualSpec};
use std::collections::{BTreeMap, BTreeSet};

/// Most triangles that are drawn of a robot's meshes.
const MOST_FACES: usize = 60_000;
/// Most shapes of a robot.
const MOST_SHAPES: usize = 3000;
/// Most collision spheres of a robot.
const MOST_POINTS: usize = 2000;

/// How well one shape was met by spheres.
#[derive(Clone, Debug)]
pub struct ShapeFit {
    /// Name of the shape or of its body.
    pub name: String,
    /// Index of the link.
    pub link: usize,
    /// What it was.
    pub kind: &'static str,
    /// Where it is in the link.
    pub place: Place,
    /// Spheres, error and samples in the shape's frame.
    pub fit: Fit,
}

/// The materials that are drawn here.
const MATERIALS: [&str; 4] = ["body", "dark", "accent", "leg"];

/// Spheres of all links; the fits say how well they stand in for the shapes.
pub fn points(
    links: &[Link],
    most: usize,
    own_export: bool,
    report: &mut Report,
) -> Result<(Vec<Vec<PointSpec>>, Vec<ShapeFit>), String> {
    // before they are fitted: each costs thousands of samples
    let shapes = links.iter().flat_map(|l| &l.geoms).count();
    if shapes > MOST_SHAPES {
        return Err(format!("{shapes} shapes: more than the {MOST_SHAPES} of any robot"));
    }
    let mut fits = vec![];
    for (index, link) in links.iter().enumerate() {
        for (body, geom) in link.geoms.iter().filter(|(_, g)| g.collides) {
            let fit = fit::fit(&geom.solid, most);
            let name = geom.name.clone().unwrap_or_else(|| body.clone());
            fits.push(ShapeFit { name, link: index, kind: kind(&geom.solid), place: geom.place, fit });
        }
    }
    // what this program wrote was meant
    let hidden = if own_export { 0 } else { hide(&mut fits) };
    if hidden > 0 {
        report
            .assume(format!("{hidden} collision spheres inside larger ones of the same link were left out"));
    }
    let total: usize = fits.iter().map(|f| f.fit.balls.len()).sum();
    if total > MOST_POINTS {
        return Err(format!(
            "{total} collision spheres: more than {MOST_POINTS}; allow fewer per shape by --spheres"
        ));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    fits.iter().for_each(|f| *counts.entry(&f.name).or_default() += f.fit.balls.len());
    let mut taken = BTreeSet::new();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out: Vec<Vec<PointSpec>> = links.iter().map(|_| vec![]).collect();
    for f in &fits {
        for (center, radius) in &f.fit.balls {
            let number = numbers.entry(&f.name).or_default();
            let mut name =
                if counts[f.name.as_str()] == 1 { f.name.clone() } else { format!("{}_{number}", f.name) };
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            *number += 1;
            out[f.link].push(PointSpec { name, center: f.place.point(*center), radius: *radius });
        }
    }
    Ok((out, fits))
}

/// Leaves out spheres that lie inside larger ones of the same link; returns how many.
fn hide(fits: &mut [ShapeFit]) -> usize {
    let mut by_link: BTreeMap<usize, Vec<(V3, f64)>> = BTreeMap::new();
    for f in fits.iter() {
        let placed = f.fit.balls.iter().map(|(c, r)| (f.place.point(*c), *r));
        by_link.entry(f.link).or_default().extend(placed);
    }
    let mut hidden = 0;
    for f in fits.iter_mut() {
        let others = &by_link[&f.link];
        // the comparison costs its square: far more spheres than a robot has are refused anyway
        if others.len() > MOST_POINTS {
            continue;
        }
        let place = f.place;
        f.fit.balls.retain(|(c, r)| {
            let at = place.point(*c);
            let inside = others.iter().any(|(o, s)| *s > *r && norm(sub(*o, at)) + r <= *s);
            hidden += usize::from(inside);
            !inside
        });
    }
    hidden
}

/// What is drawn of a link. Meshes are drawn with a bounded number of triangles; ellipsoids become tapered capsules.
pub fn visuals(links: &[Link], own_export: bool, report: &mut Report) -> Vec<Vec<VisualSpec>> {
    let seen = |g: &Geom| g.drawn && !g.collides;
    let any = links.iter().flat_map(|l| &l.geoms).any(|(_, g)| seen(g));
    if !any && !own_export {
        report.assume(
            "nothing in the file is only drawn: the collision shapes are drawn, and sticks between joints",
        );
    }
    let mut worst = (FitError::default(), 0);
    let meshes: Vec<usize> = links
        .iter()
        .flat_map(|l| &l.geoms)
        .filter_map(|(_, g)| match &g.solid {
            Solid::Mesh(mesh) if seen(g) || !any => Some(mesh.faces.len()),
            _ => None,
        })
        .collect();
    let faces = (MOST_FACES / meshes.len().max(1)).clamp(100, 3000);
    if meshes.iter().any(|n| *n > faces) {
        report.assume(format!("drawn meshes were made coarser, to at most {faces} triangles each"));
    }
    let mut out: Vec<Vec<VisualSpec>> = vec![];
    for (index, link) in links.iter().enumerate() {
        let mut drawn = vec![];
        for (_, geom) in link.geoms.iter().filter(|(_, g)| if any || own_export { seen(g) } else { true }) {
            primitives(geom, faces, &mut drawn, &mut worst);
        }
        if drawn.is_empty() && !own_export {
            sticks(links, index, &mut drawn);
        }
        out.push(drawn);
    }
    if worst.1 > 0 {
        let (e, n) = worst;
        report.assume(format!(
            "{n} ellipsoids are drawn as capsules (surface off by {:.1} mm on average, {:.1} mm at most)",
            1e3 * e.mean / n as f64,
            1e3 * e.largest()
        ));
    }
    out
}

fn kind(solid: &Solid) -> &'static str {
    match solid {
        Solid::Sphere(_) => "sphere",
        Solid::Capsule(..) => "capsule",
        Solid::Cylinder(..) => "cylinder",
        Solid::Box(_) => "box",
        Solid::Ellipsoid(_) => "ellipsoid",
        Solid::Taper(_) => "tapered capsule",
        Solid::Mesh(_) | Solid::Drawn(_) => "mesh",
    }
}

fn primitives(geom: &Geom, faces: usize, out: &mut Vec<VisualSpec>, worst: &mut (FitError, usize)) {
    let material = geom.material.as_deref().filter(|m| MATERIALS.contains(m)).unwrap_or("body").to_owned();
    let shape = match &geom.solid {
        Solid::Sphere(r) => Shape::Sphere(*r),
        Solid::Capsule(r, h) => Shape::Capsule([*r, 2.0 * h]),
        Solid::Cylinder(r, h) => Shape::Cylinder([*r, 2.0 * h]),
        Solid::Box(half) => Shape::Box(half.map(|h| 2.0 * h)),
        Solid::Taper(t) => Shape::Taper(*t),
        Solid::Drawn(text) => Shape::Mesh(text.clone()),
        Solid::Mesh(mesh) if drawn_mesh(mesh, geom.place, &material, faces, out) => return,
        Solid::Ellipsoid(_) | Solid::Mesh(_) => {
            let fit = fit::fit(&geom.solid, 5);
            worst.0.mean += fit.error.mean;
            worst.0.left_out = worst.0.left_out.max(fit.error.left_out);
            worst.0.sticks_out = worst.0.sticks_out.max(fit.error.sticks_out);
            worst.1 += 1;
            let balls = fit.balls;
            if let [(c, r)] = balls.as_slice() {
                out.push(visual(
                    Shape::Sphere(*r),
                    geom.place.of(Place { pos: *c, ..Place::HERE }),
                    &material,
                ));
            }
            for pair in balls.windows(2) {
                let ((a, ra), (b, rb)) = (pair[0], pair[1]);
                let along = sub(b, a);
                if norm(along) > 1e-6 {
                    let middle = scale(super::math::add(a, b), 0.5);
                    let place = geom.place.of(Place { pos: middle, quat: z_onto(along) });
                    out.push(visual(Shape::Taper([ra, rb, norm(along)]), place, &material));
                }
            }
            return;
        }
    };
    out.push(visual(shape, geom.place, &material));
}

/// Draws a mesh as it is, or somewhat coarser; not if nothing would be left of it.
fn drawn_mesh(
    mesh: &Triangles,
    place: Place,
    material: &str,
    faces: usize,
    out: &mut Vec<VisualSpec>,
) -> bool {
    let Some((mesh, middle)) = DrawnMesh::new(&mesh.points, &mesh.faces, faces) else { return false };
    let text = mesh.encode();
    let sound = DrawnMesh::decode(&text).is_ok();
    if sound {
        out.push(visual(Shape::Mesh(text), place.of(Place { pos: middle, ..Place::HERE }), material));
    }
    sound
}

fn visual(shape: Shape, place: Place, material: &str) -> VisualSpec {
    VisualSpec { shape, center: place.pos, rotation: place.quat, material: material.to_owned() }
}

/// Capsules from a joint to the joints that hang on it, where nothing else is drawn.
fn sticks(links: &[Link], index: usize, out: &mut Vec<VisualSpec>) {
    let radius = 0.03 * links[index].inertial.mass.max(0.05).cbrt();
    let ends = links.iter().filter(|l| l.parent == Some(index)).map(|l| l.place.pos);
    let mut ends: Vec<_> = ends.filter(|e| norm(*e) > 1e-3).collect();
    if ends.is_empty() {
        ends.push(scale(links[index].inertial.com, 2.0));
    }
    for end in ends {
        let place = Place { pos: scale(end, 0.5), quat: compose(super::math::UPRIGHT, z_onto(end)) };
        match norm(end) > 1e-3 {
            true => out.push(visual(Shape::Capsule([radius, norm(end)]), place, "body")),
            false => out.push(visual(Shape::Sphere(radius), Place::HERE, "body")),
        }
    }
}
