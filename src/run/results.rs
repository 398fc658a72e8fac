//! Numbers as data: what benchmarks and evaluations measured, under keys that do not change.
//!
//! `{"machine": {…}, "results": {"dotted.key": number}}`. The keys are a contract with whoever reads the files:
//! [`KNOWN_KEYS`] lists all of them with unit and meaning (`gaitlab bench --keys` prints it), and a file with
//! any other key is reported when it is written.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::folder::write_atomic;
use super::machine::Machine;

/// A key that results may have. Parts in `<…>` stand for a name: of a task, a phase, a leg, or a number.
#[derive(Clone, Copy, Debug)]
pub struct KnownKey {
    /// The key, for example `env.<task>.env_steps_per_s`.
    pub pattern: &'static str,
    /// Unit of the number; `1` for ratios and shares.
    pub unit: &'static str,
    /// What the number says.
    pub doc: &'static str,
}

const fn key(pattern: &'static str, unit: &'static str, doc: &'static str) -> KnownKey {
    KnownKey { pattern, unit, doc }
}

/// Every key that results may have.
pub const KNOWN_KEYS: &[KnownKey] = &[
    key("physics.<task>.batch", "steps/s", "physics steps of the batch engine on one core"),
    key("physics.<task>.rapier", "steps/s", "physics steps of rapier on one core"),
    key(
        "physics.<task>.mujoco",
        "steps/s",
        "physics steps of the fastest MuJoCo setting on one core, same run",
    ),
    key("physics.<task>.mujoco_<setting>", "steps/s", "physics steps of one MuJoCo setting on one core"),
    key("physics.<task>.ratio", "1", "our engine's rate over MuJoCo's"),
    key(
        "peers.<task>.<peer>.steps_per_s",
        "steps/s",
        "physics steps of an engine on all of the machine, wall time (bench peers)",
    ),
    key(
        "peers.<task>.<peer>.env_steps_per_s",
        "steps/s",
        "control steps of a trainer, rollouts and updates, wall time (bench peers)",
    ),
    key("peers.<task>.<peer>.envs", "1", "robots that this was measured with"),
    key("peers.<task>.<peer>.ratio", "1", "our rate over that peer's, same run"),
    key(
        "env.<task>.env_steps_per_s",
        "steps/s",
        "control steps with observations, rewards and resets, no network",
    ),
    key("env.<task>.peak_memory_mb", "MiB", "largest resident memory of the process"),
    key("env.<task>.share.<phase>", "1", "share of the time spent in a phase"),
    key("train.<task>.env_steps_per_s", "steps/s", "control steps while training, native learner"),
    key("train.<task>.torch_env_steps_per_s", "steps/s", "control steps while training, torch learner"),
    key("train.<task>.peak_memory_mb", "MiB", "largest resident memory of the process"),
    key("train.<task>.share.<phase>", "1", "share of the time spent in a phase, native learner"),
    key("train.<task>.torch_share.<phase>", "1", "share of the time spent in a phase, torch learner"),
    key("time_to_walk.<task>.worst_s", "s", "process start to passing the evaluation, slowest seed"),
    key("time_to_walk.<task>.median_s", "s", "process start to passing the evaluation, median of the seeds"),
    key("time_to_walk.<task>.seed_<n>_s", "s", "process start to passing the evaluation, one seed"),
    key("sweep.<task>.runs", "1", "trainings of a sweep that have finished"),
    key("sweep.<task>.failed", "1", "those of them without a score"),
    key("sweep.<task>.walked", "1", "share of them that passed the task's test"),
    key("sweep.<task>.seconds", "s", "wall time of the session"),
    key("sweep.<task>.processor_seconds_per_run", "s", "processor time of a training, mean"),
    key("sweep.<task>.env_steps_per_run", "1", "control steps of a training, mean"),
    key("sweep.<task>.setting_<n>_score", "as named", "mean score of a setting over its seeds"),
    key("sweep.<task>.setting_<n>_spread", "as named", "standard deviation of that over seeds"),
    key("sweep.<task>.setting_<n>_walked", "1", "share of its runs that passed the task's test"),
    key("sweep.<task>.best_setting", "1", "number of the best setting"),
    key("sweep.<task>.best_score", "as named", "its mean score"),
    key("sweep.<task>.best_<key>", "as named", "its value of a key, dots written as slashes"),
    key("window.train_env_steps_per_s", "steps/s", "control steps while training without an observer"),
    key("window.cpu_ms_per_frame_1", "ms", "processor time of a frame, our own systems and panels, 1 robot"),
    key("window.cpu_ms_per_frame_64", "ms", "the same with 64 robots"),
    key("window.cpu_ms_per_frame_256", "ms", "the same with 256 robots"),
    key("window.whole_frame_ms_1", "ms", "processor time of a frame, everything up to drawing, 1 robot"),
    key("window.whole_frame_ms_64", "ms", "the same with 64 robots"),
    key("window.whole_frame_ms_256", "ms", "the same with 256 robots"),
    key(
        "window.training_slowdown",
        "1",
        "share of its speed that training loses to the window, drawing apart",
    ),
    key("window.frames_per_s", "1/s", "frames of the window meanwhile"),
    key("window.training_slowdown_card", "1", "the same where a graphics card draws, into memory"),
    key("window.frames_per_s_card", "1/s", "frames of the window meanwhile"),
    key("window.training_slowdown_software", "1", "the same where the processor itself draws, into memory"),
    key("window.frames_per_s_software", "1/s", "frames of the window meanwhile"),
    key("window.session_env_steps_per_s", "steps/s", "the same as a session: watched, saved, not drawn"),
    key("window.session_slowdown", "1", "share of its speed that training loses to being watched, not drawn"),
    key(
        "window.session_processor_overhead",
        "1",
        "processor time per control step of a session over that of training, less one",
    ),
    key(
        "window.knob_latency_s",
        "s",
        "asking for a change to the end of the first iteration that used it, largest",
    ),
    key(
        "eval.success_<track>",
        "1",
        "share of tries that make 8 m of a track without a fall; of two directions the worse",
    ),
    key("eval.falls_<track>", "1", "falls per try on a track"),
    key("eval.tile_<type_level>", "1", "share of tries that leave a tile of a type and level without a fall"),
    key(
        "eval.terrain_level_share",
        "1",
        "share of tries that leave a tile without a fall, mean over types and levels",
    ),
    key(
        "<engine>.success_<track>",
        "1",
        "eval.success_<track> in batch, rapier or mujoco, steps made of boxes (sim2sim)",
    ),
    key("<engine>.falls_<track>", "1", "eval.falls_<track> in that engine"),
    key(
        "contact.<ground>.success_<track>",
        "1",
        "success on a track whose steps are cells of that length or boxes (eval --contact)",
    ),
    key(
        "scaling.<task>.env_steps_per_s_<envs>",
        "steps/s",
        "control steps of so many environments, no network",
    ),
    key("scaling.<task>.cost_spread", "1", "largest over smallest cost of an environment step, less one"),
    key("scaling.<task>.ratio", "1", "the task's rate over that of its flat task"),
    key("eval.vx_error", "m/s", "mean absolute error of forward velocity over the command grid"),
    key("eval.vy_error", "m/s", "mean absolute error of sideways velocity over the command grid"),
    key("eval.yaw_rate_error", "rad/s", "mean absolute error of yaw rate over the command grid"),
    key("eval.fall_rate", "1", "falls per try of 20 s"),
    key("eval.foot_slip", "m/s", "mean horizontal speed of a foot's contact point while it is loaded"),
    key("eval.foot_clearance", "m", "mean height of a foot above the ground at the top of its swing"),
    key("eval.stand_drift", "m/s", "mean speed of the body at zero command"),
    key("eval.energy_per_meter", "J/m", "positive mechanical work of the joints per distance travelled"),
    key("eval.duty_factor_<leg>", "1", "share of the time that a foot is on the ground"),
    key("eval.action_smoothness", "1", "mean squared change of the actions per tick, summed over joints"),
    key(
        "perturb.<quantity>.<value>.vx_error",
        "m/s",
        "eval.vx_error with one thing changed (eval --perturb)",
    ),
    key("perturb.<quantity>.<value>.vy_error", "m/s", "eval.vy_error with one thing changed"),
    key("perturb.<quantity>.<value>.yaw_rate_error", "rad/s", "eval.yaw_rate_error with one thing changed"),
    key("perturb.<quantity>.<value>.fell_share", "1", "share of tries with a fall, one thing changed"),
    key(
        "randomisation.<task>.<what>",
        "1",
        "control steps per second with a randomisation over those without, same run",
    ),
    key("engines.<case>.<number>.<engine>", "as named", "a number of a case in an engine (bench engines)"),
    key("<engine>.vx_error", "m/s", "eval.vx_error in batch, rapier or mujoco (sim2sim)"),
    key("<engine>.vy_error", "m/s", "eval.vy_error in that engine"),
    key("<engine>.yaw_rate_error", "rad/s", "eval.yaw_rate_error in that engine"),
    key("<engine>.fall_rate", "1", "eval.fall_rate in that engine"),
    key("<engine>.foot_slip", "m/s", "eval.foot_slip in that engine"),
    key("<engine>.foot_clearance", "m", "eval.foot_clearance in that engine"),
    key("<engine>.stand_drift", "m/s", "eval.stand_drift in that engine"),
    key("<engine>.energy_per_meter", "J/m", "eval.energy_per_meter in that engine"),
    key("<engine>.duty_factor_<leg>", "1", "eval.duty_factor_<leg> in that engine"),
    key("<engine>.action_smoothness", "1", "eval.action_smoothness in that engine"),
    key("<engine>.seconds", "s", "how long the evaluation took in that engine"),
    key(
        "mujoco.observation_difference",
        "1",
        "largest difference of an observation by the exported description from the program's, as the network sees it",
    ),
    key("mujoco.target_difference", "rad", "largest difference of a joint target by the exported files"),
    key("mujoco.odd_ticks", "1", "share of ticks in which either difference was above 1e-3"),
];

/// The entry for a key, if it is one of the contract.
pub fn known_key(key: &str) -> Option<&'static KnownKey> {
    // Patterns without a gap first: `physics.a1.mujoco` is not a setting of that name.
    let mut known: Vec<_> = KNOWN_KEYS.iter().collect();
    known.sort_by_key(|entry| entry.pattern.matches('<').count());
    known.into_iter().find(|entry| matches(entry.pattern, key))
}

/// Whether a key fits a pattern; a gap `<…>` takes one or more characters of one part.
fn matches(pattern: &str, key: &str) -> bool {
    let (patterns, parts) = (pattern.split('.'), key.split('.'));
    patterns.clone().count() == parts.clone().count()
        && patterns.zip(parts).all(|(pattern, part)| match pattern.split_once('<') {
            None => pattern == part,
            Some((start, rest)) => {
                let end = rest.split_once('>').map_or("", |(_, end)| end);
                part.len() > start.len() + end.len() && part.starts_with(start) && part.ends_with(end)
            }
        })
}

/// The table of keys as text, one line each.
pub fn keys_text() -> String {
    let wide = |text: fn(&KnownKey) -> &str| KNOWN_KEYS.iter().map(|k| text(k).len()).max().unwrap_or(0);
    let (pattern, unit) = (wide(|key| key.pattern), wide(|key| key.unit));
    let line = |key: &KnownKey| format!("{:pattern$}  {:unit$}  {}\n", key.pattern, key.unit, key.doc);
    KNOWN_KEYS.iter().map(line).collect()
}

/// Measured numbers by key, in the order in which they were measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    values: Vec<(String, f64)>,
}

impl Results {
    /// No numbers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a number; a key that is there already keeps its place and gets the new number.
    pub fn set(&mut self, key: impl Into<String>, value: f64) {
        let key = key.into();
        match self.values.iter_mut().find(|(known, _)| *known == key) {
            Some(entry) => entry.1 = value,
            None => self.values.push((key, value)),
        }
    }

    /// The number under a key.
    pub fn get(&self, key: &str) -> Option<f64> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// All keys and numbers in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.values.iter().map(|(key, value)| (key.as_str(), *value))
    }

    /// Takes over all numbers of another set.
    pub fn extend(&mut self, other: &Self) {
        for (key, value) in other.iter() {
            self.set(key, value);
        }
    }

    /// What breaks the contract: keys that are not listed and numbers that JSON cannot hold.
    pub fn problems(&self) -> Vec<String> {
        let unknown = self.iter().filter(|(key, _)| known_key(key).is_none());
        let unknown = unknown.map(|(key, _)| format!("'{key}' is not a key of the contract"));
        let infinite = self.iter().filter(|(_, value)| !value.is_finite());
        unknown.chain(infinite.map(|(key, value)| format!("'{key}' is {value}, stored as null"))).collect()
    }

    /// The numbers with the machine they were measured on.
    pub fn to_json(&self, machine: &Machine) -> Value {
        let values: Map<String, Value> =
            self.iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
        json!({ "machine": machine, "results": values })
    }

    /// Writes the numbers and this machine as JSON.
    ///
    /// # Errors
    /// When the file cannot be written; or, with the file written all the same, because hours may have gone
    /// into it, when there are [`Results::problems`].
    pub fn write_json(&self, path: &Path) -> Result<()> {
        let mut text =
            serde_json::to_string_pretty(&self.to_json(&Machine::this())).context("results as JSON")?;
        text.push('\n');
        write_atomic(path, text.as_bytes())?;
        let problems = self.problems();
        if !problems.is_empty() {
            bail!("the results were written, but {}: {}", problems.join("; "), path.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_any_task_leg_seed_and_phase_are_known() {
        for key in [
            "physics.a1_flat.ratio",
            "env.g1_29_flat.env_steps_per_s",
            "env.a1_flat.share.physics",
            "train.a1_flat.torch_env_steps_per_s",
            "time_to_walk.a1_flat.seed_12_s",
            "eval.duty_factor_FL",
            "eval.vx_error",
        ] {
            assert!(known_key(key).is_some(), "{key}");
        }
        assert_eq!(known_key("physics.a1_flat.mujoco").map(|key| key.unit), Some("steps/s"));
    }

    #[test]
    fn other_keys_are_not() {
        for key in [
            "eval.vx_eror",
            "env.a1_flat",
            "env..env_steps_per_s",
            "time_to_walk.a1_flat.seed__s",
            "eval.a.b",
        ] {
            assert!(known_key(key).is_none(), "{key}");
        }
    }

    #[test]
    fn every_key_has_a_unit_and_a_line_of_explanation_and_is_listed_once() {
        let mut patterns: Vec<_> = KNOWN_KEYS.iter().map(|key| key.pattern).collect();
        patterns.sort_unstable();
        patterns.dedup();
        assert_eq!(patterns.len(), KNOWN_KEYS.len());
        assert!(KNOWN_KEYS.iter().all(|key| !key.unit.is_empty() && !key.doc.is_empty()));
        assert_eq!(keys_text().lines().count(), KNOWN_KEYS.len());
    }

    #[test]
    fn a_file_of_results_keeps_the_order_and_names_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut results = Results::new();
        results.set("eval.vy_error", 0.5);
        results.set("eval.fall_rate", 0.0);
        results.set("eval.vy_error", 0.25);
        results.write_json(&path).unwrap();
        let read: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let keys: Vec<_> = read["results"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["eval.vy_error", "eval.fall_rate"]);
        assert_eq!(read["results"]["eval.vy_error"], 0.25);
        assert!(read["machine"]["cores"].as_u64().unwrap() >= 1);
    }

    #[test]
    fn a_key_outside_the_contract_is_reported_after_the_file_is_safe() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.json");
        let mut results = Results::new();
        results.set("eval.speed", 1.0);
        results.set("eval.vx_error", f64::NAN);
        let message = results.write_json(&path).unwrap_err().to_string();
        assert!(message.contains("'eval.speed'") && message.contains("'eval.vx_error' is NaN"), "{message}");
        let read: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(read["results"]["eval.speed"], 1.0);
        assert!(read["results"]["eval.vx_error"].is_null());
    }
}
