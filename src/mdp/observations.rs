//! Observation terms: what the policy is told, in physical units; the task scales them and adds noise.
use super::{Bind, Observe, Term, TickView};
use crate::lane::{Lane, V3, Wide, sincos};
use crate::robot::mirrored_joints;

/// Numbers that a reflection at the plane of x and z keeps (+1) or turns round (−1).
fn signed<const N: usize>(
    signs: [f32; N],
    write: impl Fn(&TickView<'_>, &mut [Wide]) + Send + Sync + 'static,
) -> Observe {
    let mirror = Some(signs.into_iter().enumerate().collect());
    Observe { width: N, mirror, scan: None, write: Box::new(write) }
}

/// One number per joint.
fn per_joint(b: &Bind<'_>, write: impl Fn(&TickView<'_>, &mut [Wide]) + Send + Sync + 'static) -> Observe {
    Observe {
        width: b.robot.num_joints(),
        mirror: mirrored_joints(b.robot),
        scan: None,
        write: Box::new(write),
    }
}

fn vector(out: &mut [Wide], v: V3<Wide>) {
    out.copy_from_slice(&[v.x, v.y, v.z]);
}

/// All observation terms.
pub static TERMS: &[Term<Observe>] = &[
    Term::new("base_lin_vel", "Velocity of the base in its own frame, m/s.", |b| {
        b.no_params()?;
        Ok(signed([1.0, -1.0, 1.0], |t, out| vector(out, t.lin_vel_b)))
    }),
    Term::new("base_ang_vel", "Angular velocity of the base in its own frame, rad/s.", |b| {
        b.no_params()?;
        Ok(signed([-1.0, 1.0, -1.0], |t, out| vector(out, t.ang_vel_b)))
    }),
    Term::new("projected_gravity", "Direction of gravity in the base frame; (0, 0, -1) upright.", |b| {
        b.no_params()?;
        Ok(signed([1.0, -1.0, 1.0], |t, out| vector(out, t.gravity_b)))
    }),
    Term::new("command_lin_vel", "Commanded planar velocity in the base frame, m/s.", |b| {
        b.no_params()?;
        Ok(signed([1.0, -1.0], |t, out| out.copy_from_slice(&t.command[..2])))
    }),
    Term::new("command_yaw_rate", "Commanded yaw rate, rad/s.", |b| {
        b.no_params()?;
        Ok(signed([-1.0], |t, out| out[0] = t.command[2]))
    }),
    Term::new("joint_pos", "Joint positions relative to the nominal pose, rad.", |b| {
        b.no_params()?;
        let nominal: Vec<Wide> = b.robot.nominal_joints().into_iter().map(crate::lane::Lane::splat).collect();
        Ok(per_joint(b, move |t, out| {
            for ((o, q), n) in out.iter_mut().zip(t.state.joint_pos).zip(&nominal) {
                *o = *q - *n;
            }
        }))
    }),
    Term::new("joint_vel", "Joint velocities, rad/s.", |b| {
        b.no_params()?;
        Ok(per_joint(b, |t, out| out.copy_from_slice(t.state.joint_vel)))
    }),
    Term::new("clock", "Sine and cosine of the gait's clock while moving, zero while standing.", |b| {
        b.no_params()?;
        b.gait()?;
        // half a period later the other leg does the same: sine and cosine turn round
        Ok(signed([-1.0, -1.0], |t, out| {
            let (sin, cos) = sincos(t.track.phase * Wide::splat(std::f32::consts::TAU));
            out.copy_from_slice(&[sin * t.moving, cos * t.moving]);
        }))
    }),
    Term::new(
        "leg_odometry",
        "Velocity of the base relative to its lower foot, forwards and to the left, m/s: what encoders and gyro say if \
         that foot does not slip.",
        |b| {
            b.no_params()?;
            Ok(signed([1.0, -1.0], |t, out| out.copy_from_slice(&t.leg_odometry())))
        },
    ),
    Term::new("last_action", "The action of the tick before, in units of the action term.", |b| {
        b.no_params()?;
        Ok(per_joint(b, |t, out| out.copy_from_slice(&t.track.action)))
    }),
];
