//! The picture of a plot, drawn anew in print size.
use super::source::Source;
use super::table::{axis, shown, unit};
use crate::app::panels::bottom::{gait, joints, plot, reward_terms};
use crate::lab::command::Panel;
use crate::robot::RobotSpec;
use crate::run::plots::{self, Actuator, Gait, Joints, Metric, RewardTerms, Series, TorqueSpeed, Velocities};
use crate::tick::view::Telemetry;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;

/// Draws a panel to a file.
///
/// # Errors
/// With a sentence for the person.
pub(super) fn save(source: &Source<'_>, panel: Panel, path: &Path) -> Result<()> {
    if panel == Panel::Curves {
        return curves(source, path);
    }
    let seconds = match panel {
        Panel::Gait => gait::window(source.memory),
        Panel::Joints => joints::SHOWN,
        _ => f64::INFINITY,
    };
    let samples = shown(source, seconds);
    ensure!(!samples.is_empty(), "there is nothing to save yet");
    let period = source.period();
    match panel {
        Panel::Tracking => {
            let commanded = samples.iter().map(|s| s.command).collect();
            let measured = samples.iter().map(|s| s.measured).collect();
            plots::velocity_tracking(&Velocities { period, commanded, measured }, path)
        }
        Panel::Gait => {
            let robot = robot(source)?;
            let feet = robot.roles.legs.iter().enumerate().map(|(leg, spec)| {
                let down = |s: &&Telemetry| s.foot_force.get(leg).is_some_and(|f| *f > gait::CONTACT_FORCE);
                (spec.name.clone(), samples.iter().map(down).collect())
            });
            plots::gait_diagram(&Gait { period, feet: feet.collect() }, path)
        }
        Panel::Joints => plots::joints(&chosen_joints(source, &samples)?, path),
        Panel::TorqueSpeed => plots::torque_speed(&torque_speed(robot(source)?, &samples), path),
        Panel::RewardTerms => {
            let plan = source.lab.plan.as_deref().context("no task is shown")?;
            let values = |index| samples.iter().map(|s| reward_terms::per_second(plan, s, index)).collect();
            let terms = plan.rewards.iter().enumerate().map(|(i, reward)| (reward.key.clone(), values(i)));
            plots::reward_terms(&RewardTerms { period, terms: terms.collect() }, path)
        }
        _ => bail!("this panel has no picture; save it as .csv"),
    }
}

fn robot<'a>(source: &Source<'a>) -> Result<&'a RobotSpec> {
    source.robot.context("no robot is shown")
}

fn chosen_joints(source: &Source<'_>, samples: &[&Telemetry]) -> Result<Joints> {
    let robot = robot(source)?;
    let chosen = joints::chosen(robot, source.memory);
    ensure!(!chosen.is_empty(), "no joint is chosen");
    let names =
        robot.joints().enumerate().filter(|(i, _)| chosen.contains(i)).map(|(_, j)| j.name.clone()).collect();
    let pick = |values: &dyn Fn(&Telemetry) -> Vec<f32>| -> Vec<Vec<f32>> {
        let row = |s: &&Telemetry| {
            let values = values(s);
            chosen.iter().map(|i| values.get(*i).copied().unwrap_or(f32::NAN)).collect()
        };
        samples.iter().map(row).collect()
    };
    Ok(Joints {
        period: source.period(),
        names,
        position: pick(&|s| s.joint_pos.clone()),
        velocity: pick(&|s| s.joint_vel.clone()),
        torque: pick(&|s| s.joint_torque.clone()),
    })
}

fn torque_speed(robot: &RobotSpec, samples: &[&Telemetry]) -> TorqueSpeed {
    let specs: Vec<_> = robot.joints().collect();
    let actuator = |index: usize| {
        let pair = |s: &&Telemetry| Some([*s.joint_vel.get(index)?, *s.joint_torque.get(index)?]);
        Actuator {
            name: specs[index].name.clone(),
            velocity: specs[index].velocity,
            effort: specs[index].effort,
            points: samples.iter().filter_map(pair).filter(|p| p.iter().all(|v| v.is_finite())).collect(),
        }
    };
    let groups = plot::joint_groups(robot).into_iter();
    TorqueSpeed {
        groups: groups.map(|(name, joints)| (name, joints.into_iter().map(actuator).collect())).collect(),
    }
}

/// The chosen metrics over the axis that a person looks at, with the runs that are compared.
fn curves(source: &Source<'_>, path: &Path) -> Result<()> {
    let own = source.run().context("no run is shown")?;
    ensure!(!own.curves.is_empty(), "there is nothing to save yet");
    let also = source.lab.runs.iter().filter(|run| run.id != own.id);
    let also = also.filter(|run| run.compared || source.lab.shown[1].as_ref() == Some(&run.id));
    let runs: Vec<_> = std::iter::once(own).chain(also).collect();
    let x_name = axis(&own.curves, source.memory.curve_axis).1;
    let metric = |name: &String| {
        let series = runs.iter().filter_map(|run| {
            let (x, _) = axis(&run.curves, source.memory.curve_axis);
            let points = x.iter().zip(run.curves.column(name)?).map(|(x, y)| (*x, *y)).collect();
            Some(Series { name: format!("{} · {}", run.task, run.name), points })
        });
        Metric { name: name.clone(), unit: unit(name).to_owned(), series: series.collect() }
    };
    let metrics: Vec<Metric> = source.memory.curves.iter().map(metric).collect();
    plots::metric_curves(x_name, &metrics, path)
}
