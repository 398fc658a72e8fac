//! How far every place is from the nearest edge: for feet that should not be set down there.
use super::{Surface, Terrain};
use std::sync::{Arc, Mutex, PoisonError};

/// What is steeper than that is an edge: rise per length.
const STEEP: f32 = 1.5;
/// Distances are not told beyond that, m.
const CAP: f32 = 0.5;
/// Length of a cell where the ground has none of its own, m.
const CELL: f32 = 0.05;
/// Most cells, one byte each.
const MOST: f64 = (1 << 25) as f64;

/// Distances to edges on a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeGrid {
    nx: usize,
    ny: usize,
    cell: f32,
    /// World position of the corner of cell (0, 0), m.
    origin: [f32; 2],
    /// 255 is [`CAP`] or more.
    data: Vec<u8>,
}

/// The edges of a ground. The last ones are kept: all environments share them.
pub fn edges(terrain: &Arc<Terrain>) -> Arc<EdgeGrid> {
    static LAST: Mutex<Option<(Arc<Terrain>, Arc<EdgeGrid>)>> = Mutex::new(None);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, edges)) if Arc::ptr_eq(known, terrain) => edges.clone(),
        _ => {
            let edges = Arc::new(EdgeGrid::new(terrain));
            *last = Some((terrain.clone(), edges.clone()));
            edges
        }
    }
}

impl EdgeGrid {
    /// Where no edges are known, none is near.
    pub const CAP: f32 = CAP;

    /// Finds all edges of surface and boxes: what is steeper than 56°, seen from above.
    pub fn new(terrain: &Terrain) -> Self {
        let none = Self { nx: 0, ny: 0, cell: CELL, origin: [0.0; 2], data: vec![] };
        let (mut low, mut high, mut cell) = ([f32::MAX; 2], [f32::MIN; 2], CELL);
        let mut include = |from: [f32; 2], to: [f32; 2]| {
            (0..2).for_each(|k| (low[k], high[k]) = (low[k].min(from[k]), high[k].max(to[k])));
        };
        for [from, to] in terrain.boxes.list().iter().map(|b| b.bounds()) {
            include([from[0] - CAP, from[1] - CAP], [to[0] + CAP, to[1] + CAP]);
        }
        if let Surface::Field(f) = &terrain.surface {
            cell = f.cell;
            let end = |k: usize, n: usize| f.origin[k] + (n - 1) as f32 * f.cell;
            include(f.origin, [end(0, f.nx), end(1, f.ny)]);
        }
        if low[0] > high[0] {
            return none;
        }
        // cells in the middle of which the field has its samples
        let origin = low.map(|v| v - 0.5 * cell);
        let length = [0, 1].map(|k: usize| f64::from(high[k] - origin[k]));
        while length.iter().map(|l| l / f64::from(cell) + 2.0).product::<f64>() > MOST {
            cell *= 2.0;
        }
        let [nx, ny] = length.map(|l| (l / f64::from(cell)).ceil() as usize + 1);
        let at = |i: usize, k: usize| origin[k] + (i as f32 + 0.5) * cell;
        let row = |j: usize| -> Vec<f32> { (0..nx).map(|i| terrain.height(at(i, 0), at(j, 1))).collect() };
        // both sides of a face belong to an edge
        let mut edge = vec![false; nx * ny];
        let steep = |a: f32, b: f32| (a - b).abs() > STEEP * cell;
        let mut below: Vec<f32> = vec![];
        for j in 0..ny {
            let here = row(j);
            for i in 0..nx {
                if i > 0 && steep(here[i - 1], here[i]) {
                    edge[j * nx + i - 1..=j * nx + i].fill(true);
                }
                if j > 0 && steep(below[i], here[i]) {
                    (edge[(j - 1) * nx + i], edge[j * nx + i]) = (true, true);
                }
            }
            below = here;
        }
        Self { nx, ny, cell, origin, data: distances(&edge, nx, ny, cell) }
    }

    /// Distance to the nearest edge, m, at most [`EdgeGrid::CAP`].
    pub fn distance(&self, x: f32, y: f32) -> f32 {
        let index = |v: f32, k: usize, n: usize| {
            let i = ((v - self.origin[k]) / self.cell).floor();
            (0.0 <= i && i < n as f32).then_some(i as usize)
        };
        match (index(x, 0, self.nx), index(y, 1, self.ny)) {
            (Some(i), Some(j)) => f32::from(self.data[j * self.nx + i]) * (CAP / 255.0),
            _ => CAP,
        }
    }
}

/// Distances of the middles of cells from faces, which lie at the borders of those that are edges.
fn distances(edge: &[bool], nx: usize, ny: usize, cell: f32) -> Vec<u8> {
    let reach = (CAP / cell).ceil() as usize;
    let far = reach + 1;
    // first along the rows, in cells
    let mut along = vec![far as u16; nx * ny];
    for (marks, row) in edge.chunks(nx).zip(along.chunks_mut(nx)) {
        let mut walk = |indices: &mut dyn Iterator<Item = usize>| {
            let mut last = far;
            for i in indices {
                last = if marks[i] { 0 } else { (last + 1).min(far) };
                row[i] = row[i].min(last as u16);
            }
        };
        walk(&mut (0..nx));
        walk(&mut (0..nx).rev());
    }
    let byte = |squared: usize| (((squared as f32).sqrt() + 0.5) * cell / CAP * 255.0).min(255.0) as u8;
    let table: Vec<u8> = (0..=2 * far * far).map(byte).collect();
    let mut data = vec![255; nx * ny];
    for (j, out) in data.chunks_mut(nx).enumerate() {
        let rows = j.saturating_sub(reach)..(j + reach + 1).min(ny);
        let mut best = vec![2 * far * far; nx];
        for other in rows {
            let dy = other.abs_diff(j);
            for (b, a) in best.iter_mut().zip(&along[other * nx..][..nx]) {
                *b = (*b).min(dy * dy + usize::from(*a) * usize::from(*a));
            }
        }
        out.iter_mut().zip(best).for_each(|(o, b)| *o = if b >= far * far { 255 } else { table[b] });
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terrain::{Obstacle, Steps, Track};

    #[test]
    fn between_two_steps_the_edges_are_as_far_as_they_are() {
        for (cell, steps) in [(0.05, Steps::Field), (0.01, Steps::Field), (0.05, Steps::Boxes)] {
            let ground = Track { cell, steps, ..Track::new(Obstacle::StairsUp, 0.15) }.build().unwrap();
            let edges = EdgeGrid::new(&ground);
            // edges at x = 1 m and every 31 cm
            for k in 0..40 {
                let x = 0.3 + 0.0413 * k as f32;
                let nearest = (0..20).map(|n| (x - 1.0 - 0.31 * n as f32).abs()).fold(CAP, f32::min);
                let found = edges.distance(x, 0.7);
                assert!(
                    (found - nearest).abs() < cell as f32 + 0.003,
                    "{steps:?} {cell} {x}: {found} {nearest}"
                );
            }
            assert_eq!(edges.distance(-1.0, 0.0), EdgeGrid::CAP);
            assert_eq!(edges.distance(1e6, f32::NAN), EdgeGrid::CAP);
        }
    }

    #[test]
    fn slopes_have_no_edges_and_corners_are_met_diagonally() {
        let slope = Track::new(Obstacle::SlopeUp, 30.0).build().unwrap();
        for ground in [slope, Terrain::plane(0.3)] {
            assert_eq!(EdgeGrid::new(&ground).distance(4.0, 1.0), EdgeGrid::CAP);
        }
        let solid = crate::terrain::OrientedBox::new([0.0; 3], [0.5, 0.5, 0.2]);
        let ground = Arc::new(Terrain::plane(0.0).with_boxes(vec![solid]).unwrap());
        let edges = super::edges(&ground);
        for (at, expected) in [([0.35, 0.3], 0.15), ([0.2, -0.7], 0.2), ([0.65, 0.7], 0.25)] {
            let found = edges.distance(at[0], at[1]);
            assert!((found - expected).abs() < 0.04, "{at:?}: {found}");
        }
        assert!(Arc::ptr_eq(&edges, &super::edges(&ground)));
    }
}
