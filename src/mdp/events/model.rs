//! Ranges from which each environment's robot is drawn.
use crate::rng::Rng;
use crate::robot::{JointDraw, ModelDraw, RobotSpec};
use serde::{Deserialize, Serialize};

/// Ranges of [`ModelDraw`] and of what lies between policy and motors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRanges {
    /// Coulomb friction coefficient with the ground.
    pub friction: [f64; 2],
    /// Added to the base's mass, kg.
    pub base_mass: [f64; 2],
    /// Added to each coordinate of the base's centre of mass, m.
    pub base_com: [f64; 2],
    /// Factor on proportional gains.
    pub kp: [f64; 2],
    /// Factor on derivative gains.
    pub kd: [f64; 2],
    /// Factor on effort limits.
    pub effort: [f64; 2],
    /// Added to joint damping, N m s/rad.
    pub joint_damping: [f64; 2],
    /// Added to dry joint friction, N m.
    pub joint_friction: [f64; 2],
    /// Coefficient of restitution with the ground.
    #[serde(default = "zero")]
    pub restitution: [f64; 2],
    /// Added to the base's centre of mass forwards, m, on top of `base_com`.
    #[serde(default = "zero")]
    pub base_com_x: [f64; 2],
    /// The same to the left.
    #[serde(default = "zero")]
    pub base_com_y: [f64; 2],
    /// The same upwards.
    #[serde(default = "zero")]
    pub base_com_z: [f64; 2],
    /// Factor on mass and inertia of every link but the base, each its own.
    #[serde(default = "one")]
    pub link_mass: [f64; 2],
    /// Added to the joints' armature, kg m², one value for all.
    #[serde(default = "zero")]
    pub armature: [f64; 2],
    /// Factor on the proportional gain of every joint, each its own, on top of `kp`.
    #[serde(default = "one")]
    pub joint_kp: [f64; 2],
    /// Factor on the derivative gain of every joint, each its own, on top of `kd`.
    #[serde(default = "one")]
    pub joint_kd: [f64; 2],
    /// Factor on the torque of every joint's controller before the effort limit, each its own.
    #[serde(default = "one")]
    pub strength: [f64; 2],
    /// Factor on the distance of every joint's target from the nominal position, each its own (what parkour calls motor
    /// strength).
    #[serde(default = "one")]
    pub target_strength: [f64; 2],
    /// By how much every encoder's zero is off, rad, each its own: controller and policy see `position - offset`.
    #[serde(default = "zero")]
    pub zero_offset: [f64; 2],
    /// Added to gravity along each horizontal axis, m/s².
    #[serde(default = "zero")]
    pub gravity_xy: [f64; 2],
    /// Added to gravity upwards, m/s².
    #[serde(default = "zero")]
    pub gravity_z: [f64; 2],
    /// How often models are drawn.
    #[serde(default)]
    pub redraw: Redraw,
    /// Scales every range about the value that changes nothing: 1 is as written, 0 is the robot as written.
    #[serde(default = "whole")]
    pub intensity: f64,
}

fn whole() -> f64 {
    1.0
}

/// How often an environment's model is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Redraw {
    /// Once, when it is made.
    #[default]
    Once,
    /// At the start of every episode. Slow in rapier.
    Episode,
}

/// What an environment's motors and encoders have of their own, per joint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MotorDraw {
    /// Factors on targets' distances from nominal.
    pub target_strength: Vec<f32>,
    /// rad
    pub zero_offset: Vec<f32>,
    /// Factors on controllers' torques; part of the gains in [`ModelDraw`] already.
    pub strength: Vec<f32>,
}

const fn zero() -> [f64; 2] {
    [0.0; 2]
}
const fn one() -> [f64; 2] {
    [1.0; 2]
}

/// How far a number may go to mean something.
#[derive(Clone, Copy, PartialEq)]
enum Bounds {
    /// Anywhere.
    Free,
    /// Not below zero.
    NotNegative,
    /// Above zero.
    Positive,
    /// From 0 to 1.
    Share,
}

impl ModelRanges {
    /// Draws one environment's model of a robot with so many joints. `stream` gives independent generators: number 0 is that of
    /// the parameters that every task has; all others have one each, so that switching one on leaves the others alone.
    pub fn draw(&self, joints: usize, stream: impl Fn(u64) -> Rng) -> (ModelDraw, MotorDraw) {
        let mut rng = stream(0);
        let plus = |range| self.scaled(range, 0.0);
        let times = |range| self.scaled(range, 1.0);
        let mut draw = ModelDraw {
            friction: rng.range(times(self.friction)),
            base_mass_offset: rng.range(plus(self.base_mass)),
            base_com_offset: std::array::from_fn(|_| rng.range(plus(self.base_com))),
            kp_factor: rng.range(times(self.kp)),
            kd_factor: rng.range(times(self.kd)),
            effort_factor: rng.range(times(self.effort)),
            damping_offset: rng.range(plus(self.joint_damping)),
            dry_friction_offset: rng.range(plus(self.joint_friction)),
            ..ModelDraw::default()
        };
        let single = |k: u64, range: [f64; 2]| stream(k).range(plus(range));
        let each = |k: u64, range: [f64; 2]| -> Vec<f32> {
            let mut rng = stream(k);
            (0..joints).map(|_| rng.range(range)).collect()
        };
        draw.restitution = single(1, self.restitution);
        draw.base_com_offset[0] += single(2, self.base_com_x);
        draw.base_com_offset[1] += single(3, self.base_com_y);
        draw.base_com_offset[2] += single(4, self.base_com_z);
        draw.armature_offset = single(5, self.armature);
        let mut horizontal = stream(6);
        let [x, y] = [0, 1].map(|_| horizontal.range(plus(self.gravity_xy)));
        draw.gravity_offset = [x, y, single(7, self.gravity_z)];
        let (masses, kp, kd) =
            (each(8, times(self.link_mass)), each(9, times(self.joint_kp)), each(10, times(self.joint_kd)));
        let strength = each(11, times(self.strength));
        let own = |j: usize| JointDraw {
            mass_factor: masses[j],
            kp_factor: kp[j] * strength[j],
            kd_factor: kd[j] * strength[j],
        };
        draw.joints = (0..joints).map(own).collect();
        let motors = MotorDraw {
            target_strength: each(12, times(self.target_strength)),
            zero_offset: each(13, plus(self.zero_offset)),
            strength,
        };
        (draw, motors)
    }

    /// A range scaled about what changes nothing.
    fn scaled(&self, range: [f64; 2], neutral: f64) -> [f64; 2] {
        // as written, to the bit, where nothing is scaled
        if self.intensity == 1.0 { range } else { range.map(|x| neutral + self.intensity * (x - neutral)) }
    }

    /// Named ranges, to check and to print.
    pub fn named(&self) -> [(&'static str, [f64; 2]); 21] {
        self.bounded().map(|(name, range, _)| (name, range))
    }

    fn bounded(&self) -> [(&'static str, [f64; 2], Bounds); 21] {
        use Bounds::{Free, NotNegative, Positive, Share};
        [
            ("friction", self.friction, NotNegative),
            ("base_mass", self.base_mass, Free),
            ("base_com", self.base_com, Free),
            ("kp", self.kp, NotNegative),
            ("kd", self.kd, NotNegative),
            ("effort", self.effort, NotNegative),
            ("joint_damping", self.joint_damping, Free),
            ("joint_friction", self.joint_friction, Free),
            ("restitution", self.restitution, Share),
            ("base_com_x", self.base_com_x, Free),
            ("base_com_y", self.base_com_y, Free),
            ("base_com_z", self.base_com_z, Free),
            ("link_mass", self.link_mass, Positive),
            ("armature", self.armature, Free),
            ("joint_kp", self.joint_kp, NotNegative),
            ("joint_kd", self.joint_kd, NotNegative),
            ("strength", self.strength, NotNegative),
            ("target_strength", self.target_strength, NotNegative),
            ("zero_offset", self.zero_offset, Free),
            ("gravity_xy", self.gravity_xy, Free),
            ("gravity_z", self.gravity_z, Free),
        ]
    }

    /// Keys whose ranges mean nothing, with a sentence each.
    pub(super) fn problems(&self, robot: &RobotSpec) -> Vec<(&'static str, String)> {
        let mut out = vec![];
        for (name, [low, high], bounds) in self.bounded() {
            let text = if !(low.is_finite() && high.is_finite()) {
                "must be two finite numbers".to_owned()
            } else if low > high {
                format!("lower bound above upper: {low} and {high}")
            } else if bounds == Bounds::NotNegative && low < 0.0 {
                "must not be negative".to_owned()
            } else if bounds == Bounds::Positive && low <= 0.0 {
                "must be above 0".to_owned()
            } else if bounds == Bounds::Share && !(low >= 0.0 && high <= 1.0) {
                "must be from 0 to 1".to_owned()
            } else {
                continue;
            };
            out.push((name, format!("`{name}`: {text}")));
        }
        if !(0.0..=1.0).contains(&self.intensity) {
            let text = format!("`intensity` is a share of the ranges, 0 to 1, not {}", self.intensity);
            out.push(("intensity", text));
        }
        let base = robot.links.first().map_or(0.0, |l| l.mass);
        if self.base_mass[0] <= -0.9 * base {
            let least = -0.9 * base;
            out.push((
                "base_mass",
                format!("`base_mass` must leave the base some mass: more than {least:.1} kg"),
            ));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    fn ranges() -> ModelRanges {
        let text = "(friction: (0.5, 1.25), base_mass: (-1.0, 1.0), base_com: (0.0, 0.0), kp: (0.9, 1.1), kd: (0.9, 1.1), \
             effort: (1.0, 1.0), joint_damping: (0.0, 0.4), joint_friction: (-0.2, 0.2))";
        ron::from_str(text).unwrap()
    }

    #[test]
    fn a_parameter_that_is_switched_on_leaves_the_others_alone_and_keeps_its_range() {
        let stream = |env: u64| move |k: u64| Rng::stream(3, env, k << 40, Purpose::Model);
        let (plain, _) = ranges().draw(4, stream(7));
        let rich = ModelRanges { zero_offset: [-0.02, 0.03], link_mass: [0.8, 1.2], ..ranges() };
        let (mut draw, motors) = rich.draw(4, stream(7));
        assert!(motors.zero_offset.iter().all(|o| (-0.02..=0.03).contains(o)));
        assert!(motors.zero_offset[0] != motors.zero_offset[1], "each joint its own");
        assert_eq!((motors.strength.as_slice(), motors.target_strength[2]), (&[1.0; 4][..], 1.0));
        assert!(draw.joints.iter().all(|j| (0.8..=1.2).contains(&j.mass_factor) && j.kp_factor == 1.0));
        draw.joints = plain.joints.clone();
        assert_eq!(draw, plain);
        assert_eq!(plain.joints, vec![JointDraw::default(); 4]);
    }

    #[test]
    fn strength_scales_the_whole_torque_of_a_controller() {
        let strong = ModelRanges { strength: [1.2, 1.2], joint_kp: [0.5, 0.5], ..ranges() };
        let (draw, motors) = strong.draw(2, |k| Rng::stream(3, 1, k, Purpose::Model));
        assert_eq!((draw.joint(0).kp_factor, draw.joint(1).kd_factor), (1.2 * 0.5, 1.2));
        assert_eq!(motors.strength, [1.2, 1.2]);
    }

    #[test]
    fn every_contradiction_is_found_at_once() {
        let robot = crate::robot::testing::hopper();
        let wrong = ModelRanges {
            friction: [1.0, 0.5],
            restitution: [0.0, 1.5],
            link_mass: [0.0, 1.0],
            kp: [-1.0, 1.0],
            zero_offset: [f64::NAN, 0.0],
            base_mass: [-9.0, 0.0],
            ..ranges()
        };
        let keys: Vec<_> = wrong.problems(&robot).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["friction", "kp", "restitution", "link_mass", "zero_offset", "base_mass"]);
        assert!(ranges().problems(&robot).is_empty());
    }

    #[test]
    fn intensity_scales_every_range_about_what_changes_nothing() {
        let draw = |intensity| {
            let wide = ModelRanges { kp: [0.8, 1.4], zero_offset: [0.01, 0.03], intensity, ..ranges() };
            wide.draw(2, |k| Rng::stream(1, 0, k << 40, Purpose::Model))
        };
        let [(none, still), (half, _), (full, _)] = [0.0, 0.5, 1.0].map(draw);
        assert_eq!(none, ModelDraw { joints: vec![JointDraw::default(); 2], ..ModelDraw::default() });
        assert_eq!(still.zero_offset, [0.0; 2]);
        for (half, full, neutral) in [
            (half.friction, full.friction, 1.0),
            (half.base_mass_offset, full.base_mass_offset, 0.0),
            (half.kp_factor, full.kp_factor, 1.0),
        ] {
            assert!((half - (full + neutral) / 2.0).abs() < 1e-6, "{half} {full}");
        }
    }
}
