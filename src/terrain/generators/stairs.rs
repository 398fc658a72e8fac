//! Square rings of steps around a level square.
use super::Tile;
use crate::terrain::shape::{Patch, Shape};

/// A step every `run` from the rim, as many as end before the level square.
fn rings(tile: &Tile, sign: f32) -> Shape {
    let [step, run, platform] = tile.values();
    let count = ((tile.half - platform / 2.0) / run + 1e-4).floor().clamp(0.0, 1000.0) as usize;
    let ring = |k: usize| Patch::square(tile.half - run * k as f32, sign * step * k as f32);
    Shape::Steps((1..=count).map(ring).collect())
}

pub(super) fn up(tile: &Tile) -> Shape {
    rings(tile, -1.0)
}

pub(super) fn down(tile: &Tile) -> Shape {
    rings(tile, 1.0)
}
