//! What fits are made of.
use crate::robot::import::math::V3;

/// A sphere: centre and radius, m.
pub type Ball = (V3, f64);

/// Samples of a surface on which a fit is judged.
pub const SAMPLES: usize = 1500;
