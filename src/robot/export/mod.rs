//! Robots for other programs. What their formats have no place for (roles, gains, rotor inertia, …) travels in elements that
//! they pass over, so that an exported robot can be imported again as it was.
mod format;
mod urdf;

pub use format::{Format, robot, whole_mjcf};
