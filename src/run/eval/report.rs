//! The evaluation table.
use super::{EvalCfg, Judgement, Rough, Stage, Tally, evaluate, judge_rough, on_terrain, own};
use crate::nn::ActorCritic;
use crate::task::Plan;
use crate::terrain::Terrain;
use std::fmt::{Display, Formatter, Result};

/// Everything that `gaitlab eval` says about a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Names of the legs, in order.
    pub legs: Vec<String>,
    /// Each command with its numbers.
    pub rows: Vec<([f32; 3], Judgement)>,
    /// All commands of the grid together.
    pub total: Judgement,
    /// While asked to stand.
    pub stand: Judgement,
    /// Length of each try, s.
    pub secs: f64,
    /// Tries per command.
    pub tries: usize,
    /// What velocities are averaged over before they are compared, s.
    pub window_secs: f64,
    /// On obstacles, where the task asks for that.
    pub rough: Option<Rough>,
}

/// Judges a policy in full.
///
/// # Errors
/// When the ground of a test cannot be built.
pub fn judge(plan: &Plan, policy: &ActorCritic, cfg: &EvalCfg) -> anyhow::Result<Report> {
    let level = cfg.level_ground.then(|| on_terrain(plan, Terrain::plane(0.0))).transpose()?;
    let ground = level.as_ref().unwrap_or(plan);
    let report = judge_by(ground, cfg, |commands, stage| {
        Ok::<_, anyhow::Error>(evaluate(ground, policy, cfg, commands, stage))
    })?;
    Ok(Report { rough: judge_rough(plan, policy, cfg, &own)?, ..report })
}

/// Judges a policy by tries that somebody else makes: of all commands, one tally per command.
///
/// # Errors
/// Those of the tries.
pub fn judge_by<E>(
    plan: &Plan,
    cfg: &EvalCfg,
    tries: impl Fn(&[[f32; 3]], Stage) -> std::result::Result<Vec<Tally>, E>,
) -> std::result::Result<Report, E> {
    let grid = cfg.grid();
    let stage = Stage { tries: grid.len() * cfg.envs_per_command, secs: cfg.secs };
    let tallies = tries(&grid, stage)?;
    let mut total = Tally::default();
    tallies.iter().for_each(|t| total.add(t));
    let stand = Stage { tries: cfg.envs_per_command, secs: cfg.secs };
    let mut standing = Tally::default();
    tries(&[[0.0; 3]], stand)?.iter().for_each(|t| standing.add(t));
    Ok(Report {
        legs: plan.robot.roles.legs.iter().map(|l| l.name.clone()).collect(),
        rows: grid.into_iter().zip(&tallies).map(|(c, t)| (c, t.judgement())).collect(),
        total: total.judgement(),
        stand: standing.judgement(),
        secs: cfg.secs,
        tries: cfg.envs_per_command,
        window_secs: cfg.window_secs,
        rough: None,
    })
}

impl Report {
    /// The numbers by key.
    pub fn results(&self) -> Vec<(String, f64)> {
        let t = &self.total;
        let named = [
            ("vx_error", t.vx_error),
            ("vy_error", t.vy_error),
            ("yaw_rate_error", t.yaw_rate_error),
            ("fall_rate", t.fall_rate),
            ("energy_per_meter", t.energy_per_meter),
            ("foot_slip", t.foot_slip),
            ("foot_clearance", t.foot_clearance),
            ("action_smoothness", t.action_smoothness),
            ("stand_drift", self.stand.speed),
        ];
        let duty = self.legs.iter().zip(&t.duty_factor).map(|(l, d)| (format!("eval.duty_factor_{l}"), *d));
        let rough = self.rough.iter().flat_map(Rough::results);
        named.iter().map(|(k, v)| (format!("eval.{k}"), *v)).chain(duty).chain(rough).collect()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let errors = match self.window_secs {
            0.0 => "errors are instantaneous".to_owned(),
            secs => format!("errors are of velocities averaged over {secs} s"),
        };
        writeln!(f, "{} tries of {} s per command; {errors}", self.tries, self.secs)?;
        writeln!(
            f,
            "{:>22} | {:>6} {:>6} {:>7} | {:>6} | {:>5} {:>6} {:>5} | {:>7} {:>7}",
            "vx    vy   yaw rate",
            "vx err",
            "vy err",
            "yaw err",
            "falls",
            "slip",
            "clear",
            "duty",
            "J/m",
            "action²"
        )?;
        for (c, j) in &self.rows {
            row(f, &format!("{:6.2} {:6.2} {:8.2}", c[0], c[1], c[2]), j)?;
        }
        row(f, "all", &self.total)?;
        row(f, "stand", &self.stand)?;
        writeln!(f, "drift while standing {:.4} m/s", self.stand.speed)?;
        self.rough.iter().try_for_each(|rough| write!(f, "{rough}"))
    }
}

fn row(f: &mut Formatter<'_>, name: &str, j: &Judgement) -> Result {
    let duty = j.duty_factor.iter().sum::<f64>() / j.duty_factor.len().max(1) as f64;
    writeln!(
        f,
        "{name:>22} | {:6.3} {:6.3} {:7.3} | {:5.2}% | {:5.3} {:4.1}cm {duty:5.2} | {:7.1} {:7.2}",
        j.vx_error,
        j.vy_error,
        j.yaw_rate_error,
        100.0 * j.fall_rate,
        j.foot_slip,
        100.0 * j.foot_clearance,
        j.energy_per_meter,
        j.action_smoothness,
    )
}
