//! What each randomisation costs: the environment's loop with it and without, turn by turn in one run.
use super::{Numbers, processor_seconds};
use crate::config::{ConfigErrors, Document, Origin};
use crate::env::{self, Block, Mode};
use crate::lane::{Lane, WIDTH, Wide};
use crate::rng::{LaneRng, Purpose};
use crate::task::{self, Plan};
use anyhow::Result;
use serde_json::{Value, json};

/// Environments of a measurement.
const ENVS: usize = 256;
/// Ticks of one turn.
const TURN: usize = 24;
/// Spread of the random actions, in units of the action term.
const SPREAD: f32 = 0.5;

/// Name, and what to change in a task whose randomisations are all off.
type Case = (&'static str, Vec<(&'static str, Value)>);

/// One after the other, each with a range that published tasks have.
fn cases() -> Vec<Case> {
    let model = |key: &'static str, range: [f64; 2]| vec![(key, json!(range))];
    vec![
        ("nothing", vec![]),
        ("friction", model("env.events.model.friction", [0.2, 1.25])),
        ("restitution", model("env.events.model.restitution", [0.0, 0.4])),
        ("base_mass", model("env.events.model.base_mass", [-1.0, 3.0])),
        ("base_com", model("env.events.model.base_com_x", [-0.05, 0.15])),
        ("link_mass", model("env.events.model.link_mass", [0.9, 1.1])),
        ("joint_friction", model("env.events.model.joint_friction", [-0.1, 0.2])),
        ("joint_damping", model("env.events.model.joint_damping", [0.0, 0.1])),
        ("armature", model("env.events.model.armature", [0.0, 0.02])),
        ("kp", model("env.events.model.joint_kp", [0.8, 1.2])),
        ("kd", model("env.events.model.joint_kd", [0.8, 1.2])),
        ("strength", model("env.events.model.strength", [0.8, 1.2])),
        ("target_strength", model("env.events.model.target_strength", [0.9, 1.1])),
        ("zero_offset", model("env.events.model.zero_offset", [-0.026, 0.026])),
        ("gravity", model("env.events.model.gravity_xy", [-0.5, 0.5])),
        (
            "redraw_every_episode",
            vec![
                ("env.events.model.friction", json!([0.2, 1.25])),
                ("env.events.model.redraw", json!("episode")),
            ],
        ),
        ("torque_noise", vec![("env.actions.torque_noise.share", json!(0.04))]),
        (
            "torque_noise_per_tick",
            vec![
                ("env.actions.torque_noise.share", json!(0.04)),
                ("env.actions.torque_noise.every", json!("tick")),
            ],
        ),
        ("torque_bias", vec![("env.actions.torque_noise.bias", json!(0.04))]),
        ("action_delay", vec![("env.actions.delay.secs", json!([0.0, 0.02]))]),
        ("sensor_delay", vec![("env.sensors.delay.secs", json!([0.0, 0.04]))]),
        ("sensor_bias", vec![("env.sensors.bias", json!({"projected_gravity": 0.05, "joint_pos": 0.02}))]),
        ("beta", vec![("env.actions.beta", json!(0.8))]),
        (
            "pushes",
            vec![("env.events.push.speed", json!(1.0)), ("env.events.push.interval_secs", json!(5.0))],
        ),
        (
            "wrench",
            vec![(
                "env.events.wrench",
                json!({"force": 20.0, "torque": 2.0, "interval_secs": 5.0, "duration_secs": 0.5}),
            )],
        ),
        ("motors", vec![("env.physics.motors", json!({"corner": 0.5, "no_load": 1.0}))]),
        ("start", vec![("env.events.start.tilt", json!(0.1)), ("env.events.start.joint_vel", json!(1.0))]),
    ]
}

/// A task with all randomisations off but the noise of its observations.
fn plain(doc: &Document) -> Result<Document> {
    let mut changes: Vec<(String, Value)> = vec![];
    let ranges = doc.get("env.events.model");
    for (key, value) in ranges.as_object().into_iter().flatten().filter(|(_, v)| v.is_array()) {
        let factor = matches!(
            key.as_str(),
            "friction"
                | "kp"
                | "kd"
                | "effort"
                | "link_mass"
                | "joint_kp"
                | "joint_kd"
                | "strength"
                | "target_strength"
        );
        let off = if factor { 1.0 } else { 0.0 };
        let middle =
            |v: &Value| v.as_array().map_or(off, |v| v.iter().filter_map(Value::as_f64).sum::<f64>() / 2.0);
        // friction has no value that means nothing
        let off = if key == "friction" { middle(value) } else { off };
        changes.push((format!("env.events.model.{key}"), json!([off, off])));
    }
    for (key, value) in [
        ("env.events.push.speed", json!(0.0)),
        ("env.events.wrench.force", json!(0.0)),
        ("env.events.wrench.torque", json!(0.0)),
        ("env.actions.torque_noise.share", json!(0.0)),
        ("env.actions.torque_noise.bias", json!(0.0)),
        ("env.actions.delay.secs", json!([0.0, 0.0])),
        ("env.sensors.delay.secs", json!([0.0, 0.0])),
        ("env.sensors.bias", json!({})),
    ] {
        changes.push((key.into(), value));
    }
    with(doc, changes)
}

/// As [`plain`], under a name of its own: `<task>_plain`.
///
/// # Errors
/// When the task lacks a key that every task has.
pub fn without_randomisation(doc: &Document) -> Result<Document> {
    let name = format!("{}_plain", doc.get("name").as_str().unwrap_or_default());
    with(&plain(doc)?, [("name".to_owned(), Value::from(name))])
}

fn with(doc: &Document, changes: impl IntoIterator<Item = (String, Value)>) -> Result<Document> {
    let mut doc = doc.clone();
    for (key, value) in changes {
        doc.set(&key, value, Origin::Argument("bench".into())).map_err(ConfigErrors::from)?;
    }
    Ok(doc)
}

/// Ratio of speeds, with over without, of every randomisation alone and of all together; `seconds` in all.
pub fn randomisation(doc: Document, seconds: f64) -> Result<Numbers> {
    let base = plain(&doc)?;
    let name = doc.get("name").as_str().unwrap_or_default().to_owned();
    let mut cases = cases();
    let everything = cases.iter().flat_map(|(_, changes)| changes.clone()).collect();
    cases.push(("everything", everything));
    let off = task::compile(base.clone())?;
    let mut lanes: Vec<(&str, Plan, Vec<Block>, Vec<f64>)> = vec![];
    for (what, changes) in cases {
        let owned = changes.into_iter().map(|(key, value)| (key.to_owned(), value));
        let plan = task::compile(with(&base, owned)?)?;
        let blocks = env::blocks(&plan, ENVS, 1, &Mode::TRAIN);
        lanes.push((what, plan, blocks, vec![]));
    }
    let mut without = env::blocks(&off, ENVS, 1, &Mode::TRAIN);
    let (start, mut turn) = (std::time::Instant::now(), 0);
    while turn < 4 || start.elapsed().as_secs_f64() < seconds {
        for (_, plan, blocks, ratios) in &mut lanes {
            // before and after: what the machine does meanwhile is the same on both sides
            let before = cost(&off, &mut without, turn);
            let with = cost(plan, blocks, turn);
            let after = cost(&off, &mut without, turn);
            if turn > 0 {
                ratios.push((before + after) / 2.0 / with);
            }
        }
        turn += 1;
    }
    let median = |mut v: Vec<f64>| {
        v.sort_by(f64::total_cmp);
        v[v.len() / 2]
    };
    Ok(lanes.into_iter().map(|(what, _, _, r)| (format!("randomisation.{name}.{what}"), median(r))).collect())
}

/// Processor time of one turn on this thread alone, s.
fn cost(plan: &Plan, blocks: &mut [Block], turn: usize) -> f64 {
    let start = processor_seconds();
    let (mut obs, mut actions) = (vec![Wide::zero(); plan.num_obs()], vec![Wide::zero(); plan.num_actions()]);
    for block in blocks {
        let mut rng = LaneRng::new(1, block.env(0) + (turn * WIDTH * ENVS) as u64, Purpose::Action);
        for _ in 0..TURN {
            env::command(block, plan);
            for pair in actions.chunks_mut(2) {
                let (a, b) = rng.normal2();
                pair.iter_mut().zip([a, b]).for_each(|(x, z)| *x = z * Wide::splat(SPREAD));
            }
            env::observe(block, plan, &mut obs);
            env::step(block, plan, &actions);
            env::judge(block, plan);
            env::reset(block, plan);
        }
    }
    processor_seconds() - start
}
