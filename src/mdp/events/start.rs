//! Initial states around the nominal pose.
use super::not_negative;
use crate::rng::Rng;
use crate::robot::{StartState, Twist};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartCfg {
    /// Height of the base origin, m.
    pub height: f64,
    /// Largest relative change of each joint's nominal position.
    pub joint_share: f64,
    /// Largest change of each joint's nominal position beyond that, rad.
    #[serde(default)]
    pub joint_offset: f64,
    /// Largest speed of each joint, rad/s.
    #[serde(default)]
    pub joint_vel: f64,
    /// Largest base velocity along and about each axis, m/s and rad/s.
    pub base_twist: f64,
    /// Largest roll and pitch, rad.
    #[serde(default)]
    pub tilt: f64,
    /// Largest turn about the vertical, rad.
    #[serde(default)]
    pub yaw: f64,
    /// Largest distance from the place where an episode begins along each horizontal axis, m.
    #[serde(default)]
    pub place: f64,
    /// Largest height above `height`, m.
    #[serde(default)]
    pub lift: f64,
}

impl StartCfg {
    /// Draws a start into `out`; `strength` 1 is as written, 0 the nominal pose (rad, joint order) at rest. Its place is
    /// relative to where the episode begins.
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
        if self.joint_vel > 0.0 {
            out.joint_vel.iter_mut().for_each(|v| *v = span(self.joint_vel));
        }
        if self.tilt > 0.0 || self.yaw > 0.0 {
            let [roll, pitch, yaw] = [span(self.tilt), span(self.tilt), span(self.yaw)];
            out.quat = turned(roll, pitch, yaw);
        }
        if self.place > 0.0 {
            [out.pos_w[0], out.pos_w[1]] = [span(self.place), span(self.place)];
        }
        if self.lift > 0.0 {
            out.pos_w[2] += span(self.lift).abs();
        }
    }

    /// Keys whose numbers mean nothing.
    pub(super) fn problems(&self) -> Vec<(&'static str, String)> {
        not_negative(&[
            ("joint_share", self.joint_share),
            ("joint_offset", self.joint_offset),
            ("joint_vel", self.joint_vel),
            ("base_twist", self.base_twist),
            ("tilt", self.tilt),
            ("yaw", self.yaw),
            ("place", self.place),
            ("lift", self.lift),
        ])
    }
}

/// Turned by roll, then pitch, then yaw about fixed axes, rad; (w, x, y, z).
fn turned(roll: f32, pitch: f32, yaw: f32) -> [f32; 4] {
    let [(sr, cr), (sp, cp), (sy, cy)] = [roll, pitch, yaw].map(|a| (a / 2.0).sin_cos());
    [
        cr * cp * cy + sr * sp * sy,
        sr * cp * cy - cr * sp * sy,
        cr * sp * cy + sr * cp * sy,
        cr * cp * sy - sr * sp * cy,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn a_start_of_strength_zero_is_the_nominal_pose_at_rest() {
        let nominal = [0.1f32, 0.8, -1.5];
        let cfg = StartCfg { height: 0.33, joint_share: 0.2, base_twist: 0.5, ..StartCfg::default() };
        let mut rng = Rng::stream(1, 0, 0, Purpose::Start);
        let mut s = StartState::default();
        cfg.draw(&nominal, 0.0, &mut rng, &mut s);
        assert_eq!((&s.joint_pos[..], s.twist, s.pos_w[2]), (&nominal[..], Twist::default(), 0.33));
        cfg.draw(&nominal, 1.0, &mut rng, &mut s);
        assert!(s.joint_pos.iter().zip(nominal).all(|(q, n)| (q - n).abs() <= 0.2 * n.abs() + 1e-6));
        assert!(s.twist.linear.iter().all(|v| v.abs() <= 0.5) && s.twist != Twist::default());
    }

    #[test]
    fn pose_and_joint_speeds_are_drawn_after_what_every_task_draws() {
        let (nominal, mut plain, mut rich) = ([0.1f32, 0.8], StartState::default(), StartState::default());
        let cfg = StartCfg { height: 0.33, joint_share: 0.2, base_twist: 0.5, ..StartCfg::default() };
        cfg.draw(&nominal, 1.0, &mut Rng::stream(1, 0, 0, Purpose::Start), &mut plain);
        let more = StartCfg { joint_vel: 3.0, tilt: 0.1, yaw: 1.0, place: 0.2, lift: 0.05, ..cfg };
        more.draw(&nominal, 1.0, &mut Rng::stream(1, 0, 0, Purpose::Start), &mut rich);
        assert_eq!((&plain.joint_pos, plain.twist), (&rich.joint_pos, rich.twist));
        assert!(rich.joint_vel.iter().all(|v| v.abs() <= 3.0 && *v != 0.0));
        assert!(rich.pos_w[0].abs() <= 0.2 && rich.pos_w[0] != 0.0 && (0.33..=0.38).contains(&rich.pos_w[2]));
        let norm: f32 = rich.quat.iter().map(|q| q * q).sum();
        assert!((norm - 1.0).abs() < 1e-6 && rich.quat[0] < 1.0);
        // a quarter turn to the left, seen from above
        let [w, .., z] = turned(0.0, 0.0, std::f32::consts::FRAC_PI_2);
        assert!((w - z).abs() < 1e-6 && z > 0.7);
    }
}
