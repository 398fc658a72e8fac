//! Numbers that have the right type but no meaning, and settings that contradict each other.
use super::cfg::EnvCfg;
use crate::config::{self, ConfigErrors, Document};
use crate::physics::SelfCollision;
use crate::robot::RobotSpec;
use crate::terrain;

/// Everything of that kind in the environment of a task.
pub(super) fn check(doc: &Document, env: &EnvCfg, robot: &RobotSpec) -> ConfigErrors {
    let mut errors = ConfigErrors::default();
    let mut require = |ok: bool, key: &str, message: String| {
        if !ok {
            errors.0.push(doc.error(key, message));
        }
    };
    let n = env.num_envs;
    let near = (n / 16).max(1) * 16;
    require(
        n > 0 && n.is_multiple_of(16),
        "env.num_envs",
        format!("{n} is no positive multiple of 16 (the lanes of a block); try {near}"),
    );
    for (key, problem) in env.observation_problems() {
        require(false, &key, problem);
    }
    let p = &env.physics;
    require(
        p.dt > 0.0 && p.dt <= 0.02,
        "env.physics.dt",
        format!("a physics step of {} s is not in (0, 0.02]", p.dt),
    );
    require(p.substeps > 0, "env.physics.substeps", "at least one physics step per tick".into());
    require(p.iterations > 0, "env.physics.iterations", "at least one solver iteration".into());
    require(
        p.contact_time >= 2.0 * p.dt,
        "env.physics.contact_time",
        "contacts must be at least two physics steps soft".into(),
    );
    for (name, problem) in p.self_problems(robot) {
        require(false, &format!("env.physics.{name}"), problem);
    }
    let unfelt = p.self_collision == SelfCollision::Off && env.terminations.contains_key("self_contact");
    require(
        !unfelt,
        "env.terminations.self_contact",
        "`self_contact` needs `env.physics.self_collision`: `all` or `listed`".into(),
    );
    let speeds = [env.commands.lin_vel_x, env.commands.lin_vel_y];
    let heading = env.commands.heading.as_ref().map_or([0.0; 2], |h| h.lin_vel_x);
    let fastest = speeds.iter().flatten().chain(&heading).fold(0.0, |most: f64, v| most.max(v.abs()));
    let secs = doc.get("env.terminations.time_out.secs").as_f64().unwrap_or(f64::INFINITY);
    if let Some(terrain) = &env.terrain {
        let stuck = terrain::obstacles_to_advance(terrain, terrain.level_rule, fastest, secs);
        for (name, problem) in terrain.problems().into_iter().chain(stuck) {
            require(false, &format!("env.terrain.{name}"), problem);
        }
    }
    let c = &env.commands;
    for (name, range) in [("lin_vel_x", c.lin_vel_x), ("lin_vel_y", c.lin_vel_y), ("yaw_rate", c.yaw_rate)] {
        require(
            range[0] <= range[1],
            &format!("env.commands.{name}"),
            format!("`{name}`: lower bound above upper"),
        );
    }
    for (name, problem) in c.cells.iter().flat_map(|cells| cells.problems()) {
        require(false, &format!("env.commands.cells.{name}"), problem);
    }
    for key in c.cells.iter().flat_map(|cells| &cells.rewards).filter(|k| !env.rewards.contains_key(*k)) {
        let hint = config::nearest(key, env.rewards.keys().map(String::as_str));
        require(false, "env.commands.cells.rewards", format!("there is no reward `{key}`; {hint}"));
    }
    require(
        c.resample_secs > 0.0,
        "env.commands.resample_secs",
        "time between commands must be positive".into(),
    );
    let shares = c.zero_share >= 0.0 && c.turn_share >= 0.0 && c.zero_share + c.turn_share <= 1.0;
    require(
        shares,
        "env.commands.zero_share",
        "`zero_share` and `turn_share` must be shares of one whole".into(),
    );
    for (name, problem) in c.heading.iter().flat_map(|h| h.problems()) {
        require(false, &format!("env.commands.heading.{name}"), problem);
    }
    for (name, problem) in env.events.problems(robot) {
        require(false, &format!("env.events.{name}"), problem);
    }
    if let Some(problem) = env.physics.motors.as_ref().and_then(|m| m.problem()) {
        require(false, "env.physics.motors", problem);
    }
    errors
}
