//! Actuators: effort limits and gains of joints.
use super::context::Context;
use crate::robot::import::error::Result;
use crate::robot::import::model::Drive;
use crate::robot::import::values::Values;
use crate::robot::import::xml::{Element, Fate};

/// Defaults of any actuator speak for all of them.
const KIN: [&str; 5] = ["general", "motor", "position", "velocity", "intvelocity"];

/// All drives of joints.
pub fn read<'a>(context: &Context<'a>, root: Element<'a>) -> Result<Vec<Drive>> {
    let mut out = vec![];
    for group in root.named("actuator") {
        for element in group.children() {
            if let Some(drive) = one(context, element)? {
                out.push(drive);
            }
        }
    }
    Ok(out)
}

fn one<'a>(context: &Context<'a>, element: Element<'a>) -> Result<Option<Drive>> {
    let values = context.defaults.of(element, 0, &KIN)?;
    let kind = element.tag();
    if !KIN.contains(&kind) {
        element.ignored("an actuator of a kind that does not exist here");
        return Ok(None);
    }
    let Some(joint) = values.word("joint").or_else(|| values.word("jointinparent")) else {
        element.ignored("only joints are driven here");
        return Ok(None);
    };
    element.see();
    let gear = values.list("gear", 6)?.and_then(|g| g.first().copied()).unwrap_or(1.0);
    let range = |name: &str, flag: &str| -> Result<Option<[f64; 2]>> {
        let range = values.numbers::<2>(name)?.filter(|r| r[0] < r[1]);
        Ok(range.filter(|_| values.flag(flag) != Some(false)))
    };
    let most = |r: [f64; 2]| r[0].abs().max(r[1].abs()) * gear.abs();
    let mut drive = Drive { joint: joint.to_owned(), ..Drive::default() };
    drive.effort = range("forcerange", "forcelimited")?.map(most);
    let note_uneven = |r: Option<[f64; 2]>, name: &str| {
        if r.is_some_and(|[a, b]| (a + b).abs() > 1e-9) {
            element.settle(name, Fate::Approximated("the larger side counts for both".into()));
        }
    };
    note_uneven(values.numbers::<2>("forcerange")?, "forcerange");
    // gains act on length = gear × position and force comes back through the gear
    let (mut kp, mut kd) = (None, None);
    let mut direct = None;
    match kind {
        "motor" => direct = Some(1.0),
        "position" => {
            kp = Some(values.amount("kp")?.unwrap_or(1.0));
            kd = values.amount("kv")?;
            if kd.is_none() && values.number("dampratio")?.is_some_and(|d| d > 0.0) {
                element.settle(
                    "dampratio",
                    Fate::Approximated("damping is derived from the joint's inertia here".into()),
                );
            } else if kd.is_none() {
                kd = Some(0.0);
            }
        }
        "velocity" => {
            kd = Some(values.amount("kv")?.unwrap_or(1.0));
            kp = Some(0.0);
        }
        "general" => {
            let gain = values.list("gainprm", 10)?.and_then(|g| g.first().copied()).unwrap_or(1.0);
            match values.word("biastype").unwrap_or("none") {
                "affine" => {
                    let bias = values.list("biasprm", 10)?.unwrap_or_default();
                    kp = bias.get(1).map(|b| (-b).max(0.0));
                    kd = Some(bias.get(2).map_or(0.0, |b| (-b).max(0.0)));
                    if kp.is_some_and(|kp| (kp - gain).abs() > 1e-9 * gain.abs()) {
                        let why = "the position gain is that of the bias".to_owned();
                        element.settle("gainprm", Fate::Approximated(why));
                    }
                }
                _ => direct = Some(gain),
            }
        }
        _ => element.approximated("only its limits are taken over"),
    }
    if let Some(gain) = direct {
        let control = range("ctrlrange", "ctrllimited")?.map(|r| most(r) * gain.abs());
        note_uneven(values.numbers::<2>("ctrlrange")?, "ctrlrange");
        drive.effort = match (drive.effort, control) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    } else if values.find("ctrlrange").is_some() {
        element.settle("ctrlrange", Fate::Ignored("targets are limited by the task".into()));
    }
    drive.kp = kp.map(|k| k * gear * gear);
    drive.kd = kd.map(|k| k * gear * gear);
    Ok(Some(drive))
}
