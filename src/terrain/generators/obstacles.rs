//! Rectangles and stones.
use super::Tile;
use crate::terrain::random::Draws;
use crate::terrain::shape::{Patch, Shape};

/// Random edges lie on multiples of that, m: no slivers, and the same edges whatever the cells.
const SNAP: f32 = 0.05;
/// Ground along the rim, m.
const RIM: f32 = 0.3;

/// `count` rectangles between two corners with sides of `smallest` to `largest`. Heights are full, half, or none, two, two and
/// one of five; with holes full and half both ways, full upwards twice.
pub(in crate::terrain) fn scatter(
    (low, high): ([f32; 2], [f32; 2]),
    count: usize,
    [smallest, largest]: [f32; 2],
    height: f32,
    holes: bool,
    seed: u64,
) -> Vec<Patch> {
    let mut draws = Draws(seed);
    let heights = if holes { [-1.0, -0.5, 0.5, 1.0, 1.0] } else { [1.0, 0.5, 1.0, 0.5, 0.0] };
    let snap = |v: f32| (v / SNAP).round() * SNAP;
    (0..count)
        .map(|_| {
            let sides = [0, 1].map(|k: usize| {
                let side = draws.range(smallest.min(largest), largest).max(SNAP);
                snap(side).min(high[k] - low[k])
            });
            let corner = [0, 1].map(|k: usize| {
                let most = (high[k] - low[k] - sides[k]).max(0.0);
                low[k] + snap(draws.range(0.0, most)).min(most)
            });
            let z = height * heights[((draws.uniform() * 5.0) as usize).min(4)];
            Patch { low: corner, high: [corner[0] + sides[0], corner[1] + sides[1]], z }
        })
        .collect()
}

pub(super) fn obstacles(tile: &Tile) -> Shape {
    let [height, count, smallest, largest, holes, platform] = tile.values();
    let inner = tile.half - SNAP;
    let area = ([-inner; 2], [inner; 2]);
    let sides = [smallest, largest];
    let mut patches = scatter(area, count.round() as usize, sides, height, holes >= 0.5, tile.seed);
    patches.push(Patch::square(platform / 2.0, 0.0));
    Shape::Steps(patches)
}

pub(super) fn stepping_stones(tile: &Tile) -> Shape {
    let [size, distance, uneven, depth, platform] = tile.values();
    let mut draws = Draws(tile.seed);
    let inner = tile.half - RIM;
    let mut patches = vec![Patch::square(inner, -depth)];
    let pitch = size + distance;
    // whole rows: their stones are a little longer or shorter across, so that the distances are right
    let rows = ((2.0 * inner - distance) / pitch).round().max(1.0);
    let across = (2.0 * inner - (rows + 1.0) * distance) / rows;
    for row in 0..rows as usize {
        let y = -inner + distance + row as f32 * (across + distance);
        // every row begins somewhere else, though at few different places; it ends at the ground along the rim
        let mut x = -inner - (draws.range(0.0, pitch) / SNAP).floor() * SNAP;
        while x < inner {
            let z = draws.range(-uneven, uneven);
            let (low, high) = ([x.max(-inner), y], [(x + size).min(inner), y + across]);
            if low[0] < high[0] {
                patches.push(Patch { low, high, z });
            }
            x += pitch;
        }
    }
    patches.push(Patch::square(platform / 2.0, 0.0));
    Shape::Steps(patches)
}
