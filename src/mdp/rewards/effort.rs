//! Rewards about what motion costs.
use super::{Reward, Term};
use crate::lane::{Lane, Wide};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Points {
    points: String,
}

/// Sum of squares.
#[inline(always)]
pub fn squares<V: Lane>(x: impl IntoIterator<Item = V>) -> V {
    x.into_iter().fold(V::zero(), |s, x| x.mul_add(x, s))
}

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new("torques", "Squared joint torques, (N m)².", |b| {
        b.no_params()?;
        Ok(Box::new(|t| squares(t.state.joint_torque.iter().copied())))
    }),
    Term::new("joint_acc", "Squared joint accelerations over a tick, (rad/s²)².", |b| {
        b.no_params()?;
        let rate = Wide::splat(1.0 / b.dt);
        Ok(Box::new(move |t| {
            squares(t.track.joint_vel.iter().zip(&t.track.last_joint_vel).map(|(a, b)| (*a - *b) * rate))
        }))
    }),
    Term::new("action_rate", "Squared change of the action since the last tick.", |b| {
        b.no_params()?;
        Ok(Box::new(|t| squares(t.track.action.iter().zip(&t.track.last_action).map(|(a, b)| *a - *b))))
    }),
    Term::new("power", "Mechanical power of the joints, positive and negative alike, W.", |b| {
        b.no_params()?;
        Ok(Box::new(|t| {
            let power = t.state.joint_torque.iter().zip(t.state.joint_vel).map(|(f, v)| (*f * *v).abs());
            power.fold(Wide::zero(), |s, p| s + p)
        }))
    }),
    Term::new("collision", "Number of a role's points that touch the ground.", |b| {
        let points = b.points(&b.params::<Points>()?.points)?;
        Ok(Box::new(move |t| points.iter().fold(Wide::zero(), |s, &p| s + t.touches(p))))
    }),
    Term::new("alive", "One in every tick.", |b| {
        b.no_params()?;
        Ok(Box::new(|_| Wide::splat(1.0)))
    }),
];
