use super::super::generators::GENERATORS;
use super::super::mix::Mix;
use super::super::testing::{cfg, kind, one};
use super::super::{Steps, Surface};
use super::*;
use crate::terrain::LevelRule;

fn rough(steps: Steps) -> TerrainCfg {
    let mix = Mix::load("rough").unwrap();
    TerrainCfg { mix, columns: 20, levels: 10, cell: 0.05, steps, ..cfg() }
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
        heights.iter().copied().fold(f32::MIN, f32::max) - heights.iter().copied().fold(f32::MAX, f32::min)
    };
    assert!(spread(0) < 0.01 && spread(9) > 0.06, "{} {}", spread(0), spread(9));
    assert!(spread(4) > spread(0) && spread(9) > spread(4));
    assert_eq!(terrain.height(100.0, 100.0), 0.0);
}

#[test]
fn the_same_ground_is_made_once_and_seeds_and_columns_make_other_ground() {
    let a = build(Some(&cfg()));
    let moved = TerrainCfg { start_levels: [2.0, 3.0], level_rule: LevelRule::LeaveTile, ..cfg() };
    assert!(Arc::ptr_eq(&a, &build(Some(&moved))));
    let other = build(Some(&TerrainCfg { seed: 2, ..cfg() }));
    assert_ne!(*a, *other);
    let again = build(Some(&cfg()));
    assert!(!Arc::ptr_eq(&a, &again) && a == again);
    let near = |column| {
        let [x, y] = cfg().middle([9, column]);
        [0.3, 0.9, 1.7].map(|d| a.height(x + d, y - d))
    };
    assert_ne!(near(0), near(1));
}

#[test]
fn the_recipe_s_grid_has_its_rims_its_platforms_and_its_steps() {
    let cfg = rough(Steps::Field);
    assert!(cfg.problems().is_empty(), "{:?}", cfg.problems());
    let terrain = terrain(&cfg);
    let Surface::Field(field) = &terrain.surface else { panic!("a plane") };
    assert_eq!((field.nx, field.ny), (20 * 160 + 8, 10 * 160 + 8));
    let types = cfg.types();
    for (level, column) in (0..10).flat_map(|l| (0..20).map(move |c| (l, c))) {
        let [x, y] = cfg.middle([level, column]);
        for d in [-3.0, -0.5, 1.2, 4.0] {
            assert!(terrain.height(x + 4.0, y + d).abs() < 0.011, "rim of {level} {column}");
        }
        let d = level as f32 / 9.0;
        let middle = terrain.height(x, y);
        let expected = match types[cfg.type_of(column)].as_str() {
            "slope_up" => -1.2 * d,
            "slope_down" => 1.2 * d,
            "stairs_up" | "stairs_up_exact" => -9.0 * (0.05 + 0.18 * d),
            "stairs_down" | "stairs_down_exact" => 9.0 * (0.05 + 0.18 * d),
            "obstacles" | "obstacles_exact" => 0.0,
            _ => continue,
        };
        assert!((middle - expected).abs() < 1e-4, "{level} {column}: {middle}, not {expected}");
    }
}

#[test]
fn fields_and_boxes_are_the_same_ground_away_from_edges() {
    for g in GENERATORS.iter().filter(|g| g.stepped) {
        let two = |steps| TerrainCfg { levels: 2, columns: 2, ..one(g.name, 0.025, steps) };
        let [field, boxes] = [Steps::Field, Steps::Boxes].map(|steps| terrain(&two(steps)));
        assert!(field.boxes.is_empty() && !boxes.boxes.is_empty(), "{}", g.name);
        let [mut same, mut all] = [0, 0];
        for i in 0..250 * 250 {
            let (x, y) = (-8.2 + 0.0657 * (i % 250) as f32, -8.2 + 0.0659 * (i / 250) as f32);
            // all within two cells around at one height: no edge is near
            let around = [(-0.05, 0.0), (0.05, 0.0), (0.0, -0.05), (0.0, 0.05), (0.05, 0.05), (-0.05, -0.05)];
            let here = field.height(x, y);
            if around.iter().all(|(dx, dy)| (field.height(x + dx, y + dy) - here).abs() < 1e-6) {
                let there = boxes.height(x, y);
                assert!((here - there).abs() < 1e-4, "{} at {x} {y}: {here} {there}", g.name);
                same += 1;
            }
            all += 1;
        }
        assert!(same > all / 4, "{}: {same} of {all}", g.name);
    }
}

#[test]
fn a_type_may_have_faces_of_its_own() {
    let mut cfg = TerrainCfg { columns: 2, levels: 2, ..one("stairs_up", 0.05, Steps::Field) };
    cfg.mix.types.push(MixType {
        steps: Some(Steps::Boxes),
        name: Some("exact".into()),
        ..kind("stairs_up")
    });
    let terrain = terrain(&cfg);
    let near = |column: u32| {
        let [x, _] = cfg.middle([1, column]);
        terrain.boxes.list().iter().filter(|b| (b.center[0] - x).abs() < 4.0).count()
    };
    assert!(near(0) == 0 && near(1) > 20, "{} {}", near(0), near(1));
    // both go down to the same platform, one over ramps
    let height = |column: u32, dx: f32| {
        let [x, y] = cfg.middle([1, column]);
        terrain.height(x + dx, y)
    };
    assert!((height(0, 0.0) - height(1, 0.0)).abs() < 1e-4 && height(0, 0.0) < -1.0);
    let between = |column: u32| {
        let levels: std::collections::BTreeSet<i32> =
            (0..400).map(|k| (height(column, 0.01 * k as f32) * 1000.0).round() as i32).collect();
        levels.len()
    };
    assert!(between(1) <= 11 && between(0) > 20, "{} {}", between(1), between(0));
}

#[test]
fn a_few_boxes_make_a_tile() {
    let count = |name: &str| {
        let two = TerrainCfg { levels: 2, ..one(name, 0.05, Steps::Boxes) };
        terrain(&two).boxes.list().len() / 2
    };
    // rings of four: the lowest is the ground itself, the highest one box
    assert_eq!(count("stairs_up"), 4 * 9);
    assert_eq!(count("stairs_down"), 4 * 8 + 1);
    // three wide rails on the first level, four narrow ones on the second
    assert_eq!((count("gap"), count("pit"), count("rails")), (5, 4, (12 + 16) / 2));
    assert!(count("obstacles") < 120, "{}", count("obstacles"));
    let whole = terrain(&rough(Steps::Boxes)).boxes;
    assert!(whole.list().len() < 8000, "{}", whole.list().len());
    // few are near any place, those that go on under others included
    let most = whole.grid().cells.iter().map(|c| c.count).max().unwrap();
    assert!(most <= 12, "{most}");
}

#[test]
fn noise_on_top_is_as_high_as_written_and_level_at_the_rim() {
    let mut with = one("stairs_up", 0.05, Steps::Field);
    let plain = terrain(&with);
    with.mix.types[0].perlin = Some([Span([0.05; 2]), Span([0.6; 2])]);
    let noisy = terrain(&with);
    let mut most = 0.0f32;
    for i in 0..10_000 {
        let (x, y) = (-3.99 + 0.08 * (i % 100) as f32, -3.99 + 0.08 * (i / 100) as f32);
        most = most.max((noisy.height(x, y) - plain.height(x, y)).abs());
    }
    assert!(most <= 0.05 && most > 0.03, "{most}");
    assert!(noisy.height(4.0, 1.0).abs() < 0.006);
    // boxes keep their faces: there is noise on the floor only
    let exact = terrain(&TerrainCfg { steps: Steps::Boxes, ..with });
    assert!((exact.height(0.0, 3.5) + 0.05).abs() < 1e-6);
}

#[test]
fn every_tile_has_the_boxes() {
    let step = OrientedBox::new([1.0, 0.5, 0.05], [0.2, 0.2, 0.05]);
    let mix = Mix { types: vec![kind("flat")], ..cfg().mix };
    let cfg = TerrainCfg { boxes: vec![step], mix, ..cfg() };
    let terrain = build(Some(&cfg));
    assert_eq!(terrain.boxes.list().len(), 40);
    assert_eq!(terrain.surface, Surface::Plane { height: 0.0 });
    for (level, column) in (0..10).flat_map(|l| (0..4).map(move |c| (l, c))) {
        let [x, y] = cfg.middle([level, column]);
        assert!((terrain.height(x + 1.1, y + 0.4) - 0.1).abs() < 1e-6);
        assert_eq!(terrain.height(x, y), 0.0);
    }
}

#[test]
fn a_start_is_above_everything_around_it() {
    let terrain = build(Some(&cfg()));
    let [x, y] = cfg().middle([9, 2]);
    let top = highest_around(&terrain, [x, y]);
    assert!((0..100).all(|i| {
        let (dx, dy) = ((i % 10) as f32 * 0.08 - 0.36, (i / 10) as f32 * 0.08 - 0.36);
        terrain.height(x + dx, y + dy) <= top + 0.02
    }));
}
