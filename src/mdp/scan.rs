//! What is known of the ground around the robot.
use super::{Observe, ScanGrid, Term, TickView};
use crate::config::ConfigError;
use crate::lane::{Lane, Wide};
use serde::Deserialize;

/// Most points of one scan.
const MOST: usize = 4096;

/// A grid of points in the base's heading frame.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Grid {
    /// First and last x, and distance of points, m.
    x: [f64; 3],
    /// First and last y, and distance of points, m.
    y: [f64; 3],
    /// Height of the base above level ground, where a number is zero, m.
    height: f64,
    /// Larger differences count as this, m.
    clip: f64,
}

impl Grid {
    /// x outside, y inside.
    fn points(&self) -> Result<Vec<[f32; 2]>, String> {
        let along = |[first, last, step]: [f64; 3]| {
            let n = ((last - first) / step).round() + 1.0;
            let sound = step > 0.0 && n >= 1.0 && n <= MOST as f64;
            sound.then(|| (0..n as usize).map(|i| (first + i as f64 * step) as f32).collect::<Vec<_>>())
        };
        let error = || format!("`x` and `y` are (first, last, distance) of 1 to {MOST} points, m");
        let (xs, ys) = (along(self.x).ok_or_else(error)?, along(self.y).ok_or_else(error)?);
        if xs.len() * ys.len() > MOST {
            return Err(format!("{} points: at most {MOST}", xs.len() * ys.len()));
        }
        Ok(xs.iter().flat_map(|x| ys.iter().map(move |y| [*x, *y])).collect())
    }
}

/// Where the height of a point comes from in the mirrored world, where the grid has two sides.
fn mirrored(points: &[[f32; 2]]) -> Option<Vec<(usize, f32)>> {
    let other = |p: &[f32; 2]| {
        let same = |q: &&[f32; 2]| (q[0] - p[0]).abs() < 1e-4 && (q[1] + p[1]).abs() < 1e-4;
        points.iter().position(|q| same(&q)).map(|i| (i, 1.0))
    };
    points.iter().map(other).collect()
}

/// Terms of this file.
pub static TERMS: &[Term<Observe>] = &[
    Term::new(
        "feet_edge_distance",
        "Distance of each foot from the nearest edge of the ground (steeper than 56 degrees), m; 0.5 where none is near.",
        |b| {
            b.no_params()?;
            b.edges.set(true);
            let write = |t: &TickView<'_>, out: &mut [Wide]| {
                out.iter_mut().enumerate().for_each(|(foot, o)| *o = t.edge_distance(foot));
            };
            Ok(Observe { width: b.robot.roles.legs.len(), mirror: None, scan: None, write: Box::new(write) })
        },
    ),
    Term::new(
        "height_scan",
        "Height of the base above the ground at a grid of points around it, less `height`, m (legged_gym's `measure_heights`).",
        |b| {
            let grid = b.params::<Grid>()?;
            let error = |text: String| -> ConfigError { b.error(format!("height_scan: {text}")) };
            let points = grid.points().map_err(error)?;
            if grid.clip <= 0.0 || !grid.clip.is_finite() || !grid.height.is_finite() {
                return Err(error("`clip` must be above 0, and `height` a number".into()).into());
            }
            let range = b.scan(&points);
            let (height, clip) = (Wide::splat(grid.height as f32), Wide::splat(grid.clip as f32));
            Ok(Observe {
                width: points.len(),
                mirror: mirrored(&points),
                scan: Some(ScanGrid { points, height: grid.height as f32, clip: grid.clip as f32 }),
                write: Box::new(move |t, out| {
                    let base = t.state.base_pos_w.z - height;
                    for (o, ground) in out.iter_mut().zip(&t.scan[range.clone()]) {
                        *o = (base - *ground).clamp(-clip, clip);
                    }
                }),
            })
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_has_both_ends_and_a_mirror() {
        let grid = Grid { x: [-0.5, 1.0, 0.1], y: [-0.3, 0.3, 0.15], height: 0.3, clip: 0.6 };
        let points = grid.points().unwrap();
        assert_eq!(points.len(), 80);
        assert_eq!((points[0], points[79]), ([-0.5, -0.3], [1.0, 0.3]));
        let mirror = mirrored(&points).unwrap();
        assert_eq!((mirror[0].0, mirror[2].0, mirror[6].0), (4, 2, 8));
        assert!(mirrored(&points[1..]).is_none());
        for bad in
            [[0.0, 1.0, 0.0], [0.0, 1.0, -0.1], [1.0, 0.0, 0.1], [0.0, 1.0, 1e-9], [f64::NAN, 1.0, 0.1]]
        {
            assert!(Grid { x: bad, y: [0.0, 0.0, 0.1], height: 0.3, clip: 0.6 }.points().is_err(), "{bad:?}");
        }
    }
}
