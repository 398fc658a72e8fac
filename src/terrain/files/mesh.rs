//! A surface of triangles as ground: vertical rays through it, and what a height field cannot show of it.
use crate::robot::import::{Triangles, read_mesh};
use std::path::Path;

/// Most entries of all lists of triangles, and longest list: bounds memory and time.
const MOST_ENTRIES: f64 = (1 << 24) as f64;
const LONGEST: usize = 50_000;
/// Most lists along one axis.
const MOST_LISTS: f64 = 512.0;
/// Less room than that under something is no overhang, m.
const ROOM: f32 = 0.02;
/// Places along the longer side at which the report looks.
const PLACES: usize = 1000;

/// Triangles with z up, m, and lists that find those above a place.
#[derive(Clone, Debug, PartialEq)]
pub struct TriangleGround {
    /// Corners, m; the middle of their bounds is at x = y = 0.
    pub points: Vec<[f32; 3]>,
    /// Three corners each.
    pub faces: Vec<[u32; 3]>,
    /// Smallest and largest coordinates, m.
    pub bounds: [[f32; 3]; 2],
    /// Where the lists begin, one more than there are lists.
    firsts: Vec<u32>,
    entries: Vec<u32>,
    lists: [usize; 2],
    cell: [f32; 2],
}

/// What a mesh is, and what a height field loses of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeshFacts {
    /// Share of its rectangle that no triangle is above or below.
    pub empty_share: f32,
    /// Share of the rest where there is room under something: what is under it is lost.
    pub lost_share: f32,
    /// Largest room that is lost, m.
    pub lost_room: f32,
    /// Where that is, from the middle, m.
    pub lost_at: [f32; 2],
}

/// Where a vertical ray meets a triangle.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Hit {
    z: f32,
    /// Whether it is the triangle's upper side that looks up.
    up: bool,
}

impl TriangleGround {
    /// Reads STL, OBJ or COLLADA.
    pub fn read(path: &Path) -> Result<Self, String> {
        Self::new(&read_mesh(path)?).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// Puts the middle of its bounds at x = y = 0; heights stay.
    pub fn new(mesh: &Triangles) -> Result<Self, String> {
        let (mut low, mut high) = ([f64::MAX; 3], [f64::MIN; 3]);
        for p in &mesh.points {
            (0..3).for_each(|k| (low[k], high[k]) = (low[k].min(p[k]), high[k].max(p[k])));
        }
        let middle = [(low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0, 0.0];
        let points: Vec<[f32; 3]> =
            mesh.points.iter().map(|p| [0, 1, 2].map(|k: usize| (p[k] - middle[k]) as f32)).collect();
        let bounds = [low, high].map(|v| [0, 1, 2].map(|k: usize| (v[k] - middle[k]) as f32));
        let size = [0, 1].map(|k: usize| (bounds[1][k] - bounds[0][k]).max(1e-3));
        if size.iter().any(|s| *s > 1e4) {
            return Err("it is larger than 10 km: is it in metres?".into());
        }
        let mut ground = Self {
            points,
            faces: mesh.faces.clone(),
            bounds,
            firsts: vec![],
            entries: vec![],
            lists: [1; 2],
            cell: size,
        };
        // about one triangle a list
        let mut along = (ground.faces.len() as f64).sqrt().clamp(1.0, MOST_LISTS);
        loop {
            ground.lists = [along as usize; 2];
            ground.cell = size.map(|s| s / along.floor() as f32);
            let entries: f64 = ground
                .faces
                .iter()
                .map(|f| {
                    let [x, y] = ground.range(f);
                    (x.len() * y.len()) as f64
                })
                .sum();
            if entries <= MOST_ENTRIES || along < 2.0 {
                break;
            }
            along /= 2.0;
        }
        ground.sort()?;
        Ok(ground)
    }

    /// The same, larger by a factor, then higher by `lift` m.
    pub fn moved(&self, factor: f32, lift: f32) -> Self {
        let all = |p: &[f32; 3]| [p[0] * factor, p[1] * factor, p[2] * factor + lift];
        Self {
            points: self.points.iter().map(all).collect(),
            bounds: [all(&self.bounds[0]), all(&self.bounds[1])],
            cell: self.cell.map(|c| c * factor),
            ..self.clone()
        }
    }

    fn corners(&self, face: &[u32; 3]) -> [[f32; 3]; 3] {
        face.map(|i| self.points[i as usize])
    }

    /// Lists of a place along an axis.
    fn list(&self, v: f32, k: usize) -> usize {
        (((v - self.bounds[0][k]) / self.cell[k]).max(0.0) as usize).min(self.lists[k] - 1)
    }

    fn range(&self, face: &[u32; 3]) -> [std::ops::Range<usize>; 2] {
        let corners = self.corners(face);
        [0, 1].map(|k: usize| {
            let [low, high] =
                [f32::min, f32::max].map(|f| corners[1..].iter().fold(corners[0][k], |a, c| f(a, c[k])));
            self.list(low - 1e-4, k)..self.list(high + 1e-4, k) + 1
        })
    }

    fn sort(&mut self) -> Result<(), String> {
        let mut counts = vec![0u32; self.lists[0] * self.lists[1] + 1];
        let nx = self.lists[0];
        let each = |f: &mut dyn FnMut(usize, u32)| {
            for (number, face) in self.faces.iter().enumerate() {
                let [x, y] = self.range(face);
                y.for_each(|j| x.clone().for_each(|i| f(j * nx + i, number as u32)));
            }
        };
        each(&mut |list, _| counts[list + 1] += 1);
        if counts.iter().any(|n| *n as usize > LONGEST) {
            return Err(format!("more than {LONGEST} triangles lie above one another; simplify the mesh"));
        }
        (1..counts.len()).for_each(|i| counts[i] += counts[i - 1]);
        let mut entries = vec![0; counts.last().copied().unwrap_or(0) as usize];
        let mut next = counts.clone();
        each(&mut |list, number| {
            entries[next[list] as usize] = number;
            next[list] += 1;
        });
        (self.firsts, self.entries) = (counts, entries);
        Ok(())
    }

    /// Where the vertical through a place meets triangles, from above.
    fn hits(&self, x: f32, y: f32, hits: &mut Vec<Hit>) {
        hits.clear();
        let [low, high] = self.bounds;
        if !(low[0] <= x && x <= high[0] && low[1] <= y && y <= high[1]) {
            return;
        }
        let list = self.list(y, 1) * self.lists[0] + self.list(x, 0);
        for number in &self.entries[self.firsts[list] as usize..self.firsts[list + 1] as usize] {
            let [a, b, c] = self.corners(&self.faces[*number as usize]).map(|p| p.map(f64::from));
            let (x, y) = (f64::from(x), f64::from(y));
            let area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            // walls are seen from the side
            if area.abs() < 1e-12 {
                continue;
            }
            let side =
                |p: &[f64; 3], q: &[f64; 3]| ((q[0] - p[0]) * (y - p[1]) - (q[1] - p[1]) * (x - p[0])) / area;
            let (u, v, w) = (side(&b, &c), side(&c, &a), side(&a, &b));
            if u.min(v).min(w) >= -1e-6 {
                hits.push(Hit { z: (u * a[2] + v * b[2] + w * c[2]) as f32, up: area > 0.0 });
            }
        }
        hits.sort_by(|a, b| b.z.total_cmp(&a.z));
        // neighbours share their edges
        hits.dedup_by(|a, b| a.up == b.up && (a.z - b.z).abs() < 1e-4);
    }

    /// Highest point above or below a place, m.
    pub fn top(&self, x: f32, y: f32) -> Option<f32> {
        let mut hits = vec![];
        self.hits(x, y, &mut hits);
        hits.first().map(|h| h.z)
    }

    /// What a height field loses.
    pub fn facts(&self) -> MeshFacts {
        let size = [0, 1].map(|k: usize| self.bounds[1][k] - self.bounds[0][k]);
        let step = size[0].max(size[1]).max(1e-3) / PLACES as f32;
        let n = size.map(|s| ((s / step).round() as usize).max(1));
        let (mut empty, mut lost, mut facts, mut hits) = (0usize, 0usize, MeshFacts::default(), vec![]);
        for k in 0..n[0] * n[1] {
            let at =
                |i: usize, axis: usize| self.bounds[0][axis] + (i as f32 + 0.5) * size[axis] / n[axis] as f32;
            let (x, y) = (at(k % n[0], 0), at(k / n[0], 1));
            self.hits(x, y, &mut hits);
            empty += usize::from(hits.is_empty());
            let room = room_below(&hits);
            lost += usize::from(room > ROOM);
            if room > facts.lost_room {
                (facts.lost_room, facts.lost_at) = (room, [x, y]);
            }
        }
        let all = n[0] * n[1];
        facts.empty_share = empty as f32 / all as f32;
        facts.lost_share = lost as f32 / (all - empty).max(1) as f32;
        facts
    }
}

/// Largest room between something and what is below it, m. Solids may overlap: there is room where all that was entered has been
/// left. Without any lower side there are only sheets, with room between them.
fn room_below(hits: &[Hit]) -> f32 {
    // a surface whose triangles are wound the other way is seen from inside
    let outwards = hits.first().is_some_and(|h| h.up);
    let sheets = hits.iter().all(|h| h.up == outwards);
    let (mut inside, mut room) = (0, 0.0f32);
    for pair in hits.windows(2) {
        inside += if pair[0].up == outwards { 1 } else { -1 };
        if sheets || (inside <= 0 && pair[1].up == outwards) {
            room = room.max(pair[0].z - pair[1].z);
        }
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A box as triangles that look outwards.
    fn solid(mesh: &mut Triangles, low: [f64; 3], high: [f64; 3]) {
        let first = mesh.points.len() as u32;
        let corner = |i: usize| [0, 1, 2].map(|k: usize| if i >> k & 1 == 0 { low[k] } else { high[k] });
        mesh.points.extend((0..8).map(corner));
        let sides = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];
        for [a, b, c, d] in sides.map(|side: [u32; 4]| side.map(|i| i + first)) {
            mesh.faces.extend([[a, b, c], [a, c, d]]);
        }
    }

    #[test]
    fn a_table_on_a_floor_loses_what_is_under_its_top() {
        let mut mesh = Triangles::default();
        solid(&mut mesh, [10.0, 10.0, -0.2], [14.0, 14.0, 0.0]);
        // a quarter of the floor, 60 cm of room below
        solid(&mut mesh, [11.0, 11.0, 0.6], [13.0, 13.0, 0.7]);
        let ground = TriangleGround::new(&mesh).unwrap();
        assert_eq!(ground.bounds, [[-2.0, -2.0, -0.2], [2.0, 2.0, 0.7]]);
        assert_eq!(
            [ground.top(1.5, 0.1), ground.top(0.5, 0.5), ground.top(2.1, 0.0)],
            [Some(0.0), Some(0.7), None]
        );
        let facts = ground.facts();
        assert!((facts.lost_share - 0.25).abs() < 0.01 && (facts.lost_room - 0.6).abs() < 1e-4, "{facts:?}");
        assert!(facts.empty_share == 0.0 && facts.lost_at.iter().all(|v| v.abs() <= 1.0), "{facts:?}");
        let large = ground.moved(2.0, 0.1);
        assert_eq!([large.top(3.0, 0.2), large.top(1.9, 1.0)], [Some(0.1), Some(1.5)]);
    }

    #[test]
    fn solids_that_stand_in_the_ground_hang_over_nothing() {
        let up = |z| Hit { z, up: true };
        let down = |z| Hit { z, up: false };
        // a block in the ground, its underside below the surface
        assert_eq!(room_below(&[up(0.3), up(0.0), down(-0.3)]), 0.0);
        // a roof over ground, over a table, over a floor with a thickness
        assert_eq!(room_below(&[up(0.9), down(0.75), up(0.0)]), 0.75);
        assert_eq!(room_below(&[up(2.0), down(1.9), up(0.5), down(0.25), up(0.0), down(-1.0)]), 1.4);
        // sheets; the same inside out; nothing
        assert_eq!(room_below(&[up(0.5), up(0.0)]), 0.5);
        assert_eq!(room_below(&[down(0.9), up(0.75), down(0.0)]), 0.75);
        assert_eq!(room_below(&[up(0.5)]) + room_below(&[]), 0.0);
    }

    #[test]
    fn rays_meet_what_looking_at_all_triangles_meets() {
        let mut mesh = Triangles::default();
        let height = |i: usize, j: usize| 0.3 * ((i * 7 + j * 13) % 11) as f64 / 11.0;
        mesh.points = (0..41 * 41)
            .map(|k| [(k % 41) as f64 * 0.1, (k / 41) as f64 * 0.1, height(k % 41, k / 41)])
            .collect();
        for k in (0..40 * 41).filter(|k| k % 41 < 40) {
            let k = k as u32;
            mesh.faces.extend([[k, k + 1, k + 42], [k, k + 42, k + 41]]);
        }
        let ground = TriangleGround::new(&mesh).unwrap();
        for k in 0..41 * 41 {
            // at its corners a surface has its heights
            let (i, j) = (k % 41, k / 41);
            let (x, y) = (i as f32 * 0.1 - 2.0, j as f32 * 0.1 - 2.0);
            let inside = (x.clamp(-1.9999, 1.9999), y.clamp(-1.9999, 1.9999));
            let top = ground.top(inside.0, inside.1).unwrap();
            assert!((top - height(i, j) as f32).abs() < 2e-3, "{x} {y}: {top}");
        }
        let facts = ground.facts();
        assert_eq!((facts.empty_share, facts.lost_share), (0.0, 0.0));
        // without some triangles there are holes
        mesh.faces.truncate(1600);
        let facts = TriangleGround::new(&mesh).unwrap().facts();
        assert!((facts.empty_share - 0.5).abs() < 0.01, "{facts:?}");
    }

    #[test]
    fn what_would_take_too_long_is_refused() {
        let points = vec![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let mut mesh = Triangles { points, faces: vec![[0, 1, 2]; 60_000] };
        assert!(TriangleGround::new(&mesh).unwrap_err().contains("above one another"));
        mesh.faces.truncate(1);
        mesh.points[1][0] = 1e5;
        assert!(TriangleGround::new(&mesh).unwrap_err().contains("in metres?"));
    }
}
