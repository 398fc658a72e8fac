//! What was drawn for every environment of a run, as a table.
use super::RunFolder;
use crate::lane::WIDTH;
use crate::task::Plan;
use crate::tick::EnvsState;
use anyhow::Result;
use std::fmt::Write;

/// Name of the table in a run folder.
pub const FILE: &str = "draws.csv";

/// Writes the table of a run as its environments are now: a row per environment, a column per number that differs between
/// them. What is drawn with every episode (delays, biases) is that of the first one.
pub(in crate::run) fn write(folder: &RunFolder, envs: &EnvsState) -> Result<()> {
    Ok(folder.write(FILE, table(&envs.plan, envs))?)
}

/// The table as text.
pub fn table(plan: &Plan, envs: &EnvsState) -> String {
    let joints: Vec<&str> = plan.robot.joints().map(|j| j.name.as_str()).collect();
    let blocks = || envs.teams.iter().flat_map(|t| &t.blocks);
    let rows: Vec<(u64, Vec<f32>)> = blocks()
        .flat_map(|b| (0..WIDTH).map(move |lane| (b.env(lane), b.track.drawn.row(lane).collect())))
        .collect();
    let names = blocks().next().map_or(vec![], |b| b.track.drawn.columns(&joints));
    let varies = |k: &usize| rows.iter().any(|(_, row)| row[*k] != rows[0].1[*k]);
    let kept: Vec<usize> = (0..names.len()).filter(varies).collect();
    let mut out = String::from("env");
    kept.iter().for_each(|k| {
        out.push(',');
        out.push_str(&names[*k]);
    });
    out.push('\n');
    for (env, row) in &rows {
        // a text takes everything
        let _ = write!(out, "{env}");
        kept.iter().for_each(|k| {
            let _ = write!(out, ",{}", row[*k]);
        });
        out.push('\n');
    }
    out
}
