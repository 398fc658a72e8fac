//! What will run: names resolved to indices, terms bound to the robot, sizes fixed. Compiled once; nothing later can
//! fail because of what was written.
use super::cfg::{EnvCfg, ObservationCfg, RewardCfg, RewardUnit, TaskCfg};
use super::observation::{BoundObservation, Mirror, width};
use super::ranges;
use super::wiring::{self, Wiring};
use crate::config::{self, ConfigErrors, Document};
use crate::lane::Wide;
use crate::mdp::{self, Bind, JointTargets, Term, TickView, Tracking};
use crate::robot::{self, RobotSpec};
use crate::terrain::{self, EdgeGrid, Terrain};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::cell::{Cell, RefCell};
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
    /// Points at which the height of the ground is looked up for them, (x, y) of the base's heading frame, m.
    pub scan: Vec<[f32; 2]>,
    /// Edges of the ground, where a term asks for them.
    pub edges: Option<Arc<EdgeGrid>>,
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
    /// The two rewards by which a grid of commands is judged.
    pub followed: Option<[usize; 2]>,
    /// What lies between policy and robot.
    pub wiring: Wiring,
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
    /// Whether it ends episodes of training only: a help to learn, not a failure of the robot.
    pub training: bool,
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
        if cfg.beta != 1.0 {
            line += &format!(", smoothed by {}", cfg.beta);
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
    let mut doc = config::load_prepared(path, &super::choices::fill)?;
    // whole sections that a variant replaced are filled as well
    super::choices::fill(&mut doc);
    Ok(doc)
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
    compile_beside(doc, None)
}

/// As [`compile`], for a changed task of which an earlier version runs: the robot is the same, and ground that is the same is not built
/// again.
pub fn compile_like(doc: Document, running: &Plan) -> Result<Plan, ConfigErrors> {
    compile_beside(doc, Some(running))
}

fn compile_beside(doc: Document, running: Option<&Plan>) -> Result<Plan, ConfigErrors> {
    let task: TaskCfg = config::typed(&doc, "")?;
    let robot = match running.filter(|r| r.doc.get("robot") == doc.get("robot")) {
        Some(running) => running.robot.clone(),
        None => Arc::new(robot::load(&task.robot).map_err(|mut e| {
            if e.0.len() == 1 && e.0[0].message.starts_with("unknown robot") {
                e.0[0].place = doc.place("robot");
            }
            e
        })?),
    };
    let env = task.env;
    let dt = (env.physics.dt * env.physics.substeps as f64) as f32;
    let (scan, edges) = (RefCell::new(vec![]), Cell::new(false));
    let errors = ranges::check(&doc, &env, &robot);
    let mut c = Compiler { doc: &doc, robot: &robot, dt, scan: &scan, edges: &edges, errors };

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
            BoundTermination {
                key,
                doc: t.doc,
                place: t.place,
                time_out: mdp::CUT_OFF.contains(&t.name),
                training: mdp::TRAINING.contains(&t.name),
                ends,
            }
        });
    let mut errors = c.errors;
    let bind = Bind { doc: &doc, key: "env.actions", robot: &robot, dt, scan: &scan, edges: &edges };
    let actions = JointTargets::new(&env.actions, &bind).map_err(|e| errors.0.extend(e.0));
    let told: Vec<_> = observations.iter().map(BoundObservation::told).collect();
    let wiring = wiring::compile(&doc, &env, &told, &robot, env.physics.dt * env.physics.substeps as f64)
        .map_err(|e| errors.0.extend(e.0));
    let (Ok(actions), Ok(wiring), true) = (actions, wiring, errors.0.is_empty()) else { return Err(errors) };
    let ticks = |secs: f64| (secs / dt as f64).round().max(1.0) as u32;
    let time_out = doc.get("env.terminations.time_out.secs").as_f64();
    let ground = match running.filter(|r| r.env.terrain == env.terrain) {
        Some(running) => running.terrain.clone(),
        None => terrain::build(env.terrain.as_ref()),
    };
    Ok(Plan {
        name: task.name,
        about: task.about,
        actions,
        tracking: Tracking {
            soles: robot.soles(),
            dt,
            phase_per_tick: env.actions.gait.as_ref().map_or(0.0, |g| dt / g.period as f32),
        },
        followed: env.commands.cells.as_ref().and_then(|c| {
            let [a, b] = c.rewards.each_ref().map(|key| rewards.iter().position(|r| r.key == *key));
            Some([a?, b?])
        }),
        mirror: Mirror::of(&observations, &critic_observations, &robot),
        wiring,
        robot,
        edges: edges.get().then(|| terrain::edges(&ground)),
        terrain: ground,
        dt,
        observations,
        critic_observations,
        scan: scan.into_inner(),
        rewards,
        terminations,
        command_ticks: ticks(env.commands.resample_secs),
        push_ticks: ticks(env.events.push.interval_secs),
        episode_ticks: time_out.map_or(u32::MAX, ticks),
        env,
        doc,
    })
}

struct Compiler<'a> {
    doc: &'a Document,
    robot: &'a RobotSpec,
    dt: f32,
    scan: &'a RefCell<Vec<[f32; 2]>>,
    edges: &'a Cell<bool>,
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
        let terms = mdp::OBSERVATIONS.iter().chain(mdp::GROUND).chain(mdp::PRIVILEGED);
        self.all(entries, section, terms, |cfg: ObservationCfg, key, t, observe| {
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
            let bind = Bind {
                doc: self.doc,
                key: &path,
                robot: self.robot,
                dt: self.dt,
                scan: self.scan,
                edges: self.edges,
            };
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
