//! Where robots start: on a grid, the second stage beside the first.
use super::Stages;
use crate::lab::Stage;
use bevy::prelude::World;

/// Distance of neighbours, m.
const SPACING: f32 = 1.6;
/// Between two stages, m.
const GAP: f32 = 3.5;

/// Robots next to each other.
fn columns(count: usize) -> usize {
    (count as f32).sqrt().ceil().max(1.0) as usize
}

/// Start of a robot among `count` around `origin`, world (x, y), m. All face x; the first is at the front left.
pub(super) fn place(robot: usize, count: usize, origin: [f32; 2]) -> [f32; 2] {
    let columns = columns(count);
    let rows = count.div_ceil(columns);
    let centred = |i: usize, n: usize| ((n - 1) as f32 / 2.0 - i as f32) * SPACING;
    // lanes of the last block that are not shown stand behind
    let row = robot / columns;
    let x = (rows.max(1) - 1) as f32 / 2.0 * SPACING - row as f32 * SPACING;
    [origin[0] + x, origin[1] + centred(robot % columns, columns)]
}

/// Middle of a stage of `count` robots, world (x, y), m. The second stands in front of the first, which is beside it in
/// the first view, from the robots' right side.
pub(super) fn origin(world: &World, slot: usize, count: usize) -> [f32; 2] {
    if slot == 0 {
        return [0.0; 2];
    }
    let first = world.resource::<Stages>().0[0].and_then(|e| world.get::<Stage>(e));
    let length = |n: usize| n.div_ceil(columns(n)) as f32 * SPACING;
    [(length(first.map_or(1, |s| s.robots.len().max(1))) + length(count)) / 2.0 + GAP, 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_robot_stands_in_the_middle_and_a_crowd_around_it_without_touching() {
        assert_eq!(place(0, 1, [0.0; 2]), [0.0; 2]);
        for count in [2, 16, 64, 256] {
            let all: Vec<_> = (0..count).map(|r| place(r, count, [1.0, -2.0])).collect();
            let mean = |i: usize| all.iter().map(|p| p[i]).sum::<f32>() / count as f32;
            assert!((mean(0) - 1.0).abs() < 1e-3 && (mean(1) + 2.0).abs() < 1e-3, "{count}");
            for (i, a) in all.iter().enumerate() {
                assert!(all[..i].iter().all(|b| (a[0] - b[0]).hypot(a[1] - b[1]) > SPACING * 0.99));
            }
        }
    }
}
