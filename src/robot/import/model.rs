//! What MJCF and URDF have in common: a tree of bodies with joints and shapes. Lengths in m, angles in rad.
use super::math::{Inertial, Place, V3};
use super::mesh::Triangles;
use std::sync::Arc;

/// How a body moves against the one that carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// About an axis.
    Hinge,
    /// Along an axis.
    Slide,
    /// About a point.
    Ball,
    /// In every way.
    Free,
}

/// A joint as it was written.
#[derive(Clone, Debug)]
pub struct Joint {
    /// Its name.
    pub name: String,
    /// How it moves.
    pub kind: Kind,
    /// Axis in the body's frame, of length one.
    pub axis: V3,
    /// A point on the axis, in the body's frame, m.
    pub anchor: V3,
    /// Position limits, rad.
    pub range: Option<[f64; 2]>,
    /// The position that the file's body placement stands for, rad.
    pub reference: f64,
    /// Largest torque, N m.
    pub effort: Option<f64>,
    /// Largest speed, rad/s.
    pub velocity: Option<f64>,
    /// kg m².
    pub armature: Option<f64>,
    /// N m s/rad.
    pub damping: f64,
    /// N m.
    pub friction: f64,
    /// Where it was written.
    pub place: String,
}

impl Joint {
    /// About z through the body's origin, without limits, losses or inertia of its own.
    pub fn new(name: String, kind: Kind) -> Self {
        Self {
            name,
            kind,
            axis: [0.0, 0.0, 1.0],
            anchor: [0.0; 3],
            range: None,
            reference: 0.0,
            effort: None,
            velocity: None,
            armature: None,
            damping: 0.0,
            friction: 0.0,
            place: String::new(),
        }
    }
}

/// A solid.
#[derive(Clone, Debug)]
pub enum Solid {
    /// Radius.
    Sphere(f64),
    /// Radius, half the length between the cap centres; along z.
    Capsule(f64, f64),
    /// Radius, half the length; along z.
    Cylinder(f64, f64),
    /// Half lengths.
    Box(V3),
    /// Half axes.
    Ellipsoid(V3),
    /// Half lengths of a drawn tapered capsule: radius at −z, radius at +z, length between the cap centres.
    Taper(V3),
    /// A surface of triangles.
    Mesh(Arc<Triangles>),
    /// A mesh that is only drawn, in the text of a robot file.
    Drawn(String),
}

/// A shape on a body.
#[derive(Clone, Debug)]
pub struct Geom {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is.
    pub solid: Solid,
    /// Where, in the body's frame.
    pub place: Place,
    /// Whether it touches things.
    pub collides: bool,
    /// Whether it is drawn.
    pub drawn: bool,
    /// The drawing material's name.
    pub material: Option<String>,
}

/// A body.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its name.
    pub name: String,
    /// Index of the body that carries it; smaller than its own.
    pub parent: Option<usize>,
    /// Where, in the frame of that body.
    pub place: Place,
    /// Mass and inertia in its own frame.
    pub inertial: Option<Inertial>,
    /// None: fixed to the one that carries it.
    pub joints: Vec<Joint>,
    /// Shapes.
    pub geoms: Vec<Geom>,
    /// Where it was written.
    pub written: String,
    /// Number of its element.
    pub element: usize,
}

/// A controller of one joint.
#[derive(Clone, Debug, Default)]
pub struct Drive {
    /// Name of the joint.
    pub joint: String,
    /// N m/rad.
    pub kp: Option<f64>,
    /// N m s/rad.
    pub kd: Option<f64>,
    /// N m.
    pub effort: Option<f64>,
}

/// A pose.
#[derive(Clone, Debug, Default)]
pub struct Pose {
    /// Height of the base, m.
    pub height: Option<f64>,
    /// Positions by joint name, rad.
    pub joints: std::collections::BTreeMap<String, f64>,
}

/// What was written by this program besides: exports carry it, so that nothing is lost on the way out and back.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    /// The robot's own words about its source.
    pub source: Option<String>,
    /// Roles, as text in RON.
    pub roles: Option<String>,
    /// Gains, as text in RON.
    pub gains: Option<String>,
    /// Speed limits, as text in RON.
    pub velocities: Option<String>,
}

/// A robot as it was written.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Name of the model in the file.
    pub name: String,
    /// Bodies, parents first, in the order of the file (depth first).
    pub bodies: Vec<Body>,
    /// Controllers.
    pub drives: Vec<Drive>,
    /// A standing pose.
    pub pose: Option<Pose>,
    /// What an export of this program carries besides.
    pub extras: Extras,
    /// Impossible inertias are to be repaired without a word.
    pub balance: bool,
    /// Total mass to scale to, kg.
    pub total_mass: Option<f64>,
}
