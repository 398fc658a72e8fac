//! Episodes in which a robot is asked to keep a direction.
use super::Block;
use crate::lane::{Lane, M3, Wide};
use crate::mdp::turn_towards;
use crate::rng::{Purpose, Rng};
use crate::task::Plan;

impl Block {
    /// Draws whether a lane's new episode asks for a heading (`count` 0), which, and how fast; or, in such an episode, the next one.
    pub(super) fn draw_heading(&mut self, plan: &Plan, lane: usize, count: u64) {
        let Some(cfg) = &plan.env.commands.heading else { return };
        let episode = u64::from(self.episode[lane]) | count << 32;
        let mut rng = Rng::stream(self.seed, self.env(lane), episode, Purpose::Heading);
        let drawn = f64::from(rng.uniform()) < cfg.share;
        let follows = if count == 0 { drawn } else { self.track.follows.lanes()[lane] > 0.0 };
        if !follows || self.held(lane).is_some() || count > 0 && cfg.keep {
            return;
        }
        let before = if count == 0 { self.direction() } else { self.track.heading };
        let [x, y] = before.map(|v| v.lanes()[lane]);
        let (sin, cos) = rng.range([-cfg.spread, cfg.spread]).sin_cos();
        let heading = [cos * x - sin * y, sin * x + cos * y];
        let velocity = [rng.range(cfg.lin_vel_x), rng.range(cfg.lin_vel_y), 0.0];
        self.follow(lane, heading);
        self.set_command(lane, velocity);
    }

    /// From now on the lane's yaw rate is what turns it towards a heading: a unit vector, world (x, y).
    pub fn follow(&mut self, lane: usize, heading: [f32; 2]) {
        self.track.follows.lanes_mut()[lane] = 1.0;
        for (h, v) in self.track.heading.iter_mut().zip(heading) {
            h.lanes_mut()[lane] = v;
        }
    }

    /// Horizontal unit vector along which a lane's base faces, world (x, y).
    pub fn facing(&self, lane: usize) -> [f32; 2] {
        self.direction().map(|v| v.lanes()[lane])
    }

    /// Where a lane's base is, world (x, y), m.
    pub fn place(&self, lane: usize) -> [f32; 2] {
        let state = self.sim.state();
        [state.base_pos_w.x, state.base_pos_w.y].map(|v| v.lanes()[lane])
    }

    /// Horizontal unit vector along which the bases face, world (x, y).
    fn direction(&self) -> [Wide; 2] {
        let forward = M3::from_quat(&self.sim.state().base_quat).c[0];
        let length = (forward.x.sq() + forward.y.sq()).max(Wide::splat(1e-6)).rsqrt();
        [forward.x * length, forward.y * length]
    }

    /// Sets the yaw rates of those who follow a heading.
    pub(super) fn steer(&mut self, plan: &Plan) {
        let Some(cfg) = &plan.env.commands.heading else { return };
        let follows = Wide::zero().lt(self.track.follows);
        if !Wide::any(follows) {
            return;
        }
        let limits = plan.env.commands.yaw_rate.map(|v| v as f32);
        let rate = turn_towards(self.direction(), self.track.heading, cfg.gain as f32, limits);
        self.command[2] = Wide::select(follows, rate, self.command[2]);
    }
}
