//! Rewards about stepping by the clock of `env.actions.gait`, and about what a humanoid keeps apart (weights and shapes:
//! our measured recipe for the G1). None of them pays anything to a robot that only stands.
use super::{Reward, Term};
use crate::lane::{Lane, V3, Wide, exp};
use crate::mdp::TickView;
use crate::mdp::gait::{leg_phase, stance, swing};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Swing {
    /// Height of the sole in the middle of the swing, m.
    height: f64,
    /// Squared error at which the reward has fallen to 1/e, m².
    variance: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Apart {
    /// Sideways distance of feet, and of the points of `knees`, that is free of charge: from, m.
    near: f64,
    /// Of feet: up to, m.
    far: f64,
    /// Role of one point per leg that keep the same distance.
    knees: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    /// Distance between the surfaces of two points that is free of charge, m.
    free: f64,
}

/// Side steps need narrower and wider feet: m per m/s.
const NARROWER: f32 = 0.12;
const WIDER: f32 = 0.35;

/// One while a leg should stand: always, where the robot should.
fn stands(t: &TickView<'_>, leg: usize, duty: f32) -> Wide {
    stance(leg_phase(t.track.phase, leg), duty).max(Wide::splat(1.0) - t.moving)
}

/// How far below `near` or above `far` a distance is.
#[inline(always)]
fn outside<V: Lane>(distance: V, near: V, far: V) -> V {
    (near - distance).max(V::zero()) + (distance - far).max(V::zero())
}

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new(
        "clock",
        "Per foot: +1 in the air while it should swing, −1 in the air while it should stand, else 0.",
        |b| {
            b.no_params()?;
            let duty = b.gait()?.duty as f32;
            Ok(Box::new(move |t| {
                let one = Wide::splat(1.0);
                let contact = t.track.contact.iter().enumerate();
                contact.fold(Wide::zero(), |sum, (leg, contact)| {
                    (one - *contact).mul_add(one - stands(t, leg, duty) * Wide::splat(2.0), sum)
                })
            }))
        },
    ),
    Term::new(
        "clock_height",
        "How well each sole follows the height of its swing, weighted by that height: 1 is perfect at its peak.",
        |b| {
            let p = b.params::<Swing>()?;
            let duty = b.gait()?.duty as f32;
            let (height, slope) = (Wide::splat(p.height as f32), Wide::splat(-1.0 / p.variance as f32));
            Ok(Box::new(move |t| {
                let feet = t.state.foot_pos_w.iter().zip(t.state.foot_ground_w).enumerate();
                feet.fold(Wide::zero(), |sum, (leg, (foot, ground))| {
                    let wanted = swing(leg_phase(t.track.phase, leg), duty) * t.moving;
                    let off = foot.z - *ground - wanted * height;
                    exp(off.sq() * slope).mul_add(wanted, sum)
                })
            }))
        },
    ),
    Term::new("foot_flat", "Squared slopes of the soles: sideways, and two fifths of lengthwise.", |b| {
        b.no_params()?;
        Ok(Box::new(|t| {
            t.state.foot_axes_w.iter().fold(Wide::zero(), |sum, [forward, left]| {
                forward.z.sq().mul_add(Wide::splat(0.4), left.z.mul_add(left.z, sum))
            })
        }))
    }),
    Term::new("foot_heading", "Squared sideways part of each foot's direction: 0 straight ahead.", |b| {
        b.no_params()?;
        Ok(Box::new(|t| {
            let [hx, hy] = t.heading();
            t.state.foot_axes_w.iter().fold(Wide::zero(), |sum, [forward, _]| {
                let aside = forward.y * hx - forward.x * hy;
                aside.mul_add(aside, sum)
            })
        }))
    }),
    Term::new(
        "legs_apart",
        "How far feet and knees are nearer or wider apart than is free of charge, m.",
        |b| {
            let p = b.params::<Apart>()?;
            let knees = b.points(&p.knees)?;
            let (near, far) = (Wide::splat(p.near as f32), Wide::splat(p.far as f32));
            if b.robot.roles.legs.len() != 2 || knees.len() != 2 || b.robot.pairs.is_empty() {
                let text =
                    "`legs_apart` needs two legs, two `knees` and a robot whose `pairs` name the knees";
                return Err(b.error(text).into());
            }
            Ok(Box::new(move |t| {
                let [hx, hy] = t.heading();
                let aside = |a: V3<Wide>, b: V3<Wide>| (a.y - b.y) * hx - (a.x - b.x) * hy;
                let feet = aside(t.state.foot_pos_w[0], t.state.foot_pos_w[1]);
                let points = t.state.point_offset_w;
                let knees = aside(points[knees[0]], points[knees[1]]);
                let sideways = t.command[1].abs();
                let near = sideways.mul_add(Wide::splat(-NARROWER), near);
                let far = sideways.mul_add(Wide::splat(WIDER), far);
                outside(feet, near, far) + (near - knees).max(Wide::zero())
            }))
        },
    ),
    Term::new(
        "pairs_apart",
        "How much nearer than `free` the robot's pairs of points are, m, summed.",
        |b| {
            let free = b.params::<Gap>()?.free as f32;
            let points: Vec<_> = b.robot.points().map(|(_, p)| p.radius as f32).collect();
            let pairs: Vec<([usize; 2], Wide)> = b
                .robot
                .point_pairs()
                .into_iter()
                .map(|[i, j]| ([i, j], Wide::splat(points[i] + points[j] + free)))
                .collect();
            if pairs.is_empty() {
                return Err(b
                    .error(format!("`pairs_apart`: robot `{}` has no `pairs`", b.robot.name))
                    .into());
            }
            Ok(Box::new(move |t| {
                pairs.iter().fold(Wide::zero(), |sum, ([i, j], enough)| {
                    let apart = t.state.point_offset_w[*i] - t.state.point_offset_w[*j];
                    sum + (*enough - apart.dot(apart).sqrt()).max(Wide::zero())
                })
            }))
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::outside;

    #[test]
    fn a_distance_within_its_range_costs_nothing() {
        assert_eq!([0.25f32, 0.5, 1.5].map(|d| outside(d, 0.5, 1.0)), [0.25, 0.0, 0.5]);
    }
}
