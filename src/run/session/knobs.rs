//! Which values of a task can be turned while it runs, and what a person needs to know of each.
use super::knob_rows::{self, Row};
use super::{Knob, KnobGroup, KnobValue};
use crate::config::Document;
use crate::task::Plan;
use crate::terrain::generator;
use KnobGroup::{Commands, Learner, Randomise, Terrain};
use serde_json::Value;

/// Shown if the task has the key. Whoever adds a section to tasks adds its knobs here.
const ROWS: &[Row] = &[
    (
        "env.commands.lin_vel_x",
        Commands,
        "Forward velocity",
        "Range from which the commanded forward velocity is drawn.",
        "m/s",
        [-2.0, 2.0],
    ),
    (
        "env.commands.lin_vel_y",
        Commands,
        "Velocity to the left",
        "Range from which the commanded velocity to the left is drawn.",
        "m/s",
        [-1.5, 1.5],
    ),
    (
        "env.commands.yaw_rate",
        Commands,
        "Yaw rate",
        "Range from which the commanded turning speed is drawn, counter-clockwise.",
        "rad/s",
        [-3.0, 3.0],
    ),
    (
        "env.commands.resample_secs",
        Commands,
        "Time between commands",
        "Time after which a new command is drawn.",
        "s",
        [0.5, 20.0],
    ),
    (
        "env.commands.zero_share",
        Commands,
        "Share of standing",
        "Share of commands that ask to stand still.",
        "",
        [0.0, 1.0],
    ),
    (
        "env.commands.turn_share",
        Commands,
        "Share of turning",
        "Share of commands that ask to turn on the spot.",
        "",
        [0.0, 1.0],
    ),
    (
        "env.events.model.friction",
        Randomise,
        "Friction",
        "Range of the coefficient of friction with the ground, drawn for every environment.",
        "",
        [0.0, 2.0],
    ),
    (
        "env.events.model.base_mass",
        Randomise,
        "Added mass",
        "Range of the mass added to the base, drawn for every environment.",
        "kg",
        [-4.0, 6.0],
    ),
    (
        "env.events.model.base_com",
        Randomise,
        "Shift of the centre of mass",
        "Range of the shift of the base's centre of mass along each axis.",
        "m",
        [-0.1, 0.1],
    ),
    (
        "env.events.model.kp",
        Randomise,
        "Stiffness factor",
        "Range of the factor on the joints' proportional gains.",
        "×",
        [0.3, 2.0],
    ),
    (
        "env.events.model.kd",
        Randomise,
        "Damping factor",
        "Range of the factor on the joints' derivative gains.",
        "×",
        [0.3, 2.0],
    ),
    (
        "env.events.model.effort",
        Randomise,
        "Torque limit factor",
        "Range of the factor on the joints' largest torques.",
        "×",
        [0.3, 1.5],
    ),
    (
        "env.events.model.joint_damping",
        Randomise,
        "Added joint damping",
        "Range of the viscous damping added to every joint.",
        "N m s/rad",
        [0.0, 1.5],
    ),
    (
        "env.events.model.joint_friction",
        Randomise,
        "Added joint friction",
        "Range of the dry friction added to every joint.",
        "N m",
        [-0.5, 1.5],
    ),
    (
        "env.events.start.joint_share",
        Randomise,
        "Spread of first joint positions",
        "Largest relative change of each joint's position at the start of an episode.",
        "",
        [0.0, 0.6],
    ),
    (
        "env.events.start.base_twist",
        Randomise,
        "First velocity",
        "Largest velocity of the base at the start of an episode, along (m/s) and about (rad/s) each axis.",
        "m/s, rad/s",
        [0.0, 1.5],
    ),
    (
        "env.events.push.speed",
        Randomise,
        "Push",
        "Largest sudden change of the base's velocity along each horizontal axis; 0 switches pushes off.",
        "m/s",
        [0.0, 2.5],
    ),
    (
        "env.events.push.interval_secs",
        Randomise,
        "Time between pushes",
        "Time after which a robot is pushed again.",
        "s",
        [0.5, 20.0],
    ),
    (
        "env.terrain.start_levels",
        Terrain,
        "Levels in use",
        "Lowest and highest level of the ground on which robots start; they begin anew when it changes.",
        "",
        [0.0, 9.0],
    ),
    (
        "train.algorithm.learning_rate",
        Learner,
        "Learning rate",
        "Length of a gradient step; an adaptive schedule starts again from here.",
        "",
        [1e-5, 1e-2],
    ),
    (
        "train.algorithm.desired_kl",
        Learner,
        "Target divergence",
        "How far the policy may move in one gradient step (KL divergence); steers an adaptive learning rate.",
        "",
        [0.001, 0.05],
    ),
    (
        "train.algorithm.entropy",
        Learner,
        "Entropy bonus",
        "Weight of the reward for trying varied actions; more explores more.",
        "",
        [0.0, 0.05],
    ),
    (
        "train.algorithm.clip",
        Learner,
        "Clip range",
        "How much more or less likely an action may become in one iteration before its gradient is cut.",
        "",
        [0.05, 0.5],
    ),
];

/// Every knob of a task in the order of panels: the values are those of `plan`, `written` is the task before anything
/// was turned (the plan's own document for a task that does not run).
pub fn knobs(plan: &Plan, written: &Document) -> Vec<Knob> {
    let rewards = plan.rewards.iter().map(|r| {
        let key = format!("env.rewards.{}.weight", r.key);
        let label = words(&r.key);
        let value = KnobValue::Number(r.weight);
        let was = read(&written.get(&key)).unwrap_or(value);
        let reach = match was {
            KnobValue::Number(w) if w != 0.0 => [f64::min(4.0 * w, 0.0), f64::max(4.0 * w, 0.0)],
            _ => [-1.0, 1.0],
        };
        knob(key, KnobGroup::Rewards, label, r.doc.into(), "1/s".into(), value, was, reach)
    });
    let others = ROWS.iter().chain(knob_rows::ROWS).filter_map(|&(key, group, label, doc, unit, reach)| {
        let value = read(&plan.doc.get(key))?;
        let was = read(&written.get(key)).unwrap_or(value);
        Some(knob(key.into(), group, label.into(), doc.into(), unit.into(), value, was, reach))
    });
    rewards.chain(others).chain(ground(plan, written)).collect()
}

/// Knobs for the values of the ground, where the task itself says of what it is mixed.
fn ground(plan: &Plan, written: &Document) -> Vec<Knob> {
    let mut list = vec![];
    let Some(terrain) = &plan.env.terrain else { return list };
    for (i, kind) in terrain.mix.types.iter().enumerate() {
        for p in generator(&kind.kind).map_or(&[][..], |g| g.parameters) {
            let key = format!("env.terrain.mix.types.{i}.{}", p.name);
            let Some(value) = read(&plan.doc.get(&key)) else { continue };
            let was = read(&written.get(&key)).unwrap_or(value);
            let label = format!("{}: {}", words(kind.label()), p.name);
            let values =
                "The easiest and the hardest level's, if there are two; robots begin anew when it changes.";
            let doc = format!("{} {values}", p.about);
            list.push(knob(key, Terrain, label, doc, p.unit.into(), value, was, p.limits));
        }
    }
    list
}

#[allow(clippy::too_many_arguments)] // the fields of a knob, in their order
fn knob(
    key: String,
    group: KnobGroup,
    label: String,
    doc: String,
    unit: String,
    value: KnobValue,
    written: KnobValue,
    reach: [f64; 2],
) -> Knob {
    // a slider must be able to show what is set
    let ends = |v: KnobValue| match v {
        KnobValue::Number(x) => [x, x],
        KnobValue::Range(r) => r,
    };
    let reach = [value, written]
        .map(ends)
        .iter()
        .fold(reach, |[low, high], [a, b]| [f64::min(low, *a), f64::max(high, *b)]);
    Knob { key, group, label, doc, unit, value, written, reach, reward_per_s: None, share: None }
}

/// Adds what each reward term gives now: sums over `env_seconds` of simulated time, in the plan's order.
pub fn add_shares(knobs: &mut [Knob], sums: &[f64], env_seconds: f64) {
    let whole: f64 = sums.iter().map(|s| s.abs()).sum();
    let rewards = knobs.iter_mut().filter(|k| k.group == KnobGroup::Rewards);
    for (knob, sum) in rewards.zip(sums).filter(|_| env_seconds > 0.0) {
        knob.reward_per_s = Some(sum / env_seconds);
        knob.share = Some(if whole > 0.0 { sum / whole } else { 0.0 });
    }
}

/// A number or two numbers.
fn read(value: &Value) -> Option<KnobValue> {
    if let Some(x) = value.as_f64() {
        return Some(KnobValue::Number(x));
    }
    match value.as_array().map(Vec::as_slice) {
        Some([a, b]) => Some(KnobValue::Range([a.as_f64()?, b.as_f64()?])),
        _ => None,
    }
}

/// `track_lin_vel` as people write it.
fn words(key: &str) -> String {
    let mut text = key
        .split('_')
        .map(|w| match w {
            "lin" => "linear",
            "ang" => "angular",
            "vel" => "velocity",
            "acc" => "acceleration",
            w => w,
        })
        .collect::<Vec<_>>()
        .join(" ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task;

    #[test]
    fn every_knob_of_a_task_can_be_read_and_lies_within_its_reach() {
        for name in ["a1_flat", "a1_flat_quality", "a1_bumps"] {
            let plan = task::compile(task::open(name, &[]).unwrap()).unwrap();
            let knobs = knobs(&plan, &plan.doc);
            let there =
                ROWS.iter().chain(knob_rows::ROWS).filter(|r| name == "a1_bumps" || r.1 != Terrain).count();
            let bumps = if name == "a1_bumps" { 2 } else { 0 };
            assert_eq!(knobs.len(), plan.rewards.len() + there + bumps);
            for k in &knobs {
                assert_eq!(k.value, k.written);
                assert!(read(&plan.doc.get(&k.key)) == Some(k.value), "{}", k.key);
                assert!(k.reach[0] < k.reach[1] && !k.doc.is_empty() && !k.label.contains('_'), "{k:?}");
                let inside = |x: f64| (k.reach[0]..=k.reach[1]).contains(&x);
                assert!(match k.value {
                    KnobValue::Number(x) => inside(x),
                    KnobValue::Range([a, b]) => inside(a) && inside(b),
                });
            }
        }
    }

    #[test]
    fn shares_are_signed_and_sum_to_one_in_magnitude() {
        let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
        let mut knobs = knobs(&plan, &plan.doc);
        let mut sums = vec![0.0; plan.rewards.len()];
        (sums[0], sums[2]) = (3.0, -1.0);
        add_shares(&mut knobs, &sums, 2.0);
        assert_eq!((knobs[0].share, knobs[2].share), (Some(0.75), Some(-0.25)));
        assert_eq!(knobs[0].reward_per_s, Some(1.5));
        assert_eq!(knobs.last().unwrap().share, None);
    }
}
