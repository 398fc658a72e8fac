//! Changing a value of a task while it runs: what may be changed, to what, and what has to happen then.
use crate::config::{Document, Origin, nearest};
use crate::run::eval::EvalCfg;
use crate::run::train::TrainCfg;
use crate::run::train::setup::settings;
use crate::task::{self, Plan};
use crate::tick::{EnvsState, LearnerState};
use serde_json::Value;
use std::sync::Arc;

/// Numbers beyond this are slips of the hand.
const LARGEST: f64 = 1e9;

/// A task compiled anew, ready to replace a running one.
pub(in crate::run) struct Recompiled {
    /// The plan.
    pub plan: Arc<Plan>,
    /// How it is learned.
    pub cfg: TrainCfg,
    /// How it is judged.
    pub eval: EvalCfg,
}

/// The document with one value changed, and that value as it is written now (an integer for a real number becomes
/// one). An error says what is allowed.
pub(in crate::run) fn changed(doc: &Document, key: &str, value: &Value) -> Result<(Document, Value), String> {
    let mut doc = doc.clone();
    let value = put(&mut doc, key, value, Origin::Knob)?;
    Ok((doc, value))
}

/// Sets a value that may change while a run goes on; returns it as it is written now. An error says what is allowed.
pub(in crate::run) fn put(
    doc: &mut Document,
    key: &str,
    value: &Value,
    origin: impl FnOnce(String) -> Origin,
) -> Result<Value, String> {
    if !may_change(key) {
        return Err(format!("`{key}` cannot be changed while a run goes on; start a new run for this"));
    }
    let old = doc.get(key);
    let value = like(&old, value).map_err(|allowed| format!("`{key}` must be {allowed}, not {value}"))?;
    doc.set(key, value.clone(), origin(format!("{key} = {value}"))).map_err(|e| e.message)?;
    Ok(value)
}

/// Sections whose values take effect in a running run.
fn may_change(key: &str) -> bool {
    let fixed = ["env.num_envs", "env.physics", "env.actions", "env.reward_unit"];
    let within =
        |section: &str| key == section || key.strip_prefix(section).is_some_and(|r| r.starts_with('.'));
    let free = ["env", "eval", "train.algorithm", "train.iterations", "train.eval_every", "train.save_every"];
    free.into_iter().any(within) && !fixed.into_iter().any(within)
}

/// The value in the form of the old one; an error is what is allowed instead.
fn like(old: &Value, new: &Value) -> Result<Value, String> {
    let number = |old: &Value, new: &Value| -> Option<Value> {
        let x = new.as_f64().filter(|x| x.is_finite() && x.abs() <= LARGEST)?;
        if old.is_f64() {
            return Some(x.into());
        }
        // written without a point: whole numbers stay whole, others are let through for the type to decide
        if x.fract() == 0.0 && x >= 0.0 { Some((x as u64).into()) } else { Some(new.clone()) }
    };
    match (old, new) {
        (Value::Number(_), _) => {
            number(old, new).ok_or_else(|| format!("a finite number between -{LARGEST:e} and {LARGEST:e}"))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .map(|(a, b)| number(a, b))
            .collect::<Option<Vec<_>>>()
            .map(Value::from)
            .ok_or_else(|| format!("{} finite numbers", a.len())),
        (Value::Array(a), _) => Err(format!("a list of {} finite numbers", a.len())),
        (Value::Bool(_), Value::Bool(_)) | (Value::String(_), Value::String(_)) => Ok(new.clone()),
        (Value::Bool(_), _) => Err("true or false".into()),
        (Value::String(_), _) => Err("a word".into()),
        (Value::Object(m), _) => Err(format!(
            "changed one value at a time; it has {}",
            m.keys().cloned().collect::<Vec<_>>().join(", ")
        )),
        // unknown: `Document::set` says which keys there are
        (Value::Null, _) => Ok(new.clone()),
    }
}

/// Compiles a changed document and makes sure that it can replace the running task.
pub(in crate::run) fn recompile(doc: Document, running: &Plan, cfg: &TrainCfg) -> Result<Recompiled, String> {
    let (new_cfg, eval) = settings(&doc).map_err(|e| format!("{e:#}"))?;
    let plan = task::compile_like(doc, running).map_err(|e| e.to_string())?;
    let keys = |p: &Plan| {
        let rewards = p.rewards.iter().map(|r| r.key.clone());
        rewards.chain(p.terminations.iter().map(|t| t.key.clone())).collect::<Vec<_>>()
    };
    let same = [
        ("what the policy sees and does", plan.interface() == running.interface()),
        ("the robot", plan.robot.name == running.robot.name && plan.num_actions() == running.num_actions()),
        ("the number of environments", plan.env.num_envs == running.env.num_envs),
        ("the physics", plan.env.physics == running.env.physics),
        (
            "what lies between policy and robot",
            plan.wiring == running.wiring && between(&plan) == between(running),
        ),
        ("the list of rewards and terminations", keys(&plan) == keys(running)),
        ("the length of rollouts", new_cfg.horizon == cfg.horizon),
        ("the networks", new_cfg.networks == cfg.networks),
    ];
    match same.iter().find(|(_, same)| !same) {
        Some((what, _)) => Err(format!("this changes {what}; start a new run for this")),
        None => Ok(Recompiled { plan: Arc::new(plan), cfg: new_cfg, eval }),
    }
}

/// Settings whose memory is made with the environments.
fn between(plan: &Plan) -> (&crate::mdp::SensorsCfg, &crate::mdp::JointTargetsCfg) {
    (&plan.env.sensors, &plan.env.actions)
}

/// Swaps the plan. What has changed takes effect at once: models are drawn again, and so are commands that the new
/// ranges do not have; other ground begins new episodes.
pub(in crate::run) fn apply(new: &Recompiled, envs: &mut EnvsState, l: &mut LearnerState) {
    let old = std::mem::replace(&mut envs.plan, new.plan.clone());
    let (was, is) = (&old.env, &new.plan.env);
    let (model, commands) = (was.events.model != is.events.model, was.commands != is.commands);
    let ground = was.terrain != is.terrain;
    for block in envs.teams.iter_mut().flat_map(|t| &mut t.blocks) {
        if model {
            block.redraw_models(&new.plan);
        }
        if ground {
            block.set_terrain(&new.plan);
        }
        if commands {
            block.fit_commands(&new.plan);
        }
    }
    l.ppo.cfg = new.cfg.algorithm.clone();
}

/// Whether two values mean the same; `1` is `1.0`.
pub(in crate::run) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a == b,
    }
}

/// Keys whose values differ from those of `base`, with the values of `doc`.
pub(in crate::run) fn differences(base: &Document, doc: &Document) -> Vec<(String, Value)> {
    let leaves = doc.leaves().into_iter();
    leaves
        .filter(|(key, value, _)| !same(&base.get(key), value))
        .map(|(key, value, _)| (key, value))
        .collect()
}

/// Sets several values, for example those that a checkpoint recorded.
pub(in crate::run) fn with(doc: &Document, values: &[(String, Value)]) -> Result<Document, String> {
    let mut doc = doc.clone();
    for (key, value) in values {
        let origin = Origin::Knob(format!("{key} = {value}"));
        doc.set(key, value.clone(), origin).map_err(|e| e.to_string())?;
    }
    Ok(doc)
}

/// A sentence for a key that does not exist.
pub(in crate::run) fn unknown(doc: &Document, key: &str) -> Option<String> {
    if !doc.get(key).is_null() {
        return None;
    }
    let leaves = doc.leaves();
    Some(format!("the task has no `{key}`; {}", nearest(key, leaves.iter().map(|(k, ..)| k.as_str()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn doc() -> Document {
        task::open("a1_flat", &[]).unwrap()
    }

    fn refused(key: &str, value: Value) -> String {
        let plan = task::compile(doc()).unwrap();
        let (cfg, _) = settings(&doc()).unwrap();
        match changed(&doc(), key, &value) {
            Err(e) => e,
            Ok((doc, _)) => match recompile(doc, &plan, &cfg) {
                Err(e) => e,
                Ok(_) => panic!("{key} = {value} was accepted"),
            },
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_is_allowed() {
        for (key, value, why) in [
            ("env.rewards.trot.weight", json!(null), "finite number"),
            ("env.rewards.trot.weight", json!(f64::NAN), "finite number"),
            ("env.rewards.trot.weight", json!(1e300), "between"),
            ("env.rewards.trot.weight", json!("much"), "finite number"),
            ("env.rewards.trott.weight", json!(1.0), "did you mean `trot`"),
            ("env.rewards.trot", json!({"weight": 1.0}), "one value at a time"),
            ("env.rewards.track_lin_vel.variance", json!(0.0), "above 0"),
            ("env.commands.lin_vel_x", json!([1.0, -1.0]), "lower bound above upper"),
            ("env.commands.lin_vel_x", json!([1.0]), "2 finite numbers"),
            ("env.commands.lin_vel_x", json!(1.0), "2 finite numbers"),
            ("env.commands.zero_share", json!(1.5), "shares of one whole"),
            ("env.commands.resample_secs", json!(-1.0), "must be positive"),
            ("env.events.model.friction", json!([-0.5, 1.0]), "must not be negative"),
            ("env.events.model.base_mass", json!([-50.0, 1.0]), "mass"),
            ("env.events.push.speed", json!(-1.0), "must not be negative"),
            ("env.events.start.base_twist", json!(-1.0), "must not be negative"),
            ("env.num_envs", json!(32), "new run"),
            ("env.physics.dt", json!(0.001), "new run"),
            ("env.observations.joint_pos.scale", json!(2.0), "new run"),
            ("train.horizon", json!(8), "new run"),
            ("train.algorithm.learning_rate", json!(-1e-3), "above 0"),
            ("train.algorithm.epochs", json!(2.5), "expected usize"),
            ("train.algorithm.entropy", json!(-0.1), "must not be negative"),
            ("robot", json!("b1"), "new run"),
        ] {
            let e = refused(key, value.clone());
            assert!(e.contains(why), "{key} = {value}: {e}");
        }
    }

    #[test]
    fn differences_are_found_and_can_be_set_again() {
        let (new, value) = changed(&doc(), "env.rewards.trot.weight", &json!(2)).unwrap();
        assert!(value.is_f64());
        let found = differences(&doc(), &new);
        assert_eq!(found, vec![("env.rewards.trot.weight".into(), json!(2.0))]);
        assert_eq!(with(&doc(), &found).unwrap().value, new.value);
        assert!(differences(&doc(), &doc()).is_empty());
    }
}
