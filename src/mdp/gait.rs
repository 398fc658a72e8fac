//! A gait by the clock: steps in place, lengthened towards the command, added to the joint targets. The policy adds
//! balance. It makes a humanoid learn with half the samples or fewer, and travels with the policy: whoever runs the policy
//! adds the same numbers.
use super::Bind;
use crate::config::ConfigErrors;
use crate::lane::{Lane, sincos};
use serde::{Deserialize, Serialize};
use std::f32::consts::TAU;

/// The gait of a robot with two legs. Off while the command asks to stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockedGaitCfg {
    /// Time from one step of a leg to its next, s.
    pub period: f64,
    /// Share of the period in which a foot stands.
    pub duty: f64,
    /// How far the hip lifts the leg in swing, rad; the knee bends twice as far.
    pub lift: f64,
    /// How far the hip sweeps forwards and backwards, rad per m/s of command; sideways and turning alike.
    pub sweep: f64,
    /// How far the arms swing against the legs, rad per m/s of forward command.
    #[serde(default)]
    pub arm_swing: f64,
}

/// Share of the sweep with which the hips turn, per rad/s.
const TURN: f32 = 0.66;

/// Joints of one leg and its arm that the gait moves, with the signs of their axes; a robot may lack some.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Leg {
    hip_pitch: Option<(usize, f32)>,
    hip_roll: Option<(usize, f32)>,
    hip_yaw: Option<(usize, f32)>,
    knee: Option<(usize, f32)>,
    ankle_pitch: Option<(usize, f32)>,
    ankle_roll: Option<(usize, f32)>,
    shoulder_pitch: Option<(usize, f32)>,
}

/// What the gait does to one joint: `lift · swing(leg) + side(leg) · (sweep · command)`, rad, where `side` is the cosine of
/// the clock for the first leg and its negative for the second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaitShare {
    /// Index of the joint.
    pub joint: usize,
    /// Whose swing moves it: 0 or 1.
    pub leg: usize,
    /// In the middle of the swing, rad.
    pub lift: f64,
    /// At the ends of the stance, rad per m/s forwards, m/s to the left, and rad/s.
    pub sweep: [f64; 3],
}

/// The bound gait.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockedGait {
    /// As written.
    pub cfg: ClockedGaitCfg,
    legs: [Leg; 2],
}

/// Phase of a leg, 0 to 1: the second leg is half a period behind.
#[inline(always)]
pub fn leg_phase<V: Lane>(phase: V, leg: usize) -> V {
    let p = phase + V::splat(0.5 * leg as f32);
    p - p.floor()
}

/// One while a leg should stand, at this phase of the leg.
#[inline(always)]
pub fn stance<V: Lane>(leg_phase: V, duty: f32) -> V {
    V::one_if(leg_phase.lt(V::splat(duty)))
}

/// Profile of a swing at this phase of the leg: 0 in stance, 1 in the middle of the swing.
#[inline(always)]
pub fn swing<V: Lane>(leg_phase: V, duty: f32) -> V {
    let s = (leg_phase - V::splat(duty)) * V::splat(1.0 / (1.0 - duty));
    let b = s * (V::splat(1.0) - s);
    b * b * V::splat(16.0) * (V::splat(1.0) - stance(leg_phase, duty))
}

impl ClockedGaitCfg {
    /// Everything wrong with the numbers.
    fn problem(&self) -> Option<String> {
        let all = [self.period, self.duty, self.lift, self.sweep, self.arm_swing];
        if all.iter().any(|v| !v.is_finite()) {
            return Some("the gait must be made of finite numbers".into());
        }
        (self.period <= 0.0 || !(0.05..0.95).contains(&self.duty))
            .then(|| "`period` must be above 0 and `duty` between 0.05 and 0.95".into())
    }
}

impl ClockedGait {
    /// For the robot of `b`, which needs two legs and the joint roles `hip_pitch` and `knee` (left, right); `hip_roll`,
    /// `hip_yaw`, `ankle_pitch`, `ankle_roll` and `shoulder_pitch` are used where it has them.
    ///
    /// # Errors
    /// When the robot lacks them, or a number means nothing.
    pub fn new(cfg: &ClockedGaitCfg, b: &Bind<'_>) -> Result<Self, ConfigErrors> {
        if b.robot.roles.legs.len() != 2 {
            let text =
                format!("the gait needs two legs; `{}` has {}", b.robot.name, b.robot.roles.legs.len());
            return Err(b.error(text).into());
        }
        if let Some(problem) = cfg.problem() {
            return Err(b.error(problem).into());
        }
        let signs: Vec<f32> = b.robot.joints().map(|j| j.axis.iter().sum::<f64>().signum() as f32).collect();
        let pair = |role: &str| -> Result<Vec<usize>, ConfigErrors> {
            let joints = b.joints(role)?;
            match joints.len() {
                2 => Ok(joints),
                n => Err(b.error(format!("the role `{role}` must name two joints, not {n}")).into()),
            }
        };
        let (hips, knees) = (pair("hip_pitch")?, pair("knee")?);
        let other = |role: &str| pair(role).ok();
        let [roll, yaw, ankle, ankle_roll, shoulder] =
            ["hip_roll", "hip_yaw", "ankle_pitch", "ankle_roll", "shoulder_pitch"].map(other);
        let leg = |i: usize| {
            let signed = |joint: usize| (joint, signs[joint]);
            let optional = |joints: &Option<Vec<usize>>| joints.as_ref().map(|j| signed(j[i]));
            Leg {
                hip_pitch: Some(signed(hips[i])),
                knee: Some(signed(knees[i])),
                hip_roll: optional(&roll),
                hip_yaw: optional(&yaw),
                ankle_pitch: optional(&ankle),
                ankle_roll: optional(&ankle_roll),
                shoulder_pitch: optional(&shoulder),
            }
        };
        Ok(Self { cfg: cfg.clone(), legs: [leg(0), leg(1)] })
    }

    /// The joints that [`Self::add`] moves and how far, for programs that know nothing of roles.
    pub fn shares(&self) -> Vec<GaitShare> {
        let (lift, sweep, arm) = (self.cfg.lift, self.cfg.sweep, self.cfg.arm_swing);
        let turn = sweep * f64::from(TURN);
        let of_leg = |(i, leg): (usize, &Leg)| {
            let moved = [
                (leg.hip_pitch, -lift, [-sweep, 0.0, 0.0]),
                (leg.hip_roll, 0.0, [0.0, sweep, 0.0]),
                (leg.hip_yaw, 0.0, [0.0, 0.0, turn]),
                (leg.knee, 2.0 * lift, [0.0; 3]),
                (leg.ankle_pitch, -lift, [sweep, 0.0, 0.0]),
                (leg.ankle_roll, 0.0, [0.0, -sweep, 0.0]),
                (leg.shoulder_pitch, 0.0, [arm, 0.0, 0.0]),
            ];
            let share = move |(joint, lift, sweep): (Option<(usize, f32)>, f64, [f64; 3])| {
                let (joint, sign) = joint?;
                let signed = |v: f64| if v == 0.0 { 0.0 } else { v * f64::from(sign) };
                Some(GaitShare { joint, leg: i, lift: signed(lift), sweep: sweep.map(signed) })
            };
            moved.into_iter().filter_map(share).collect::<Vec<_>>()
        };
        self.legs.iter().enumerate().flat_map(of_leg).collect()
    }

    /// Adds the gait at this phase to joint targets, rad. `moving` is one where the command (m/s, m/s, rad/s) asks to
    /// move.
    #[inline]
    pub fn add<V: Lane>(&self, phase: V, command: [V; 3], moving: V, targets: &mut [V]) {
        let (lift, sweep) = (self.cfg.lift as f32, self.cfg.sweep as f32);
        let (_, cos) = sincos(phase * V::splat(TAU));
        for (i, leg) in self.legs.iter().enumerate() {
            let b = swing(leg_phase(phase, i), self.cfg.duty as f32) * moving * V::splat(lift);
            let side = if i == 0 { cos } else { -cos } * moving;
            let w = side * V::splat(sweep);
            let [x, y, z] = command.map(|c| w * c);
            let arm = side * command[0] * V::splat(self.cfg.arm_swing as f32);
            let changes = [
                (leg.hip_pitch, -b - x),
                (leg.hip_roll, y),
                (leg.hip_yaw, z * V::splat(TURN)),
                (leg.knee, b * V::splat(2.0)),
                (leg.ankle_pitch, x - b),
                (leg.ankle_roll, -y),
                (leg.shoulder_pitch, arm),
            ];
            for (joint, change) in changes {
                if let Some((joint, sign)) = joint {
                    targets[joint] += change * V::splat(sign);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legs_take_turns_and_a_swing_is_highest_in_its_middle() {
        let (duty, height) = (0.58, |phase: f32, leg| swing(leg_phase(phase, leg), 0.58f32));
        assert_eq!((height(0.3, 0), height(0.79, 0)), (0.0, 1.0));
        assert!((height(0.29, 1) - 1.0).abs() < 1e-5, "half a period later it is the other's turn");
        assert_eq!(stance(leg_phase(0.1f32, 0), duty) + stance(leg_phase(0.1f32, 1), duty), 1.0 + 0.0);
        assert_eq!(stance(leg_phase(0.05f32, 0), duty) + stance(leg_phase(0.05f32, 1), duty), 2.0);
    }

    #[test]
    fn its_shares_for_other_programs_add_up_to_what_it_adds() {
        let plan = crate::task::compile(crate::task::open("g1_29_flat", &[]).unwrap()).unwrap();
        let gait = plan.actions.gait.as_ref().unwrap();
        for step in 0..40 {
            let phase = step as f32 / 40.0;
            let command = [0.7f32, -0.3, 0.5];
            let mut ours = vec![0.0f32; 29];
            gait.add(phase, command, 1.0, &mut ours);
            let mut theirs = vec![0.0f64; 29];
            for s in gait.shares() {
                let swing = f64::from(swing(leg_phase(phase, s.leg), gait.cfg.duty as f32));
                let side = f64::from(phase * TAU).cos() * [1.0, -1.0][s.leg];
                let along: f64 = s.sweep.iter().zip(command).map(|(a, c)| a * f64::from(c)).sum();
                theirs[s.joint] += s.lift * swing + side * along;
            }
            for (a, b) in ours.iter().zip(&theirs) {
                assert!((f64::from(*a) - b).abs() < 1e-5, "{a} {b} at {phase}");
            }
        }
    }
}
