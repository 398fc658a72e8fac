//! What happens to environments: model randomisation, initial states, pushes.
use crate::rng::Rng;
use crate::robot::{ModelDraw, StartState, Twist};
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
    /// Largest change of each joint's nominal position beyond that, rad.
    #[serde(default)]
    pub joint_offset: f64,
    /// Largest base velocity along and about each axis, m/s and rad/s.
    pub base_twist: f64,
}

impl StartCfg {
    /// Draws a start into `out`; `strength` 1 is as written, 0 the nominal pose (rad, joint order) at rest.
    pub fn draw(&self, nominal: &[f32], strength: f64, rng: &mut Rng, out: &mut StartState) {
        let mut span = |a: f64| rng.range([-a * strength, a * strength]);
        out.joint_pos.clear();
        out.joint_pos.extend(nominal.iter().map(|q| q * (1.0 + span(self.joint_share))));
        if self.joint_offset > 0.0 {
            out.joint_pos.iter_mut().for_each(|q| *q += span(self.joint_offset));
        }
        out.joint_vel.clear();
        out.joint_vel.resize(nominal.len(), 0.0);
        out.twist = Twist {
            linear: std::array::from_fn(|_| span(self.base_twist)),
            angular: std::array::from_fn(|_| span(self.base_twist)),
        };
        out.pos_w = [0.0, 0.0, self.height as f32];
        out.quat = [1.0, 0.0, 0.0, 0.0];
    }
}

/// Sudden changes of the base's horizontal velocity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushCfg {
    /// Largest change along each horizontal axis, m/s; zero switches pushes off.
    pub speed: f64,
    /// Largest change of the rate of turn about each axis, rad/s.
    #[serde(default)]
    pub turn_speed: f64,
    /// Time between pushes, s.
    pub interval_secs: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn a_start_of_strength_zero_is_the_nominal_pose_at_rest() {
        let nominal = [0.1f32, 0.8, -1.5];
        let cfg = StartCfg { height: 0.33, joint_share: 0.2, joint_offset: 0.0, base_twist: 0.5 };
        let mut rng = Rng::stream(1, 0, 0, Purpose::Start);
        let mut s = StartState::default();
        cfg.draw(&nominal, 0.0, &mut rng, &mut s);
        assert_eq!((&s.joint_pos[..], s.twist, s.pos_w[2]), (&nominal[..], Twist::default(), 0.33));
        cfg.draw(&nominal, 1.0, &mut rng, &mut s);
        assert!(s.joint_pos.iter().zip(nominal).all(|(q, n)| (q - n).abs() <= 0.2 * n.abs() + 1e-6));
        assert!(s.twist.linear.iter().all(|v| v.abs() <= 0.5) && s.twist != Twist::default());
    }
}
