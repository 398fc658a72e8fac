//! The numbers of a plot as a table: exactly what is shown, every column with its unit.
use super::source::Source;
use crate::app::panels::bottom::{failures, gait, joints, plot, reward_terms};
use crate::app::panels::lab_view::CurveAxis;
use crate::lab::command::Panel;
use crate::tick::view::Telemetry;
use anyhow::{Context, Result, bail};

/// Columns with names and rows of cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As text.
    ///
    /// # Errors
    /// When memory runs out.
    pub fn to_csv(&self) -> Result<String> {
        let mut writer = csv::Writer::from_writer(vec![]);
        writer.write_record(&self.header)?;
        for row in &self.rows {
            writer.write_record(row)?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }
}

/// The table of a panel.
///
/// # Errors
/// With a sentence for the person when the panel has no numbers, or none yet.
pub(super) fn of(source: &Source<'_>, panel: Panel) -> Result<Table> {
    let table = match panel {
        Panel::Tracking => over_time(source, f64::INFINITY, tracking()),
        Panel::Gait => over_time(source, gait::window(source.memory), feet(source)),
        Panel::Joints => over_time(source, joints::SHOWN, joint_columns(source, true)),
        Panel::TorqueSpeed => over_time(source, f64::INFINITY, joint_columns(source, false)),
        Panel::RewardTerms => over_time(source, f64::INFINITY, terms(source)),
        Panel::Timeline => over_time(source, f64::INFINITY, timeline()),
        Panel::Failures => failures(source)?,
        Panel::Curves => curves(source)?,
        other => bail!("{other:?} shows no plot"),
    };
    if table.rows.is_empty() {
        bail!("there is nothing to save yet");
    }
    Ok(table)
}

/// Name with unit, and the value in a sample.
type Column<'a> = (String, Box<dyn Fn(&Telemetry) -> f64 + 'a>);

fn column<'a>(name: impl Into<String>, value: impl Fn(&Telemetry) -> f64 + 'a) -> Column<'a> {
    (name.into(), Box::new(value))
}

/// The samples of the last seconds that are shown, the oldest first.
pub(super) fn shown<'a>(source: &Source<'a>, seconds: f64) -> Vec<&'a Telemetry> {
    let timeline = source.timeline;
    let from = timeline.now_s() - seconds;
    timeline.samples().filter(|s| s.time_s >= from - 1e-9).collect()
}

fn over_time(source: &Source<'_>, seconds: f64, columns: Vec<Column<'_>>) -> Table {
    let header = std::iter::once("time (s)".to_owned()).chain(columns.iter().map(|(name, _)| name.clone()));
    let row = |s: &&Telemetry| {
        let cells = columns.iter().map(|(_, value)| number(value(s)));
        std::iter::once(number(s.time_s)).chain(cells).collect()
    };
    Table { header: header.collect(), rows: shown(source, seconds).iter().map(row).collect() }
}

/// Short, but nothing that was single precision is lost; empty for what is no number.
fn number(value: f64) -> String {
    let single = value as f32;
    match value.is_finite() {
        false => String::new(),
        true if f64::from(single) == value => single.to_string(),
        true => format!("{:.6}", value).trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

const AXES: [(&str, &str); 3] = [("forward", "m/s"), ("left", "m/s"), ("yaw rate", "rad/s")];

fn tracking<'a>() -> Vec<Column<'a>> {
    let pair = |(axis, (name, unit)): (usize, (&str, &str))| {
        [
            column(format!("commanded {name} ({unit})"), move |s| f64::from(s.command[axis])),
            column(format!("measured {name} ({unit})"), move |s| f64::from(s.measured[axis])),
        ]
    };
    AXES.into_iter().enumerate().flat_map(pair).collect()
}

fn timeline<'a>() -> Vec<Column<'a>> {
    let mut columns = tracking();
    columns.push(column("falls (count)", |s| f64::from(s.falls)));
    columns.push(column("driven by a person (0 or 1)", |s| f64::from(u8::from(s.driven))));
    columns
}

fn feet<'a>(source: &Source<'a>) -> Vec<Column<'a>> {
    let legs = source.robot.map_or(&[][..], |robot| &robot.roles.legs[..]);
    let both = |(leg, spec): (usize, &crate::robot::LegSpec)| {
        let force = move |s: &Telemetry| s.foot_force.get(leg).map_or(f64::NAN, |f| f64::from(*f));
        let down = move |s: &Telemetry| f64::from(u8::from(force(s) > f64::from(gait::CONTACT_FORCE)));
        [
            column(format!("{} on the ground (0 or 1)", spec.name), down),
            column(format!("{} ground force (N)", spec.name), force),
        ]
    };
    legs.iter().enumerate().flat_map(both).collect()
}

fn joint_columns<'a>(source: &Source<'a>, only_chosen: bool) -> Vec<Column<'a>> {
    let Some(robot) = source.robot else { return vec![] };
    let chosen = joints::chosen(robot, source.memory);
    let of = |values: &[f32], index: usize| values.get(index).map_or(f64::NAN, |v| f64::from(*v));
    let mut columns = vec![];
    for (index, joint) in robot.joints().enumerate().filter(|(i, _)| !only_chosen || chosen.contains(i)) {
        let name = plot::short_name(&joint.name);
        if only_chosen {
            columns.push(column(format!("{name} position (rad)"), move |s| of(&s.joint_pos, index)));
            columns.push(column(format!("{name} target (rad)"), move |s| of(&s.joint_target, index)));
        }
        columns.push(column(format!("{name} velocity (rad/s)"), move |s| of(&s.joint_vel, index)));
        columns.push(column(format!("{name} torque (N·m)"), move |s| of(&s.joint_torque, index)));
    }
    columns
}

fn terms<'a>(source: &Source<'a>) -> Vec<Column<'a>> {
    let Some(plan) = source.lab.plan.as_deref() else { return vec![] };
    let term = |(index, reward): (usize, &crate::task::BoundReward)| {
        column(format!("{} (reward per s)", reward.key), move |s| reward_terms::per_second(plan, s, index))
    };
    plan.rewards.iter().enumerate().map(term).collect()
}

fn failures(source: &Source<'_>) -> Result<Table> {
    let run = source.run().context("no run is shown")?;
    let header =
        ["ended by", "costliest reward term", "tile level", "tile column", "episodes (count)", "share (%)"];
    let header = header.into_iter().chain(["mean length (s)"]).map(str::to_owned).collect();
    let rows = failures::sorted(&run.failures, source.memory.failure_sort).into_iter().map(|f| {
        let [level, column] = f.tile;
        let numbers =
            [f64::from(level), f64::from(column), f64::from(f.episodes), 100.0 * f.share, f.mean_length_s];
        [f.termination.clone(), f.costliest.clone()].into_iter().chain(numbers.map(number)).collect()
    });
    Ok(Table { header, rows: rows.collect() })
}

/// The chosen metrics of the shown run and of those drawn over it, one row per iteration of each.
fn curves(source: &Source<'_>) -> Result<Table> {
    let own = source.run().context("no run is shown")?;
    let also = source.lab.runs.iter().filter(|run| run.id != own.id);
    let also = also.filter(|run| run.compared || source.lab.shown[1].as_ref() == Some(&run.id));
    let metrics = &source.memory.curves;
    let mut header: Vec<String> =
        ["run", "iteration (count)", "time (s)", "environment steps (count)"].map(str::to_owned).into();
    header.extend(metrics.iter().map(|metric| format!("{metric} ({})", unit(metric))));
    let mut rows = vec![];
    for run in std::iter::once(own).chain(also) {
        let curves = &run.curves;
        for at in 0..curves.len() {
            let fixed = [curves.iteration[at], curves.seconds[at], curves.env_steps[at]].map(number);
            let value = |metric: &String| {
                curves.column(metric).and_then(|c| c.get(at)).map_or(String::new(), |v| number(*v))
            };
            let cells = fixed.into_iter().chain(metrics.iter().map(value));
            rows.push(std::iter::once(run.id.clone()).chain(cells).collect());
        }
    }
    Ok(Table { header, rows })
}

/// Unit of a metric by its name.
pub(super) fn unit(metric: &str) -> &'static str {
    match metric {
        "episode/length" => "s",
        "episode/tracking_error" => "m/s",
        "episode/yaw_rate_error" => "rad/s",
        "episode/invalid" => "count",
        "time/env_steps_per_s" => "1/s",
        "loss/kl" | "loss/entropy" => "nats",
        _ if metric.starts_with("time/") => "s",
        _ if metric.starts_with("reward/") => "per s",
        _ if metric.starts_with("termination/")
            || metric.ends_with("_share")
            || metric.ends_with("_rate") =>
        {
            "share"
        }
        _ => "no unit",
    }
}

/// Horizontal position of a row of curves.
pub(super) fn axis(curves: &crate::lab::model::Curves, axis: CurveAxis) -> (&[f64], &'static str) {
    match axis {
        CurveAxis::Seconds => (&curves.seconds, "time, s"),
        CurveAxis::Iterations => (&curves.iteration, "iterations"),
        CurveAxis::EnvSteps => (&curves.env_steps, "environment steps"),
    }
}
