//! What all tests of engines need: the rig of the suite, and MuJoCo's trajectories.
use super::Engine;
pub use super::suite::cases::{flight, flight_torques, unlimited};
pub use super::suite::rig::*;
use crate::robot::RobotSpec;
use crate::terrain::{HeightField, Terrain};
use std::path::PathBuf;

/// All engines.
pub const ENGINES: [Engine; 2] = [Engine::Batch, Engine::Rapier];

/// Bumps of a few centimetres.
pub fn bumps() -> Terrain {
    let h = |x: f32, y: f32| 0.03 * ((3.0 * x).sin() + (4.0 * y + x).cos());
    Terrain::from(HeightField::from_fn(401, 401, 0.05, [-10.0, -10.0], h))
}

/// A file of `data`: its comment and rows.
pub fn reference(name: &str) -> (String, Vec<Vec<f64>>) {
    let path = data().join(format!("{name}.csv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (comment, rows) = text.split_once('\n').unwrap();
    (comment.into(), rows.lines().map(|l| l.split(',').map(|v| v.parse().unwrap()).collect()).collect())
}

/// Where MuJoCo's trajectories are.
pub fn data() -> std::path::PathBuf {
    crate::config::root().join("src/physics/batch/data")
}

/// The A1.
pub fn a1() -> RobotSpec {
    crate::robot::load("a1").unwrap()
}

/// A Python interpreter with these modules, or nothing and a line that says so.
pub fn python_with(modules: &str) -> Option<PathBuf> {
    let found = super::mujoco::python().filter(|python| {
        let tried = std::process::Command::new(python).args(["-c", &format!("import {modules}")]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    if found.is_none() {
        println!("skipped: {} names no Python with {modules}", super::mujoco::PYTHON);
    }
    found
}

impl<S: Driven + ?Sized> Rig<S> {
    /// As [`Rig::along`] with the rows of a file.
    pub fn follow(&mut self, name: &str, torque: impl Fn(f64) -> Vec<f32>) -> (f64, f64) {
        let (dq, dv) = self.along(&reference(name).1, torque);
        println!("{name}: deviation {dq:.2e}, of velocities {dv:.2e}");
        (dq, dv)
    }
}
