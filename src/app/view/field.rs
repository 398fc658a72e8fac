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

/// All pieces, and the height at which the plane around them lies.
pub(super) fn pieces(field: &HeightField) -> (Vec<Mesh>, f32) {
    let lowest = field.data.iter().copied().fold(f32::MAX, f32::min);
    let starts = |n: usize| (0..n - 1).step_by(PIECE);
    let pieces = starts(field.ny)
        .flat_map(|y| starts(field.nx).map(move |x| (x, y)))
        .map(|(x, y)| piece(field, lowest, x, y))
        .collect();
    (pieces, lowest - 0.02)
}

fn piece(field: &HeightField, lowest: f32, x0: usize, y0: usize) -> Mesh {
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
            let color = [1.0 + share * 1.08, 1.0 + share, 1.0 + share * 0.9];
            colors.push([color[0], color[1], color[2], 1.0]);
        }
    }
    let corner = |i: usize, j: usize| (j * nx + i) as u32;
    let indices = (0..ny - 1)
        .flat_map(|j| (0..nx - 1).map(move |i| (i, j)))
        .flat_map(|(i, j)| {
            let [a, b, c, d] = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)];
            [a, b, c, a, c, d]
        })
        .collect();
    let uvs = vec![[0.0_f32; 2]; positions.len()];
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, normals)
        .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, colors)
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, uvs)
        .with_inserted_indices(Indices::U32(indices))
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
        let (pieces, around) = pieces(&field);
        assert_eq!(pieces.len(), 3 * 2);
        let triangles: usize = pieces.iter().map(|m| m.indices().unwrap().len() / 3).sum();
        assert_eq!(triangles, 199 * 99 * 2);
        assert!(around < -0.5);
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
