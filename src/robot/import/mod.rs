//! Import of robots from URDF and MuJoCo's XML.
//!
//! The file becomes an account-keeping tree ([`xml`]), the tree bodies ([`model`]), bodies without joints parts of links
//! ([`assemble`]), and links a robot of our own with everything assumed that the file does not say ([`build`]). The report
//! lists what was used, approximated and ignored, so that nothing is dropped in silence. Whatever the file holds: a robot or a
//! clear error, in bounded time and memory.
mod assemble;
mod build;
mod error;
mod file;
mod fit;
mod gains;
mod math;
mod mesh;
mod meshes;
mod mjcf;
mod model;
mod options;
mod report;
mod roles;
mod shapes;
mod solid;
mod stance;
#[cfg(test)]
mod tests;
mod urdf;
mod values;
mod write;
mod xml;

pub use error::ImportError;
pub use file::{Imported, import, import_text};
pub use math::to_rpy as rpy;
pub use mesh::{Triangles, read as read_mesh};
pub use options::Options;
pub use report::Report;
pub use shapes::ShapeFit;
pub use write::to_ron;
