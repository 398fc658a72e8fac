//! The ground: a plane or a height field sampled on a regular grid, and solid boxes on, in or above it.
mod advance;
mod boxes;
mod build;
mod edges;
mod export;
mod field;
mod files;
mod generators;
mod grid;
mod levels;
mod mix;
mod oriented_box;
mod random;
mod ray;
mod shape;
#[cfg(test)]
pub mod testing;
mod track;

pub use advance::obstacles_to_advance;
pub use boxes::Boxes;
pub(crate) use boxes::Grid;
pub use build::{build, highest_around};
pub use edges::{EdgeGrid, edges};
pub use export::GroundXml;
pub use field::HeightField;
pub use files::{FileKind, HeightFile, MeshFacts, Picture, TriangleGround};
pub use generators::{GENERATORS, Generator, Parameter, generator};
pub use grid::{MOST_SAMPLES, TerrainCfg};
pub use levels::{LevelRule, Outcome, SuccessRates, next_level};
pub use mix::{FOLDER, Mix, MixType, Span, Steps};
pub use oriented_box::OrientedBox;
pub use track::{Obstacle, Track};

use std::sync::Arc;

/// What robots stand on.
#[derive(Clone, Debug, PartialEq)]
pub struct Terrain {
    /// What is everywhere.
    pub surface: Surface,
    /// What stands on it, lies in it, or hangs above it.
    pub boxes: Boxes,
    /// The surface in full, with what is under its overhangs, where that is known: for engines that take triangles.
    pub mesh: Option<Arc<TriangleGround>>,
}

/// A surface without overhangs.
#[derive(Clone, Debug, PartialEq)]
pub enum Surface {
    /// A horizontal plane.
    Plane {
        /// World z, m.
        height: f32,
    },
    /// A height field.
    Field(HeightField),
}

impl Surface {
    /// Its height at a world position, m.
    pub fn height(&self, x: f32, y: f32) -> f32 {
        match self {
            Self::Plane { height } => *height,
            Self::Field(f) => f.height(x, y),
        }
    }
}

impl From<HeightField> for Terrain {
    fn from(field: HeightField) -> Self {
        Self { surface: Surface::Field(field), ..Self::plane(0.0) }
    }
}

impl Terrain {
    /// A horizontal plane at a height, m.
    pub const fn plane(height: f32) -> Self {
        Self { surface: Surface::Plane { height }, boxes: Boxes::NONE, mesh: None }
    }

    /// Whether it is a plane without anything on it.
    pub fn is_plane(&self) -> bool {
        matches!(self.surface, Surface::Plane { .. }) && self.boxes.is_empty()
    }

    /// The same ground, so that spheres up to a radius find all that they touch, m.
    pub(crate) fn reaching(&self, radius: f32) -> Self {
        let surface = match &self.surface {
            Surface::Field(f) => Surface::Field(f.reaching(radius, self.boxes.list())),
            plane => plane.clone(),
        };
        Self { surface, boxes: self.boxes.reaching(radius), mesh: None }
    }

    /// This ground with these boxes instead of its own. Fails if one is impossible, or if there are too many.
    pub fn with_boxes(self, boxes: Vec<OrientedBox>) -> Result<Self, String> {
        Ok(Self { boxes: Boxes::new(boxes)?, ..self })
    }

    /// Highest point of surface and boxes at a world position, m.
    pub fn height(&self, x: f32, y: f32) -> f32 {
        let surface = self.surface.height(x, y);
        self.boxes.top(x, y).map_or(surface, |top| top.max(surface))
    }

    /// Height of what is under a place at `z`, m: as [`Terrain::height`], without boxes that hang above it.
    pub fn height_below(&self, [x, y, z]: [f32; 3]) -> f32 {
        let surface = self.surface.height(x, y);
        self.boxes.top_below(x, y, z).map_or(surface, |top| top.max(surface))
    }
}
