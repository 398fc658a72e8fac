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
    /// Scales every range about the value that changes nothing: 1 is as written, 0 is the robot as written.
    #[serde(default = "whole")]
    pub strength: f64,
}

fn whole() -> f64 {
    1.0
}

/// A range scaled about what `ModelDraw::default` has.
fn scaled(range: [f64; 2], neutral: f32, strength: f64) -> [f64; 2] {
    // as written, to the bit, where nothing is scaled
    if strength == 1.0 { range } else { range.map(|x| neutral as f64 + strength * (x - neutral as f64)) }
}

impl ModelRanges {
    /// Draws one environment's model.
    pub fn draw(&self, rng: &mut Rng) -> ModelDraw {
        let n = ModelDraw::default();
        let mut draw = |range, neutral| rng.range(scaled(range, neutral, self.strength));
        ModelDraw {
            friction: draw(self.friction, n.friction),
            base_mass_offset: draw(self.base_mass, n.base_mass_offset),
            base_com_offset: n.base_com_offset.map(|c| draw(self.base_com, c)),
            kp_factor: draw(self.kp, n.kp_factor),
            kd_factor: draw(self.kd, n.kd_factor),
            effort_factor: draw(self.effort, n.effort_factor),
            damping_offset: draw(self.joint_damping, n.damping_offset),
            dry_friction_offset: draw(self.joint_friction, n.dry_friction_offset),
            ..n
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

    #[test]
    fn strength_scales_every_range_about_what_changes_nothing() {
        let ranges = |strength| ModelRanges {
            friction: [0.5, 1.25],
            base_mass: [1.0, 3.0],
            base_com: [-0.1, 0.1],
            kp: [0.8, 1.4],
            kd: [0.8, 1.2],
            effort: [0.7, 1.0],
            joint_damping: [0.0, 0.4],
            joint_friction: [-0.2, 0.2],
            strength,
        };
        let draw = |strength| ranges(strength).draw(&mut Rng::stream(1, 0, 0, Purpose::Model));
        let (none, half, full) = (draw(0.0), draw(0.5), draw(1.0));
        let neutral = ModelDraw::default();
        assert_eq!(none, neutral);
        for (half, full, neutral) in [
            (half.friction, full.friction, neutral.friction),
            (half.base_mass_offset, full.base_mass_offset, neutral.base_mass_offset),
            (half.kp_factor, full.kp_factor, neutral.kp_factor),
        ] {
            assert!((half - (full + neutral) / 2.0).abs() < 1e-6, "{half} {full}");
        }
    }
}
