//! The ground for other programs: as MuJoCo's XML, and as triangles (OBJ) beside formats that know no ground.
use super::{HeightField, OrientedBox, Surface, Terrain};
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
    /// The ground as MuJoCo's XML: the surface, then the boxes, named `box0` and so on.
    pub fn mjcf(&self) -> GroundXml {
        let mut xml = match &self.surface {
            Surface::Plane { height } => {
                let place = if *height == 0.0 { String::new() } else { format!(" pos=\"0 0 {height}\"") };
                let plane = format!("<geom name=\"ground\" type=\"plane\" size=\"0 0 1\"{place}/>");
                GroundXml { assets: vec![], geoms: vec![plane] }
            }
            Surface::Field(field) => field.mjcf(),
        };
        xml.geoms.extend(self.boxes.list().iter().enumerate().map(|(i, b)| geom(i, b)));
        xml
    }

    /// The ground as triangles, z up, m; a plane as a square around the origin.
    pub fn obj(&self) -> String {
        let mut obj = Obj::default();
        match &self.surface {
            Surface::Plane { height } => {
                let square = [(-50.0, -50.0), (50.0, -50.0), (-50.0, 50.0), (50.0, 50.0)];
                obj.grid(2, square.into_iter().map(|(x, y)| [x, y, *height]));
            }
            Surface::Field(f) => obj.grid(f.nx, f.data.iter().enumerate().map(|(i, z)| f.sample(i, *z))),
        }
        self.boxes.list().iter().for_each(|b| obj.solid(b));
        obj.text
    }
}

fn geom(index: usize, b: &OrientedBox) -> String {
    let numbers = |n: &[f32]| n.iter().map(f32::to_string).collect::<Vec<_>>().join(" ");
    let (pos, quat, size) = (numbers(&b.center), numbers(&b.rotation), numbers(&b.half));
    format!("<geom name=\"box{index}\" type=\"box\" pos=\"{pos}\" quat=\"{quat}\" size=\"{size}\"/>")
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

/// An OBJ file in the making.
struct Obj {
    text: String,
    points: usize,
}

impl Default for Obj {
    fn default() -> Self {
        Self { text: "# ground: z up, metres\n".into(), points: 0 }
    }
}

impl Obj {
    fn point(&mut self, [x, y, z]: [f32; 3]) {
        // writing to a string cannot fail
        let _ = writeln!(self.text, "v {x} {y} {z}");
        self.points += 1;
    }

    /// A triangle of points counted from `first`; OBJ counts from one.
    fn face(&mut self, first: usize, corners: [usize; 3]) {
        let [a, b, c] = corners.map(|i| first + i + 1);
        let _ = writeln!(self.text, "f {a} {b} {c}");
    }

    /// A grid of points, rows of `nx`.
    fn grid(&mut self, nx: usize, points: impl Iterator<Item = [f32; 3]>) {
        let first = self.points;
        points.for_each(|p| self.point(p));
        for row in 0..((self.points - first) / nx).saturating_sub(1) {
            for column in 0..nx - 1 {
                let a = row * nx + column;
                self.face(first, [a, a + 1, a + nx + 1]);
                self.face(first, [a, a + nx + 1, a + nx]);
            }
        }
    }

    /// A box; its corners are numbered by bits: 1 for +x, 2 for +y, 4 for +z.
    fn solid(&mut self, b: &OrientedBox) {
        const SIDES: [[usize; 4]; 6] =
            [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        let first = self.points;
        b.corners().into_iter().for_each(|p| self.point(p));
        for [a, b, c, d] in SIDES {
            self.face(first, [a, b, c]);
            self.face(first, [a, c, d]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plane_is_one_element_at_its_height() {
        let at = |height| Terrain::plane(height).mjcf();
        assert_eq!(at(0.0).geoms, ["<geom name=\"ground\" type=\"plane\" size=\"0 0 1\"/>"]);
        assert!(at(0.25).geoms[0].contains("pos=\"0 0 0.25\"") && at(0.25).assets.is_empty());
    }

    #[test]
    fn triangles_look_up_and_cover_the_field() {
        let field = HeightField::from_fn(4, 3, 0.5, [1.0, -1.0], |x, y| 0.1 * x + 0.2 * y);
        let text = Terrain::from(field).obj();
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

    #[test]
    fn boxes_are_geoms_and_closed_solids_that_look_outwards() {
        let place = OrientedBox::new([1.0, 0.5, 0.1], [0.2, 0.3, 0.1]);
        let ground = Terrain::plane(0.0).with_boxes(vec![place, place.yawed(0.5)]).unwrap();
        let geoms = ground.mjcf().geoms;
        assert_eq!(geoms.len(), 3);
        assert_eq!(
            geoms[1],
            "<geom name=\"box0\" type=\"box\" pos=\"1 0.5 0.1\" quat=\"1 0 0 0\" size=\"0.2 0.3 0.1\"/>"
        );
        let text = ground.obj();
        let of = |kind: char| text.lines().filter(move |l| l.starts_with(kind));
        let numbers =
            |line: &str| -> Vec<f64> { line.split(' ').skip(1).map(|v| v.parse().unwrap()).collect() };
        let points: Vec<Vec<f64>> = of('v').map(numbers).collect();
        let mut volume = 0.0;
        for face in of('f').map(numbers).filter(|face| face[0] > 4.0) {
            let [a, b, c] = [0, 1, 2].map(|k| &points[face[k] as usize - 1]);
            volume += (a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
                + a[2] * (b[0] * c[1] - b[1] * c[0]))
                / 6.0;
        }
        assert!((volume - 2.0 * 0.4 * 0.6 * 0.2).abs() < 1e-6, "{volume}");
    }
}
