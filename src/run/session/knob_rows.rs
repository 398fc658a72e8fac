//! The knobs of randomisation that tasks have since robots may differ in all their parts.
use super::KnobGroup;
use super::KnobGroup::Randomise;

/// A knob that many tasks have: key, group, label, sentence, unit, reach of its slider.
pub(super) type Row = (&'static str, KnobGroup, &'static str, &'static str, &'static str, [f64; 2]);

const fn row(
    key: &'static str,
    label: &'static str,
    doc: &'static str,
    unit: &'static str,
    reach: [f64; 2],
) -> Row {
    (key, Randomise, label, doc, unit, reach)
}

/// See the module.
pub(super) const ROWS: &[Row] = &[
    row(
        "env.events.model.restitution",
        "Restitution",
        "Range of the speed after a foot hits the ground over the speed before.",
        "",
        [0.0, 1.0],
    ),
    row(
        "env.events.model.base_com_x",
        "Shift forwards",
        "Range of the shift of the base's centre of mass forwards, on top of that along each axis.",
        "m",
        [-0.15, 0.15],
    ),
    row(
        "env.events.model.base_com_y",
        "Shift to the left",
        "Range of the shift of the base's centre of mass to the left, on top of that along each axis.",
        "m",
        [-0.1, 0.1],
    ),
    row(
        "env.events.model.base_com_z",
        "Shift upwards",
        "Range of the shift of the base's centre of mass upwards, on top of that along each axis.",
        "m",
        [-0.1, 0.1],
    ),
    row(
        "env.events.model.link_mass",
        "Mass factor of links",
        "Range of the factor on the mass of every link but the base, each its own.",
        "×",
        [0.5, 2.0],
    ),
    row(
        "env.events.model.armature",
        "Added armature",
        "Range of the rotor inertia added to every joint.",
        "kg m²",
        [0.0, 0.05],
    ),
    row(
        "env.events.model.joint_kp",
        "Stiffness of single joints",
        "Range of the factor on every joint's proportional gain, each its own.",
        "×",
        [0.3, 2.0],
    ),
    row(
        "env.events.model.joint_kd",
        "Damping of single joints",
        "Range of the factor on every joint's derivative gain, each its own.",
        "×",
        [0.3, 2.0],
    ),
    row(
        "env.events.model.strength",
        "Motor strength",
        "Range of the factor on every controller's torque before the effort limit, each its own.",
        "×",
        [0.3, 1.7],
    ),
    row(
        "env.events.model.target_strength",
        "Strength of targets",
        "Range of the factor on every target's distance from the nominal position, each its own.",
        "×",
        [0.3, 1.7],
    ),
    row(
        "env.events.model.zero_offset",
        "Zero offset of encoders",
        "Range of what every encoder's zero is off by, each its own.",
        "rad",
        [-0.1, 0.1],
    ),
    row(
        "env.events.model.gravity_xy",
        "Sideways gravity",
        "Range of the gravity that is added along each horizontal axis.",
        "m/s²",
        [-2.0, 2.0],
    ),
    row(
        "env.events.model.gravity_z",
        "Upward gravity",
        "Range of the gravity that is added upwards.",
        "m/s²",
        [-2.0, 2.0],
    ),
    row(
        "env.events.wrench.force",
        "Force",
        "Largest force on the base along each axis, for a while every few seconds; 0 switches it off.",
        "N",
        [0.0, 60.0],
    ),
    row(
        "env.events.wrench.torque",
        "Torque",
        "Largest torque on the base about each axis, for a while every few seconds; 0 switches it off.",
        "N m",
        [0.0, 10.0],
    ),
];
