//! Meshes of a height field, in square pieces so that only what is in sight is drawn.
use crate::terrain::{HeightField, Surface, Terrain};
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

/// Cells along each side of a piece.
const PIECE: usize = 96;
/// How much darker the lowest and how much lighter the highest place is, as a share of the floor's colour; at height 0
/// the ground looks like the plane.
const SHADE: f32 = 0.28;
/// The rim of the field goes down that far, m.
const RIM: f32 = 0.4;

/// Factors on the floor's red, green and blue at a place.
pub(super) type Tint<'a> = &'a dyn Fn(Vec2) -> Vec3;

/// All pieces, and the height at which the plane around them lies.
pub(super) fn pieces(field: &HeightField, tint: Tint<'_>) -> (Vec<Mesh>, f32) {
    let lowest = field.data.iter().copied().fold(f32::MAX, f32::min);
    let starts = |n: usize| (0..n - 1).step_by(PIECE);
    let pieces = starts(field.ny)
        .flat_map(|y| starts(field.nx).map(move |x| (x, y)))
        .map(|(x, y)| piece(field, lowest, tint, x, y))
        .collect();
    (pieces, lowest - 0.02)
}

fn piece(field: &HeightField, lowest: f32, tint: Tint<'_>, x0: usize, y0: usize) -> Mesh {
    let (x1, y1) = ((x0 + PIECE).min(field.nx - 1), (y0 + PIECE).min(field.ny - 1));
    let (nx, ny) = (x1 - x0 + 1, y1 - y0 + 1);
    let range = (field.max - lowest).max(1e-3);
    let mut positions = Vec::with_capacity(nx * ny);
    let (mut normals, mut colors) = (Vec::with_capacity(nx * ny), Vec::with_capacity(nx * ny));
    for j in y0..=y1 {
        for i in x0..=x1 {
            let rim = i == 0 || j == 0 || i == field.nx - 1 || j == field.ny - 1;
            let height = height(field, i, j);
            let z = if rim { lowest.min(height) - RIM } else { height };
            let [x, y] = [field.origin[0] + i as f32 * field.cell, field.origin[1] + j as f32 * field.cell];
            positions.push([x, y, z]);
            normals.push(normal(field, i, j).to_array());
            let share = (height / range).clamp(-1.0, 1.0) * SHADE;
            // low places are cooler, high ones warmer
            let color = tint(Vec2::new(x, y)) * Vec3::new(1.0 + share * 1.08, 1.0 + share, 1.0 + share * 0.9);
            colors.push([color.x, color.y, color.z, 1.0]);
        }
    }
    let corner = |i: usize, j: usize| j * nx + i;
    let alike = |a: usize, b: usize| positions[a][2] == positions[b][2] && colors[a] == colors[b];
    let level = |a: usize| [a + 1, a + nx, a + nx + 1].into_iter().all(|b| alike(a, b));
    // a corner looks up where it belongs to level ground, and between the slopes beside it where it does not
    let mut numbers = vec![[u32::MAX; 2]; nx * ny];
    let mut used = vec![];
    let mut number = |corner: usize, flat: bool| {
        let known = &mut numbers[corner][usize::from(flat)];
        if *known == u32::MAX {
            *known = used.len() as u32;
            used.push((corner, flat));
        }
        *known
    };
    let mut indices = Vec::new();
    for [i, j, right, top] in rectangles([nx - 1, ny - 1], |[i, j]| {
        let a = corner(i, j);
        level(a).then(|| (positions[a][2], colors[a]))
    }) {
        let corners = [corner(i, j), corner(right, j), corner(right, top), corner(i, top)];
        let flat = corners.iter().all(|c| positions[*c][2] == positions[corners[0]][2]);
        let [a, b, c, d] = corners.map(|corner| number(corner, flat));
        indices.extend([a, b, c, a, c, d]);
    }
    let normals: Vec<_> =
        used.iter().map(|(i, flat)| if *flat { Vec3::Z.to_array() } else { normals[*i] }).collect();
    let positions: Vec<_> = used.iter().map(|(i, _)| positions[*i]).collect();
    let colors: Vec<[f32; 4]> = used.iter().map(|(i, _)| colors[*i]).collect();
    let uvs = vec![[0.0_f32; 2]; positions.len()];
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colors)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, uvs)
        .with_inserted_indices(Indices::U32(indices))
}

/// All cells as rectangles `[left, lower, right, upper]`: those of a kind together, those without a kind alone.
fn rectangles<K: PartialEq>([nx, ny]: [usize; 2], kind: impl Fn([usize; 2]) -> Option<K>) -> Vec<[usize; 4]> {
    let mut done = vec![false; nx * ny];
    let mut found = vec![];
    for (j, i) in (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i))) {
        if done[j * nx + i] {
            continue;
        }
        let (mut right, mut top) = (i + 1, j + 1);
        if let Some(k) = kind([i, j]) {
            let same = |done: &[bool], i: usize, j: usize| {
                !done[j * nx + i] && kind([i, j]).is_some_and(|other| other == k)
            };
            right = (right..nx).find(|i| !same(&done, *i, j)).unwrap_or(nx);
            top = (top..ny).find(|j| (i..right).any(|i| !same(&done, i, *j))).unwrap_or(ny);
        }
        (j..top).for_each(|j| done[j * nx + i..j * nx + right].fill(true));
        found.push([i, j, right, top]);
    }
    found
}

/// Height of the ground at a place, m; outside of a field that of its border.
pub(super) fn ground(terrain: &Terrain, at: Vec2) -> f32 {
    let field = match &terrain.surface {
        Surface::Plane { height } => return *height,
        Surface::Field(field) => field,
    };
    let most = Vec2::new(field.nx as f32 - 1.001, field.ny as f32 - 1.001);
    let cells = ((at - Vec2::from_array(field.origin)) / field.cell).clamp(Vec2::ZERO, most);
    let (corner, share) = (cells.floor(), cells.fract());
    let (i, j) = (corner.x as usize, corner.y as usize);
    let along = |j: usize| height(field, i, j) * (1.0 - share.x) + height(field, i + 1, j) * share.x;
    along(j) * (1.0 - share.y) + along(j + 1) * share.y
}

/// Height of a sample; those outside are those of the border.
fn height(field: &HeightField, i: usize, j: usize) -> f32 {
    field.data[j.min(field.ny - 1) * field.nx + i.min(field.nx - 1)]
}

fn normal(field: &HeightField, i: usize, j: usize) -> Vec3 {
    let slope = |low: f32, high: f32, cells: usize| (high - low) / (cells.max(1) as f32 * field.cell);
    let (left, right) = (i.saturating_sub(1), (i + 1).min(field.nx - 1));
    let (down, up) = (j.saturating_sub(1), (j + 1).min(field.ny - 1));
    let dx = slope(height(field, left, j), height(field, right, j), right - left);
    let dy = slope(height(field, i, down), height(field, i, up), up - down);
    Vec3::new(-dx, -dy, 1.0).normalize_or(Vec3::Z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_the_field_and_share_their_borders() {
        let field = HeightField::from_fn(200, 100, 0.1, [-10.0, 0.0], |x, _| 0.05 * x);
        let (pieces, around) = pieces(&field, &|_| Vec3::ONE);
        assert_eq!(pieces.len(), 3 * 2);
        let triangles: usize = pieces.iter().map(|m| m.indices().unwrap().len() / 3).sum();
        assert_eq!(triangles, 199 * 99 * 2);
        assert!(around < -0.5);
    }

    #[test]
    fn level_ground_takes_few_triangles_and_keeps_its_area() {
        // two steps; the rim is one cell of slope
        let field = HeightField::from_fn(90, 90, 0.1, [0.0, 0.0], |x, _| if x > 4.0 { 0.2 } else { 0.0 });
        let (pieces, _) = pieces(&field, &|at| if at.y > 4.0 { Vec3::ONE } else { Vec3::splat(0.5) });
        let mesh = &pieces[0];
        let triangles = mesh.indices().unwrap().len() / 3;
        assert!(triangles < 2000, "{triangles}");
        let points = mesh.attribute(Mesh::ATTRIBUTE_POSITION).unwrap().as_float3().unwrap();
        let indices: Vec<usize> = mesh.indices().unwrap().iter().collect();
        let normals = mesh.attribute(Mesh::ATTRIBUTE_NORMAL).unwrap().as_float3().unwrap();
        for t in indices.chunks(3) {
            let is_level = t.iter().all(|i| points[*i][2] == points[t[0]][2]);
            assert!(!is_level || t.iter().all(|i| normals[*i] == [0.0, 0.0, 1.0]), "a tread looks aside");
        }
        let area: f32 = indices
            .chunks(3)
            .map(|t| {
                let [a, b, c] = [0, 1, 2].map(|k| Vec3::from_array(points[t[k]]).xy());
                (b - a).perp_dot(c - a) / 2.0
            })
            .sum();
        assert!((area - 8.9 * 8.9).abs() < 1e-2, "{area}");
    }

    #[test]
    fn normals_lean_away_from_the_slope() {
        let field = HeightField::from_fn(8, 8, 0.5, [0.0, 0.0], |x, _| x);
        let n = normal(&field, 4, 4);
        assert!(n.abs_diff_eq(Vec3::new(-1.0, 0.0, 1.0).normalize(), 1e-4), "{n}");
    }

    #[test]
    fn the_ground_between_samples_is_bilinear() {
        let field = HeightField::from_fn(5, 5, 0.5, [1.0, 1.0], |x, y| 0.2 * x - 0.1 * y);
        let terrain = Terrain::from(field);
        assert!((ground(&terrain, Vec2::new(1.7, 2.3)) - 0.11).abs() < 1e-5);
        assert!((ground(&terrain, Vec2::new(-9.0, -9.0)) - 0.1).abs() < 1e-5);
        assert_eq!(ground(&Terrain::plane(0.4), Vec2::ZERO), 0.4);
    }
}
