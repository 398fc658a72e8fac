//! Heights in a greyscale picture.
use std::path::Path;

/// Most pixels: 128 MiB of heights.
const MOST: u64 = 1 << 25;

/// Brightness of pixels, 0 (black) to 1 (white).
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    nx: usize,
    ny: usize,
    /// Rows from the lower edge (smallest y) upwards.
    data: Vec<f32>,
}

impl Picture {
    /// Reads a PNG of 8 or 16 bits; colours become grey.
    pub fn read(path: &Path) -> Result<Self, String> {
        let at = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        let (nx, ny) = image::image_dimensions(path).map_err(|e| at(&e))?;
        if u64::from(nx) * u64::from(ny) > MOST {
            return Err(at(&format!("{nx} x {ny} pixels are too many: at most {MOST}")));
        }
        if nx < 2 || ny < 2 {
            return Err(at(&"a height map needs at least 2 x 2 pixels"));
        }
        let grey = image::open(path).map_err(|e| at(&e))?.into_luma16();
        let rows = grey.as_raw().chunks(nx as usize).rev();
        let data = rows.flatten().map(|v| f32::from(*v) / f32::from(u16::MAX)).collect();
        Ok(Self { nx: nx as usize, ny: ny as usize, data })
    }

    /// Pixels along x and y.
    pub fn size(&self) -> [usize; 2] {
        [self.nx, self.ny]
    }

    /// Darkest and brightest value.
    pub fn range(&self) -> [f32; 2] {
        self.data.iter().fold([f32::MAX, f32::MIN], |[a, b], v| [a.min(*v), b.max(*v)])
    }

    /// Brightness at a place from the picture's middle, in pixels, bilinear; beyond its edges as there.
    pub fn at(&self, x: f32, y: f32) -> f32 {
        let place = |v: f32, n: usize| (v + (n - 1) as f32 / 2.0).clamp(0.0, n as f32 - 1.001);
        let (fx, fy) = (place(x, self.nx), place(y, self.ny));
        let (ix, iy) = (fx as usize, fy as usize);
        let (a, b) = (fx - ix as f32, fy - iy as f32);
        let h = |dx: usize, dy: usize| self.data[(iy + dy) * self.nx + ix + dx];
        let (low, high) = (h(0, 0) + (h(1, 0) - h(0, 0)) * a, h(0, 1) + (h(1, 1) - h(0, 1)) * a);
        low + (high - low) * b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageBuffer, Luma};

    #[test]
    fn eight_and_sixteen_bits_are_the_same_heights_and_the_upper_edge_is_the_largest_y() {
        let folder = tempfile::tempdir().unwrap();
        let [eight, sixteen] = ["8.png", "16.png"].map(|name| folder.path().join(name));
        // white in the upper row, black below
        ImageBuffer::from_fn(5, 3, |_, y| Luma([if y == 0 { 255u8 } else { 0 }])).save(&eight).unwrap();
        ImageBuffer::from_fn(5, 3, |_, y| Luma([if y == 0 { u16::MAX } else { 0 }])).save(&sixteen).unwrap();
        let [a, b] = [eight, sixteen].map(|path| Picture::read(&path).unwrap());
        assert_eq!(a, b);
        assert_eq!((a.size(), a.range()), ([5, 3], [0.0, 1.0]));
        assert_eq!((a.at(0.0, 0.0), a.at(9.0, -9.0)), (0.0, 0.0));
        assert!((a.at(1.3, 0.5) - 0.5).abs() < 1e-5 && a.at(0.0, 5.0) > 0.998);
    }

    #[test]
    fn what_is_no_picture_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no.png");
        assert!(Picture::read(&path).is_err());
        std::fs::write(&path, "no picture").unwrap();
        assert!(Picture::read(&path).unwrap_err().contains("no.png"));
    }
}
