//! Volumes and inertias of solids.
use super::math::{Inertial, Place, V3};
use super::model::Solid;
use std::f64::consts::PI;

/// A solid of uniform density about its own frame; `None` where a mesh encloses nothing or the solid is only drawn.
pub fn inertial(solid: &Solid, density: f64) -> Option<Inertial> {
    let of = |volume: f64, per_mass: V3| {
        let mass = density * volume;
        Some(Inertial::principal(mass, per_mass.map(|v| v * mass), Place::HERE))
    };
    match *solid {
        Solid::Sphere(r) => of(4.0 / 3.0 * PI * r.powi(3), [0.4 * r * r; 3]),
        Solid::Box([a, b, c]) => {
            let (a2, b2, c2) = (a * a, b * b, c * c);
            of(8.0 * a * b * c, [(b2 + c2) / 3.0, (a2 + c2) / 3.0, (a2 + b2) / 3.0])
        }
        Solid::Ellipsoid([a, b, c]) => {
            let (a2, b2, c2) = (a * a, b * b, c * c);
            of(4.0 / 3.0 * PI * a * b * c, [(b2 + c2) / 5.0, (a2 + c2) / 5.0, (a2 + b2) / 5.0])
        }
        Solid::Cylinder(r, h) => {
            let across = r * r / 4.0 + h * h / 3.0;
            of(2.0 * PI * r * r * h, [across, across, r * r / 2.0])
        }
        Solid::Capsule(r, h) => {
            let (middle, caps) = (2.0 * PI * r * r * h * density, 4.0 / 3.0 * PI * r.powi(3) * density);
            let along = middle * r * r / 2.0 + caps * 0.4 * r * r;
            // the caps' halves are 3/8 r out of the ends
            let across = middle * (r * r / 4.0 + h * h / 3.0) + caps * (0.4 * r * r + h * h + 0.75 * h * r);
            Some(Inertial::principal(middle + caps, [across, across, along], Place::HERE))
        }
        Solid::Taper(_) | Solid::Drawn(_) => None,
        Solid::Mesh(ref mesh) => mesh.inertial(density),
    }
}

/// The same body, heavier by a factor.
pub fn scaled(body: Inertial, factor: f64) -> Inertial {
    Inertial {
        mass: body.mass * factor,
        com: body.com,
        tensor: body.tensor.map(|row| row.map(|v| v * factor)),
    }
}
