//! A moat, a pit, and rails: rings around the middle.
use super::Tile;
use crate::terrain::shape::{Patch, Shape};

/// Level ground between a platform and the first rail, m.
const BEFORE: f32 = 0.3;

pub(super) fn gap(tile: &Tile) -> Shape {
    let [width, depth, platform] = tile.values();
    let inner = platform / 2.0;
    let outer = (inner + width).min(tile.half);
    Shape::Steps(vec![Patch::square(outer, -depth), Patch::square(inner, 0.0)])
}

pub(super) fn pit(tile: &Tile) -> Shape {
    let [depth, platform] = tile.values();
    Shape::Steps(vec![Patch::square((platform / 2.0).min(tile.half - 0.1), -depth)])
}

pub(super) fn rails(tile: &Tile) -> Shape {
    let [height, width, spacing, platform] = tile.values();
    let spacing = spacing.max(width + 0.05);
    let first = platform / 2.0 + BEFORE;
    let inner = (0..1000).map(|k| first + k as f32 * spacing).take_while(|c| c + width <= tile.half - 0.05);
    let mut inner: Vec<f32> = inner.collect();
    // painted from the outside
    inner.reverse();
    let rail = |c: f32| [Patch::square(c + width, height), Patch::square(c, 0.0)];
    Shape::Steps(inner.into_iter().flat_map(rail).collect())
}
