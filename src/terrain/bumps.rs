//! Bumpy ground in levels: smooth noise whose height grows along y, from tile to tile.
use super::{Boxes, HeightField, OrientedBox, Terrain};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};

/// Distance of samples, m.
const CELL: f32 = 0.1;
/// Level ground around the tiles, m.
const MARGIN: f32 = 12.0;
/// Most boxes on all tiles.
const MOST_BOXES: usize = 100_000;
/// Radius around a start within which nothing may be higher than the robot expects, m.
const START_RADIUS: f32 = 0.4;

/// Bumpy ground. Tiles are squares: levels along y, columns along x, the whole centred at the origin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerrainCfg {
    /// Length of a tile, m.
    pub tile: f64,
    /// Tiles of each level.
    pub columns: u32,
    /// Levels.
    pub levels: u32,
    /// Height of the bumps on the lowest and on the highest level, m.
    pub bumps: [f64; 2],
    /// Width of a bump, m.
    pub bump_width: f64,
    /// Lowest and highest level on which robots start; rounded.
    pub start_levels: [f64; 2],
    /// Seed of the noise.
    pub seed: u64,
    /// Boxes of every tile: centres are from the tile's middle, at z = 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<OrientedBox>,
}

impl TerrainCfg {
    /// Everything wrong with the values: key and sentence.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut list = vec![];
        let mut require = |ok: bool, key, text: &str| {
            if !ok {
                list.push((key, text.to_owned()));
            }
        };
        require((2.0..=20.0).contains(&self.tile), "tile", "a tile must be 2 to 20 m long");
        require((1..=32).contains(&self.columns), "columns", "there must be 1 to 32 columns");
        require((1..=32).contains(&self.levels), "levels", "there must be 1 to 32 levels");
        let heights = self.bumps.iter().all(|h| (0.0..=0.5).contains(h));
        require(heights, "bumps", "bumps must be 0 to 0.5 m high");
        require((0.2..=10.0).contains(&self.bump_width), "bump_width", "bumps must be 0.2 to 10 m wide");
        let [low, high] = self.start_levels;
        let inside = 0.0 <= low && low <= high && high <= f64::from(self.levels.max(1) - 1);
        let text = "levels count from 0 to one less than `levels`, the lower first";
        require(inside, "start_levels", text);
        if let Some((i, problem)) = self.boxes.iter().enumerate().find_map(|(i, b)| Some((i, b.problem()?))) {
            require(false, "boxes", &format!("box {i}: {problem}"));
        }
        let tiles = u64::from(self.columns) * u64::from(self.levels);
        let all = tiles.saturating_mul(self.boxes.len() as u64);
        require(
            all <= MOST_BOXES as u64,
            "boxes",
            &format!("{all} boxes on all tiles: at most {MOST_BOXES}"),
        );
        list
    }

    /// Level and column of the tile where an environment starts: environments take turns.
    pub fn start_tile(&self, env: u64) -> [u32; 2] {
        let [low, high] = self.start_levels.map(|l| l.round().max(0.0) as u64);
        let used = high.saturating_sub(low) + 1;
        [(low + env % used) as u32, (env / used % u64::from(self.columns)) as u32]
    }

    /// Middle of a tile (level, column), m.
    pub fn middle(&self, [level, column]: [u32; 2]) -> [f32; 2] {
        let at = |i: u32, n: u32| (f64::from(i) + 0.5 - f64::from(n) / 2.0) * self.tile;
        [at(column, self.columns) as f32, at(level, self.levels) as f32]
    }

    /// Tile (level, column) under a position; the nearest one beyond the edges.
    pub fn tile_at(&self, [x, y]: [f32; 2]) -> [u32; 2] {
        let index = |v: f32, n: u32| {
            let i = (f64::from(v) / self.tile + f64::from(n) / 2.0).floor();
            i.clamp(0.0, f64::from(n) - 1.0) as u32
        };
        [index(y, self.levels), index(x, self.columns)]
    }

    /// Height of the bumps at a world y, m, before they fade at the edge.
    fn height_at(&self, y: f32) -> f32 {
        let level = f64::from(y) / self.tile + f64::from(self.levels) / 2.0 - 0.5;
        let share = (level / f64::from(self.levels.max(2) - 1)).clamp(0.0, 1.0);
        (self.bumps[0] + (self.bumps[1] - self.bumps[0]) * share) as f32
    }

    /// The boxes of all tiles, world.
    fn all_boxes(&self) -> Vec<OrientedBox> {
        let tiles = (0..self.levels).flat_map(|level| (0..self.columns).map(move |column| [level, column]));
        let on_tile = |tile| {
            let [x, y] = self.middle(tile);
            self.boxes.iter().map(move |b| {
                let [bx, by, bz] = b.center;
                OrientedBox { center: [x + bx, y + by, bz], ..*b }
            })
        };
        tiles.flat_map(on_tile).collect()
    }

    fn field(&self) -> HeightField {
        let half = [self.columns, self.levels].map(|n| (f64::from(n) * self.tile / 2.0) as f32);
        let samples = half.map(|h| (2.0 * (h + MARGIN) / CELL).round() as usize + 1);
        let origin = half.map(|h| -h - MARGIN);
        let fade = |v: f32, h: f32| ((h + 1.0 - v.abs()) / 2.0).clamp(0.0, 1.0);
        let wave = 1.0 / self.bump_width as f32;
        HeightField::from_fn(samples[0], samples[1], CELL, origin, |x, y| {
            let bump = 0.7 * noise(x * wave, y * wave, self.seed)
                + 0.3 * noise(x * wave * 2.3, y * wave * 2.3, self.seed ^ 0x5bd1);
            bump * self.height_at(y) * fade(x, half[0]) * fade(y, half[1])
        })
    }
}

/// Surface and boxes of all tiles.
fn terrain(cfg: &TerrainCfg) -> Terrain {
    // ground without bumps costs no look-ups
    let level = cfg.bumps == [0.0; 2];
    let ground = if level { Terrain::plane(0.0) } else { Terrain::from(cfg.field()) };
    // a task with impossible boxes does not compile: see `problems`
    Terrain { boxes: Boxes::new(cfg.all_boxes()).unwrap_or(Boxes::NONE), ..ground }
}

/// Smooth noise in 0..1 with one random value per unit square.
fn noise(x: f32, y: f32, seed: u64) -> f32 {
    let (ix, iy) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (a, b) = (ease(x - ix), ease(y - iy));
    let at = |dx: i64, dy: i64| {
        let mut h = (ix as i64 + dx) as u64 ^ ((iy as i64 + dy) as u64).rotate_left(32) ^ seed;
        h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        (h >> 40) as f32 / (1u64 << 24) as f32
    };
    let (low, high) = (at(0, 0) + (at(1, 0) - at(0, 0)) * a, at(0, 1) + (at(1, 1) - at(0, 1)) * a);
    low + (high - low) * b
}

/// The ground as written. The last one is kept: changing another knob of a task makes no new ground.
pub fn build(cfg: Option<&TerrainCfg>) -> Arc<Terrain> {
    static LAST: Mutex<Option<(TerrainCfg, Arc<Terrain>)>> = Mutex::new(None);
    let Some(cfg) = cfg else { return Arc::new(Terrain::plane(0.0)) };
    // where the noise comes from does not depend on where robots start
    let key = TerrainCfg { start_levels: [0.0; 2], ..cfg.clone() };
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match &*last {
        Some((known, terrain)) if *known == key => terrain.clone(),
        _ => {
            let terrain = Arc::new(terrain(cfg));
            *last = Some((key, terrain.clone()));
            terrain
        }
    }
}

/// Highest ground around a start, m: a robot that is put there stands on nothing higher.
pub fn highest_around(terrain: &Terrain, [x, y]: [f32; 2]) -> f32 {
    let steps = [-START_RADIUS, -START_RADIUS / 2.0, 0.0, START_RADIUS / 2.0, START_RADIUS];
    let around = steps.into_iter().flat_map(|dx| steps.map(|dy| terrain.height(x + dx, y + dy)));
    around.fold(f32::MIN, f32::max)
}

#[cfg(test)]
mod tests {
    use super::super::Surface;
    use super::*;

    fn cfg() -> TerrainCfg {
        TerrainCfg {
            tile: 8.0,
            columns: 4,
            levels: 5,
            bumps: [0.0, 0.1],
            bump_width: 0.6,
            start_levels: [0.0, 4.0],
            seed: 1,
            boxes: vec![],
        }
    }

    #[test]
    fn bumps_grow_with_the_level_and_end_at_the_edge() {
        let cfg = cfg();
        let terrain = build(Some(&cfg));
        let spread = |level: u32| {
            let [x, y] = cfg.middle([level, 1]);
            let heights: Vec<f32> = (0..400)
                .map(|i| terrain.height(x - 3.0 + (i % 20) as f32 * 0.3, y - 0.5 + (i / 20) as f32 * 0.05))
                .collect();
            heights.iter().copied().fold(f32::MIN, f32::max)
                - heights.iter().copied().fold(f32::MAX, f32::min)
        };
        assert!(spread(0) < 0.01 && spread(4) > 0.06, "{} {}", spread(0), spread(4));
        assert!(spread(2) > spread(0) && spread(4) > spread(2));
        assert_eq!(terrain.height(100.0, 100.0), 0.0);
    }

    #[test]
    fn every_tile_knows_its_middle() {
        let cfg = cfg();
        for level in 0..5 {
            for column in 0..4 {
                assert_eq!(cfg.tile_at(cfg.middle([level, column])), [level, column]);
            }
        }
        assert_eq!(cfg.tile_at([1e6, -1e6]), [0, 3]);
    }

    #[test]
    fn environments_take_turns_on_the_levels_in_use() {
        let cfg = TerrainCfg { start_levels: [1.0, 2.4], ..cfg() };
        let levels: Vec<u32> = (0..6).map(|e| cfg.start_tile(e)[0]).collect();
        assert_eq!(levels, [1, 2, 1, 2, 1, 2]);
        assert!((0..100).all(|e| cfg.start_tile(e)[1] < 4));
        assert_ne!(cfg.start_tile(0)[1], cfg.start_tile(2)[1]);
    }

    #[test]
    fn the_same_ground_is_made_once() {
        let a = build(Some(&cfg()));
        let b = build(Some(&TerrainCfg { start_levels: [2.0, 3.0], ..cfg() }));
        assert!(Arc::ptr_eq(&a, &b));
        assert!(!Arc::ptr_eq(&a, &build(Some(&TerrainCfg { seed: 2, ..cfg() }))));
    }

    #[test]
    fn nonsense_is_named() {
        let boxes = vec![OrientedBox::new([0.0; 3], [0.1, f32::NAN, 0.1])];
        let wrong =
            TerrainCfg { tile: f64::NAN, bumps: [-0.1, 0.1], start_levels: [3.0, 9.0], boxes, ..cfg() };
        let keys: Vec<_> = wrong.problems().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["tile", "bumps", "start_levels", "boxes"]);
        assert!(cfg().problems().is_empty());
        let many = TerrainCfg { boxes: vec![OrientedBox::new([0.0; 3], [0.1; 3]); 6000], ..cfg() };
        assert!(many.problems()[0].1.contains("120000 boxes"));
    }

    #[test]
    fn every_tile_has_the_boxes() {
        let step = OrientedBox::new([1.0, 0.5, 0.05], [0.2, 0.2, 0.05]);
        let cfg = TerrainCfg { boxes: vec![step], bumps: [0.0; 2], ..cfg() };
        let terrain = build(Some(&cfg));
        assert_eq!(terrain.boxes.list().len(), 20);
        assert_eq!(terrain.surface, Surface::Plane { height: 0.0 });
        for level in 0..5 {
            for column in 0..4 {
                let [x, y] = cfg.middle([level, column]);
                assert!((terrain.height(x + 1.1, y + 0.4) - 0.1).abs() < 1e-6);
                assert_eq!(terrain.height(x, y), 0.0);
            }
        }
    }

    #[test]
    fn a_start_is_above_everything_around_it() {
        let terrain = build(Some(&cfg()));
        let [x, y] = cfg().middle([4, 2]);
        let top = highest_around(&terrain, [x, y]);
        assert!((0..100).all(|i| {
            let (dx, dy) = ((i % 10) as f32 * 0.08 - 0.36, (i / 10) as f32 * 0.08 - 0.36);
            terrain.height(x + dx, y + dy) <= top + 0.02
        }));
    }
}
