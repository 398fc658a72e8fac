//! Rewards about the feet.
use super::{Reward, Term};
use crate::lane::{Lane, Wide};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AirTime {
    /// Length of a swing that earns nothing, s.
    target: f64,
    /// Most that one swing may earn, s.
    cap: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// m.
    target: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Within {
    /// m.
    within: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ratio {
    /// Sideways over upwards.
    ratio: f64,
}

/// Agreement of contacts (front left, front right, rear left, rear right) with a trot: 1 when diagonal feet are
/// equal and lateral ones differ, 0.5 when all are equal, 0 for a pace or bound.
#[inline(always)]
pub fn trot<V: Lane>([fl, fr, rl, rr]: [V; 4]) -> V {
    let differ = |a: V, b: V| (a - b).abs();
    (V::splat(2.0) - differ(fl, rr) - differ(fr, rl) + differ(fl, fr) + differ(rl, rr)) * V::splat(0.25)
}

/// Relative distance of a swing's peak from the target, at most 1.
#[inline(always)]
pub fn peak_error<V: Lane>(peak: V, target: f32) -> V {
    (V::splat(1.0) - peak * V::splat(1.0 / target)).abs().min(V::splat(1.0))
}

fn over_feet(n: usize, f: impl Fn(usize) -> Wide) -> Wide {
    (0..n).fold(Wide::zero(), |s, i| s + f(i))
}

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new(
        "feet_air_time",
        "At touch-down: length of the swing beyond the target, s, while moving.",
        |b| {
            let p = b.params::<AirTime>()?;
            let (target, cap) = (Wide::splat(p.target as f32), Wide::splat(p.cap as f32));
            Ok(Box::new(move |t| {
                let k = t.track;
                over_feet(k.contact.len(), |f| k.touch_down[f] * (k.landed_air_time[f] - target).min(cap))
                    * t.moving
            }))
        },
    ),
    Term::new(
        "swing_height",
        "At touch-down: relative distance of the swing's peak from the target, while moving.",
        |b| {
            let target = b.params::<Target>()?.target as f32;
            Ok(Box::new(move |t| {
                let k = t.track;
                over_feet(k.contact.len(), |f| k.touch_down[f] * peak_error(k.landed_peak[f], target))
                    * t.moving
            }))
        },
    ),
    Term::new(
        "swing_clearance",
        "At touch-down: relative distance of the swing's peak above the higher one of lift-off and touch-down from the target, while \
         moving. As swing_height, on steps.",
        |b| {
            let target = b.params::<Target>()?.target as f32;
            Ok(Box::new(move |t| {
                let k = t.track;
                over_feet(k.contact.len(), |f| k.touch_down[f] * peak_error(k.landed_clearance[f], target))
                    * t.moving
            }))
        },
    ),
    Term::new(
        "stumble",
        "Number of feet that something pushes sideways with more than `ratio` times what it carries (legged_gym).",
        |b| {
            let ratio = b.params::<Ratio>()?.ratio as f32;
            let soles = b.robot.soles();
            Ok(Box::new(move |t| {
                soles.iter().fold(Wide::zero(), |sum, sole| {
                    let force = |k: usize| {
                        sole.iter().fold(Wide::zero(), |sum, &point| sum + t.state.contact_force[point][k])
                    };
                    let (up, x, y) = (force(0) * Wide::splat(ratio), force(1), force(2));
                    sum + Wide::one_if((up * up).lt(x.mul_add(x, y * y)))
                })
            }))
        },
    ),
    Term::new(
        "feet_edge",
        "Number of feet that stand nearer than `within` m to an edge of the ground (parkour).",
        |b| {
            let within = Wide::splat(b.params::<Within>()?.within as f32);
            b.edges.set(true);
            Ok(Box::new(move |t| {
                let near = |f: usize| t.track.contact[f] * Wide::one_if(t.edge_distance(f).lt(within));
                over_feet(t.track.contact.len(), near)
            }))
        },
    ),
    Term::new("feet_slip", "Squared horizontal speed of the feet that carry load, (m/s)².", |b| {
        b.no_params()?;
        Ok(Box::new(|t| {
            let v = t.state.foot_vel_w;
            over_feet(v.len(), |f| t.track.contact[f] * (v[f].x.sq() + v[f].y.sq()))
        }))
    }),
    Term::new("trot", "Agreement of the contacts with a trot, while moving; 1 is perfect.", |b| {
        b.no_params()?;
        if b.robot.roles.legs.len() != 4 {
            return Err(b
                .error(format!("`trot` needs four legs; `{}` has {}", b.robot.name, b.robot.roles.legs.len()))
                .into());
        }
        Ok(Box::new(|t| trot(std::array::from_fn(|f| t.track.contact[f])) * t.moving))
    }),
    Term::new("stand_contact", "Number of feet in the air while asked to stand.", |b| {
        b.no_params()?;
        Ok(Box::new(|t| {
            let one = Wide::splat(1.0);
            over_feet(t.track.contact.len(), |f| one - t.track.contact[f]) * (one - t.moving)
        }))
    }),
];
