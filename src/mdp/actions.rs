//! From the policy's numbers to joint targets.
use super::gait::{ClockedGait, ClockedGaitCfg};
use super::{Bind, DelayCfg, TorqueNoiseCfg, Trackers, is_moving};
use crate::config::ConfigErrors;
use crate::lane::{Lane, Wide};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Joint position targets around the nominal pose: `target = nominal + gait + scale · action`, rad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointTargetsCfg {
    /// rad per unit of action.
    pub scale: f64,
    /// Other scales for the joints of some roles.
    #[serde(default)]
    pub role_scales: BTreeMap<String, f64>,
    /// Actions beyond this count as this.
    #[serde(default)]
    pub clip: Option<f64>,
    /// Steps that the policy need not invent.
    #[serde(default)]
    pub gait: Option<ClockedGaitCfg>,
    /// Share of the new action in what is done, the rest being what was done before: `a = beta * new + (1 - beta) * a`.
    #[serde(default = "one")]
    pub beta: f64,
    /// Time from an action to the targets that joints follow; whole physics steps.
    #[serde(default)]
    pub delay: DelayCfg,
    /// Random torques.
    #[serde(default)]
    pub torque_noise: TorqueNoiseCfg,
}

fn one() -> f64 {
    1.0
}

/// The bound action term.
#[derive(Clone, Debug, PartialEq)]
pub struct JointTargets {
    /// Nominal joint positions, rad.
    pub nominal: Vec<f32>,
    /// rad per unit of action, per joint.
    pub scales: Vec<f32>,
    /// Actions beyond this count as this.
    pub clip: f32,
    /// Steps that the policy need not invent.
    pub gait: Option<ClockedGait>,
    /// See [`JointTargetsCfg::beta`].
    pub beta: f32,
}

impl JointTargets {
    /// For the robot of `b`.
    ///
    /// # Errors
    /// When the robot lacks a role, or a number means nothing.
    pub fn new(cfg: &JointTargetsCfg, b: &Bind<'_>) -> Result<Self, ConfigErrors> {
        let mut scales = vec![cfg.scale as f32; b.robot.num_joints()];
        for (role, scale) in &cfg.role_scales {
            b.joints(role)?.into_iter().for_each(|j| scales[j] = *scale as f32);
        }
        if let Some(clip) = cfg.clip.filter(|c| *c <= 0.0 || !c.is_finite()) {
            return Err(b.error(format!("`clip` must be above 0, is {clip}")).into());
        }
        if !(cfg.beta > 0.0 && cfg.beta <= 1.0) {
            return Err(b.error(format!("`beta` must be above 0 and at most 1, is {}", cfg.beta)).into());
        }
        let gait = cfg.gait.as_ref().map(|g| ClockedGait::new(g, b)).transpose()?;
        let clip = cfg.clip.map_or(f32::MAX, |c| c as f32);
        Ok(Self { nominal: b.robot.nominal_joints(), scales, clip, gait, beta: cfg.beta as f32 })
    }
    /// Number of actions.
    pub fn width(&self) -> usize {
        self.nominal.len()
    }
    /// What the policy's numbers count as.
    #[inline(always)]
    pub fn clipped(&self, action: Wide) -> Wide {
        action.max(Wide::splat(-self.clip)).min(Wide::splat(self.clip))
    }
    /// Joint targets of one block, rad, for a command (m/s, m/s, rad/s).
    #[inline]
    pub fn targets(&self, action: &[Wide], command: [Wide; 3], track: &Trackers, out: &mut [Wide]) {
        for (((t, a), n), s) in out.iter_mut().zip(action).zip(&self.nominal).zip(&self.scales) {
            *t = self.clipped(*a).mul_add(Wide::splat(*s), Wide::splat(*n));
        }
        if let Some(gait) = &self.gait {
            gait.add(track.phase, command, is_moving(command), out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_action_asks_for_the_nominal_pose_and_a_large_one_is_clipped() {
        let a = JointTargets {
            nominal: vec![0.8, -1.5, 0.0],
            scales: vec![0.25, 0.25, 0.1],
            clip: 3.0,
            gait: None,
            beta: 1.0,
        };
        let (mut out, zero) = ([Wide::zero(); 3], Wide::zero());
        let action = [zero, Wide::splat(2.0), Wide::splat(-50.0)];
        a.targets(&action, [zero; 3], &Trackers::new(3, 0), &mut out);
        assert_eq!(out.map(|v| v.lanes()[9]), [0.8, -1.0, -0.3]);
    }
}
