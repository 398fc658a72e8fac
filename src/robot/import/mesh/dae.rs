//! COLLADA, as much of it as meshes of robots use: triangles and polygons of the geometries that the scene shows, with
//! its placements, unit and upward axis.
use super::triangles::Triangles;
use crate::robot::import::math::{M3, V3, matrix, product, turn};
use crate::robot::import::xml::guard;
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

/// Largest text, bytes.
const MOST_BYTES: u64 = 32 << 20;
const MOST_NODES: u32 = 400_000;
const MOST_SHOWN: usize = 2_000;
/// Most triangles and points.
const MOST: usize = 6_000_000;
const MOST_DEPTH: usize = 64;

/// An affine map: a matrix and an offset.
#[derive(Clone, Copy)]
struct Affine(M3, V3);

impl Affine {
    fn of(self, inner: Affine) -> Affine {
        Affine(product(self.0, inner.0), self.point(inner.1))
    }
    fn point(self, p: V3) -> V3 {
        std::array::from_fn(|r| self.1[r] + (0..3).map(|c| self.0[r][c] * p[c]).sum::<f64>())
    }
}

const STILL: Affine = Affine([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], [0.0; 3]);

/// Reads one.
pub fn parse(text: &str) -> Result<Triangles, String> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..Default::default() };
    guard(text, MOST_BYTES)?;
    let document =
        Document::parse_with_options(text, options).map_err(|e| format!("this is not sound XML: {e}"))?;
    let root = document.root_element();
    let named = |tag: &'static str| root.descendants().filter(move |n| n.has_tag_name_here(tag));
    let mut geometries = BTreeMap::new();
    for geometry in named("geometry") {
        geometries.insert(geometry.attribute("id").unwrap_or_default(), read_geometry(geometry)?);
    }
    let unit = named("unit").find_map(|u| u.attribute("meter")?.parse::<f64>().ok()).unwrap_or(1.0);
    let up = named("up_axis").find_map(|u| u.text()).unwrap_or("Z_UP").trim();
    let turned: M3 = match up {
        "Y_UP" => [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]],
        "X_UP" => [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
        _ => STILL.0,
    };
    let world = Affine(turned.map(|row| row.map(|v| v * unit)), [0.0; 3]);
    let mut mesh = Triangles::default();
    let mut shown = 0;
    for scene in named("visual_scene") {
        place(scene, world, 0, &geometries, &mut mesh, &mut shown)?;
    }
    if shown == 0 {
        // without a scene everything is shown once
        geometries.values().for_each(|g| append(&mut mesh, g, world));
    }
    Ok(mesh)
}

trait Tagged {
    fn has_tag_name_here(&self, tag: &str) -> bool;
}
impl Tagged for Node<'_, '_> {
    /// Whatever the namespace.
    fn has_tag_name_here(&self, tag: &str) -> bool {
        self.is_element() && self.tag_name().name() == tag
    }
}

fn append(mesh: &mut Triangles, part: &Triangles, at: Affine) {
    let first = mesh.points.len() as u32;
    mesh.points.extend(part.points.iter().map(|p| at.point(*p)));
    mesh.faces.extend(part.faces.iter().map(|f| f.map(|i| i.saturating_add(first))));
}

fn place(
    node: Node<'_, '_>,
    around: Affine,
    depth: usize,
    geometries: &BTreeMap<&str, Triangles>,
    mesh: &mut Triangles,
    shown: &mut usize,
) -> Result<(), String> {
    if depth > MOST_DEPTH {
        return Err(format!("nodes are nested more than {MOST_DEPTH} deep"));
    }
    let mut here = around;
    for child in node.children().filter(Node::is_element) {
        let values = || numbers(child.text().unwrap_or_default());
        match child.tag_name().name() {
            "matrix" => {
                let v = values()?;
                if v.len() != 16 {
                    return Err("a matrix has sixteen numbers".into());
                }
                let m = std::array::from_fn(|r| std::array::from_fn(|c| v[4 * r + c]));
                here = here.of(Affine(m, [v[3], v[7], v[11]]));
            }
            "translate" => here = here.of(Affine(STILL.0, three(&values()?)?)),
            "scale" => {
                let s = three(&values()?)?;
                let m = std::array::from_fn(|r| std::array::from_fn(|c| if r == c { s[r] } else { 0.0 }));
                here = here.of(Affine(m, [0.0; 3]));
            }
            "rotate" => {
                let v = values()?;
                if v.len() != 4 {
                    return Err("a rotation has four numbers".into());
                }
                let axis = crate::robot::import::math::unit([v[0], v[1], v[2]]);
                if let Some(axis) = axis {
                    here = here.of(Affine(matrix(turn(axis, v[3].to_radians())), [0.0; 3]));
                }
            }
            "instance_geometry" => {
                *shown += 1;
                let url = child.attribute("url").unwrap_or_default().trim_start_matches('#');
                let Some(geometry) = geometries.get(url) else { continue };
                let size =
                    mesh.faces.len() + geometry.faces.len() + mesh.points.len() + geometry.points.len();
                if *shown > MOST_SHOWN || size > MOST {
                    return Err("the scene shows too much".into());
                }
                append(mesh, geometry, here);
            }
            "node" => place(child, here, depth + 1, geometries, mesh, shown)?,
            _ => {}
        }
    }
    Ok(())
}

fn read_geometry(geometry: Node<'_, '_>) -> Result<Triangles, String> {
    let mut mesh = Triangles::default();
    let inside = |tag: &'static str| geometry.descendants().filter(move |n| n.has_tag_name_here(tag));
    let source = inside("vertices")
        .flat_map(|v| v.children())
        .find(|i| i.attribute("semantic") == Some("POSITION"))
        .and_then(|i| i.attribute("source"));
    let Some(source) = source.map(|s| s.trim_start_matches('#')) else { return Ok(mesh) };
    let Some(source) = inside("source").find(|s| s.attribute("id") == Some(source)) else { return Ok(mesh) };
    let array = source.children().find(|n| n.has_tag_name_here("float_array")).and_then(|n| n.text());
    let values = numbers(array.unwrap_or_default())?;
    mesh.points = values.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect();
    for part in geometry.descendants().filter(Node::is_element) {
        let kind = part.tag_name().name();
        if !matches!(kind, "triangles" | "polylist" | "polygons") {
            continue;
        }
        let of = |tag: &'static str| part.children().filter(move |n| n.has_tag_name_here(tag));
        let offset =
            |i: &Node<'_, '_>| i.attribute("offset").and_then(|o| o.parse::<usize>().ok()).unwrap_or(0);
        let stride = of("input").map(|i| offset(&i)).max().unwrap_or(0).min(64) + 1;
        let Some(vertex) = of("input").find(|i| i.attribute("semantic") == Some("VERTEX")) else { continue };
        let vertex = offset(&vertex).min(64);
        let counts = of("vcount").find_map(|n| n.text()).map(indices).transpose()?;
        for list in of("p").filter_map(|n| n.text()) {
            let all: Vec<u32> = indices(list)?.chunks_exact(stride).map(|c| c[vertex]).collect();
            let counts = match (kind, &counts) {
                ("polylist", Some(counts)) => counts.clone(),
                ("polygons", _) => vec![all.len() as u32],
                _ => vec![3; all.len() / 3],
            };
            let mut rest = all.as_slice();
            for count in counts {
                let Some((corners, after)) = rest.split_at_checked(count as usize) else { break };
                rest = after;
                mesh.faces
                    .extend((1..corners.len().max(2) - 1).map(|i| [corners[0], corners[i], corners[i + 1]]));
            }
        }
    }
    // what a broken file names beyond its vertices would land in another geometry
    match mesh.faces.iter().flatten().all(|i| (*i as usize) < mesh.points.len()) {
        true => Ok(mesh),
        false => Err("a triangle names a vertex that does not exist".into()),
    }
}

fn three(v: &[f64]) -> Result<V3, String> {
    v.try_into().map_err(|_| "three numbers are needed".to_owned())
}

fn numbers(text: &str) -> Result<Vec<f64>, String> {
    let number = |w: &str| w.parse::<f64>().map_err(|_| "something is not a number".to_owned());
    text.split_ascii_whitespace().map(number).collect()
}

fn indices(text: &str) -> Result<Vec<u32>, String> {
    let number = |w: &str| w.parse::<u32>().map_err(|_| "something is not an index".to_owned());
    text.split_ascii_whitespace().map(number).collect()
}
