//! The shape of one place before it is ground: smooth, or rectangles of different heights, which become samples of a field or
//! boxes with vertical faces.
use super::OrientedBox;

/// Rectangles thinner than that are left out of boxes, m.
const THIN: f32 = 4e-3;
/// How far boxes go on below the lowest rectangle, m.
const BELOW: f32 = 0.3;

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

    /// Steps as disjoint boxes within a rectangle, upright, all that is above the floor; smooth shapes have none.
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
        disjoint(patches, low, high).into_iter().filter(|p| p.z > floor && wide(p)).map(solid).collect()
    }
}

/// What is to be seen of rectangles painted over each other and over height 0, as few rectangles that do not overlap.
fn disjoint(patches: &[Patch], low: [f32; 2], high: [f32; 2]) -> Vec<Patch> {
    let lines: [Vec<f32>; 2] = [0, 1].map(|k| {
        let ends = patches.iter().flat_map(|p| [p.low[k], p.high[k]]).chain([low[k], high[k]]);
        let mut lines: Vec<f32> = ends.map(|v| v.clamp(low[k], high[k])).collect();
        lines.sort_by(f32::total_cmp);
        lines.dedup_by(|a, b| (*a - *b).abs() < 1e-5);
        lines
    });
    let [nx, ny] = [0, 1].map(|k: usize| lines[k].len() - 1);
    let mut heights = vec![0.0f32; nx * ny];
    let line = |k: usize, v: f32| lines[k].partition_point(|l| *l < v - 1e-5);
    for p in patches {
        let (columns, rows) =
            (line(0, p.low[0])..line(0, p.high[0]).min(nx), line(1, p.low[1])..line(1, p.high[1]).min(ny));
        for row in rows.filter(|_| !columns.is_empty()) {
            heights[row * nx..][columns.clone()].fill(p.z);
        }
    }
    let mut done = vec![false; nx * ny];
    let mut found = vec![];
    for (j, i) in (0..ny).flat_map(|j| (0..nx).map(move |i| (j, i))) {
        let z = heights[j * nx + i];
        let free = |done: &[bool], j: usize, i: usize| !done[j * nx + i] && heights[j * nx + i] == z;
        if done[j * nx + i] {
            continue;
        }
        let right = (i..nx).find(|i| !free(&done, j, *i)).unwrap_or(nx);
        let top = (j..ny).find(|j| (i..right).any(|i| !free(&done, *j, i))).unwrap_or(ny);
        (j..top).for_each(|j| done[j * nx + i..j * nx + right].fill(true));
        found.push(Patch { low: [lines[0][i], lines[1][j]], high: [lines[0][right], lines[1][top]], z });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_four_boxes_and_a_floor_is_none() {
        let ring = Shape::Steps(vec![Patch::square(2.0, 0.2), Patch::square(1.0, 0.0)]);
        let boxes = ring.boxes([-4.0; 2], [4.0; 2]);
        assert_eq!(boxes.len(), 4);
        let area: f32 = boxes.iter().map(|b| 4.0 * b.half[0] * b.half[1]).sum();
        assert!((area - 12.0).abs() < 1e-4, "{area}");
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
            assert!(tops.len() <= 1 && (tops.first().copied().unwrap_or(0.0) - expected).abs() < 1e-6);
        }
    }
}
