//! The table: cases, what they should give, and how exactly.
use super::cases;
use crate::physics::Engine;
use crate::physics::testing::*;

/// One line: a case's numbers in every engine.
struct Line {
    name: &'static str,
    run: fn(Engine) -> Vec<f64>,
    /// Name and unit of each number, what it should be, where that is from, and the largest difference.
    expect: Vec<(&'static str, f64, &'static str, f64)>,
}

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
    vec![
        Line {
            name: "free fall",
            run: cases::free_fall,
            expect: vec![("height, m", fall, "textbook", 1e-3)],
        },
        Line {
            name: "flight under torques",
            run: cases::flight_under_torques,
            expect: vec![("deviation, rad or m", 0.0, "MuJoCo", 3e-3)],
        },
        Line {
            name: "energy of a flight",
            run: cases::energy_lost,
            expect: vec![("lost, J", 0.0, "textbook", 0.1)],
        },
        Line {
            name: "pendulum",
            run: cases::pendulum_period,
            expect: vec![("period, s", period, "textbook", 5e-3 * period)],
        },
        Line {
            name: "standing",
            run: cases::standing,
            expect: vec![
                ("height, m", stand[3], "MuJoCo", 2e-3),
                ("front left, N", foot(0), "MuJoCo", 1.5),
                ("front right, N", foot(1), "MuJoCo", 1.5),
                ("rear left, N", foot(2), "MuJoCo", 1.5),
                ("rear right, N", foot(3), "MuJoCo", 1.5),
            ],
        },
        Line {
            name: "slope, friction 0.22",
            run: |e| cases::slope_of_friction(e, 0.22),
            expect: vec![("acceleration, m/s²", mujoco_slope("0.22")[0], "MuJoCo", 0.025)],
        },
        Line {
            name: "slope, friction 0.5",
            run: |e| cases::slope_of_friction(e, 0.5),
            expect: vec![
                ("acceleration, m/s²", 0.0, "textbook", 0.01),
                ("creep, m/s", mujoco_slope("0.5")[1], "MuJoCo", 0.012),
            ],
        },
        Line {
            name: "drop",
            run: cases::drop,
            expect: vec![
                ("height off by, m", 0.0, "MuJoCo", 0.012),
                ("peak, N", peak, "MuJoCo", 0.15 * peak),
            ],
        },
        Line {
            name: "joint limit",
            run: cases::joint_limit,
            expect: vec![("over-travel, rad", limit, "MuJoCo", 0.3 * limit)],
        },
        Line {
            name: "box foot on its edge",
            run: cases::box_foot_on_its_edge,
            expect: vec![
                ("leaning 22°, °", lean[0], "MuJoCo", 1.0),
                ("leaning 40°, °", lean[1], "MuJoCo", 2.0),
            ],
        },
        Line {
            name: "push of 0.6 m/s",
            run: cases::push,
            expect: vec![
                ("height, m", pushed[3], "MuJoCo", 3e-3),
                ("sideways, m", pushed[2], "MuJoCo", 0.02),
            ],
        },
    ]
}

#[test]
fn all_engines_agree_with_textbooks_and_mujoco() {
    let mut wrong = vec![];
    println!("{:22} {:20} {:>9} {:>9} {:>9}  {}", "", "", "batch", "rapier", "expected", "from");
    for line in lines() {
        let got = ENGINES.map(line.run);
        for (i, (number, want, source, tolerance)) in line.expect.iter().enumerate() {
            let [batch, rapier] = [got[0][i], got[1][i]];
            println!("{:22} {number:20} {batch:9.4} {rapier:9.4} {want:9.4}  {source}", line.name);
            for (engine, got) in ENGINES.iter().zip([batch, rapier]) {
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
