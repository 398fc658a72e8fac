//! From a grid of tiles as written to ground.
use super::files::{HeightFile, TriangleGround};
use super::generators::{Tile, generator};
use super::grid::{MARGIN, TerrainCfg};
use super::mix::{MixType, Span, Steps};
use super::random::{perlin, seed_of};
use super::shape::Shape;
use super::{Boxes, HeightField, OrientedBox, Terrain};
use std::sync::{Arc, Mutex, PoisonError};

/// Radius around a start within which nothing may be higher than the robot expects, m.
const START_RADIUS: f32 = 0.4;
/// Noise on top grows from nothing at the rim of a tile over that length, m.
const FADE: f32 = 0.3;
/// Samples along the rim of a tile of boxes that keep height 0: the ground goes down under boxes only.
const KEPT: usize = 2;

/// One tile: heights row by row, and boxes around its middle.
struct Made {
    heights: Vec<f32>,
    boxes: Vec<OrientedBox>,
}

/// The ground as written. The last one is kept: changing another knob of a task makes no new ground.
pub fn build(cfg: Option<&TerrainCfg>) -> Arc<Terrain> {
    static LAST: Mutex<Option<(TerrainCfg, Arc<Terrain>)>> = Mutex::new(None);
    let Some(cfg) = cfg else { return Arc::new(Terrain::plane(0.0)) };
    // the ground does not depend on where robots start
    let key = TerrainCfg {
        start_levels: [0.0; 2],
        start_spread: 0.0,
        level_rule: Default::default(),
        ..cfg.clone()
    };
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, terrain)) if *known == key => terrain.clone(),
        _ => {
            let terrain = Arc::new(terrain(cfg));
            *last = Some((key, terrain.clone()));
            terrain
        }
    }
}

/// Surface and boxes of all tiles.
fn terrain(cfg: &TerrainCfg) -> Terrain {
    let ([nx, ny], cells, cell) = (cfg.samples(), cfg.cells(), cfg.cell as f32);
    let mut data = vec![0.0f32; nx * ny];
    let mut boxes = vec![];
    let types: Vec<&MixType> =
        (0..cfg.columns).filter_map(|column| cfg.mix.types.get(cfg.type_of(column))).collect();
    for (level, column) in (0..cfg.levels).flat_map(|l| (0..cfg.columns).map(move |c| (l, c))) {
        let Some(kind) = types.get(column as usize) else { continue };
        let made = make(cfg, kind, [level, column]);
        let corner = (MARGIN + level as usize * cells) * nx + MARGIN + column as usize * cells;
        for (row, heights) in made.heights.chunks(cells).enumerate() {
            data[corner + row * nx..][..cells].copy_from_slice(heights);
        }
        let [x, y] = cfg.middle([level, column]);
        boxes.extend(made.boxes.iter().chain(&cfg.boxes).map(|b| {
            let [bx, by, bz] = b.center;
            OrientedBox { center: [x + bx, y + by, bz], ..*b }
        }));
    }
    // level ground costs no look-ups
    let ground = if data.iter().all(|h| *h == 0.0) {
        Terrain::plane(0.0)
    } else {
        let middle = |n: u32| ((MARGIN as f64 - 0.5) * cfg.cell + f64::from(n) / 2.0 * cfg.tile) as f32;
        let origin = [-middle(cfg.columns), -middle(cfg.levels)];
        Terrain::from(HeightField::new([nx, ny], cell, origin, data).expect("generators give finite heights"))
    };
    // a task with impossible boxes does not compile: see `problems`
    Terrain { boxes: Boxes::new(boxes).unwrap_or(Boxes::NONE), mesh: whole(cfg), ..ground }
}

/// The triangles of a ground that is one mesh and nothing else.
fn whole(cfg: &TerrainCfg) -> Option<Arc<TriangleGround>> {
    let [kind] = &cfg.mix.types[..] else { return None };
    let (true, Ok(HeightFile::Mesh(mesh))) =
        (kind.kind == "mesh" && cfg.columns == 1 && cfg.levels == 1, HeightFile::read(kind.file.as_deref()?))
    else {
        return None;
    };
    let [scale, lift, _] = kind.values_at(0.0)[..] else { return None };
    Some(Arc::new(mesh.moved(scale, lift)))
}

fn make(cfg: &TerrainCfg, kind: &MixType, [level, column]: [u32; 2]) -> Made {
    let (cells, cell, half) = (cfg.cells(), cfg.cell as f32, cfg.tile as f32 / 2.0);
    let difficulty = cfg.difficulty(level);
    let seed = seed_of(cfg.seed, [column, level]);
    // a task with a file that cannot be read does not compile
    let file = kind.file.as_ref().and_then(|path| HeightFile::read(path).ok());
    let tile = Tile { half, seed, values: kind.values_at(difficulty), file };
    let Some(generator) = generator(&kind.kind) else {
        return Made { heights: vec![0.0; cells * cells], boxes: vec![] };
    };
    let shape = generator.shape(&tile);
    let exact = generator.stepped && cfg.steps_of(kind) == Steps::Boxes;
    let mut made = if exact {
        on_boxes(&shape, cells, half)
    } else {
        Made { heights: shape.sample([cells; 2], cell, [-half; 2]), boxes: vec![] }
    };
    if let Some([height, width]) = kind.perlin.map(|p| p.map(|span: Span| span.at(difficulty) as f32)) {
        let middle = |i: usize| (i as f32 + 0.5) * cell - half;
        // under boxes there is nothing to be seen of it
        let floor = shape.floor();
        let painted = if exact { shape.sample([cells; 2], cell, [-half; 2]) } else { vec![] };
        for (k, h) in made.heights.iter_mut().enumerate() {
            let (x, y) = (middle(k % cells), middle(k / cells));
            let fade = ((half - x.abs().max(y.abs())) / FADE).clamp(0.0, 1.0);
            let seen = painted.get(k).is_none_or(|z| *z <= floor);
            *h += if seen { fade * height * perlin(x / width, y / width, seed ^ 0x70e2) } else { 0.0 };
        }
    }
    made
}

/// Steps as boxes, and the ground under them: their floor, but for the rim.
fn on_boxes(shape: &Shape, cells: usize, half: f32) -> Made {
    let floor = shape.floor();
    let rim = |i: usize| i < KEPT || i >= cells.saturating_sub(KEPT);
    let heights =
        (0..cells * cells).map(|k| if rim(k % cells) || rim(k / cells) { 0.0 } else { floor }).collect();
    Made { heights, boxes: shape.boxes([-half; 2], [half; 2]) }
}

/// Highest ground around a start, m: a robot that is put there stands on nothing higher.
pub fn highest_around(terrain: &Terrain, [x, y]: [f32; 2]) -> f32 {
    let steps = [-START_RADIUS, -START_RADIUS / 2.0, 0.0, START_RADIUS / 2.0, START_RADIUS];
    let around = steps.into_iter().flat_map(|dx| steps.map(|dy| terrain.height(x + dx, y + dy)));
    around.fold(f32::MIN, f32::max)
}

#[cfg(test)]
mod tests;
