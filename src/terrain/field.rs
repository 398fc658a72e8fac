//! Heights sampled on a regular grid.
use super::OrientedBox;

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
    /// What scans read, as [`HeightField::data`]: heights with what stands on the field; none where nothing does, m.
    pub(crate) tops: Vec<f32>,
    /// What engines ask first.
    pub(crate) bounds: Bounds,
}

/// Highest samples of squares of cells and of what is near them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bounds {
    pub nx: usize,
    pub ny: usize,
    /// Length of a square, m.
    pub cell: f32,
    /// Row-major, m.
    pub data: Vec<f32>,
}

/// Length of the squares of [`Bounds`], m.
const SQUARE: f32 = 0.2;
/// Engines look at this many samples along an axis at once.
const WINDOW: usize = 13;

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
    /// The same field for engines: with bounds for spheres up to a radius, m, and at least as wide as what is looked at at once.
    ///
    /// Scans see `boxes` too, at the samples.
    pub(crate) fn reaching(&self, radius: f32, boxes: &[OrientedBox]) -> Self {
        let (nx, ny) = (self.nx.max(WINDOW), self.ny.max(WINDOW));
        let from = |i: usize, n: usize| i.min(n - 1);
        let data: Vec<f32> = (0..ny)
            .flat_map(|j| (0..nx).map(move |i| (i, j)))
            .map(|(i, j)| self.data[from(j, self.ny) * self.nx + from(i, self.nx)])
            .collect();
        let bounds = Bounds::new(&data, [nx, ny], self.cell, radius);
        let mut made =
            Self { nx, ny, data, bounds, cell: self.cell, origin: self.origin, max: self.max, tops: vec![] };
        if !boxes.is_empty() {
            made.tops.clone_from(&made.data);
            boxes.iter().for_each(|b| made.put(b));
        }
        made
    }

    /// Puts a box on what scans read.
    fn put(&mut self, b: &OrientedBox) {
        let [low, high] = b.bounds();
        let range = |k: usize, n: usize| {
            let at = |v: f32| ((v - self.origin[k]) / self.cell).clamp(0.0, n as f32 - 1.0);
            at(low[k]).floor() as usize..=at(high[k]).ceil() as usize
        };
        let place = |i: usize, k: usize| self.origin[k] + i as f32 * self.cell;
        for (iy, ix) in range(1, self.ny).flat_map(|iy| range(0, self.nx).map(move |ix| (iy, ix))) {
            if let Some([_, top]) = b.span(place(ix, 0), place(iy, 1)) {
                let seen = &mut self.tops[iy * self.nx + ix];
                *seen = seen.max(top);
            }
        }
    }

    /// Heights that scans read.
    pub(crate) fn seen(&self) -> &[f32] {
        if self.tops.is_empty() { &self.data } else { &self.tops }
    }

    /// Heights as [`HeightField::data`]. Fails unless there are at least 2 × 2 of them, all finite, and the cell is positive.
    pub fn new(size: [usize; 2], cell: f32, origin: [f32; 2], data: Vec<f32>) -> Result<Self, String> {
        let [nx, ny] = size;
        if nx < 2 || ny < 2 || nx.checked_mul(ny) != Some(data.len()) {
            let n = data.len();
            return Err(format!("{nx} x {ny} samples with {n} heights: at least 2 x 2, and all of them"));
        }
        let sound = |v: &f32| v.is_finite();
        if !(cell > 0.0 && sound(&cell) && origin.iter().all(sound) && data.iter().all(sound)) {
            return Err("heights, origin and cell must be finite, the cell above 0".into());
        }
        let max = data.iter().copied().fold(f32::MIN, f32::max);
        let bounds = Bounds::new(&data, size, cell, 0.0);
        Ok(Self { nx, ny, cell, origin, data, max, bounds, tops: vec![] })
    }

    /// Samples `f(x, y)`.
    ///
    /// # Panics
    /// Where [`HeightField::new`] fails.
    pub fn from_fn(nx: usize, ny: usize, cell: f32, origin: [f32; 2], f: impl Fn(f32, f32) -> f32) -> Self {
        let at = |i: usize, o: f32| o + i as f32 * cell;
        let data: Vec<f32> = (0..ny)
            .flat_map(|j| (0..nx).map(move |i| (i, j)))
            .map(|(i, j)| f(at(i, origin[0]), at(j, origin[1])))
            .collect();
        Self::new([nx, ny], cell, origin, data).expect("the caller promised")
    }
}

impl Bounds {
    /// For spheres up to a radius `reach`, m.
    fn new(data: &[f32], [nx, ny]: [usize; 2], cell: f32, reach: f32) -> Self {
        let per = (SQUARE / cell).round().max(1.0) as usize;
        // one more on either side for rounding
        let beyond = (reach / cell).ceil() as usize + 1;
        let count = |n: usize| (n - 1).div_ceil(per);
        let range =
            |k: usize, n: usize| (k * per).saturating_sub(beyond)..((k + 1) * per + beyond + 1).min(n);
        let (bx, by) = (count(nx), count(ny));
        // along x, then along y
        let rows: Vec<f32> = (0..ny)
            .flat_map(|j| (0..bx).map(move |i| (i, j)))
            .map(|(i, j)| data[j * nx..][range(i, nx)].iter().copied().fold(f32::MIN, f32::max))
            .collect();
        let highest = |i: usize, j: usize| range(j, ny).map(|j| rows[j * bx + i]).fold(f32::MIN, f32::max);
        let data = (0..by).flat_map(|j| (0..bx).map(move |i| (i, j))).map(|(i, j)| highest(i, j)).collect();
        Self { nx: bx, ny: by, cell: per as f32 * cell, data }
    }
}
