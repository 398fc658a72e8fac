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
    /// Forward velocity and yaw rate come from the open cells of a grid; a curriculum's.
    #[serde(default)]
    pub cells: Option<CommandCells>,
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
    fn small_commands_mean_standing() {
        assert_eq!(is_moving([0.05f32, 0.05, 0.0]), 0.0);
        assert_eq!(is_moving([0.0f32, 0.0, 0.2]), 1.0);
    }
}
