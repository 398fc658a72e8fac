//! What a policy bears: errors and falls over friction, payload, delay, pushes and motor strength, one quantity at a time with
//! the others as written, and all of them at their worst at once.
use super::grid::evaluate_as;
use super::{EvalCfg, Judgement, Stage, Tally};
use crate::config::{ConfigErrors, Document, Origin};
use crate::env::Mode;
use crate::nn::ActorCritic;
use crate::task;
use serde_json::{Value, json};
use std::fmt::{Display, Formatter, Result};

/// A quantity and its values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// What, as in keys of results.
    pub key: &'static str,
    /// What, for people.
    pub name: &'static str,
    /// Unit; empty for factors.
    pub unit: &'static str,
    /// Values in that unit.
    pub values: &'static [f64],
    /// The value as which the robot is written.
    pub nominal: f64,
    /// The worst one.
    pub worst: f64,
}

/// What is varied.
pub const AXES: [Axis; 5] = [
    Axis {
        key: "friction",
        name: "friction",
        unit: "",
        values: &[0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.25],
        nominal: 0.8,
        worst: 0.2,
    },
    Axis {
        key: "payload",
        name: "payload",
        unit: "kg",
        values: &[0.0, 1.0, 2.0, 3.0],
        nominal: 0.0,
        worst: 3.0,
    },
    Axis {
        key: "delay",
        name: "delay of actions",
        unit: "ms",
        values: &[0.0, 10.0, 20.0, 30.0, 40.0],
        nominal: 0.0,
        worst: 40.0,
    },
    Axis {
        key: "push",
        name: "pushes, one every 2 s",
        unit: "m/s",
        values: &[0.0, 0.5, 1.0, 1.5],
        nominal: 0.0,
        worst: 1.5,
    },
    Axis {
        key: "strength",
        name: "motor strength",
        unit: "",
        values: &[0.8, 0.9, 1.0, 1.1, 1.2],
        nominal: 1.0,
        worst: 0.8,
    },
];

/// Seconds between two pushes.
const PUSH_EVERY: f64 = 2.0;

/// A place in the space of all axes, in their order.
type Place = [f64; 5];

/// Everything that was found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Perturbed {
    /// Per axis: value and judgement over all commands.
    pub rows: Vec<(Axis, Vec<(f64, Judgement)>)>,
    /// Everything at its worst at once.
    pub worst: Judgement,
    /// Tries per value.
    pub tries: usize,
    /// Length of a try, s.
    pub secs: f64,
}

/// Tries a policy at every value, so many times per command of the task's grid.
///
/// # Errors
/// When the task cannot be changed so.
pub fn perturb(
    doc: &Document,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    per_command: usize,
) -> std::result::Result<Perturbed, ConfigErrors> {
    let nominal: Place = AXES.map(|a| a.nominal);
    let mut rows: Vec<(Axis, Vec<(f64, Judgement)>)> = vec![];
    for (i, axis) in AXES.iter().enumerate() {
        let mut found = vec![];
        for value in axis.values {
            let mut place = nominal;
            place[i] = *value;
            let known = || {
                let same = |(j, (_, row)): (usize, &(Axis, Vec<(f64, Judgement)>))| {
                    row.iter().find(|(v, _)| *v == nominal[j]).map(|(_, judgement)| judgement.clone())
                };
                rows.iter().enumerate().find_map(same)
            };
            let judgement = match (place == nominal).then(known).flatten() {
                Some(judgement) => judgement,
                None => judge_at(doc, policy, cfg, per_command, &place)?,
            };
            found.push((*value, judgement));
        }
        rows.push((*axis, found));
    }
    let worst = judge_at(doc, policy, cfg, per_command, &AXES.map(|a| a.worst))?;
    Ok(Perturbed { rows, worst, tries: per_command * cfg.grid().len(), secs: cfg.secs })
}

fn judge_at(
    doc: &Document,
    policy: &ActorCritic,
    cfg: &EvalCfg,
    per_command: usize,
    place: &Place,
) -> std::result::Result<Judgement, ConfigErrors> {
    let plan = task::compile(at(doc, place)?)?;
    let grid = cfg.grid();
    let stage = Stage { tries: grid.len() * per_command, secs: cfg.secs };
    let mode = Mode { start_strength: cfg.start_strength, pushes: place[3] > 0.0, ..Mode::EVALUATE };
    let mut total = Tally::default();
    evaluate_as(&plan, policy, cfg, &grid, stage, &mode).iter().for_each(|t| total.add(t));
    Ok(total.judgement())
}

/// The task with its robot as written but for one place.
fn at(doc: &Document, place: &Place) -> std::result::Result<Document, ConfigErrors> {
    let [friction, payload, delay, push, strength] = *place;
    let only = |value: f64| json!([value, value]);
    let mut doc = doc.clone();
    let mut set = |key: &str, value: Value| doc.set(key, value, Origin::Argument("--perturb".into()));
    let model = |key: &str| format!("env.events.model.{key}");
    let mut changes = vec![];
    for key in ["base_com", "joint_damping", "joint_friction", "restitution", "armature", "zero_offset"] {
        changes.push((model(key), only(0.0)));
    }
    for key in ["base_com_x", "base_com_y", "base_com_z", "gravity_xy", "gravity_z"] {
        changes.push((model(key), only(0.0)));
    }
    for key in ["kp", "kd", "effort", "link_mass", "joint_kp", "joint_kd", "target_strength"] {
        changes.push((model(key), only(1.0)));
    }
    changes.extend([
        (model("friction"), only(friction)),
        (model("base_mass"), only(payload)),
        (model("strength"), only(strength)),
        ("env.actions.delay.secs".into(), only(delay / 1000.0)),
        ("env.actions.torque_noise.bias".into(), json!(0.0)),
        ("env.sensors.delay.secs".into(), only(0.0)),
        ("env.sensors.bias".into(), json!({})),
        ("env.events.wrench.force".into(), json!(0.0)),
        ("env.events.wrench.torque".into(), json!(0.0)),
        ("env.events.push.speed".into(), json!(push)),
        ("env.events.push.exact".into(), json!(true)),
        ("env.events.push.vertical".into(), json!(0.0)),
        ("env.events.push.turn_speed".into(), json!(0.0)),
        ("env.events.push.timing".into(), json!("independent")),
        ("env.events.push.interval_secs".into(), json!(PUSH_EVERY)),
    ]);
    let errors: Vec<_> = changes.into_iter().filter_map(|(key, value)| set(&key, value).err()).collect();
    if errors.is_empty() { Ok(doc) } else { Err(ConfigErrors(errors)) }
}

impl Perturbed {
    /// The numbers by key.
    pub fn results(&self) -> Vec<(String, f64)> {
        let numbers = |place: String, j: &Judgement| {
            [
                ("vx_error", j.vx_error),
                ("vy_error", j.vy_error),
                ("yaw_rate_error", j.yaw_rate_error),
                ("fell_share", j.fell_share),
            ]
            .map(|(name, value)| (format!("perturb.{place}.{name}"), value))
        };
        let rows = self.rows.iter().flat_map(|(axis, row)| {
            row.iter().flat_map(|(value, j)| numbers(format!("{}.{}", axis.key, key(*value)), j))
        });
        rows.chain(numbers("worst.all".into(), &self.worst)).collect()
    }
}

/// A number without a dot.
fn key(value: f64) -> String {
    value.to_string().replace('.', "_")
}

impl Display for Perturbed {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "{} tries of {} s per row over all commands: the robot as written on friction {}, one thing changed; fell: tries \
             with a fall",
            self.tries, self.secs, AXES[0].nominal
        )?;
        writeln!(f, "{:>30} | {:>6} {:>6} {:>7} | {:>6}", "", "vx err", "vy err", "yaw err", "fell")?;
        writeln!(f, "{:>30} | {:>6} {:>6} {:>7} |", "", "m/s", "m/s", "rad/s")?;
        let line = |f: &mut Formatter<'_>, name: &str, j: &Judgement| {
            writeln!(
                f,
                "{name:>30} | {:6.3} {:6.3} {:7.3} | {:5.1}%",
                j.vx_error,
                j.vy_error,
                j.yaw_rate_error,
                100.0 * j.fell_share
            )
        };
        for (axis, row) in &self.rows {
            for (value, judgement) in row {
                let unit = if axis.unit.is_empty() { "" } else { axis.unit };
                line(f, &format!("{} {value} {unit}", axis.name), judgement)?;
            }
        }
        line(f, "everything at its worst", &self.worst)?;
        let places: Vec<String> =
            AXES.iter().map(|a| format!("{} {} {}", a.name, a.worst, a.unit).trim().to_owned()).collect();
        writeln!(f, "its worst: {}", places.join("; "))
    }
}
