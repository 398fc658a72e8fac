//! Heights of a file around the middle of a tile.
use super::Tile;
use super::smooth::to_rim;
use crate::terrain::files::HeightFile;
use crate::terrain::shape::Shape;

/// A factor that falls to nothing at the rim, m.
fn fade(half: f32, length: f32) -> impl Fn(f32, f32) -> f32 {
    move |x, y| if length > 0.0 { (to_rim(half, x, y) / length).clamp(0.0, 1.0) } else { 1.0 }
}

pub(super) fn image(tile: &Tile) -> Shape {
    let [pixel, low, high, length] = tile.values();
    let Some(HeightFile::Picture(picture)) = tile.file.clone() else { return Shape::smooth(|_, _| 0.0) };
    let fade = fade(tile.half, length);
    Shape::smooth(move |x, y| fade(x, y) * (low + (high - low) * picture.at(x / pixel, y / pixel)))
}

pub(super) fn mesh(tile: &Tile) -> Shape {
    let [scale, lift, length] = tile.values();
    let Some(HeightFile::Mesh(mesh)) = tile.file.clone() else { return Shape::smooth(|_, _| 0.0) };
    let fade = fade(tile.half, length);
    // beside the mesh is level ground
    let height = move |x: f32, y: f32| mesh.top(x / scale, y / scale).map_or(0.0, |z| z * scale + lift);
    Shape::smooth(move |x, y| fade(x, y) * height(x, y))
}
