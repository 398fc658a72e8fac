//! A back end that computes as the native one, on a device that is lost.
use crate::learn::native::NativeGradient;
use crate::learn::{DeviceLost, Gradient, GradientStats, Minibatch, PpoCfg, Rollout};
use crate::nn::ActorCritic;

/// See the module.
pub struct Failing {
    native: NativeGradient,
    /// Updates that still go well, and minibatches of the one at hand.
    left: u64,
    minibatches: u64,
}

impl Failing {
    /// Lost in this iteration, counted from 1 in this session, after one of its steps.
    pub fn new(iteration: u64) -> Self {
        Self { native: NativeGradient::new(), left: iteration, minibatches: 0 }
    }
}

impl Gradient for Failing {
    fn begin(&mut self, rollout: &Rollout) -> Result<(), DeviceLost> {
        (self.left, self.minibatches) = (self.left.saturating_sub(1), 0);
        self.native.begin(rollout)
    }

    fn minibatch(
        &mut self,
        policy: &ActorCritic,
        batch: &Minibatch<'_>,
        cfg: &PpoCfg,
        gradient: &mut [f32],
    ) -> Result<GradientStats, DeviceLost> {
        self.minibatches += 1;
        if self.left == 0 && self.minibatches > 1 {
            return Err(DeviceLost("CUDA out of memory".into()));
        }
        self.native.minibatch(policy, batch, cfg, gradient)
    }
}
