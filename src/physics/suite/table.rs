//! The table: cases, what they should give, and how exactly.
use super::reference::{Reference, reference};
use super::{Arena, cases};
use crate::robot::load;
use anyhow::{Context, Result};
use std::fmt::{Display, Formatter};

/// A case, and what its numbers should be.
struct Case {
    name: &'static str,
    run: fn(&Arena) -> Result<Vec<f64>>,
    expect: Vec<Expected>,
}

/// A number that a case gives.
struct Expected {
    name: &'static str,
    value: f64,
    source: &'static str,
    /// Largest difference of batch, of rapier and of MuJoCo.
    within: [f64; 3],
}

const fn expect(name: &'static str, value: f64, source: &'static str, within: [f64; 3]) -> Expected {
    Expected { name, value, source, within }
}

/// A number in all engines.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The case.
    pub case: &'static str,
    /// Which number of it, with its unit.
    pub number: &'static str,
    /// What it should be.
    pub expected: f64,
    /// Who says so.
    pub source: &'static str,
    /// By engine: name, the number, and the largest difference allowed.
    pub engines: Vec<(&'static str, f64, f64)>,
}

/// All cases in all engines.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// In order.
    pub lines: Vec<Line>,
}

/// Acceleration on MuJoCo's slope between the first and the third second, m/s², and the speed then.
fn mujoco_slope(which: Reference) -> [f64; 2] {
    let angle = 15f64.to_radians();
    let rows = reference(which).rows;
    let along = |row: &Vec<f64>| row[20] * angle.cos() - row[22] * angle.sin();
    let speed = |t: f64| rows.iter().find(|r| (r[0] - t).abs() < 1e-6).map_or(f64::NAN, along);
    [(speed(3.0) - speed(1.0)) / 2.0, speed(3.0)]
}

/// Tilt of a box in the end, degrees.
fn mujoco_lean(which: Reference) -> f64 {
    let end = reference(which);
    let r = end.last();
    (1.0 - 2.0 * (r[5] * r[5] + r[6] * r[6])).clamp(-1.0, 1.0).acos().to_degrees()
}

fn list() -> Result<Vec<Case>> {
    let a1 = load("a1")?;
    let (stand, pushed) = (reference(Reference::Stand), reference(Reference::Push));
    let (stand, pushed) = (stand.last(), pushed.last());
    let (feet, points) = (a1.feet(), a1.points().count());
    let foot = |leg: usize| stand[stand.len() - points + feet[leg]];
    let peak = reference(Reference::Drop).peak;
    let limit = reference(Reference::Limit).rows.iter().map(|r| r[8]).fold(f64::MIN, f64::max) - 1.5;
    // semi-implicit Euler falls half a step too far; a rod about its end swings with 2 pi sqrt(2 l / 3 g)
    let fall = 5.0 - 9.81 * 0.5 * (0.5 + 0.005) / 2.0;
    let period = std::f64::consts::TAU * (2.0f64 / 3.0 / 9.81).sqrt() * (1.0 + 0.01 / 16.0);
    // torque less that of the rod's weight: it leans by 15 cm to the wall, and rises by 35 cm over its hinge to the bar
    let wall = 8.0 - 4.905 * 0.15;
    let bar = 12.0 - 4.905 * (1.0f64 - 0.35 * 0.35).sqrt();
    let ball = reference(Reference::Ball);
    let ball = ball.last();
    let case = |name, run, expect| Case { name, run, expect };
    let (book, mujoco, coulomb) = ("textbook", "MuJoCo, recorded", "Coulomb");
    let angle = 15f64.to_radians();
    let slide = 9.81 * (angle.sin() - 0.22 * angle.cos());
    Ok(vec![
        case("free fall of 0.5 s", cases::free_fall, vec![expect("height, m", fall, book, [1e-3; 3])]),
        // rapier's Coriolis terms are of another order in the step: it comes as close with a smaller one
        case(
            "flight under torques",
            cases::flight_under_torques,
            vec![expect("apart, rad or m", 0.0, mujoco, [1e-4, 0.06, 1e-5])],
        ),
        case(
            "energy of a flight",
            cases::energy_lost,
            vec![expect("lost, J", 0.0, book, [0.02, 0.02, 0.02])],
        ),
        case("pendulum", cases::pendulum_period, vec![expect("period, s", period, book, [5e-3; 3])]),
        // feet creep in soft friction (batch, MuJoCo) until the legs have sunk a little; rapier's stick
        case(
            "standing",
            cases::standing,
            vec![
                expect("height, m", stand[3], mujoco, [1e-3, 6e-3, 1e-4]),
                expect("front left, N", foot(0), mujoco, [0.5, 0.5, 0.05]),
                expect("front right, N", foot(1), mujoco, [0.5, 0.5, 0.05]),
                expect("rear left, N", foot(2), mujoco, [0.5, 0.5, 0.05]),
                expect("rear right, N", foot(3), mujoco, [0.5, 0.5, 0.05]),
            ],
        ),
        case(
            "slope 15°, friction 0.22",
            |e| cases::slope_of_friction(e, 0.22),
            vec![
                expect("acceleration, m/s²", slide, coulomb, [0.02; 3]),
                expect("speed, m/s", mujoco_slope(Reference::SlopeSlides)[1], mujoco, [0.1; 3]),
            ],
        ),
        case(
            "slope 15°, friction 0.5",
            |e| cases::slope_of_friction(e, 0.5),
            vec![
                expect("acceleration, m/s²", 0.0, coulomb, [0.01; 3]),
                expect("creep, m/s", mujoco_slope(Reference::SlopeHolds)[1], mujoco, [2e-3, 0.012, 2e-3]),
            ],
        ),
        case(
            "drop from 0.6 m",
            cases::drop,
            vec![
                expect("height apart, m", 0.0, mujoco, [5e-3, 5e-3, 1e-4]),
                expect("peak, N", peak, mujoco, [0.05 * peak, 0.1 * peak, 0.01 * peak]),
            ],
        ),
        // rapier's limits are not soft: a joint stops at once, and has turned round when it is looked at
        case(
            "joint limit",
            cases::joint_limit,
            vec![expect("over-travel, rad", limit, mujoco, [4e-3, 0.04, 1e-3])],
        ),
        case(
            "box foot on its edge",
            cases::box_foot_on_its_edge,
            vec![
                expect("from 22°, °", mujoco_lean(Reference::Lean22), mujoco, [0.5; 3]),
                expect("from 40°, °", mujoco_lean(Reference::Lean40), mujoco, [0.5; 3]),
            ],
        ),
        // rapier's contacts stick: friction begins a ball's roll sooner
        case(
            "ball off a box",
            cases::ball_off_a_box,
            vec![
                expect("forward, m", ball[1], mujoco, [2e-3, 0.05, 1e-4]),
                expect("height, m", ball[3], mujoco, [2e-3, 2e-3, 1e-4]),
            ],
        ),
        case(
            "rod against boxes",
            cases::rod_against_boxes,
            vec![
                expect("vertical face, N m", wall, book, [0.02, 0.15, 0.02]),
                expect("underside, N m", bar, book, [0.02, 0.1, 0.02]),
            ],
        ),
        case(
            "push of 0.6 m/s",
            cases::push,
            vec![
                expect("height, m", pushed[3], mujoco, [2e-3, 7e-3, 1e-4]),
                expect("sideways, m", pushed[2], mujoco, [2e-3, 5e-3, 5e-4]),
            ],
        ),
    ])
}

/// Runs all cases; `say` hears which.
///
/// # Errors
/// When MuJoCo's process fails.
pub fn run(arenas: &[Arena], say: &dyn Fn(&str)) -> Result<Table> {
    let mut lines = vec![];
    for case in list()? {
        say(case.name);
        let got: Vec<Vec<f64>> = arenas
            .iter()
            .map(|arena| (case.run)(arena).with_context(|| format!("{} in {}", case.name, arena.name())))
            .collect::<Result<_>>()?;
        for (i, e) in case.expect.iter().enumerate() {
            let engine = |(arena, numbers): (&Arena, &Vec<f64>)| {
                let within = e.within[match arena.name() {
                    "batch" => 0,
                    "rapier" => 1,
                    _ => 2,
                }];
                (arena.name(), numbers.get(i).copied().unwrap_or(f64::NAN), within)
            };
            lines.push(Line {
                case: case.name,
                number: e.name,
                expected: e.value,
                source: e.source,
                engines: arenas.iter().zip(&got).map(engine).collect(),
            });
        }
    }
    Ok(Table { lines })
}

/// Letters and digits of a name, `_` between its words.
fn key(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join("_")
}

impl Table {
    /// Numbers that are farther from what is expected than allowed.
    pub fn wrong(&self) -> Vec<String> {
        let of_line = |line: &Line| {
            let bad = line.engines.iter().filter(|(_, got, within)| {
                let apart = (got - line.expected).abs();
                apart.is_nan() || apart > *within
            });
            let text = |(engine, got, within): &(&str, f64, f64)| {
                let (case, number, want) = (line.case, line.number, line.expected);
                format!("{case}, {number}, {engine}: {got}, {} says {want} ± {within}", line.source)
            };
            bad.map(text).collect::<Vec<_>>()
        };
        self.lines.iter().flat_map(of_line).collect()
    }

    /// The numbers by key: `engines.<case>.<number>.<engine>`.
    pub fn results(&self) -> Vec<(String, f64)> {
        let of_line = |line: &Line| {
            let place = format!("engines.{}.{}", key(line.case), key(line.number));
            let engines = line.engines.iter().map(|(engine, got, _)| (format!("{place}.{engine}"), *got));
            engines.chain([(format!("{place}.expected"), line.expected)]).collect::<Vec<_>>()
        };
        self.lines.iter().flat_map(of_line).collect()
    }
}

/// Markdown.
impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Some(first) = self.lines.first() else { return Ok(()) };
        let number = |v: f64| match v.abs() {
            a if a < 5e-5 => "0.0000".to_owned(),
            a if a < 10.0 => format!("{v:.4}"),
            _ => format!("{v:.2}"),
        };
        write!(f, "| {:24} | {:18} ", "case", "number")?;
        first.engines.iter().try_for_each(|(name, ..)| write!(f, "| {name:>8} "))?;
        writeln!(f, "| expected | {:16} |", "by")?;
        write!(f, "|{:-<26}|{:-<20}", "", "")?;
        first.engines.iter().try_for_each(|_| write!(f, "|{:-<9}:", ""))?;
        writeln!(f, "|{:-<9}:|{:-<18}|", "", "")?;
        let mut before = "";
        for line in &self.lines {
            let case = if line.case == before { "" } else { line.case };
            write!(f, "| {case:24} | {:18} ", line.number)?;
            line.engines.iter().try_for_each(|(_, got, _)| write!(f, "| {:>8} ", number(*got)))?;
            writeln!(f, "| {:>8} | {:16} |", number(line.expected), line.source)?;
            before = line.case;
        }
        Ok(())
    }
}
