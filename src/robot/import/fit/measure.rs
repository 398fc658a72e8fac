//! How well spheres stand in for a surface.
use super::ball::Ball;
use crate::robot::import::math::{V3, norm, sub};

/// Distances between a source's surface and that of the spheres, m.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FitError {
    /// The farthest that the source reaches out of the spheres.
    pub left_out: f64,
    /// The farthest that the spheres reach out of the source.
    pub sticks_out: f64,
    /// Mean of the distance, whichever side.
    pub mean: f64,
}

impl FitError {
    /// The larger of both sides.
    pub fn largest(&self) -> f64 {
        self.left_out.max(self.sticks_out)
    }
}

/// Spheres, their error, and the samples on which it was measured.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// Centres and radii.
    pub balls: Vec<Ball>,
    /// The error; zero for a sphere.
    pub error: FitError,
    /// Points on the source's surface.
    pub samples: Vec<V3>,
}

/// Judges spheres.
pub fn measure(balls: Vec<Ball>, samples: Vec<V3>) -> Fit {
    let mut error = FitError::default();
    for p in &samples {
        let distance = balls.iter().map(|(c, r)| norm(sub(*p, *c)) - r).fold(f64::INFINITY, f64::min);
        if distance.is_finite() {
            error.left_out = error.left_out.max(distance);
            error.sticks_out = error.sticks_out.max(-distance);
            error.mean += distance.abs() / samples.len() as f64;
        }
    }
    Fit { balls, error, samples }
}
