//! Actuators: from joint targets to joint torques. Pure functions over lanes, evaluated inside every physics step.
use crate::lane::Lane;

/// Speed below which dry friction turns into viscous friction, rad/s. A joint loaded with a share `s` of its dry
/// friction creeps at `s` times this speed, about what MuJoCo's `frictionloss` does with its default softness.
pub const STICTION_SPEED: f32 = 0.02;

/// Torque of a position controller, clipped to ± `effort`, N m:
/// `kp (target - position) - kd velocity + feedforward`.
#[inline(always)]
pub fn pd_torque<V: Lane>(kp: V, kd: V, effort: V, error: V, velocity: V, feedforward: V) -> V {
    kp.mul_add(error, kd.neg_mul_add(velocity, feedforward)).clamp(-effort, effort)
}

/// One where a torque is not at its limit, zero elsewhere: a saturated actuator does not damp.
#[inline(always)]
pub fn unsaturated<V: Lane>(torque: V, effort: V) -> V {
    V::one_if(torque.abs().lt(effort * V::splat(0.9999)))
}

/// Viscous coefficient that stands for dry friction `friction` (N m) at this velocity, N m s/rad.
///
/// Coulomb friction is `-friction sign(v)`. Written as `-(friction / |v|) v` with the coefficient of the old velocity and the
/// velocity of the new one, it joins the diagonal of the mass matrix, so that it cannot overshoot zero; sliding
/// joints feel `friction`, resting ones a strong damper.
#[inline(always)]
pub fn dry_friction_damping<V: Lane>(friction: V, velocity: V) -> V {
    friction * velocity.abs().max(V::splat(STICTION_SPEED)).recip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torque_follows_error_and_velocity_up_to_the_effort_limit() {
        assert_eq!(pd_torque(20.0, 0.5, 30.0, 0.1, 2.0, 0.25), 1.25);
        assert_eq!(pd_torque(20.0, 0.5, 1.0, 0.1, -2.0, 0.25), 1.0);
        assert_eq!(pd_torque(20.0, 0.5, 1.0, -0.1, 2.0, 0.25), -1.0);
        assert_eq!((unsaturated(0.5, 1.0), unsaturated(-1.0, 1.0)), (1.0, 0.0));
    }

    #[test]
    fn dry_friction_is_constant_while_sliding_and_a_damper_at_rest() {
        for v in [-3.0f32, -0.5, 0.1, 7.0] {
            assert!((dry_friction_damping(0.2, v) * v.abs() - 0.2).abs() < 1e-6);
        }
        assert_eq!(dry_friction_damping(0.2, 0.0), 0.2 / STICTION_SPEED);
    }
}
