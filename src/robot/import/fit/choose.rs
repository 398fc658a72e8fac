//! Which spheres stand in for which solid.
use super::ball::{Ball, SAMPLES};
use super::measure::{Fit, measure};
use super::surface::surface;
use super::{chain, primitive};
use crate::robot::import::model::Solid;

/// Stands in for a solid by at most about `most` spheres, in the solid's frame.
pub fn fit(solid: &Solid, most: usize) -> Fit {
    let most = most.max(1);
    match solid {
        Solid::Sphere(r) => Fit { balls: vec![([0.0; 3], *r)], ..Fit::default() },
        Solid::Mesh(mesh) => chain::fit(mesh, most),
        Solid::Ellipsoid(_) => chain::fit(&surface(solid), most),
        Solid::Capsule(r, h) => judged(primitive::rod(*r, *h, most), solid),
        Solid::Cylinder(r, h) => judged(primitive::cylinder(*r, *h, most), solid),
        Solid::Box(half) => judged(primitive::cuboid(*half, most), solid),
        // only drawn
        Solid::Taper(_) | Solid::Drawn(_) => Fit::default(),
    }
}

fn judged(balls: Vec<Ball>, solid: &Solid) -> Fit {
    measure(balls, surface(solid).samples(SAMPLES))
}
