//! The ground of a task: a grid of tiles, levels along y and columns along x, the whole centred at the origin.
use super::generators::{Tile, generator};
use super::levels::LevelRule;
use super::mix::{Mix, MixType, Steps};
use super::{Boxes, OrientedBox};
use crate::lane::WIDTH;
use serde::{Deserialize, Serialize};

/// Most samples of a height field: 128 MiB.
pub const MOST_SAMPLES: u64 = 1 << 25;
/// Level ground around the tiles, in cells; beyond it a field goes on level.
pub(super) const MARGIN: usize = 4;

/// A grid of levels and columns; a column keeps its type over all levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerrainCfg {
    /// Kinds of ground and their shares of the columns: a name, or in full.
    pub mix: Mix,
    /// Length of a tile, m.
    pub tile: f64,
    /// Tiles of each level.
    pub columns: u32,
    /// Levels, the easiest first.
    pub levels: u32,
    /// Distance of the height field's samples, m.
    pub cell: f64,
    /// Lowest and highest level on which robots start at first; rounded.
    pub start_levels: [f64; 2],
    /// Farthest that a robot starts from the middle of its tile along x and y, m.
    #[serde(default = "usual_spread")]
    pub start_spread: f64,
    /// Seed of all that is random.
    pub seed: u64,
    /// What vertical faces are made of.
    #[serde(default)]
    pub steps: Steps,
    /// When a robot's level changes.
    #[serde(default)]
    pub level_rule: LevelRule,
    /// Boxes of every tile besides: centres are from the tile's middle, at z = 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<OrientedBox>,
}

fn usual_spread() -> f64 {
    0.3
}

impl Default for TerrainCfg {
    /// Level ground in ten levels of 20 columns; what files must say is not taken from here.
    fn default() -> Self {
        Self {
            mix: Mix::of("flat"),
            tile: 8.0,
            columns: 20,
            levels: 10,
            cell: 0.05,
            start_levels: [0.0, 2.0],
            start_spread: usual_spread(),
            seed: 1,
            steps: Steps::Field,
            level_rule: LevelRule::Off,
            boxes: vec![],
        }
    }
}

impl TerrainCfg {
    /// Everything wrong with the values: key and sentence.
    pub fn problems(&self) -> Vec<(String, String)> {
        let mut list = vec![];
        let mut require = |ok: bool, key: &str, text: &str| {
            if !ok {
                list.push((key.to_owned(), text.to_owned()));
            }
        };
        require((2.0..=40.0).contains(&self.tile), "tile", "a tile must be 2 to 40 m long");
        require((1..=64).contains(&self.columns), "columns", "there must be 1 to 64 columns");
        require((1..=32).contains(&self.levels), "levels", "there must be 1 to 32 levels");
        let cells = self.tile / self.cell;
        let cell = (0.005..=0.5).contains(&self.cell);
        require(cell, "cell", "cells must be 0.005 to 0.5 m long");
        let whole = (cells - cells.round()).abs() < 1e-3;
        let text = format!("a tile of {} m is no whole number of cells of {} m", self.tile, self.cell);
        require(!cell || !cells.is_finite() || whole, "cell", &text);
        let samples = self.samples().map(|n| n as f64).iter().product::<f64>();
        let text = format!(
            "{:.0} million samples of the ground: at most {}; larger cells or fewer tiles make fewer",
            samples / 1e6,
            MOST_SAMPLES / 1_000_000
        );
        require(!cell || samples <= MOST_SAMPLES as f64, "cell", &text);
        let [low, high] = self.start_levels.map(f64::round);
        let inside = 0.0 <= low && low <= high && high <= f64::from(self.levels.max(1) - 1);
        let text = "levels count from 0 to one less than `levels`, the lower first";
        require(inside, "start_levels", text);
        let spread = (0.0..=self.tile / 2.0).contains(&self.start_spread) || !self.tile.is_finite();
        require(spread, "start_spread", "robots must start on their tile: 0 m to half a tile");
        if let Some((i, problem)) = self.boxes.iter().enumerate().find_map(|(i, b)| Some((i, b.problem()?))) {
            require(false, "boxes", &format!("box {i}: {problem}"));
        }
        let tiles = u64::from(self.columns) * u64::from(self.levels);
        let boxes = tiles.saturating_mul(self.boxes.len() as u64);
        let most = Boxes::MOST as u64;
        require(boxes <= most, "boxes", &format!("{boxes} boxes on all tiles: at most {most}"));
        let used = self.mix.types.iter().filter(|t| t.share > 0.0).count();
        let text = format!(
            "{used} types need as many columns: more `columns`, or a share of 0 for some types of the mix"
        );
        require(self.columns as usize >= used, "columns", &text);
        list.extend(self.mix.problems().into_iter().map(|(key, text)| (format!("mix.{key}"), text)));
        if list.is_empty() {
            let boxes = self.boxes_needed() + boxes as usize;
            if boxes > Boxes::MOST {
                let text = format!("about {boxes} boxes: at most {}; fewer tiles, or `field`", Boxes::MOST);
                list.push(("steps".into(), text));
            }
        }
        list
    }

    /// What the vertical faces of a type are made of.
    pub fn steps_of(&self, kind: &MixType) -> Steps {
        kind.steps.unwrap_or(self.steps)
    }

    /// Boxes of which all tiles are made, about: columns of a type differ a little.
    fn boxes_needed(&self) -> usize {
        let (half, dealt) = (self.tile as f32 / 2.0, self.mix.deal(self.columns));
        let tile = |kind: &MixType, level: u32| {
            let values = kind.values_at(self.difficulty(level));
            let generator = generator(&kind.kind).filter(|g| g.stepped);
            let shape = generator.map(|g| g.shape(&Tile { half, seed: self.seed, values, file: None }));
            shape.map_or(0, |shape| shape.boxes([-half; 2], [half; 2]).len())
        };
        let kinds = self.mix.types.iter().zip(dealt).filter(|(kind, _)| self.steps_of(kind) == Steps::Boxes);
        kinds.map(|(kind, n)| n as usize * (0..self.levels).map(|l| tile(kind, l)).sum::<usize>()).sum()
    }

    /// Cells along a tile.
    pub(super) fn cells(&self) -> usize {
        (self.tile / self.cell).round().clamp(1.0, 1e5) as usize
    }

    /// Samples of the height field along x and y.
    pub(super) fn samples(&self) -> [usize; 2] {
        [self.columns, self.levels].map(|n| n as usize * self.cells() + 2 * MARGIN)
    }

    /// Column of an environment, for ever, and its turn there: environments take turns.
    pub fn seat(&self, env: u64) -> (u32, u64) {
        let columns = u64::from(self.columns.max(1));
        ((env % columns) as u32, env / columns)
    }

    /// The same for environments whose block shares a column, `num_envs` in all: as many blocks for every column as nearly as that
    /// goes. What robots side by side stand on is of one kind then, and none waits for the other. `None` where there are fewer
    /// blocks than columns.
    pub fn seat_in_block(&self, env: u64, num_envs: u64) -> Option<(u32, u64)> {
        let (columns, wide) = (u64::from(self.columns.max(1)), WIDTH as u64);
        let (block, blocks) = (env / wide, num_envs / wide);
        (blocks >= columns).then(|| ((block * columns / blocks % columns) as u32, env))
    }

    /// Type of a column, as a number of [`TerrainCfg::types`].
    pub fn type_of(&self, column: u32) -> usize {
        let mut end = 0;
        let dealt = self.mix.deal(self.columns);
        dealt.iter().position(|n| (end += n, column < end).1).unwrap_or(0)
    }

    /// What the types of the mix are called.
    pub fn types(&self) -> Vec<String> {
        self.mix.types.iter().map(|t| t.label().to_owned()).collect()
    }

    /// Level on which an environment starts at first, by its turn among those of its column.
    pub fn start_level(&self, turn: u64) -> u32 {
        let [low, high] = self.start_levels.map(|l| l.round().max(0.0) as u64);
        (low + turn % (high.saturating_sub(low) + 1)) as u32
    }

    /// Difficulty of a level, 0 to 1.
    pub fn difficulty(&self, level: u32) -> f64 {
        f64::from(level) / f64::from(self.levels.max(2) - 1)
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
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cfg, kind};
    use super::*;
    use crate::config::{self, Document};

    #[test]
    fn every_tile_knows_its_middle() {
        let cfg = cfg();
        for (level, column) in (0..10).flat_map(|l| (0..4).map(move |c| (l, c))) {
            assert_eq!(cfg.tile_at(cfg.middle([level, column])), [level, column]);
        }
        assert_eq!(cfg.tile_at([1e6, -1e6]), [0, 3]);
    }

    #[test]
    fn environments_take_turns_on_the_columns_and_on_the_levels_in_use() {
        let cfg = TerrainCfg { start_levels: [1.0, 2.4], ..cfg() };
        let tile = |(column, turn)| [cfg.start_level(turn), column];
        let tiles: Vec<[u32; 2]> = (0..10).map(|e| tile(cfg.seat(e))).collect();
        assert_eq!(tiles[..5], [[1, 0], [1, 1], [1, 2], [1, 3], [2, 0]]);
        assert_eq!(tiles[8], [1, 0]);
    }

    #[test]
    fn blocks_share_columns_and_every_column_gets_its_share_of_them() {
        let cfg = TerrainCfg { mix: Mix::load("rough").unwrap(), columns: 25, ..cfg() };
        assert!((0..384).all(|e| cfg.seat_in_block(e, 384).is_none()));
        for num_envs in [400, 1024, 4096] {
            let seat = |e| cfg.seat_in_block(e, num_envs).unwrap();
            assert!((0..num_envs).all(|e| seat(e).0 == seat(e / 16 * 16).0));
            // levels 0 to 4 are in use in every block
            assert!((0..num_envs).all(|e| u64::from(cfg.start_level(seat(e).1)) == e % 5));
            // a type's share is right to one block
            let mut have = [0.0; 12];
            (0..num_envs).for_each(|e| have[cfg.type_of(seat(e).0)] += 1.0);
            for (type_, columns) in cfg.mix.deal(25).into_iter().enumerate() {
                let due = num_envs as f64 * f64::from(columns) / 25.0;
                assert!(
                    (have[type_] - due).abs() <= 16.0,
                    "{num_envs}: {type_} has {}, due {due}",
                    have[type_]
                );
            }
        }
    }

    #[test]
    fn nonsense_is_named_all_at_once() {
        let boxes = vec![OrientedBox::new([0.0; 3], [0.1, f32::NAN, 0.1])];
        let mut wrong = TerrainCfg { tile: f64::NAN, start_levels: [3.0, 19.0], boxes, ..cfg() };
        wrong.mix.types.push(kind("stares_up"));
        wrong.mix.types[0].values.insert("height".into(), crate::terrain::Span([0.0, 5.0]));
        wrong.mix.types[0].values.insert("with".into(), crate::terrain::Span([0.0, 5.0]));
        let problems = wrong.problems();
        let keys: Vec<_> = problems.iter().map(|(key, _)| key.as_str()).collect();
        let expected =
            ["tile", "start_levels", "boxes", "mix.types.0.height", "mix.types.0.with", "mix.types.1.type"];
        assert_eq!(keys, expected);
        assert!(problems[3].1.contains("is 5, must be 0 to 0.5 m"), "{}", problems[3].1);
        assert!(problems[4].1.contains("did you mean `width`?") && problems[5].1.contains("`stairs_up`"));
        assert!(cfg().problems().is_empty());
        let many = TerrainCfg { boxes: vec![OrientedBox::new([0.0; 3], [0.1; 3]); 60_000], ..cfg() };
        assert!(many.problems()[0].1.contains("2400000 boxes"));
    }

    #[test]
    fn memory_is_bounded_and_cells_fit_into_tiles() {
        let text = |cfg: TerrainCfg| {
            cfg.problems().into_iter().map(|(k, t)| format!("{k}: {t}")).collect::<Vec<_>>()
        };
        let fine = text(TerrainCfg { cell: 0.01, columns: 20, ..cfg() });
        assert!(fine.len() == 1 && fine[0].starts_with("cell: 128 million samples"), "{fine:?}");
        let odd = text(TerrainCfg { cell: 0.03, ..cfg() });
        assert!(odd.len() == 1 && odd[0].contains("no whole number of cells"), "{odd:?}");
        assert!(text(TerrainCfg { cell: 0.025, columns: 20, ..cfg() }).is_empty());
        let stones = Mix::load("footholds").unwrap();
        let many =
            TerrainCfg { mix: stones, columns: 64, levels: 32, tile: 16.0, steps: Steps::Boxes, ..cfg() };
        let many = text(TerrainCfg { cell: 0.2, ..many });
        assert!(many.len() == 1 && many[0].starts_with("steps: about"), "{many:?}");
        let mut few = TerrainCfg { columns: 1, ..cfg() };
        few.mix.types.push(kind("flat"));
        assert!(text(few)[0].contains("2 types need as many columns"));
        let mut unnamed = cfg();
        unnamed.mix.types[0].kind.clear();
        assert!(text(unnamed)[0].contains("valid: flat, noise"));
    }

    #[test]
    fn mixes_deal_the_columns_exactly() {
        let rough = Mix::load("rough").unwrap();
        assert_eq!(rough.deal(25), [3, 1, 2, 1, 1, 1, 2, 2, 2, 2, 3, 5]);
        assert_eq!(rough.deal(50), [6, 2, 4, 2, 2, 2, 4, 4, 4, 4, 6, 10]);
        assert_eq!(rough.deal(12), [1; 12]);
        for columns in 1..64 {
            let dealt = rough.deal(columns);
            assert_eq!(dealt.iter().sum::<u32>(), columns);
            assert!(columns < 12 || dealt.iter().all(|n| *n > 0), "{dealt:?}");
        }
        let cfg = TerrainCfg { mix: rough, columns: 25, ..cfg() };
        let types: Vec<usize> = (0..25).map(|c| cfg.type_of(c)).collect();
        let expected = [0, 0, 0, 1, 2, 2, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 10, 11, 11, 11, 11, 11];
        assert_eq!(types, expected);
        assert_eq!(cfg.types()[7], "stairs_up_exact");
    }

    #[test]
    fn every_shipped_mix_can_be_built() {
        let names = config::names_in(&config::root().join(super::super::FOLDER));
        assert!(names.len() >= 6);
        for name in names {
            let mix = Mix::load(&name).unwrap();
            assert!(!mix.about.is_empty());
            let columns = mix.types.len().max(20) as u32;
            let cfg = TerrainCfg { mix, columns, cell: 0.05, ..cfg() };
            assert!(cfg.problems().is_empty(), "{name}: {:?}", cfg.problems());
        }
    }

    #[test]
    fn a_mix_is_a_name_or_is_written_in_full_and_what_is_wrong_is_said_at_its_key() {
        let read = |mix: &str| {
            let text = format!(
                "(mix: {mix}, tile: 8.0, columns: 20, levels: 10, cell: 0.05, start_levels: (0, 2), seed: 1, steps: \"boxes\")"
            );
            config::typed::<TerrainCfg>(&Document::from_text(&text, "t.ron").unwrap(), "")
        };
        let named = read("\"rough\"").unwrap();
        assert_eq!((named.mix.types.len(), named.steps, named.start_spread), (12, Steps::Boxes, 0.3));
        let full = read(
            "(types: [(type: \"pit\", steps: \"field\", depth: (0.1, 0.2), perlin: (0.02, 0.5)), (type: \"gap\", width: 1)])",
        );
        let full = full.unwrap().mix;
        assert_eq!(full.types[0].values_at(0.5), [0.15, 3.0]);
        assert_eq!(full.types[1].values["width"].0, [1.0, 1.0]);
        assert_eq!([0, 1].map(|i: usize| full.types[i].steps), [Some(Steps::Field), None]);
        let error = |mix: &str| read(mix).unwrap_err().to_string();
        assert!(error("\"ruff\"").contains("unknown terrain `ruff`"), "{}", error("\"ruff\""));
        let wrong = error(
            "(types: [(type: \"pit\", depth: \"deep\"), (share: 1, steps: \"stones\"), (type: \"gap\", width: (1, 2, 3))])",
        );
        for part in ["`mix.types.0.depth`", "unknown value `stones`", "`mix.types.2.width`", "two numbers"] {
            assert!(wrong.contains(part), "{part} in {wrong}");
        }
    }
}
