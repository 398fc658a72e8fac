//! Rewards about how the body is held.
use super::{Reward, Term};
use crate::config::ConfigErrors;
use crate::lane::{Lane, Wide, exp, sincos};
use crate::mdp::{Bind, TickView};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    /// m.
    target: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Joints {
    joints: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Soft {
    /// Share of the joint range that is free of charge, centred.
    share: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pose {
    /// Deviation that counts as one, by role of the joints, rad.
    sigmas: BTreeMap<String, f64>,
    /// Of all other joints, rad.
    other: f64,
}

/// Mean of (deviation from the nominal pose / sigma)² over all joints; shoulders are measured against the swing of the
/// task's gait.
fn deviation(b: &Bind<'_>) -> Result<impl Fn(&TickView<'_>) -> Wide + Send + Sync + 'static, ConfigErrors> {
    let p = b.params::<Pose>()?;
    let mut sigma = vec![p.other; b.robot.num_joints()];
    for (role, value) in &p.sigmas {
        b.joints(role)?.into_iter().for_each(|j| sigma[j] = *value);
    }
    if sigma.iter().any(|s| *s <= 0.0 || !s.is_finite()) {
        return Err(b.error("every sigma must be above 0").into());
    }
    let n = sigma.len() as f64;
    let weights: Vec<Wide> = sigma.iter().map(|s| Wide::splat((1.0 / (s * s * n)) as f32)).collect();
    let nominal: Vec<Wide> = b.robot.nominal_joints().into_iter().map(Wide::splat).collect();
    let swing = b.gait().map_or(0.0, |g| g.arm_swing) as f32;
    let shoulders = if swing == 0.0 { vec![] } else { b.joints("shoulder_pitch")? };
    Ok(move |t: &TickView<'_>| {
        let (_, cos) = sincos(t.track.phase * Wide::splat(std::f32::consts::TAU));
        let arm = cos * t.command[0] * t.moving * Wide::splat(swing);
        let mut sum = Wide::zero();
        for (j, (q, (n, w))) in t.state.joint_pos.iter().zip(nominal.iter().zip(&weights)).enumerate() {
            let mut off = *q - *n;
            if let Some(side) = shoulders.iter().position(|s| *s == j) {
                off = if side == 0 { off - arm } else { off + arm };
            }
            sum = off.sq().mul_add(*w, sum);
        }
        sum
    })
}

/// How far `q` lies outside [lo, hi].
#[inline(always)]
pub fn excess<V: Lane>(q: V, lo: V, hi: V) -> V {
    (lo - q).max(V::zero()) + (q - hi).max(V::zero())
}

/// Terms of this file.
pub static TERMS: &[Term<Reward>] = &[
    Term::new("lin_vel_z", "Squared vertical velocity of the base, (m/s)².", |b| {
        b.no_params()?;
        Ok(Box::new(|t| t.lin_vel_b.z.sq()))
    }),
    Term::new("ang_vel_xy", "Squared roll and pitch rates, (rad/s)².", |b| {
        b.no_params()?;
        Ok(Box::new(|t| t.ang_vel_b.x.sq() + t.ang_vel_b.y.sq()))
    }),
    Term::new(
        "orientation",
        "Squared horizontal part of gravity in the base frame: 0 level, 1 on the side.",
        |b| {
            b.no_params()?;
            Ok(Box::new(|t| t.gravity_b.x.sq() + t.gravity_b.y.sq()))
        },
    ),
    Term::new(
        "base_height",
        "Squared distance of the base from its target height above the ground, m².",
        |b| {
            let target = Wide::splat(b.params::<Target>()?.target as f32);
            Ok(Box::new(move |t| (t.base_height() - target).sq()))
        },
    ),
    Term::new("joint_deviation", "Squared distance of a role's joints from the nominal pose, rad².", |b| {
        let joints = b.joints(&b.params::<Joints>()?.joints)?;
        let nominal = b.robot.nominal_joints();
        Ok(Box::new(move |t| {
            let distance = |j: &usize| (t.state.joint_pos[*j] - Wide::splat(nominal[*j])).sq();
            joints.iter().fold(Wide::zero(), |s, j| s + distance(j))
        }))
    }),
    Term::new("joint_limits", "How far joints are beyond a share of their range, rad.", |b| {
        let share = b.params::<Soft>()?.share;
        let ends = |j: &crate::robot::JointSpec| {
            let (mid, half) = ((j.limits[0] + j.limits[1]) / 2.0, (j.limits[1] - j.limits[0]) / 2.0 * share);
            [Wide::splat((mid - half) as f32), Wide::splat((mid + half) as f32)]
        };
        let limits: Vec<[Wide; 2]> = b.robot.joints().map(ends).collect();
        Ok(Box::new(move |t| {
            t.state.joint_pos.iter().zip(&limits).fold(Wide::zero(), |s, (q, l)| s + excess(*q, l[0], l[1]))
        }))
    }),
    Term::new("posture", "1 in the nominal pose, falling with each joint's deviation over its sigma.", |b| {
        let deviation = deviation(b)?;
        Ok(Box::new(move |t| exp(-deviation(t))))
    }),
    Term::new(
        "stand_posture",
        "Mean of each joint's deviation over its sigma, squared, while asked to stand.",
        |b| {
            let deviation = deviation(b)?;
            Ok(Box::new(move |t| deviation(t) * (Wide::splat(1.0) - t.moving)))
        },
    ),
    Term::new(
        "stand_still",
        "Distance of all joints from the nominal pose while asked to stand, rad.",
        |b| {
            b.no_params()?;
            let nominal = b.robot.nominal_joints();
            Ok(Box::new(move |t| {
                let distance =
                    t.state.joint_pos.iter().zip(&nominal).map(|(q, n)| (*q - Wide::splat(*n)).abs());
                distance.fold(Wide::zero(), |s, d| s + d) * (Wide::splat(1.0) - t.moving)
            }))
        },
    ),
];
