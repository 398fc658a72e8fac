//! Terminations: one where an episode must end. Only `time_out` is not a failure.
use super::{Term, TickView};
use crate::lane::{Lane, Wide};
use serde::Deserialize;

/// A bound termination.
pub type Ends = Box<dyn Fn(&TickView<'_>) -> Wide + Send + Sync>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Points {
    points: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Force {
    /// N.
    force: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tilt {
    /// rad.
    limit: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Height {
    min: f64,
    max: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Least {
    limit: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rim {
    /// m.
    margin: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seconds {
    secs: f64,
}

/// One where `x` lies outside an open interval, or is not a number.
fn outside<V: Lane>(x: V, min: f32, max: f32) -> V {
    V::splat(1.0) - V::one_if(V::splat(min).lt(x)) * V::one_if(x.lt(V::splat(max)))
}

/// Terms that cut an episode off without a failure.
pub const CUT_OFF: [&str; 2] = ["time_out", "leave_tile"];

/// Terms that help to learn and say nothing about the robot.
pub const TRAINING: [&str; 1] = ["stuck"];

/// All termination terms.
pub static TERMS: &[Term<Ends>] = &[
    Term::new("contact", "A collision point of the role touches the ground.", |b| {
        let points = b.points(&b.params::<Points>()?.points)?;
        Ok(Box::new(move |t| points.iter().fold(Wide::zero(), |any, &p| any.max(t.touches(p)))))
    }),
    Term::new(
        "self_contact",
        "The robot's own links push each other with more than `force` N; needs `env.physics.self_collision`.",
        |b| {
            let limit = Wide::splat(b.params::<Force>()?.force as f32);
            Ok(Box::new(move |t| Wide::one_if(limit.lt(t.state.self_force))))
        },
    ),
    Term::new("tilt", "The base leans more than `limit` rad from upright.", |b| {
        let limit = -b.params::<Tilt>()?.limit.cos() as f32;
        Ok(Box::new(move |t| outside(t.gravity_b.z, -2.0, limit)))
    }),
    Term::new("base_height", "The base origin leaves the range of heights above the ground, m.", |b| {
        let p = b.params::<Height>()?;
        Ok(Box::new(move |t| outside(t.base_height(), p.min as f32, p.max as f32)))
    }),
    Term::new(
        "joint_speed",
        "The sum of squared joint velocities exceeds 1e6 (rad/s)²: the simulation broke.",
        |b| {
            b.no_params()?;
            Ok(Box::new(|t| {
                outside(t.state.joint_vel.iter().fold(Wide::zero(), |s, v| v.mul_add(*v, s)), -1.0, 1e6)
            }))
        },
    ),
    Term::new(
        "stuck",
        "The robot makes good less than `limit` of the commanded planar velocity, mean of 2 s. For training: it ends like a fall.",
        |b| {
            let limit = Wide::splat(b.params::<Least>()?.limit as f32);
            Ok(Box::new(move |t| Wide::one_if(t.track.progress.lt(limit))))
        },
    ),
    Term::new(
        "leave_tile",
        "The robot is less than `margin` m from the rim of its tile; not a failure.",
        |b| {
            let margin = b.params::<Rim>()?.margin;
            let tile = b.doc.get("env.terrain.tile").as_f64();
            let Some(reach) = tile.map(|tile| tile / 2.0 - margin).filter(|reach| *reach > 0.0) else {
                return Err(b
                    .error("`leave_tile` needs tiles of `env.terrain` that are wider than twice its `margin`")
                    .into());
            };
            let reach = Wide::splat(reach as f32);
            Ok(Box::new(move |t| {
                let (at, home) = (t.state.base_pos_w, t.track.home);
                Wide::one_if(reach.lt((at.x - home[0]).abs().max((at.y - home[1]).abs())))
            }))
        },
    ),
    Term::new("time_out", "The episode reached its length; not a failure.", |b| {
        let ticks = (b.params::<Seconds>()?.secs / b.dt as f64).round() as f32;
        Ok(Box::new(move |t| Wide::one_if(Wide::splat(ticks - 0.5).lt(t.track.ticks))))
    }),
];

#[cfg(test)]
mod tests {
    use super::outside;

    #[test]
    fn outside_is_true_beyond_the_bounds_and_for_nan() {
        assert_eq!([0.1f32, 0.5, 1.6, f32::NAN].map(|z| outside(z, 0.15, 1.5)), [1.0, 0.0, 1.0, 1.0]);
    }
}
