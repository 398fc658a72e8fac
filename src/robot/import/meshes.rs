//! Mesh files of a robot, each read once, all of them together bounded.
use super::math::{Place, V3};
use super::mesh::{self, Triangles};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Most triangles and points of all meshes of a robot.
const MOST: usize = 8_000_000;

/// Where meshes are looked for, and those read already.
#[derive(Debug, Default)]
pub struct Meshes {
    folders: Vec<PathBuf>,
    read: RefCell<BTreeMap<PathBuf, std::result::Result<Arc<Triangles>, String>>>,
    placed: RefCell<usize>,
}

impl Meshes {
    /// Looks in these folders, the first one first.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// A mesh, scaled and placed; otherwise why there is none.
    pub fn open(
        &self,
        directory: &str,
        name: &str,
        factors: V3,
        place: Place,
    ) -> Result<Arc<Triangles>, String> {
        let missing =
            || "the mesh file is not beside the robot file (give its folder by --meshes)".to_owned();
        let path = mesh::find(&self.folders, directory, name).ok_or_else(missing)?;
        let mut read = self.read.borrow_mut();
        let plain = read.entry(path.clone()).or_insert_with(|| mesh::read(&path).map(Arc::new)).clone()?;
        let mut placed = self.placed.borrow_mut();
        *placed += plain.faces.len() + plain.points.len();
        if *placed > MOST {
            return Err(format!("all meshes together have more than {MOST} triangles and points"));
        }
        if factors == [1.0; 3] && place == Place::HERE {
            return Ok(plain);
        }
        plain.placed(factors, place).checked().map(Arc::new)
    }
}
