//! Meshes of the drawing primitives of robot files, with rounded edges so that light catches them. z is the long axis.
use crate::robot::{DrawnMesh, Shape};
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use std::f32::consts::{FRAC_PI_2, PI, TAU};

/// How finely something is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// Fills a good part of the picture.
    Near,
    /// A few metres away.
    Middle,
    /// One of many.
    Far,
}

impl Detail {
    /// Segments around a body of revolution of that radius, m.
    fn around(self, radius: f32) -> usize {
        let [share, least, most] = match self {
            Self::Near => [650.0, 12.0, 36.0],
            Self::Middle => [300.0, 6.0, 14.0],
            Self::Far => [150.0, 4.0, 8.0],
        };
        // a multiple of four (of two from afar), so that the four sides are where they are written
        let step = if self == Self::Near { 4.0 } else { 2.0 };
        ((radius * share).clamp(least, most) / step).round() as usize * step as usize
    }
    /// Segments of a quarter circle of that radius, m.
    fn quarter(self, radius: f32) -> usize {
        match self {
            Self::Near => (radius * 300.0).clamp(2.0, 6.0) as usize,
            Self::Middle => 2,
            Self::Far => 1,
        }
    }
}

/// Segments around marks.
const AROUND: usize = 40;
/// Radius of a box's edges, as a share of its shortest side.
const BOX_ROUNDING: f32 = 0.26;
/// Radius of a cylinder's rims, as a share of its radius or half length.
const RIM_ROUNDING: f32 = 0.16;

/// Surface of a primitive of a robot file.
pub(super) fn surface(shape: &Shape, detail: Detail) -> Surface {
    match *shape {
        Shape::Box(lengths) => rounded_box(Vec3::from_array(lengths.map(|l| l as f32)), detail),
        Shape::Capsule([radius, length]) => taper(radius as f32, radius as f32, length as f32, detail),
        Shape::Taper([low, high, length]) => taper(low as f32, high as f32, length as f32, detail),
        Shape::Cylinder([radius, length]) => cylinder(radius as f32, length as f32, detail),
        Shape::Sphere(radius) => taper(radius as f32, radius as f32, 0.0, detail),
        Shape::Mesh(ref text) => triangles(&DrawnMesh::decode(text).unwrap_or_default(), detail),
    }
}

/// Surfaces that meet at a smaller angle than this one are one smooth surface: its cosine.
const CREASE: f32 = 0.75;

/// A mesh of a robot file, with edges where its triangles meet at an angle.
fn triangles(mesh: &DrawnMesh, detail: Detail) -> Surface {
    let most = match detail {
        Detail::Near => usize::MAX,
        Detail::Middle => 300,
        Detail::Far => 80,
    };
    let mesh = mesh.coarser(most);
    let corner = |i: u32| Vec3::from_array(mesh.points[i as usize]);
    let normals: Vec<Vec3> =
        mesh.faces.iter().map(|&[a, b, c]| (corner(b) - corner(a)).cross(corner(c) - corner(a))).collect();
    let mut around: Vec<Vec<usize>> = vec![vec![]; mesh.points.len()];
    for (face, corners) in mesh.faces.iter().enumerate() {
        corners.iter().for_each(|&i| around[i as usize].push(face));
    }
    let mut out = Surface::default();
    for (face, corners) in mesh.faces.iter().enumerate() {
        let own = normals[face].normalize_or_zero();
        for &i in corners {
            let near = around[i as usize].iter().map(|&f| normals[f]);
            let smooth: Vec3 = near.filter(|n| n.normalize_or_zero().dot(own) > CREASE).sum();
            out.indices.push(out.positions.len() as u32);
            out.positions.push(corner(i).to_array());
            out.normals.push(smooth.try_normalize().unwrap_or(Vec3::Z).to_array());
        }
    }
    out
}

/// A sphere of radius 1.
pub(super) fn ball() -> Mesh {
    taper(1.0, 1.0, 0.0, Detail::Middle).into_mesh()
}

/// Shaft of an arrow: radius 1, from z = 0 to 1.
pub(super) fn shaft() -> Mesh {
    marks(&[
        point(0.0, 0.0, 0.0, -1.0),
        point(1.0, 0.0, 0.0, -1.0),
        point(1.0, 0.0, 1.0, 0.0),
        point(1.0, 1.0, 1.0, 0.0),
    ])
}

/// Head of an arrow: radius 1 at z = 0, tip at z = 1.
pub(super) fn cone() -> Mesh {
    marks(&[
        point(0.0, 0.0, 0.0, -1.0),
        point(1.0, 0.0, 0.0, -1.0),
        point(1.0, 0.0, 0.8, 0.6),
        point(0.0, 1.0, 0.8, 0.6),
    ])
}

/// Flat ring on the ground.
pub(super) fn ring(inner: f32, outer: f32) -> Mesh {
    lathe(&[point(outer, 0.0, 0.0, 1.0), point(inner, 0.0, 0.0, 1.0)], 96).into_mesh()
}

/// Inside of a sphere whose colour goes from the horizon to the zenith.
pub(super) fn dome(radius: f32, horizon: LinearRgba, zenith: LinearRgba) -> Mesh {
    let profile: Vec<ProfilePoint> = (0..=24)
        .map(|i| {
            let up = (i as f32 / 24.0).powi(2) * (FRAC_PI_2 + 0.2) - 0.2;
            point(radius * up.cos(), radius * up.sin(), up.cos(), up.sin())
        })
        .collect();
    let mut mesh = marks(&profile);
    let colors: Vec<[f32; 4]> = profile
        .iter()
        .flat_map(|p| {
            let share = (p.z / radius / 0.5).clamp(0.0, 1.0);
            std::iter::repeat_n(horizon.mix(&zenith, share).to_f32_array(), AROUND + 1)
        })
        .collect();
    mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, colors);
    mesh
}

/// A point of an outline: distance from the axis, height, and the normal in that plane.
#[derive(Clone, Copy)]
struct ProfilePoint {
    radius: f32,
    z: f32,
    normal: Vec2,
}

fn point(radius: f32, z: f32, normal_out: f32, normal_up: f32) -> ProfilePoint {
    ProfilePoint { radius, z, normal: Vec2::new(normal_out, normal_up) }
}

/// Part of a circle around (`radius`, `z`), from angle `from` to `to` (up from outwards).
fn arc(
    radius: f32,
    z: f32,
    rounding: f32,
    [from, to]: [f32; 2],
    steps: usize,
) -> impl Iterator<Item = ProfilePoint> {
    (0..=steps).map(move |i| {
        let (up, out) = (from + (to - from) * i as f32 / steps as f32).sin_cos();
        point(radius + rounding * out, z + rounding * up, out, up)
    })
}

/// Two spheres at z = −length/2 and +length/2 and the cone that touches both.
fn taper(low: f32, high: f32, length: f32, detail: Detail) -> Surface {
    let half = length / 2.0;
    let lean = if length > 1e-6 { ((low - high) / length).clamp(-1.0, 1.0).asin() } else { 0.0 };
    let steps = detail.quarter(low.max(high));
    let profile: Vec<_> = arc(0.0, -half, low, [-FRAC_PI_2, lean], steps)
        .chain(arc(0.0, half, high, [lean, FRAC_PI_2], steps))
        .collect();
    lathe(&profile, detail.around(low.max(high)))
}

fn cylinder(radius: f32, length: f32, detail: Detail) -> Surface {
    let half = length / 2.0;
    let rim = RIM_ROUNDING * radius.min(half);
    let steps = if detail == Detail::Near { 3 } else { 1 };
    let bottom = point(0.0, -half, 0.0, -1.0);
    let top = point(0.0, half, 0.0, 1.0);
    let profile: Vec<_> = std::iter::once(bottom)
        .chain(arc(radius - rim, rim - half, rim, [-FRAC_PI_2, 0.0], steps))
        .chain(arc(radius - rim, half - rim, rim, [0.0, FRAC_PI_2], steps))
        .chain(std::iter::once(top))
        .collect();
    lathe(&profile, detail.around(radius))
}

fn marks(profile: &[ProfilePoint]) -> Mesh {
    lathe(profile, AROUND).into_mesh()
}

/// Body of revolution about z of an outline from bottom to top.
fn lathe(profile: &[ProfilePoint], around: usize) -> Surface {
    let mut surface = Surface::default();
    for p in profile {
        for i in 0..=around {
            let (sin, cos) = (TAU * i as f32 / around as f32).sin_cos();
            surface.positions.push([p.radius * cos, p.radius * sin, p.z]);
            surface.normals.push([p.normal.x * cos, p.normal.x * sin, p.normal.y]);
        }
    }
    surface.stitch(0, profile.len(), around + 1);
    surface
}

/// Box with rounded edges and corners: six faces of a cube whose points are pushed out along the normals of a sphere.
fn rounded_box(lengths: Vec3, detail: Detail) -> Surface {
    let rounding = BOX_ROUNDING * lengths.min_element();
    let inner = lengths / 2.0 - Vec3::splat(rounding);
    let quarter = detail.quarter(rounding).min(4);
    let steps: Vec<(f32, f32)> = (0..=quarter)
        .map(|i| (-1.0, 1.0 - i as f32 / quarter as f32))
        .chain((0..=quarter).map(|i| (1.0, i as f32 / quarter as f32)))
        .collect();
    let mut surface = Surface::default();
    for axis in 0..3 {
        for side in [-1.0, 1.0] {
            let start = surface.positions.len();
            for &(sign_v, v) in &steps {
                for &(sign_u, u) in &steps {
                    let bend = |sign: f32, share: f32| sign * (share * PI / 4.0).tan();
                    // u and v run so that the outside is counter-clockwise on both sides
                    let face = [side, bend(sign_u, u) * side, bend(sign_v, v)];
                    let signs = [side, sign_u * side, sign_v];
                    let turn =
                        |a: [f32; 3]| Vec3::new(a[(3 - axis) % 3], a[(4 - axis) % 3], a[(5 - axis) % 3]);
                    let normal = turn(face).normalize_or(Vec3::Z);
                    surface.positions.push((turn(signs) * inner + normal * rounding).to_array());
                    surface.normals.push(normal.to_array());
                }
            }
            surface.stitch(start, steps.len(), steps.len());
        }
    }
    surface
}

/// Triangles with normals.
#[derive(Clone, Default)]
pub(super) struct Surface {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    indices: Vec<u32>,
}

impl Surface {
    /// Triangles between neighbouring rows of a grid of vertices that begins at `start`.
    fn stitch(&mut self, start: usize, rows: usize, columns: usize) {
        for row in 0..rows - 1 {
            for column in 0..columns - 1 {
                let a = (start + row * columns + column) as u32;
                let d = a + columns as u32;
                self.indices.extend([a, a + 1, d + 1, a, d + 1, d]);
            }
        }
    }

    /// Number of vertices.
    pub fn len(&self) -> usize {
        self.positions.len()
    }

    /// Adds another surface, put somewhere.
    pub fn append(&mut self, other: &Self, place: Transform) {
        let start = self.len() as u32;
        self.positions.extend(other.positions.iter().map(|&p| (place * Vec3::from_array(p)).to_array()));
        let turned = |&n: &[f32; 3]| (place.rotation * Vec3::from_array(n)).to_array();
        self.normals.extend(other.normals.iter().map(turned));
        self.indices.extend(other.indices.iter().map(|i| start + i));
    }

    pub fn into_mesh(self) -> Mesh {
        let uvs = vec![[0.0_f32; 2]; self.positions.len()];
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, uvs)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(shape: &Shape) -> Mesh {
        surface(shape, Detail::Near).into_mesh()
    }

    fn vertices(mesh: &Mesh, attribute: bevy::mesh::MeshVertexAttribute) -> Vec<Vec3> {
        let values = mesh.attribute(attribute).unwrap().as_float3().unwrap();
        values.iter().map(|&v| Vec3::from_array(v)).collect()
    }

    /// Volume enclosed by a closed mesh; negative if its triangles face inwards.
    fn volume(mesh: &Mesh) -> f32 {
        let points = vertices(mesh, Mesh::ATTRIBUTE_POSITION);
        let indices: Vec<usize> = mesh.indices().unwrap().iter().collect();
        indices.chunks(3).map(|t| points[t[0]].dot(points[t[1]].cross(points[t[2]])) / 6.0).sum()
    }

    fn extent(mesh: &Mesh) -> Vec3 {
        let points = vertices(mesh, Mesh::ATTRIBUTE_POSITION);
        let top = points.iter().copied().reduce(Vec3::max).unwrap();
        top - points.iter().copied().reduce(Vec3::min).unwrap()
    }

    #[test]
    fn shapes_have_the_size_that_is_written() {
        assert!(extent(&near(&Shape::Box([0.3, 0.2, 0.1]))).abs_diff_eq(Vec3::new(0.3, 0.2, 0.1), 1e-5));
        assert!(extent(&near(&Shape::Capsule([0.02, 0.1]))).abs_diff_eq(Vec3::new(0.04, 0.04, 0.14), 1e-4));
        assert!(extent(&near(&Shape::Cylinder([0.05, 0.04]))).abs_diff_eq(Vec3::new(0.1, 0.1, 0.04), 1e-4));
        assert!(extent(&near(&Shape::Sphere(0.02))).abs_diff_eq(Vec3::splat(0.04), 1e-4));
    }

    #[test]
    fn a_mesh_is_drawn_with_its_edges() {
        let corner = |i: usize| std::array::from_fn(|k| if i >> k & 1 == 1 { 0.1 } else { -0.1 });
        let corners: Vec<[f64; 3]> = (0..8).map(corner).collect();
        let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        let faces: Vec<[u32; 3]> =
            sides.iter().flat_map(|[a, b, c, d]| [[*a, *b, *c], [*a, *c, *d]]).collect();
        let text = DrawnMesh::new(&corners, &faces, 100).unwrap().0.encode();
        let mesh = near(&Shape::Mesh(text));
        assert!((volume(&mesh) / 0.008 - 1.0).abs() < 1e-3);
        for normal in vertices(&mesh, Mesh::ATTRIBUTE_NORMAL) {
            assert!(normal.abs().max_element() > 0.999, "{normal}");
        }
    }

    #[test]
    fn triangles_face_outwards_and_enclose_the_volume() {
        let close = |a: f32, b: f32| (a / b - 1.0).abs() < 0.03;
        assert!(close(volume(&near(&Shape::Sphere(0.1))), 4.0 / 3.0 * PI * 1e-3));
        assert!(close(volume(&near(&Shape::Cylinder([0.1, 1.0]))), PI * 0.01));
        let cone = PI * 1.0 / 3.0 * (0.01 + 0.005 + 0.0025) + 2.0 / 3.0 * PI * (0.001 + 0.000_125);
        assert!(close(volume(&near(&Shape::Taper([0.1, 0.05, 1.0]))), cone));
        let block = volume(&near(&Shape::Box([0.3, 0.2, 0.1])));
        assert!(block > 0.9 * 0.006 && block < 0.006, "{block}");
    }

    #[test]
    fn normals_are_of_unit_length() {
        let (block, disc) = (Shape::Box([0.3, 0.2, 0.1]), Shape::Cylinder([0.05, 0.04]));
        for shape in [block, disc, Shape::Capsule([0.02, 0.1]), Shape::Taper([0.03, 0.02, 0.1])] {
            for normal in vertices(&near(&shape), Mesh::ATTRIBUTE_NORMAL) {
                assert!((normal.length() - 1.0).abs() < 1e-4);
            }
        }
    }
}
