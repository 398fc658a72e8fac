//! The shape of one place before it is ground: smooth, or rectangles of different heights, which become samples of a field or
//! boxes with vertical faces.
use super::OrientedBox;
use std::ops::Range;

/// Rectangles thinner than that are left out of boxes, m.
const THIN: f32 = 4e-3;
/// How far boxes go on below the lowest rectangle, m.
const BELOW: f32 = 0.3;
/// How far a box goes on under a higher one, m: farther than a foot sinks in.
const UNDER: f32 = 0.3;
/// Borders that are nearer are one, m.
const SAME: f32 = 1e-5;

/// A rectangle painted at one height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Patch {
    /// Corner of smallest x and y, m.
    pub low: [f32; 2],
    /// Corner of largest x and y, m.
    pub high: [f32; 2],
    /// m
    pub z: f32,
}

impl Patch {
    /// A square around the middle.
    pub fn square(half: f32, z: f32) -> Self {
        Self { low: [-half; 2], high: [half; 2], z }
    }
}

type Heights = Box<dyn Fn(f32, f32) -> f32 + Send + Sync>;

/// Heights around the middle of a place, m.
pub(super) enum Shape {
    /// A function of x and y.
    Smooth(Heights),
    /// Height 0, painted over by these in turn.
    Steps(Vec<Patch>),
}

impl Shape {
    /// A function of x and y.
    pub fn smooth(heights: impl Fn(f32, f32) -> f32 + Send + Sync + 'static) -> Self {
        Self::Smooth(Box::new(heights))
    }

    /// Lowest height of steps, m; at most 0.
    pub fn floor(&self) -> f32 {
        match self {
            Self::Smooth(_) => 0.0,
            Self::Steps(patches) => patches.iter().map(|p| p.z).fold(0.0, f32::min),
        }
    }

    /// Heights at the middles of cells, row by row, of a rectangle of `nx` by `ny` cells whose corner is `origin`. A vertical
    /// face becomes a ramp of one cell.
    pub fn sample(&self, [nx, ny]: [usize; 2], cell: f32, origin: [f32; 2]) -> Vec<f32> {
        let at = |i: usize, o: f32| o + (i as f32 + 0.5) * cell;
        match self {
            Self::Smooth(heights) => {
                (0..nx * ny).map(|k| heights(at(k % nx, origin[0]), at(k / nx, origin[1]))).collect()
            }
            Self::Steps(patches) => {
                let mut data = vec![0.0; nx * ny];
                for patch in patches {
                    let range = |k: usize, n: usize| {
                        // the first middle at or beyond a border, which may be rounded
                        let first = |v: f32| ((v - origin[k]) / cell - 0.5 - 1e-3).ceil().max(0.0) as usize;
                        first(patch.low[k]).min(n)..first(patch.high[k]).min(n)
                    };
                    let columns = range(0, nx);
                    if columns.is_empty() {
                        continue;
                    }
                    for row in range(1, ny) {
                        data[row * nx..][columns.clone()].fill(patch.z);
                    }
                }
                data
            }
        }
    }

    /// Steps as boxes within a rectangle, upright, all that is above the floor; smooth shapes have none.
    ///
    /// A box goes on under its higher neighbours: a foot that sinks in beside a riser is pushed up, not into the riser.
    pub fn boxes(&self, low: [f32; 2], high: [f32; 2]) -> Vec<OrientedBox> {
        let Self::Steps(patches) = self else { return vec![] };
        let floor = self.floor();
        let solid = |p: Patch| {
            let bottom = floor - BELOW;
            let middle = |k: usize| (p.low[k] + p.high[k]) / 2.0;
            let half = |k: usize| (p.high[k] - p.low[k]) / 2.0;
            OrientedBox::new(
                [middle(0), middle(1), (p.z + bottom) / 2.0],
                [half(0), half(1), (p.z - bottom) / 2.0],
            )
        };
        let wide = |p: &Patch| (0..2).all(|k| p.high[k] - p.low[k] > THIN);
        let seen = Mosaic::new(patches, low, high);
        let above = seen.patches().into_iter().filter(|p| p.z > floor && wide(p));
        above.map(|p| solid(seen.grown(p))).collect()
    }
}

/// What is to be seen of rectangles painted over each other and over height 0: heights between lines along x and y.
struct Mosaic {
    /// Places of lines across x and across y, m, rising.
    lines: [Vec<f32>; 2],
    /// Of the cells between them, row by row, m.
    heights: Vec<f32>,
}

impl Mosaic {
    fn new(patches: &[Patch], low: [f32; 2], high: [f32; 2]) -> Self {
        let lines: [Vec<f32>; 2] = [0, 1].map(|k| {
            let ends = patches.iter().flat_map(|p| [p.low[k], p.high[k]]).chain([low[k], high[k]]);
            let mut lines: Vec<f32> = ends.map(|v| v.clamp(low[k], high[k])).collect();
            lines.sort_by(f32::total_cmp);
            lines.dedup_by(|a, b| (*a - *b).abs() < SAME);
            lines
        });
        let [nx, ny] = [0, 1].map(|k: usize| lines[k].len() - 1);
        let mut m = Self { lines, heights: vec![0.0; nx * ny] };
        for p in patches {
            let [columns, rows] = m.cells(p);
            for row in rows.filter(|_| !columns.is_empty()) {
                m.heights[row * nx..][columns.clone()].fill(p.z);
            }
        }
        m
    }

    /// Columns and rows of cells that a rectangle covers, all or in part.
    fn cells(&self, p: &Patch) -> [Range<usize>; 2] {
        [0, 1].map(|k: usize| {
            let lines = &self.lines[k];
            let first = lines.partition_point(|l| *l < p.low[k] + SAME).saturating_sub(1);
            first..lines.partition_point(|l| *l < p.high[k] - SAME).min(lines.len() - 1)
        })
    }

    /// As few rectangles as are easily found that do not overlap.
    fn patches(&self) -> Vec<Patch> {
        let [nx, ny] = [0, 1].map(|k: usize| self.lines[k].len() - 1);
        let (mut done, mut found) = (vec![false; nx * ny], vec![]);
        for (j, i) in (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i))) {
            let z = self.heights[j * nx + i];
            let free = |done: &[bool], j: usize, i: usize| !done[j * nx + i] && self.heights[j * nx + i] == z;
            if done[j * nx + i] {
                continue;
            }
            let right = (i..nx).find(|i| !free(&done, j, *i)).unwrap_or(nx);
            let top = (j..ny).find(|j| (i..right).any(|i| !free(&done, *j, i))).unwrap_or(ny);
            (j..top).for_each(|j| done[j * nx + i..j * nx + right].fill(true));
            let [x, y] = &self.lines;
            found.push(Patch { low: [x[i], y[j]], high: [x[right], y[top]], z });
        }
        found
    }

    /// A rectangle that goes on up to [`UNDER`] where all beside it is as high or higher, first along x, then along y.
    fn grown(&self, mut p: Patch) -> Patch {
        for k in 0..2 {
            let lines = &self.lines[k];
            let [across, along] = {
                let [columns, rows] = self.cells(&p);
                if k == 0 { [rows, columns] } else { [columns, rows] }
            };
            let nx = self.lines[0].len() - 1;
            let covered = |i: usize| {
                across.clone().all(|o| self.heights[if k == 0 { o * nx + i } else { i * nx + o }] >= p.z)
            };
            let low = (0..along.start).rev().take_while(|i| covered(*i)).last().unwrap_or(along.start);
            let high =
                (along.end..lines.len() - 1).take_while(|i| covered(*i)).last().map_or(along.end, |i| i + 1);
            p.low[k] = p.low[k].min(lines[low].max(p.low[k] - UNDER));
            p.high[k] = p.high[k].max(lines[high].min(p.high[k] + UNDER));
        }
        p
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_four_boxes_and_a_floor_is_none() {
        let ring = Shape::Steps(vec![Patch::square(2.0, 0.2), Patch::square(1.0, 0.0)]);
        let boxes = ring.boxes([-4.0; 2], [4.0; 2]);
        assert_eq!(boxes.len(), 4);
        let inner = boxes.iter().filter(|b| b.span(0.0, 0.0).is_some() || b.span(0.9, -0.9).is_some());
        assert_eq!(inner.count(), 0);
        assert!(boxes.iter().all(|b| (b.center[2] + b.half[2] - 0.2).abs() < 1e-6));
        // a hole: what is around it is solid
        let hole = Shape::Steps(vec![Patch::square(1.0, -0.5)]);
        assert_eq!((hole.floor(), hole.boxes([-4.0; 2], [4.0; 2]).len()), (-0.5, 4));
        assert!(Shape::smooth(|_, _| 1.0).boxes([-4.0; 2], [4.0; 2]).is_empty());
    }

    #[test]
    fn what_was_painted_last_is_on_top_in_samples_and_in_boxes() {
        let patches = vec![
            Patch { low: [-1.0, -0.5], high: [0.6, 0.7], z: 0.3 },
            Patch { low: [0.2, 0.2], high: [1.0, 1.0], z: 0.1 },
            Patch { low: [-0.4, -0.1], high: [0.4, 0.4], z: 0.0 },
        ];
        let shape = Shape::Steps(patches.clone());
        let samples = shape.sample([40, 40], 0.05, [-1.0; 2]);
        let boxes = shape.boxes([-1.0; 2], [1.0; 2]);
        for (k, sample) in samples.into_iter().enumerate() {
            let [x, y] = [k % 40, k / 40].map(|i| -1.0 + (i as f32 + 0.5) * 0.05);
            let inside = |p: &&Patch| p.low[0] <= x && x < p.high[0] && p.low[1] <= y && y < p.high[1];
            let expected = patches.iter().rev().find(inside).map_or(0.0, |p| p.z);
            assert_eq!(sample, expected, "{x} {y}");
            let tops: Vec<f32> = boxes.iter().filter_map(|b| Some(b.span(x, y)?[1])).collect();
            assert!((tops.into_iter().fold(0.0, f32::max) - expected).abs() < 1e-6, "{x} {y}");
        }
    }

    #[test]
    fn a_lower_box_goes_on_under_a_higher_one() {
        // three steps, each 0.31 m deep, and a wall beside them
        let step = |k: usize| Patch {
            low: [0.31 * k as f32, -1.0],
            high: [0.31 * (k + 1) as f32, 1.0],
            z: 0.1 * (k + 1) as f32,
        };
        let wall = Patch { low: [0.31, 0.5], high: [0.93, 1.0], z: 0.8 };
        let boxes = Shape::Steps(vec![step(0), step(1), step(2), wall]).boxes([0.0, -1.0], [0.93, 1.0]);
        let at = |x: f32, y: f32, z: f32| {
            boxes.iter().find(|b| b.span(x, y).is_some_and(|[_, top]| (top - z).abs() < 1e-6))
        };
        // the first step reaches 0.3 m under the second one and under the wall, and the second one under the wall
        for (x, y, z) in
            [(0.6, 0.0, 0.1), (0.6, 0.9, 0.1), (0.45, 0.7, 0.2), (0.9, 0.0, 0.2), (0.5, 0.9, 0.8)]
        {
            assert!(at(x, y, z).is_some(), "{x} {y} {z}");
        }
        // nothing grows over what is lower
        for (x, y, z) in [(0.3, 0.0, 0.2), (0.5, 0.45, 0.8), (0.61, 0.0, 0.3)] {
            assert!(at(x, y, z).is_none(), "{x} {y} {z}");
        }
    }
}
