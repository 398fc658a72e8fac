//! One environment of a block.
use super::build::Parts;
use super::extra::Extra;
use super::model::{JointParams, Model};
use super::motion::Motion;
use super::options::Options;
use super::world::{Agent, Tick};
use crate::robot::ModelDraw;

/// One environment.
pub(super) struct Robot {
    pub draw: ModelDraw,
    pub joints: Vec<JointParams>,
    pub parts: Parts,
    pub motion: Motion,
    pub targets: Vec<f32>,
    pub extra: Extra,
}

impl Robot {
    /// One tick of it.
    pub fn tick<'a>(&'a mut self, model: &'a Model, options: &'a Options) -> (Tick<'a>, &'a mut Motion) {
        let Robot { joints, parts, motion, targets, extra, draw } = self;
        let gravity = &draw.gravity_offset;
        let agent = Agent { names: &parts.names, model, options, joints, targets, extra, gravity };
        (Tick { parts, agent }, motion)
    }
}
