//! The ground: a plane or a height field sampled on a regular grid.

/// What robots stand on.
#[derive(Clone, Debug, PartialEq)]
pub enum Terrain {
    /// A horizontal plane.
    Plane {
        /// World z, m.
        height: f32,
    },
    /// A height field.
    Field(HeightField),
}

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
