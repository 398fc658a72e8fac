//! How to import.
use std::path::PathBuf;

/// How to import.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the robot.
    pub name: String,
    /// Joints that do not move.
    pub lock: Vec<String>,
    /// Folders with meshes, besides that of the file and the one above.
    pub meshes: Vec<PathBuf>,
    /// About how many spheres stand in for a shape at most.
    pub spheres: usize,
    /// Rotor inertia of joints without one, kg m².
    pub armature: Option<f64>,
    /// Effort limit of joints without one, N m.
    pub effort: Option<f64>,
    /// Speed limit of joints without one, rad/s.
    pub velocity: Option<f64>,
}

impl Options {
    /// The usual ones.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            lock: vec![],
            meshes: vec![],
            spheres: 4,
            armature: None,
            effort: None,
            velocity: None,
        }
    }
}
