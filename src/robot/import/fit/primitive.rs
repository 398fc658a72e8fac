//! Spheres in capsules, cylinders and boxes: where these would touch the ground first.
use super::ball::Ball;
use std::f64::consts::TAU;

/// Along z, the first and the last one in the cap centres.
pub fn rod(r: f64, h: f64, most: usize) -> Vec<Ball> {
    let count = ((2.0 * h / r).ceil() as usize + 1).clamp(2, most.max(2));
    (0..count).map(|i| ([0.0, 0.0, h * (2.0 * i as f64 / (count - 1) as f64 - 1.0)], r)).collect()
}

/// A long one is a rod, a flat one a ring.
pub fn cylinder(r: f64, h: f64, most: usize) -> Vec<Ball> {
    if h > 1.05 * r {
        return rod(r, h - r, most);
    }
    if h > 0.7 * r {
        return vec![([0.0; 3], r)];
    }
    let count = most.clamp(3, 8);
    let at = |i: usize| {
        let (sin, cos) = (TAU * i as f64 / count as f64).sin_cos();
        ([(r - h) * cos, (r - h) * sin, 0.0], h)
    };
    (0..count).map(at).collect()
}

/// In the corners; more along a side that is long.
pub fn cuboid(half: [f64; 3], most: usize) -> Vec<Ball> {
    let mut sorted = half;
    sorted.sort_by(f64::total_cmp);
    // what is smaller than the give of the ground is a point
    if sorted[2] < 0.005 {
        return vec![([0.0; 3], sorted[2])];
    }
    let compact = sorted[0] > 0.6 * sorted[2];
    let r = if compact { 0.5 * sorted[0] } else { sorted[0] };
    let room = half.map(|h| h - r);
    let mut counts = room.map(|s| if s < 0.25 * r { 1 } else { 2 });
    // a bar has no wide gaps where the number allows
    if let Some(long) = (0..3).max_by(|a, b| half[*a].total_cmp(&half[*b])) {
        let others: usize = (0..3).filter(|i| *i != long).map(|i| counts[i]).product();
        let wanted = (2.0 * room[long] / (2.5 * r)).ceil() as usize + 1;
        counts[long] = wanted.clamp(counts[long], (most / others).max(counts[long]));
    }
    let along = |i: usize, k: usize| match counts[i] {
        1 => 0.0,
        n => room[i] * (2.0 * k as f64 / (n - 1) as f64 - 1.0),
    };
    let mut out = vec![];
    for x in 0..counts[0] {
        for y in 0..counts[1] {
            out.extend((0..counts[2]).map(|z| ([along(0, x), along(1, y), along(2, z)], r)));
        }
    }
    out
}
