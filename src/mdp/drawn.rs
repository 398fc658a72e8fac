//! What was drawn for the environments of a block: written where it is drawn, read by terms for a critic that may know it, by
//! what lies between policy and motors, and by the table of a run.
use super::MotorDraw;
use crate::lane::{Lane, WIDTH, Wide};
use crate::robot::ModelDraw;
use std::ops::Range;

/// Something that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Coefficient of friction with the ground.
    Friction,
    /// Coefficient of restitution with the ground.
    Restitution,
    /// Added mass of the base, kg.
    MassOffset,
    /// Shift of the base's centre of mass, m.
    ComOffset,
    /// Factors on the other links' masses.
    LinkMasses,
    /// Factors on proportional gains, strength included.
    KpFactors,
    /// Factors on derivative gains, strength included.
    KdFactors,
    /// Factor on effort limits.
    EffortFactor,
    /// Factors on controllers' torques.
    MotorStrength,
    /// Factors on targets' distances from the nominal pose.
    TargetStrength,
    /// What encoders are off by, rad.
    ZeroOffset,
    /// Added viscous damping of joints, N m s/rad.
    JointDamping,
    /// Added dry friction of joints, N m.
    JointFriction,
    /// Added armature of joints, kg m².
    Armature,
    /// Added gravity, world, m/s².
    GravityBias,
    /// Torque that is added to every joint's throughout the episode, N m.
    TorqueBias,
    /// Age of the targets that joints follow, physics steps.
    ActionDelay,
    /// Age of what is measured, ticks.
    SensorDelay,
    /// Force (N) and torque (N m) on the base at present, world.
    ExternalWrench,
    /// What sensors are off by throughout the episode, in the observations' units.
    SensorBias,
}

/// How many numbers there are of something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Fixed(usize),
    Joints,
    Bias,
}

/// Name, unit, size, and what it is where nothing is drawn. In the order of the enumeration.
const TABLE: [(Quantity, &str, &str, Size, f32); 20] = {
    use Quantity::*;
    use Size::{Bias, Fixed, Joints};
    [
        (Friction, "friction", "1", Fixed(1), 1.0),
        (Restitution, "restitution", "1", Fixed(1), 0.0),
        (MassOffset, "mass_offset", "kg", Fixed(1), 0.0),
        (ComOffset, "com_offset", "m", Fixed(3), 0.0),
        (LinkMasses, "link_masses", "1", Joints, 1.0),
        (KpFactors, "kp_factors", "1", Joints, 1.0),
        (KdFactors, "kd_factors", "1", Joints, 1.0),
        (EffortFactor, "effort_factor", "1", Fixed(1), 1.0),
        (MotorStrength, "motor_strength", "1", Joints, 1.0),
        (TargetStrength, "target_strength", "1", Joints, 1.0),
        (ZeroOffset, "zero_offset", "rad", Joints, 0.0),
        (JointDamping, "joint_damping", "N m s/rad", Fixed(1), 0.0),
        (JointFriction, "joint_friction", "N m", Fixed(1), 0.0),
        (Armature, "armature", "kg m^2", Fixed(1), 0.0),
        (GravityBias, "gravity_bias", "m/s^2", Fixed(3), 0.0),
        (TorqueBias, "torque_bias", "N m", Joints, 0.0),
        (ActionDelay, "action_delay", "physics steps", Fixed(1), 0.0),
        (SensorDelay, "sensor_delay", "ticks", Fixed(1), 0.0),
        (ExternalWrench, "external_wrench", "N, N m", Fixed(6), 0.0),
        (SensorBias, "sensor_bias", "as observed", Bias, 0.0),
    ]
};

impl Quantity {
    /// All of them, in the order of a table's columns.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }
    /// Name in tables, and of the observation term.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }
    /// Unit.
    pub fn unit(self) -> &'static str {
        TABLE[self as usize].2
    }
}

/// One number per environment for everything that is drawn.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    values: Vec<Wide>,
    joints: usize,
    bias: usize,
}

impl Drawn {
    /// For a robot with so many joints, and so many numbers of observations that a sensor's bias is added to: the robot as
    /// written.
    pub fn new(joints: usize, bias: usize) -> Self {
        let mut drawn = Self { values: vec![], joints, bias };
        for (quantity, .., nominal) in &TABLE {
            let size = drawn.size(*quantity);
            drawn.values.resize(drawn.values.len() + size, Wide::splat(*nominal));
        }
        drawn
    }

    fn size(&self, quantity: Quantity) -> usize {
        match TABLE[quantity as usize].3 {
            Size::Fixed(n) => n,
            Size::Joints => self.joints,
            Size::Bias => self.bias,
        }
    }

    fn range(&self, quantity: Quantity) -> Range<usize> {
        let start = TABLE[..quantity as usize].iter().map(|row| self.size(row.0)).sum();
        start..start + self.size(quantity)
    }

    /// The numbers of one quantity: one per joint where it belongs to joints.
    pub fn of(&self, quantity: Quantity) -> &[Wide] {
        &self.values[self.range(quantity)]
    }
    /// The same, to write.
    pub fn of_mut(&mut self, quantity: Quantity) -> &mut [Wide] {
        let range = self.range(quantity);
        &mut self.values[range]
    }
    /// Writes one environment's.
    pub fn set(&mut self, quantity: Quantity, lane: usize, numbers: &[f32]) {
        for (to, from) in self.of_mut(quantity).iter_mut().zip(numbers) {
            to.lanes_mut()[lane] = *from;
        }
    }
    /// Whether something differs from the robot as written in any environment.
    pub fn any(&self, quantity: Quantity) -> bool {
        let nominal = TABLE[quantity as usize].4;
        self.of(quantity).iter().any(|v| v.lanes().iter().any(|x| *x != nominal))
    }

    /// Writes one environment's model.
    pub fn set_model(&mut self, lane: usize, draw: &ModelDraw, motors: &MotorDraw) {
        use Quantity::*;
        let joints = (0..self.joints).map(|j| draw.joint(j));
        let each = |f: &dyn Fn(usize) -> f32| (0..self.joints).map(f).collect::<Vec<f32>>();
        let (kp, kd): (Vec<f32>, Vec<f32>) =
            joints.map(|j| (draw.kp_factor * j.kp_factor, draw.kd_factor * j.kd_factor)).unzip();
        let masses = each(&|j| draw.mass_factor(j));
        for (quantity, numbers) in [
            (Friction, &[draw.friction][..]),
            (Restitution, &[draw.restitution]),
            (MassOffset, &[draw.base_mass_offset]),
            (ComOffset, &draw.base_com_offset),
            (LinkMasses, &masses),
            (KpFactors, &kp),
            (KdFactors, &kd),
            (EffortFactor, &[draw.effort_factor]),
            (MotorStrength, &motors.strength),
            (TargetStrength, &motors.target_strength),
            (ZeroOffset, &motors.zero_offset),
            (JointDamping, &[draw.damping_offset]),
            (JointFriction, &[draw.dry_friction_offset]),
            (Armature, &[draw.armature_offset]),
            (GravityBias, &draw.gravity_offset),
        ] {
            self.set(quantity, lane, numbers);
        }
    }

    /// Names of all columns: of a quantity with several numbers, with the joint's name or the number at the end.
    pub fn columns(&self, joints: &[&str]) -> Vec<String> {
        let mut out = vec![];
        for (quantity, name, _, size, _) in &TABLE {
            match (size, self.size(*quantity)) {
                (Size::Fixed(1), _) => out.push((*name).to_owned()),
                (Size::Joints, _) => out.extend(joints.iter().map(|joint| format!("{name}.{joint}"))),
                (_, n) => out.extend((0..n).map(|k| format!("{name}.{k}"))),
            }
        }
        out
    }
    /// One environment's numbers, in the order of [`Self::columns`].
    pub fn row(&self, lane: usize) -> impl Iterator<Item = f32> {
        self.values.iter().map(move |v| v.lanes()[lane])
    }

    /// Appends all values; see [`Self::restore`].
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        self.values.iter().for_each(|v| out.extend_from_slice(v.lanes()));
    }
    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let n = self.values.len() * WIDTH;
        for (v, from) in self.values.iter_mut().zip(data.get(..n)?.chunks_exact(WIDTH)) {
            v.lanes_mut().copy_from_slice(from);
        }
        Some(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_has_its_own_columns_in_the_order_of_the_table() {
        for (i, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, i, "{}", row.1);
        }
        let mut drawn = Drawn::new(2, 3);
        let names = drawn.columns(&["hip", "knee"]);
        assert_eq!(names.len(), drawn.row(0).count());
        drawn.set(Quantity::KdFactors, 5, &[0.7, 0.9]);
        drawn.set(Quantity::SensorBias, 5, &[0.1, 0.2, 0.3]);
        let row: Vec<f32> = drawn.row(5).collect();
        let at = |name: &str| row[names.iter().position(|n| n == name).unwrap()];
        assert_eq!([at("kd_factors.hip"), at("kd_factors.knee"), at("sensor_bias.2")], [0.7, 0.9, 0.3]);
        assert_eq!((at("friction"), at("link_masses.hip"), at("action_delay")), (1.0, 1.0, 0.0));
        assert!(drawn.any(Quantity::KdFactors) && !drawn.any(Quantity::KpFactors));
        let (mut data, mut other) = (vec![], Drawn::new(2, 3));
        drawn.snapshot(&mut data);
        assert_eq!(other.restore(&data), Some(data.len()));
        assert_eq!(other.row(5).collect::<Vec<_>>(), row);
        assert_eq!(other.restore(&data[1..]), None);
    }
}
