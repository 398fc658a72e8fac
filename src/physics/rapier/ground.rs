//! The terrain as rapier's shapes: a half space, a height field or a triangle mesh above it, and cuboids.
use super::model::{quaternion, vector};
use crate::physics::GroundShape;
use crate::terrain::{Boxes, HeightField, OrientedBox, Surface, Terrain, TriangleGround};
use bevy_rapier3d::parry::shape::{HeightFieldFlags, TriMeshFlags};
use bevy_rapier3d::parry::utils::Array2;
use bevy_rapier3d::rapier::prelude::*;
use std::f32::consts::FRAC_PI_2;
use std::sync::{Arc, Mutex, PoisonError};

/// How far below the lowest point of a field the half space is that goes on beyond its edges, m.
const CELLAR: f32 = 0.02;

/// The ground under one block; shapes are shared by all worlds.
#[derive(Clone)]
pub(super) struct Ground {
    /// The surface, what is below it if it ends somewhere, and all boxes as one.
    pub parts: Vec<(Pose, SharedShape)>,
}

impl Ground {
    /// The ground of a terrain. The last one is kept: all blocks of a run share its shapes.
    pub fn of(terrain: &Arc<Terrain>, shape: GroundShape) -> Self {
        static LAST: Mutex<Option<(Arc<Terrain>, GroundShape, Ground)>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, s, ground)) if Arc::ptr_eq(known, terrain) && *s == shape => ground.clone(),
            _ => {
                let ground = Self::new(terrain, shape);
                *last = Some((terrain.clone(), shape, ground.clone()));
                ground
            }
        }
    }

    fn new(terrain: &Terrain, shape: GroundShape) -> Self {
        let plane = |height: f32| {
            (Pose::from_translation(vector([0.0, 0.0, height])), SharedShape::halfspace(Vector::Z))
        };
        let mut parts = match &terrain.surface {
            Surface::Plane { height } => vec![plane(*height)],
            Surface::Field(field) => {
                let bottom = terrain.mesh.as_ref().map_or(f32::MAX, |mesh| mesh.bounds[0][2]);
                let lowest = field.data.iter().copied().fold(bottom, f32::min);
                let full = || terrain.mesh.as_deref().and_then(full_mesh);
                let surface = match shape {
                    GroundShape::Field => height_field(field),
                    // a mesh that cannot be built has no triangles; the height field always can
                    GroundShape::Mesh => {
                        full().or_else(|| mesh(field)).unwrap_or_else(|| height_field(field))
                    }
                };
                vec![surface, plane(lowest - CELLAR)]
            }
        };
        if !terrain.boxes.is_empty() {
            parts.push((Pose::IDENTITY, cuboids(&terrain.boxes)));
        }
        Self { parts }
    }

    /// Height of the ground at a world position, m: where a ray from above meets its shape.
    pub fn height(&self, terrain: &Terrain, x: f32, y: f32) -> f32 {
        let surface = self.surface(terrain, x, y);
        terrain.boxes.top(x, y).map_or(surface, |top| top.max(surface))
    }

    fn surface(&self, terrain: &Terrain, x: f32, y: f32) -> f32 {
        let smooth = terrain.surface.height(x, y);
        let Surface::Field(field) = &terrain.surface else { return smooth };
        // rays from far above lose their cell to rounding
        let start = field.max + 0.1;
        let ray = Ray::new(vector([x, y, start]), -Vector::Z);
        let (pose, shape) = &self.parts[0];
        // a ray along an edge of two triangles may miss both
        let hit = ray.origin.is_finite().then(|| shape.cast_ray(pose, &ray, f32::MAX, false)).flatten();
        hit.map_or(smooth, |distance| start - distance)
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

/// All boxes as one shape: worlds are copied at every tick, and one shape is copied as fast with many boxes as with few.
fn cuboids(boxes: &Boxes) -> SharedShape {
    let cuboid = |b: &OrientedBox| {
        let [x, y, z] = b.half;
        (Pose::from_parts(vector(b.center), quaternion(b.rotation)), SharedShape::cuboid(x, y, z))
    };
    SharedShape::compound(boxes.list().iter().map(cuboid).collect())
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
    let shape =
        SharedShape::trimesh_with_flags(vertices, triangles, TriMeshFlags::FIX_INTERNAL_EDGES).ok()?;
    Some((Pose::IDENTITY, shape))
}

/// A surface in full, with what is under its overhangs.
fn full_mesh(ground: &TriangleGround) -> Option<(Pose, SharedShape)> {
    let points = ground.points.iter().map(|p| vector(*p)).collect();
    let flags = TriMeshFlags::FIX_INTERNAL_EDGES | TriMeshFlags::MERGE_DUPLICATE_VERTICES;
    let shape = SharedShape::trimesh_with_flags(points, ground.faces.clone(), flags).ok()?;
    Some((Pose::IDENTITY, shape))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::robot::import::Triangles;

    #[test]
    fn every_shape_has_the_heights_of_the_terrain() {
        let terrain = Terrain::from(HeightField::from_fn(41, 31, 0.1, [-2.0, -1.0], |x, y| {
            0.1 * x - 0.2 * y + 0.05 * (7.0 * x).sin()
        }));
        let Surface::Field(field) = &terrain.surface else { unreachable!() };
        for shape in [GroundShape::Field, GroundShape::Mesh] {
            let ground = Ground::new(&terrain, shape);
            let (pose, surface) = &ground.parts[0];
            for i in 0..400 {
                let (x, y) = (-1.963 + 0.193 * (i % 20) as f32, -0.957 + 0.143 * (i / 20) as f32);
                let ray = Ray::new(vector([x, y, field.max + 0.1]), -Vector::Z);
                let hit = surface.cast_ray(pose, &ray, f32::MAX, false).expect("the ray meets the surface");
                let (got, want) = (ray.origin.z - hit, terrain.height(x, y));
                assert!((got - want).abs() < 2e-3, "{shape:?} at ({x}, {y}): {got} m, expected {want} m");
                assert_eq!(ground.height(&terrain, x, y), got);
            }
            assert_eq!(ground.height(&terrain, 50.0, 0.0), terrain.height(50.0, 0.0));
        }
    }

    #[test]
    fn whoever_walks_off_a_field_stands_on_what_is_below_it() {
        let terrain = Terrain::from(HeightField::from_fn(3, 3, 1.0, [-1.0, -1.0], |_, _| 0.5));
        let (pose, shape) = &Ground::new(&terrain, GroundShape::Field).parts[1];
        let ray = Ray::new(vector([30.0, 0.0, 1.0]), -Vector::Z);
        assert_eq!(shape.cast_ray(pose, &ray, 9.0, true), Some(0.5 + CELLAR));
    }

    #[test]
    fn a_full_mesh_has_room_under_its_overhangs() {
        // a floor of 4 x 4 m at 0, half of it under a roof at 0.5 m
        let mut mesh = Triangles::default();
        for (z, x) in [(0.0, 2.0), (0.5, 0.0)] {
            let first = mesh.points.len() as u32;
            mesh.points.extend([[-2.0, -2.0, z], [x, -2.0, z], [x, 2.0, z], [-2.0, 2.0, z]]);
            mesh.faces.extend([[0, 1, 2], [0, 2, 3]].map(|face| face.map(|i: u32| i + first)));
        }
        let full = TriangleGround::new(&mesh).unwrap();
        let field = HeightField::from_fn(41, 41, 0.1, [-2.0; 2], |x, y| full.top(x, y).unwrap_or(0.0));
        let terrain = Terrain { mesh: Some(Arc::new(full)), ..Terrain::from(field) };
        let below = |shape| {
            let (pose, shape) = Ground::new(&terrain, shape).parts[0].clone();
            let ray = Ray::new(vector([-1.0, 0.3, 0.4]), -Vector::Z);
            shape.cast_ray(&pose, &ray, f32::MAX, false)
        };
        assert!((below(GroundShape::Mesh).unwrap() - 0.4).abs() < 1e-4);
        assert_eq!(below(GroundShape::Field), None);
        let ground = Ground::new(&terrain, GroundShape::Mesh);
        assert!((ground.height(&terrain, -1.0, 0.3) - 0.5).abs() < 1e-4);
    }
}
