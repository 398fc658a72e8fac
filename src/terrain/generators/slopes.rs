//! Slopes to a level square in the middle, smooth or rough.
use super::Tile;
use super::smooth::{rough, to_rim};
use crate::terrain::shape::Shape;

fn cone(half: f32, slope: f32, platform: f32) -> impl Fn(f32, f32) -> f32 {
    let most = (half - platform / 2.0).max(0.0);
    move |x, y| slope * to_rim(half, x, y).min(most)
}

fn even(tile: &Tile, sign: f32) -> Shape {
    let [slope, platform] = tile.values();
    Shape::smooth(cone(tile.half, sign * slope, platform))
}

fn uneven(tile: &Tile, sign: f32) -> Shape {
    let [slope, height, width, platform] = tile.values();
    let (cone, noise) = (cone(tile.half, sign * slope, platform), rough(tile.half, height, width, tile.seed));
    Shape::smooth(move |x, y| cone(x, y) + noise(x, y))
}

pub(super) fn up(tile: &Tile) -> Shape {
    even(tile, -1.0)
}

pub(super) fn down(tile: &Tile) -> Shape {
    even(tile, 1.0)
}

pub(super) fn rough_up(tile: &Tile) -> Shape {
    uneven(tile, -1.0)
}

pub(super) fn rough_down(tile: &Tile) -> Shape {
    uneven(tile, 1.0)
}
