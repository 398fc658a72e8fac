//! Surfaces of triangles: STL (binary and text), OBJ and COLLADA, read with bounds.
mod dae;
mod obj;
mod stl;
mod triangles;

pub use triangles::Triangles;

use std::path::{Path, PathBuf};

/// Largest mesh file, bytes.
const MOST_BYTES: u64 = 32 << 20;

/// Reads a mesh by its ending.
pub fn read(path: &Path) -> Result<Triangles, String> {
    let bytes = super::xml::bytes(path, MOST_BYTES).map_err(|e| e.to_string())?;
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    parse(&bytes, &ending).map_err(|e| format!("{}: {e}", path.display()))
}

/// Reads the contents of a file with such an ending: `stl`, `obj` or `dae`.
pub fn parse(bytes: &[u8], ending: &str) -> Result<Triangles, String> {
    let text = || std::str::from_utf8(bytes).map_err(|_| "this is not UTF-8 text".to_owned());
    let mesh = match ending {
        "stl" => stl::parse(bytes)?,
        "obj" => obj::parse(&String::from_utf8_lossy(bytes))?,
        "dae" => dae::parse(text()?)?,
        other => return Err(format!("meshes of type `{other}` are not read; convert it to STL or OBJ")),
    };
    mesh.checked()
}

/// Where a mesh of a robot file is: under the folders given, by its whole path, then by its name alone. Leading
/// `package://name/`, `file://` and `..` are taken off, so that nothing outside the folders is read.
pub fn find(folders: &[PathBuf], directory: &str, name: &str) -> Option<PathBuf> {
    let bare = match name.split_once("://") {
        Some(("package" | "model", rest)) => rest.split_once('/').map_or(rest, |(_, path)| path),
        Some((_, rest)) => rest,
        None => name,
    };
    let inner = |path: &str| {
        path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect::<Vec<_>>().join("/")
    };
    let (bare, directory) = (inner(bare), inner(directory));
    let last = bare.rsplit('/').next().unwrap_or(&bare).to_owned();
    let ways = [
        format!("{directory}/{bare}"),
        bare.clone(),
        format!("{directory}/{last}"),
        format!("meshes/{last}"),
        last,
    ];
    folders.iter().find_map(|folder| {
        ways.iter().find_map(|way| super::xml::inside(folder, way.trim_start_matches('/')).ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tetrahedron in the corner of the axes, sides of one metre.
    const OBJ: &str = "# corner\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nvn 0 0 1\nf 1 3 2\nf 1//1 2//1 4//1\nf 1/1 4/1 3/1\nf -3 -2 -1\n";

    fn binary_stl(mesh: &Triangles) -> Vec<u8> {
        let mut out = vec![0u8; 80];
        out.extend((mesh.faces.len() as u32).to_le_bytes());
        for face in &mesh.faces {
            out.extend([0u8; 12]);
            for corner in face {
                mesh.points[*corner as usize].iter().for_each(|v| out.extend((*v as f32).to_le_bytes()));
            }
            out.extend([0u8; 2]);
        }
        out
    }

    #[test]
    fn obj_and_both_kinds_of_stl_hold_the_same_tetrahedron() {
        let obj = parse(OBJ.as_bytes(), "obj").unwrap();
        let inertial = obj.inertial(6.0).unwrap();
        assert!((inertial.mass - 1.0).abs() < 1e-12, "a sixth of a cubic metre");
        assert!(inertial.com.iter().all(|c| (c - 0.25).abs() < 1e-12), "{:?}", inertial.com);
        // a corner tetrahedron of unit mass: x² on average 1/10, less the centre's 1/16; twice that about an axis
        assert!((inertial.tensor[0][0] - 2.0 * (0.1 - 0.0625)).abs() < 1e-12);
        assert!((inertial.tensor[0][1] + (0.05 - 0.0625)).abs() < 1e-12);
        let binary = parse(&binary_stl(&obj), "stl").unwrap();
        let mut text = "solid corner\n".to_owned();
        for face in &obj.faces {
            text += "facet normal 0 0 0\nouter loop\n";
            for corner in face {
                let [x, y, z] = obj.points[*corner as usize];
                text += &format!("vertex {x} {y} {z}\n");
            }
            text += "endloop\nendfacet\n";
        }
        let ascii = parse((text + "endsolid corner\n").as_bytes(), "stl").unwrap();
        for other in [binary, ascii] {
            assert_eq!(other.faces.len(), 4);
            assert!((other.inertial(6.0).unwrap().mass - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn collada_is_read_with_its_unit_axis_and_placements() {
        let dae = r##"<COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema"><asset><unit meter="0.01"/><up_axis>Y_UP</up_axis></asset>
          <library_geometries><geometry id="g"><mesh>
            <source id="p"><float_array id="pa" count="12">0 0 0 100 0 0 0 100 0 0 0 100</float_array><technique_common><accessor stride="3"/></technique_common></source>
            <vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
            <triangles count="2"><input semantic="VERTEX" source="#v" offset="0"/><input semantic="NORMAL" source="#n" offset="1"/><p>0 0 2 0 1 0 0 0 1 0 3 0</p></triangles>
            <polylist count="2"><input semantic="VERTEX" source="#v" offset="0"/><vcount>3 3</vcount><p>0 3 2 1 2 3</p></polylist>
          </mesh></geometry></library_geometries>
          <library_visual_scenes><visual_scene><node><translate>100 0 0</translate><node><scale>2 1 1</scale><instance_geometry url="#g"/></node></node></visual_scene></library_visual_scenes></COLLADA>"##;
        let mesh = parse(dae.as_bytes(), "dae").unwrap();
        assert_eq!(mesh.faces.len(), 4);
        let (low, high) = mesh.bounds();
        let close = |a: [f64; 3], b: [f64; 3]| (0..3).all(|i| (a[i] - b[i]).abs() < 1e-9);
        // y is up there: z of the file becomes -y here
        assert!(close(low, [1.0, -1.0, 0.0]) && close(high, [3.0, 0.0, 1.0]), "{low:?} {high:?}");
    }

    #[test]
    fn a_scene_that_shows_a_large_mesh_a_thousand_times_is_refused() {
        let points = "0 ".repeat(3 * 50_000);
        let shown = "<instance_geometry url=\"#g\"/>".repeat(1000);
        let dae = format!(
            "<COLLADA><geometry id=\"g\"><mesh><source id=\"p\"><float_array>{points}</float_array></source><vertices>\
             <input semantic=\"POSITION\" source=\"#p\"/></vertices><triangles><input semantic=\"VERTEX\"/><p>0 1 2</p></triangles>\
             </mesh></geometry><visual_scene>{shown}</visual_scene></COLLADA>"
        );
        assert!(parse(dae.as_bytes(), "dae").unwrap_err().contains("shows too much"));
    }

    #[test]
    fn broken_meshes_are_errors_in_words() {
        for (bytes, ending, part) in [
            (&b"v 0 0 nan\nv 0 0 1\nv 1 0 0\nf 1 2 3"[..], "obj", "not a number"),
            (b"v 0 0 0\nf 1 2 3", "obj", "vertex"),
            (b"v 0 0 0", "obj", "no triangles"),
            (&[255u8; 84], "stl", "promises"),
            (b"solid", "stl", "no triangles"),
            (b"<COLLADA/>", "dae", "no triangles"),
            (b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "dae", "XML"),
            (b"x", "step", "convert"),
        ] {
            let error = parse(bytes, ending).unwrap_err();
            assert!(error.contains(part), "{ending}: {error}");
        }
    }
}
