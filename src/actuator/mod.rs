//! Actuators: from joint targets to joint torques. Pure functions over lanes, evaluated inside every physics step.
use crate::lane::Lane;

/// How far the bristles of a resting joint bend before it slides, rad.
const BRISTLE_LENGTH: f32 = 0.004;
/// Speed at which the bristles' own damping alone would make a joint slide, rad/s.
const BRISTLE_SPEED: f32 = 0.1;

/// Torque of a position controller, clipped to ± `effort`, N m:
/// `kp (target - position) - kd velocity + feedforward`.
#[inline(always)]
pub fn pd_torque<V: Lane>(kp: V, kd: V, effort: V, error: V, velocity: V, feedforward: V) -> V {
    kp.mul_add(error, kd.neg_mul_add(velocity, feedforward)).clamp(-effort, effort)
}

/// Torques (least and largest, N m) that a motor gives at a speed: `effort` up to a corner speed, from there falling evenly to
/// none at the no-load speed. A motor that is turned against its torque brakes with all of `effort`.
///
/// `no_load` in rad/s; `fall` is the share of `effort` that is lost per rad/s above the corner speed.
#[inline(always)]
pub fn motor_range<V: Lane>(effort: V, velocity: V, no_load: V, fall: V) -> (V, V) {
    let share = |v: V| ((no_load - v) * fall).clamp(V::zero(), V::splat(1.0));
    (-(effort * share(-velocity)), effort * share(velocity))
}

/// One where a torque is between the limits of [`motor_range`], zero elsewhere.
#[inline(always)]
pub fn unsaturated_in<V: Lane>(torque: V, effort: V, (low, high): (V, V)) -> V {
    let slack = effort * V::splat(1e-4);
    V::one_if((low + slack).lt(torque)) * V::one_if(torque.lt(high - slack))
}

/// One where a torque is not at its limit, zero elsewhere: a saturated actuator does not damp.
#[inline(always)]
pub fn unsaturated<V: Lane>(torque: V, effort: V) -> V {
    V::one_if(torque.abs().lt(effort * V::splat(0.9999)))
}

/// Dry friction of a joint by bristles that bend, slip at `friction` (N m), and are damped (Dahl's model with damping).
///
/// `bend` is the share of the largest bend, in [-1, 1]. Returns the torque on the joint at the old velocity, N m, and how much
/// it weakens with the velocity after the step, N m s/rad: that belongs on the diagonal of the mass matrix. Resting
/// joints hold their place under any load below `friction`; sliding joints feel exactly `friction`.
#[inline(always)]
pub fn dry_friction<V: Lane>(friction: V, bend: V, velocity: V, dt: f32) -> (V, V) {
    let (one, stiffness) = (V::splat(1.0), V::splat(1.0 / BRISTLE_SPEED + dt / BRISTLE_LENGTH));
    let strain = stiffness.mul_add(velocity, bend);
    let held = strain.clamp(-one, one);
    let resting = strain.abs().lt(one);
    (-(friction * held), V::select(resting, friction * stiffness, V::zero()))
}

/// The bend after a step of `dt` seconds that ended with this velocity.
#[inline(always)]
pub fn bend_after<V: Lane>(bend: V, velocity: V, dt: f32) -> V {
    velocity.mul_add(V::splat(dt / BRISTLE_LENGTH), bend).clamp(V::splat(-1.0), V::splat(1.0))
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
    fn a_motor_gives_its_effort_up_to_the_corner_and_brakes_with_all_of_it() {
        // 30 N m up to 10 rad/s, nothing from 20 rad/s on
        let range = |speed: f32| motor_range(30.0, speed, 20.0, 0.1);
        for (speed, low, high) in [
            (0.0, -30.0, 30.0),
            (10.0, -30.0, 30.0),
            (15.0, -30.0, 15.0),
            (25.0, -30.0, 0.0),
            (-15.0, -15.0, 30.0),
        ] {
            let (l, h) = range(speed);
            assert!((l - low).abs() < 1e-4 && (h - high).abs() < 1e-4, "{speed}: {l} {h}");
        }
        assert_eq!(unsaturated_in(10.0, 30.0, range(15.0)), 1.0);
        assert_eq!(
            (unsaturated_in(15.0, 30.0, range(15.0)), unsaturated_in(-30.0, 30.0, range(15.0))),
            (0.0, 0.0)
        );
    }

    #[test]
    fn dry_friction_is_constant_while_sliding_and_a_damped_spring_at_rest() {
        for v in [-3.0f32, -0.5, 0.1, 7.0] {
            let bend = bend_after(0.0, v, 0.1);
            let (torque, damping) = dry_friction(0.2, bend, v, 0.005);
            assert_eq!((torque, damping), (-0.2 * v.signum(), 0.0));
        }
        let (torque, damping) = dry_friction(0.2, 0.5, 0.0, 0.005);
        assert!(torque == -0.1 && damping > 1.0, "{torque} {damping}");
    }
}
