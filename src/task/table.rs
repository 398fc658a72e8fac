//! A plan printed as tables.
use super::{BoundObservation, Plan};
use crate::mdp::Every;
use std::fmt::{Display, Formatter, Result};

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let p = &self.env.physics;
        writeln!(f, "task {} — {}", self.name, self.about)?;
        writeln!(
            f,
            "robot {}, {} joints, {:.2} kg; physics {:.0} Hz, control {:.0} Hz, {} environments",
            self.robot.name,
            self.robot.num_joints(),
            self.robot.mass(),
            1.0 / p.dt,
            1.0 / self.dt,
            self.env.num_envs
        )?;
        writeln!(f, "\nobservations ({} numbers)", self.num_obs())?;
        for o in &self.observations {
            let slice = format!("{}..{}", o.slice.start, o.slice.end);
            row(
                f,
                &[(&o.key, 20), (&slice, 8), (&format!("x {}", o.scale), 8), (&noise_and_history(o), 12)],
            )?;
            writeln!(f, "{}  [{}:{}]", o.doc, o.place.file(), o.place.line())?;
        }
        if !self.critic_observations.is_empty() {
            writeln!(f, "\nobservations of the critic ({} numbers, no noise)", self.num_critic_obs())?;
        }
        for o in &self.critic_observations {
            let slice = format!("{}..{}", o.slice.start, o.slice.end);
            row(f, &[(&o.key, 20), (&slice, 8), (&format!("x {}", o.scale), 8), (&history(o), 0)])?;
            writeln!(f, "{}  [{}:{}]", o.doc, o.place.file(), o.place.line())?;
        }
        writeln!(f, "\nactions ({} numbers)", self.num_actions())?;
        writeln!(f, "  target = nominal + scale · action, rad; {}", self.actions_line())?;
        writeln!(f, "\nrewards (weight, per tick)")?;
        for r in &self.rewards {
            row(f, &[(&r.key, 20), (&r.weight.to_string(), 10), (&format!("{:.1e}", r.per_tick), 10)])?;
            writeln!(f, "{}  [{}:{}]", r.doc, r.place.file(), r.place.line())?;
        }
        writeln!(f, "\nterminations")?;
        for t in &self.terminations {
            row(f, &[(&t.key, 20), (if t.time_out { "time" } else { "failure" }, 10)])?;
            writeln!(f, "{}  [{}:{}]", t.doc, t.place.file(), t.place.line())?;
        }
        let (c, e) = (&self.env.commands, &self.env.events);
        writeln!(
            f,
            "\ncommands every {} s: vx {:?} m/s, vy {:?} m/s, yaw rate {:?} rad/s; {:.0} % stand, {:.0} % turn",
            c.resample_secs,
            c.lin_vel_x,
            c.lin_vel_y,
            c.yaw_rate,
            100.0 * c.zero_share,
            100.0 * c.turn_share
        )?;
        writeln!(f, "push ±{} m/s every {} s", e.push.speed, e.push.interval_secs)?;
        between(f, self)?;
        let ranges: Vec<String> = e.model.named().iter().map(|(n, r)| format!("{n} {r:?}")).collect();
        writeln!(f, "model draws: {}", ranges.join(", "))?;
        for section in ["train", "eval"] {
            writeln!(f, "\n{section}")?;
            let inside = format!("{section}.");
            for (key, value, _) in self.doc.leaves().iter().filter(|(key, ..)| key.starts_with(&inside)) {
                row(f, &[(&key[inside.len()..], 30), (&value.to_string(), 0)])?;
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

/// What lies between policy and robot, where there is any of it.
fn between(f: &mut Formatter<'_>, plan: &Plan) -> Result {
    let (a, s, w) = (&plan.env.actions, &plan.env.sensors, &plan.env.events.wrench);
    for (what, delay) in [("actions", &a.delay), ("measurements", &s.delay)] {
        if delay.is_on() {
            let again = match delay.resample_secs {
                0.0 => "once per episode".to_owned(),
                secs => format!("every {secs} s"),
            };
            writeln!(f, "{what} are {:?} s late, drawn {again}", delay.secs)?;
        }
    }
    if a.torque_noise.is_on() {
        let n = &a.torque_noise;
        let every = match n.every {
            Every::Substep => "physics step",
            Every::Tick => "tick",
        };
        writeln!(f, "random torques: {} of the effort per {every}, {} per episode", n.share, n.bias)?;
    }
    if !s.bias.is_empty() {
        writeln!(f, "sensors are off by up to {:?}", s.bias)?;
    }
    if w.is_on() {
        let (every, lasts) = (w.interval_secs, w.duration_secs);
        writeln!(f, "wrench ±{} N ±{} N m for {lasts} s every {every} s", w.force, w.torque)?;
    }
    Ok(())
}

fn noise_and_history(o: &BoundObservation) -> String {
    format!("noise ±{}{}", o.noise, history(o))
}

fn history(o: &BoundObservation) -> String {
    if o.history > 1 { format!(" last {} ", o.history) } else { String::new() }
}

fn row(f: &mut Formatter<'_>, cells: &[(&str, usize)]) -> Result {
    write!(f, "  ")?;
    cells.iter().try_for_each(|(text, width)| write!(f, "{text:<width$} "))
}
