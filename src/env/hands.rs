//! What a person may do to a running block: drive a lane, push, and have changed ranges take effect at once.
use super::Block;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::{CommandCfg, PushCfg, Redraw};
use crate::rng::{Purpose, Rng};
use crate::task::Plan;

impl Block {
    /// Holds a lane's command (vx m/s, vy m/s, yaw rate rad/s) whatever happens, and leaves its samples out of
    /// learning; `None` gives it back with a newly drawn command.
    pub fn drive(&mut self, plan: &Plan, lane: usize, command: Option<[f32; 3]>) {
        let given_back = self.held[lane].is_some() && command.is_none();
        self.held[lane] = command;
        self.weight.lanes_mut()[lane] = if command.is_some() { 0.0 } else { 1.0 };
        match command {
            Some(c) => self.set_command(lane, c),
            None if given_back && self.mode.commands => self.redraw_command(plan, lane),
            None => {}
        }
    }

    /// The command by which a person drives a lane.
    pub fn held(&self, lane: usize) -> Option<[f32; 3]> {
        self.held[lane]
    }

    /// Draws every lane's model again, with the random numbers of the first time: the ranges have changed.
    pub fn redraw_models(&mut self, plan: &Plan) {
        (0..WIDTH).for_each(|lane| self.draw_model(plan, lane));
    }

    /// Draws a lane's model from its environment's stream, if models are drawn.
    pub(super) fn draw_model(&mut self, plan: &Plan, lane: usize) {
        if self.mode.randomise {
            let ranges = &plan.env.events.model;
            let episode = if ranges.redraw == Redraw::Episode { self.episode[lane] as u64 } else { 0 };
            let stream = |k: u64| Rng::stream(self.seed, self.env(lane), episode | k << 40, Purpose::Model);
            let (draw, motors) = ranges.draw(plan.num_actions(), stream);
            self.sim.randomise(lane, &draw);
            self.track.drawn.set_model(lane, &draw, &motors);
            self.wiring.look(&self.track.drawn);
            self.sensing.look(&self.track.drawn);
        }
    }

    /// Draws new commands where the present one can no longer be drawn: the ranges have changed.
    pub fn fit_commands(&mut self, plan: &Plan) {
        for lane in 0..WIDTH {
            let command = self.command.map(|c| c.lanes()[lane]);
            if self.mode.commands && self.held[lane].is_none() && !can_be_drawn(&plan.env.commands, command) {
                self.redraw_command(plan, lane);
            }
        }
    }

    /// Draws the command again that is due at this time of the episode; a person's stays.
    pub fn redraw_command(&mut self, plan: &Plan, lane: usize) {
        let ticks = self.track.ticks.lanes()[lane] as u32;
        self.draw_command(plan, lane, (ticks / plan.command_ticks) as u64);
    }

    /// Pushes every robot of the block at once by up to `speed` m/s along each horizontal axis.
    pub fn push_all(&mut self, speed: f32) {
        let push = PushCfg { speed: speed.into(), ..PushCfg::plain() };
        super::tick::push(self, Wide::splat(1.0), &push);
    }
}

/// Whether a command may come from these ranges.
fn can_be_drawn(cfg: &CommandCfg, [x, y, w]: [f32; 3]) -> bool {
    let inside = |v: f32, [low, high]: [f64; 2]| {
        let slack = 1e-5 * (1.0 + high.abs().max(low.abs()));
        (low - slack..=high + slack).contains(&(v as f64))
    };
    let (stands, turns) = ([x, y, w] == [0.0; 3], [x, y] == [0.0; 2]);
    if let Some(cells) = &cfg.cells {
        let turns = turns && cfg.turn_share > 0.0;
        let any_forward = |c: &u32| cells.bounds(*c)[1][0] <= w as f64 && w as f64 <= cells.bounds(*c)[1][1];
        return stands && cfg.zero_share > 0.0
            || turns && cells.open.iter().any(any_forward)
            || inside(y, cfg.lin_vel_y) && cells.is_open(x as f64, w as f64, 1e-5);
    }
    stands && cfg.zero_share > 0.0
        || turns && cfg.turn_share > 0.0 && inside(w, cfg.yaw_rate)
        || inside(x, cfg.lin_vel_x) && inside(y, cfg.lin_vel_y) && inside(w, cfg.yaw_rate)
}
