//! Wavefront OBJ: vertices and faces; everything else is about looks.
use super::triangles::Triangles;

/// Reads one; polygons become fans of triangles.
pub fn parse(text: &str) -> Result<Triangles, String> {
    let mut mesh = Triangles::default();
    for (number, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let at = |message: &str| format!("line {}: {message}", number + 1);
        match words.next() {
            Some("v") => {
                let mut point = [0.0; 3];
                for v in &mut point {
                    let word = words.next().and_then(|w| w.parse::<f64>().ok());
                    *v = word.ok_or_else(|| at("a vertex has three numbers"))?;
                }
                mesh.points.push(point);
            }
            Some("f") => {
                let mut corners = vec![];
                for word in words {
                    let first = word.split('/').next().unwrap_or_default();
                    let index: i64 = first.parse().map_err(|_| at("a face is a list of vertex numbers"))?;
                    // counted from one, or from the latest backwards
                    let index = if index < 0 { mesh.points.len() as i64 + index } else { index - 1 };
                    let index = u32::try_from(index).map_err(|_| at("there is no such vertex"))?;
                    corners.push(index);
                }
                if corners.len() < 3 {
                    return Err(at("a face has at least three vertices"));
                }
                mesh.faces.extend((1..corners.len() - 1).map(|i| [corners[0], corners[i], corners[i + 1]]));
            }
            _ => {}
        }
    }
    Ok(mesh)
}
