//! Heights sampled on a regular grid.

/// Heights on a regular grid, bilinear in between.
#[derive(Clone, Debug, PartialEq)]
pub struct HeightField {
    /// Samples along x.
    pub nx: usize,
    /// Samples along y.
    pub ny: usize,
    /// Distance of samples, m.
    pub cell: f32,
    /// World position of sample (0, 0), m.
    pub origin: [f32; 2],
    /// Heights, row-major `[iy * nx + ix]`, m.
    pub data: Vec<f32>,
    /// Largest height, m.
    pub max: f32,
}

impl HeightField {
    /// Height at a world position, m; beyond its edge a field goes on level.
    pub fn height(&self, x: f32, y: f32) -> f32 {
        let at = |v: f32, origin: f32, n: usize| ((v - origin) / self.cell).clamp(0.0, n as f32 - 1.001);
        let (fx, fy) = (at(x, self.origin[0], self.nx), at(y, self.origin[1], self.ny));
        let (ix, iy) = (fx as usize, fy as usize);
        let (a, b) = (fx - ix as f32, fy - iy as f32);
        let h = |dx: usize, dy: usize| self.data[(iy + dy) * self.nx + ix + dx];
        let (low, high) = (h(0, 0) + (h(1, 0) - h(0, 0)) * a, h(0, 1) + (h(1, 1) - h(0, 1)) * a);
        low + (high - low) * b
    }
    /// Samples `f(x, y)`.
    pub fn from_fn(nx: usize, ny: usize, cell: f32, origin: [f32; 2], f: impl Fn(f32, f32) -> f32) -> Self {
        assert!(nx >= 2 && ny >= 2, "a height field needs at least 2 x 2 samples");
        let at = |i: usize, o: f32| o + i as f32 * cell;
        let data: Vec<f32> = (0..ny)
            .flat_map(|j| (0..nx).map(move |i| (i, j)))
            .map(|(i, j)| f(at(i, origin[0]), at(j, origin[1])))
            .collect();
        let max = data.iter().copied().fold(f32::MIN, f32::max);
        Self { nx, ny, cell, origin, data, max }
    }
}
