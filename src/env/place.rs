//! Where episodes begin: on which tile of the terrain, and what became of the last one.
use super::{Block, Mode};
use crate::lane::{Lane, WIDTH};
use crate::rng::{Purpose, Rng};
use crate::task::Plan;
use crate::terrain::{LevelRule, Outcome, SuccessRates, TerrainCfg, highest_around, next_level};

/// Column of the terrain, for ever, and the turn among those who have it.
pub(super) type Seat = (u32, u64);

/// Where an environment belongs; on other ground that says nothing.
pub(super) fn seat(plan: &Plan, mode: &Mode, env: usize) -> Seat {
    let (env, num_envs) = (env as u64, plan.env.num_envs as u64);
    let Some(terrain) = &plan.env.terrain else { return (0, env) };
    let shared = if mode.sharing { terrain.seat_in_block(env, num_envs) } else { None };
    shared.unwrap_or_else(|| terrain.seat(env))
}

/// Level on which a seat's robot starts at first.
pub(super) fn start_level(plan: &Plan, (_, turn): Seat) -> u32 {
    plan.env.terrain.as_ref().map_or(0, |t| t.start_level(turn))
}

/// Levels of a block's robots.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Of each lane.
    pub levels: [u32; WIDTH],
    /// What [`LevelRule::SuccessRate`] decides by.
    rates: SuccessRates,
}

impl Places {
    /// Everybody on its first level.
    pub fn new(plan: &Plan, seats: [Seat; WIDTH]) -> Self {
        let terrain = plan.env.terrain.as_ref();
        let rates = terrain.map_or(SuccessRates::new(0, 0), |t| SuccessRates::new(t.levels, t.types().len()));
        Self { levels: seats.map(|seat| start_level(plan, seat)), rates }
    }

    /// Appends everything; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        out.extend(self.levels.map(|l| l as f32));
        out.extend_from_slice(self.rates.all());
    }

    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        for (level, from) in self.levels.iter_mut().zip(data.get(..WIDTH)?) {
            *level = *from as u32;
        }
        let rates = self.rates.all_mut();
        let end = WIDTH + rates.len();
        rates.copy_from_slice(data.get(WIDTH..end)?);
        Some(end)
    }
}

impl Block {
    /// Level of a lane's robot on the terrain; zero on other ground.
    pub fn level(&self, lane: usize) -> u32 {
        self.places.levels[lane]
    }

    /// Column of a lane's robot on the terrain; zero on other ground.
    pub(super) fn column(&self, plan: &Plan, lane: usize) -> u32 {
        seat(plan, &self.mode, self.envs[lane]).0
    }

    /// Puts a lane's robot on a level, from its next episode on.
    pub fn set_level(&mut self, lane: usize, level: u32) {
        self.places.levels[lane] = level;
    }

    /// Makes a lane another environment of the same run, on a level: its model is redrawn and an episode begins.
    pub fn become_env_on(&mut self, plan: &Plan, lane: usize, env: usize, level: u32) {
        self.set_env(lane, env);
        self.places.levels[lane] = level;
        self.draw_model(plan, lane);
        self.begin(plan, lane);
    }

    /// Where a lane's next episode begins, world (x, y, ground), m, and the middle of its tile.
    pub(super) fn next_place(
        &self,
        terrain: &TerrainCfg,
        plan: &Plan,
        lane: usize,
        aside: [f32; 2],
        rng: &mut Rng,
    ) -> ([f32; 3], [f32; 2]) {
        let level = self.places.levels[lane].min(terrain.levels.saturating_sub(1));
        let middle = terrain.middle([level, self.column(plan, lane)]);
        let reach = terrain.start_spread;
        let [x, y]: [f32; 2] = std::array::from_fn(|k| middle[k] + rng.range([-reach, reach]) + aside[k]);
        ([x, y, highest_around(&plan.terrain, [x, y])], middle)
    }

    /// A lane's episode is over: counts what it came to, and moves the robot to another level where the rule says so. Episodes that
    /// ask for a heading count alone, where there are such: the others go nowhere in particular.
    pub(super) fn leave_place(&mut self, plan: &Plan, lane: usize) {
        let Some(terrain) = plan.env.terrain.as_ref() else { return };
        let follows = self.track.follows.lanes()[lane] > 0.0;
        if plan.env.commands.heading.is_some() && !follows || self.held(lane).is_some() {
            return;
        }
        let state = self.sim.state();
        let at = [state.base_pos_w.x, state.base_pos_w.y].map(|v| v.lanes()[lane]);
        let from = |origin: [crate::lane::Wide; 2]| [0, 1].map(|k| at[k] - origin[k].lanes()[lane]);
        let ([hx, hy], [dx, dy]) = (from(self.track.home), from(self.track.began));
        let failed = self.terminated.lanes()[lane] > 0.0;
        let [vx, vy] = [0, 1].map(|k| self.command[k].lanes()[lane]);
        let secs = f64::from(plan.episode_ticks) * f64::from(plan.dt);
        let level = self.places.levels[lane];
        let kind = terrain.type_of(self.column(plan, lane));
        // the rim as `leave_tile` has it, with some slack for others
        let left_tile = !failed && hx.abs().max(hy.abs()) > 0.96 * terrain.tile as f32 / 2.0;
        self.episodes.left(level, kind, left_tile);
        if terrain.level_rule == LevelRule::Off {
            return;
        }
        self.places.rates.take(level, kind, left_tile);
        let outcome = Outcome {
            left_tile,
            distance_m: dx.hypot(dy),
            commanded_m: vx.hypot(vy) * secs as f32,
            failed,
            tile_m: terrain.tile as f32,
            success_rate: self.places.rates.rate(level, kind),
        };
        let episode = u64::from(self.episode[lane]);
        let mut rng = Rng::stream(self.seed, self.env(lane), episode, Purpose::Level);
        self.places.levels[lane] =
            next_level(terrain.level_rule, &outcome, level, terrain.levels, rng.uniform());
    }
}
