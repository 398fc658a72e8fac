use super::super::testing::kind;
use super::*;
use std::f32::consts::PI;

/// Heights of one kind at a difficulty, on a tile of 8 m.
fn heights(name: &str, difficulty: f64, cell: f32) -> impl Fn(f32, f32) -> f32 {
    let tile = Tile { half: 4.0, seed: 3, values: kind(name).values_at(difficulty), file: None };
    let n = (8.0 / cell).round() as usize;
    let data = generator(name).unwrap().shape(&tile).sample([n; 2], cell, [-4.0; 2]);
    move |x, y| {
        let [i, j] = [x, y].map(|v| (((v + 4.0) / cell) as usize).min(n - 1));
        data[j * n + i]
    }
}

fn near(a: f32, b: f32) {
    assert!((a - b).abs() < 1e-4, "{a} is not {b}");
}

#[test]
fn every_kind_is_level_along_the_rim_and_where_robots_start() {
    for g in GENERATORS {
        for difficulty in [0.0, 1.0] {
            let at = heights(g.name, difficulty, 0.05);
            let rim = (0..160).map(|i| -3.975 + 0.05 * i as f32).flat_map(|v| [(v, 3.975), (-3.975, v)]);
            // slopes begin at the rim: half a cell of 0.4
            rim.for_each(|(x, y)| assert!(at(x, y).abs() < 0.011, "{} at {x} {y}: {}", g.name, at(x, y)));
            let noisy = matches!(g.name, "noise" | "bumps" | "rough_slope_up" | "rough_slope_down");
            let spread = (0..400)
                .map(|i| at(-0.95 + 0.1 * (i % 20) as f32, -0.95 + 0.1 * (i / 20) as f32))
                .fold([f32::MAX, f32::MIN], |[a, b], h| [a.min(h), b.max(h)]);
            assert!(noisy || spread[1] - spread[0] < 1e-6, "{} starts on {spread:?}", g.name);
            assert!(
                g.shape(&Tile { half: 4.0, seed: 3, values: kind(g.name).values_at(difficulty), file: None })
                    .floor()
                    <= 0.0
            );
        }
    }
}

#[test]
fn stairs_have_the_recipe_s_steps() {
    // hardest: 23 cm every 31 cm, nine steps, the last one 2.79 m from the rim
    let (up, down) = (heights("stairs_up", 1.0, 0.01), heights("stairs_down", 1.0, 0.01));
    for k in 0..=9 {
        let x = 4.0 - 0.31 * k as f32;
        near(up(x - 0.006, 0.3), -0.23 * k as f32);
        near(down(-0.3, -(x - 0.006)), 0.23 * k as f32);
        near(up(x - 0.15, 0.0), -0.23 * k as f32);
    }
    near(up(0.0, 0.0), -2.07);
    near(heights("stairs_up", 0.0, 0.01)(3.5, 0.0), -0.05);
    near(heights("stairs_down", 4.0 / 9.0, 0.01)(3.5, 0.0), 0.13);
}

#[test]
fn slopes_have_the_recipe_s_angles() {
    let (up, down) = (heights("slope_up", 1.0, 0.05), heights("slope_down", 1.0, 0.05));
    // 0.4 per metre: 21.8 degrees, for 3 m
    let angle = (down(1.525, 0.0) - down(3.525, 0.0)) / 2.0;
    near(angle.atan() * 180.0 / PI, 21.8014);
    near(down(0.5, 0.2), 1.2);
    near(up(0.5, 0.2), -1.2);
    near(up(0.0, 2.025), -0.4 * 1.975);
    // noise on top stays within 5 cm
    let rough = heights("rough_slope_up", 1.0, 0.05);
    let off: Vec<f32> = (0..900)
        .map(|i| (-2.975 + 0.2 * (i % 30) as f32, -2.975 + 0.2 * (i / 30) as f32))
        .map(|(x, y)| rough(x, y) - up(x, y))
        .collect();
    let most = off.iter().fold(0.0f32, |m, v| m.max(v.abs()));
    assert!(most <= 0.05 + 1e-4 && most > 0.035, "{most}");
}

#[test]
fn noise_is_as_high_as_written() {
    for (difficulty, expected) in [(0.0, 0.01), (1.0, 0.08)] {
        let at = heights("noise", difficulty, 0.02);
        let all = (0..160_000).map(|i| at(-3.99 + 0.02 * (i % 400) as f32, -3.99 + 0.02 * (i / 400) as f32));
        let most = all.fold(0.0f32, |m, h| m.max(h.abs()));
        assert!(most <= expected && most > 0.85 * expected, "{most}");
    }
}

#[test]
fn obstacles_are_of_three_heights_and_leave_the_middle_free() {
    let at = heights("obstacles", 1.0, 0.05);
    let mut counts = [0; 3];
    for i in 0..160 * 160 {
        let (x, y) = (-3.975 + 0.05 * (i % 160) as f32, -3.975 + 0.05 * (i / 160) as f32);
        let h = at(x, y);
        let which = [0.0, 0.115, 0.23].iter().position(|v| (h - v).abs() < 1e-5);
        counts[which.unwrap_or_else(|| panic!("{h}"))] += 1;
        assert!(h == 0.0 || x.abs().max(y.abs()) > 1.0);
    }
    // 45 of 1 m² over 64 m²: about half of it
    assert!(counts.iter().all(|c| *c > 2000), "{counts:?}");
}

#[test]
fn holes_and_rails_are_as_wide_and_as_deep_as_written() {
    let gap = heights("gap", 1.0, 0.01);
    for (x, h) in [(0.99, 0.0), (1.01, -0.4), (1.39, -0.4), (1.41, 0.0)] {
        near(gap(x, 0.0), h);
        near(gap(0.5, -x), h);
    }
    let pit = heights("pit", 1.0, 0.01);
    for (x, h) in [(0.0, -0.3), (1.49, -0.3), (1.51, 0.0)] {
        near(pit(x, 0.0), h);
    }
    // rails of 10 cm from 1.3 m on, every 80 cm
    let rails = heights("rails", 1.0, 0.01);
    for (x, h) in [(1.29, 0.0), (1.31, 0.2), (1.39, 0.2), (1.41, 0.0), (2.15, 0.2), (2.25, 0.0), (3.75, 0.2)]
    {
        near(rails(x, 0.0), h);
    }
    near(rails(2.95, 0.0), 0.2);
}

#[test]
fn stones_are_as_long_and_as_far_apart_as_written() {
    // 30 cm long, 25 cm apart
    let at = heights("stepping_stones", 1.0, 0.01);
    let mut runs = [vec![], vec![]];
    for j in 0..40 {
        let y = -3.5 + 0.18 * j as f32;
        if y.abs() < 1.05 {
            continue;
        }
        // along a row nobody needs to step farther than that to get to the rim; between rows there is nothing
        let out: Vec<bool> = (0..800).map(|i| at(-3.995 + 0.01 * i as f32, y) > -0.2).collect();
        let longest = out.split(|stone| *stone).map(<[bool]>::len).max().unwrap();
        assert!(longest <= 26 || longest > 700, "{longest}");
        let row: Vec<bool> = (0..730).map(|i| at(-3.65 + 0.01 * i as f32, y) > -0.2).collect();
        let mut start = 0;
        for i in 1..row.len() {
            if row[i] != row[i - 1] {
                if start > 0 {
                    runs[usize::from(row[start])].push(i - start);
                }
                start = i;
            }
        }
    }
    assert!(runs[1].len() > 100 && runs[1].iter().all(|n| n.abs_diff(30) <= 1), "{:?}", runs[1]);
    assert!(runs[0].iter().all(|n| n.abs_diff(25) <= 1), "{:?}", runs[0]);
}

#[test]
fn usual_values_are_within_their_limits_and_names_are_unique() {
    for (i, g) in GENERATORS.iter().enumerate() {
        assert!(GENERATORS[..i].iter().all(|other| other.name != g.name) && g.about.ends_with('.'));
        for p in g.parameters {
            assert!(p.usual.iter().all(|v| (p.limits[0]..=p.limits[1]).contains(v)), "{} {}", g.name, p.name);
            assert!(!["type", "name", "share", "perlin", "file"].contains(&p.name));
        }
    }
}
