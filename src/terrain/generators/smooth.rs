//! Ground without direction: level, noise, bumps, waves.
use super::Tile;
use crate::terrain::random::{lattice, smooth};
use crate::terrain::shape::Shape;

/// Along the rim there is no noise, m.
const BARE: f32 = 0.06;
/// Length over which smooth ground fades to level, m.
const FADE: f32 = 0.5;

/// Distance to the rim, m.
pub(super) fn to_rim(half: f32, x: f32, y: f32) -> f32 {
    half - x.abs().max(y.abs())
}

/// Noise within ±`height` m: a random number every `width` m, none at the rim.
pub(super) fn rough(half: f32, height: f32, width: f32, seed: u64) -> impl Fn(f32, f32) -> f32 {
    move |x, y| {
        let inside = if to_rim(half, x, y) < BARE { 0.0 } else { 1.0 };
        inside * height * (2.0 * lattice((x + half) / width, (y + half) / width, seed) - 1.0)
    }
}

pub(super) fn flat(_: &Tile) -> Shape {
    Shape::smooth(|_, _| 0.0)
}

pub(super) fn noise(tile: &Tile) -> Shape {
    let [height, width] = tile.values();
    Shape::smooth(rough(tile.half, height, width, tile.seed))
}

pub(super) fn bumps(tile: &Tile) -> Shape {
    let ([height, width], half, seed) = (tile.values(), tile.half, tile.seed);
    Shape::smooth(move |x, y| {
        let (a, b) = ((x + half) / width, (y + half) / width);
        let bump = 0.7 * smooth(a, b, seed) + 0.3 * smooth(2.3 * a, 2.3 * b, seed ^ 0x5bd1);
        height * bump * (to_rim(half, x, y) / FADE).clamp(0.0, 1.0)
    })
}

pub(super) fn waves(tile: &Tile) -> Shape {
    let ([height, length, platform], half) = (tile.values(), tile.half);
    Shape::smooth(move |x, y| {
        let r = to_rim(half, x, y);
        let fade = (r / FADE).clamp(0.0, 1.0) * ((half - platform / 2.0 - r) / FADE).clamp(0.0, 1.0);
        let wave = |v: f32| (v / length * std::f32::consts::TAU).sin();
        fade * height * 0.5 * (wave(x) + wave(y))
    })
}
