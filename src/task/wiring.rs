//! What lies between policy and robot, compiled: which numbers of an observation are late or off, how many ticks must be
//! remembered, how strong random torques are.
use super::cfg::EnvCfg;
use crate::config::{ConfigErrors, Document, nearest};
use crate::mdp::MEASURED;
use crate::robot::RobotSpec;
use std::ops::Range;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wiring {
    /// Ticks of targets to remember.
    pub action_ticks: usize,
    /// Ticks after which the delay of actions is drawn again; never, if there are none.
    pub action_resample: Option<u32>,
    /// Ticks of measurements to remember.
    pub sensor_ticks: usize,
    /// As `action_resample`, of measurements.
    pub sensor_resample: Option<u32>,
    /// Numbers of the observation that are late.
    pub delayed: Vec<Range<usize>>,
    /// Numbers of the observation that are off: where, the largest bias in the value's unit, and the scale.
    pub biased: Vec<(Range<usize>, f32, f32)>,
    /// Numbers of the observation that encoders read, one per joint, and their scale.
    pub encoders: Vec<(Range<usize>, f32)>,
    /// Largest torque of every joint, N m.
    pub effort: Vec<f32>,
    /// Ticks between the beginnings of two wrenches, and of one's duration.
    pub wrench_ticks: [f32; 2],
}

impl Wiring {
    /// How many numbers of an observation are biased.
    pub fn num_biased(&self) -> usize {
        self.biased.iter().map(|(slice, ..)| slice.len()).sum()
    }
    /// How many are late.
    pub fn num_delayed(&self) -> usize {
        self.delayed.iter().map(Range::len).sum()
    }
}

/// What is known of an observation.
pub(super) struct Told<'a> {
    /// Key in the task.
    pub key: &'a str,
    /// Name of its term.
    pub term: &'a str,
    /// Its numbers.
    pub slice: Range<usize>,
    /// Their scale.
    pub scale: f32,
}

/// Resolves names and sizes; says what is wrong.
pub(super) fn compile(
    doc: &Document,
    env: &EnvCfg,
    observations: &[Told<'_>],
    robot: &RobotSpec,
    dt: f64,
) -> Result<Wiring, ConfigErrors> {
    let mut errors = ConfigErrors::default();
    let (actions, sensors, wrench) = (&env.actions, &env.sensors, &env.events.wrench);
    for (section, delay) in [("env.actions.delay", &actions.delay), ("env.sensors.delay", &sensors.delay)] {
        for (key, text) in delay.problems(dt) {
            errors.0.push(doc.error(&format!("{section}.{key}"), text));
        }
    }
    for (key, text) in actions.torque_noise.problems() {
        errors.0.push(doc.error(&format!("env.actions.torque_noise.{key}"), text));
    }
    let find = |key: &str, place: &str, errors: &mut ConfigErrors| {
        let found = observations.iter().find(|o| o.key == key);
        if found.is_none() {
            let hint = nearest(key, observations.iter().map(|o| o.key));
            errors.0.push(doc.error(place, format!("the task has no observation `{key}`; {hint}")));
        }
        found
    };
    let measured: Vec<String> =
        observations.iter().filter(|o| MEASURED.contains(&o.term)).map(|o| o.key.to_owned()).collect();
    let named = if sensors.delayed.is_empty() { &measured } else { &sensors.delayed };
    let mut delayed = vec![];
    for key in named {
        delayed.extend(find(key, "env.sensors.delayed", &mut errors).map(|o| o.slice.clone()));
    }
    let mut biased = vec![];
    for (key, reach) in &sensors.bias {
        let place = format!("env.sensors.bias.{key}");
        if !(*reach >= 0.0 && reach.is_finite()) {
            errors.0.push(doc.error(&place, format!("a bias of at most {reach} means nothing: 0 or more")));
        }
        biased.extend(find(key, &place, &mut errors).map(|o| (o.slice.clone(), *reach as f32, o.scale)));
    }
    biased.sort_by_key(|(slice, ..)| slice.start);
    delayed.sort_by_key(|slice| slice.start);
    if !errors.0.is_empty() {
        return Err(errors);
    }
    let encoders = observations.iter().filter(|o| o.term == "joint_pos");
    Ok(Wiring {
        action_ticks: actions.delay.ticks(dt),
        action_resample: actions.delay.resample_ticks(dt),
        sensor_ticks: sensors.delay.ticks(dt),
        sensor_resample: sensors.delay.resample_ticks(dt),
        delayed,
        biased,
        encoders: encoders.map(|o| (o.slice.clone(), o.scale)).collect(),
        effort: robot.joints().map(|j| j.effort as f32).collect(),
        wrench_ticks: [wrench.interval_secs, wrench.duration_secs].map(|s| (s / dt).round().max(1.0) as f32),
    })
}
