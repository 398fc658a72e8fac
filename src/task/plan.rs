//! What will run: names resolved to indices, terms bound to the robot, sizes fixed. Compiled once; nothing later can
//! fail because of what was written.
use super::cfg::{EnvCfg, ObservationCfg, RewardCfg, RewardUnit, TaskCfg};
use super::observation::{BoundObservation, Mirror, width};
use crate::config::{self, ConfigErrors, Document};
use crate::lane::Wide;
use crate::mdp::{self, Bind, JointTargets, Term, TickView, Tracking};
use crate::physics::SelfCollision;
use crate::robot::{self, RobotSpec};
use crate::terrain::{self, Terrain};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;

/// A compiled task.
pub struct Plan {
    /// Name of the task.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// The task as resolved.
    pub doc: Document,
    /// The robot.
    pub robot: Arc<RobotSpec>,
    /// The ground.
    pub terrain: Arc<Terrain>,
    /// The environment's settings.
    pub env: EnvCfg,
    /// Control period, s.
    pub dt: f32,
    /// Action term.
    pub actions: JointTargets,
    /// Observation terms in order.
    pub observations: Vec<BoundObservation>,
    /// The critic's own observation terms in order, without noise; empty where it sees what the actor sees.
    pub critic_observations: Vec<BoundObservation>,
    /// Reward terms in order.
    pub rewards: Vec<BoundReward>,
    /// Terminations in order.
    pub terminations: Vec<BoundTermination>,
    /// How the memory of episodes is advanced: the legs' soles, the clock.
    pub tracking: Tracking,
    /// Control ticks between commands.
    pub command_ticks: u32,
    /// Control ticks between pushes.
    pub push_ticks: u32,
    /// Longest episode in control ticks.
    pub episode_ticks: u32,
    /// What the mirrored robot would see and do; none where robot or observations have no sides.
    pub mirror: Option<Mirror>,
}

/// A reward term of a plan.
pub struct BoundReward {
    /// Key in the task; also the metric's name.
    pub key: String,
    /// The term's sentence.
    pub doc: &'static str,
    /// Where the term is written.
    pub place: &'static Location<'static>,
    /// Weight as written.
    pub weight: f64,
    /// Factor on the term's value in one tick.
    pub per_tick: f32,
    /// The unweighted value.
    pub reward: mdp::rewards::Reward,
}

/// A termination of a plan.
pub struct BoundTermination {
    /// Key in the task.
    pub key: String,
    /// The term's sentence.
    pub doc: &'static str,
    /// Where the term is written.
    pub place: &'static Location<'static>,
    /// Whether it is the end of time and not a failure.
    pub time_out: bool,
    /// One where the episode ends.
    pub ends: Box<dyn Fn(&TickView<'_>) -> Wide + Send + Sync>,
}

impl Plan {
    /// Numbers in an observation.
    pub fn num_obs(&self) -> usize {
        width(&self.observations)
    }
    /// Numbers in the critic's own observation; 0 where it sees what the actor sees.
    pub fn num_critic_obs(&self) -> usize {
        width(&self.critic_observations)
    }
    /// Numbers in an observation, in the critic's own one (0 where it sees the same) and in an action.
    pub fn sizes(&self) -> [usize; 3] {
        [self.num_obs(), self.num_critic_obs(), self.num_actions()]
    }
    /// Numbers in an action.
    pub fn num_actions(&self) -> usize {
        self.actions.width()
    }
    /// What actions do, in one line.
    pub fn actions_line(&self) -> String {
        let (a, cfg) = (&self.robot.name, &self.env.actions);
        let mut line = format!("joint targets of {a} scale {}", cfg.scale);
        for (role, scale) in &cfg.role_scales {
            line += &format!(", {role} {scale}");
        }
        if let Some(gait) = &cfg.gait {
            line += &format!(", {gait:?}");
        }
        line
    }
    /// A line per observation slice and action: equal for policies that can replace each other.
    pub fn interface(&self) -> String {
        let obs = self.observations.iter().map(BoundObservation::line);
        let critic = self.critic_observations.iter().map(|o| format!("critic {}", o.line()));
        let act = self.actions_line();
        let rate = format!("control period {} s", self.dt);
        obs.chain(critic).chain([act, rate]).collect::<Vec<_>>().join("\n")
    }
}

/// Reads a task's file.
pub fn load(path: &Path) -> Result<Document, ConfigErrors> {
    // tasks that were written before there was a choice may still be given one
    config::load_filled(path, &fill)
}

/// Settings with their defaults, so that variants, arguments and knobs find them in every task.
fn fill(doc: &mut Document) {
    doc.fill("env.physics", &[("engine", "batch"), ("ground", "field"), ("self_collision", "off")]);
    doc.fill("env", &[("history", 1), ("critic_history", 1)]);
    doc.fill("env", &[("critic_observations", Map::new()), ("critic_extra", Map::new())]);
    doc.fill("train.networks", &[("normalise_observations", false), ("normalise_values", false)]);
    doc.fill("train.networks", &[("memory", Value::Null), ("hidden", Value::from(64))]);
    doc.fill("train.algorithm", &[("mirror_loss", 0.0), ("bounds_loss", 0.0), ("action_bound", 4.0)]);
    doc.fill("train.algorithm", &[("entropy_schedule", Value::Array(vec![])), ("reinit_std", Value::Null)]);
    doc.fill("train.algorithm", &[("decay_iterations", 1000)]);
}

/// Opens a task by name or path with changes from the command line (`env.x.y=value`, `train.x=value`).
pub fn open(name: &str, overrides: &[(String, String)]) -> Result<Document, ConfigErrors> {
    let mut doc = load(&config::find("task", "configs/tasks", name)?)?;
    let mut errors = ConfigErrors::default();
    for (key, value) in overrides {
        let origin = config::Origin::Argument(format!("--{key}={value}"));
        if let Err(e) = doc.set(key, config::parse_value(value), origin) {
            errors.0.push(e);
        }
    }
    if errors.0.is_empty() { Ok(doc) } else { Err(errors) }
}

/// Checks and resolves a task. Reports everything that is wrong, so that one edit can mend it all.
pub fn compile(doc: Document) -> Result<Plan, ConfigErrors> {
    let task: TaskCfg = config::typed(&doc, "")?;
    let robot = robot::load(&task.robot).map_err(|mut e| {
        if e.0.len() == 1 && e.0[0].message.starts_with("unknown robot") {
            e.0[0].place = doc.place("robot");
        }
        e
    })?;
    let env = task.env;
    let dt = (env.physics.dt * env.physics.substeps as f64) as f32;
    let mut c = Compiler { doc: &doc, robot: &robot, dt, errors: check_ranges(&doc, &env, &robot) };

    let observations = c.observations(&env.observations, "observations", env.history, 0);
    let mut critic_observations = vec![];
    if !env.critic_extra.is_empty() && c.errors.0.is_empty() {
        critic_observations = c.observations(&env.observations, "observations", env.history, 0);
    }
    for (entries, section) in
        [(&env.critic_observations, "critic_observations"), (&env.critic_extra, "critic_extra")]
    {
        let more = c.observations(entries, section, env.critic_history, width(&critic_observations));
        critic_observations.extend(more);
    }
    let unit = if env.reward_unit == RewardUnit::PerSecond { dt } else { 1.0 };
    let rewards = c.all(&env.rewards, "rewards", mdp::rewards::terms(), |cfg: RewardCfg, key, t, reward| {
        let per_tick = cfg.weight as f32 * unit;
        BoundReward { key, doc: t.doc, place: t.place, weight: cfg.weight, per_tick, reward }
    });
    let terminations =
        c.all(&env.terminations, "terminations", mdp::TERMINATIONS.iter(), |_: Value, key, t, ends| {
            BoundTermination { key, doc: t.doc, place: t.place, time_out: t.name == "time_out", ends }
        });
    let mut errors = c.errors;
    let bind = Bind { doc: &doc, key: "env.actions", robot: &robot, dt };
    let actions = JointTargets::new(&env.actions, &bind).map_err(|e| errors.0.extend(e.0));
    let (Ok(actions), true) = (actions, errors.0.is_empty()) else { return Err(errors) };
    let ticks = |secs: f64| (secs / dt as f64).round().max(1.0) as u32;
    let time_out = doc.get("env.terminations.time_out.secs").as_f64();
    Ok(Plan {
        name: task.name,
        about: task.about,
        actions,
        tracking: Tracking {
            soles: robot.soles(),
            dt,
            phase_per_tick: env.actions.gait.as_ref().map_or(0.0, |g| dt / g.period as f32),
        },
        mirror: Mirror::of(&observations, &critic_observations, &robot),
        robot: Arc::new(robot),
        terrain: terrain::build(env.terrain.as_ref()),
        dt,
        observations,
        critic_observations,
        rewards,
        terminations,
        command_ticks: ticks(env.commands.resample_secs),
        push_ticks: ticks(env.events.push.interval_secs),
        episode_ticks: time_out.map_or(u32::MAX, ticks),
        env,
        doc,
    })
}

/// Numbers that have the right type but no meaning.
fn check_ranges(doc: &Document, env: &EnvCfg, robot: &RobotSpec) -> ConfigErrors {
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
    for (name, problem) in env.terrain.iter().flat_map(|t| t.problems()) {
        require(false, &format!("env.terrain.{name}"), problem);
    }
    let c = &env.commands;
    for (name, range) in [("lin_vel_x", c.lin_vel_x), ("lin_vel_y", c.lin_vel_y), ("yaw_rate", c.yaw_rate)] {
        require(
            range[0] <= range[1],
            &format!("env.commands.{name}"),
            format!("`{name}`: lower bound above upper"),
        );
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
    for (name, range) in env.events.model.named() {
        let key = format!("env.events.model.{name}");
        require(range[0] <= range[1], &key, format!("`{name}`: lower bound above upper"));
        let positive = matches!(name, "friction" | "kp" | "kd" | "effort");
        require(!positive || range[0] >= 0.0, &key, format!("`{name}` must not be negative"));
    }
    let base = robot.links.first().map_or(0.0, |l| l.mass);
    require(
        env.events.model.base_mass[0] > -0.9 * base,
        "env.events.model.base_mass",
        format!("`base_mass` must leave the base some mass: more than {:.1} kg", -0.9 * base),
    );
    let start = &env.events.start;
    for (name, value) in [("joint_share", start.joint_share), ("base_twist", start.base_twist)] {
        require(value >= 0.0, &format!("env.events.start.{name}"), format!("`{name}` must not be negative"));
    }
    require(
        env.events.push.speed >= 0.0,
        "env.events.push.speed",
        "a push speed must not be negative".into(),
    );
    require(
        env.events.push.interval_secs > 0.0,
        "env.events.push.interval_secs",
        "time between pushes must be positive".into(),
    );
    errors
}

struct Compiler<'a> {
    doc: &'a Document,
    robot: &'a RobotSpec,
    dt: f32,
    errors: ConfigErrors,
}

impl Compiler<'_> {
    /// Binds a group of observations whose first number has the index `next`; `default` is the history of terms that
    /// say none.
    fn observations(
        &mut self,
        entries: &Map<String, Value>,
        section: &str,
        default: usize,
        mut next: usize,
    ) -> Vec<BoundObservation> {
        self.all(entries, section, mdp::OBSERVATIONS.iter(), |cfg: ObservationCfg, key, t, observe| {
            let history = cfg.history.unwrap_or(default).max(1);
            let slice = next..next + history * observe.width;
            next = slice.end;
            let (scale, noise) = (cfg.scale as f32, cfg.noise as f32);
            BoundObservation {
                key,
                term: t.name,
                doc: t.doc,
                place: t.place,
                slice,
                history,
                scale,
                noise,
                observe,
            }
        })
    }

    /// Binds every entry of one table of terms.
    fn all<F: 'static, C: DeserializeOwned, B>(
        &mut self,
        entries: &Map<String, Value>,
        section: &str,
        terms: impl Iterator<Item = &'static Term<F>> + Clone,
        mut build: impl FnMut(C, String, &'static Term<F>, F) -> B,
    ) -> Vec<B> {
        let mut out = vec![];
        for (key, value) in entries {
            let path = format!("env.{section}.{key}");
            let name = value.get("term").and_then(Value::as_str).unwrap_or(key);
            let Some(term) = terms.clone().find(|t| t.name == name) else {
                let hint = config::nearest(name, terms.clone().map(|t| t.name));
                self.errors
                    .0
                    .push(self.doc.error(&path, format!("unknown term `{name}` in `{section}`; {hint}")));
                continue;
            };
            let bind = Bind { doc: self.doc, key: &path, robot: self.robot, dt: self.dt };
            match (config::typed::<C>(self.doc, &path), (term.bind)(&bind)) {
                (Ok(cfg), Ok(bound)) => out.push(build(cfg, key.clone(), term, bound)),
                (cfg, bound) => {
                    self.errors.0.extend(cfg.err().into_iter().chain(bound.err()).flat_map(|e| e.0))
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
