use super::*;

fn near(a: f32, b: f32) {
    assert!((a - b).abs() < 1e-4, "{a} is not {b}");
}

#[test]
fn stairs_rise_by_one_step_every_run_however_they_are_made() {
    for (cell, steps) in
        [(0.05, Steps::Field), (0.025, Steps::Field), (0.01, Steps::Field), (0.05, Steps::Boxes)]
    {
        for (obstacle, sign) in [(Obstacle::StairsUp, 1.0), (Obstacle::StairsDown, -1.0)] {
            let track = Track { cell, steps, ..Track::new(obstacle, 0.15) };
            let ground = track.build().unwrap();
            for (x, y) in [(0.0, 0.0), (-2.4, 5.0), (0.9, -5.0)] {
                near(ground.height(x, y), 0.0);
            }
            for k in 0..60 {
                near(ground.height(1.0 + 0.31 * (k as f32 + 0.5), 2.0), sign * 0.15 * (k + 1) as f32);
            }
        }
    }
}

#[test]
fn slopes_have_their_angle_however_they_are_made() {
    for steps in [Steps::Field, Steps::Boxes] {
        for (obstacle, sign) in [(Obstacle::SlopeUp, 1.0), (Obstacle::SlopeDown, -1.0)] {
            let ground = Track { steps, ..Track::new(obstacle, 20.0) }.build().unwrap();
            near(ground.height(0.5, 1.0), 0.0);
            for x in [1.1f32, 5.0, 20.0] {
                let expected = sign * 20f32.to_radians().tan() * (x - 1.0);
                assert!((ground.height(x, -3.0) - expected).abs() < 2e-3, "{steps:?} {obstacle:?} {x}");
            }
        }
    }
}

#[test]
fn rectangles_are_the_same_however_they_are_made_and_leave_the_start_free() {
    for obstacle in [Obstacle::Boxes, Obstacle::BoxesAndPits] {
        let of = |cell, steps| Track { cell, steps, ..Track::new(obstacle, 0.15) }.build().unwrap();
        let all = [of(0.05, Steps::Field), of(0.01, Steps::Field), of(0.05, Steps::Boxes)];
        let mut heights = std::collections::BTreeSet::new();
        for i in 0..20_000 {
            // middles of cells of 5 cm: no edge is there
            let (x, y) = (-2.475 + 0.1 * (i % 239) as f32, -5.975 + 0.1 * (i / 239 % 119) as f32);
            let [a, b, c] = [0, 1, 2].map(|k: usize| all[k].height(x, y));
            assert!((a - b).abs() < 1e-4 && (a - c).abs() < 1e-4, "{x} {y}: {a} {b} {c}");
            assert!(x > 1.0 || a == 0.0);
            heights.insert((a * 1000.0).round() as i32);
        }
        let expected: &[i32] =
            if obstacle == Obstacle::Boxes { &[0, 75, 150] } else { &[-150, -75, 0, 75, 150] };
        assert_eq!(heights.into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn seeds_make_tracks_and_nonsense_is_named() {
    let noise = Track::new(Obstacle::Noise, 0.05);
    assert_eq!(noise.build(), noise.build());
    assert_ne!(noise.build(), Track { seed: 2, ..noise.clone() }.build());
    let wrong = Track { cell: 0.0, run: f64::NAN, steps: Steps::Boxes, ..noise };
    let error = wrong.build().unwrap_err();
    for part in ["cell of a track", "run of a track", "use `field`"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(Track { cell: 0.005, ..Track::new(Obstacle::StairsUp, 0.1) }.build().is_ok());
    assert_eq!(Track::new(Obstacle::Flat, 0.0).build(), Ok(Terrain::plane(0.0)));
}

#[test]
fn layouts_are_as_many_different_grounds() {
    let track = Track { layouts: 4, ..Track::new(Obstacle::Boxes, 0.15) };
    let grounds: Vec<Terrain> = track.each_layout().map(|t| t.build().unwrap()).collect();
    assert_eq!(grounds.len(), 4);
    assert_eq!(Ok(&grounds[0]), track.build().as_ref());
    assert!((1..4).all(|k| !grounds[..k].contains(&grounds[k])));
    let stairs = Track { layouts: 2, ..Track::new(Obstacle::StairsUp, 0.15) };
    assert!(stairs.build().unwrap_err().contains("leave `layouts` out"));
    let none = Track { layouts: 0, ..track };
    assert!(none.build().unwrap_err().contains("layouts of a track is 0, must be 1 to 256"));
}
