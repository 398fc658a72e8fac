//! The surface of a solid as triangles.
use crate::robot::import::math::V3;
use crate::robot::import::mesh::Triangles;
use crate::robot::import::model::Solid;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

const AROUND: usize = 32;
const ACROSS: usize = 16;

/// The surface, in the solid's frame.
pub fn surface(solid: &Solid) -> Triangles {
    let ball = |half: V3, stretch: f64| {
        turned(
            |s| {
                let angle = PI * s - FRAC_PI_2;
                (angle.cos(), angle.sin() * half[2] + stretch.copysign(angle))
            },
            [half[0], half[1]],
        )
    };
    match *solid {
        Solid::Sphere(r) => ball([r; 3], 0.0),
        Solid::Ellipsoid(half) => ball(half, 0.0),
        Solid::Capsule(r, h) => ball([r; 3], h),
        Solid::Taper([a, b, length]) => ball([(a + b) / 2.0; 3], length / 2.0),
        Solid::Cylinder(r, h) => turned(
            |s| match s {
                s if s < 0.3 => (s / 0.3, -h),
                s if s > 0.7 => ((1.0 - s) / 0.3, h),
                s => (1.0, h * (s - 0.5) / 0.2),
            },
            [r, r],
        ),
        Solid::Box(half) => {
            let corner = |i: usize| std::array::from_fn(|k| if i >> k & 1 == 1 { half[k] } else { -half[k] });
            let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
            Triangles {
                points: (0..8).map(corner).collect(),
                faces: sides.iter().flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]]).collect(),
            }
        }
        Solid::Mesh(ref mesh) => (**mesh).clone(),
        Solid::Drawn(_) => Triangles::default(),
    }
}

/// A profile (share of the radius, height) from bottom to top, turned about z.
fn turned(profile: impl Fn(f64) -> (f64, f64), radii: [f64; 2]) -> Triangles {
    let mut out = Triangles::default();
    for j in 0..=ACROSS {
        let (share, z) = profile(j as f64 / ACROSS as f64);
        for i in 0..AROUND {
            let (sin, cos) = (TAU * i as f64 / AROUND as f64).sin_cos();
            out.points.push([radii[0] * share * cos, radii[1] * share * sin, z]);
        }
    }
    for j in 0..ACROSS as u32 {
        for i in 0..AROUND as u32 {
            let at = |j: u32, i: u32| j * AROUND as u32 + i % AROUND as u32;
            out.faces.push([at(j, i), at(j, i + 1), at(j + 1, i + 1)]);
            out.faces.push([at(j, i), at(j + 1, i + 1), at(j + 1, i)]);
        }
    }
    out
}
