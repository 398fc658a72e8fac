//! All boxes of a terrain, and a grid of lists that finds those near a place: what a look-up costs does not depend on how many
//! boxes there are.
use super::OrientedBox;

/// Largest numbers of cells and of list entries: bounds memory, and single precision counts as far.
const MOST_CELLS: f64 = (1 << 20) as f64;
const MOST_ENTRIES: f64 = (1 << 22) as f64;
/// Length of a cell of the grid where there is memory enough, m.
const CELL: f32 = 0.1;
/// Cells along a square of [`Grid::bounds`].
const PER: usize = 8;

/// Solid boxes, oriented any way.
#[derive(Clone, Debug, PartialEq)]
pub struct Boxes {
    list: Vec<OrientedBox>,
    grid: Grid,
}

/// Lists of boxes by place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    /// One record per box for engines, the first one of no box at all: lists name boxes from one.
    pub records: Vec<Record>,
    pub cells: Vec<Cell>,
    pub entries: Vec<u32>,
    /// Highest of [`Cell::top`] in squares of cells, row-major, m: small enough to stay in the cache.
    pub bounds: Vec<f32>,
    /// Squares along x and y.
    pub squares: [usize; 2],
    /// Length of a square, m.
    pub square: f32,
    pub nx: usize,
    pub ny: usize,
    /// World position of the corner of cell (0, 0), m.
    pub origin: [f32; 2],
    /// m
    pub cell: f32,
    /// Nothing is higher, m.
    pub top: f32,
}

/// A cell's list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub(crate) struct Cell {
    pub first: u32,
    pub count: u32,
    /// Highest point of its boxes, m.
    pub top: f32,
}

/// A box as engines read it: centre, three axes, half extents, and one number to fill a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Record(pub [f32; 16]);

impl Record {
    fn new(b: &OrientedBox) -> Self {
        let mut r = [0.0; 16];
        r[..3].copy_from_slice(&b.center);
        r[3..12].copy_from_slice(b.axes().as_flattened());
        r[12..15].copy_from_slice(&b.half);
        Self(r)
    }
    /// Far from everything, but near enough for squares of distances to stay finite.
    fn nothing() -> Self {
        Self::new(&OrientedBox::new([0.0, 0.0, -1e6], [0.001; 3]))
    }
}

impl Boxes {
    /// Most boxes of a terrain.
    pub const MOST: usize = 1 << 18;
    /// No boxes.
    pub const NONE: Self = Self {
        list: vec![],
        grid: Grid {
            records: vec![],
            cells: vec![],
            entries: vec![],
            bounds: vec![],
            squares: [0; 2],
            square: CELL,
            nx: 0,
            ny: 0,
            origin: [0.0; 2],
            cell: CELL,
            top: f32::MIN,
        },
    };

    /// These boxes, in this order. Fails if one is impossible, or if there are too many.
    pub fn new(list: Vec<OrientedBox>) -> Result<Self, String> {
        if list.len() > Self::MOST {
            return Err(format!("{} boxes are too many: at most {}", list.len(), Self::MOST));
        }
        if let Some((i, problem)) = list.iter().enumerate().find_map(|(i, b)| Some((i, b.problem()?))) {
            return Err(format!("box {i}: {problem}"));
        }
        if list.is_empty() {
            return Ok(Self::NONE);
        }
        let grid = Grid::new(&list, 0.0);
        Ok(Self { list, grid })
    }

    /// The boxes, in the order given.
    pub fn list(&self) -> &[OrientedBox] {
        &self.list
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    /// For engines.
    pub(crate) fn grid(&self) -> &Grid {
        &self.grid
    }
    /// The same boxes, so that spheres up to a radius find all those that they touch, m.
    pub(crate) fn reaching(&self, radius: f32) -> Self {
        Self { list: self.list.clone(), grid: Grid::new(&self.list, radius) }
    }

    /// The boxes above or below a place, among others.
    fn around(&self, x: f32, y: f32) -> impl Iterator<Item = &OrientedBox> {
        let entries = if self.is_empty() { &[][..] } else { self.grid.at(x, y) };
        entries.iter().map(|e| &self.list[*e as usize - 1])
    }

    /// Highest point of the boxes above a place, m; none where there is no box.
    pub fn top(&self, x: f32, y: f32) -> Option<f32> {
        self.around(x, y).filter_map(|b| Some(b.span(x, y)?[1])).reduce(f32::max)
    }

    /// As [`Boxes::top`], of those boxes whose underside at that place is not above `z`.
    pub fn top_below(&self, x: f32, y: f32, z: f32) -> Option<f32> {
        let below = |b: &OrientedBox| b.span(x, y).filter(|[low, _]| *low <= z).map(|[_, high]| high);
        self.around(x, y).filter_map(below).reduce(f32::max)
    }
}

impl Grid {
    /// Spheres up to the radius `reach` find all boxes that they touch in the list of their centre's cell.
    fn new(list: &[OrientedBox], reach: f32) -> Self {
        let bounds: Vec<_> = list.iter().map(OrientedBox::bounds).collect();
        // a sphere in a corner of a cell may find rounding on the other side of the border
        let reach = reach + 1e-3;
        let low: [f32; 2] = [0, 1].map(|k| bounds.iter().map(|b| b[0][k]).fold(f32::MAX, f32::min) - reach);
        let high: [f32; 2] = [0, 1].map(|k| bounds.iter().map(|b| b[1][k]).fold(f32::MIN, f32::max) + reach);
        // one empty cell around all of them: whoever is beyond is in none of the lists
        let count = |cell: f32| [0, 1].map(|k| ((high[k] - low[k]) / cell).ceil() as usize + 3);
        let covered = |b: &[[f32; 3]; 2], cell: f32| {
            [0, 1].map(|k| f64::from((b[1][k] - b[0][k] + 2.0 * reach) / cell) + 2.0).iter().product::<f64>()
        };
        let fits = |cell: f32| {
            let [nx, ny] = count(cell).map(|n| n as f64);
            nx * ny <= MOST_CELLS && bounds.iter().map(|b| covered(b, cell)).sum::<f64>() <= MOST_ENTRIES
        };
        let mut cell = CELL;
        // two by two cells at most in the end
        while !fits(cell) && cell < 1e6 {
            cell *= 2.0;
        }
        let ([nx, ny], origin) = (count(cell), low.map(|v| v - 1.5 * cell));
        let index = |v: f32, k: usize| ((v - origin[k]) / cell).max(0.0) as usize;
        let range = |b: &[[f32; 3]; 2], k: usize, n: usize| {
            index(b[0][k] - reach, k).min(n - 1)..=index(b[1][k] + reach, k).min(n - 1)
        };
        let mut cells = vec![Cell { first: 0, count: 0, top: f32::MIN }; nx * ny];
        let footprints: Vec<_> = list.iter().map(|b| Footprint::new(b, cell / 2.0, reach)).collect();
        let each = |number: usize, f: &mut dyn FnMut(usize)| {
            let b = &bounds[number];
            for (iy, ix) in range(b, 1, ny).flat_map(|iy| range(b, 0, nx).map(move |ix| (iy, ix))) {
                let middle = [(ix, 0), (iy, 1)].map(|(i, k)| origin[k] + (i as f32 + 0.5) * cell);
                if footprints[number].covers(middle) {
                    f(iy * nx + ix);
                }
            }
        };
        for (number, b) in bounds.iter().enumerate() {
            each(number, &mut |i| {
                cells[i].count += 1;
                cells[i].top = cells[i].top.max(b[1][2]);
            });
        }
        let mut first = 0;
        for c in &mut cells {
            (c.first, first) = (first, first + c.count);
            c.count = 0;
        }
        let mut entries = vec![0; first as usize];
        for number in 0..list.len() {
            each(number, &mut |i| {
                let c = &mut cells[i];
                entries[(c.first + c.count) as usize] = number as u32 + 1;
                c.count += 1;
            });
        }
        let records = std::iter::once(Record::nothing()).chain(list.iter().map(Record::new)).collect();
        let top = bounds.iter().map(|b| b[1][2]).fold(f32::MIN, f32::max);
        let squares = [nx, ny].map(|n| n.div_ceil(PER));
        let mut bounds = vec![f32::MIN; squares[0] * squares[1]];
        for (i, c) in cells.iter().enumerate() {
            let b = &mut bounds[i / nx / PER * squares[0] + i % nx / PER];
            *b = b.max(c.top);
        }
        let square = cell * PER as f32;
        Self { records, cells, entries, bounds, squares, square, nx, ny, origin, cell, top }
    }

    /// Numbers, from one, of the boxes near a place.
    fn at(&self, x: f32, y: f32) -> &[u32] {
        let index =
            |v: f32, k: usize, n: usize| (((v - self.origin[k]) / self.cell).max(0.0) as usize).min(n - 1);
        self.list([index(x, 0, self.nx), index(y, 1, self.ny)])
    }

    /// Numbers, from one, of the boxes that the list of a cell names.
    pub fn list(&self, [ix, iy]: [usize; 2]) -> &[u32] {
        let cell = self.cells[iy * self.nx + ix];
        &self.entries[cell.first as usize..(cell.first + cell.count) as usize]
    }
}

/// The shadow of a box on the ground, as far as cells need it: a cell is beside it if one of the sides of its outline is between
/// them.
struct Footprint {
    center: [f32; 2],
    /// Unit normals of the sides, and how far from its centre the middle of a cell may be along each.
    sides: [([f32; 2], f32); 3],
}

impl Footprint {
    /// For square cells of half a length, that are for spheres of radius `reach`, m.
    fn new(b: &OrientedBox, half: f32, reach: f32) -> Self {
        let axes = b.axes();
        let side = |a: usize| {
            let [x, y] = [axes[a][0], axes[a][1]];
            let length = x.hypot(y);
            // a vertical edge is a point: it is no side
            let n = if length > 1e-4 { [-y / length, x / length] } else { [1.0, 0.0] };
            let along: f32 = (0..3).map(|k| b.half[k] * (axes[k][0] * n[0] + axes[k][1] * n[1]).abs()).sum();
            (n, along + half * (n[0].abs() + n[1].abs()) + reach)
        };
        Self { center: [b.center[0], b.center[1]], sides: [side(0), side(1), side(2)] }
    }
    fn covers(&self, middle: [f32; 2]) -> bool {
        let [x, y] = [middle[0] - self.center[0], middle[1] - self.center[1]];
        self.sides.iter().all(|(n, within)| (n[0] * x + n[1] * y).abs() <= *within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yard() -> Vec<OrientedBox> {
        let place = |i: usize| {
            let (x, y) = ((i % 23) as f32 * 0.37 - 4.0, (i / 23) as f32 * 0.31 - 3.0);
            let half = [0.05 + 0.01 * (i % 17) as f32, 0.1, 0.02 + 0.01 * (i % 5) as f32];
            let tilt = 0.1 * (i % 7) as f32 - 0.3;
            OrientedBox { center: [x, y, 0.1 * (i % 3) as f32], rotation: [1.0, tilt, 0.0, 0.3], half }
        };
        (0..400).map(place).collect()
    }

    #[test]
    fn a_look_up_finds_what_looking_at_all_boxes_finds() {
        let list = yard();
        let boxes = Boxes::new(list.clone()).unwrap();
        let (radius, mut found) = (0.08, 0);
        let wide = boxes.reaching(radius);
        for i in 0..4000 {
            let (x, y) = ((i % 71) as f32 * 0.15 - 5.0, (i / 71) as f32 * 0.15 - 4.0);
            let all = list.iter().filter_map(|b| b.span(x, y)).map(|s| s[1]).reduce(f32::max);
            assert_eq!(boxes.top(x, y), all, "{x} {y}");
            found += usize::from(all.is_some());
            // every sphere finds the boxes it touches
            for (number, b) in list.iter().enumerate() {
                if b.distance([x, y, 0.1]).0 < radius {
                    assert!(wide.grid.at(x, y).contains(&(number as u32 + 1)), "{x} {y} {number}");
                }
            }
        }
        assert!(found > 500, "{found}");
    }

    #[test]
    fn lists_do_not_grow_with_the_world() {
        let mut list = vec![];
        for tile in 0..100 {
            let at = [(tile % 10) as f32 * 8.0, (tile / 10) as f32 * 8.0];
            list.extend((0..40).map(|i| {
                OrientedBox::new([at[0] + (i % 8) as f32, at[1] + (i / 8) as f32, 0.0], [0.3, 0.3, 0.1])
            }));
        }
        let boxes = Boxes::new(list).unwrap();
        let longest = boxes.grid.cells.iter().map(|c| c.count).max().unwrap();
        assert!(longest <= 2, "{longest}");
        assert!(boxes.grid.at(1e9, 1e9).is_empty() && boxes.grid.at(f32::NAN, -1e9).is_empty());
    }

    #[test]
    fn memory_is_bounded_however_boxes_lie() {
        let wide: Vec<_> =
            (0..1000).map(|i| OrientedBox::new([i as f32, 0.0, 0.0], [100.0, 100.0, 1.0])).collect();
        let far = vec![OrientedBox::new([-1e4; 3], [1.0; 3]), OrientedBox::new([1e4; 3], [1.0; 3])];
        for list in [wide, far] {
            let grid = Boxes::new(list).unwrap().grid;
            assert!(grid.cells.len() <= 1 << 20 && grid.entries.len() <= 1 << 22);
        }
    }

    #[test]
    fn what_hangs_above_is_not_below() {
        let bar = OrientedBox::new([0.0, 0.0, 0.5], [0.1, 1.0, 0.1]);
        let boxes = Boxes::new(vec![bar, OrientedBox::new([0.0; 3], [0.5, 0.5, 0.05])]).unwrap();
        assert_eq!(boxes.top(0.0, 0.0), Some(0.6));
        assert_eq!(boxes.top_below(0.0, 0.0, 0.3), Some(0.05));
        // a foot that has sunk into the bar stands on it all the same
        assert_eq!(boxes.top_below(0.0, 0.0, 0.55), Some(0.6));
        assert_eq!(boxes.top(2.0, 2.0), None);
    }

    #[test]
    fn impossible_boxes_are_named_by_number() {
        let good = OrientedBox::new([0.0; 3], [0.1; 3]);
        let bad = OrientedBox { half: [0.1, 0.0, 0.1], ..good };
        let error = Boxes::new(vec![good, bad]).unwrap_err();
        assert!(error.starts_with("box 1: half extents"), "{error}");
        assert!(Boxes::new(vec![good; Boxes::MOST + 1]).unwrap_err().contains("too many"));
    }
}
