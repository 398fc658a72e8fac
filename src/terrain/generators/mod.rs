//! The kinds of ground that tiles are made of: one function, one row of a table each.
//!
//! A tile is a square with its origin in the middle and height 0 all along its rim. A parameter has a value for the easiest level
//! and one for the hardest; levels between them get values between them. `r` is the distance to the rim in the Chebyshev metric,
//! so that contours are squares: every way out meets them straight or oblique.
mod from_file;
mod holes;
mod obstacles;
mod slopes;
mod smooth;
mod stairs;

use super::files::{FileKind, HeightFile};
use super::shape::Shape;
pub(super) use obstacles::scatter;

/// A kind of ground.
pub struct Generator {
    /// As in files.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// What can be set, in the order in which the function reads them.
    pub parameters: &'static [Parameter],
    /// Whether it has vertical faces.
    pub stepped: bool,
    /// Whether it needs a `file`, and of which kind.
    pub file: Option<FileKind>,
    shape: fn(&Tile) -> Shape,
}

/// A number of a generator.
pub struct Parameter {
    /// As in files.
    pub name: &'static str,
    /// One sentence.
    pub about: &'static str,
    /// Of its values.
    pub unit: &'static str,
    /// On the easiest and on the hardest level, where a mix does not say.
    pub usual: [f64; 2],
    /// Smallest and largest value.
    pub limits: [f64; 2],
}

/// The tile to be made.
pub(super) struct Tile {
    /// Half of its length, m.
    pub half: f32,
    /// Of everything random in it.
    pub seed: u64,
    /// A value per parameter.
    pub values: Vec<f32>,
    /// What was read, of generators that need a file.
    pub file: Option<HeightFile>,
}

impl Tile {
    /// The values, by name in the order of the table.
    fn values<const N: usize>(&self) -> [f32; N] {
        std::array::from_fn(|i| self.values.get(i).copied().unwrap_or(0.0))
    }
}

impl Generator {
    pub(super) fn shape(&self, tile: &Tile) -> Shape {
        (self.shape)(tile)
    }
}

/// By name.
pub fn generator(name: &str) -> Option<&'static Generator> {
    GENERATORS.iter().find(|g| g.name == name)
}

const fn parameter(
    name: &'static str,
    about: &'static str,
    unit: &'static str,
    usual: [f64; 2],
    limits: [f64; 2],
) -> Parameter {
    Parameter { name, about, unit, usual, limits }
}

const fn platform(usual: f64) -> Parameter {
    parameter(
        "platform",
        "Length of the level square in the middle, where robots start.",
        "m",
        [usual; 2],
        [0.0, 20.0],
    )
}

const SLOPE: Parameter = parameter("slope", "Rise per length.", "", [0.0, 0.4], [0.0, 1.5]);
const STEP: Parameter = parameter("step", "Height of a step.", "m", [0.05, 0.23], [0.0, 0.6]);
const RUN: Parameter = parameter("run", "Depth of a step.", "m", [0.31; 2], [0.1, 4.0]);
const ROUGHNESS: Parameter =
    parameter("height", "Largest deviation up and down.", "m", [0.01, 0.05], [0.0, 0.5]);
const LATTICE: Parameter = parameter("width", "Distance of random heights.", "m", [0.2; 2], [0.05, 4.0]);
const DEPTH: Parameter = parameter("depth", "How deep the holes are.", "m", [0.4; 2], [0.0, 5.0]);

const FADE: Parameter =
    parameter("fade", "Length over which heights fall to 0 at the rim.", "m", [0.5; 2], [0.0, 10.0]);

/// All kinds of ground.
pub const GENERATORS: &[Generator] = &[
    Generator {
        name: "flat",
        about: "Level ground.",
        parameters: &[],
        stepped: false,
        file: None,
        shape: smooth::flat,
    },
    Generator {
        name: "noise",
        about: "Random heights on a lattice, bilinear in between.",
        parameters: &[
            parameter("height", "Largest deviation up and down.", "m", [0.01, 0.08], [0.0, 0.5]),
            LATTICE,
        ],
        stepped: false,
        file: None,
        shape: smooth::noise,
    },
    Generator {
        name: "bumps",
        about: "Smooth bumps.",
        parameters: &[
            parameter("height", "Height of the bumps.", "m", [0.0, 0.12], [0.0, 0.5]),
            parameter("width", "Distance from one bump to the next.", "m", [0.7; 2], [0.2, 10.0]),
        ],
        stepped: false,
        file: None,
        shape: smooth::bumps,
    },
    Generator {
        name: "waves",
        about: "Waves along x and y.",
        parameters: &[
            parameter("height", "Largest deviation up and down.", "m", [0.02, 0.15], [0.0, 1.0]),
            parameter("length", "From crest to crest.", "m", [2.0, 1.2], [0.2, 20.0]),
            platform(2.0),
        ],
        stepped: false,
        file: None,
        shape: smooth::waves,
    },
    Generator {
        name: "slope_up",
        about: "A hollow: whoever walks out walks up.",
        parameters: &[SLOPE, platform(2.0)],
        stepped: false,
        file: None,
        shape: slopes::up,
    },
    Generator {
        name: "slope_down",
        about: "A hill: whoever walks out walks down.",
        parameters: &[SLOPE, platform(2.0)],
        stepped: false,
        file: None,
        shape: slopes::down,
    },
    Generator {
        name: "rough_slope_up",
        about: "A hollow with noise on it.",
        parameters: &[SLOPE, ROUGHNESS, LATTICE, platform(2.0)],
        stepped: false,
        file: None,
        shape: slopes::rough_up,
    },
    Generator {
        name: "rough_slope_down",
        about: "A hill with noise on it.",
        parameters: &[SLOPE, ROUGHNESS, LATTICE, platform(2.0)],
        stepped: false,
        file: None,
        shape: slopes::rough_down,
    },
    Generator {
        name: "stairs_up",
        about: "Square rings of steps: whoever walks out climbs.",
        parameters: &[STEP, RUN, platform(2.0)],
        stepped: true,
        file: None,
        shape: stairs::up,
    },
    Generator {
        name: "stairs_down",
        about: "Square rings of steps: whoever walks out descends.",
        parameters: &[STEP, RUN, platform(2.0)],
        stepped: true,
        file: None,
        shape: stairs::down,
    },
    Generator {
        name: "obstacles",
        about: "Rectangles of full, half and no height, later ones over earlier ones.",
        parameters: &[
            parameter("height", "Height of the highest.", "m", [0.05, 0.23], [0.0, 1.0]),
            parameter("count", "How many.", "", [45.0; 2], [0.0, 400.0]),
            parameter("smallest", "Shortest side.", "m", [0.4; 2], [0.1, 4.0]),
            parameter("largest", "Longest side.", "m", [1.6; 2], [0.1, 4.0]),
            parameter(
                "holes",
                "1: two in five go down instead, none has no height.",
                "",
                [0.0; 2],
                [0.0, 1.0],
            ),
            platform(2.0),
        ],
        stepped: true,
        file: None,
        shape: obstacles::obstacles,
    },
    Generator {
        name: "stepping_stones",
        about: "Square stones in rows, with holes between them.",
        parameters: &[
            parameter("size", "Length of a stone.", "m", [0.8, 0.3], [0.1, 4.0]),
            parameter("distance", "Between stones.", "m", [0.05, 0.25], [0.02, 2.0]),
            parameter("uneven", "Largest deviation of a stone's height.", "m", [0.0, 0.05], [0.0, 0.5]),
            DEPTH,
            platform(2.0),
        ],
        stepped: true,
        file: None,
        shape: obstacles::stepping_stones,
    },
    Generator {
        name: "gap",
        about: "A moat around the middle, to be stepped over.",
        parameters: &[parameter("width", "Of the moat.", "m", [0.05, 0.4], [0.0, 2.0]), DEPTH, platform(2.0)],
        stepped: true,
        file: None,
        shape: holes::gap,
    },
    Generator {
        name: "pit",
        about: "A square hole in which robots start: one step up is the way out.",
        parameters: &[
            parameter("depth", "Height of its walls.", "m", [0.05, 0.3], [0.0, 2.0]),
            platform(3.0),
        ],
        stepped: true,
        file: None,
        shape: holes::pit,
    },
    Generator {
        name: "rails",
        about: "Square rings of low walls.",
        parameters: &[
            parameter("height", "Of a rail.", "m", [0.03, 0.2], [0.0, 0.6]),
            parameter("width", "Of a rail.", "m", [0.3, 0.1], [0.02, 2.0]),
            parameter("spacing", "From rail to rail.", "m", [0.8; 2], [0.3, 4.0]),
            platform(2.0),
        ],
        stepped: true,
        file: None,
        shape: holes::rails,
    },
    Generator {
        name: "image",
        about: "Heights in a greyscale picture (PNG of 8 or 16 bits), its middle in the middle.",
        parameters: &[
            parameter("pixel", "Length of a pixel.", "m", [0.05; 2], [0.001, 10.0]),
            parameter("low", "Height of black.", "m", [0.0; 2], [-20.0, 20.0]),
            parameter("high", "Height of white.", "m", [0.1, 1.0], [-20.0, 20.0]),
            FADE,
        ],
        stepped: false,
        file: Some(FileKind::Picture),
        shape: from_file::image,
    },
    Generator {
        name: "mesh",
        about: "The upper side of a mesh (OBJ, STL; z up, m), the middle of its bounds in the middle.",
        parameters: &[
            parameter("scale", "Factor on all lengths.", "", [1.0; 2], [0.001, 1000.0]),
            parameter("lift", "Added to heights.", "m", [0.0; 2], [-100.0, 100.0]),
            FADE,
        ],
        stepped: false,
        file: Some(FileKind::Mesh),
        shape: from_file::mesh,
    },
];

#[cfg(test)]
mod tests;
