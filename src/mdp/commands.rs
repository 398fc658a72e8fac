//! Velocity commands.
use super::CommandCells;
use crate::lane::Lane;
use crate::rng::Rng;
use serde::{Deserialize, Serialize};

/// How velocity commands are drawn. All in the base frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandCfg {
    /// Forward velocity, m/s.
    pub lin_vel_x: [f64; 2],
    /// Velocity to the left, m/s.
    pub lin_vel_y: [f64; 2],
    /// Yaw rate, counter-clockwise, rad/s.
    pub yaw_rate: [f64; 2],
    /// Time between draws, s.
    pub resample_secs: f64,
    /// Share of draws that ask to stand.
    pub zero_share: f64,
    /// Share of draws that ask to turn on the spot.
    pub turn_share: f64,
    /// Drawn commands whose norm is below this ask to stand.
    #[serde(default)]
    pub dead_zone: f64,
    /// Episodes in which the robot is asked to keep a direction.
    #[serde(default)]
    pub heading: Option<HeadingCfg>,
    /// Forward velocity and yaw rate come from the open cells of a grid; a curriculum's.
    #[serde(default)]
    pub cells: Option<CommandCells>,
}

/// Episodes that ask for a heading: the commanded yaw rate turns the robot towards it (legged_gym's `heading_command`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadingCfg {
    /// Share of episodes.
    pub share: f64,
    /// Forward velocity in these, m/s.
    pub lin_vel_x: [f64; 2],
    /// Velocity to the left in these, m/s.
    pub lin_vel_y: [f64; 2],
    /// Farthest that the heading is from the one before, at first from that of the start, rad.
    pub spread: f64,
    /// Yaw rate per sine of the error, rad/s; it stays within `yaw_rate`.
    pub gain: f64,
    /// Whether the first command stays for the whole episode.
    #[serde(default)]
    pub keep: bool,
}

impl HeadingCfg {
    /// Everything wrong with the values: key and sentence.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let mut list = vec![];
        let mut require = |ok: bool, key, text: &str| {
            if !ok {
                list.push((key, text.to_owned()));
            }
        };
        require(
            (0.0..=1.0).contains(&self.share),
            "share",
            "`share` must be a share of all episodes, 0 to 1",
        );
        for (key, [low, high]) in [("lin_vel_x", self.lin_vel_x), ("lin_vel_y", self.lin_vel_y)] {
            require(low <= high, key, &format!("`{key}`: lower bound above upper"));
        }
        require((0.0..=std::f64::consts::PI).contains(&self.spread), "spread", "`spread` must be 0 to pi");
        require(self.gain > 0.0 && self.gain.is_finite(), "gain", "`gain` must be above 0");
        list
    }
}

/// Yaw rate that turns a direction (x, y) towards a heading (x, y), both unit vectors: at full rate from behind, else by the sine of
/// the error, rad/s.
#[inline(always)]
pub fn turn_towards<V: Lane>(direction: [V; 2], heading: [V; 2], gain: f32, limits: [f32; 2]) -> V {
    let [dx, dy] = direction;
    let [hx, hy] = heading;
    let (sin, cos) = (dx * hy - dy * hx, dx * hx + dy * hy);
    let [low, high] = limits.map(V::splat);
    let rate = (sin * V::splat(gain)).max(low).min(high);
    let full = V::select(sin.lt(V::zero()), low, high);
    V::select(cos.lt(V::zero()), full, rate)
}

impl CommandCfg {
    /// The nearest command among those that are drawn: vx m/s, vy m/s, yaw rate rad/s.
    pub fn clamped(&self, command: [f32; 3]) -> [f32; 3] {
        let ranges = [self.lin_vel_x, self.lin_vel_y, self.yaw_rate];
        std::array::from_fn(|i| command[i].max(ranges[i][0] as f32).min(ranges[i][1] as f32))
    }
}

/// Draws a command: vx m/s, vy m/s, yaw rate rad/s.
pub fn draw_command(cfg: &CommandCfg, rng: &mut Rng) -> [f32; 3] {
    let mut drawn = [rng.range(cfg.lin_vel_x), rng.range(cfg.lin_vel_y), rng.range(cfg.yaw_rate)];
    if let Some(cells) = &cfg.cells {
        [drawn[0], drawn[2]] = cells.draw(rng);
    }
    let kind = rng.uniform() as f64;
    let norm = drawn.iter().map(|v| v * v).sum::<f32>().sqrt() as f64;
    if kind < cfg.zero_share || norm < cfg.dead_zone {
        [0.0; 3]
    } else if kind > 1.0 - cfg.turn_share {
        [0.0, 0.0, drawn[2]]
    } else {
        drawn
    }
}

/// One where a command asks to move: its norm exceeds 0.1.
#[inline(always)]
pub fn is_moving<V: Lane>(command: [V; 3]) -> V {
    let [x, y, w] = command;
    V::one_if(V::splat(0.01).lt(x.sq() + y.sq() + w.sq()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;

    #[test]
    fn draws_keep_their_ranges_and_shares() {
        let cfg = CommandCfg {
            lin_vel_x: [-1.0, 2.0],
            lin_vel_y: [-0.5, 0.5],
            yaw_rate: [0.2, 1.0],
            resample_secs: 10.0,
            zero_share: 0.2,
            turn_share: 0.3,
            dead_zone: 0.0,
            heading: None,
            cells: None,
        };
        let mut rng = Rng::stream(1, 0, 0, Purpose::Command);
        let draws: Vec<_> = (0..4000).map(|_| draw_command(&cfg, &mut rng)).collect();
        let share = |f: &dyn Fn(&[f32; 3]) -> bool| draws.iter().filter(|c| f(c)).count() as f64 / 4000.0;
        assert!((share(&|c| *c == [0.0; 3]) - 0.2).abs() < 0.03);
        assert!((share(&|c| c[0] == 0.0 && c[2] != 0.0) - 0.3).abs() < 0.03);
        assert!(draws.iter().all(|c| (-1.0..=2.0).contains(&c[0]) && c[1].abs() <= 0.5 && c[2] <= 1.0));
        assert!(draws.iter().any(|c| c[0] > 1.8) && draws.iter().any(|c| c[0] < -0.8));
    }

    #[test]
    fn one_turns_towards_a_heading_the_shorter_way() {
        let turn = |from: f32, to: f32| {
            let unit = |a: f32| [a.cos(), a.sin()];
            turn_towards(unit(from), unit(to), 1.5, [-1.0, 1.0])
        };
        assert!((turn(0.3, 0.5) - 1.5 * 0.2f32.sin()).abs() < 1e-6);
        assert!((turn(3.1, -3.1) - 1.5 * 0.0832f32.sin()).abs() < 1e-3);
        assert_eq!((turn(0.0, 1.2), turn(0.0, -1.2)), (1.0, -1.0));
        assert_eq!((turn(0.0, 2.9), turn(0.0, -2.9)), (1.0, -1.0));
    }

    #[test]
    fn small_commands_mean_standing() {
        assert_eq!(is_moving([0.05f32, 0.05, 0.0]), 0.0);
        assert_eq!(is_moving([0.0f32, 0.0, 0.2]), 1.0);
    }
}
