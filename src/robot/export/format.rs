//! Which formats there are.
use super::urdf;
use crate::robot::RobotSpec;
use crate::robot::mjcf::{self, MjcfOptions};

/// A format of another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// MuJoCo's XML: the robot on a plane with its controllers, standing in keyframe `nominal`.
    Mjcf,
    /// The Unified Robot Description Format.
    Urdf,
}

/// A robot with everything that is known of it, as text.
pub fn robot(spec: &RobotSpec, format: Format) -> String {
    match format {
        Format::Mjcf => mjcf::export(spec, &MjcfOptions { whole: true, ..MjcfOptions::default() }),
        Format::Urdf => urdf::export(spec),
    }
}
