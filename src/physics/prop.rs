//! Things around the robots, as an engine takes them: shape, place, mass, friction. Only [`super::rapier`] knows them.
use crate::robot::LinkPose;

/// A thing. Of two that touch, the greater friction counts, as in MuJoCo.
#[derive(Clone, Debug, PartialEq)]
pub struct PropBody {
    /// Its form.
    pub shape: PropShape,
    /// Where its middle is at first, world.
    pub pose: LinkPose,
    /// kg; `None`: it cannot be moved.
    pub mass: Option<f32>,
    /// Coefficient of friction.
    pub friction: f32,
}

/// Form of a thing; its middle is at the origin. Lengths along x, y, z in m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PropShape {
    /// A box.
    Box([f32; 3]),
    /// A ball of this radius.
    Ball(f32),
    /// A wedge: the lower half of a box that rises along x.
    Wedge([f32; 3]),
    /// Steps that rise along x to the full height of the box around them.
    Stairs([f32; 3], usize),
}

impl PropShape {
    /// Distance of its farthest point from its middle, m.
    pub fn reach(&self) -> f32 {
        match *self {
            Self::Ball(radius) => radius,
            Self::Box(size) | Self::Wedge(size) | Self::Stairs(size, _) => {
                size.iter().map(|length| length * length).sum::<f32>().sqrt() / 2.0
            }
        }
    }
    /// The boxes that stairs are made of: middle and lengths of each, m; the lowest first.
    pub fn steps([x, y, z]: [f32; 3], count: usize) -> impl Iterator<Item = ([f32; 3], [f32; 3])> {
        let (tread, rise) = (x / count as f32, z / count as f32);
        (0..count).map(move |i| {
            let height = rise * (i + 1) as f32;
            ([(i as f32 + 0.5) * tread - x / 2.0, 0.0, (height - z) / 2.0], [tread, y, height])
        })
    }
    /// Corners of a wedge: the foot, then the upper edge, m.
    pub fn wedge([x, y, z]: [f32; 3]) -> [[f32; 3]; 6] {
        let [x, y, z] = [x, y, z].map(|length| length / 2.0);
        [[-x, -y, -z], [x, -y, -z], [x, y, -z], [-x, y, -z], [x, -y, z], [x, y, z]]
    }
}

/// A thing that is pulled at, as by a spring between a place on it and a place in the world.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropPull {
    /// Number of the thing.
    pub prop: usize,
    /// Where it is held, in its own frame, m.
    pub grip: [f32; 3],
    /// Where that place is wanted, world, m.
    pub target_w: [f32; 3],
}

/// The force that a pull makes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PropForce {
    /// Number of the thing.
    pub prop: usize,
    /// Where it is held, world, m.
    pub at_w: [f32; 3],
    /// World, N.
    pub force_w: [f32; 3],
}

/// A line by which an engine shows what it sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DebugLine {
    /// World, m.
    pub ends_w: [[f32; 3]; 2],
    /// Hue in degrees, saturation, lightness, opacity.
    pub color: [f32; 4],
}
