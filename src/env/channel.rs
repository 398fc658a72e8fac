//! Between policy and robot, both ways: what is drawn when an episode begins or when it is due, and how actions become torques. A
//! block without delays, offsets, noise of torques and wrenches takes none of these ways.
use super::Block;
use super::wiring::Ways;
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::Quantity;
use crate::physics::{Extra, Late};
use crate::rng::{Purpose, Rng};
use crate::task::Plan;

impl Block {
    /// An episode begins: everything about it is drawn, and nothing is remembered.
    pub(super) fn begin_channel(&mut self, plan: &Plan, lane: usize) {
        let block = self;
        let (seed, env, episode) = (block.seed, block.env(lane), block.episode[lane] as u64);
        let w = &mut block.wiring;
        for ring in [&mut w.ring, &mut block.sensing.ring].into_iter().flatten() {
            ring.clear(lane);
        }
        w.torque_rng.restart(lane, seed, env, episode, Purpose::Torque);
        w.wrench_rng.restart(lane, seed, env, episode, Purpose::Wrench);
        let drawn = &mut block.track.drawn;
        if w.ways.wrench || plan.env.events.wrench.is_on() {
            let [every, _] = plan.wiring.wrench_ticks;
            let first = Rng::stream(seed, env, episode, Purpose::Wrench).uniform() * every;
            w.wrench_due.lanes_mut()[lane] = first.ceil();
            drawn.set(Quantity::ExternalWrench, lane, &[0.0; 6]);
        }
        let noise = &plan.env.actions.torque_noise;
        if block.mode.randomise && noise.bias > 0.0 {
            let mut rng = Rng::stream(seed, env, episode | 1 << 40, Purpose::Bias);
            let mut draw = || if noise.normal { rng.normal() } else { rng.range([-1.0, 1.0]) };
            let bias: Vec<f32> = plan.wiring.effort.iter().map(|e| e * noise.bias as f32 * draw()).collect();
            drawn.set(Quantity::TorqueBias, lane, &bias);
            w.ways.bias = true;
        }
        if block.mode.randomise && !plan.wiring.biased.is_empty() {
            let mut rng = Rng::stream(seed, env, episode, Purpose::Bias);
            let reaches =
                plan.wiring.biased.iter().flat_map(|(slice, reach, _)| slice.clone().map(|_| *reach as f64));
            let biases: Vec<f32> = reaches.map(|reach| rng.range([-reach, reach])).collect();
            drawn.set(Quantity::SensorBias, lane, &biases);
            block.sensing.bias = true;
        }
        block.draw_action_delay(plan, lane, 0);
        block.draw_sensor_delay(plan, lane, 0);
    }

    /// Draws a lane's delay of actions, for the `count`-th time of its episode.
    fn draw_action_delay(&mut self, plan: &Plan, lane: usize, count: u64) {
        let block = self;
        let delay = &plan.env.actions.delay;
        if let Some(ring) = block.wiring.ring.as_ref().filter(|_| delay.is_on()) {
            let episode = block.episode[lane] as u64 | count << 32;
            let mut rng = Rng::stream(block.seed, block.env(lane), episode, Purpose::Delay);
            let most = (ring.longest() * plan.env.physics.substeps) as f32;
            let steps = delay.draw(plan.env.physics.dt, &mut rng).min(most);
            block.track.drawn.set(Quantity::ActionDelay, lane, &[steps]);
        }
    }

    /// Draws a lane's delay of measurements, for the `count`-th time of its episode.
    fn draw_sensor_delay(&mut self, plan: &Plan, lane: usize, count: u64) {
        let (block, delay) = (self, &plan.env.sensors.delay);
        if let Some(ring) = block.sensing.ring.as_ref().filter(|_| delay.is_on()) {
            let episode = block.episode[lane] as u64 | count << 32 | 1 << 60;
            let mut rng = Rng::stream(block.seed, block.env(lane), episode, Purpose::Delay);
            let ticks = delay.draw(plan.dt as f64, &mut rng).min(ring.longest() as f32);
            block.track.drawn.set(Quantity::SensorDelay, lane, &[ticks]);
        }
    }

    /// What is due by time: new delays, wrenches that begin and end.
    #[inline]
    pub(super) fn command_channel(&mut self, plan: &Plan) {
        let wiring = &plan.wiring;
        if wiring.action_resample.is_some() || wiring.sensor_resample.is_some() {
            self.resample(plan);
        }
        if plan.env.events.wrench.is_on() || self.wiring.ways.wrench {
            self.blow(plan);
        }
    }

    fn resample(&mut self, plan: &Plan) {
        for lane in 0..WIDTH {
            let ticks = self.track.ticks.lanes()[lane] as u32;
            let due = |every: Option<u32>| {
                every.filter(|n| ticks > 0 && ticks.is_multiple_of(*n)).map(|n| u64::from(ticks / n))
            };
            if let Some(count) = due(plan.wiring.action_resample) {
                self.draw_action_delay(plan, lane, count);
            }
            if let Some(count) = due(plan.wiring.sensor_resample) {
                self.draw_sensor_delay(plan, lane, count);
            }
        }
    }

    /// Wrenches that begin and end.
    fn blow(&mut self, plan: &Plan) {
        let block = self;
        let cfg = &plan.env.events.wrench;
        let on = cfg.is_on() && block.mode.pushes;
        let w = &mut block.wiring;
        let [every, duration] = plan.wiring.wrench_ticks;
        let (zero, one) = (Wide::zero(), Wide::splat(1.0));
        let due = w.wrench_due.lt(Wide::splat(0.5));
        let over = Wide::select(due, zero, w.wrench_due).lt(Wide::splat(every - duration + 0.5));
        let wrench = block.track.drawn.of_mut(Quantity::ExternalWrench);
        for (k, v) in wrench.iter_mut().enumerate() {
            let reach = if k < 3 { cfg.force } else { cfg.torque } * f64::from(on);
            // the same numbers are drawn whether they are needed or not: a lane does not depend on its neighbours
            let new = w.wrench_rng.symmetric(Wide::splat(reach as f32));
            *v = Wide::select(due, new, Wide::select(over, zero, *v));
        }
        w.wrench_due = Wide::select(due, Wide::splat(every), w.wrench_due) - one;
        w.ways.wrench = on || wrench.iter().any(|v| v.lanes().iter().any(|x| *x != 0.0));
    }

    /// Whether actions become torques without anything in between.
    #[inline]
    pub(super) fn is_plain(&self, plan: &Plan) -> bool {
        let block = self;
        let noisy = block.mode.noise && plan.env.actions.torque_noise.share > 0.0;
        let w = &block.wiring;
        w.ways == Ways::default() && w.ring.is_none() && !noisy && plan.actions.beta == 1.0
    }

    /// Turns actions into what the robot gets, and runs the physics of one tick.
    #[inline(never)]
    pub(super) fn step_through(&mut self, plan: &Plan, actions: &[Wide]) {
        let Self { wiring: w, track, targets, sim, mode, command, .. } = self;
        let (new, old) = (Wide::splat(plan.actions.beta), Wide::splat(1.0 - plan.actions.beta));
        let actions = match plan.actions.beta < 1.0 {
            false => actions,
            true => {
                for ((s, a), last) in w.smoothed.iter_mut().zip(actions).zip(&track.action) {
                    *s = plan.actions.clipped(*a).mul_add(new, old * *last);
                }
                &w.smoothed
            }
        };
        plan.actions.targets(actions, *command, track, targets);
        track.acted(actions);
        w.sent.copy_from_slice(targets);
        if w.ways.strength {
            let nominal = plan.actions.nominal.iter().map(|n| Wide::splat(*n));
            for ((s, n), factor) in
                w.sent.iter_mut().zip(nominal).zip(track.drawn.of(Quantity::TargetStrength))
            {
                *s = (*s - n).mul_add(*factor, n);
            }
        }
        if w.ways.zeros {
            // the controller compares the target with what the encoder reads: position less offset
            w.sent.iter_mut().zip(track.drawn.of(Quantity::ZeroOffset)).for_each(|(s, zero)| *s += *zero);
        }
        let noisy = mode.noise && plan.env.actions.torque_noise.share > 0.0;
        if noisy || w.ways.bias {
            w.draw_torques(plan, noisy, &track.drawn);
        }
        let mut extra = Extra::default();
        if let Some(ring) = &mut w.ring {
            let substeps = Wide::splat(plan.env.physics.substeps as f32);
            let delay = track.drawn.of(Quantity::ActionDelay)[0];
            let whole = (delay * substeps.recip() + Wide::splat(1e-3)).floor();
            let rest = whole.neg_mul_add(substeps, delay);
            ring.push(&w.sent);
            ring.pick(whole, &mut w.sent);
            if Wide::any(Wide::splat(0.5).lt(rest)) {
                ring.pick(whole + Wide::splat(1.0), &mut w.before);
                extra.late = Some(Late { before: &w.before, from: rest });
            }
        }
        if noisy || w.ways.bias {
            extra.torques = &w.torques;
        }
        if w.ways.wrench {
            extra.wrench = track.drawn.of(Quantity::ExternalWrench).first_chunk();
        }
        sim.step_with(&w.sent, &extra);
    }
}
