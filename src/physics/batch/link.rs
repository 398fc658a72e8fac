//! Constants of one link that all lanes share.
use std::ops::Range;

/// Per-link constants.
#[derive(Clone, Debug)]
pub(super) struct LinkConst {
    pub parent: usize,
    /// Rotation about the local x, y or z axis.
    pub axis: usize,
    /// Direction of that axis: ±1.
    pub sign: f32,
    /// Joint origin in the parent frame, m.
    pub offset: [f32; 3],
    /// Joint frame in the parent frame, unless it is the identity.
    pub rotation: Option<[[f32; 3]; 3]>,
    /// kg
    pub mass: f32,
    /// Centre of mass, m.
    pub com: [f32; 3],
    /// About the centre of mass: xx, yy, zz, xy, xz, yz, kg m².
    pub inertia: [f32; 6],
    pub diagonal_inertia: bool,
    /// Start of this joint's row in the packed mass matrix: `[6 base, ancestors from the root, self]`.
    pub row: usize,
    /// Joints from the root to this link, inclusive (joint index = link index - 1).
    pub chain: Vec<usize>,
    /// This link's points.
    pub points: Range<usize>,
    /// No point of this link's spheres is farther from the link origin, m.
    pub reach: f32,
    /// Position limits, rad.
    pub limits: [f32; 2],
    /// Its points are part of pairs: their places are wanted wherever they are.
    pub watched: bool,
}
