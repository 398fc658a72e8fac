//! From the policy's numbers to joint targets.
use crate::lane::{Lane, Wide};
use crate::robot::RobotSpec;
use serde::{Deserialize, Serialize};

/// Joint position targets around the nominal pose: `target = nominal + scale · action`, rad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointTargetsCfg {
    /// rad per unit of action.
    pub scale: f64,
}

/// The bound action term.
#[derive(Clone, Debug, PartialEq)]
pub struct JointTargets {
    /// Nominal joint positions, rad.
    pub nominal: Vec<f32>,
    /// rad per unit of action.
    pub scale: f32,
}

impl JointTargets {
    /// For a robot.
    pub fn new(cfg: &JointTargetsCfg, robot: &RobotSpec) -> Self {
        Self { nominal: robot.nominal_joints(), scale: cfg.scale as f32 }
    }
    /// Number of actions.
    pub fn width(&self) -> usize {
        self.nominal.len()
    }
    /// Joint targets of one block, rad.
    #[inline]
    pub fn targets(&self, action: &[Wide], out: &mut [Wide]) {
        for ((t, a), n) in out.iter_mut().zip(action).zip(&self.nominal) {
            *t = a.mul_add(Wide::splat(self.scale), Wide::splat(*n));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_action_asks_for_the_nominal_pose() {
        let a = JointTargets { nominal: vec![0.8, -1.5], scale: 0.25 };
        let mut out = [Wide::zero(); 2];
        a.targets(&[Wide::zero(), Wide::splat(2.0)], &mut out);
        assert_eq!((out[0].lanes()[0], out[1].lanes()[9]), (0.8, -1.0));
    }
}
