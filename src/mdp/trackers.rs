//! The only memory of an episode. It is advanced once per tick; terms read it.
use super::Drawn;
use crate::lane::{Lane, M3, WIDTH, Wide};
use crate::robot::StateView;

/// Per-environment memory of one block.
#[derive(Clone, Debug, Default)]
pub struct Trackers {
    /// Action of this tick, in units of the action term.
    pub action: Vec<Wide>,
    /// Action of the tick before.
    pub last_action: Vec<Wide>,
    /// Joint velocities of this tick, rad/s.
    pub joint_vel: Vec<Wide>,
    /// Joint velocities of the tick before, rad/s.
    pub last_joint_vel: Vec<Wide>,
    /// One where the foot carries load.
    pub contact: Vec<Wide>,
    /// Time since the foot left the ground, s; zero while it stands.
    pub air_time: Vec<Wide>,
    /// Highest point of the foot above ground since it left it, m.
    pub swing_peak: Vec<Wide>,
    /// One in the tick in which the foot touches down.
    pub touch_down: Vec<Wide>,
    /// Length of the swing that ends in this tick, s; zero if none does.
    pub landed_air_time: Vec<Wide>,
    /// Peak of the swing that ends in this tick, m; zero if none does.
    pub landed_peak: Vec<Wide>,
    /// Ticks since the start of the episode.
    pub ticks: Wide,
    /// Ticks since the last push.
    pub push_ticks: Wide,
    /// Sum of rewards of this episode.
    pub episode_return: Wide,
    /// Clock of the gait, 0 to 1; stands still without one.
    pub phase: Wide,
    /// Velocity of the base in its own frame without the sway of single steps: vx m/s, vy m/s, yaw rate rad/s.
    pub smooth_vel: [Wide; 3],
    /// What was drawn for the environments. An episode's start leaves it: whoever draws writes it.
    pub drawn: Drawn,
}

/// What the memory is advanced by.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracking {
    /// Collision points of each leg's sole.
    pub soles: Vec<Vec<usize>>,
    /// Control period, s.
    pub dt: f32,
    /// By how much the clock of the gait goes on in a tick.
    pub phase_per_tick: f32,
}

/// Time constant of [`Trackers::smooth_vel`], s: about a step of a walking robot.
const SMOOTH_SECS: f32 = 0.4;

impl Trackers {
    /// Memory for a robot.
    pub fn new(joints: usize, legs: usize) -> Self {
        let zeros = |n| vec![Wide::zero(); n];
        Self {
            action: zeros(joints),
            last_action: zeros(joints),
            joint_vel: zeros(joints),
            last_joint_vel: zeros(joints),
            contact: vec![Wide::splat(1.0); legs],
            air_time: zeros(legs),
            swing_peak: zeros(legs),
            touch_down: zeros(legs),
            landed_air_time: zeros(legs),
            landed_peak: zeros(legs),
            drawn: Drawn::new(joints, 0),
            ..Self::default()
        }
    }

    /// Every remembered value, with what it is at the start of an episode.
    fn fields(&mut self) -> [(&mut [Wide], f32); 15] {
        use std::slice::from_mut;
        [
            (&mut self.action, 0.0),
            (&mut self.last_action, 0.0),
            (&mut self.joint_vel, 0.0),
            (&mut self.last_joint_vel, 0.0),
            (&mut self.contact, 1.0),
            (&mut self.air_time, 0.0),
            (&mut self.swing_peak, 0.0),
            (&mut self.touch_down, 0.0),
            (&mut self.landed_air_time, 0.0),
            (&mut self.landed_peak, 0.0),
            (from_mut(&mut self.ticks), 0.0),
            (from_mut(&mut self.push_ticks), 0.0),
            (from_mut(&mut self.episode_return), 0.0),
            (from_mut(&mut self.phase), 0.0),
            (&mut self.smooth_vel, 0.0),
        ]
    }

    /// Forgets everything about one environment: a new episode begins.
    pub fn clear(&mut self, lane: usize) {
        for (values, start) in self.fields() {
            values.iter_mut().for_each(|v| v.lanes_mut()[lane] = start);
        }
    }

    /// Appends all values; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        for (values, _) in self.clone().fields() {
            values.iter().for_each(|v| out.extend_from_slice(v.lanes()));
        }
        self.drawn.snapshot(out);
    }

    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let mut at = 0;
        for (values, _) in self.fields() {
            for v in values {
                v.lanes_mut().copy_from_slice(data.get(at..at + WIDTH)?);
                at += WIDTH;
            }
        }
        at += self.drawn.restore(data.get(at..)?)?;
        Some(at)
    }

    /// Remembers what was done in this tick, before physics.
    pub fn acted(&mut self, action: &[Wide]) {
        std::mem::swap(&mut self.action, &mut self.last_action);
        self.action.copy_from_slice(action);
    }

    /// Advances by one tick, after physics.
    #[inline]
    pub fn advance(&mut self, state: &StateView<'_>, by: &Tracking) {
        let dt = by.dt;
        let (zero, one) = (Wide::zero(), Wide::splat(1.0));
        std::mem::swap(&mut self.joint_vel, &mut self.last_joint_vel);
        self.joint_vel.copy_from_slice(state.joint_vel);
        for (f, sole) in by.soles.iter().enumerate() {
            let force = sole.iter().fold(zero, |sum, &point| sum + state.contact_force[point][0]);
            let contact = Wide::one_if(zero.lt(force));
            let height = state.foot_pos_w[f].z - state.foot_ground_w[f];
            let landed = contact * (one - self.contact[f]) * Wide::one_if(zero.lt(self.air_time[f]));
            let air = self.air_time[f] + Wide::splat(dt);
            let peak = self.swing_peak[f].max(height);
            self.touch_down[f] = landed;
            self.landed_air_time[f] = landed * air;
            self.landed_peak[f] = landed * peak;
            self.air_time[f] = air * (one - contact);
            self.swing_peak[f] = peak * (one - contact);
            self.contact[f] = contact;
        }
        let phase = self.phase + Wide::splat(by.phase_per_tick);
        self.phase = phase - phase.floor();
        let r = M3::from_quat(&state.base_quat);
        let (linear, angular) = (state.base_lin_vel_w, state.base_ang_vel_w);
        let now = [r.c[0].dot(linear), r.c[1].dot(linear), r.c[2].dot(angular)];
        let newest = Wide::splat(dt / SMOOTH_SECS);
        for (smooth, now) in self.smooth_vel.iter_mut().zip(now) {
            *smooth = (now - *smooth).mul_add(newest, *smooth);
        }
        self.ticks += one;
        self.push_ticks += one;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clearing_a_lane_clears_everything_and_only_there() {
        let mut t = Trackers::new(2, 1);
        for (values, _) in t.fields() {
            values.iter_mut().for_each(|v| *v = Wide::splat(7.0));
        }
        t.clear(3);
        for (values, start) in t.fields() {
            for v in values {
                assert_eq!(v.lanes()[3], start);
                assert_eq!(v.lanes()[4], 7.0);
            }
        }
    }

    #[test]
    fn a_snapshot_restores_every_value() {
        let mut t = Trackers::new(2, 1);
        let mut n = 0.0;
        for (values, _) in t.fields() {
            for v in values {
                n += 1.0;
                *v = Wide::from_fn(|l| n + l as f32 / 100.0);
            }
        }
        let mut data = vec![];
        t.snapshot(&mut data);
        let mut other = Trackers::new(2, 1);
        assert_eq!(other.restore(&data), Some(data.len()));
        let mut again = vec![];
        other.snapshot(&mut again);
        assert_eq!(data, again);
        assert_eq!(other.restore(&data[1..]), None);
    }
}
