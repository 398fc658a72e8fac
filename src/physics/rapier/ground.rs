//! The terrain as rapier's shapes: a half space, and a height field or a triangle mesh above it.
use super::model::vector;
use crate::physics::GroundShape;
use crate::terrain::{HeightField, Terrain};
use bevy_rapier3d::parry::shape::{HeightFieldFlags, TriMeshFlags};
use bevy_rapier3d::parry::utils::Array2;
use bevy_rapier3d::rapier::prelude::*;
use std::f32::consts::FRAC_PI_2;

/// How far below the lowest point of a field the half space is that goes on beyond its edges, m.
const CELLAR: f32 = 0.02;

/// The ground under one block; shapes are shared by all worlds.
#[derive(Clone)]
pub(super) struct Ground {
    pub parts: Vec<(Pose, SharedShape)>,
}

impl Ground {
    pub fn new(terrain: &Terrain, shape: GroundShape) -> Self {
        let plane = |height: f32| {
            (Pose::from_translation(vector([0.0, 0.0, height])), SharedShape::halfspace(Vector::Z))
        };
        let Terrain::Field(field) = terrain else {
            let Terrain::Plane { height } = terrain else { unreachable!("a terrain is a plane or a field") };
            return Self { parts: vec![plane(*height)] };
        };
        let lowest = field.data.iter().copied().fold(f32::MAX, f32::min);
        let surface = match shape {
            GroundShape::Field => height_field(field),
            // a mesh that cannot be built has no triangles; the height field always can
            GroundShape::Mesh => mesh(field).unwrap_or_else(|| height_field(field)),
        };
        Self { parts: vec![surface, plane(lowest - CELLAR)] }
    }

    /// Height of the ground at a world position, m, by a ray from above.
    pub fn height(&self, x: f32, y: f32) -> f32 {
        const ABOVE: f32 = 1e3;
        if !(x.is_finite() && y.is_finite()) {
            return 0.0;
        }
        let ray = Ray::new(vector([x, y, ABOVE]), -Vector::Z);
        let hits = self.parts.iter().filter_map(|(pose, shape)| shape.cast_ray(pose, &ray, 2.0 * ABOVE, false));
        hits.map(|distance| ABOVE - distance).fold(f32::MIN, f32::max)
    }
}

fn height_field(f: &HeightField) -> (Pose, SharedShape) {
    // the shape's own axes: columns along x, heights along y, rows along z; turned so that rows run against the world's y
    let mut heights = Vec::with_capacity(f.data.len());
    for ix in 0..f.nx {
        heights.extend((0..f.ny).rev().map(|iy| f.data[iy * f.nx + ix]));
    }
    let [width, depth] = [f.nx - 1, f.ny - 1].map(|n| n as f32 * f.cell);
    let middle = vector([f.origin[0] + width / 2.0, f.origin[1] + depth / 2.0, 0.0]);
    let shape = SharedShape::heightfield_with_flags(
        Array2::new(f.ny, f.nx, heights),
        vector([width, 1.0, depth]),
        HeightFieldFlags::FIX_INTERNAL_EDGES,
    );
    (Pose::from_parts(middle, Rotation::from_rotation_x(FRAC_PI_2)), shape)
}

fn mesh(f: &HeightField) -> Option<(Pose, SharedShape)> {
    let at = |i: usize, k: usize| f.origin[k] + i as f32 * f.cell;
    let mut vertices = Vec::with_capacity(f.data.len());
    let mut triangles = Vec::with_capacity(2 * f.data.len());
    for iy in 0..f.ny {
        for ix in 0..f.nx {
            vertices.push(vector([at(ix, 0), at(iy, 1), f.data[iy * f.nx + ix]]));
            if ix + 1 < f.nx && iy + 1 < f.ny {
                let a = (iy * f.nx + ix) as u32;
                let (b, c) = (a + 1, a + f.nx as u32);
                triangles.extend([[a, b, c], [b, c + 1, c]]);
            }
        }
    }
    let shape = SharedShape::trimesh_with_flags(vertices, triangles, TriMeshFlags::FIX_INTERNAL_EDGES).ok()?;
    Some((Pose::IDENTITY, shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_the_heights_of_the_terrain() {
        let f = HeightField::from_fn(41, 31, 0.1, [-2.0, -1.0], |x, y| 0.1 * x - 0.2 * y + 0.05);
        let terrain = Terrain::Field(f);
        for shape in [GroundShape::Field, GroundShape::Mesh] {
            let ground = Ground::new(&terrain, shape);
            for (x, y) in [(-1.9, -0.9), (0.03, 0.5), (1.6, 1.7), (0.0, 0.0)] {
                let (got, want) = (ground.height(x, y), terrain.height(x, y));
                assert!((got - want).abs() < 1e-4, "{shape:?} at ({x}, {y}): {got} m, expected {want} m");
            }
            // beyond the edge a robot falls on something
            assert!(ground.height(50.0, 0.0) > -1.0);
        }
        assert_eq!(Ground::new(&Terrain::Plane { height: 0.25 }, GroundShape::Field).height(3.0, 4.0), 0.25);
    }
}
