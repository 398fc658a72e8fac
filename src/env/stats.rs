//! What ended since somebody last asked.
use serde::{Deserialize, Serialize};

/// Sums over finished episodes and over ticks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Episodes {
    /// Finished episodes.
    pub ended: f64,
    /// Episodes that ended in failure.
    pub failed: f64,
    /// Sum of their lengths, ticks.
    pub ticks: f64,
    /// Sum of their returns.
    pub returns: f64,
    /// Environments whose state stopped being finite.
    pub invalid: f64,
    /// Sum of each reward term's weighted value over all environments and ticks.
    pub terms: Vec<f64>,
    /// How often each termination fired.
    pub terminations: Vec<f64>,
    /// Environment steps.
    pub steps: f64,
    /// Episodes that ended on tiles, by type and level: how many, and how many left the tile. `[type][level]`, as far as any did.
    #[serde(default)]
    pub tiles: Vec<Vec<[f64; 2]>>,
}

impl Episodes {
    /// Adds another's sums.
    pub fn add(&mut self, o: &Self) {
        self.ended += o.ended;
        self.failed += o.failed;
        self.ticks += o.ticks;
        self.returns += o.returns;
        self.invalid += o.invalid;
        self.steps += o.steps;
        for (kind, levels) in o.tiles.iter().enumerate() {
            for (level, counts) in levels.iter().enumerate() {
                let own = self.tile(level as u32, kind);
                (own[0], own[1]) = (own[0] + counts[0], own[1] + counts[1]);
            }
        }
        for (a, b) in [(&mut self.terms, &o.terms), (&mut self.terminations, &o.terminations)] {
            a.resize(b.len().max(a.len()), 0.0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
    }
    /// Makes room for so many types of ground and levels.
    pub(super) fn with_tiles(self, types: usize, levels: u32) -> Self {
        Self { tiles: vec![vec![[0.0; 2]; levels as usize]; types], ..self }
    }
    fn tile(&mut self, level: u32, kind: usize) -> &mut [f64; 2] {
        let (level, kinds) = (level as usize, self.tiles.len().max(kind + 1));
        self.tiles.resize(kinds, vec![]);
        let levels = &mut self.tiles[kind];
        levels.resize(levels.len().max(level + 1), [0.0; 2]);
        &mut levels[level]
    }
    /// An episode ended on a tile.
    pub(super) fn left(&mut self, level: u32, kind: usize, left: bool) {
        let tile = self.tile(level, kind);
        (tile[0], tile[1]) = (tile[0] + 1.0, tile[1] + f64::from(u8::from(left)));
    }
    /// Starts again from zero; nobody wants the sums.
    pub fn forget(&mut self) {
        let terms = std::mem::take(&mut self.terms);
        let terminations = std::mem::take(&mut self.terminations);
        let tiles = std::mem::take(&mut self.tiles);
        *self = Self { terms, terminations, tiles, ..Self::default() };
        self.terms.fill(0.0);
        self.terminations.fill(0.0);
        self.tiles.iter_mut().for_each(|levels| levels.fill([0.0; 2]));
    }
    /// Hands out the sums and starts again from zero.
    pub fn take(&mut self) -> Self {
        let mut empty = Self::default();
        empty.terms.resize(self.terms.len(), 0.0);
        empty.terminations.resize(self.terminations.len(), 0.0);
        empty.tiles = self.tiles.iter().map(|levels| vec![[0.0; 2]; levels.len()]).collect();
        std::mem::replace(self, empty)
    }
}
