//! A surface of triangles: bounds, samples and the inertia of what it encloses.
use crate::robot::import::math::{Inertial, M3, Place, V3, add, cross, dot, norm, scale, sub};

/// Most triangles of a mesh.
const MOST_FACES: usize = 2_000_000;
/// Larger coordinates are no lengths of a robot, m.
const LARGEST: f64 = 1e6;

/// A surface.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Triangles {
    /// Corners, m.
    pub points: Vec<V3>,
    /// Three corners each.
    pub faces: Vec<[u32; 3]>,
}

impl Triangles {
    /// The surface, if it is one: it has triangles, of corners that exist and are numbers.
    pub fn checked(self) -> Result<Self, String> {
        if self.faces.is_empty() {
            return Err("there are no triangles in it".into());
        }
        if self.faces.len() > MOST_FACES {
            return Err(format!("more than {MOST_FACES} triangles"));
        }
        if !self.points.iter().flatten().all(|v| v.abs() <= LARGEST) {
            return Err("a coordinate is not a number or is far too large".into());
        }
        match self.faces.iter().flatten().all(|i| (*i as usize) < self.points.len()) {
            true => Ok(self),
            false => Err("a triangle names a vertex that does not exist".into()),
        }
    }

    /// Scaled along the axes, turned and moved.
    pub fn placed(&self, factors: V3, place: Place) -> Self {
        let move_point = |p: &V3| place.point(std::array::from_fn(|i| p[i] * factors[i]));
        let mut out =
            Self { points: self.points.iter().map(move_point).collect(), faces: self.faces.clone() };
        if factors.iter().product::<f64>() < 0.0 {
            out.faces.iter_mut().for_each(|f| f.swap(1, 2));
        }
        out
    }

    /// Corners of a triangle.
    pub fn corners(&self, face: &[u32; 3]) -> [V3; 3] {
        face.map(|i| self.points[i as usize])
    }

    /// Lowest and highest coordinates.
    #[cfg(test)]
    pub fn bounds(&self) -> (V3, V3) {
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for p in &self.points {
            (0..3).for_each(|i| (low[i], high[i]) = (low[i].min(p[i]), high[i].max(p[i])));
        }
        (low, high)
    }

    /// About `count` points, evenly over the area; always the same ones.
    pub fn samples(&self, count: usize) -> Vec<V3> {
        let area = |f: &[u32; 3]| {
            let [a, b, c] = self.corners(f);
            norm(cross(sub(b, a), sub(c, a))) / 2.0
        };
        let total: f64 = self.faces.iter().map(area).sum();
        if total <= 0.0 {
            return self.points.iter().copied().take(count).collect();
        }
        let (mut out, mut passed) = (Vec::with_capacity(count), 0.0);
        for face in &self.faces {
            passed += area(face);
            let [a, b, c] = self.corners(face);
            while out.len() < count && (out.len() as f64 + 0.5) / count as f64 * total <= passed {
                // a sequence that fills the unit square evenly, folded onto the triangle
                let k = out.len() as f64;
                let (mut u, mut v) =
                    ((0.5 + k * 0.754_877_666_246_69).fract(), (0.5 + k * 0.569_840_290_998_05).fract());
                if u + v > 1.0 {
                    (u, v) = (1.0 - u, 1.0 - v);
                }
                out.push(add(a, add(scale(sub(b, a), u), scale(sub(c, a), v))));
            }
        }
        out
    }

    /// Mass, centre and inertia of the solid inside a closed surface; `None` where it encloses nothing.
    pub fn inertial(&self, density: f64) -> Option<Inertial> {
        let (mut volume, mut first, mut second): (f64, V3, M3) = (0.0, [0.0; 3], [[0.0; 3]; 3]);
        for face in &self.faces {
            let [a, b, c] = self.corners(face);
            // the tetrahedron from the origin, signed
            let v = dot(a, cross(b, c)) / 6.0;
            let sum = add(a, add(b, c));
            volume += v;
            first = add(first, scale(sum, v / 4.0));
            for r in 0..3 {
                for k in 0..3 {
                    let squares = a[r] * a[k] + b[r] * b[k] + c[r] * c[k];
                    second[r][k] += v / 20.0 * (squares + sum[r] * sum[k]);
                }
            }
        }
        // a surface may be inside out
        let sign = volume.signum();
        let mass = density * volume * sign;
        if mass <= 0.0 || !mass.is_finite() {
            return None;
        }
        let com = scale(first, 1.0 / volume);
        let at_origin: M3 = std::array::from_fn(|r| {
            std::array::from_fn(|k| {
                let trace = if r == k { second[0][0] + second[1][1] + second[2][2] } else { 0.0 };
                density * sign * (trace - second[r][k])
            })
        });
        let shift = Inertial { mass: -mass, com, tensor: at_origin };
        // the parallel-axis rule backwards
        let tensor = shift.about([0.0; 3]);
        Some(Inertial { mass, com, tensor })
    }
}
