//! STL, binary and text.
use super::triangles::Triangles;

/// Reads either kind.
pub fn parse(bytes: &[u8]) -> Result<Triangles, String> {
    let promised = bytes.get(80..84).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes);
    // a binary file may begin with `solid` as well: what counts is whether the length fits
    let fits = promised.is_some_and(|n| bytes.len() as u64 == 84 + 50 * u64::from(n));
    if !fits && bytes.trim_ascii_start().starts_with(b"solid") {
        return text(&String::from_utf8_lossy(bytes));
    }
    let Some(promised) = promised else { return Err("too short for an STL file".into()) };
    if bytes.len() as u64 != 84 + 50 * u64::from(promised) {
        return Err(format!("it promises {promised} triangles, but its length is another"));
    }
    let mut mesh = Triangles::default();
    for face in bytes[84..].chunks_exact(50) {
        let at = |i: usize| {
            let b = &face[12 + 4 * i..16 + 4 * i];
            f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        };
        let first = mesh.points.len() as u32;
        (0..3).for_each(|c| mesh.points.push([at(3 * c), at(3 * c + 1), at(3 * c + 2)]));
        mesh.faces.push([first, first + 1, first + 2]);
    }
    Ok(mesh)
}

fn text(text: &str) -> Result<Triangles, String> {
    let mut mesh = Triangles::default();
    for (number, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("vertex") {
            continue;
        }
        let mut point = [0.0; 3];
        for v in &mut point {
            let word = words.next().and_then(|w| w.parse::<f64>().ok());
            *v = word.ok_or_else(|| format!("line {}: a vertex has three numbers", number + 1))?;
        }
        mesh.points.push(point);
        if mesh.points.len() % 3 == 0 {
            let last = mesh.points.len() as u32;
            mesh.faces.push([last - 3, last - 2, last - 1]);
        }
    }
    Ok(mesh)
}
