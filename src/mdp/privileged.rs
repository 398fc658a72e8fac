//! Observation terms of what was drawn: for a critic, or a teacher, that may know what no sensor tells.
use super::drawn::Quantity;
use super::{Bind, Observe, Term};
use crate::lane::{M3, V3, Wide};
use crate::robot::{Mirrored, mirrored_joints};

/// As drawn; `signs` are what a reflection at the plane of x and z does with fixed numbers.
fn fixed<const N: usize>(quantity: Quantity, signs: [f32; N]) -> Observe {
    let mirror = Some(signs.into_iter().enumerate().collect());
    Observe {
        width: N,
        mirror,
        scan: None,
        write: Box::new(move |t, out| out.copy_from_slice(t.track.drawn.of(quantity))),
    }
}

/// One number per joint; `turns` where the number has a direction, as an angle has.
fn per_joint(b: &Bind<'_>, quantity: Quantity, turns: bool) -> Observe {
    let unsigned =
        |m: Vec<Mirrored>| m.into_iter().map(|(from, sign)| (from, if turns { sign } else { 1.0 }));
    let mirror = mirrored_joints(b.robot).map(|m| unsigned(m).collect());
    let write =
        move |t: &super::TickView<'_>, out: &mut [Wide]| out.copy_from_slice(t.track.drawn.of(quantity));
    Observe { width: b.robot.num_joints(), mirror, scan: None, write: Box::new(write) }
}

macro_rules! drawn {
    ($name:literal, $doc:literal, $quantity:ident, fixed $signs:expr) => {
        Term::new($name, $doc, |b| {
            b.no_params()?;
            Ok(fixed(Quantity::$quantity, $signs))
        })
    };
    ($name:literal, $doc:literal, $quantity:ident, joints $turns:literal) => {
        Term::new($name, $doc, |b| {
            b.no_params()?;
            Ok(per_joint(b, Quantity::$quantity, $turns))
        })
    };
}

/// All of them; with nothing drawn they tell the robot as written.
pub static TERMS: &[Term<Observe>] = &[
    drawn!("friction", "Drawn coefficient of friction with the ground.", Friction, fixed[1.0]),
    drawn!("restitution", "Drawn coefficient of restitution with the ground.", Restitution, fixed[1.0]),
    drawn!("mass_offset", "Drawn added mass of the base, kg.", MassOffset, fixed[1.0]),
    drawn!("com_offset", "Drawn shift of the base's centre of mass, m.", ComOffset, fixed [1.0, -1.0, 1.0]),
    drawn!("link_masses", "Drawn factors on the masses of all links but the base, by joint.", LinkMasses, joints false),
    drawn!("kp_factors", "Drawn factors on proportional gains.", KpFactors, joints false),
    drawn!("kd_factors", "Drawn factors on derivative gains.", KdFactors, joints false),
    drawn!("effort_factor", "Drawn factor on effort limits.", EffortFactor, fixed[1.0]),
    drawn!("motor_strength", "Drawn factors on controllers' torques.", MotorStrength, joints false),
    drawn!("target_strength", "Drawn factors on targets' distances from nominal.", TargetStrength, joints false),
    drawn!("zero_offset", "What encoders are off by, rad.", ZeroOffset, joints true),
    drawn!(
        "joint_damping",
        "Drawn added viscous damping of all joints, N m s/rad.",
        JointDamping,
        fixed[1.0]
    ),
    drawn!("joint_friction", "Drawn added dry friction of all joints, N m.", JointFriction, fixed[1.0]),
    drawn!("armature", "Drawn added armature of all joints, kg m².", Armature, fixed[1.0]),
    Term::new("gravity_bias", "Drawn added gravity in the base frame, m/s².", |b| {
        b.no_params()?;
        Ok(in_base(Quantity::GravityBias, &[1.0, -1.0, 1.0]))
    }),
    drawn!("torque_bias", "Torques that are added throughout the episode, N m.", TorqueBias, joints true),
    drawn!("action_delay", "Age of the targets that joints follow, physics steps.", ActionDelay, fixed[1.0]),
    drawn!("sensor_delay", "Age of measurements, ticks.", SensorDelay, fixed[1.0]),
    Term::new("external_wrench", "Force and torque on the base from outside, base frame, N and N m.", |b| {
        b.no_params()?;
        Ok(in_base(Quantity::ExternalWrench, &[1.0, -1.0, 1.0, -1.0, 1.0, -1.0]))
    }),
];

/// World vectors, turned into the base frame.
fn in_base(quantity: Quantity, signs: &'static [f32]) -> Observe {
    let write = move |t: &super::TickView<'_>, out: &mut [Wide]| {
        let r = M3::from_quat(&t.state.base_quat).c;
        for (o, v) in out.as_chunks_mut::<3>().0.iter_mut().zip(t.track.drawn.of(quantity).as_chunks::<3>().0)
        {
            let v = V3::new(v[0], v[1], v[2]);
            *o = [r[0].dot(v), r[1].dot(v), r[2].dot(v)];
        }
    };
    let mirror = Some(signs.iter().copied().enumerate().collect());
    Observe { width: signs.len(), mirror, scan: None, write: Box::new(write) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_but_the_biases_of_sensors_has_a_term_of_its_name() {
        for q in Quantity::all().filter(|q| *q != Quantity::SensorBias) {
            assert!(TERMS.iter().any(|t| t.name == q.name()), "{}", q.name());
        }
        assert!(TERMS.iter().all(|t| Quantity::all().any(|q| q.name() == t.name)));
    }
}
