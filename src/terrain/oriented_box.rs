//! One oriented box: sizes, distances, rays.
use serde::{Deserialize, Serialize};

/// Farthest a box may be from the origin, m: beyond it single precision is too coarse for contacts.
const FAR: f32 = 1e4;
/// Smallest and largest half extent, m.
const HALF: [f32; 2] = [1e-3, 100.0];

/// A solid box, turned any way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrientedBox {
    /// Middle, m.
    pub center: [f32; 3],
    /// Orientation, (w, x, y, z), of any length but zero.
    #[serde(default = "upright")]
    pub rotation: [f32; 4],
    /// Half of its length along each of its own axes, m.
    pub half: [f32; 3],
}

fn upright() -> [f32; 4] {
    [1.0, 0.0, 0.0, 0.0]
}

type Vector = [f32; 3];

fn dot(a: &Vector, b: &Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

impl OrientedBox {
    /// An upright box.
    pub const fn new(center: [f32; 3], half: [f32; 3]) -> Self {
        Self { center, rotation: [1.0, 0.0, 0.0, 0.0], half }
    }

    /// This box turned about the vertical, rad.
    pub fn yawed(self, angle: f32) -> Self {
        let (sin, cos) = (angle / 2.0).sin_cos();
        Self { rotation: [cos, 0.0, 0.0, sin], ..self }
    }

    /// What is wrong with its numbers.
    pub fn problem(&self) -> Option<String> {
        let [low, high] = HALF;
        if !self.half.iter().all(|h| (low..=high).contains(h)) {
            return Some(format!("half extents {:?} must be {low} to {high} m", self.half));
        }
        if !self.center.iter().all(|c| c.abs() <= FAR) {
            return Some(format!("its centre {:?} must be within {FAR} m of the origin", self.center));
        }
        let length: f32 = self.rotation.iter().map(|q| q * q).sum();
        if !(length.is_finite() && length > 1e-6) {
            return Some(format!("{:?} is no quaternion (w, x, y, z)", self.rotation));
        }
        None
    }

    /// Its axes in the world: unit vectors.
    pub fn axes(&self) -> [[f32; 3]; 3] {
        // in double precision: small angles of long boxes are centimetres at their ends
        let q = self.rotation.map(f64::from);
        let length = q.iter().map(|v| v * v).sum::<f64>().sqrt();
        let [w, x, y, z] = q.map(|v| v / length);
        [
            [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)],
            [2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)],
            [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)],
        ]
        .map(|axis| axis.map(|v| v as f32))
    }

    /// Its corners, world, m.
    pub fn corners(&self) -> [[f32; 3]; 8] {
        let axes = self.axes();
        std::array::from_fn(|i| {
            let side = |a: usize| if i >> a & 1 == 0 { -self.half[a] } else { self.half[a] };
            std::array::from_fn(|k| self.center[k] + (0..3).map(|a| side(a) * axes[a][k]).sum::<f32>())
        })
    }

    /// Smallest and largest coordinates, world, m.
    pub fn bounds(&self) -> [[f32; 3]; 2] {
        let axes = self.axes();
        let reach: Vector = std::array::from_fn(|k| (0..3).map(|a| axes[a][k].abs() * self.half[a]).sum());
        [
            std::array::from_fn(|k| self.center[k] - reach[k]),
            std::array::from_fn(|k| self.center[k] + reach[k]),
        ]
    }

    /// A world point in the box's own frame, m.
    fn local(&self, axes: &[Vector; 3], point: Vector) -> Vector {
        let from = std::array::from_fn(|k| point[k] - self.center[k]);
        std::array::from_fn(|a| dot(&axes[a], &from))
    }

    /// Distance of a world point from the surface, m, negative inside, and the outward unit normal there: away from the
    /// nearest point of the box, or inside through the nearest face.
    pub fn distance(&self, point: [f32; 3]) -> (f32, [f32; 3]) {
        let axes = self.axes();
        let local = self.local(&axes, point);
        let off: Vector = std::array::from_fn(|a| local[a] - local[a].clamp(-self.half[a], self.half[a]));
        let world = |v: Vector| std::array::from_fn(|k| (0..3).map(|a| axes[a][k] * v[a]).sum());
        let length = dot(&off, &off).sqrt();
        if length > 1e-6 {
            return (length, world(off.map(|v| v / length)));
        }
        let depth = |a: usize| self.half[a] - local[a].abs();
        let face = (1..3).fold(0, |best, a| if depth(a) < depth(best) { a } else { best });
        let mut normal = [0.0; 3];
        normal[face] = 1f32.copysign(local[face]);
        (-depth(face), world(normal))
    }

    /// Where a ray enters and leaves the box, in units of its direction; none if it misses.
    pub fn cross(&self, origin: [f32; 3], direction: [f32; 3]) -> Option<[f32; 2]> {
        let axes = self.axes();
        let local = self.local(&axes, origin);
        let (mut enter, mut leave) = (f32::NEG_INFINITY, f32::INFINITY);
        for a in 0..3 {
            let (speed, half) = (dot(&axes[a], &direction), self.half[a]);
            if speed.abs() < 1e-9 {
                if local[a].abs() > half {
                    return None;
                }
                continue;
            }
            let (near, far) = ((-half - local[a]) / speed, (half - local[a]) / speed);
            enter = enter.max(near.min(far));
            leave = leave.min(near.max(far));
        }
        (enter <= leave).then_some([enter, leave])
    }

    /// Lowest and highest z of the box above a place, m; none where it is not.
    pub fn span(&self, x: f32, y: f32) -> Option<[f32; 2]> {
        // from its own height: the ray's numbers stay small
        let height = self.center[2];
        self.cross([x, y, height], [0.0, 0.0, 1.0]).map(|[a, b]| [height + a, height + b])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::Lane;
    use crate::rng::{LaneRng, Purpose};

    /// Repeatable numbers in [-1, 1).
    fn numbers() -> impl FnMut() -> f32 {
        let mut rng = LaneRng::new(7, 0, Purpose::Action);
        move || (rng.normal2().0.lanes()[3] * 0.6).clamp(-1.0, 1.0)
    }

    fn random(next: &mut impl FnMut() -> f32) -> OrientedBox {
        OrientedBox {
            center: [0, 1, 2].map(|_| next()),
            rotation: [1.0 + next(), next(), next(), next()],
            half: [0, 1, 2].map(|_| 0.05 + 0.4 * next().abs()),
        }
    }

    #[test]
    fn a_distance_is_that_to_the_nearest_of_many_points_of_the_surface() {
        let mut next = numbers();
        for _ in 0..40 {
            let solid = random(&mut next);
            let (axes, point) = (solid.axes(), [0, 1, 2].map(|_| 1.5 * next()));
            let mut brute = f32::MAX;
            const STEPS: i32 = 60;
            for (face, u, v) in
                (0..6).flat_map(|f| (0..=STEPS).flat_map(move |u| (0..=STEPS).map(move |v| (f, u, v))))
            {
                let along = |i: i32| 2.0 * i as f32 / STEPS as f32 - 1.0;
                let mut at = [0.0; 3];
                at[face / 2] = if face % 2 == 0 { 1.0 } else { -1.0 };
                (at[(face / 2 + 1) % 3], at[(face / 2 + 2) % 3]) = (along(u), along(v));
                let off: f32 = (0..3)
                    .map(|k| {
                        let on: f32 = (0..3).map(|a| axes[a][k] * at[a] * solid.half[a]).sum();
                        (solid.center[k] + on - point[k]).powi(2)
                    })
                    .sum();
                brute = brute.min(off.sqrt());
            }
            let (distance, normal) = solid.distance(point);
            assert!((distance.abs() - brute).abs() < 0.012, "{distance} {brute}");
            // the gradient of the distance is its normal
            for k in 0..3 {
                let mut moved = [point; 2];
                moved[0][k] += 1e-3;
                moved[1][k] -= 1e-3;
                let [a, b] = moved.map(|p| solid.distance(p).0);
                assert!(((a - b) / 2e-3 - normal[k]).abs() < 0.02, "{k}: {a} {b} {normal:?}");
            }
        }
    }

    #[test]
    fn numbers_by_hand() {
        let solid = OrientedBox::new([1.0, 0.0, 0.5], [0.5, 1.0, 0.5]);
        assert_eq!(solid.distance([0.0, 0.0, 0.5]), (0.5, [-1.0, 0.0, 0.0]));
        assert_eq!(solid.distance([1.0, 0.5, 0.9]).1, [0.0, 0.0, 1.0]);
        assert!((solid.distance([1.0, 0.5, 0.9]).0 + 0.1).abs() < 1e-6);
        // 3-4-5 off an edge
        let (distance, normal) = solid.distance([0.2, 0.0, 1.4]);
        assert!((distance - 0.5).abs() < 1e-6);
        assert!((normal[0] + 0.6).abs() < 1e-6 && (normal[2] - 0.8).abs() < 1e-6);
        assert_eq!(solid.span(1.2, 0.9), Some([0.0, 1.0]));
        assert_eq!(solid.span(0.4, 0.0), None);
        // on its edge: a square of diagonal 2 m
        let half = (std::f32::consts::FRAC_PI_8).sin_cos();
        let tilted = OrientedBox {
            rotation: [half.1, half.0, 0.0, 0.0],
            ..OrientedBox::new([0.0; 3], [0.5f32.sqrt(); 3])
        };
        let [low, high] = tilted.span(0.0, 0.25).unwrap();
        assert!((high - 0.75).abs() < 1e-5 && (low + 0.75).abs() < 1e-5, "{low} {high}");
        let [low, high] = tilted.bounds();
        assert!((high[2] - 1.0).abs() < 1e-6 && (low[1] + 1.0).abs() < 1e-6);
        assert_eq!(solid.cross([-1.0, 0.0, 0.5], [1.0, 0.0, 0.0]), Some([1.5, 2.5]));
        assert_eq!(solid.cross([-1.0, 2.0, 0.5], [1.0, 0.0, 0.0]), None);
    }

    #[test]
    fn nonsense_is_refused() {
        let solid = OrientedBox::new([0.0; 3], [0.1; 3]);
        assert_eq!(solid.problem(), None);
        for bad in [f32::NAN, 0.0, -0.1, f32::INFINITY, 1e6] {
            assert!(OrientedBox { half: [0.1, bad, 0.1], ..solid }.problem().unwrap().contains("half"));
        }
        assert!(OrientedBox { center: [f32::NAN, 0.0, 0.0], ..solid }.problem().unwrap().contains("centre"));
        for bad in [[0.0; 4], [f32::NAN, 0.0, 0.0, 1.0], [f32::INFINITY, 0.0, 0.0, 1.0]] {
            assert!(OrientedBox { rotation: bad, ..solid }.problem().unwrap().contains("quaternion"));
        }
    }
}
