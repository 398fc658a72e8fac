//! The letters A and B, drawn with strokes of even width, for telling two stages apart.
use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;
use std::f32::consts::{FRAC_PI_2, TAU};

/// Half the width of a stroke; letters are 1 high.
const HALF: f32 = 0.075;

/// A flat letter around the origin, 1 high, which faces z.
pub(super) fn mesh(slot: usize) -> Mesh {
    let mut positions: Vec<[f32; 3]> = vec![];
    let mut indices: Vec<u32> = vec![];
    for stroke in strokes(slot) {
        for pair in stroke.windows(2) {
            let side = (pair[1] - pair[0]).normalize_or(Vec2::X).perp() * HALF;
            fan(
                &[pair[0] - side, pair[1] - side, pair[1] + side, pair[0] + side],
                &mut positions,
                &mut indices,
            );
        }
        for &point in &stroke {
            let dot: Vec<Vec2> =
                (0..12).map(|i| point + Vec2::from_angle(TAU * i as f32 / 12.0) * HALF).collect();
            fan(&dot, &mut positions, &mut indices);
        }
    }
    let count = positions.len();
    Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
        .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, positions)
        .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, vec![[0.0, 0.0, 1.0]; count])
        .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, vec![[0.0; 2]; count])
        .with_inserted_indices(Indices::U32(indices))
}

fn fan(corners: &[Vec2], positions: &mut Vec<[f32; 3]>, indices: &mut Vec<u32>) {
    let start = positions.len() as u32;
    positions.extend(corners.iter().map(|c| [c.x, c.y, 0.0]));
    indices.extend((2..corners.len() as u32).flat_map(|i| [start, start + i - 1, start + i]));
}

fn strokes(slot: usize) -> Vec<Vec<Vec2>> {
    let bow = |middle: f32, radius: f32, out: f32| -> Vec<Vec2> {
        let arc = (0..=10).map(|i| Vec2::from_angle(FRAC_PI_2 - 2.0 * FRAC_PI_2 * i as f32 / 10.0) * radius);
        std::iter::once(Vec2::new(-0.25, middle + radius))
            .chain(arc.map(|p| p + Vec2::new(out, middle)))
            .chain([Vec2::new(-0.25, middle - radius)])
            .collect()
    };
    let line = |a: [f32; 2], b: [f32; 2]| vec![Vec2::from_array(a), Vec2::from_array(b)];
    match slot {
        0 => vec![
            line([-0.34, -0.43], [0.0, 0.43]),
            line([0.0, 0.43], [0.34, -0.43]),
            line([-0.22, -0.13], [0.22, -0.13]),
        ],
        _ => vec![line([-0.25, -0.43], [-0.25, 0.43]), bow(0.22, 0.21, 0.03), bow(-0.21, 0.22, 0.07)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_fit_their_square_and_face_the_reader() {
        for slot in 0..2 {
            let mesh = mesh(slot);
            let points = mesh.attribute(Mesh::ATTRIBUTE_POSITION).unwrap().as_float3().unwrap();
            assert!(points.iter().all(|p| p[0].abs() < 0.52 && p[1].abs() < 0.52));
            let corners: Vec<usize> = mesh.indices().unwrap().iter().collect();
            for t in corners.chunks(3) {
                let [a, b, c] = [t[0], t[1], t[2]].map(|i| Vec2::new(points[i][0], points[i][1]));
                assert!((b - a).perp_dot(c - a) > 0.0);
            }
        }
    }
}
