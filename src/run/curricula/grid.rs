//! The curriculum over a grid of commands (Margolis et al. 2022): a cell whose commands are followed well enough opens
//! the cells beside it.
//!
//! ```ron
//! "commands": (grid: (lin_vel_x: (-1.0, 3.0), yaw_rate: (-3.0, 3.0), across: (8, 12), above: (0.8, 0.7))),
//! ```
//!
//! It begins with the cells whose centres lie in the task's own ranges. Each command that runs for half of its time
//! counts once, with the mean of the two following rewards' kernels (1 is perfect); what fell counts as not followed
//! afterwards. A cell is judged when `tries` of its commands have ended.
use super::mistake::mistake;
use crate::config::{self, ConfigErrors, Document};
use crate::mdp::CommandCells;
use crate::run::plots::CommandGrid;
use crate::task::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The value that it moves.
pub const KEY: &str = "env.commands.cells";
/// Values that it stands in for; who holds one of them by hand is obeyed.
pub const RANGES: [&str; 2] = ["env.commands.lin_vel_x", "env.commands.yaw_rate"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    grid: Cfg,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cfg {
    lin_vel_x: [f64; 2],
    yaw_rate: [f64; 2],
    across: [usize; 2],
    above: [f64; 2],
    #[serde(default = "sixteen")]
    tries: u32,
    #[serde(default = "following")]
    rewards: [String; 2],
}

fn sixteen() -> u32 {
    16
}

fn following() -> [String; 2] {
    ["track_lin_vel".into(), "track_yaw_rate".into()]
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Its name in the task.
    pub name: String,
    /// Kernels of velocity and yaw rate above which a cell opens its neighbours.
    above: [f64; 2],
    /// Commands that are needed to judge a cell.
    tries: u32,
    /// The grid as it begins.
    start: CommandCells,
}

/// What a grid remembers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GridState {
    /// In which iteration each cell was opened.
    opened: Vec<Option<u64>>,
    /// Commands that ended since a cell was last judged, and the sums of their kernels.
    sums: Vec<[f64; 3]>,
    /// Mean kernels when a cell was last judged.
    last: Vec<Option<[f64; 2]>>,
}

impl Grid {
    /// Reads an entry of `train.curricula`.
    pub fn read(doc: &Document, name: &str, place: &str) -> Result<Self, ConfigErrors> {
        let cfg = config::typed::<Entry>(doc, place)?.grid;
        let mut errors = vec![];
        let mut wrong = |at: &str, message: String| {
            errors.push(mistake(doc, place, name, &format!("grid.{at}"), message))
        };
        let (lin_vel_x, yaw_rate, across) = (cfg.lin_vel_x, cfg.yaw_rate, cfg.across);
        let mut start = CommandCells { lin_vel_x, yaw_rate, across, rewards: cfg.rewards, open: vec![0] };
        start.problems().into_iter().for_each(|(at, why)| wrong(at, why));
        if cfg.above.iter().any(|a| !(0.0..1.0).contains(a)) {
            let why = "kernels lie between 0 and 1: a bound of 1 or more can never be passed, one below 0 always is";
            wrong("above", why.into());
        }
        if cfg.tries == 0 {
            wrong("tries", "at least one command must be judged".into());
        }
        let given = doc.get(KEY);
        if !given.is_null() && given.get("across") != Some(&json!(across)) {
            wrong("across", format!("`{KEY}` is given too; leave it out, the curriculum sets it"));
        }
        if errors.is_empty() {
            start.open = first(&start, doc);
            let n = start.count();
            if start.open.len() == n {
                errors.push(mistake(
                    doc,
                    place,
                    name,
                    "grid",
                    format!(
                        "all {n} cells lie in the task's own ranges: there is nothing to open; widen the grid"
                    ),
                ));
            }
        }
        if !errors.is_empty() {
            return Err(ConfigErrors(errors));
        }
        Ok(Self { name: name.into(), above: cfg.above, tries: cfg.tries, start })
    }

    /// What a plan makes impossible.
    pub fn check(&self, plan: &Plan) -> Option<(&'static str, String)> {
        for (key, index) in self.start.rewards.iter().zip(plan.followed.into_iter().flatten()) {
            if plan.rewards[index].weight == 0.0 {
                return Some(("grid.rewards", format!("reward `{key}` has no weight: nobody would follow")));
            }
        }
        let (command, episode) = (plan.command_ticks as f32 * plan.dt, plan.episode_ticks as f32 * plan.dt);
        (2.0 * episode < command).then(|| {
            let why = format!(
                "no command lasts half of its {command} s in episodes of {episode} s: none would count"
            );
            ("grid.tries", why)
        })
    }

    /// The cells that are open, as the task has them.
    pub fn value(&self, state: &GridState) -> Value {
        let opened = (0..self.start.count() as u32).filter(|c| self.is_open(state, *c));
        let cells = CommandCells { open: opened.collect(), ..self.start.clone() };
        serde_json::to_value(cells).unwrap_or(Value::Null)
    }

    fn is_open(&self, state: &GridState, cell: u32) -> bool {
        self.start.open.contains(&cell) || state.opened.get(cell as usize).is_some_and(Option::is_some)
    }

    /// Takes in commands that ended.
    pub fn gather(&self, state: &mut GridState, found: &[[f64; 3]]) {
        state.sums.resize(self.start.count(), [0.0; 3]);
        for (sum, new) in state.sums.iter_mut().zip(found) {
            sum.iter_mut().zip(new).for_each(|(a, b)| *a += b);
        }
    }

    /// Judges what can be judged; `iteration` have been made.
    pub fn advance(&self, state: &mut GridState, iteration: u64) {
        let n = self.start.count();
        state.sums.resize(n, [0.0; 3]);
        state.last.resize(n, None);
        state.opened.resize(n, None);
        let mut open = vec![];
        for cell in 0..n {
            let [count, velocity, yaw] = state.sums[cell];
            if count < self.tries as f64 {
                continue;
            }
            state.sums[cell] = [0.0; 3];
            let means = [velocity / count, yaw / count];
            state.last[cell] = Some(means);
            if means[0] > self.above[0] && means[1] > self.above[1] && self.is_open(state, cell as u32) {
                open.extend(self.start.neighbours(cell as u32));
            }
        }
        for cell in open {
            if !self.is_open(state, cell) {
                state.opened[cell as usize] = Some(iteration);
            }
        }
    }

    /// Numbers for `metrics.csv`: share of open cells, and the largest open speeds.
    pub fn metrics(&self, state: &GridState) -> Vec<(String, f64)> {
        let open: Vec<u32> = (0..self.start.count() as u32).filter(|c| self.is_open(state, *c)).collect();
        let reach = |axis: usize| {
            let ends = open.iter().flat_map(|c| self.start.bounds(*c)[axis]);
            ends.fold(0.0, |a, b| f64::max(a, b.abs()))
        };
        let share = open.len() as f64 / self.start.count() as f64;
        let names = [("open_share", share), ("lin_vel_x", reach(0)), ("yaw_rate", reach(1))];
        names.map(|(n, v)| (format!("curriculum/{}/{n}", self.name), v)).to_vec()
    }

    /// For the picture at the end of a run.
    pub fn picture(&self, state: &GridState) -> CommandGrid {
        let last = |cell: usize| state.last.get(cell).copied().flatten();
        CommandGrid {
            lin_vel_x: self.start.lin_vel_x,
            yaw_rate: self.start.yaw_rate,
            across: self.start.across,
            open: (0..self.start.count()).map(|c| self.is_open(state, c as u32)).collect(),
            followed: (0..self.start.count()).map(|c| last(c).map(|[v, w]| v.min(w))).collect(),
            opened: state.opened.clone(),
        }
    }
}

/// The cells whose centres lie in the task's own ranges, or the one in their middle.
fn first(cells: &CommandCells, doc: &Document) -> Vec<u32> {
    let ranges = RANGES.map(|key| {
        let value = doc.get(key);
        let end = |i: usize| value.get(i).and_then(Value::as_f64).unwrap_or(0.0);
        [end(0), end(1)]
    });
    let inside = |cell: &u32| {
        let centre = cells.bounds(*cell).map(|[a, b]| (a + b) / 2.0);
        centre.iter().zip(&ranges).all(|(c, [low, high])| (*low..=*high).contains(c))
    };
    let open: Vec<u32> = (0..cells.count() as u32).filter(inside).collect();
    if !open.is_empty() {
        return open;
    }
    let [x, w] = ranges.map(|[a, b]| (a + b) / 2.0);
    vec![cells.cell(x, w).unwrap_or(0)]
}
