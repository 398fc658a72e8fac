//! What happens to environments: model randomisation, initial states, pushes.
use crate::rng::Rng;
use crate::robot::{ModelDraw, RobotSpec, StartState, Twist};
use serde::{Deserialize, Serialize};

/// All events of a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsCfg {
    /// Model parameters, drawn once per environment.
    pub model: ModelRanges,
    /// Initial states.
    pub start: StartCfg,
    /// Pushes.
    pub push: PushCfg,
}

/// Ranges of [`ModelDraw`].
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
}

impl ModelRanges {
    /// Draws one environment's model.
    pub fn draw(&self, rng: &mut Rng) -> ModelDraw {
        ModelDraw {
            friction: rng.range(self.friction),
            base_mass_offset: rng.range(self.base_mass),
            base_com_offset: std::array::from_fn(|_| rng.range(self.base_com)),
            kp_factor: rng.range(self.kp),
            kd_factor: rng.range(self.kd),
            effort_factor: rng.range(self.effort),
            damping_offset: rng.range(self.joint_damping),
            dry_friction_offset: rng.range(self.joint_friction),
            ..ModelDraw::default()
        }
    }
    /// Named ranges, to check and to print.
    pub fn named(&self) -> [(&'static str, [f64; 2]); 8] {
        [
            ("friction", self.friction),
            ("base_mass", self.base_mass),
            ("base_com", self.base_com),
            ("kp", self.kp),
            ("kd", self.kd),
            ("effort", self.effort),
            ("joint_damping", self.joint_damping),
            ("joint_friction", self.joint_friction),
        ]
    }
}

/// Initial states around the nominal pose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartCfg {
    /// Height of the base origin, m.
    pub height: f64,
    /// Largest relative change of each joint's nominal position.
    pub joint_share: f64,
    /// Largest base velocity along and about each axis, m/s and rad/s.
    pub base_twist: f64,
}

impl StartCfg {
    /// Draws a start; `strength` 1 is as written, 0 the nominal pose at rest.
    pub fn draw(&self, robot: &RobotSpec, strength: f64, rng: &mut Rng) -> StartState {
        let mut span = |a: f64| rng.range([-a * strength, a * strength]);
        let joint_pos = robot.nominal_joints().iter().map(|q| q * (1.0 + span(self.joint_share))).collect();
        let twist = Twist {
            linear: std::array::from_fn(|_| span(self.base_twist)),
            angular: std::array::from_fn(|_| span(self.base_twist)),
        };
        StartState {
            pos_w: [0.0, 0.0, self.height as f32],
            quat: [1.0, 0.0, 0.0, 0.0],
            twist,
            joint_pos,
            joint_vel: vec![0.0; robot.num_joints()],
        }
    }
}

/// Sudden changes of the base's horizontal velocity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushCfg {
    /// Largest change along each horizontal axis, m/s; zero switches pushes off.
    pub speed: f64,
    /// Time between pushes, s.
    pub interval_secs: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn a_start_of_strength_zero_is_the_nominal_pose_at_rest() {
        let robot = crate::robot::load("a1").unwrap();
        let cfg = StartCfg { height: 0.33, joint_share: 0.2, base_twist: 0.5 };
        let mut rng = Rng::stream(1, 0, 0, Purpose::Start);
        let s = cfg.draw(&robot, 0.0, &mut rng);
        assert_eq!((s.joint_pos.clone(), s.twist), (robot.nominal_joints(), Twist::default()));
        let s = cfg.draw(&robot, 1.0, &mut rng);
        assert!(
            s.joint_pos
                .iter()
                .zip(robot.nominal_joints())
                .all(|(q, n)| (q - n).abs() <= 0.2 * n.abs() + 1e-6)
        );
        assert!(s.twist.linear.iter().all(|v| v.abs() <= 0.5) && s.twist != Twist::default());
    }
}
