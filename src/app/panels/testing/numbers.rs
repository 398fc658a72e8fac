//! The numbers of the sample: knobs, curves, telemetry.
#![allow(clippy::unwrap_used)] // for tests only
use crate::lab::model::Curves;
use crate::lab::timeline::{CAPACITY, Timeline};
use crate::robot::Posture;
use crate::run::session::{Knob, KnobGroup, KnobValue, Row};
use crate::task::Plan;
use crate::tick::view::Telemetry;
use serde_json::Value;
use std::f64::consts::TAU;

/// A knob of every kind, with the values of the task.
pub(super) fn knobs(plan: &Plan) -> Vec<Knob> {
    let mut knobs: Vec<Knob> = plan
        .rewards
        .iter()
        .enumerate()
        .map(|(i, reward)| {
            let sign = reward.weight.signum();
            let share = sign * 0.4 / (1.0 + i as f64);
            Knob {
                doc: reward.doc.into(),
                reward_per_s: Some(share * 2.2),
                share: Some(share),
                reach: if sign > 0.0 { [0.0, reward.weight * 4.0] } else { [reward.weight * 4.0, 0.0] },
                ..knob(
                    plan,
                    KnobGroup::Rewards,
                    &format!("env.rewards.{}.weight", reward.key),
                    &reward.key,
                    "",
                )
            }
        })
        .collect();
    use KnobGroup::{Commands, Learner, Randomise};
    for (group, key, label, unit, reach) in [
        (Commands, "env.commands.lin_vel_x", "forward", "m/s", [-2.0, 2.0]),
        (Commands, "env.commands.lin_vel_y", "sideways", "m/s", [-1.0, 1.0]),
        (Commands, "env.commands.yaw_rate", "turning", "rad/s", [-2.0, 2.0]),
        (Commands, "env.commands.resample_secs", "new command every", "s", [1.0, 20.0]),
        (Randomise, "env.events.model.friction", "friction", "", [0.0, 2.0]),
        (Randomise, "env.events.model.base_mass", "extra mass", "kg", [-3.0, 5.0]),
        (Randomise, "env.events.push.speed", "push speed", "m/s", [0.0, 3.0]),
        (Randomise, "env.events.push.interval_secs", "push every", "s", [1.0, 60.0]),
        (Learner, "train.algorithm.learning_rate", "learning rate", "", [1e-5, 1e-2]),
        (Learner, "train.algorithm.entropy", "entropy bonus", "", [0.0, 0.1]),
        (Learner, "train.algorithm.desired_kl", "target KL divergence", "", [1e-3, 0.1]),
    ] {
        knobs.push(Knob { reach, ..knob(plan, group, key, label, unit) });
    }
    knobs
}

fn knob(plan: &Plan, group: KnobGroup, key: &str, label: &str, unit: &str) -> Knob {
    let value = value(&plan.doc.get(key));
    Knob {
        key: key.into(),
        group,
        label: label.into(),
        doc: format!("What {label} means."),
        unit: unit.into(),
        value,
        written: value,
        reach: [0.0, 1.0],
        reward_per_s: None,
        share: None,
    }
}

fn value(value: &Value) -> KnobValue {
    match value.as_array().map(|a| a.iter().filter_map(Value::as_f64).collect::<Vec<_>>()).as_deref() {
        Some(&[low, high]) => KnobValue::Range([low, high]),
        _ => KnobValue::Number(value.as_f64().unwrap()),
    }
}

/// A number in 0..1 that looks random and never changes.
fn noise(seed: u64) -> f64 {
    let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) as f64 / u64::MAX as f64
}

/// Curves of a run that reaches that reward per second.
pub(super) fn curves(plan: &Plan, rows: u64, reach: f64) -> Curves {
    let mut curves = Curves::default();
    for iteration in 1..=rows {
        let learnt = 1.0 - (-(iteration as f64) / 40.0).exp();
        let jitter = noise(iteration + (reach * 1e4) as u64) - 0.5;
        let mut values = vec![
            ("episode/reward".to_owned(), (reach * learnt + 0.05 * jitter) * 20.0),
            ("episode/length".to_owned(), 1.0 + 18.0 * learnt + jitter),
            ("episode/tracking_error".to_owned(), 0.75 - 0.62 * learnt + 0.03 * jitter),
            ("episode/fall_rate".to_owned(), 0.9 * (1.0 - learnt)),
            ("loss/learning_rate".to_owned(), 1e-3 * (1.0 + 0.5 * jitter)),
            ("loss/kl".to_owned(), 0.011 + 0.004 * jitter),
            ("loss/entropy".to_owned(), 17.0 - 7.0 * learnt),
            ("loss/value".to_owned(), 0.2 * (1.0 - learnt) + 0.005),
            ("time/env_steps_per_s".to_owned(), 108_000.0 + 9000.0 * jitter),
        ];
        for (i, reward) in plan.rewards.iter().enumerate() {
            let size = reward.weight.signum() * 1.3 / (1.0 + i as f64);
            values.push((format!("reward/{}", reward.key), size * (0.2 + 0.8 * learnt) + 0.02 * jitter));
        }
        if iteration % 5 == 0 {
            values.push(("eval/passed".to_owned(), f64::from(u8::from(learnt > 0.95))));
        }
        let seconds = iteration as f64 * 0.075;
        curves.push(&Row { iteration, env_steps: iteration * 8192, seconds, values });
    }
    curves
}

/// Twenty seconds of a trot whose command steps.
pub(super) fn timeline(plan: &Plan) -> Timeline {
    let mut timeline = Timeline::default();
    let mut speed = 0.0;
    for tick in 0..CAPACITY as u64 {
        let time_s = tick as f64 * 0.02;
        let asked = [0.2, 0.8, 0.4, 0.8][(tick / 250) as usize % 4];
        speed += (asked - speed) * 0.06;
        timeline.samples.push_back(telemetry(plan, tick, time_s, asked, speed));
        timeline.postures.push_back([(0..64).map(|i| posture(plan, i)).collect(), vec![]]);
    }
    timeline
}

fn telemetry(plan: &Plan, tick: u64, time_s: f64, asked: f64, speed: f64) -> Telemetry {
    let phase = time_s * 2.2 * TAU;
    let wave = |i: usize| (phase + if i % 12 < 3 || i % 12 > 8 { 0.0 } else { TAU / 2.0 }).sin();
    let joints = plan.robot.num_joints();
    let nominal = plan.robot.nominal_joints();
    let jitter = noise(tick) - 0.5;
    Telemetry {
        tick,
        time_s,
        command: [asked as f32, 0.0, 0.2],
        measured: [(speed + 0.04 * jitter) as f32, 0.02 * jitter as f32, (0.18 + 0.05 * jitter) as f32],
        joint_pos: (0..joints).map(|i| nominal[i] + 0.25 * wave(i) as f32).collect(),
        joint_vel: (0..joints).map(|i| (3.4 * wave(i + 3)) as f32).collect(),
        joint_torque: (0..joints).map(|i| (4.0 + (i % 3) as f64 * 3.0 + 6.0 * wave(i)) as f32).collect(),
        foot_force: (0..4).map(|leg| (70.0 * wave(leg * 3)).max(0.0) as f32).collect(),
        joint_target: (0..joints).map(|i| nominal[i] + 0.3 * wave(i) as f32).collect(),
        reward: 0.03,
        reward_terms: plan.rewards.iter().map(|r| r.weight.signum() as f32 * 0.004).collect(),
        env: 17 * 8 + 1,
        falls: 1,
        ..Telemetry::default()
    }
}

fn posture(plan: &Plan, robot: usize) -> Posture {
    let pos_w = [(robot % 8) as f32 * 1.5, (robot / 8) as f32 * 1.5, 0.3];
    Posture { pos_w, quat: [1.0, 0.0, 0.0, 0.0], joint_pos: plan.robot.nominal_joints() }
}
