//! Sums over ticks and environments, and the numbers made of them.
use crate::env::Block;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::TickView;
use crate::task::Plan;

/// A foot is loaded when it carries more than this, N.
const LOADED: f32 = 5.0;

/// Sums of one command, over environments and counted ticks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Tries.
    pub tries: f64,
    /// Falls, the first second included.
    pub falls: f64,
    /// Tries with a fall.
    pub fell: f64,
    /// Sums in the order of [`Sums`].
    sums: Vec<f64>,
    legs: usize,
}

/// The numbers that make up a judgement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// Mean |vx - commanded|, m/s.
    pub vx_error: f64,
    /// Mean |vy - commanded|, m/s.
    pub vy_error: f64,
    /// Mean |yaw rate - commanded|, rad/s.
    pub yaw_rate_error: f64,
    /// Falls per try.
    pub fall_rate: f64,
    /// Share of tries with a fall.
    pub fell_share: f64,
    /// Positive mechanical work per distance, J/m.
    pub energy_per_meter: f64,
    /// Mean horizontal speed of loaded feet, m/s.
    pub foot_slip: f64,
    /// Mean height of the swings' peaks, m.
    pub foot_clearance: f64,
    /// Share of time each foot carries load, leg order.
    pub duty_factor: Vec<f64>,
    /// Mean squared change of the action per tick, summed over joints.
    pub action_smoothness: f64,
    /// Mean planar speed of the base, m/s: the drift when asked to stand.
    pub speed: f64,
    /// Mean height of the base, m.
    pub base_height: f64,
    /// Mean length of a swing, s.
    pub swing_secs: f64,
    /// Root mean square torque of a joint, N m.
    pub torque_rms: f64,
}

/// Running sums of one block, one lane per environment.
pub(super) struct Sums {
    rows: Vec<Wide>,
    falls: Wide,
    /// Velocities of the last ticks: what they are averaged over.
    window: Vec<[Wide; 3]>,
    ticks: usize,
}

const FIXED: usize = 14;

impl Sums {
    /// Velocities are averaged over `window_secs`.
    pub(super) fn new(plan: &Plan, window_secs: f64) -> Self {
        let window = (window_secs / plan.dt as f64).round().max(1.0) as usize;
        let rows = vec![Wide::zero(); FIXED + plan.tracking.soles.len()];
        Self { rows, falls: Wide::zero(), window: vec![[Wide::zero(); 3]; window], ticks: 0 }
    }

    /// Robots that have fallen.
    pub(super) fn fallen(&self) -> usize {
        self.falls.lanes().iter().filter(|n| **n > 0.0).count()
    }

    /// Takes a velocity in and gives the mean over the window.
    fn smooth(&mut self, now: [Wide; 3]) -> [Wide; 3] {
        let length = self.window.len();
        self.window[self.ticks % length] = now;
        self.ticks += 1;
        let share = Wide::splat(1.0 / length as f32);
        std::array::from_fn(|k| self.window.iter().fold(Wide::zero(), |sum, v| v[k].mul_add(share, sum)))
    }

    /// Adds the last tick of a block; `counted` is false while it settles.
    pub(super) fn add(&mut self, block: &Block, plan: &Plan, counted: bool) {
        self.falls += block.terminated;
        let view = TickView::new(block.sim.state(), block.command, &block.track);
        let [vx, vy, yaw_rate] = self.smooth([view.lin_vel_b.x, view.lin_vel_b.y, view.ang_vel_b.z]);
        if !counted {
            return;
        }
        let (zero, one) = (Wide::zero(), Wide::splat(1.0));
        let alive = zero.lt(one - block.terminated);
        let (s, k) = (&view.state, view.track);
        let (mut slip, mut loaded, mut peaks, mut landings, mut swings) = (zero, zero, zero, zero, zero);
        for (f, sole) in plan.tracking.soles.iter().enumerate() {
            let force = sole.iter().fold(zero, |sum, &point| sum + s.contact_force[point][0]);
            let load = Wide::one_if(Wide::splat(LOADED).lt(force));
            let v = s.foot_vel_w[f];
            slip += load * (v.x.sq() + v.y.sq()).sqrt();
            loaded += load;
            peaks += k.landed_peak[f];
            swings += k.landed_air_time[f];
            landings += k.touch_down[f];
        }
        let fold = |f: &dyn Fn(usize) -> Wide| (0..s.joint_vel.len()).fold(zero, |a, j| a + f(j));
        let base = [
            one,
            (vx - view.command[0]).abs(),
            (vy - view.command[1]).abs(),
            (yaw_rate - view.command[2]).abs(),
            fold(&|j| (s.joint_torque[j] * s.joint_vel[j]).max(zero)),
            slip,
            loaded,
            peaks,
            landings,
            fold(&|j| (k.action[j] - k.last_action[j]).sq()),
            (s.base_lin_vel_w.x.sq() + s.base_lin_vel_w.y.sq()).sqrt(),
            s.base_pos_w.z,
            swings,
            fold(&|j| s.joint_torque[j].sq()) * Wide::splat(1.0 / s.joint_torque.len() as f32),
        ];
        for (row, value) in self.rows.iter_mut().zip(base.iter().chain(&k.contact)) {
            *row += Wide::select(alive, *value, zero);
        }
    }

    /// Hands one lane's sums to its command.
    pub(super) fn pour(&self, lane: usize, out: &mut Tally) {
        out.tries += 1.0;
        out.falls += self.falls.lanes()[lane] as f64;
        out.fell += f64::from(self.falls.lanes()[lane] > 0.0);
        out.legs = self.rows.len() - FIXED;
        out.sums.resize(self.rows.len(), 0.0);
        for (o, row) in out.sums.iter_mut().zip(&self.rows) {
            *o += row.lanes()[lane] as f64;
        }
    }
}

impl Tally {
    /// Adds another command's sums.
    pub fn add(&mut self, o: &Self) {
        self.tries += o.tries;
        self.falls += o.falls;
        self.fell += o.fell;
        self.legs = self.legs.max(o.legs);
        self.sums.resize(o.sums.len().max(self.sums.len()), 0.0);
        self.sums.iter_mut().zip(&o.sums).for_each(|(a, b)| *a += b);
    }

    /// The numbers.
    pub fn judgement(&self) -> Judgement {
        let s = |i: usize| self.sums.get(i).copied().unwrap_or(0.0);
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        let mean = |i: usize| ratio(s(i), s(0));
        Judgement {
            // nothing counted means nothing stood: no error can be claimed
            vx_error: if s(0) > 0.0 { mean(1) } else { f64::INFINITY },
            vy_error: mean(2),
            yaw_rate_error: mean(3),
            fall_rate: ratio(self.falls, self.tries),
            fell_share: ratio(self.fell, self.tries),
            energy_per_meter: ratio(s(4), s(10)),
            foot_slip: ratio(s(5), s(6)),
            foot_clearance: ratio(s(7), s(8)),
            duty_factor: (0..self.legs).map(|f| mean(FIXED + f)).collect(),
            action_smoothness: mean(9),
            speed: mean(10),
            base_height: mean(11),
            swing_secs: ratio(s(12), s(8)),
            torque_rms: mean(13).sqrt(),
        }
    }
}

const _: () = assert!(WIDTH == 16);
