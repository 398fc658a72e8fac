//! The table: cases, what they should give, and how exactly.
use super::cases;
use crate::physics::Engine;
use crate::physics::testing::*;

/// One line: a case's numbers in every engine.
struct Line {
    name: &'static str,
    run: fn(Engine) -> Vec<f64>,
    expect: Vec<Expected>,
}

/// Name and unit of a number, what it should be, where that is from, and the largest difference of batch and of rapier.
struct Expected(&'static str, f64, &'static str, [f64; 2]);

/// The last row of a reference.
fn last(name: &str) -> Vec<f64> {
    reference(name).1.pop().unwrap()
}

/// Acceleration on MuJoCo's slope between the first and the third second, m/s², and the speed then.
fn mujoco_slope(friction: &str) -> [f64; 2] {
    let angle = 15f64.to_radians();
    let along = |row: &[f64]| row[20] * angle.cos() - row[22] * angle.sin();
    let (_, rows) = reference(&format!("slope_{friction}"));
    let speed = |t: f64| along(rows.iter().find(|r| (r[0] - t).abs() < 1e-6).unwrap());
    [(speed(3.0) - speed(1.0)) / 2.0, speed(3.0)]
}

fn lines() -> Vec<Line> {
    let stand = last("stand");
    let foot = |leg: usize| stand[stand.len() - 20 + a1().feet()[leg]];
    let peak: f64 = reference("drop").0.rsplit(' ').next().unwrap().parse().unwrap();
    let limit = reference("limit").1.iter().map(|r| r[8]).fold(f64::MIN, f64::max) - 1.5;
    let lean = [last("lean_22"), last("lean_40")]
        .map(|r| (1.0 - 2.0 * (r[5] * r[5] + r[6] * r[6])).clamp(-1.0, 1.0).acos().to_degrees());
    let pushed = last("push");
    // semi-implicit Euler falls half a step too far; a rod about its end swings with 2 pi sqrt(2 l / 3 g)
    let fall = 5.0 - 9.81 * 0.5 * (0.5 + 0.005) / 2.0;
    let period = std::f64::consts::TAU * (2.0f64 / 3.0 / 9.81).sqrt() * (1.0 + 0.01 / 16.0);
    // torque less that of the rod's weight: it leans by 15 cm to the wall, and rises by 35 cm over its hinge to the bar
    let wall = 8.0 - 4.905 * 0.15;
    let bar = 12.0 - 4.905 * (1.0f64 - 0.35 * 0.35).sqrt();
    let line = |name, run, expect| Line { name, run, expect };
    let (book, mujoco) = ("textbook", "MuJoCo");
    vec![
        line("free fall", cases::free_fall, vec![Expected("height, m", fall, book, [1e-3; 2])]),
        // rapier's Coriolis terms are of another order in the step: it comes as close with a smaller one
        line(
            "flight under torques",
            cases::flight_under_torques,
            vec![Expected("apart, rad or m", 0.0, mujoco, [1e-4, 0.06])],
        ),
        line("energy of a flight", cases::energy_lost, vec![Expected("lost, J", 0.0, book, [0.02; 2])]),
        line("pendulum", cases::pendulum_period, vec![Expected("period, s", period, book, [5e-3; 2])]),
        // feet creep in soft friction (batch, MuJoCo) until the legs have sunk a little; rapier's stick
        line(
            "standing",
            cases::standing,
            vec![
                Expected("height, m", stand[3], mujoco, [1e-3, 6e-3]),
                Expected("front left, N", foot(0), mujoco, [0.5; 2]),
                Expected("front right, N", foot(1), mujoco, [0.5; 2]),
                Expected("rear left, N", foot(2), mujoco, [0.5; 2]),
                Expected("rear right, N", foot(3), mujoco, [0.5; 2]),
            ],
        ),
        line(
            "slope, friction 0.22",
            |e| cases::slope_of_friction(e, 0.22),
            vec![Expected("acceleration, m/s²", mujoco_slope("0.22")[0], mujoco, [0.02; 2])],
        ),
        line(
            "slope, friction 0.5",
            |e| cases::slope_of_friction(e, 0.5),
            vec![
                Expected("acceleration, m/s²", 0.0, book, [0.01; 2]),
                Expected("creep, m/s", mujoco_slope("0.5")[1], mujoco, [2e-3, 0.012]),
            ],
        ),
        line(
            "drop",
            cases::drop,
            vec![
                Expected("height off by, m", 0.0, mujoco, [5e-3; 2]),
                Expected("peak, N", peak, mujoco, [0.05 * peak, 0.1 * peak]),
            ],
        ),
        // rapier's limits are not soft: a joint stops at once
        line(
            "joint limit",
            cases::joint_limit,
            vec![Expected("over-travel, rad", limit, mujoco, [8e-3, 0.03])],
        ),
        line(
            "box foot on its edge",
            cases::box_foot_on_its_edge,
            vec![
                Expected("leaning 22°, °", lean[0], mujoco, [0.5; 2]),
                Expected("leaning 40°, °", lean[1], mujoco, [0.5; 2]),
            ],
        ),
        // rapier's contacts stick: friction begins a ball's roll sooner
        line(
            "ball off a box",
            cases::ball_off_a_box,
            vec![
                Expected("forward, m", last("scene_ball")[1], mujoco, [2e-3, 0.05]),
                Expected("height, m", last("scene_ball")[3], mujoco, [2e-3; 2]),
            ],
        ),
        line(
            "rod against boxes",
            cases::rod_against_boxes,
            vec![
                Expected("vertical face, N m", wall, book, [0.02, 0.15]),
                Expected("underside, N m", bar, book, [0.02, 0.1]),
            ],
        ),
        line(
            "push of 0.6 m/s",
            cases::push,
            vec![
                Expected("height, m", pushed[3], mujoco, [2e-3, 7e-3]),
                Expected("sideways, m", pushed[2], mujoco, [2e-3, 5e-3]),
            ],
        ),
    ]
}

#[test]
fn all_engines_agree_with_textbooks_and_mujoco() {
    let mut wrong = vec![];
    println!("{:43} {:>9} {:>9} {:>9}", "", "batch", "rapier", "expected");
    for line in lines() {
        let got = ENGINES.map(line.run);
        for (i, Expected(number, want, source, tolerances)) in line.expect.iter().enumerate() {
            let [batch, rapier] = [got[0][i], got[1][i]];
            println!("{:22} {number:20} {batch:9.4} {rapier:9.4} {want:9.4}  {source}", line.name);
            for ((engine, got), tolerance) in ENGINES.iter().zip([batch, rapier]).zip(tolerances) {
                if (got - want).abs().is_nan() || (got - want).abs() > *tolerance {
                    wrong.push(format!(
                        "{} {engine:?} {number}: {got}, {source} {want} ± {tolerance}",
                        line.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
