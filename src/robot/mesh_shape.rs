//! Drawn meshes as text in a robot file: base 64 of half lengths (3 × f32), numbers of points and triangles (2 × u16), points as
//! shares of the half lengths (3 × i16 each), and triangles (3 × u16 each); little endian, centred in its bounds.
use std::collections::BTreeMap;

/// Most points or triangles of a drawn mesh.
pub const MOST: usize = 8000;
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const HEADER: usize = 16;
const FULL: f32 = 32767.0;

/// A drawn mesh: points in m around the middle of its bounds, and triangles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DrawnMesh {
    /// Half lengths of the bounds, m.
    pub half: [f32; 3],
    /// m.
    pub points: Vec<[f32; 3]>,
    /// Three points each.
    pub faces: Vec<[u32; 3]>,
}

impl DrawnMesh {
    /// Of a surface: the mesh with at most so many triangles, and the middle of its bounds; `None` where nothing is left.
    pub fn new(points: &[[f64; 3]], faces: &[[u32; 3]], most_faces: usize) -> Option<(Self, [f64; 3])> {
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for p in points {
            (0..3).for_each(|i| (low[i], high[i]) = (low[i].min(p[i]), high[i].max(p[i])));
        }
        let middle: [f64; 3] = std::array::from_fn(|i| (low[i] + high[i]) / 2.0);
        let half = std::array::from_fn(|i| ((high[i] - low[i]) / 2.0) as f32);
        let centred = points.iter().map(|p| std::array::from_fn(|i| (p[i] - middle[i]) as f32)).collect();
        let whole = Self { half, points: centred, faces: faces.to_vec() };
        let mesh = whole.coarser(most_faces.min(MOST));
        (!mesh.faces.is_empty() && mesh.points.len() <= MOST && half.iter().all(|h| h.is_finite()))
            .then_some((mesh, middle))
    }

    /// The same with at most so many triangles: points of one cell of a grid become one.
    pub fn coarser(&self, most_faces: usize) -> Self {
        if self.faces.len() <= most_faces && self.points.len() <= MOST {
            return self.clone();
        }
        let (mut fine, mut coarse) = (160, 1);
        let mut best = Self { half: self.half, ..Self::default() };
        while fine - coarse > 1 {
            let cells = (fine + coarse) / 2;
            let tried = self.gridded(cells);
            if tried.faces.len() <= most_faces {
                (best, coarse) = (tried, cells);
            } else {
                fine = cells;
            }
        }
        best
    }

    /// With points on a grid of so many cells along the longest side.
    fn gridded(&self, cells: usize) -> Self {
        let longest = self.half.iter().copied().fold(1e-9, f32::max);
        let cell = 2.0 * longest / cells as f32;
        let mut numbers: BTreeMap<[i32; 3], u32> = BTreeMap::new();
        let mut sums: Vec<([f32; 3], f32)> = vec![];
        let mut of: Vec<u32> = vec![];
        for p in &self.points {
            let number = *numbers.entry(p.map(|v| (v / cell).round() as i32)).or_insert(sums.len() as u32);
            if number as usize == sums.len() {
                sums.push(([0.0; 3], 0.0));
            }
            let (sum, count) = &mut sums[number as usize];
            (0..3).for_each(|i| sum[i] += p[i]);
            *count += 1.0;
            of.push(number);
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut faces = vec![];
        for face in &self.faces {
            let f = face.map(|i| of[i as usize]);
            let mut sorted = f;
            sorted.sort_unstable();
            if f[0] != f[1] && f[1] != f[2] && f[0] != f[2] && seen.insert(sorted) {
                faces.push(f);
            }
        }
        let points = sums.iter().map(|(sum, count)| sum.map(|v| v / count)).collect();
        Self { half: self.half, points, faces }
    }

    /// As text.
    pub fn encode(&self) -> String {
        let mut bytes: Vec<u8> = self.half.iter().flat_map(|h| h.to_le_bytes()).collect();
        bytes.extend((self.points.len() as u16).to_le_bytes());
        bytes.extend((self.faces.len() as u16).to_le_bytes());
        for p in &self.points {
            for i in 0..3 {
                let share = if self.half[i] > 0.0 { (p[i] / self.half[i]).clamp(-1.0, 1.0) } else { 0.0 };
                bytes.extend(((share * FULL).round() as i16).to_le_bytes());
            }
        }
        self.faces.iter().flatten().for_each(|i| bytes.extend((*i as u16).to_le_bytes()));
        let mut text = String::with_capacity(bytes.len() * 4 / 3 + 4);
        for three in bytes.chunks(3) {
            let word = three.iter().fold(0u32, |w, b| w << 8 | u32::from(*b)) << (8 * (3 - three.len()));
            (0..=three.len()).for_each(|k| text.push(DIGITS[(word >> (18 - 6 * k) & 63) as usize] as char));
        }
        text
    }

    /// From text.
    pub fn decode(text: &str) -> Result<Self, String> {
        let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
        let digits = text.trim_end_matches('=').as_bytes();
        for four in digits.chunks(4) {
            let mut word = 0u32;
            for digit in four {
                let value = DIGITS.iter().position(|d| d == digit).ok_or("a mesh is text in base 64")?;
                word = word << 6 | value as u32;
            }
            word <<= 6 * (4 - four.len());
            (1..four.len()).for_each(|k| bytes.push((word >> (24 - 8 * k)) as u8));
        }
        let half_words: Vec<u16> = bytes
            .get(12..)
            .unwrap_or_default()
            .chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect();
        let (Some(&points), Some(&faces)) = (half_words.first(), half_words.get(1)) else {
            return Err("the text of a mesh is too short".into());
        };
        let (points, faces) = (usize::from(points), usize::from(faces));
        if points > MOST || faces > MOST || bytes.len() != HEADER + 6 * (points + faces) {
            return Err("the text of a mesh has not the length that it promises".into());
        }
        let half: [f32; 3] = std::array::from_fn(|i| {
            f32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]])
        });
        if !half.iter().all(|h| (0.0..1e3).contains(h)) {
            return Err("a mesh has no sensible size".into());
        }
        let (shares, corners) = half_words[2..].split_at(3 * points);
        let mesh = Self {
            half,
            points: shares
                .chunks_exact(3)
                .map(|s| std::array::from_fn(|i| f32::from(s[i] as i16) / FULL * half[i]))
                .collect(),
            faces: corners.chunks_exact(3).map(|c| [c[0], c[1], c[2]].map(u32::from)).collect(),
        };
        match mesh.faces.iter().flatten().all(|i| (*i as usize) < points) {
            true => Ok(mesh),
            false => Err("a triangle of a mesh names a point that does not exist".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fine grid on a bowl.
    fn bowl(n: u32) -> (Vec<[f64; 3]>, Vec<[u32; 3]>) {
        let at = |i: u32| f64::from(i) / f64::from(n) - 0.3;
        let points = (0..=n)
            .flat_map(|i| (0..=n).map(move |j| [at(i), at(j), at(i).powi(2) + at(j).powi(2)]))
            .collect();
        let corner = |i: u32, j: u32| i * (n + 1) + j;
        let faces = (0..n).flat_map(|i| {
            (0..n).flat_map(move |j| {
                let (a, b, c, d) = (corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1));
                [[a, b, c], [a, c, d]]
            })
        });
        (points, faces.collect())
    }

    #[test]
    fn a_mesh_survives_its_text() {
        let (points, faces) = bowl(20);
        let (mesh, middle) = DrawnMesh::new(&points, &faces, 5000).unwrap();
        assert!((middle[0] - 0.2).abs() < 1e-12 && mesh.faces.len() == 800);
        let text = mesh.encode();
        let back = DrawnMesh::decode(&text).unwrap();
        assert_eq!(back.faces, mesh.faces);
        for (a, b) in back.points.iter().zip(&mesh.points) {
            assert!((0..3).all(|i| (a[i] - b[i]).abs() < 2e-5), "{a:?} {b:?}");
        }
        assert_eq!(back.encode(), text, "and once read it stays what it is");
    }

    #[test]
    fn a_coarser_mesh_has_fewer_triangles_of_the_same_surface() {
        let (points, faces) = bowl(60);
        let (mesh, middle) = DrawnMesh::new(&points, &faces, 300).unwrap();
        assert!(mesh.faces.len() <= 300 && mesh.faces.len() > 80, "{}", mesh.faces.len());
        for p in &mesh.points {
            let [x, y, z] = std::array::from_fn(|i| f64::from(p[i]) + middle[i]);
            assert!((z - x * x - y * y).abs() < 0.02, "{p:?}");
        }
    }

    #[test]
    fn texts_that_are_no_meshes_are_errors() {
        let (points, faces) = bowl(3);
        let text = DrawnMesh::new(&points, &faces, 300).unwrap().0.encode();
        for wrong in ["", "!", &text[..text.len() - 4], &text.replacen(&text[..5], "/////", 1)] {
            assert!(DrawnMesh::decode(wrong).is_err(), "{wrong}");
        }
    }
}
