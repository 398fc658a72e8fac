//! Ground for tests.
use super::{Mix, MixType, Steps, TerrainCfg};

/// One kind of ground with usual values.
pub fn kind(name: &str) -> MixType {
    Mix::of(name).types.remove(0)
}

/// A grid of bumps, ten levels of four columns.
pub fn cfg() -> TerrainCfg {
    TerrainCfg {
        mix: Mix::of("bumps"),
        tile: 8.0,
        columns: 4,
        levels: 10,
        cell: 0.1,
        start_levels: [0.0, 4.0],
        start_spread: 0.3,
        seed: 1,
        steps: Steps::Field,
        level_rule: Default::default(),
        boxes: vec![],
    }
}

/// One tile of one kind at its hardest, in the middle of the world.
pub fn one(name: &str, cell: f64, steps: Steps) -> TerrainCfg {
    TerrainCfg { mix: Mix::of(name), columns: 1, levels: 1, cell, steps, start_levels: [0.0; 2], ..cfg() }
}
