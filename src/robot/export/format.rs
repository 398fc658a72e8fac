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
        Format::Mjcf => whole_mjcf(spec, MjcfOptions::default()),
        Format::Urdf => urdf::export(spec),
    }
}

/// As MuJoCo's XML with other options: another step, another ground.
pub fn whole_mjcf(spec: &RobotSpec, options: MjcfOptions) -> String {
    mjcf::export(spec, &MjcfOptions { whole: true, ..options })
}
