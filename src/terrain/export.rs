//! The ground for other programs: as MuJoCo's XML, and as triangles (OBJ) beside formats that know no ground.
use super::{HeightField, Terrain};
use std::fmt::Write;

/// Elements of MuJoCo's XML, one line each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroundXml {
    /// What belongs into `asset`.
    pub assets: Vec<String>,
    /// What belongs into `worldbody`; the first is called `ground`.
    pub geoms: Vec<String>,
}

/// How far MuJoCo's height fields go on below their lowest point, m.
const BASE: f64 = 0.5;

impl Terrain {
    /// The ground as MuJoCo's XML.
    pub fn mjcf(&self) -> GroundXml {
        match self {
            Self::Plane { height } => {
                let place = if *height == 0.0 { String::new() } else { format!(" pos=\"0 0 {height}\"") };
                let plane = format!("<geom name=\"ground\" type=\"plane\" size=\"0 0 1\"{place}/>");
                GroundXml { assets: vec![], geoms: vec![plane] }
            }
            Self::Field(field) => field.mjcf(),
        }
    }

    /// The ground as triangles, z up, m; a plane as a square around the origin.
    pub fn obj(&self) -> String {
        match self {
            Self::Plane { height } => {
                let square = [(-50.0, -50.0), (50.0, -50.0), (-50.0, 50.0), (50.0, 50.0)];
                triangles(2, square.into_iter().map(|(x, y)| [x, y, *height]))
            }
            Self::Field(f) => triangles(f.nx, f.data.iter().enumerate().map(|(i, z)| f.sample(i, *z))),
        }
    }
}

impl HeightField {
    /// Position of a sample, m.
    fn sample(&self, index: usize, z: f32) -> [f32; 3] {
        let at = |k: usize, i: usize| self.origin[k] + i as f32 * self.cell;
        [at(0, index % self.nx), at(1, index / self.nx), z]
    }

    /// Heights are given as a share of the range, the row of the largest y first; MuJoCo scales them again.
    fn mjcf(&self) -> GroundXml {
        let low = self.data.iter().copied().fold(f32::MAX, f32::min);
        // no range is without extent
        let range = f64::from(self.max - low).max(1e-4);
        let half = |n: usize| (n - 1) as f64 * f64::from(self.cell) / 2.0;
        let (rx, ry) = (half(self.nx), half(self.ny));
        let mut elevation = String::with_capacity(7 * self.data.len());
        for height in self.data.chunks(self.nx).rev().flatten() {
            let share = f64::from(height - low) / range;
            // writing to a string cannot fail
            let _ = match share {
                0.0 => write!(elevation, "0 "),
                share => write!(elevation, "{share:.6} "),
            };
        }
        let asset = format!(
            "<hfield name=\"ground\" nrow=\"{}\" ncol=\"{}\" size=\"{rx} {ry} {range} {BASE}\" elevation=\"{}\"/>",
            self.ny,
            self.nx,
            elevation.trim_end()
        );
        let [x, y] = self.origin.map(f64::from);
        let geom = format!(
            "<geom name=\"ground\" type=\"hfield\" hfield=\"ground\" pos=\"{} {} {low}\"/>",
            x + rx,
            y + ry
        );
        GroundXml { assets: vec![asset], geoms: vec![geom] }
    }
}

/// A grid of points, rows of `nx`, as an OBJ file.
fn triangles(nx: usize, points: impl Iterator<Item = [f32; 3]>) -> String {
    let (mut text, mut count) = (String::from("# ground: z up, metres\n"), 0);
    for [x, y, z] in points {
        let _ = writeln!(text, "v {x} {y} {z}");
        count += 1;
    }
    for row in 0..(count / nx).saturating_sub(1) {
        for column in 0..nx - 1 {
            // OBJ counts from one
            let a = row * nx + column + 1;
            let (b, c, d) = (a + 1, a + nx, a + nx + 1);
            let _ = writeln!(text, "f {a} {b} {d}\nf {a} {d} {c}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_one_element_at_its_height() {
        let at = |height| Terrain::Plane { height }.mjcf();
        assert_eq!(at(0.0).geoms, ["<geom name=\"ground\" type=\"plane\" size=\"0 0 1\"/>"]);
        assert!(at(0.25).geoms[0].contains("pos=\"0 0 0.25\"") && at(0.25).assets.is_empty());
    }

    #[test]
    fn triangles_look_up_and_cover_the_field() {
        let field = HeightField::from_fn(4, 3, 0.5, [1.0, -1.0], |x, y| 0.1 * x + 0.2 * y);
        let text = Terrain::Field(field).obj();
        let of = |kind: char| text.lines().filter(move |l| l.starts_with(kind));
        let numbers =
            |line: &str| -> Vec<f32> { line.split(' ').skip(1).map(|v| v.parse().unwrap()).collect() };
        let points: Vec<Vec<f32>> = of('v').map(numbers).collect();
        assert_eq!((points.len(), of('f').count()), (12, 12));
        let mut area = 0.0;
        for face in of('f').map(numbers) {
            let [a, b, c] = [0, 1, 2].map(|k| &points[face[k] as usize - 1]);
            let turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            assert!(turn > 0.0, "{face:?}");
            area += turn / 2.0;
        }
        assert!((area - 1.5).abs() < 1e-5, "{area}");
    }
}
