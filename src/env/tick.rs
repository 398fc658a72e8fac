//! The parts of one control tick, for one block. Their order is the contract of the program.
use super::{Block, Source};
use crate::lane::{Lane, V3, WIDTH, Wide, sincos};
use crate::mdp::{PushCfg, PushTiming, TickView};
use crate::robot::Twist;
use crate::task::{BoundObservation, Plan};

/// Command: draws new commands when they are due, and pushes.
#[inline]
pub fn command(block: &mut Block, plan: &Plan) {
    if block.mode.commands {
        for lane in 0..WIDTH {
            let ticks = block.track.ticks.lanes()[lane] as u32;
            if ticks > 0 && ticks.is_multiple_of(plan.command_ticks) {
                block.draw_heading(plan, lane, (ticks / plan.command_ticks) as u64);
                block.draw_command(plan, lane, (ticks / plan.command_ticks) as u64);
            }
        }
    }
    block.steer(plan);
    let cfg = &plan.env.events.push;
    if block.mode.pushes && cfg.speed > 0.0 {
        let due = match cfg.timing {
            PushTiming::Independent => {
                Wide::one_if(Wide::splat(plan.push_ticks as f32 - 0.5).lt(block.track.push_ticks))
            }
            PushTiming::Together => {
                let due = block.age > 0 && block.age.is_multiple_of(plan.push_ticks);
                Wide::splat(f32::from(due))
            }
        };
        if Wide::any(Wide::zero().lt(due)) {
            push(block, due, cfg);
        }
    }
    block.age = block.age.wrapping_add(1);
    block.command_channel(plan);
}

#[inline(never)]
pub(super) fn push(block: &mut Block, due: Wide, cfg: &PushCfg) {
    let mut draw = |reach: f64| block.event_rng.symmetric(Wide::splat(reach as f32));
    let (mut x, mut y) = (draw(cfg.speed), draw(cfg.speed));
    if cfg.exact {
        let (sin, cos) = sincos(x * Wide::splat(std::f32::consts::PI / cfg.speed as f32));
        (x, y) = (cos * Wide::splat(cfg.speed as f32), sin * Wide::splat(cfg.speed as f32));
    }
    let turn: [Wide; 3] = match cfg.turn_speed > 0.0 {
        true => std::array::from_fn(|_| draw(cfg.turn_speed)),
        false => [Wide::zero(); 3],
    };
    let z = if cfg.vertical > 0.0 { draw(cfg.vertical) } else { Wide::zero() };
    for lane in (0..WIDTH).filter(|l| due.lanes()[*l] > 0.0) {
        let angular = turn.map(|t| t.lanes()[lane]);
        let change = Twist { linear: [x, y, z].map(|v| v.lanes()[lane]), angular };
        block.sim.push(lane, change);
        block.track.push_ticks.lanes_mut()[lane] = 0.0;
    }
}

/// Observe: writes the scaled observation, `[number]`, with noise where the mode has it. What is told is remembered for
/// terms with a history: once per tick.
#[inline]
pub fn observe(block: &mut Block, plan: &Plan, out: &mut [Wide]) {
    measure(block, plan, &plan.observations, out);
    // nothing times zero is zero, unless it is not finite
    let odd = out.iter().fold(Wide::zero(), |sum, v| v.mul_add(Wide::zero(), sum));
    if !odd.sum().is_finite() {
        block.troubles.mend_observation(plan, (&block.envs, block.track.ticks), out);
    }
    if !block.sensing.is_plain() {
        block.sensing.pass(&plan.wiring, &block.track.drawn, out);
    }
    if block.mode.noise {
        for term in plan.observations.iter().filter(|t| t.noise > 0.0) {
            let reach = Wide::splat(term.noise * term.scale);
            out[term.newest()].iter_mut().for_each(|v| *v += block.noise_rng.symmetric(reach));
        }
    }
    block.told.tell(&plan.observations, out);
}

/// As [`observe`], without noise and remembering nothing: for values of states that no action follows.
#[inline]
pub fn observe_clean(block: &mut Block, plan: &Plan, out: &mut [Wide]) {
    measure(block, plan, &plan.observations, out);
    if !block.sensing.is_plain() {
        block.sensing.peek(&plan.wiring, &block.track.drawn, out);
    }
    block.told.recall(&plan.observations, out);
}

/// Observe, for the critic where it is told something else: of what is true now.
#[inline]
pub fn observe_for_critic(block: &mut Block, plan: &Plan, out: &mut [Wide]) {
    measure(block, plan, &plan.critic_observations, out);
    block.told_critic.tell(&plan.critic_observations, out);
}

/// What the critic would be told of a state that no action follows, be it something else or what the actor is told.
#[inline]
pub fn observe_critic(block: &mut Block, plan: &Plan, out: &mut [Wide]) {
    if plan.critic_observations.is_empty() {
        return observe_clean(block, plan, out);
    }
    measure(block, plan, &plan.critic_observations, out);
    block.told_critic.recall(&plan.critic_observations, out);
}

/// Writes the newest frame of every term: what is true now, scaled.
#[inline]
fn measure(block: &mut Block, plan: &Plan, terms: &[BoundObservation], out: &mut [Wide]) {
    if !plan.scan.is_empty() && !std::mem::replace(&mut block.scanned, true) {
        block.sim.height_scan(&plan.scan, &mut block.scan);
    }
    let view = TickView::new(block.sim.state(), block.command, &block.track)
        .with_ground(&block.scan, plan.edges.as_deref());
    for term in terms {
        let rows = &mut out[term.newest()];
        (term.observe.write)(&view, rows);
        let scale = Wide::splat(term.scale);
        rows.iter_mut().for_each(|v| *v *= scale);
    }
}

/// Step: turns actions into joint targets and runs the physics of one tick.
#[inline]
pub fn step(block: &mut Block, plan: &Plan, actions: &[Wide]) {
    if block.is_plain(plan) {
        plan.actions.targets(actions, block.command, &block.track, &mut block.targets);
        block.track.acted(actions);
        block.sim.step(&block.targets);
    } else {
        block.step_through(plan, actions);
    }
    block.scanned = false;
    block.sensing.stepped();
    block.track.advance(&block.sim.state(), block.command, &plan.tracking);
}

/// Judge: terminations, then rewards term by term. Failed and timed-out are different values from here on.
#[inline]
pub fn judge(block: &mut Block, plan: &Plan) {
    let (zero, one) = (Wide::zero(), Wide::splat(1.0));
    let view =
        TickView::new(block.sim.state(), block.command, &block.track).with_ground(&[], plan.edges.as_deref());
    let valid = view.state.valid;
    let mut witness = block.witness.as_deref_mut();
    let at = (&block.envs, block.track.ticks);
    let (mut failed, mut time) = (one - valid, zero);
    if valid.sum() < WIDTH as f32 {
        block.troubles.note(Source::State, at, |lane| (valid.lanes()[lane] == 0.0).then_some(0.0));
    }
    let mut sick = std::mem::take(&mut block.troubles.sick);
    failed = failed.max(sick);
    for (i, t) in plan.terminations.iter().enumerate() {
        if t.training && !block.mode.commands {
            continue;
        }
        let mut ends = (t.ends)(&view);
        if t.time_out {
            // no clock takes a robot out of a person's hands: weights are 0 where somebody drives, otherwise 1
            ends *= block.weight;
            time = time.max(ends);
        } else {
            failed = failed.max(ends);
        }
        if Wide::any(zero.lt(ends)) && (!t.time_out || block.mode.time_outs) {
            block.episodes.terminations[i] += ends.sum() as f64;
            if let Some(w) = &mut witness {
                w.fired(i, ends);
            }
        }
    }
    let live = one - failed;
    let alive = zero.lt(live);
    let mut sum = zero;
    for (i, (r, total)) in plan.rewards.iter().zip(&mut block.episodes.terms).enumerate() {
        if r.per_tick != 0.0 {
            // a lane that failed must not poison sums with what its state has become
            let mut value = Wide::select(alive, (r.reward)(&view) * Wide::splat(r.per_tick), zero);
            let mut all = value.sum();
            if !all.is_finite() {
                sick = sick.max(block.troubles.mend(Source::Reward(i), at, &mut value));
                all = value.sum();
            }
            sum += value;
            *total += all as f64;
            if let Some(w) = &mut witness {
                w.terms[i] += value;
            }
        }
    }
    if Wide::any(zero.lt(sick)) {
        // what was worth nothing finite is worth nothing
        sum = Wide::select(zero.lt(sick), zero, sum);
        failed = failed.max(sick);
        block.episodes.invalid += (sick * valid).sum() as f64;
    }
    if plan.env.clip_negative_sum {
        sum = sum.max(zero);
    }
    sum = failed.mul_add(Wide::splat(plan.env.fall_reward as f32), sum);
    if let Some(w) = witness {
        w.tick(&view.state, sum);
    }
    if let Some(rewards) = plan.followed {
        block.follow.tick(&view, plan, rewards);
    }
    if block.wanted.contains(&true) && block.mode.time_outs {
        // what somebody asks for cuts an episode off as the end of its time does: the learner looks no further
        for (t, wanted) in time.lanes_mut().iter_mut().zip(block.wanted) {
            *t = t.max(f32::from(wanted));
        }
    }
    block.reward = sum;
    block.terminated = failed;
    block.timed_out = if block.mode.time_outs { time * (one - failed) } else { zero };
    block.track.episode_return += sum;
    block.episodes.steps += WIDTH as f64;
    block.episodes.invalid += WIDTH as f64 - valid.sum() as f64;
}

/// Reset: starts new episodes where one ended. Whoever needs the terminal observation has observed before this.
#[inline]
pub fn reset(block: &mut Block, plan: &Plan) {
    let done = block.terminated.max(block.timed_out);
    if Wide::any(Wide::zero().lt(done)) || block.wanted.contains(&true) {
        reset_lanes(block, plan, done);
    }
}

#[inline(never)]
fn reset_lanes(block: &mut Block, plan: &Plan, done: Wide) {
    for lane in 0..WIDTH {
        if done.lanes()[lane] > 0.0 {
            let e = &mut block.episodes;
            e.ended += 1.0;
            e.failed += block.terminated.lanes()[lane] as f64;
            e.ticks += block.track.ticks.lanes()[lane] as f64;
            e.returns += block.track.episode_return.lanes()[lane] as f64;
            if let Some(w) = &mut block.witness {
                let command = block.command.map(|c| c.lanes()[lane]);
                w.end(lane, block.terminated.lanes()[lane] > 0.0, command);
            }
        }
        if done.lanes()[lane] > 0.0 || block.wanted[lane] {
            if block.mode.commands && done.lanes()[lane] > 0.0 {
                block.leave_place(plan, lane);
            }
            block.begin(plan, lane);
        }
    }
}

/// What was asked and what was done, for plots: commanded and measured vx m/s, vy m/s, yaw rate rad/s of a lane.
pub fn tracking(block: &Block, lane: usize) -> ([f32; 3], [f32; 3]) {
    let view = TickView::new(block.sim.state(), block.command, &block.track);
    let at = |v: Wide| v.lanes()[lane];
    let V3 { x, y, .. } = view.lin_vel_b;
    (block.command.map(at), [at(x), at(y), at(view.ang_vel_b.z)])
}
