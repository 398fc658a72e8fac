//! Spheres for a mesh: a chain along its longest principal axis, or the corners of the box around it, whichever is
//! nearer to its surface.
use super::ball::{Ball, SAMPLES};
use super::measure::{Fit, measure};
use super::primitive;
use crate::robot::import::math::{M3, V3, add, dot, principal, scale, sub, transposed};
use crate::robot::import::mesh::Triangles;

/// What one more sphere must bring, as a share of the mesh's size.
const PRICE: f64 = 0.004;

/// The best of both.
pub fn fit(mesh: &Triangles, most: usize) -> Fit {
    let samples = mesh.samples(SAMPLES);
    if samples.is_empty() {
        return Fit::default();
    }
    let mut candidates: Vec<Vec<Ball>> = vec![];
    let upright = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for axes in [upright, principal_axes(&samples)] {
        let (low, high) = bounds(&samples, &axes);
        let half: V3 = std::array::from_fn(|i| (high[i] - low[i]).max(1e-4) / 2.0);
        let middle = inward(&axes, scale(add(low, high), 0.5));
        let corners = primitive::cuboid(half, most);
        candidates.push(corners.into_iter().map(|(c, r)| (add(middle, inward(&axes, c)), r)).collect());
        let long = (0..3).max_by(|a, b| half[*a].total_cmp(&half[*b])).unwrap_or(0);
        candidates.extend((1..=most).map(|n| chain(&samples, &axes, long, low[long], high[long], n)));
    }
    let (low, high) = bounds(&samples, &upright);
    let size = (0..3).map(|i| high[i] - low[i]).fold(0.0, f64::max);
    let cost = |f: &Fit| f.error.mean + 0.2 * f.error.largest() + PRICE * size * f.balls.len() as f64;
    let judged = candidates.into_iter().filter(|b| !b.is_empty()).map(|b| measure(b, samples.clone()));
    judged.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default()
}

/// Rows: directions of the spread.
fn principal_axes(samples: &[V3]) -> M3 {
    let mean = scale(samples.iter().copied().fold([0.0; 3], add), 1.0 / samples.len() as f64);
    let mut spread: M3 = [[0.0; 3]; 3];
    for p in samples {
        let d = sub(*p, mean);
        (0..3).for_each(|r| (0..3).for_each(|c| spread[r][c] += d[r] * d[c]));
    }
    transposed(principal(spread).1)
}

/// Coordinates along the axes.
fn outward(axes: &M3, p: V3) -> V3 {
    axes.map(|a| dot(a, p))
}

fn inward(axes: &M3, c: V3) -> V3 {
    (0..3).fold([0.0; 3], |sum, i| add(sum, scale(axes[i], c[i])))
}

fn bounds(samples: &[V3], axes: &M3) -> (V3, V3) {
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for p in samples {
        let c = outward(axes, *p);
        (0..3).for_each(|i| (low[i], high[i]) = (low[i].min(c[i]), high[i].max(c[i])));
    }
    (low, high)
}

/// One sphere per slice: in its middle, as wide as its outline is on average.
fn chain(samples: &[V3], axes: &M3, long: usize, low: f64, high: f64, count: usize) -> Vec<Ball> {
    let width = (high - low) / count as f64;
    if width <= 0.0 {
        return vec![];
    }
    let mut slices: Vec<Vec<V3>> = vec![vec![]; count];
    for p in samples {
        let c = outward(axes, *p);
        let slice = ((c[long] - low) / width) as usize;
        slices[slice.min(count - 1)].push(c);
    }
    let mut balls = vec![];
    for (k, slice) in slices.iter().enumerate().filter(|(_, s)| !s.is_empty()) {
        let (mut least, mut most) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for c in slice {
            (0..3).for_each(|i| (least[i], most[i]) = (least[i].min(c[i]), most[i].max(c[i])));
        }
        let mut centre: V3 = std::array::from_fn(|i| (least[i] + most[i]) / 2.0);
        let across = |c: &V3| {
            let d = sub(*c, centre);
            (dot(d, d) - d[long] * d[long]).max(0.0).sqrt()
        };
        let r = slice.iter().map(across).sum::<f64>() / slice.len() as f64;
        let r = r.clamp(1e-4, ((high - low) / 2.0).max(1e-4));
        // the ends of the chain are the ends of the mesh
        centre[long] = match (k, count) {
            (_, 1) => centre[long],
            (0, _) => low + r,
            (k, n) if k == n - 1 => high - r,
            _ => centre[long],
        };
        balls.push((inward(axes, centre), r));
    }
    balls
}
