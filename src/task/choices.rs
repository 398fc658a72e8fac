//! What a task need not say: written out in its document, so that all of it can be changed and none of it is hidden.
use crate::config::Document;
use serde_json::{Value, json};

/// Ranges of the model that change nothing, and where that is at one.
const ADDED: [&str; 8] = [
    "restitution",
    "base_com_x",
    "base_com_y",
    "base_com_z",
    "armature",
    "zero_offset",
    "gravity_xy",
    "gravity_z",
];
const FACTORS: [&str; 5] = ["link_mass", "joint_kp", "joint_kd", "strength", "target_strength"];

/// Adds what is not written, with the values that switch it off.
pub(super) fn fill(doc: &mut Document) {
    let off = [
        ("engine", json!("batch")),
        ("ground", json!("field")),
        ("self_collision", json!("off")),
        ("motors", Value::Null),
    ];
    doc.fill("env.physics", &off);
    doc.fill("env.terrain", &[("steps", json!("field")), ("level_rule", json!("off"))]);
    doc.fill("env.events.model", &ADDED.map(|key| (key, json!([0.0, 0.0]))));
    doc.fill("env.events.model", &FACTORS.map(|key| (key, json!([1.0, 1.0]))));
    doc.fill("env.events.model", &[("redraw", json!("once")), ("intensity", json!(1.0))]);
    doc.fill("env.commands", &[("cells", Value::Null)]);
    doc.fill("train", &[("curricula", json!({})), ("on_device_loss", json!("stop")), ("tf32", json!(false))]);
    doc.fill("env", &[("history", json!(1)), ("critic_history", json!(1))]);
    doc.fill("env", &[("critic_observations", json!({})), ("critic_extra", json!({}))]);
    doc.fill(
        "train.networks",
        &[("normalise_observations", json!(false)), ("normalise_values", json!(false))],
    );
    doc.fill("train.networks", &[("memory", Value::Null), ("hidden", json!(64))]);
    doc.fill(
        "train.algorithm",
        &[("mirror_loss", json!(0.0)), ("bounds_loss", json!(0.0)), ("action_bound", json!(4.0))],
    );
    doc.fill("train.algorithm", &[("mirror_every", json!(1))]);
    doc.fill(
        "train.algorithm",
        &[("entropy_schedule", json!([])), ("reinit_std", Value::Null), ("decay_iterations", json!(1000))],
    );
    let none = |keys: &[&'static str]| keys.iter().map(|key| (*key, json!(0.0))).collect::<Vec<_>>();
    doc.fill("env.events.start", &none(&["joint_offset", "joint_vel", "tilt", "yaw", "place", "lift"]));
    doc.fill("env.events.push", &none(&["vertical", "turn_speed"]));
    doc.fill("env.events.push", &[("timing", json!("independent")), ("exact", json!(false))]);
    let wrench = json!({"force": 0.0, "torque": 0.0, "interval_secs": 5.0, "duration_secs": 0.5});
    doc.fill("env.events", &[("wrench", wrench)]);
    let delay = || ("delay", json!({"secs": [0.0, 0.0], "resample_secs": 0.0}));
    let noise = json!({"share": 0.0, "every": "substep", "bias": 0.0, "normal": false});
    doc.fill("env.actions", &[("beta", json!(1.0)), delay(), ("torque_noise", noise)]);
    doc.fill("env", &[("sensors", json!({}))]);
    doc.fill("env.sensors", &[delay(), ("delayed", json!([])), ("bias", json!({}))]);
    for section in ["env.actions.delay", "env.sensors.delay"] {
        doc.fill(section, &[("resample_secs", json!(0.0))]);
    }
    let noise = [("every", json!("substep")), ("bias", json!(0.0)), ("normal", json!(false))];
    doc.fill("env.actions.torque_noise", &noise);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mdp::{EventsCfg, JointTargetsCfg, SensorsCfg};

    #[test]
    fn what_is_written_out_is_what_silence_means() {
        let path = crate::config::root().join("configs/tasks/a1_flat.ron");
        let text = std::fs::read_to_string(path).unwrap();
        let silent = Document::from_text(&text, "t.ron").unwrap();
        let mut full = silent.clone();
        fill(&mut full);
        let pair = |key: &str| [silent.get(key), full.get(key)];
        fn read<T: serde::de::DeserializeOwned>(value: Value) -> T {
            serde_json::from_value(if value.is_null() { json!({}) } else { value }).unwrap()
        }
        let [a, b] = pair("env.events").map(read::<EventsCfg>);
        assert_eq!(a, b);
        let [a, b] = pair("env.actions").map(read::<JointTargetsCfg>);
        assert_eq!(a, b);
        let [a, b] = pair("env.sensors").map(read::<SensorsCfg>);
        assert_eq!(a, b);
        let [a, b] = pair("env.physics").map(read::<crate::physics::PhysicsCfg>);
        assert_eq!(a, b);
        assert_ne!(silent.value, full.value);
    }
}
