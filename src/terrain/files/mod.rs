//! Ground from files: heights in a picture, or a surface of triangles.
mod mesh;
mod picture;

pub use mesh::{MeshFacts, TriangleGround};
pub use picture::Picture;

use crate::config;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Files that are kept after they were read.
const KEPT: usize = 4;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A greyscale PNG.
    Picture,
    /// STL, OBJ or COLLADA.
    Mesh,
}

/// What was read.
#[derive(Clone, Debug)]
pub enum HeightFile {
    /// Brightness is height.
    Picture(Arc<Picture>),
    /// Triangles.
    Mesh(Arc<TriangleGround>),
}

impl HeightFile {
    /// Whether a file of this name holds a picture and not a mesh.
    pub fn is_picture(path: &Path) -> bool {
        path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"))
    }

    /// What it holds.
    pub fn kind(&self) -> FileKind {
        match self {
            Self::Picture(_) => FileKind::Picture,
            Self::Mesh(_) => FileKind::Mesh,
        }
    }

    /// Reads a file, given by its path from here or below the root. Those read last are kept until they change.
    pub fn read(path: &str) -> Result<Self, String> {
        type Known = (PathBuf, Option<SystemTime>, HeightFile);
        static KNOWN: Mutex<Vec<Known>> = Mutex::new(vec![]);
        let direct = PathBuf::from(path);
        let path = if direct.exists() { direct } else { config::root().join(path) };
        let changed =
            std::fs::metadata(&path).map_err(|e| format!("{}: {e}", path.display()))?.modified().ok();
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((.., file)) = known.iter().find(|(p, t, _)| *p == path && *t == changed) {
            return Ok(file.clone());
        }
        let file = match Self::is_picture(&path) {
            true => Self::Picture(Arc::new(Picture::read(&path)?)),
            false => Self::Mesh(Arc::new(TriangleGround::read(&path)?)),
        };
        known.retain(|(p, ..)| *p != path);
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((path, changed, file.clone()));
        Ok(file)
    }
}
