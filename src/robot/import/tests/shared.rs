//! Robot files beside this checkout, and robots seen in the world.
use crate::robot::RobotSpec;
use crate::robot::import::math::{Inertial, Place, V3, rotate, turn, unit};
use std::path::PathBuf;

/// The folder of robot files that may not travel with this project.
pub fn robots() -> Option<PathBuf> {
    let shared = std::env::var("GAITLAB_SHARED").unwrap_or_else(|_| "../shared".into());
    let path = std::path::Path::new(&shared).join("robots");
    if !path.is_dir() {
        println!("skipped: there are no robot files beside this checkout");
    }
    path.is_dir().then(|| path.canonicalize().unwrap())
}

/// Files of these endings in a folder and below, by name.
pub fn files(folder: &PathBuf, endings: &[&str]) -> Vec<PathBuf> {
    let mut out = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path, endings));
        } else if path.extension().is_some_and(|e| endings.iter().any(|w| e == *w)) {
            out.push(path);
        }
    }
    out.sort();
    out
}

/// A link in the world, in double precision.
pub struct Seen {
    /// Frame.
    pub place: Place,
    /// Mass, centre and inertia in world axes.
    pub inertial: Inertial,
    /// Axis of its joint.
    pub axis: V3,
}

/// All links with the base at the origin.
pub fn seen(spec: &RobotSpec, q: &[f64]) -> Vec<Seen> {
    let mut out: Vec<Seen> = vec![];
    for (i, link) in spec.links.iter().enumerate() {
        let mut place = Place::HERE;
        let mut axis = [0.0; 3];
        if let Some(j) = &link.joint {
            let carrier = out[spec.link_index(&j.parent).unwrap()].place;
            let joint = carrier.of(Place { pos: j.origin, quat: j.rotation });
            let own = unit(j.axis).unwrap();
            axis = rotate(joint.quat, own);
            place = joint.of(Place { pos: [0.0; 3], quat: turn(own, q[i - 1]) });
        }
        let [xx, yy, zz, xy, xz, yz] = link.inertia;
        let tensor = [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
        let centre = Place { pos: link.com, ..Place::HERE };
        let inertial = Inertial { mass: link.mass, com: [0.0; 3], tensor }.seen_from(place.of(centre));
        out.push(Seen { place, inertial, axis });
    }
    out
}

/// Whether all numbers agree.
pub fn close(a: &[f64], b: &[f64], tolerance: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance)
}
